"""The page of a finding: what it is, why it matters, how to mend it, and accepting it for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, State
from homeport.kernel.module import Services
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.audit import AuditEntry
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.finding_facts import FindingFacts
from homeport.web.pages.findings import SUPPRESSION_DAYS, facts_of
from homeport.web.pages.ownership import Ownership, find_owner
from homeport.web.pages.style import render
from homeport.web.shell import redirect

_ACTION = "finding.suppress"
_USUAL_DAYS = "30"
_LONGEST_REASON = 2000
_MOST_EVENTS = 50
_MOST_SIBLINGS = 8


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a finding: `key` names its words."""

    at: datetime
    key: str
    icon: str
    actor: str = ""
    note: str = ""
    state: str = ""


def add(router: APIRouter, services: Services, ownership: Ownership) -> None:
    """Add the routes of a finding."""
    database = services.database

    @router.get("/findings/{finding_id:int}")
    def page(request: Request, finding_id: int) -> Response:
        return _page(request, services, ownership, finding_id, {"reason": "", "days": _USUAL_DAYS}, {})

    @router.post("/findings/{finding_id:int}/suppress")
    def suppress(
        request: Request,
        finding_id: int,
        reason: Annotated[str, Form()] = "",
        days: Annotated[str, Form()] = _USUAL_DAYS,
    ) -> Response:
        actor, now = actor_of(request), services.clock()
        errors = problems_of(reason, days)
        if errors:
            return _page(request, services, ownership, finding_id, {"reason": reason, "days": days}, errors)
        with database.writing() as session:
            owner = _owner(session, ownership, actor, finding_id)
            until = now + timedelta(days=int(days))
            findings.suppress(session, actor, finding_id, reason, until, now, owner)
        return redirect(request, f"/findings/{finding_id}", notice="pages-notice-suppressed", days=int(days))

    @router.post("/findings/{finding_id:int}/unsuppress")
    def unsuppress(request: Request, finding_id: int) -> Response:
        actor = actor_of(request)
        with database.writing() as session:
            owner = _owner(session, ownership, actor, finding_id)
            findings.unsuppress(session, actor, finding_id, services.clock(), owner)
        return redirect(request, f"/findings/{finding_id}", notice="pages-notice-unsuppressed")


def _page(
    request: Request,
    services: Services,
    ownership: Ownership,
    finding_id: int,
    form: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    actor, now = actor_of(request), services.clock()
    authorize(actor, "finding.read")
    with services.database.reading() as session:
        row = findings.get_finding(session, actor, finding_id)
        owner = find_owner(session, ownership, row.entity)
        context: dict[str, Any] = {
            "one": FindingFacts(row, owner, now, findings.shown_to(actor, row, owner)),
            "events": _history(row, audit.entries(session, limit=_MOST_EVENTS, object_ref=f"finding:{row.id}"), now),
            "siblings": _siblings(session, ownership, actor, row, now),
            "may_suppress": may(actor, _ACTION, owner),
            "who": who_may(_ACTION, owner),
            "who_sees": who_may("finding.proof", owner),
        }
    context |= {"form": form, "errors": errors, "days": SUPPRESSION_DAYS}
    return render(request, "pages/finding.html", status_code=422 if errors else 200, **context)


def _owner(session: Session, ownership: Ownership, actor: Actor, finding_id: int) -> EntityRef | None:
    return find_owner(session, ownership, findings.get_finding(session, actor, finding_id).entity)


def problems_of(reason: str, days: str) -> dict[str, str]:
    """What is wrong in the form: field -> key of what to say."""
    problems = {}
    if not reason.strip():
        problems["reason"] = "pages-suppress-no-reason"
    elif len(reason) > _LONGEST_REASON:
        problems["reason"] = "pages-suppress-long-reason"
    if days not in map(str, SUPPRESSION_DAYS):
        problems["days"] = "pages-suppress-bad-days"
    return problems


def _siblings(session: Session, ownership: Ownership, actor: Actor, row: Finding, now: datetime) -> list[FindingFacts]:
    """Other open findings of the same entity."""
    if row.entity is None:
        return []
    wanted = findings.Wanted(entities=[row.entity])
    page = findings.list_findings(session, actor, wanted, now, limit=_MOST_SIBLINGS + 1)
    return facts_of(session, ownership, actor, [one for one in page.findings if one.id != row.id][:_MOST_SIBLINGS], now)


def _history(row: Finding, entries: Sequence[AuditEntry], now: datetime) -> list[Event]:
    """What happened to the finding, newest first."""
    events = [Event(row.first_seen_at, "pages-finding-was-seen", "eye", state="warn")]
    events += [_decision(entry) for entry in entries if entry.action.startswith("finding.")]
    if row.gone_at is not None:
        events.append(Event(row.gone_at, "pages-finding-was-gone", "circle-check", state="ok"))
    elif row.last_seen_at > row.first_seen_at:
        key = "pages-finding-was-back" if row.reopened_count else "pages-finding-was-seen-again"
        events.append(Event(row.last_seen_at, key, "rotate-ccw" if row.reopened_count else "scan-search"))
    if row.suppressed_until is not None and row.suppressed_until <= now and row.state(now) is State.OPEN:
        events.append(Event(row.suppressed_until, "pages-finding-was-due-again", "alarm-clock", state="warn"))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _decision(entry: AuditEntry) -> Event:
    note = str((entry.after or {}).get("reason") or "")
    if entry.action == _ACTION:
        return Event(entry.at, "pages-finding-was-suppressed", "pause", entry.actor_name, note)
    return Event(entry.at, "pages-finding-was-unsuppressed", "play", entry.actor_name)
