"""By when a finding is to be mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import SQLColumnExpression, String, case, func, literal_column, null, type_coerce, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from homeport.kernel.base.database import UtcDateTime
from homeport.kernel.knowledge.findings.records import Finding, Severity

_WHOLE_SECONDS = 19  # of `2026-11-23 09:00:00.000000`, as SQLite keeps a moment

DueDays = Mapping[str, int]
"""Days in which a finding is to be mended, by severity; one that is not named has no due date."""

DUE_DAYS: DueDays = MappingProxyType({Severity.CRITICAL: 7, Severity.HIGH: 30, Severity.MEDIUM: 90})
"""What holds where homeport.yaml says nothing else."""


def due_date(severity: Severity, counted_from: datetime, due_days: DueDays) -> datetime | None:
    """Return by when one of `severity` is to be mended, or None where no day is set for it."""
    return counted_from + timedelta(days=due_days[severity]) if severity in due_days else None


def redate(session: Session, due_days: DueDays) -> int:
    """Bring the due dates of what is still there to what `due_days` says now; return how many changed.

    The database does it in one statement: 100,000 findings take a second, and what is right is not written again.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    counted_from = func.coalesce(Finding.due_from, Finding.first_seen_at)
    dates = [(Finding.severity == one, _days_after(counted_from, days, is_sqlite)) for one, days in _named(due_days)]
    due_at: SQLColumnExpression[Any] = case(*dates, else_=null()) if dates else null()
    changing = update(Finding).where(Finding.gone_at.is_(None), Finding.due_at.is_distinct_from(due_at))
    result = session.execute(changing.values(due_at=due_at), execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def _named(due_days: DueDays) -> list[tuple[Severity, int]]:
    return [(severity, due_days[severity]) for severity in Severity if severity in due_days]


def _days_after(moment: SQLColumnExpression[Any], days: int, is_sqlite: bool) -> SQLColumnExpression[Any]:
    """The moment so many times 24 hours later, to the microsecond, in the words of the engine."""
    if not is_sqlite:
        return moment + literal_column(f"interval '{24 * days:d} hours'")
    seconds = func.strftime("%Y-%m-%d %H:%M:%S", moment, f"+{days:d} days", type_=String)
    return type_coerce(seconds + func.substr(moment, _WHOLE_SECONDS + 1, type_=String), UtcDateTime)
