"""Kill -9 a worker at random moments while runs are in flight; nothing may be lost, no recorded step done twice.

`./run soak runs [--kills N] [--seed N] [--database-url URL]`; the tests call `soak` with few kills.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, Procedures
from homeport.kernel.work.worker import Worker

RUNS, STEPS = 10, 10
LEASE_S = 2.0
FINISH_WITHIN_S = 60.0


class Nothing(Input):
    """No input."""


class Stairs:
    """A procedure of many short steps; each writes a line to a file when its work is done, before it is recorded."""

    name = "soak.stairs"
    action = "soak.do"
    input = Nothing

    def __init__(self, notes: Path) -> None:
        self._notes = notes

    def plan(self, request: Nothing) -> Plan:
        return Plan({})

    def run(self, run: Run, request: Nothing) -> dict[str, Any]:
        for number in range(STEPS):
            run.step(f"step {number}", lambda number=number: self._do(run, number))  # type: ignore[misc]
        return {}

    def _do(self, run: Run, number: int) -> dict[str, Any]:
        time.sleep(0.01)
        with self._notes.open("a", encoding="utf-8") as notes:
            notes.write(json.dumps([run.id, number]) + "\n")
        return {"number": number}


def soak(url: str, folder: Path, kills: int, seed: int) -> dict[str, float]:
    """Return what was counted; `recorded twice` and `lost` must be 0.

    A step that was killed between its work and its record is done again, once a kill at most: `done again`.
    """
    access.register(Rule("soak.do", Role.ADMIN))
    chance = random.Random(seed)
    database, notes = Database(url), folder / "notes"
    database.migrate()
    procedures = Procedures()
    procedures.add(Stairs(notes))
    with database.writing() as session:
        ids = [
            runs.start_run(session, procedures, SYSTEM, "soak.stairs", {}, datetime.now(UTC), Plan({})).id
            for _ in range(RUNS)
        ]
    killed = 0
    while killed < kills and not _all_ended(database, ids):
        child = _child(url, notes)
        time.sleep(0.6 + chance.random() * 1.2)
        child.send_signal(signal.SIGKILL)
        child.wait()
        killed += 1
    child, started = _child(url, notes), time.monotonic()
    while not _all_ended(database, ids) and time.monotonic() - started < FINISH_WITHIN_S:
        time.sleep(0.1)
    finished_s = time.monotonic() - started
    child.terminate()
    child.wait()
    counted = _count(database, ids, notes) | {"kills": killed, "finished_s": round(finished_s, 1)}
    database.close()
    return counted


def _count(database: Database, ids: list[str], notes: Path) -> dict[str, float]:
    done = Counter(tuple(json.loads(line)) for line in notes.read_text(encoding="utf-8").splitlines())
    with database.reading() as session:
        recorded = Counter((run_id, step.name) for run_id in ids for step in runs.steps_of(session, run_id))
        succeeded = sum(runs.get_run(session, run_id).state == runs.RunState.SUCCEEDED for run_id in ids)
    return {
        "runs": len(ids),
        "lost": len(ids) - succeeded,
        "steps": len(recorded),
        "recorded twice": sum(count - 1 for count in recorded.values()),
        "done again": sum(count - 1 for count in done.values()),
    }


def _all_ended(database: Database, ids: list[str]) -> bool:
    with database.reading() as session:
        return all(runs.RunState(runs.get_run(session, run_id).state).has_ended for run_id in ids)


def _child(url: str, notes: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, "--work", str(notes)], env={**os.environ, "SOAK_URL": url})


def _work(url: str, notes: Path) -> None:
    access.register(Rule("soak.do", Role.ADMIN))
    procedures = Procedures()
    procedures.add(Stairs(notes))
    worker = Worker(
        Database(url), procedures, Subscribers(), lambda: datetime.now(UTC), run_workers=3, lease_s=LEASE_S, poll_s=0.2
    )
    stop = [False]
    signal.signal(signal.SIGTERM, lambda *_: stop.__setitem__(0, True))
    worker.start()
    while not stop[0]:
        time.sleep(0.1)
    worker.stop()


def main() -> None:
    """Soak for as many kills as asked, and say what was counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--database-url", default="")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        _work(os.environ["SOAK_URL"], arguments.work)
        return
    total: Counter[str] = Counter()
    while total["kills"] < arguments.kills:
        with tempfile.TemporaryDirectory() as folder:
            url = arguments.database_url or f"sqlite:///{folder}/soak.db"
            counted = soak(url, Path(folder), arguments.kills - total["kills"], arguments.seed + total["kills"])
        total.update({name: count for name, count in counted.items() if name != "finished_s"})
        print(f"seed {arguments.seed}: {counted}", flush=True)
    print(dict(total))
    sys.exit(1 if total["lost"] or total["recorded twice"] else 0)


if __name__ == "__main__":
    main()
