"""A procedure that does what the test says, and a worker for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Pace, Plan, PlannedTarget, Procedures
from homeport.kernel.work.runs import RunRow, RunState
from homeport.kernel.work.worker import Worker

access.register(Rule("test.do", Role.OPERATOR))
VIEWER = Actor("person", "7", "Viewer", Role.VIEWER)
DEVELOPER = Actor("person", "8", "Developer", Role.DEVELOPER)


class Request(Input):
    """Input of the test's procedure."""

    size: int = 3


class Scripted:
    """A procedure that does what the test says."""

    name = "test.scripted"
    action = "test.do"
    input = Request

    def __init__(self, do: Callable[[Run, Request], dict[str, Any]], pace: Pace | None = None) -> None:
        self._do = do
        self.pace = pace or Pace()

    def plan(self, request: Request) -> Plan:
        targets = tuple(PlannedTarget(f"t{number}", f"Target {number}") for number in range(request.size))
        return Plan({"size": request.size}, targets=targets)

    def run(self, run: Run, request: Request) -> dict[str, Any]:
        return self._do(run, request)


def procedures_doing(do: Callable[[Run, Request], dict[str, Any]], pace: Pace | None = None) -> Procedures:
    procedures = Procedures()
    procedures.add(Scripted(do, pace))
    return procedures


@contextmanager
def working(database: Database, procedures: Procedures, lease_s: float = 5.0) -> Iterator[Worker]:
    worker = Worker(
        database,
        procedures,
        Subscribers(),
        lambda: datetime.now(UTC),
        run_workers=2,
        lease_s=lease_s,
        poll_s=0.1,
    )
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def start(database: Database, procedures: Procedures, actor: Actor = SYSTEM, **values: Any) -> str:
    plan = runs.plan_run(procedures, actor, "test.scripted", values)
    with database.writing() as session:
        return runs.start_run(session, procedures, actor, "test.scripted", values, datetime.now(UTC), plan).id


def wait_for(database: Database, run_id: str, state: RunState, timeout_s: float = 20.0) -> RunRow:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        with database.reading() as session:
            row = runs.get_run(session, run_id)
        if row.state == state:
            return row
        time.sleep(0.02)
    raise AssertionError(f"run is {row.state} ({row.error_message}), not {state}, after {timeout_s} s")
