"""API tokens over REST, and who one is."""

from __future__ import annotations

from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.access import authorize, parse_scopes
from homeport.kernel.trust.identity import Role
from homeport.web.identify import actor_of
from homeport.web.rest.conditional import TAGGED, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next, page_of


class Me(BaseModel):
    """Who asks, and what they are."""

    kind: str
    name: str
    role: Role
    entity: str | None
    groups: list[str]
    scopes: list[str] | None = Field(description="What a token is narrowed to; null for all that its role may.")


class TokenRequest(BaseModel):
    """A token to make; without `expires_in_days` it lasts until revoked."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    role: Role
    scopes: list[str] = Field(
        [],
        max_length=100,
        description="What of its role it may: actions such as `finding.import`, areas such as `finding.*`, or `read`. "
        "All of it if left out.",
    )
    expires_in_days: int | None = Field(None, ge=1, le=3650)


class TokenModel(BaseModel):
    """A token, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    role: Role
    scopes: list[str] | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewToken(TokenModel):
    """A token with its secret, shown this once."""

    token: str


def routes(services: Services) -> APIRouter:
    """The endpoints under /me and /tokens."""
    router = APIRouter(tags=["access"])
    database, clock = services.database, services.clock

    @router.get("/me", summary="Who am I", responses=TAGGED)
    def me(request: Request, response: Response) -> Me:
        actor = actor_of(request)
        mine = Me(
            kind=actor.kind,
            name=actor.name,
            role=actor.role,
            entity=str(actor.entity) if actor.entity else None,
            groups=sorted(map(str, actor.groups)),
            scopes=sorted(actor.scopes) if actor.scopes is not None else None,
        )
        return tagged(response, mine)

    @router.get("/tokens", summary="List API tokens")
    def list_tokens(request: Request, response: Response, limit: Limit = 100, after: After = None) -> Paged[TokenModel]:
        authorize(actor_of(request), "token.manage")
        with database.reading() as session:
            rows, following = page_of(identity.list_tokens(session), limit, after)
        link_next(request, response, following)
        return Paged(items=[TokenModel.model_validate(row) for row in rows], after=following)

    @router.post("/tokens", status_code=201, summary="Make an API token; its secret is in this answer only")
    def create_token(request: Request, response: Response, asked: TokenRequest) -> NewToken:
        actor = actor_of(request)
        authorize(actor, "token.manage")
        now = clock()
        expires_at = now + timedelta(days=asked.expires_in_days) if asked.expires_in_days else None
        with database.writing() as session:
            scopes = parse_scopes(asked.scopes)
            row, secret = identity.create_token(session, actor, asked.name, asked.role, now, expires_at, scopes)
            made = NewToken(**TokenModel.model_validate(row).model_dump(), token=secret)
            return kept(request, response, session, made)

    @router.delete("/tokens/{name}", status_code=204, summary="Revoke an API token")
    def revoke_token(request: Request, name: str) -> None:
        actor = actor_of(request)
        authorize(actor, "token.manage")
        with database.writing() as session:
            identity.revoke_token(session, actor, name, clock())

    return router
