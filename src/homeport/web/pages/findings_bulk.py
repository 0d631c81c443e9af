"""Accepting many findings at once, from the list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import State
from homeport.kernel.module import Services
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.finding import problems_of
from homeport.web.pages.ownership import Ownership
from homeport.web.shell import redirect

_MOST = 500


def add(router: APIRouter, services: Services, ownership: Ownership) -> None:
    """Add the route that the list's form is sent to."""

    @router.post("/findings/suppress")
    def suppress(
        request: Request,
        finding: Annotated[list[int] | None, Form()] = None,
        reason: Annotated[str, Form()] = "",
        days: Annotated[str, Form()] = "",
        next_url: Annotated[str, Form(alias="next")] = "/findings",
    ) -> Response:
        actor, now = actor_of(request), services.clock()
        wrong = next(iter(problems_of(reason, days).values()), "" if finding else "pages-bulk-none")
        if wrong or not finding:
            return redirect(request, next_url, notice=wrong, state="bad")
        if len(finding) > _MOST:
            raise InvalidInput(f"{len(finding)} findings were sent; at most {_MOST} can be accepted at once.")
        with services.database.writing() as session:
            until = now + timedelta(days=int(days))
            count = _suppress(session, ownership, actor, finding, reason, until, now)
        return redirect(request, next_url, notice="pages-notice-bulk-suppressed", count=count, days=int(days))


def _suppress(
    session: Session,
    ownership: Ownership,
    actor: Actor,
    numbers: list[int],
    reason: str,
    until: datetime,
    now: datetime,
) -> int:
    """Accept them all or, where one is not the actor's to accept, none; those that are gone are left as they are."""
    rows = [findings.get_finding(session, actor, number) for number in dict.fromkeys(numbers)]
    standing = [row for row in rows if row.state(now) is not State.GONE]
    owners = ownership.owners_of(session, {row.entity for row in standing if row.entity})
    for row in standing:
        owner = owners.get(row.entity) if row.entity else None
        findings.suppress(session, actor, row.id, reason, until, now, owner)
    return len(standing)
