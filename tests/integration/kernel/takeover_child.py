"""A worker in a process of its own, which holds on in the middle of a step until a file says to go on.

    takeover_child.py DATABASE_URL FOLDER

In FOLDER it makes `working`, `in step` and `left` (how the step ended); `in transaction` there holds it on in one.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import HomeportError
from homeport.kernel.base.events import Subscribers
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, Procedures
from homeport.kernel.work.worker import Worker


class Request(Input):
    """As the test's."""

    size: int = 3


class Holding:
    """Holds on until it is let."""

    name = "test.scripted"
    action = "test.do"
    input = Request

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def plan(self, request: Request) -> Plan:
        return Plan({})

    def run(self, run: Run, request: Request) -> dict[str, Any]:
        try:
            if (self._folder / "in transaction").exists():
                with run.writing() as session:
                    run.finish_target(session, "t0", {}, "by the first")
                    session.flush()
                    self._hold()
            return run.step("slow", self._hold)
        except HomeportError as error:
            (self._folder / "left").write_text(json.dumps(type(error).__name__))
            raise

    def _hold(self) -> dict[str, Any]:
        (self._folder / "in step").touch()
        while not (self._folder / "go on").exists():
            time.sleep(0.01)
        return {"by": "first"}


def main() -> None:
    """Work until killed."""
    url, folder = sys.argv[1], Path(sys.argv[2])
    access.register(Rule("test.do", Role.OPERATOR))
    procedures = Procedures()
    procedures.add(Holding(folder))
    now = lambda: datetime.now(UTC)  # noqa: E731
    worker = Worker(Database(url), procedures, Subscribers(), now, run_workers=1, lease_s=2.0, poll_s=0.1)
    worker.start()
    (folder / "working").touch()
    worker.wait(600)


if __name__ == "__main__":
    main()
