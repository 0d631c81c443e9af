"""By when a finding is to be mended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.knowledge.findings.records import Finding, Severity

DueDays = Mapping[str, int]
"""Days in which a finding is to be mended, by severity; one that is not named has no due date."""

DUE_DAYS: DueDays = MappingProxyType({Severity.CRITICAL: 7, Severity.HIGH: 30, Severity.MEDIUM: 90})
"""What holds where homeport.yaml says nothing else."""


def due_date(severity: Severity, counted_from: datetime, due_days: DueDays) -> datetime | None:
    """Return by when one of `severity` is to be mended, or None where no day is set for it."""
    return counted_from + timedelta(days=due_days[severity]) if severity in due_days else None


def redate(session: Session, due_days: DueDays) -> int:
    """Bring the due dates of what is still there to what `due_days` says now; return how many changed."""
    count = 0
    for row in session.scalars(select(Finding).where(Finding.gone_at.is_(None))):
        due_at = due_date(row.severity, row.due_from or row.first_seen_at, due_days)
        if row.due_at != due_at:
            row.due_at = due_at
            count += 1
    return count
