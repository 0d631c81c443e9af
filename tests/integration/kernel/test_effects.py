"""What runs change outside of the database happens once, whatever happens to the run or to the answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import OutsideUnavailable, SourceUnreadable
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.runs import RunState

from .scripts import Request, procedures_doing, start, wait_for, working


class Calls:
    """An outside system that ignores idempotency keys and can be asked; `lose` is how many answers are lost."""

    def __init__(self, lose: int = 0, error: type[Exception] = OutsideUnavailable) -> None:
        self.done: list[str] = []
        self.asked = 0
        self._lose = lose
        self._error = error

    def place(self, key: str) -> dict[str, Any]:
        self.done.append(key)
        if len(self.done) <= self._lose:
            raise self._error("The answer was lost.")
        return {"call": len(self.done)}

    def find(self, key: str) -> dict[str, Any] | None:
        self.asked += 1
        return {"call": self.done.index(key) + 1} if key in self.done else None


def test_an_effect_is_recorded_and_not_asked_for_when_nothing_went_wrong(database: Database) -> None:
    calls = Calls()
    procedures = procedures_doing(lambda run, _request: run.effect("call", calls.place, calls.find))
    run_id = start(database, procedures)
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.SUCCEEDED)
    assert row.outcome == {"call": 1}
    assert (calls.done, calls.asked) == ([f"{run_id}:call"], 0)


def test_a_lost_answer_is_found_instead_of_done_again(database: Database) -> None:
    calls = Calls(lose=1)
    procedures = procedures_doing(lambda run, _request: run.effect("call", calls.place, calls.find))
    run_id = start(database, procedures)
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.SUCCEEDED)
    assert row.outcome == {"call": 1}
    assert (len(calls.done), calls.asked) == (1, 1)


def test_where_nothing_is_found_it_is_done_with_the_same_key(database: Database) -> None:
    calls = Calls(lose=1)
    procedures = procedures_doing(lambda run, _request: run.effect("call", calls.place, lambda _key: None))
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.SUCCEEDED)
    assert calls.done == [f"{run_id}:call"] * 2


def test_a_retry_after_a_failure_looks_first(database: Database) -> None:
    calls = Calls(lose=1, error=SourceUnreadable)
    procedures = procedures_doing(lambda run, _request: run.effect("call", calls.place, calls.find))
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.FAILED)
        with database.writing() as session:
            runs.retry_run(session, procedures, runs.SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.SUCCEEDED)
    assert len(calls.done) == 1


def test_an_effect_done_before_is_not_done_or_asked_for_again(database: Database) -> None:
    calls = Calls()
    is_broken = [True]

    def do(run: Run, _request: Request) -> dict[str, Any]:
        run.effect("call", calls.place, calls.find)
        if is_broken[0]:
            raise SourceUnreadable("not yet")
        return {}

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.FAILED)
        is_broken[0] = False
        with database.writing() as session:
            runs.retry_run(session, procedures, runs.SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.SUCCEEDED)
    assert (len(calls.done), calls.asked) == (1, 0)
