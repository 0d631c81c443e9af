"""Engine and Session scope on SQLite and PostgreSQL, the same code on both.

On SQLite writers begin with BEGIN IMMEDIATE behind one lock per process: waiting in the process is fair,
waiting in SQLite's busy handler is not (p99 of a commit 1,090 ms -> 81 ms with 16 writers, measured).
"""

from __future__ import annotations

import json
import re
import select
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    MetaData,
    Table,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, InterfaceError, InternalError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from homeport.kernel.base import private
from homeport.kernel.base.errors import DatabaseUnavailable, InvalidInput

_BUSY_TIMEOUT_MS = 15_000
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "wal_autocheckpoint=8000",  # by its own each 4 MB: reading 100,000 entities took a sixth longer
    f"busy_timeout={_BUSY_TIMEOUT_MS}",
    f"mmap_size={2**30}",  # without it each page is a call to the system: an entity by name 2.2 -> 1.3 ms of CPU
)
_NUL = re.compile(r"((?<!\\)(?:\\\\)*)\\u0000")
_WRITER_TIMEOUT_S = 60.0
_LEAST_ROOM_BYTES = 8 * 2**20
_CONNECT_TIMEOUT_S = 5
_FROZEN_AFTER_S = 300
"""PostgreSQL ends the transaction of a process that says nothing for so long: frozen, it would keep its locks."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must be aware; use datetime.now(UTC)")
        return value.astimezone(UTC) if dialect.name == "postgresql" else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(JSONB, "postgresql")
"""The type of columns that hold JSON values."""


class Base(DeclarativeBase):
    """Base of every table; a module's tables are prefixed with its name, the kernel's with `kernel_`."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        datetime: UtcDateTime,
        dict[str, Any]: Json,
    }


