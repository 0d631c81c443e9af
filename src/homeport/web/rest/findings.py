"""Findings over REST: look, accept for a while, take that back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, Severity, State, Wanted
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.ownership import NoOwners, Ownership, find_owner, selves_of
from homeport.web.rest.paging import After, Limit, Paged, link_next

_ME = "me"


class EvidenceModel(BaseModel):
    """Where it can be seen; `line` counts from 1."""

    model_config = ConfigDict(from_attributes=True)

    file: str | None
    line: int | None
    snippet: str | None
    url: str | None


class FindingModel(BaseModel):
    """Something wrong with an entity; `parameters` fill the words of its rule."""

    id: int
    rule: str
    severity: Severity
    state: State
    entity: str | None
    parameters: dict[str, Any]
    evidence: EvidenceModel
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    due_at: datetime | None
    suppressed_until: datetime | None
    suppressed_reason: str | None
    suppressed_by: str | None

    @classmethod
    def of(cls, row: Finding, now: datetime) -> FindingModel:
        """The finding as it stands now."""
        return cls(
            id=row.id,
            rule=row.rule,
            severity=row.severity,
            state=row.state(now),
            entity=row.entity_ref,
            parameters=row.parameters,
            evidence=EvidenceModel.model_validate(row.evidence),
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            gone_at=row.gone_at,
            due_at=row.due_at,
            suppressed_until=row.suppressed_until,
            suppressed_reason=row.suppressed_reason,
            suppressed_by=row.suppressed_by,
        )


class Suppression(BaseModel):
    """That a finding is accepted: why, and until when."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=2000)
    until: AwareDatetime


Severities = Annotated[list[Severity], Query(default_factory=list)]
Entities = Annotated[list[str], Query(default_factory=list, description="References: kind:namespace/name.")]


def routes(services: Services, ownership: Ownership | None = None) -> APIRouter:
    """The endpoints under /findings; `ownership` says which entities are whose."""
    router = APIRouter(prefix="/findings", tags=["findings"])
    database, clock, owners = services.database, services.clock, ownership or NoOwners()

    @router.get("", summary="List findings, worst first")
    def list_findings(
        request: Request,
        response: Response,
        severity: Severities,
        entity: Entities,
        state: State = State.OPEN,
        rule: str | None = None,
        owner: Annotated[str | None, Query(description="Only of what this owner owns; `me` for yours.")] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[FindingModel]:
        actor, now = actor_of(request), clock()
        authorize(actor, "finding.read")
        with database.reading() as session:
            about = _entities(session, owners, actor, entity, owner)
            wanted = Wanted(state=state, severities=severity, rule=rule, entities=about)
            page = findings.list_findings(session, actor, wanted, now, limit=limit, after=after)
        link_next(request, response, page.after)
        return Paged(items=[FindingModel.of(row, now) for row in page.findings], after=page.after)

    @router.get("/{finding_id}", summary="Show a finding")
    def show_finding(request: Request, finding_id: int) -> FindingModel:
        actor = actor_of(request)
        authorize(actor, "finding.read")
        with database.reading() as session:
            return FindingModel.of(findings.get_finding(session, actor, finding_id), clock())

    @router.post("/{finding_id}/suppress", summary="Accept a finding for a while; it opens again by itself")
    def suppress(request: Request, finding_id: int, asked: Suppression) -> FindingModel:
        actor, now = actor_of(request), clock()
        with database.writing() as session:
            owner = find_owner(session, owners, findings.get_finding(session, actor, finding_id).entity)
            row = findings.suppress(session, actor, finding_id, asked.reason, asked.until, now, owner)
            return FindingModel.of(row, now)

    @router.post("/{finding_id}/unsuppress", summary="Take back that a finding was accepted")
    def unsuppress(request: Request, finding_id: int) -> FindingModel:
        actor, now = actor_of(request), clock()
        with database.writing() as session:
            owner = find_owner(session, owners, findings.get_finding(session, actor, finding_id).entity)
            return FindingModel.of(findings.unsuppress(session, actor, finding_id, now, owner), now)

    return router


def _entities(
    session: Session, ownership: Ownership, actor: Actor, named: list[str], owner: str | None
) -> set[EntityRef] | None:
    """The entities that both filters leave; None where neither narrows."""
    about = {EntityRef.parse(text) for text in named} if named else None
    if owner is None:
        return about
    owners = selves_of(actor) if owner == _ME else {EntityRef.parse(owner, "group")}
    owned = set(ownership.owned_by(session, owners))
    return owned if about is None else about & owned
