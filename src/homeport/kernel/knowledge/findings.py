"""What is wrong with entities, as the modules see it: one model, one list, one way to live with some of it.

A module reports what it found in its scope and which parts of the scope it could look at. Only what lies in
those parts and was not found again is gone; what could not be looked at stays as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Index,
    Select,
    SmallInteger,
    SQLColumnExpression,
    String,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from homeport.kernel.base.database import Base
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, FieldError, InvalidFilter, InvalidInput, NotFound
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize, may, readable
from homeport.kernel.trust.identity import Actor

_REPORT_LOCK = 1_796_219_403
_NEVER = datetime(9999, 12, 31, tzinfo=UTC)
_Row = TypeVarTuple("_Row")


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class State(StrEnum):
    """Where a finding stands: to be mended, accepted until a day, or no longer there."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    GONE = "gone"


DueDays = Mapping[str, int]
"""Days in which a finding is to be mended, by severity; one that is not named has no due date."""

DUE_DAYS: DueDays = MappingProxyType({Severity.CRITICAL: 7, Severity.HIGH: 30, Severity.MEDIUM: 90})
"""What holds where homeport.yaml says nothing else."""


class _SeverityRank(TypeDecorator[Severity]):
    """A severity, stored as its place in the order, so that the database sorts worst first."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Severity | None, dialect: Dialect) -> int | None:
        return None if value is None else list(Severity).index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Severity | None:
        return None if value is None else list(Severity)[value]


class _Everything(Container[str]):
    def __contains__(self, part: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()
"""For `report`: every part of the scope was looked at."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where it can be seen: `line` counts from 1, `url` leads to the place."""

    file: str | None = None
    line: int | None = None
    snippet: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a finding that another tool brought, in that tool's language; always data, never markup."""

    title: str
    message: str = ""
    why: str = ""
    fix: str = ""
    url: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong that a module sees now.

    `rule` is named module.rule, such as `catalog.unknown-owner`, or tool/rule where another tool brought it with
    `words` of its own. `part` is the part of the scope it was seen in,
    such as a repository. `key` tells apart two of one rule, part and entity, such as a file; it must not change
    when nothing else did, so no line numbers. `parameters` fill the message in the reader's language.
    """

    rule: str
    part: str
    severity: Severity
    entity: EntityRef | None = None
    key: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence = Evidence()
    words: Words | None = None

    @property
    def source(self) -> str:
        """Which module or tool says so."""
        return re.split("[./]", self.rule, maxsplit=1)[0]

    @property
    def fingerprint(self) -> str:
        """What makes it the same finding the next time it is seen."""
        parts = [self.rule, self.part, str(self.entity or ""), self.key]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Finding(Base):
    """Something wrong, from when it was first seen until it is gone, and after."""

    __tablename__ = "kernel_findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    part: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str]
    source: Mapped[str]
    entity_ref: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(_SeverityRank)
    parameters: Mapped[dict[str, Any]]
    evidence_fields: Mapped[dict[str, Any]] = mapped_column("evidence")
    words_fields: Mapped[dict[str, Any] | None] = mapped_column("words")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    reopened_count: Mapped[int]
    due_from: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    suppressed_until: Mapped[datetime | None]
    suppressed_reason: Mapped[str | None]
    suppressed_by: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("scope", "fingerprint"),
        Index("ix_kernel_findings_part", "scope", "part"),
        Index("ix_kernel_findings_entity_ref", "entity_ref"),
        Index("ix_kernel_findings_severity", "severity", "id"),
        Index("ix_kernel_findings_source", "source"),
    )

    @property
    def entity(self) -> EntityRef | None:
        """The entity it is about, if it is about one."""
        return EntityRef.parse(self.entity_ref) if self.entity_ref else None

    @property
    def evidence(self) -> Evidence:
        """Where it can be seen."""
        return Evidence(**self.evidence_fields)

    @property
    def words(self) -> Words | None:
        """Its own text where another tool brought it; else its words are in the locale files."""
        return Words(**self.words_fields) if self.words_fields else None

    @property
    def message_key(self) -> str:
        """The key of its words in the locale files, to which `-title` and `-fix` are added."""
        return f"finding-{self.rule.replace('.', '-')}"

    def state(self, now: datetime) -> State:
        """Return where it stands; a suppression that has expired is none."""
        if self.gone_at is not None:
            return State.GONE
        is_suppressed = self.suppressed_until is not None and self.suppressed_until > now
        return State.SUPPRESSED if is_suppressed else State.OPEN


@dataclass(frozen=True, slots=True)
class Reported:
    """How many findings a report brought: for the first time, still there, back again, and no longer there."""

    new: int
    seen_again: int
    reopened: int
    gone: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings to list or count; what is empty or None does not narrow.

    `entities` are the entities they may be about, such as one, or all that a team owns; with `has_entity` False
    only those that are about no entity. `seen_before` leaves those first seen before a moment, `is_overdue` those
    that should have been mended.
    """

    state: State | None = State.OPEN
    severities: Collection[Severity] = ()
    rule: str | None = None
    source: str | None = None
    seen_before: datetime | None = None
    is_overdue: bool = False
    entities: Collection[EntityRef] | None = None
    has_entity: bool | None = None


