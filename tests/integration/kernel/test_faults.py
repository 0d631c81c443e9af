"""A database that can't be written, a clock set back: told clearly, and over without a restart."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.base.events import Subscribers
from homeport.kernel.testing import postgresql_database
from homeport.kernel.work import runs
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Procedures
from homeport.kernel.work.runs import RunState
from homeport.kernel.work.worker import Worker

from .scripts import Request, procedures_doing, start, wait_for, working

FILL = "filling"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk can't be mounted here, so none can be filled up")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> None:
    with (disk / FILL).open("wb") as file:
        try:
            while True:
                file.write(b"0" * 65536)
                file.flush()
        except OSError:
            pass


def start_many(database: Database, procedures: Procedures) -> None:
    for _ in range(2_000):
        start(database, procedures)


def test_a_full_disk_is_told_and_work_goes_on_when_there_is_room(small_disk: Path) -> None:
    database = Database(f"sqlite:///{small_disk}/homeport.db")
    database.migrate()

    def do(run: Run, _request: Request) -> dict[str, Any]:
        if not filled:
            filled.append(True)
            fill(small_disk)
            is_full.set()
        return run.step("write", lambda: {"text": "x" * 50_000})

    filled: list[bool] = []
    is_full = threading.Event()
    procedures = procedures_doing(do)
    run_id = start(database, procedures)
    with working(database, procedures) as worker:
        assert is_full.wait(20)
        with pytest.raises(DatabaseUnavailable, match="full"):
            start_many(database, procedures)
        with pytest.raises(DatabaseUnavailable, match="full"):
            database.check_writing()
        (small_disk / FILL).unlink()
        wait_for(database, run_id, RunState.SUCCEEDED)
        database.check_writing()
        assert worker.is_alive
    database.close()


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    with postgresql_database(postgresql_url) as database:
        yield database


def read_only(database: Database, *, is_on: bool) -> None:
    """Let the server refuse changes, or take them again, as a replica that was promoted."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(
            text(f"ALTER DATABASE {name} SET default_transaction_read_only = {'on' if is_on else 'off'}")
        )
    database.engine.dispose()  # it is a setting of new connections


def test_a_database_that_only_reads_is_told_and_work_goes_on_when_it_takes_changes(postgresql: Database) -> None:
    procedures = procedures_doing(lambda _run, _request: {})
    run_id = start(postgresql, procedures)
    read_only(postgresql, is_on=True)
    with working(postgresql, procedures) as worker:
        with pytest.raises(DatabaseUnavailable, match="read-only"):
            start(postgresql, procedures)
        with pytest.raises(DatabaseUnavailable, match="read-only"):
            postgresql.check_writing()
        read_only(postgresql, is_on=False)
        wait_for(postgresql, run_id, RunState.SUCCEEDED)
        postgresql.check_writing()
        assert worker.is_alive


def test_a_clock_set_back_holds_nothing_up(database: Database) -> None:
    offset = [timedelta(hours=2)]
    procedures = procedures_doing(lambda _run, _request: {})
    plan = runs.plan_run(procedures, runs.SYSTEM, "test.scripted", {})
    worker = Worker(
        database, procedures, Subscribers(), lambda: datetime.now(UTC) + offset[0], run_workers=1, lease_s=5, poll_s=0.1
    )
    offset[0] = timedelta()
    with database.writing() as session:  # due in two hours, by the time that it is now
        later = datetime.now(UTC) + timedelta(hours=2)
        run_id = runs.start_run(session, procedures, runs.SYSTEM, "test.scripted", {}, later, plan).id
    worker.start()
    try:
        wait_for(database, run_id, RunState.SUCCEEDED)
    finally:
        worker.stop()
