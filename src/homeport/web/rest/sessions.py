"""Sign-ins over REST: where one is signed in, where everybody is, and how one ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor, SignIn, Way
from homeport.web.identify import SESSION_COOKIE, actor_of, cookie_of, is_reached_over_tls
from homeport.web.rest.paging import After, Limit, Paged, link_next, page_of


class SessionModel(BaseModel):
    """A sign-in of a person in one browser; `is_current` marks the one that asks."""

    id: str
    person: str
    way: Way
    device: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool


def routes(services: Services) -> APIRouter:
    """The endpoints under /me/sessions and /sessions."""
    router = APIRouter(tags=["access"])
    database, clock = services.database, services.clock
    idle = timedelta(hours=services.settings.session_idle_hours)
    is_secure = is_reached_over_tls(services.settings.base_url)

    def shown(
        request: Request, response: Response, sign_ins: Sequence[SignIn], limit: int, after: str | None
    ) -> Paged[SessionModel]:
        current = identity.hash_of(cookie_of(request, SESSION_COOKIE, is_secure))
        page, following = page_of(sign_ins, limit, after)
        link_next(request, response, following)
        return Paged(items=[_model(one, one.row.token_hash == current) for one in page], after=following)

    @router.get("/me/sessions", summary="Where I am signed in")
    def list_mine(request: Request, response: Response, limit: Limit = 100, after: After = None) -> Paged[SessionModel]:
        person_id = _person_id(actor_of(request))
        with database.reading() as session:
            found = identity.list_sign_ins(session, clock(), idle, person_id)
        return shown(request, response, found, limit, after)

    @router.delete("/me/sessions/{session_id}", status_code=204, summary="Sign out in another browser")
    def revoke_mine(request: Request, session_id: str) -> None:
        actor = actor_of(request)
        person_id = _person_id(actor)
        with database.writing() as session:
            identity.revoke_sign_in(session, actor, session_id, clock(), person_id)

    @router.get("/sessions", summary="Where everybody is signed in")
    def list_all(request: Request, response: Response, limit: Limit = 100, after: After = None) -> Paged[SessionModel]:
        authorize(actor_of(request), "session.manage")
        with database.reading() as session:
            found = identity.list_sign_ins(session, clock(), idle)
        return shown(request, response, found, limit, after)

    @router.delete("/sessions/{session_id}", status_code=204, summary="End a sign-in of anybody")
    def revoke_any(request: Request, session_id: str) -> None:
        actor = actor_of(request)
        authorize(actor, "session.manage")
        with database.writing() as session:
            identity.revoke_sign_in(session, actor, session_id, clock())

    return router


def _person_id(actor: Actor) -> int:
    if actor.kind != "person":
        raise InvalidInput(f"{actor.name} is no person; only people sign in.")
    return int(actor.id)


def _model(one: SignIn, is_current: bool) -> SessionModel:
    row = one.row
    return SessionModel(
        id=row.id,
        person=one.person.name,
        way=Way(row.way),
        device=row.user_agent,
        address=row.address,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        is_current=is_current,
    )