class Order(StrEnum):
    """How a list of findings is sorted; equal ones stand newest first, those that are never due last by `due`."""

    WORST = "severity"
    MILDEST = "-severity"
    DUE = "due"
    LAST_DUE = "-due"
    OLDEST = "seen"
    NEWEST = "-seen"


@dataclass(frozen=True, slots=True)
class Page:
    """Some findings of a list, and the cursor for those after them, or None at the end."""

    findings: Sequence[Finding]
    after: str | None


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


def get_finding(session: Session, actor: Actor | None, finding_id: int) -> Finding:
    """Return the finding.

    Raises:
        NotFound: there is none of that id, or the actor may not read it.
    """
    query = select(Finding).where(Finding.id == finding_id)
    finding = session.scalars(readable(actor, query, Finding.entity_ref)).one_or_none()
    if finding is None:
        raise NotFound(f"No finding has the number {finding_id}; `homeport findings list` shows them.")
    return finding


def shown_to(actor: Actor | None, finding: Finding, owner: EntityRef | None) -> Evidence:
    """Return the evidence as `actor` may see it: the proof (snippet) is for `owner`, security and admin only."""
    if finding.evidence.snippet is None or may(actor, "finding.proof", owner):
        return finding.evidence
    return replace(finding.evidence, snippet=None)


def list_findings(
    session: Session,
    actor: Actor | None,
    wanted: Wanted,
    now: datetime,
    *,
    limit: int,
    after: str | None = None,
    order: Order = Order.WORST,
) -> Page:
    """Return a page of findings, worst first unless `order` says otherwise.

    Raises:
        InvalidFilter: `after` is no cursor of this list.
    """
    query = _matching(select(Finding), actor, wanted, now).order_by(*_sorted_by(order))
    if after is not None:
        query = query.where(_comes_after(order, after))
    found = session.scalars(query.limit(limit + 1)).all()
    page = found[:limit]
    return Page(page, _cursor(order, page[-1]) if len(found) > limit else None)


def count_by_severity(session: Session, actor: Actor | None, wanted: Wanted, now: datetime) -> dict[Severity, int]:
    """Return how many findings there are of each severity, worst first, 0 where there are none."""
    query = _matching(select(Finding.severity, func.count()), actor, wanted, now).group_by(Finding.severity)
    return dict.fromkeys(Severity, 0) | dict(session.execute(query).all())


def count_by_rule(session: Session, actor: Actor | None, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Return how many findings each rule has, most first."""
    return _counted(session, _matching(select(Finding.rule, func.count()), actor, wanted, now), Finding.rule)


def count_by_source(session: Session, actor: Actor | None, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Return how many findings each module and tool has, most first."""
    return _counted(session, _matching(select(Finding.source, func.count()), actor, wanted, now), Finding.source)


def count_by_entity(session: Session, actor: Actor | None, wanted: Wanted, now: datetime) -> dict[EntityRef, int]:
    """Return how many findings each entity has; those without one are not in it."""
    query = _matching(select(Finding.entity_ref, func.count()), actor, wanted, now).group_by(Finding.entity_ref)
    return {EntityRef.parse(ref): count for ref, count in session.execute(query) if ref is not None}


def suppress(
    session: Session,
    actor: Actor,
    finding_id: int,
    reason: str,
    until: datetime,
    now: datetime,
    owner: EntityRef | None = None,
) -> Finding:
    """Accept the finding until a day, with a reason; `owner` owns the entity it is about.

    Raises:
        Forbidden: the actor is neither an operator nor the owner.
        NotFound: there is none of that id.
        Conflict: it is gone already.
        InvalidInput: no reason, or a day that has passed.
    """
    authorize(actor, "finding.suppress", owner)
    finding = get_finding(session, actor, finding_id)
    if finding.gone_at is not None:
        raise Conflict(f"Finding {finding_id} is gone since {finding.gone_at:%Y-%m-%d}; nothing is left to accept.")
    if not reason.strip():
        raise _invalid("/reason", "Say why it is accepted; whoever reads it later will want to know.")
    if until <= now:
        raise _invalid("/until", f"{until:%Y-%m-%d %H:%M} has passed; accept it until a day to come.")
    _set_suppression(session, actor, finding, now, until=until, reason=storable(reason.strip()), by=actor.name)
    return finding


def unsuppress(
    session: Session, actor: Actor, finding_id: int, now: datetime, owner: EntityRef | None = None
) -> Finding:
    """Take back that the finding was accepted: it is open again.

    Raises:
        Forbidden: the actor is neither an operator nor the owner.
        NotFound: there is none of that id.
    """
    authorize(actor, "finding.suppress", owner)
    finding = get_finding(session, actor, finding_id)
    _set_suppression(session, actor, finding, now, until=None, reason=None, by=None)
    return finding


def redate(session: Session, due_days: DueDays) -> int:
    """Bring the due dates of what is still there to what `due_days` says now; return how many changed."""
    count = 0
    for row in session.scalars(select(Finding).where(Finding.gone_at.is_(None))):
        due_at = _due_at(row.severity, row.due_from or row.first_seen_at, due_days)
        if row.due_at != due_at:
            row.due_at = due_at
            count += 1
    return count


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
        due_at=_due_at(found.severity, now, due_days),
    )
    _describe(finding, found, now)
    return finding


