"""Processes that are killed or frozen in the middle of something: another one takes over, and nothing counts twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.base.settings import load_settings
from homeport.kernel.testing import postgresql_database
from homeport.kernel.trust.identity import SYSTEM, Actor, Role, ensure_person
from homeport.kernel.work import runs, timers
from homeport.kernel.work.approval_rules import Policy
from homeport.kernel.work.approvals import approve, start_or_ask
from homeport.kernel.work.execution import Run
from homeport.kernel.work.runs import RunState

from .scripts import Request, procedures_doing, start, wait_for, working

CHILD = Path(__file__).with_name("takeover_child.py")


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    with postgresql_database(postgresql_url) as database:
        yield database


@contextmanager
def other_process(database: Database, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own; its procedure does not get beyond what the test is about."""
    url = database.engine.url.render_as_string(hide_password=False)
    child = subprocess.Popen([sys.executable, str(CHILD), url, str(folder)], env=dict(os.environ))
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def finish(run: Run, request: Request) -> dict[str, Any]:
    """What the child's procedure does, where nothing comes in between."""
    return run.step("slow", lambda: {"by": "second"})


def test_a_killed_process_is_replaced(postgresql: Database, tmp_path: Path) -> None:
    procedures = procedures_doing(finish)
    run_id = start(postgresql, procedures)
    with other_process(postgresql, tmp_path) as child:
        until((tmp_path / "in step").exists)
        child.send_signal(signal.SIGKILL)
        with working(postgresql, procedures):
            assert wait_for(postgresql, run_id, RunState.SUCCEEDED).outcome == {"by": "second"}


def test_the_fence_stops_a_process_that_was_frozen(postgresql: Database, tmp_path: Path) -> None:
    procedures = procedures_doing(finish)
    run_id = start(postgresql, procedures)
    with other_process(postgresql, tmp_path) as child:
        until((tmp_path / "in step").exists)
        child.send_signal(signal.SIGSTOP)
        with working(postgresql, procedures):
            wait_for(postgresql, run_id, RunState.SUCCEEDED)
        (tmp_path / "go on").touch()
        child.send_signal(signal.SIGCONT)
        until((tmp_path / "left").exists)
    with postgresql.reading() as session:
        assert runs.get_run(session, run_id).outcome == {"by": "second"}
        assert [step.result for step in runs.steps_of(session, run_id)] == [{"by": "second"}]
    assert json.loads((tmp_path / "left").read_text()) == "LeaseLost"


def test_a_change_that_was_not_committed_is_not_there(database: Database, tmp_path: Path) -> None:
    (tmp_path / "in transaction").touch()

    def do(run: Run, _request: Request) -> dict[str, Any]:
        with run.writing() as session:
            run.finish_target(session, "t0", {}, "by the second")
        return {}

    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with other_process(database, tmp_path) as child:
        until((tmp_path / "in step").exists)
        child.send_signal(signal.SIGKILL)
        child.wait()
    with database.reading() as session:
        assert {target.state for target in runs.targets_of(session, run_id)} == {"waiting"}
    with working(database, procedures):
        wait_for(database, run_id, RunState.SUCCEEDED)
    with database.reading() as session:
        assert runs.targets_of(session, run_id)[0].detail == "by the second"


def test_a_timer_that_is_pending_outlives_its_process(database: Database, tmp_path: Path) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    with other_process(database, tmp_path) as child:
        until((tmp_path / "working").exists)
        with database.writing() as session:
            timers.set_timer(session, "yearly", "0 0 1 1 *", "UTC", "test.scripted", {}, datetime.now(UTC))
        child.send_signal(signal.SIGKILL)
        child.wait()
    next_year = datetime(datetime.now(UTC).year + 1, 1, 1, tzinfo=UTC)
    assert timers.fire_one(database, procedures, "another", next_year)
    assert not timers.fire_one(database, procedures, "another", next_year)
    with database.reading() as session:
        assert [row.actor_name for row in runs.list_runs(session, SYSTEM).runs] == [SYSTEM.name]


def test_work_goes_on_after_the_server_ended_every_connection(postgresql: Database) -> None:
    def do(run: Run, _request: Request) -> dict[str, Any]:
        if not ended:
            ended.append(True)
            with postgresql.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        return run.step("after", lambda: {"done": True})

    def has_succeeded() -> bool:
        with suppress(DatabaseUnavailable), postgresql.reading() as session:  # it may be this connection that ends
            return runs.get_run(session, run_id).outcome == {"done": True}
        return False

    ended: list[bool] = []
    procedures = procedures_doing(do)
    run_id = start(postgresql, procedures)
    with working(postgresql, procedures) as worker:
        until(has_succeeded)
        assert worker.is_alive


def test_what_is_approved_after_its_process_was_killed_runs_once(database: Database, tmp_path: Path) -> None:
    did: list[str] = []
    procedures = procedures_doing(lambda run, _request: run.step("do", lambda: did.append(run.id) or {}))
    rules = {"rules": [{"by": {"role": "admin"}, "self_approval": True}]}
    procedures.policy = Policy(load_settings({}, approvals=rules).approvals.rules)
    with database.writing() as session:
        person = ensure_person(session, "Kim", Role.ADMIN, datetime.now(UTC))
    kim = Actor("person", str(person.id), person.name, Role.ADMIN)
    plan = runs.plan_run(procedures, kim, "test.scripted", {})
    with other_process(database, tmp_path) as child:
        until((tmp_path / "working").exists)
        with database.writing() as session:
            asked = start_or_ask(session, procedures, kim, "test.scripted", {}, datetime.now(UTC), plan)
        child.send_signal(signal.SIGKILL)
        child.wait()
    with working(database, procedures):
        approved = approve(database, procedures, kim, asked.id, datetime.now(UTC))
        assert approved.run_id is not None
        wait_for(database, approved.run_id, RunState.SUCCEEDED)
    assert did == [approved.run_id]
    with database.reading() as session:
        assert [row.id for row in runs.list_runs(session, SYSTEM).runs] == did


def test_a_process_frozen_while_it_renews_its_lease_keeps_nobody_out(postgresql: Database) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    def take_over() -> bool:
        taken.append(leases.take(postgresql, "test", "second", now(), 5))
        return taken[-1] is not None

    def renew_and_freeze() -> None:
        with postgresql.writing() as session:
            leases.renew(session, lease, now(), 0.5)
            other = threading.Thread(target=until, args=(take_over,))  # this thread writes
            other.start()
            other.join()
            session.execute(text("SELECT 1"))

    taken: list[leases.Lease | None] = []
    with postgresql.writing() as session:
        leases.put(session, "test", "one", now())
    found = leases.take(postgresql, "test", "first", now(), 0.5)
    assert found is not None
    lease = found
    with pytest.raises(DatabaseUnavailable):
        renew_and_freeze()
    assert taken[-1] is not None
    assert taken[-1].fence == lease.fence + 1
