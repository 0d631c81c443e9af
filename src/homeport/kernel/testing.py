"""What tests of homeport and of third-party modules stand on: a clock, and a database for each test."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from homeport.kernel.base.database import Database


class FakeClock:
    """A clock that stands still until it is told to move; call it for the time."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        """Move on by the duration, given as timedelta's keywords: `advance(minutes=5)`."""
        self.now += timedelta(**duration)


@contextlib.contextmanager
def sqlite_database(folder: Path) -> Iterator[Database]:
    """A migrated SQLite database in `folder`."""
    database = Database(f"sqlite:///{folder / 'homeport.db'}")
    database.migrate()
    try:
        yield database
    finally:
        database.close()


@contextlib.contextmanager
def postgresql_database(server_url: str) -> Iterator[Database]:
    """A migrated database of its own on the PostgreSQL server at `server_url`, dropped afterwards."""
    name = f"homeport_{uuid.uuid4().hex}"
    with _administrator(server_url) as connection:
        _ensure_template(connection, server_url)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE homeport_template")
    database = Database(_database_url(server_url, name))
    try:
        yield database
    finally:
        database.close()
        with _administrator(server_url) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _ensure_template(connection: psycopg.Connection, server_url: str) -> None:
    connection.execute("SELECT pg_advisory_lock(42)")
    try:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'homeport_template'").fetchone():
            return
        connection.execute("CREATE DATABASE homeport_building")
        building = Database(_database_url(server_url, "homeport_building"))
        building.migrate()
        building.close()
        connection.execute("ALTER DATABASE homeport_building RENAME TO homeport_template")
    finally:
        connection.execute("SELECT pg_advisory_unlock(42)")


def _administrator(server_url: str) -> psycopg.Connection:
    return psycopg.connect(server_url, autocommit=True)


def _database_url(server_url: str, name: str) -> str:
    """`server_url` with another database; it has the form postgresql://user:@/postgres?host=SOCKET."""
    before, _, query = server_url.partition("?")
    base = before.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")