def _see_again(finding: Finding, found: Found, now: datetime, due_days: DueDays) -> None:
    if finding.gone_at is not None:
        finding.gone_at = None
        finding.reopened_count += 1
        finding.due_from, finding.due_at = now, _due_at(found.severity, now, due_days)
    elif finding.severity != found.severity:
        finding.due_from, finding.due_at = now, _due_at(found.severity, now, due_days)
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


def _due_at(severity: Severity, now: datetime, due_days: DueDays) -> datetime | None:
    return now + timedelta(days=due_days[severity]) if severity in due_days else None


def _set_suppression(
    session: Session,
    actor: Actor,
    finding: Finding,
    now: datetime,
    *,
    until: datetime | None,
    reason: str | None,
    by: str | None,
) -> None:
    before = {"until": finding.suppressed_until, "reason": finding.suppressed_reason}
    finding.suppressed_until, finding.suppressed_reason, finding.suppressed_by = until, reason, by
    action = "finding.suppress" if until else "finding.unsuppress"
    after = {"until": until, "reason": reason}
    audit.record(session, actor, action, f"finding:{finding.id}", now=now, before=before, after=after)


def _matching(query: Select[*_Row], actor: Actor | None, wanted: Wanted, now: datetime) -> Select[*_Row]:
    conditions = [_in_state(wanted.state, now)] if wanted.state else []
    if wanted.severities:
        conditions.append(Finding.severity.in_(wanted.severities))
    if wanted.rule is not None:
        conditions.append(Finding.rule == wanted.rule)
    if wanted.source is not None:
        conditions.append(Finding.source == wanted.source)
    if wanted.seen_before is not None:
        conditions.append(Finding.first_seen_at < wanted.seen_before)
    if wanted.is_overdue:
        conditions.append(Finding.due_at < now)
    if wanted.entities is not None:
        conditions.append(Finding.entity_ref.in_([str(ref) for ref in wanted.entities]))
    if wanted.has_entity is not None:
        is_about_none = Finding.entity_ref.is_(None)
        conditions.append(~is_about_none if wanted.has_entity else is_about_none)
    return readable(actor, query.where(*conditions), Finding.entity_ref)


def _in_state(state: State, now: datetime) -> ColumnElement[bool]:
    is_there = Finding.gone_at.is_(None)
    if state is State.GONE:
        return Finding.gone_at.is_not(None)
    if state is State.SUPPRESSED:
        return and_(is_there, Finding.suppressed_until > now)
    return and_(is_there, or_(Finding.suppressed_until.is_(None), Finding.suppressed_until <= now))


def _counted(session: Session, query: Select[str, int], column: InstrumentedAttribute[str]) -> dict[str, int]:
    return dict(session.execute(query.group_by(column).order_by(func.count().desc(), column)).all())


def _sort_key(order: Order) -> SQLColumnExpression[Any]:
    if order in {Order.WORST, Order.MILDEST}:
        return Finding.severity
    return func.coalesce(Finding.due_at, _NEVER) if order in {Order.DUE, Order.LAST_DUE} else Finding.first_seen_at


def _sorted_by(order: Order) -> Sequence[ColumnElement[Any]]:
    key = _sort_key(order)
    return key.desc() if order.startswith("-") else key.asc(), Finding.id.desc()


def _cursor(order: Order, last: Finding) -> str:
    if order in {Order.WORST, Order.MILDEST}:
        return f"{last.severity}-{last.id}"
    moment = (last.due_at or _NEVER) if order in {Order.DUE, Order.LAST_DUE} else last.first_seen_at
    return f"{moment.isoformat()}-{last.id}"


def _comes_after(order: Order, cursor: str) -> ColumnElement[bool]:
    written, _, number = cursor.rpartition("-")
    key, value = _sort_key(order), _sort_value(order, written)
    if value is None or not (number.isascii() and number.isdigit() and len(number) < 10):
        raise InvalidFilter(f"{cursor!r} is no cursor of this list; take the one that came with the page before.")
    is_past = key < value if order.startswith("-") else key > value
    return or_(is_past, and_(key == value, Finding.id < int(number)))


def _sort_value(order: Order, written: str) -> Severity | datetime | None:
    """What a cursor says of the row that it stands for, or None where it is no cursor of this order."""
    if order in {Order.WORST, Order.MILDEST}:
        return Severity(written) if written in list(Severity) else None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _invalid(pointer: str, problem: str) -> InvalidInput:
    return InvalidInput(problem, errors=(FieldError(pointer, problem),))
