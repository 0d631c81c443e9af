"""What a module sees now, against what is known: new, seen again, back, and gone.

A module reports what it found in its scope and which parts of the scope it could look at. Only what lies in
those parts and was not found again is gone; what could not be looked at stays as it was.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from homeport.kernel.knowledge.findings.due_dates import DUE_DAYS, DueDays, due_date
from homeport.kernel.knowledge.findings.records import Evidence, Finding, Found, Words

_REPORT_LOCK = 1_796_219_403


class _Everything(Container[str]):
    def __contains__(self, part: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()
"""For `report`: every part of the scope was looked at."""


@dataclass(frozen=True, slots=True)
class Reported:
    """How many findings a report brought: for the first time, still there, back again, and no longer there."""

    new: int
    seen_again: int
    reopened: int
    gone: int


def report(
    session: Session,
    scope: str,
    found: Iterable[Found],
    covered: Container[str],
    now: datetime,
    due_days: DueDays = DUE_DAYS,
) -> Reported:
    """Take in what a module found in `scope`, and return what that changed.

    Args:
        covered: the parts of the scope that were looked at; only in those can a finding be gone. Where they are
            listed (a set), nothing else of the scope is even read.
    """
    _wait_for_other_reports(session, scope)
    seen = {one.fingerprint: one for one in found}
    known = {row.fingerprint: row for row in session.scalars(_of_parts(scope, seen.values(), covered))}
    returning = [row for row in known.values() if row.fingerprint in seen]
    reopened = sum(row.gone_at is not None for row in returning)
    for row in returning:
        _see_again(row, seen[row.fingerprint], now, due_days)
    new = [_first_seen(scope, one, now, due_days) for print_, one in seen.items() if print_ not in known]
    session.add_all(new)
    gone = _let_go((row for row in known.values() if row.fingerprint not in seen), covered, now)
    session.flush()
    return Reported(len(new), len(returning) - reopened, reopened, gone)


def storable(text: str) -> str:
    """Return `text` as both databases take it: NUL and half surrogates, as broken files have them, replaced."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _of_parts(scope: str, seen: Iterable[Found], covered: Container[str]) -> Select[Finding]:
    query = select(Finding).where(Finding.scope == scope)
    if not isinstance(covered, Set):
        return query
    return query.where(Finding.part.in_({*covered, *(one.part for one in seen)}))


def _wait_for_other_reports(session: Session, scope: str) -> None:
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time anyway
        session.execute(select(func.pg_advisory_xact_lock(_REPORT_LOCK, func.hashtext(scope))))


def _first_seen(scope: str, found: Found, now: datetime, due_days: DueDays) -> Finding:
    finding = Finding(
        scope=scope,
        part=found.part,
        fingerprint=found.fingerprint,
        rule=found.rule,
        source=found.source,
        entity_ref=str(found.entity) if found.entity else None,
        severity=found.severity,
        first_seen_at=now,
        reopened_count=0,
        due_from=now,
        due_at=due_date(found.severity, now, due_days),
    )
    _describe(finding, found, now)
    return finding


def _see_again(finding: Finding, found: Found, now: datetime, due_days: DueDays) -> None:
    if finding.gone_at is not None:
        finding.gone_at = None
        finding.reopened_count += 1
        finding.due_from, finding.due_at = now, due_date(found.severity, now, due_days)
    elif finding.severity != found.severity:
        finding.due_from, finding.due_at = now, due_date(found.severity, now, due_days)
    finding.severity = found.severity
    _describe(finding, found, now)


def _describe(finding: Finding, found: Found, now: datetime) -> None:
    finding.last_seen_at = now
    finding.parameters = {name: storable(value) for name, value in found.parameters.items()}
    finding.evidence_fields = _storable_fields(found.evidence)
    finding.words_fields = _storable_fields(found.words) if found.words else None


def _storable_fields(told: Evidence | Words) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in asdict(told).items()}


def _let_go(missing: Iterable[Finding], covered: Container[str], now: datetime) -> int:
    gone = [row for row in missing if row.gone_at is None and row.part in covered]
    for row in gone:
        row.gone_at = now
    return len(gone)
