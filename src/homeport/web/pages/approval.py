"""The page of a request for approval: what would be done, who asked and why, who decides, and the buttons to."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import PlanChanged
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work import approval_decisions, approval_requests, approvals
from homeport.kernel.work.approval_requests import ApprovalState
from homeport.web.identify import actor_of
from homeport.web.pages.approval_facts import ApprovalFacts
from homeport.web.pages.run_facts import shown
from homeport.web.pages.style import render
from homeport.web.shell import redirect

_MOST_TARGETS = 50
_LONGEST_NOTE = 2000

Note = Annotated[str, Form(max_length=_LONGEST_NOTE)]


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of a request."""
    database, procedures = services.database, services.procedures

    @router.get("/approvals/{request_id}")
    def page(request: Request, request_id: str) -> Response:
        actor = actor_of(request)
        authorize(actor, "approval.read")
        with database.reading() as session:
            context = _context(session, services, actor, request_id)
        return render(request, "pages/approval.html", **context)

    @router.post("/approvals/{request_id}/approve")
    def approve(request: Request, request_id: str, note: Note = "") -> Response:
        try:
            row = approvals.approve(database, procedures, actor_of(request), request_id, services.clock(), note.strip())
        except PlanChanged:
            return redirect(request, f"/approvals/{request_id}", notice="approvals-notice-void", state="bad")
        if row.state == ApprovalState.USED and row.run_id:
            return redirect(request, f"/runs/{row.run_id}", notice="approvals-notice-started")
        return redirect(request, f"/approvals/{request_id}", notice="approvals-notice-approved")

    @router.post("/approvals/{request_id}/refuse")
    def refuse(request: Request, request_id: str, note: Note = "") -> Response:
        with database.writing() as session:
            approvals.refuse(session, procedures, actor_of(request), request_id, services.clock(), note.strip())
        return redirect(request, f"/approvals/{request_id}", notice="approvals-notice-refused")

    @router.post("/approvals/{request_id}/withdraw")
    def withdraw(request: Request, request_id: str) -> Response:
        with database.writing() as session:
            approvals.withdraw(session, procedures, actor_of(request), request_id, services.clock())
        return redirect(request, f"/approvals/{request_id}", notice="approvals-notice-withdrawn")


def _context(session: Session, services: Services, actor: Actor, request_id: str) -> dict[str, Any]:
    row, now = approval_requests.get_request(session, request_id), services.clock()
    facts, asked = ApprovalFacts(row, now), shown(row.input)
    plan = facts.plan
    missing = dict(approval_decisions.missing_of(session, row))
    return {
        "one": facts,
        "asked": asked,
        "committed": [pair for pair in shown(plan.commitments) if pair not in asked],
        "observed": shown(plan.observations),
        "targets": plan.targets[:_MOST_TARGETS],
        "hidden_targets": len(plan.targets[_MOST_TARGETS:]),
        "requirements": [(one, missing.get(one, 0)) for one in row.required],
        "decisions": approval_decisions.decisions_of(session, row.id),
        "hindrance": approval_decisions.find_hindrance(session, row, actor, now),
        "is_asker": approval_decisions.is_asker(session, row, actor),
        "may_withdraw": approval_decisions.is_asker(session, row, actor) or may(actor, "approval.withdraw"),
        "who_withdraws": who_may("approval.withdraw"),
    }
