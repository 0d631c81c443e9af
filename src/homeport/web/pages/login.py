"""Signing in by a link that works once, and signing out."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from homeport.kernel.base.errors import Unauthenticated
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.web.identify import SESSION_COOKIE
from homeport.web.pages.style import render
from homeport.web.shell import local_path, redirect

_QUIET = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
"""The address holds a secret: nobody else is to learn or keep it.

Not `no-referrer`: with it browsers send `Origin: null` with the form, and over plain HTTP, where they send no
Sec-Fetch-Site, the form would be refused as another site's. Source: Fetch standard, "append a request Origin header".
"""

_DAY_S = 24 * 3600


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of signing in and out."""
    settings, database = services.settings, services.database
    is_secure = urlsplit(settings.base_url).scheme == "https"

    @router.get("/login")
    def how(request: Request) -> Response:
        wanted = local_path(request.query_params.get("next", "/"))
        if request.state.actor is not None:
            return redirect(request, wanted)
        return _quiet(render(request, "pages/login.html", next=wanted))

    @router.get("/login/{secret}")
    def ask(request: Request, secret: str) -> Response:
        wanted = local_path(request.query_params.get("next", "/"))
        return _quiet(render(request, "pages/login_link.html", secret=secret, next=wanted))

    @router.post("/login/{secret}")
    def sign_in(request: Request, secret: str, next_url: Annotated[str, Form(alias="next")] = "/") -> Response:
        try:
            session_secret = _open(request, secret)
        except Unauthenticated:
            return _quiet(render(request, "pages/login_spent.html", status_code=401))
        response = RedirectResponse(local_path(next_url), status_code=303)
        lasts_s = settings.session_days * _DAY_S
        response.set_cookie(
            SESSION_COOKIE, session_secret, max_age=lasts_s, path="/", httponly=True, samesite="lax", secure=is_secure
        )
        return _quiet(response)

    @router.post("/logout")
    def sign_out(request: Request) -> Response:
        with database.writing() as session:
            identity.end_session(session, request.cookies.get(SESSION_COOKIE, ""))
        response = redirect(request, "/login", notice="pages-notice-signed-out")
        response.delete_cookie(SESSION_COOKIE, path="/")
        return _quiet(response)

    def _open(request: Request, secret: str) -> str:
        """Redeem the link for a session, in place of the one this browser had."""
        now, lasts = services.clock(), timedelta(days=settings.session_days)
        with database.writing() as session:
            person = identity.redeem_login_link(session, secret, now)
            identity.end_session(session, request.cookies.get(SESSION_COOKIE, ""))
            return identity.open_session(session, person, now, lasts, request.headers.get("user-agent", ""))


def _quiet(response: Response) -> Response:
    response.headers.update(_QUIET)
    return response
