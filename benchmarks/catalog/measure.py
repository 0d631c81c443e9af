"""Measures the catalog with invented entities, and Backstage's own back end beside it with the same files and requests.

    ./run bench catalog [--sizes 1k,10k,100k] [--peer backstage] [--json] [--out docs/benchmarks.md]

- ready: from the start of the process, in an empty home, until it says that it is ready; the median of three.
- visible: from the same start until the API counts all of them.
- CPU per entity: user and system time of the server's processes from ready until all are visible and three seconds
  went by below 0.3 of a core, over the number of entities. Counting while waiting is part of it, on both sides.
- at rest: the share of one core after that, with no request: over 30 s, with 10k and a peer over 150 s.
- latencies: one connection kept open, 20 requests to warm up, then 200, one after the other, for varied names.

The sides run one after the other, never at once. Nothing is judged here but what GOALS in report.py says.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bare import bare_ms_per_entity
from client import WrongAnswer
from data import SIZES, Names, write_catalog
from observation import IDLE_FOR_S, IDLE_FOR_S_BESIDE_PEER, Observed, observe
from report import as_json, as_markdown, write_into
from sides import ROOT, SIDES, Installed, ServerFailed, install_backstage


def main() -> None:
    """Print the tables, or JSON with --json; 1 if a side could not be measured."""
    arguments = _arguments()
    try:
        installed = install_backstage() if arguments.peer else None
        results = {size: _measure(size, arguments) for size in arguments.sizes}
    except (ServerFailed, WrongAnswer, OSError) as error:
        sys.exit(f"bench catalog: {error}")
    if arguments.only_peer:
        print(json.dumps({size: asdict(sides[arguments.peer]) for size, sides in results.items()}, indent=2))
        return
    markdown = as_markdown(results, list(_circumstances(installed)))
    if arguments.out:
        write_into(arguments.out, markdown)
    print(json.dumps(as_json(results), indent=2) if arguments.json else markdown)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=_sizes, default=list(SIZES), help="of 1k, 10k, 100k; all of them by default")
    parser.add_argument("--peer", choices=["backstage"], help="install it from npm and measure it in the same run")
    parser.add_argument("--peer-sizes", type=_sizes, default=["1k", "10k"], help="where the peer is measured: 1k,10k")
    parser.add_argument("--only-peer", action="store_true", help="leave homeport out and print the peer's figures")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also put the tables into this file, in place of those of last time")
    arguments = parser.parse_args()
    if arguments.only_peer and not arguments.peer:
        parser.error("--only-peer needs --peer")
    return arguments


def _sizes(written: str) -> list[str]:
    sizes = written.split(",")
    unknown = [size for size in sizes if size not in SIZES]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(SIZES)}")
    return sorted(sizes, key=SIZES.__getitem__)


def _measure(size: str, arguments: argparse.Namespace) -> dict[str, Observed]:
    """What each side did with one size of catalog, in files and databases that are gone afterwards."""
    has_peer = arguments.peer and size in arguments.peer_sizes
    idle_s = IDLE_FOR_S_BESIDE_PEER if has_peer and SIZES[size] >= 10_000 else IDLE_FOR_S
    sides = [] if arguments.only_peer else ["homeport"]
    if has_peer:
        sides.append(arguments.peer)
    observed = {}
    with tempfile.TemporaryDirectory(prefix="catalog-benchmark-") as name:
        folder = Path(name)
        names = write_catalog(folder / "data", SIZES[size])
        for side in sides:
            observed[side] = _observe(side, size, folder, names, idle_s)
        if "homeport" in observed:
            observed["homeport"].figures["bare"] = bare_ms_per_entity(folder / "data", folder / "bare.db")
    return observed


def _observe(side: str, size: str, folder: Path, names: Names, idle_s: float) -> Observed:
    def tell(what: str) -> None:
        print(f"{size} {side}: {what}", file=sys.stderr, flush=True)

    return observe(SIDES[side], folder / "data", folder / side, names, idle_s, tell)


def _circumstances(installed: Installed | None) -> Iterator[str]:
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} by `./run bench catalog` on {os.cpu_count()} cores and "
        f"{memory_gb:.0f} GB, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}. homeport's database is on disk."
    )
    if installed is None:
        return
    versions = json.loads((ROOT / "benchmarks/catalog/peer/package.json").read_text(encoding="utf-8"))["dependencies"]
    yield (
        f"Beside it Backstage's back end with plugin-catalog-backend "
        f"{versions['@backstage/plugin-catalog-backend']} on Node {installed.node}, its database in memory: "
        f"{installed.packages} packages, {installed.files:,} files and {installed.size_bytes / 1e6:.0f} MB from npm, "
        f"installed in {installed.took_s:.0f} s ({installed.cpu_s:.0f} s of CPU)."
    )


if __name__ == "__main__":
    main()
