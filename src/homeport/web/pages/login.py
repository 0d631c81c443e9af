"""Signing in by a link that works once, and signing out."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from homeport.kernel.base.errors import Unauthenticated
from homeport.kernel.module import Services
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import Purpose, Way
from homeport.web.door import Door, Entry, address_of, quiet
from homeport.web.pages import password
from homeport.web.pages.oidc import Providers
from homeport.web.pages.style import render
from homeport.web.shell import local_path, redirect

_log = structlog.get_logger(__name__)


def add(router: APIRouter, services: Services, providers: Providers) -> None:
    """Add the routes of signing in and out."""
    database, door = services.database, Door(services)

    @router.get("/login")
    def how(request: Request) -> Response:
        wanted = local_path(request.query_params.get("next", "/"))
        if request.state.actor is not None:
            return redirect(request, wanted)
        return password.form(request, services, wanted)

    @router.get("/login/{secret}")
    def ask(request: Request, secret: str) -> Response:
        with database.reading() as session:
            purpose = identity.find_purpose(session, secret, services.clock())
        if purpose is Purpose.PASSWORD:
            return quiet(RedirectResponse(f"/password/{secret}", status_code=303))
        wanted = local_path(request.query_params.get("next", "/"))
        return quiet(render(request, "pages/login_link.html", secret=secret, next=wanted))

    @router.post("/login/{secret}")
    def sign_in(request: Request, secret: str, next_url: Annotated[str, Form(alias="next")] = "/") -> Response:
        try:
            entry = _enter(request, secret)
        except Unauthenticated:
            return quiet(render(request, "pages/login_spent.html", status_code=401))
        return door.let_in(entry, next_url)

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        proof = door.leave(request)
        end_url = providers.end_url(proof) if proof else None
        if proof is None or end_url is None:
            return door.let_out(redirect(request, "/login", notice="pages-notice-signed-out"))
        title = providers.get(proof.provider).title
        return door.let_out(render(request, "pages/signed_out.html", end_url=end_url, provider=title))

    def _enter(request: Request, secret: str) -> Entry:
        """Redeem the link for a sign-in."""
        now = services.clock()
        with database.writing() as session:
            if identity.find_purpose(session, secret, now) is not Purpose.BREAK_GLASS:
                person = identity.redeem_login_link(session, secret, now)
                return door.enter(request, session, person, Way.LINK)
            person = identity.redeem_login_link(session, secret, now, Purpose.BREAK_GLASS)
            actor, address = identity.actor_of_person(person), address_of(request)
            audit.record(session, actor, "break-glass.use", f"person:{person.id}", now=now, ip=address)
            _log.warning("break_glass_used", address=address, effect="somebody is signed in as an admin for an hour")
            return door.enter(request, session, person, Way.BREAK_GLASS)
