"""Signing in at an OpenID Connect provider: there by a link, back with an answer, and what to do when it fails."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import NotFound, SignInFailed, TooManyAttempts
from homeport.kernel.edge.oidc import Provider
from homeport.kernel.edge.outbound import Outbound
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import FLOW_LASTS, Flow, Keys, Proof, Subject, Trouble, Way
from homeport.web.door import Door, Entry, address_of, quiet
from homeport.web.identify import cookie_of, is_reached_over_tls
from homeport.web.pages import password
from homeport.web.pages.ownership import Ownership
from homeport.web.pages.style import render
from homeport.web.shell import local_path

BROWSER_COOKIE = "homeport_oidc"
_LONGEST_PATH = 2_000
_STATUS = {
    Trouble.AWAY: HTTPStatus.SERVICE_UNAVAILABLE,
    Trouble.SETTINGS: HTTPStatus.SERVICE_UNAVAILABLE,
    Trouble.EMAIL: HTTPStatus.FORBIDDEN,
    Trouble.GROUP: HTTPStatus.FORBIDDEN,
}
_log = structlog.get_logger(__name__)


class Providers:
    """The providers of the settings, in their order."""

    def __init__(self, services: Services) -> None:
        outbound, base = Outbound(services.settings.outbound), services.settings.base_url.rstrip("/")
        self.return_to = f"{base}/login"
        self._by_name = {
            name: Provider(name, one, f"{base}/login/oidc/{name}/callback", outbound, services.clock)
            for name, one in services.settings.identity.oidc.items()
        }

    def __iter__(self) -> Iterator[Provider]:
        return iter(self._by_name.values())

    def get(self, name: str) -> Provider:
        """Return the provider of that name.

        Raises:
            NotFound: the settings have none.
        """
        if name not in self._by_name:
            raise NotFound(f"No provider {name!r} to sign in at is set up.")
        return self._by_name[name]

    def end_url(self, proof: Proof) -> str | None:
        """Return the address at which the person signs out of the provider too; None if it has none or is away."""
        if proof.provider not in self._by_name:
            return None
        try:
            return self.get(proof.provider).end_url(proof.id_token, self.return_to)
        except SignInFailed:
            return None


def add(router: APIRouter, services: Services, providers: Providers, ownership: Ownership) -> None:
    """Add the routes there and back."""
    database, clock, door = services.database, services.clock, Door(services)
    is_secure = is_reached_over_tls(services.settings.base_url)

    @router.get("/login/oidc/{provider}")
    def begin(request: Request, provider: str) -> Response:
        chosen = providers.get(provider)
        wanted = local_path(request.query_params.get("next", "/"))
        browser = cookie_of(request, BROWSER_COOKIE, is_secure) or secrets.token_urlsafe(32)
        try:
            flow = _begin(request, chosen, browser, wanted if len(wanted) <= _LONGEST_PATH else "/")
            response = RedirectResponse(chosen.begin_url(flow), status_code=303)
        except TooManyAttempts as error:
            return password.form(request, services, wanted, wait_s=error.retry_after_s)
        except SignInFailed as error:
            return _failed(request, chosen, error, wanted)
        door.keep(response, BROWSER_COOKIE, browser, int(FLOW_LASTS.total_seconds()))
        return quiet(response)

    @router.get("/login/oidc/{provider}/callback")
    def end(request: Request, provider: str) -> Response:
        chosen, answer = providers.get(provider), dict(request.query_params)
        flow = None
        try:
            flow = _take(request, chosen, answer.get("state", ""))
            subject, id_token = chosen.redeem(answer, flow)
            entry = _enter(request, chosen, subject, id_token)
        except TooManyAttempts as error:
            return password.form(request, services, "/", wait_s=error.retry_after_s)
        except SignInFailed as error:
            return _failed(request, chosen, error, flow.wanted if flow else "/")
        return door.let_in(entry, flow.wanted)

    def _begin(request: Request, provider: Provider, browser: str, wanted: str) -> Flow:
        with database.writing() as session:
            identity.count_try(session, _keys(request, session), clock())
            return identity.begin_flow(session, provider.name, browser, wanted, clock())

    def _take(request: Request, provider: Provider, state: str) -> Flow:
        """Take the sign-in that is under way in this browser: what comes after, nobody does twice."""
        browser = cookie_of(request, BROWSER_COOKIE, is_secure)
        with database.writing() as session:
            identity.count_try(session, _keys(request, session), clock())
        with database.writing() as session:
            flow = identity.take_flow(session, provider.name, browser, state, clock())
            identity.forgive(session, _keys(request, session))
            return flow

    def _enter(request: Request, provider: Provider, subject: Subject, id_token: str) -> Entry:
        with database.writing() as session:
            person = identity.admit(session, subject, provider.settings, ownership.find_user, clock())
            identity.forgive(session, _keys(request, session))
            return door.enter(request, session, person, Way.OIDC, Proof(provider.name, id_token))

    def _keys(request: Request, session: Session) -> Keys:
        return identity.keys_of_stranger(session, door.device(request), address_of(request), clock())


def _failed(request: Request, provider: Provider, error: SignInFailed, wanted: str) -> Response:
    """The page that says why nobody was signed in, and what to do next; whoever runs homeport finds more in the log."""
    _log.warning("sign_in_failed", provider=provider.name, trouble=error.trouble, told=error.message)
    status = _STATUS.get(Trouble(error.trouble), HTTPStatus.UNAUTHORIZED)
    context: dict[str, Any] = {"provider": provider, "trouble": error.trouble, "next": wanted}
    page = render(request, "pages/oidc_failed.html", status_code=status, **context)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        page.headers["Retry-After"] = "30"
    return quiet(page)
