"""Runs that wait: for a while, for a condition, for their turn, for other runs; and what stops or decides them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeport.kernel.base import leases
from homeport.kernel.base.children import run_child
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work import runs, timers
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Late, Pace, Procedures
from homeport.kernel.work.runs import RunRow, RunState, StepRow

from .scripts import Request, Scripted, procedures_doing, start, wait_for, working

PERSON = Actor("person", "1", "Kim", Role.ADMIN)
A_MINUTE_S = 60


def cancel(database: Database, run_id: str) -> None:
    with database.writing() as session:
        runs.cancel_run(session, SYSTEM, run_id, datetime.now(UTC))


def sleep(run: Run, folder: Path) -> None:
    run.sleep(A_MINUTE_S)


def wait(run: Run, folder: Path) -> None:
    run.wait_for(lambda: False, every_s=A_MINUTE_S, timeout_s=A_MINUTE_S)


def wait_for_a_process(run: Run, folder: Path) -> None:
    command = [sys.executable, "-c", f"import time; time.sleep({A_MINUTE_S})"]
    run_child(command, cwd=folder, env={}, stdin=b"", timeout_s=A_MINUTE_S)


@pytest.mark.parametrize("wait", [sleep, wait, wait_for_a_process])
def test_a_cancel_ends_a_wait(database: Database, tmp_path: Path, wait: Callable[[Run, Path], None]) -> None:
    waits = threading.Event()

    def do(run: Run, _request: Request) -> dict[str, Any]:
        waits.set()
        wait(run, tmp_path)
        return {}

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures):
        assert waits.wait(20)
        cancel(database, run_id)
        wait_for(database, run_id, RunState.CANCELLED)  # within 20 s, long before the minute is over


def test_waiting_ends_when_it_is_so(database: Database) -> None:
    answers = iter([False, False, True])
    procedures = procedures_doing(
        lambda run, _request: {"met": run.wait_for(lambda: next(answers), every_s=0.01, timeout_s=A_MINUTE_S)}
    )
    run_id = start(database, procedures)
    with working(database, procedures):
        assert wait_for(database, run_id, RunState.SUCCEEDED).outcome == {"met": True}


def test_a_run_that_waits_for_its_turn_is_cancelled_without_a_worker(database: Database) -> None:
    run_id = start(database, procedures_doing(lambda _run, _request: {}))
    cancel(database, run_id)
    with database.reading() as session:
        assert runs.get_run(session, run_id).state == RunState.CANCELLED


def family(child: Callable[[Run, Request], dict[str, Any]]) -> Procedures:
    """A procedure that waits for three runs of another."""

    def parent(run: Run, _request: Request) -> dict[str, Any]:
        for size in range(3):
            run.start_child(f"child {size}", "test.child", {"size": size})
        return {"sum": sum(run.child(f"child {size}", "test.child", {"size": size})["size"] for size in range(3))}

    procedures = procedures_doing(parent)
    other = Scripted(child)
    other.name = "test.child"
    procedures.add(other)
    return procedures


def test_a_run_waits_for_those_it_starts_without_holding_a_worker(database: Database) -> None:
    procedures = family(lambda _run, request: {"size": request.size})
    parents = [start(database, procedures) for _ in range(4)]  # more than there are workers
    with working(database, procedures):
        for run_id in parents:
            assert wait_for(database, run_id, RunState.SUCCEEDED).outcome == {"sum": 3}
    with database.reading() as session:
        assert [len(runs.children_of(session, run_id)) for run_id in parents] == [3] * 4


def test_a_failed_child_fails_its_parent_and_both_are_retried(database: Database) -> None:
    is_broken = [True]

    def child(_run: Run, request: Request) -> dict[str, Any]:
        if is_broken[0] and request.size == 1:
            raise SourceUnreadable("no")
        return {"size": request.size}

    procedures = family(child)
    run_id = start(database, procedures)
    with working(database, procedures):
        assert wait_for(database, run_id, RunState.FAILED).error_code == "child-failed"
        is_broken[0] = False
        with database.writing() as session:
            runs.retry_run(session, procedures, SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.SUCCEEDED)
    with database.reading() as session:
        assert len(runs.children_of(session, run_id)) == 3


def test_a_cancel_stops_a_run_and_those_it_waits_for(database: Database) -> None:
    begun = threading.Event()

    def child(run: Run, _request: Request) -> dict[str, Any]:
        begun.set()
        run.sleep(A_MINUTE_S)
        return {}

    procedures = family(child)
    run_id = start(database, procedures)
    with working(database, procedures):
        assert begun.wait(20)
        cancel(database, run_id)
        wait_for(database, run_id, RunState.CANCELLED)
        with database.reading() as session:
            children = [row.id for row in runs.children_of(session, run_id)]
        assert children
        for child_id in children:
            wait_for(database, child_id, RunState.CANCELLED)


def test_no_more_runs_begin_than_the_limit_of_their_key(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {}, Pace(at_most=1, per="size"))
    first, second, other = (start(database, procedures, size=size) for size in (1, 1, 2))

    def take() -> leases.Lease | None:
        return leases.take(database, runs.RUN_QUEUE, "w", datetime.now(UTC), A_MINUTE_S)

    one, two = take(), take()
    assert [lease and lease.key for lease in (one, two)] == [first, other]
    assert take() is None
    assert one is not None
    with database.writing() as session:
        leases.finish(session, one)
    three = take()
    assert three is not None
    assert three.key == second


def test_what_people_start_comes_before_timers_and_timers_before_bulk(database: Database) -> None:
    usual, bulky = Scripted(lambda _run, _request: {}), Scripted(lambda _run, _request: {}, Pace(is_bulk=True))
    procedures = Procedures()
    procedures.add(usual)
    bulk = start(database, _with(procedures, bulky))
    timer = start(database, _with(procedures, usual))
    person = start(database, procedures, PERSON)
    taken = [leases.take(database, runs.RUN_QUEUE, "w", datetime.now(UTC), A_MINUTE_S) for _ in range(3)]
    assert [lease and lease.key for lease in taken] == [person, timer, bulk]


def _with(procedures: Procedures, procedure: Scripted) -> Procedures:
    procedures.add(procedure)
    return procedures


def test_a_start_that_is_rolled_back_starts_nothing(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    plan = runs.plan_run(procedures, SYSTEM, "test.scripted", {})
    with database.writing() as session:
        runs.start_run(session, procedures, SYSTEM, "test.scripted", {}, datetime.now(UTC), plan)
        session.rollback()
    assert leases.take(database, runs.RUN_QUEUE, "w", datetime.now(UTC), A_MINUTE_S) is None
    with database.reading() as session:
        assert runs.list_runs(session, SYSTEM).runs == []


@pytest.mark.parametrize(("late", "expected"), [(Late.ONCE, 1), (Late.EACH, 4), (Late.SKIP, 0)])
def test_missed_ticks_are_made_up_for_as_the_procedure_says(
    database: Database, clock: FakeClock, late: Late, expected: int
) -> None:
    procedures = procedures_doing(lambda _run, _request: {}, Pace(late=late))
    with database.writing() as session:
        timers.set_timer(session, "daily", "0 3 * * *", "Asia/Seoul", "test.scripted", {}, clock())
    clock.advance(days=4)
    while timers.fire_one(database, procedures, "w", clock()):
        pass
    with database.reading() as session:
        assert len(runs.list_runs(session, SYSTEM).runs) == expected


def begun_by_another_version(database: Database, procedures: Procedures, *steps: str) -> str:
    """A run that recorded these steps under another version of its procedure, and whose worker is gone."""
    run_id = start(database, procedures)
    now = datetime.now(UTC)
    with database.writing() as session:
        row = runs.get_run(session, run_id)
        row.state, row.started_at, row.code = RunState.RUNNING, now, "an older one"
        for name in steps:
            step = StepRow(run_id=run_id, name=name, state=RunState.SUCCEEDED, started_at=now, ended_at=now, result={})
            step.is_of_targets = False
            session.add(step)
    return run_id


def test_renamed_steps_need_a_decision_and_a_retry_goes_on(database: Database) -> None:
    did: list[str] = []

    def do(run: Run, _request: Request) -> dict[str, Any]:
        run.step("prepare", lambda: did.append("prepare") or {})
        run.step("send", lambda: did.append("send") or {})
        return {}

    procedures = procedures_doing(do)
    run_id = begun_by_another_version(database, procedures, "prepare", "dispatch")
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.NEEDS_DECISION)
        assert "dispatch" in (row.error_message or "")
        assert did == []
        with database.writing() as session:
            runs.retry_run(session, procedures, SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.SUCCEEDED)
    assert did == ["send"]


def test_another_version_with_the_same_steps_just_goes_on(database: Database) -> None:
    procedures = procedures_doing(lambda run, _request: (run.step("prepare", dict) and {}) or run.step("send", dict))
    run_id = begun_by_another_version(database, procedures, "prepare")
    with working(database, procedures):
        wait_for(database, run_id, RunState.SUCCEEDED)


def gone(procedures: Procedures, row: RunRow) -> None:
    row.procedure = "test.gone"


def unreadable(procedures: Procedures, row: RunRow) -> None:
    row.input = {"length": 3}


@pytest.mark.parametrize("change", [gone, unreadable])
def test_what_this_version_can_not_do_needs_a_decision(
    database: Database, change: Callable[[Procedures, RunRow], None]
) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    run_id = start(database, procedures)
    with database.writing() as session:
        change(procedures, runs.get_run(session, run_id))
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.NEEDS_DECISION)
    assert row.error_code == "needs-decision"
    cancel(database, run_id)
    with database.reading() as session:
        assert runs.get_run(session, run_id).state == RunState.CANCELLED


def test_a_run_given_back_again_and_again_fails_with_the_reason(database: Database) -> None:
    def do(_run: Run, _request: Request) -> dict[str, Any]:
        raise AssertionError("not reached")

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with database.writing() as session:
        runs.get_run(session, run_id).error_message = "The forge does not answer."
        session.query(leases.LeaseRow).filter_by(key=run_id).update({"attempts": 10})
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.FAILED)
    assert row.error_code == "taken-over-too-often"
    assert "The forge does not answer." in (row.error_message or "")
