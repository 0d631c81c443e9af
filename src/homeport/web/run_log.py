"""The log of a run as it is read: a window of lines at a time, by line, by text and by level, or all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.work.runs import LogRow

WINDOW_LINES = 500
"""How many lines of a log a page shows."""

MOST_COUNTED = 5_000
"""Up to how many lines that hold a text are counted."""

_CHUNK_LINES = 5_000


class Level(StrEnum):
    """How bad a line is at least."""

    ANY = ""
    WARNING = "warning"
    ERROR = "error"


_LEVELS = {Level.WARNING: ("warning", "error"), Level.ERROR: ("error",)}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a log: those that hold `text`, whatever its case, and are at least as bad as `level`."""

    text: str = ""
    level: Level = Level.ANY

    @property
    def is_all(self) -> bool:
        """Whether every line is wanted."""
        return not self.text and self.level is Level.ANY


@dataclass(frozen=True, slots=True)
class Window:
    """Some lines of a log: those after line `after`; `total` is the number of the log's last line.

    `count` is how many wanted lines there are after `after`, or `MOST_COUNTED` where there are as many or more.
    """

    lines: Sequence[LogRow]
    after: int
    total: int
    count: int

    @property
    def last(self) -> int:
        """The number of the last line shown."""
        return self.lines[-1].number if self.lines else self.after

    @property
    def is_newest(self) -> bool:
        """Whether no wanted line comes after these."""
        return len(self.lines) >= self.count


def window(session: Session, run_id: str, wanted: Wanted, after: int | None = None, line: int | None = None) -> Window:
    """Return the wanted lines after `after`, or those around `line`; else the newest of all, or the first wanted."""
    total = session.scalar(select(func.max(LogRow.number)).where(LogRow.run_id == run_id)) or 0
    if not wanted.is_all:
        return _narrowed(session, run_id, wanted, max(0, after or 0), total)
    if line is not None:
        after = window_of(line, total)
    start = max(0, total - WINDOW_LINES) if after is None else min(max(0, after), max(0, total - 1))
    return Window(_lines(session, run_id, wanted, start, WINDOW_LINES), start, total, total - start)


def window_of(number: int, total: int) -> int:
    """Return the `after` of the window that shows line `number` with what led to it."""
    return max(0, min(number - WINDOW_LINES // 2, total - WINDOW_LINES))


def lines(session: Session, run_id: str, wanted: Wanted, after: int, limit: int) -> Sequence[LogRow]:
    """Return the first wanted lines after line `after`."""
    return _lines(session, run_id, wanted, after, limit)


def as_text(database: Database, run_id: str) -> Iterator[str]:
    """Return the whole log as text: number, time in UTC, level and text of each line; some thousand at a time."""
    after = 0
    while True:
        with database.reading() as session:
            chunk = _lines(session, run_id, Wanted(), after, _CHUNK_LINES)
        if not chunk:
            return
        after = chunk[-1].number
        yield "".join(map(_written, chunk))


def _written(line: LogRow) -> str:
    text = line.text.replace("\n", "\n    ")
    return f"{line.number} {line.at:%Y-%m-%dT%H:%M:%S.%f}Z {line.level.upper()} {text}\n"


def _narrowed(session: Session, run_id: str, wanted: Wanted, after: int, total: int) -> Window:
    found = select(LogRow.number).where(*_conditions(run_id, wanted), LogRow.number > after)
    numbers = session.scalars(found.order_by(LogRow.number).limit(MOST_COUNTED)).all()
    rows = select(LogRow).where(LogRow.run_id == run_id, LogRow.number.in_(numbers[:WINDOW_LINES]))
    return Window(session.scalars(rows.order_by(LogRow.number)).all(), after, total, len(numbers))


def _lines(session: Session, run_id: str, wanted: Wanted, after: int, limit: int) -> Sequence[LogRow]:
    query: Any = select(LogRow).where(*_conditions(run_id, wanted), LogRow.number > after)
    found: Sequence[LogRow] = session.scalars(query.order_by(LogRow.number).limit(limit)).all()
    return found


def _conditions(run_id: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [LogRow.run_id == run_id]
    if wanted.text:
        conditions.append(LogRow.text.icontains(wanted.text, autoescape=True))
    if wanted.level is not Level.ANY:
        conditions.append(LogRow.level.in_(_LEVELS[wanted.level]))
    return conditions
