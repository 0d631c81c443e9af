"""Calls `backstage-catalog-client` from PyPI: each line of JSON is {"url", "token", "method", "arguments", "options"}.

Each answer is {"result"} or {"error"}. Run in an environment of its own, for it takes an older httpx than homeport.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, is_dataclass
from typing import Any

from backstage_catalog_client.httpx_client import HttpxClient


async def call(said: dict[str, Any]) -> Any:
    """Return what the method gives, as JSON."""
    options = dict(said["options"])
    if said["token"]:
        options["token"] = said["token"]
    async with HttpxClient(said["url"]) as client:
        found = await getattr(client, said["method"])(*said["arguments"], **options)
    return asdict(found) if is_dataclass(found) else found


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        try:
            told = {"result": asyncio.run(call(json.loads(line)))}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(told, default=vars) + "\n")
        sys.stdout.flush()


main()
