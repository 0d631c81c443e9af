"""Where people are signed in: each ends their own, an admin anybody's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.web.door import Door
from homeport.web.identify import actor_of
from homeport.web.pages.me import shown_sign_ins
from homeport.web.pages.style import render
from homeport.web.shell import redirect
from homeport.web.tables import Column

_ACTION = "session.manage"
_COLUMNS = (
    Column("name", "pages-person"),
    Column("browser", "pages-sign-in-browser"),
    Column("way", "pages-sign-in-way"),
    Column("address", "pages-sign-in-address"),
    Column("since", "pages-sign-in-since"),
    Column("seen", "pages-person-seen"),
    Column("end", "pages-token-action"),
)


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of sign-ins."""
    database, door = services.database, Door(services)

    @router.post("/me/sessions/revoke")
    def revoke_mine(request: Request, sign_in_id: Annotated[str, Form(alias="id")]) -> Response:
        actor = actor_of(request)
        with database.writing() as session:
            person = identity.person_of(session, actor)
            if person is None:
                raise InvalidInput(f"{actor.name} is no person; only people sign in.")
            identity.revoke_sign_in(session, actor, sign_in_id, services.clock(), person.id)
        return redirect(request, "/me", notice="pages-notice-sign-in-ended")

    @router.post("/me/sessions/revoke-others")
    def revoke_others(request: Request) -> Response:
        actor = actor_of(request)
        with database.writing() as session:
            person = identity.person_of(session, actor)
            if person is None:
                raise InvalidInput(f"{actor.name} is no person; only people sign in.")
            identity.end_sign_ins(session, actor, person, services.clock(), keep=door.secret(request))
            identity.forget_devices(session, person, keep=door.device(request))
        return redirect(request, "/me", notice="pages-notice-sign-ins-ended")

    @router.get("/admin/sign-ins")
    def all_sign_ins(request: Request) -> Response:
        if not may(actor_of(request), _ACTION):
            return render(request, "pages/admin/refusal.html", status_code=403, who=who_may(_ACTION))
        rows = shown_sign_ins(request, services)
        return render(request, "pages/admin/sign_ins.html", tab="sign-ins", sign_ins=rows, columns=_COLUMNS)

    @router.post("/admin/sign-ins/revoke")
    def revoke_any(request: Request, sign_in_id: Annotated[str, Form(alias="id")]) -> Response:
        actor = actor_of(request)
        authorize(actor, _ACTION)
        with database.writing() as session:
            identity.revoke_sign_in(session, actor, sign_in_id, services.clock())
        return redirect(request, "/admin/sign-ins", notice="pages-notice-sign-in-ended")
