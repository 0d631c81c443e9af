"""Findings by who has to mend them: worst first, and apart what nobody owns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings import Finding, Severity
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, readable
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.findings_facets import short_owner
from homeport.web.pages.ownership import Ownership, selves_of
from homeport.web.pages.style import render
from homeport.web.tables import Column

PATH = "/findings/by-owner"
_COLUMNS = (
    Column("owner", "pages-finding-owner"),
    Column("severities", "pages-finding-by-severity"),
    Column("count", "pages-finding-count", is_number=True),
    Column("entities", "pages-finding-entities", is_number=True),
    Column("overdue", "pages-finding-overdue", is_number=True),
    Column("seen", "pages-finding-oldest"),
)


@dataclass(slots=True)
class OwnerFacts:
    """An owner with the open findings of what it owns; `filter` narrows the list to them."""

    owner: EntityRef | None
    filter: str
    is_mine: bool = False
    counts: dict[Severity, int] = field(default_factory=dict)
    entities: int = 0
    overdue: int = 0
    oldest_at: datetime | None = None

    @property
    def url(self) -> str:
        """The list of the findings."""
        return f"/findings?q={self.filter}"

    @property
    def total(self) -> int:
        """How many there are."""
        return sum(self.counts.values())

    @property
    def by_severity(self) -> Mapping[Severity, int]:
        """The counts, worst first."""
        return {level: self.counts[level] for level in Severity if level in self.counts}

    @property
    def badness(self) -> tuple[int, ...]:
        """What sorts the worst first."""
        return tuple(-self.counts.get(level, 0) for level in Severity)


@dataclass(frozen=True, slots=True)
class ByOwner:
    """Those who own something with findings, and what nobody owns."""

    owners: list[OwnerFacts]
    unowned: list[OwnerFacts]

    @property
    def total(self) -> int:
        """How many open findings there are."""
        return sum(one.total for one in (*self.owners, *self.unowned))


def add(router: APIRouter, services: Services, ownership: Ownership) -> None:
    """Add the route."""

    @router.get(PATH)
    def by_owner(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        with services.database.reading() as session:
            found = _by_owner(session, actor, ownership, now)
        return render(request, "pages/findings_owners.html", found=found, owner_columns=_COLUMNS)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The open findings of one severity of one entity."""

    entity: EntityRef | None
    severity: Severity
    count: int
    overdue: int
    oldest_at: datetime


def _by_owner(session: Session, actor: Actor, ownership: Ownership, now: datetime) -> ByOwner:
    counted = list(_counted(session, actor, now))
    owner_of = ownership.owners_of(session, {one.entity for one in counted if one.entity})
    selves = selves_of(actor)
    owned: dict[EntityRef, OwnerFacts] = {}
    nobody, nothing = OwnerFacts(None, "owner:none"), OwnerFacts(None, "entity:none")
    seen: set[tuple[EntityRef | None, EntityRef | None]] = set()
    for one in counted:
        owner = owner_of.get(one.entity) if one.entity else None
        if owner is not None:
            facts = owned.setdefault(owner, OwnerFacts(owner, f"owner:{short_owner(owner)}", owner in selves))
        else:
            facts = nobody if one.entity else nothing
        _add(facts, one, is_new=(owner, one.entity) not in seen)
        seen.add((owner, one.entity))
    ordered = sorted(owned.values(), key=lambda facts: (facts.badness, str(facts.owner)))
    return ByOwner(ordered, [facts for facts in (nobody, nothing) if facts.total])


def _add(facts: OwnerFacts, one: _Counted, *, is_new: bool) -> None:
    facts.counts[one.severity] = facts.counts.get(one.severity, 0) + one.count
    facts.overdue += one.overdue
    facts.oldest_at = min(facts.oldest_at or one.oldest_at, one.oldest_at)
    facts.entities += is_new and one.entity is not None


def _counted(session: Session, actor: Actor, now: datetime) -> Iterable[_Counted]:
    is_late: ColumnElement[int] = case((Finding.due_at < now, 1), else_=0)
    query = (
        select(
            Finding.entity_ref,
            Finding.severity,
            func.count(),
            func.sum(is_late),
            func.min(Finding.first_seen_at),
        )
        .where(Finding.gone_at.is_(None), or_(Finding.suppressed_until.is_(None), Finding.suppressed_until <= now))
        .group_by(Finding.entity_ref, Finding.severity)
    )
    for ref, severity, count, overdue, oldest in session.execute(readable(actor, query, Finding.entity_ref)):
        yield _Counted(EntityRef.parse(ref) if ref else None, severity, count, overdue or 0, oldest)
