"""Home: what waits for the reader, what they own, what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.changes import Change
from homeport.kernel.knowledge.findings import Wanted
from homeport.kernel.module import HomeCard, Services
from homeport.kernel.trust.access import Rule, authorize, readable, register
from homeport.kernel.trust.identity import Actor, Role
from homeport.kernel.work import runs
from homeport.kernel.work.approval_decisions import waiting_for
from homeport.kernel.work.runs import RunRow, RunState
from homeport.web.identify import actor_of
from homeport.web.pages import run_queries
from homeport.web.pages.approval_facts import ApprovalFacts
from homeport.web.pages.findings import facts_of
from homeport.web.pages.ownership import Ownership, selves_of
from homeport.web.pages.run_facts import RunFacts
from homeport.web.pages.style import render

_ASIDE_FROM_ORDER = 20
"""Cards of a lower order wait for the reader and stand in the main column; the others inform, beside it."""

_MOST_FINDINGS = 5
_MOST_FAILED = 3
_MOST_HAPPENINGS = 12
_DAY = timedelta(days=1)
_CHANGES_SINCE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one act changed: the same of `count` entities, of which `entity` is the first by name."""

    kind: str
    actor_name: str
    at: datetime
    count: int
    entity: EntityRef


Happening = RunFacts | Changes
_ACTION = "home.read"
register(Rule(_ACTION, Role.VIEWER))


def add(router: APIRouter, services: Services, cards: Sequence[HomeCard], ownership: Ownership) -> None:
    """Add the route of the home page."""

    @router.get("/")
    def page(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, _ACTION)
        organisation = services.settings.organisation
        with services.database.reading() as session:
            if not runs.list_runs(session, actor, limit=1).runs:
                return render(request, "pages/welcome.html", organisation=organisation)
            context = {
                "waiting": _cards(request, session, actor, cards, is_aside=False),
                "aside": _cards(request, session, actor, cards, is_aside=True),
                "to_approve": [ApprovalFacts(row, now) for row in waiting_for(session, actor, now)],
                "failed": _facts(session, run_queries.failed_runs_of(session, actor, _MOST_FAILED), now),
                "happenings": _happenings(session, actor, now),
                **_findings(session, actor, ownership, now),
                **_last_day(session, actor, now),
            }
        return render(request, "pages/home.html", organisation=organisation, **context)


def _cards(
    request: Request, session: Session, actor: Actor, cards: Sequence[HomeCard], *, is_aside: bool
) -> list[Markup]:
    """The modules' cards as HTML, each with the context it loads."""
    chosen = [card for card in cards if (card.order >= _ASIDE_FROM_ORDER) is is_aside]
    pages = [render(request, card.template, **card.load(session, actor)) for card in chosen]
    return [Markup(bytes(page.body).decode()) for page in pages]  # noqa: S704 - our own templates, escaped


def _findings(session: Session, actor: Actor, ownership: Ownership, now: datetime) -> dict[str, Any]:
    """The worst open findings of what the reader owns; of everything, if they own as nobody."""
    selves = selves_of(actor)
    wanted = Wanted(entities=ownership.owned_by(session, selves) if selves else None)
    page = findings.list_findings(session, actor, wanted, now, limit=_MOST_FINDINGS)
    counts = findings.count_by_severity(session, actor, wanted, now)
    return {
        "findings": facts_of(session, ownership, actor, page.findings, now),
        "finding_count": sum(counts.values()),
        "severity_counts": [(level, count) for level, count in counts.items() if count],
        "is_mine": bool(selves),
    }


def _last_day(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    since = now - _DAY
    run_count = readable(actor, select(func.count()).select_from(RunRow).where(RunRow.created_at > since))
    changes = select(func.count()).select_from(Change).where(Change.at > since)
    return {
        "run_count": session.scalar(run_count) or 0,
        "failed_count": session.scalar(run_count.where(RunRow.state == RunState.FAILED)) or 0,
        "change_count": session.scalar(readable(actor, changes, Change.entity_ref)) or 0,
    }


def _happenings(session: Session, actor: Actor, now: datetime) -> list[Happening]:
    """Runs and changes together, newest first."""
    rows = runs.list_runs(session, actor, limit=_MOST_HAPPENINGS).runs
    together: list[Happening] = [*_facts(session, rows, now), *_changes(session, actor, now)]
    return sorted(together, key=_time_of, reverse=True)[:_MOST_HAPPENINGS]


def _changes(session: Session, actor: Actor, now: datetime) -> list[Changes]:
    """What changed lately; what one transaction did to many entities is one."""
    act = (Change.kind, Change.actor_name, Change.at)
    query = select(*act, func.count(), func.min(Change.entity_ref)).where(Change.at > now - _CHANGES_SINCE)
    grouped: Any = readable(actor, query, Change.entity_ref).group_by(*act)
    newest = session.execute(grouped.order_by(Change.at.desc()).limit(_MOST_HAPPENINGS))
    return [Changes(kind, name, at, count, EntityRef.parse(ref)) for kind, name, at, count, ref in newest]


def _facts(session: Session, rows: Sequence[RunRow], now: datetime) -> list[RunFacts]:
    counts = run_queries.target_counts(session, [row.id for row in rows])
    return [RunFacts(row, counts.get(row.id, {}), now) for row in rows]


def _time_of(happening: Happening) -> datetime:
    if isinstance(happening, RunFacts):
        return happening.row.ended_at or happening.row.started_at or happening.row.created_at
    return happening.at
