"""Findings over REST: look, accept for a while, take that back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings, imports
from homeport.kernel.knowledge.findings import Finding, Order, Severity, Shown, State, Wanted
from homeport.kernel.knowledge.imports import Import, path_of
from homeport.kernel.knowledge.sarif.log import parse
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.ownership import NoOwners, Ownership, find_owner, selves_of
from homeport.web.rest.bodies import body_up_to
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next

_ME = "me"
_SARIF_BODY = {name: {"schema": {"type": "object"}} for name in ("application/sarif+json", "application/json")}


class EvidenceModel(BaseModel):
    """Where it can be seen; `line` counts from 1; `snippet` is null for who is not its owner, security or admin."""

    model_config = ConfigDict(from_attributes=True)

    file: str | None
    line: int | None
    snippet: str | None
    url: str | None


class WordsModel(BaseModel):
    """The text of a finding that another tool brought, in that tool's language; data, never markup.

    `message` may quote what was found: it is empty for who is not its owner, security or admin.
    """

    model_config = ConfigDict(from_attributes=True)

    title: str
    message: str
    why: str
    fix: str
    url: str | None
    language: str
    cwes: list[str]


class FindingModel(BaseModel):
    """Something wrong with an entity; `parameters` fill the words of its rule, or it has `words` of its own."""

    id: int
    source: str
    rule: str
    severity: Severity
    state: State
    entity: str | None
    parameters: dict[str, Any]
    words: WordsModel | None
    evidence: EvidenceModel
    first_seen_at: datetime
    last_seen_at: datetime
    gone_at: datetime | None
    due_at: datetime | None
    suppressed_until: datetime | None
    suppressed_reason: str | None
    suppressed_by: str | None

    @classmethod
    def of(cls, row: Finding, now: datetime, shown: Shown) -> FindingModel:
        """The finding as it stands now, with what the reader may see of it."""
        return cls(
            id=row.id,
            source=row.source,
            rule=row.rule,
            severity=row.severity,
            state=row.state(now),
            entity=row.entity_ref,
            parameters=row.parameters,
            words=WordsModel.model_validate(shown.words) if shown.words else None,
            evidence=EvidenceModel.model_validate(shown.evidence),
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            gone_at=row.gone_at,
            due_at=row.due_at,
            suppressed_until=row.suppressed_until,
            suppressed_reason=row.suppressed_reason,
            suppressed_by=row.suppressed_by,
        )


class ImportedModel(BaseModel):
    """What an import changed; where `is_complete` is false the tool said that it failed, and nothing was closed."""

    model_config = ConfigDict(from_attributes=True)

    source: str
    scope: str
    new: int
    seen_again: int
    reopened: int
    gone: int
    accepted: int
    is_complete: bool


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
    settings = services.settings.findings

    @router.get("", summary="List findings, worst first")
    def list_findings(
        request: Request,
        response: Response,
        severity: Severities,
        entity: Entities,
        state: State = State.OPEN,
        rule: str | None = None,
        owner: Annotated[str | None, Query(description="Only of what this owner owns; `me` for yours.")] = None,
        source: Annotated[str | None, Query(description="Only of this module or tool.")] = None,
        overdue: Annotated[bool, Query(description="Only what should have been mended by now.")] = False,
        sort: Order = Order.WORST,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[FindingModel]:
        actor, now = actor_of(request), clock()
        authorize(actor, "finding.read")
        with database.reading() as session:
            about = _entities(session, owners, actor, entity, owner)
            wanted = Wanted(
                state=state, severities=severity, rule=rule, source=source, entities=about, is_overdue=overdue
            )
            page = findings.list_findings(session, actor, wanted, now, limit=limit, after=after, order=sort)
            items = _models(session, owners, actor, page.findings, now)
        link_next(request, response, page.after)
        return Paged(items=items, after=page.after)

    @router.post(
        "/import",
        summary="Take in what another tool found, as SARIF 2.1.0; what it no longer finds in the scope is gone",
        openapi_extra={"requestBody": {"required": True, "content": _SARIF_BODY}},
    )
    def import_sarif(
        request: Request,
        response: Response,
        source: Annotated[str, Query(description="The tool, such as trivy.")],
        path: Annotated[list[str], Query(default_factory=list, description="FOLDER=ENTITY: what lies there is its.")],
        scope: Annotated[str, Query(description="What was looked at; the entity if left out.")] = "",
        entity: Annotated[str | None, Query(description="The entity that all else is about.")] = None,
        root: Annotated[str, Query(description="What is taken off the start of paths.")] = "",
        document: bytes = Depends(body_up_to(settings.import_limit_bytes)),
    ) -> ImportedModel:
        actor = actor_of(request)
        about = EntityRef.parse(entity, "component") if entity else None
        asked = Import(source, about, scope, dict(map(path_of, path)), root)
        log = parse(document, settings.import_limit_bytes)
        with database.writing() as session:
            imported = imports.import_sarif(session, actor, log, asked, owners, clock(), settings.due_days.by_severity)
            return kept(request, response, session, ImportedModel.model_validate(imported))

    def now_of(session: Session, actor: Actor, finding_id: int) -> FindingModel:
        return _models(session, owners, actor, [findings.get_finding(session, actor, finding_id)], clock())[0]

    @router.get("/{finding_id}", summary="Show a finding", responses=TAGGED)
    def show_finding(request: Request, response: Response, finding_id: int) -> FindingModel:
        actor = actor_of(request)
        authorize(actor, "finding.read")
        with database.reading() as session:
            return tagged(response, now_of(session, actor, finding_id))

    @router.post("/{finding_id}/suppress", summary="Accept a finding for a while; it opens again by itself")
    def suppress(
        request: Request, response: Response, finding_id: int, asked: Suppression, if_match: IfMatch = None
    ) -> FindingModel:
        actor, now = actor_of(request), clock()
        with database.writing() as session:
            check_match(if_match, lambda: now_of(session, actor, finding_id))
            owner = find_owner(session, owners, findings.get_finding(session, actor, finding_id).entity)
            row = findings.suppress(session, actor, finding_id, asked.reason, asked.until, now, owner)
            model = FindingModel.of(row, now, findings.shown_to(actor, row, owner))
            return kept(request, response, session, model)

    @router.post("/{finding_id}/unsuppress", summary="Take back that a finding was accepted")
    def unsuppress(request: Request, response: Response, finding_id: int, if_match: IfMatch = None) -> FindingModel:
        actor, now = actor_of(request), clock()
        with database.writing() as session:
            check_match(if_match, lambda: now_of(session, actor, finding_id))
            owner = find_owner(session, owners, findings.get_finding(session, actor, finding_id).entity)
            row = findings.unsuppress(session, actor, finding_id, now, owner)
            model = FindingModel.of(row, now, findings.shown_to(actor, row, owner))
            return kept(request, response, session, model)

    return router


def _models(
    session: Session, ownership: Ownership, actor: Actor, rows: Iterable[Finding], now: datetime
) -> list[FindingModel]:
    """The findings as the actor may see them, in their order."""
    listed = list(rows)
    owners = ownership.owners_of(session, {row.entity for row in listed if row.entity})
    return [
        FindingModel.of(row, now, findings.shown_to(actor, row, owners.get(row.entity) if row.entity else None))
        for row in listed
    ]


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
