"""The audit trail over REST, for security and admin."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, BaseModel

from homeport.kernel.module import Services
from homeport.kernel.trust import audit, trail
from homeport.kernel.trust.access import authorize
from homeport.web.identify import actor_of
from homeport.web.rest.paging import After, Limit, Paged, link_next


class AuditActor(BaseModel):
    """Who did it."""

    kind: str
    id: str
    name: str


class AuditEntryModel(BaseModel):
    """One thing that somebody did; `position` and `hash` are its seal, null until it has one."""

    id: int
    at: datetime
    actor: AuditActor
    action: str
    object: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    ip: str | None
    position: int | None
    hash: str | None


class Gap(BaseModel):
    """Positions of the chain that are missing."""

    first: int
    last: int


class VerificationModel(BaseModel):
    """Whether the chain is whole: sealed rows, rows not yet sealed, positions that were changed, and missing ones."""

    intact: bool
    rows: int
    unsealed: int
    breaks: list[int]
    gaps: list[Gap]


def routes(services: Services) -> APIRouter:
    """The endpoints under /audit."""
    router = APIRouter(prefix="/audit", tags=["audit"])
    database = services.database

    @router.get("", summary="List what was done, newest first")
    def list_audit(
        request: Request,
        response: Response,
        actor: Annotated[str, Query(description="Only of the actor with this name.")] = "",
        action: Annotated[str, Query(description="Only this action, or those below it: `run` for `run.start`.")] = "",
        object: Annotated[str, Query(description="Only to this object, such as `run:7k2m9x4qpb`.")] = "",  # noqa: A002
        since: AwareDatetime | None = None,
        until: AwareDatetime | None = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[AuditEntryModel]:
        wanted = trail.Wanted(actor, action, object, since, until)
        with database.reading() as session:
            rows, following = trail.list_entries(session, actor_of(request), wanted, limit, after)
            items = [AuditEntryModel.model_validate(audit.told(row)) for row in rows]
        link_next(request, response, following)
        return Paged(items=items, after=following)

    @router.get("/verification", summary="Walk the chain of hashes and tell whether it is whole")
    def verify_audit(request: Request) -> VerificationModel:
        authorize(actor_of(request), trail.READ)
        with database.reading() as session:
            found = audit.verify(session)
        return VerificationModel(
            intact=found.intact,
            rows=found.rows,
            unsealed=found.unsealed,
            breaks=list(found.breaks),
            gaps=[Gap(first=gap.start, last=gap.stop - 1) for gap in found.gaps],
        )

    return router
