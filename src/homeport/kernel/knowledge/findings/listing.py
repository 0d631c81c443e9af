"""Findings as people and programs ask for them: one, a page in some order, and how many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import NotFound, no_cursor
from homeport.kernel.knowledge.findings.records import Finding, Severity, State
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor

_NEVER = datetime(9999, 12, 31, tzinfo=UTC)

_Row = TypeVarTuple("_Row")


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
        raise no_cursor(cursor)
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
