"""Requests for approval over REST: look, approve, refuse, withdraw."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Role
from homeport.kernel.work import approval_decisions, approval_requests, approvals
from homeport.kernel.work.approval_requests import ApprovalRow, ApprovalState
from homeport.web.identify import actor_of
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next


class RequirementModel(BaseModel):
    """That `count` of those who fit one of role (or higher), groups, owners and people approve; `missing` do so yet."""

    role: Role | None
    groups: list[str]
    owners: list[str]
    people: list[str]
    count: int
    self_approval: bool
    missing: int


class DecisionModel(BaseModel):
    """What one person decided."""

    model_config = ConfigDict(from_attributes=True)

    is_approval: bool
    actor_kind: str
    actor_name: str
    at: datetime
    note: str | None


class ApprovalModel(BaseModel):
    """A request for approval of one plan; `run_id` is the run that came of it, or that stopped and asked."""

    id: str
    state: ApprovalState
    procedure: str
    input: dict[str, Any]
    plan: dict[str, Any]
    fingerprint: str
    requirements: list[RequirementModel]
    decisions: list[DecisionModel]
    reason: str | None
    actor_kind: str
    actor_name: str
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    note: str | None
    run_id: str | None
    replaced_by: str | None

    @classmethod
    def of(cls, session: Session, row: ApprovalRow) -> ApprovalModel:
        """The request as it stands."""
        lacking = dict(approval_decisions.missing_of(session, row))
        return cls(
            requirements=[RequirementModel(**one.to_json(), missing=lacking.get(one, 0)) for one in row.required],
            decisions=[DecisionModel.model_validate(one) for one in approval_decisions.decisions_of(session, row.id)],
            **{name: getattr(row, name) for name in cls.model_fields if name not in {"requirements", "decisions"}},
        )


class Decision(BaseModel):
    """A word for who asked, and for those who look later."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=2000)


def routes(services: Services) -> APIRouter:
    """The endpoints under /approvals."""
    router = APIRouter(prefix="/approvals", tags=["approvals"])
    database, procedures, clock = services.database, services.procedures, services.clock

    @router.get("", summary="List requests for approval, newest first")
    def list_approvals(
        request: Request,
        response: Response,
        state: ApprovalState | None = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[ApprovalModel]:
        actor = actor_of(request)
        authorize(actor, "approval.read")
        with database.reading() as session:
            page = approval_requests.list_requests(session, actor, state, limit, after)
            items = [ApprovalModel.of(session, row) for row in page.requests]
        link_next(request, response, page.after)
        return Paged(items=items, after=page.after)

    def now_of(session: Session, request_id: str) -> ApprovalModel:
        return ApprovalModel.of(session, approval_requests.get_request(session, request_id))

    @router.get("/{request_id}", summary="Show a request for approval", responses=TAGGED)
    def show_approval(request: Request, response: Response, request_id: str) -> ApprovalModel:
        authorize(actor_of(request), "approval.read")
        with database.reading() as session:
            return tagged(response, now_of(session, request_id))

    @router.post("/{request_id}/approve", summary="Approve a request; the last approval starts the run")
    def approve(
        request: Request, request_id: str, decision: Decision | None = None, if_match: IfMatch = None
    ) -> ApprovalModel:
        actor, note = actor_of(request), decision.note if decision else ""
        with database.reading() as session:
            check_match(if_match, lambda: now_of(session, request_id))
        row = approvals.approve(database, procedures, actor, request_id, clock(), note)
        with database.reading() as session:
            return ApprovalModel.of(session, row)

    @router.post("/{request_id}/refuse", summary="Refuse a request: nothing is done")
    def refuse(
        request: Request,
        response: Response,
        request_id: str,
        decision: Decision | None = None,
        if_match: IfMatch = None,
    ) -> ApprovalModel:
        actor, note = actor_of(request), decision.note if decision else ""
        with database.writing() as session:
            check_match(if_match, lambda: now_of(session, request_id))
            row = approvals.refuse(session, procedures, actor, request_id, clock(), note)
            return kept(request, response, session, ApprovalModel.of(session, row))

    @router.post("/{request_id}/withdraw", summary="Take a request back")
    def withdraw(request: Request, response: Response, request_id: str, if_match: IfMatch = None) -> ApprovalModel:
        actor = actor_of(request)
        with database.writing() as session:
            check_match(if_match, lambda: now_of(session, request_id))
            row = approvals.withdraw(session, procedures, actor, request_id, clock())
            return kept(request, response, session, ApprovalModel.of(session, row))

    return router
