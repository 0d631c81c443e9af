"""Runs: planned, worked on, cancelled, retried, taken up again by another worker."""

from __future__ import annotations

import io
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Conflict, Forbidden, InvalidInput, NotFound, PlanChanged, SourceUnreadable
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs, timers
from homeport.kernel.work.execution import Run
from homeport.kernel.work.runs import RunState

from .scripts import DEVELOPER, VIEWER, Request, procedures_doing, start, wait_for, working


def test_a_run_does_its_steps_and_tells_its_outcome(database: Database) -> None:
    def do(run: Run, request: Request) -> dict[str, Any]:
        counted = run.step("count", lambda: {"count": request.size})
        run.log("counted")
        return {"counted": counted["count"]}

    procedures = procedures_doing(do)
    run_id = start(database, procedures, size=2)
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.SUCCEEDED)
    assert row.outcome == {"counted": 2}
    with database.reading() as session:
        assert [(step.name, step.state) for step in runs.steps_of(session, run_id)] == [("count", "succeeded")]
        assert [line.text for line in runs.log_of(session, run_id)] == ["counted"]


def test_a_line_told_while_a_change_is_written_does_not_wait_for_it(database: Database) -> None:
    def do(run: Run, request: Request) -> dict[str, Any]:
        with run.writing():
            time.sleep(0.3)  # longer than lines wait to be stored
            run.log("in the middle of a change")
        return {}

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.SUCCEEDED)
    with database.reading() as session:
        assert [line.text for line in runs.log_of(session, run_id)] == ["in the middle of a change"]


def test_a_second_write_inside_of_a_write_is_refused_instead_of_waiting_for_itself(database: Database) -> None:
    with database.writing(), pytest.raises(RuntimeError, match="writing already"), database.writing():
        pass
    with database.writing():
        pass  # and the next one goes on