class Database:
    """The database of this process: one engine, sessions to read and sessions to write."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._writer = threading.Lock()
        self._can_not_write = False
        self._here = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads; what it changed is lost. What was loaded can be used afterwards."""
        with self._translated(), Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.execute(text("BEGIN"))
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all.

        Raises:
            DatabaseUnavailable: the database can't be reached or refuses to write (disk full, read only).
            RuntimeError: this thread is writing already; it would wait for itself.
        """
        if getattr(self._here, "is_writing", False):
            raise RuntimeError("This thread is writing already; a second session to write would wait for the first.")
        turn = self._turn_to_write() if self.is_sqlite else nullcontext()
        with self._translated(is_writing=True), turn, Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.execute(text("BEGIN IMMEDIATE"))
            self._here.is_writing = True
            try:
                yield session
            finally:
                self._here.is_writing = False
            session.commit()
        self._can_not_write = False
        for action in session.info.pop("after_commit", ()):
            action()

    def migrate(self) -> None:
        """Bring the tables to the newest shape, creating them when there are none."""
        if self.is_sqlite:
            _make_file(Path(self.url.removeprefix("sqlite:///")))
        with self._translated():
            if self._is_migrated():
                return
        from alembic import command  # here, since a start seldom needs it, and it would take a tenth of its time
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "homeport:migrations")
        with self._translated(), self.engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(7205759403792793)"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def _is_migrated(self) -> bool:
        """Whether the tables have the newest shape already."""
        versions = files("homeport.migrations") / "versions"
        newest = max(one.name.partition("_")[0] for one in versions.iterdir() if one.name[0].isdigit())
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest)

    def check(self) -> None:
        """Return if the database answers.

        Raises:
            DatabaseUnavailable: it does not.
        """
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def check_writing(self) -> None:
        """Return if there is room to write, and the database takes a change again where it refused the last one.

        Raises:
            DatabaseUnavailable: it does not.
        """
        if self._can_not_write:
            with self.writing() as session:
                session.execute(text("UPDATE alembic_version SET version_num = version_num"))
        if self.is_sqlite:
            _check_room(Path(self.url.removeprefix("sqlite:///")))

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if not self._writer.acquire(timeout=_WRITER_TIMEOUT_S):
            raise DatabaseUnavailable(f"Another write of this process has gone on for over {_WRITER_TIMEOUT_S:.0f} s.")
        try:
            yield
        finally:
            self._writer.release()

    @contextmanager
    def _translated(self, *, is_writing: bool = False) -> Iterator[None]:
        try:
            yield
        except (OperationalError, InterfaceError, InternalError) as error:  # PostgreSQL that only reads: internal
            if is_writing:
                self._can_not_write = True
                if self.is_sqlite:
                    self.engine.dispose()  # opened while its file could only be read, a connection never writes
            raise DatabaseUnavailable(f"The database does not answer as it should: {_first_line(error)}") from error
        except (DataError, OverflowError) as error:  # a number too large, NUL in a text: somebody sent it
            reason = _first_line(error) if isinstance(error, DataError) else str(error)
            raise InvalidInput(f"The database can't take one of the values: {reason}") from error


def to_json(value: Any) -> str:
    """Return the value as JSON that both databases store: NUL, which PostgreSQL refuses, is replaced."""
    try:
        text_ = orjson.dumps(value).decode()
    except TypeError:  # a number of over 64 bits, half a surrogate
        text_ = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return _NUL.sub(r"\1\\ufffd", text_) if "\\u0000" in text_ else text_


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of plain values (numbers and texts) as they are; half the cost of SQLAlchemy's own way."""
    if rows:
        mark = "?" if session.get_bind().dialect.name == "sqlite" else "%s"
        values = ", ".join([mark] * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({values})"  # noqa: S608 - names of ours
        session.connection().exec_driver_sql(statement, [tuple(row) for row in rows])


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Do `action` once the transaction of `session` has been committed; never if it was rolled back."""
    session.info.setdefault("after_commit", []).append(action)


def _make_file(file: Path) -> None:
    """Make the file, from which SQLite takes the mode of those beside it, and its folder."""
    try:
        private.make_folder(file.parent)
    except OSError as error:
        reason = f"{file.parent} can't be made: {error.strerror}. Name another with --home or HOMEPORT_HOME."
        raise DatabaseUnavailable(reason) from None
    private.make_file(file)


def _check_room(file: Path) -> None:
    free_bytes = shutil.disk_usage(file.parent).free
    if free_bytes < _LEAST_ROOM_BYTES:
        raise DatabaseUnavailable(f"The disk of {file} is full: {free_bytes / 2**20:.0f} MB are left.")


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]


def _sqlite_engine(url: str) -> Engine:
    connect_args = {"timeout": _BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = create_engine(
        url,
        connect_args=connect_args,
        hide_parameters=True,
        pool_use_lifo=True,  # each connection has a cache and a map of its own: the one used last knows most
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": _CONNECT_TIMEOUT_S,
            "options": f"-c idle_in_transaction_session_timeout={_FROZEN_AFTER_S}s",
        },
        hide_parameters=True,
        pool_size=10,
        max_overflow=20,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
    )

    @event.listens_for(engine, "handle_error")
    def _without_values(context: ExceptionContext) -> None:
        """Keep the first line of what the server says: those after it tell the values of the row that it refused."""
        told = str(context.original_exception).partition("\n")[0]
        context.original_exception.args = (told,)
        if context.sqlalchemy_exception is not None:
            context.sqlalchemy_exception.args = (told,)

    @event.listens_for(engine, "checkout")
    def _is_there_still(connection: Any, _record: Any, _proxy: Any) -> None:
        """Take another connection if the server has said good-bye on this one; asking it each time takes a trip."""
        if connection.closed:
            raise DisconnectionError
        watch = select.poll()  # select() knows no more than 1,024 files
        watch.register(connection.fileno(), select.POLLIN)
        if watch.poll(0):
            raise DisconnectionError

    return engine
