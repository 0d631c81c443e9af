"""/readyz says what is wrong with this process, and for how long; the faults of real servers are in acceptance."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from homeport.app import installation
from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.worker import Worker
from homeport.web import health, identify

from .conftest import Portal


@contextmanager
def asked(database: Database, worker: Worker | None) -> Iterator[Callable[[], tuple[int, dict[str, Any]]]]:
    """Ask /readyz of an application of nothing else."""
    app = FastAPI()
    app.include_router(health.routes(database, worker))

    def ask() -> tuple[int, dict[str, Any]]:
        answer = client.get("/readyz")
        return answer.status_code, answer.json()

    with TestClient(app) as client:
        yield ask


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


WELL = (200, {"status": "ok"})


def test_a_clock_set_back_is_told_until_what_waits_is_in_the_present(tmp_path: Path) -> None:
    offset = [timedelta(hours=2)]
    with installation(lambda: datetime.now(UTC) + offset[0], home=tmp_path) as homeport:
        database, worker = homeport.services.database, homeport.worker()
        with database.writing() as session:
            leases.put(session, "event", "later", homeport.services.clock())
        with asked(database, worker) as ask:
            worker.start()
            try:
                until(lambda: ask() == WELL)
                with database.writing():  # nobody can settle anything meanwhile
                    offset[0] = timedelta()
                    status, told = ask()
                assert (status, told["status"]) == (200, "degraded")
                assert "set back by 7200 s" in told["troubles"]["clock"]
                until(lambda: ask() == WELL)
            finally:
                worker.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_loop_turns_it_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_arguments: Any) -> bool:
        raise SystemExit

    monkeypatch.setattr(Worker, "_fire", die)
    with installation(home=tmp_path) as homeport:
        worker = homeport.worker()
        with asked(homeport.services.database, worker) as ask:
            worker.start()
            try:
                until(lambda: ask() != WELL)
                status, told = ask()
                assert (status, told["status"]) == (503, "degraded")
                assert "timer-worker" in told["troubles"]["worker"]
            finally:
                worker.stop()


def test_the_page_that_says_the_database_is_away_needs_no_database(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identify, "_TOKEN_KNOWN_FOR_S", 600.0)  # whoever asks is known without a look
    with portal.database.writing() as session:
        _, secret = identity.create_token(session, SYSTEM, "ci", Role.VIEWER, portal.clock())
    client = portal.client(Authorization=f"Bearer {secret}")
    assert client.get("/runs").status_code == 200

    def away(_database: Database) -> Any:
        raise DatabaseUnavailable("The database is away.")

    monkeypatch.setattr(Database, "reading", away)
    answer = client.get("/runs")
    assert answer.status_code == 503
    assert "The database is away." in answer.text


def test_who_is_signed_in_is_told_that_the_database_is_away(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    client = portal.signed_in()

    def away(_database: Database) -> Any:
        raise DatabaseUnavailable("The database is away.")

    monkeypatch.setattr(Database, "reading", away)
    assert client.get("/runs").status_code == 503