def test_who_may_not_start_a_procedure_starts_nothing(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    with pytest.raises(Forbidden):
        start(database, procedures, VIEWER)
    with database.reading() as session:
        assert runs.list_runs(session, SYSTEM).runs == []


def test_input_that_does_not_fit_names_the_field(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    with pytest.raises(InvalidInput) as caught:
        runs.plan_run(procedures, SYSTEM, "test.scripted", {"size": "many"})
    assert [error.pointer for error in caught.value.errors] == ["/input/size"]


def test_an_unknown_procedure_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"test\.scripted"):
        procedures_doing(lambda _run, _request: {}).get("test.none")


def test_a_plan_that_changed_since_it_was_shown_does_not_start(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    plan = runs.plan_run(procedures, SYSTEM, "test.scripted", {"size": 2})
    with pytest.raises(PlanChanged), database.writing() as session:
        runs.start_run(
            session,
            procedures,
            SYSTEM,
            "test.scripted",
            {"size": 2},
            datetime.now(UTC),
            plan,
            shown_fingerprint="0" * 64,
        )


def test_a_failure_says_why_and_retry_does_only_what_is_left(database: Database) -> None:
    is_broken = [True]
    did: list[str] = []

    def do(run: Run, _request: Request) -> dict[str, Any]:
        run.step("prepare", lambda: did.append("prepare") or {})
        for name in run.pending_targets():
            did.append(name)
            with run.writing() as session:
                if name == "t1" and is_broken[0]:
                    run.fail_target(session, name, "no")
                else:
                    run.finish_target(session, name, {}, "yes")
        run.step("sum up", lambda: did.append("sum up") or {}, is_of_targets=True)
        if is_broken[0]:
            raise SourceUnreadable("t1 can't be read")
        return {}

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.FAILED)
        assert (row.error_code, row.error_message) == ("source-unreadable", "t1 can't be read")
        is_broken[0] = False
        with database.writing() as session:
            runs.retry_run(session, procedures, SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.SUCCEEDED)
    assert did == ["prepare", "t0", "t1", "t2", "sum up", "t1", "sum up"]


def test_an_unforeseen_error_fails_the_run_and_the_worker_lives_on(database: Database) -> None:
    def do(_run: Run, request: Request) -> dict[str, Any]:
        if request.size == 1:
            raise ZeroDivisionError("oops")
        return {}

    procedures = procedures_doing(do)
    broken, fine = start(database, procedures, size=1), start(database, procedures, size=2)
    with working(database, procedures):
        assert wait_for(database, broken, RunState.FAILED).error_code == "internal"
        wait_for(database, fine, RunState.SUCCEEDED)


def test_an_unforeseen_error_is_told_in_one_sentence_and_its_values_nowhere(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = f"hunter2-{secrets.token_hex(4)}"

    def do(run: Run, _request: Request) -> dict[str, Any]:
        again = text(
            "INSERT INTO kernel_run_target (run_id, name, title, state) VALUES (:run, 't0', :title, 'waiting')"
        )
        with run.writing() as session:
            session.execute(again, {"run": run.id, "title": canary})
        return {}

    procedures, logged = procedures_doing(do), io.StringIO()
    run_id = start(database, procedures)
    monkeypatch.setattr("homeport.kernel.work.dispatch._log", structlog.wrap_logger(structlog.PrintLogger(logged)))
    with working(database, procedures):
        row = wait_for(database, run_id, RunState.FAILED)
    told = f"IntegrityError, which nobody foresaw: it is in the log of homeport; look for run {run_id}."
    assert row.error_message == told
    with database.reading() as session:
        assert [line.text for line in runs.log_of(session, run_id)] == [told]
    assert run_id in logged.getvalue()
    assert "IntegrityError" in logged.getvalue()
    assert canary not in logged.getvalue()
    assert "already exists" not in logged.getvalue()  # PostgreSQL tells the key of the row in a second line


def test_a_running_run_stops_when_it_is_cancelled(database: Database) -> None:
    def do(run: Run, _request: Request) -> dict[str, Any]:
        while True:
            run.check()
            time.sleep(0.01)

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.RUNNING)
        with database.writing() as session:
            runs.cancel_run(session, SYSTEM, run_id, datetime.now(UTC))
        wait_for(database, run_id, RunState.CANCELLED)
    with database.reading() as session:
        assert {target.state for target in runs.targets_of(session, run_id)} == {"cancelled"}


def test_a_waiting_run_that_is_cancelled_never_starts(database: Database) -> None:
    did: list[str] = []
    procedures = procedures_doing(lambda _run, _request: did.append("work") or {})
    run_id = start(database, procedures)
    with database.writing() as session:
        runs.cancel_run(session, SYSTEM, run_id, datetime.now(UTC))
    with working(database, procedures):
        wait_for(database, run_id, RunState.CANCELLED)
    assert did == []


def test_who_may_not_start_a_procedure_may_not_retry_it_nor_cancel_what_others_started(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    run_id = start(database, procedures)
    with pytest.raises(Forbidden), database.writing() as session:
        runs.cancel_run(session, DEVELOPER, run_id, datetime.now(UTC))
    with database.writing() as session:
        runs.cancel_run(session, SYSTEM, run_id, datetime.now(UTC))
    with pytest.raises(Forbidden, match=r"test\.do"), database.writing() as session:
        runs.retry_run(session, procedures, DEVELOPER, run_id, datetime.now(UTC))


def test_who_started_a_run_may_cancel_it_also_with_a_lower_role_by_now(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    run_id = start(database, procedures, replace(DEVELOPER, role=Role.OPERATOR))
    with database.writing() as session:
        assert runs.cancel_run(session, DEVELOPER, run_id, datetime.now(UTC)).state == RunState.CANCELLED


def test_a_run_that_has_ended_can_not_be_cancelled(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    run_id = start(database, procedures)
    with working(database, procedures):
        wait_for(database, run_id, RunState.SUCCEEDED)
    with pytest.raises(Conflict), database.writing() as session:
        runs.cancel_run(session, SYSTEM, run_id, datetime.now(UTC))
    with pytest.raises(Conflict), database.writing() as session:
        runs.retry_run(session, procedures, SYSTEM, run_id, datetime.now(UTC))


def test_pages_of_runs_cover_all_once(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    started = [start(database, procedures) for _ in range(7)]
    seen: list[str] = []
    after = None
    with database.reading() as session:
        while True:
            page = runs.list_runs(session, SYSTEM, limit=3, after=after)
            seen += [row.id for row in page.runs]
            after = page.after
            if after is None:
                break
    assert sorted(seen) == sorted(started)


def test_a_late_timer_fires_once_and_sets_its_next_tick(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    began = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with database.writing() as session:
        timers.set_timer(session, "daily", "0 3 * * *", "Asia/Seoul", "test.scripted", {"size": 1}, began)
    assert not timers.fire_one(database, procedures, "w", began.replace(hour=17, minute=59))
    four_days_later = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert timers.fire_one(database, procedures, "w", four_days_later)
    assert not timers.fire_one(database, procedures, "w", four_days_later)
    with database.reading() as session:
        assert len(runs.list_runs(session, SYSTEM).runs) == 1
    assert not timers.fire_one(database, procedures, "w", datetime(2026, 11, 24, 17, 59, tzinfo=UTC))
    assert timers.fire_one(database, procedures, "w", datetime(2026, 11, 24, 18, 0, tzinfo=UTC))


def test_a_timer_does_not_start_what_still_goes_on(database: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with database.writing() as session:
        timers.set_timer(session, "often", "* * * * *", "UTC", "test.scripted", {"size": 1}, now)
    for minute in (1, 2, 3):
        assert timers.fire_one(database, procedures, "w", now.replace(minute=minute))
    with database.reading() as session:
        assert len(runs.list_runs(session, SYSTEM).runs) == 1


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), datetime(2026, 11, 1, 8, 0, tzinfo=UTC)),
    ],
)
def test_ticks_follow_the_zone_over_a_change_of_clocks(now: datetime, expected: datetime) -> None:
    assert timers.next_tick("0 3 * * *", "America/New_York", now).astimezone(UTC) == expected
