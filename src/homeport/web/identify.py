"""Who asks: finds the actor behind each request, by API token or by sign-in cookie."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import Request
from sqlalchemy.orm import Session
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import DatabaseUnavailable, Unauthenticated
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Actor
from homeport.web import problems
from homeport.web.viewer import Viewer

SESSION_COOKIE = "homeport_session"
DEVICE_COOKIE = "homeport_device"
_TOKEN_KNOWN_FOR_S = 1.0
_MOST_TOKENS = 1_000
_OPEN_PATHS = ("/static/", "/healthz", "/readyz")


class Identify:
    """ASGI middleware: sets `request.state.actor` (None for a stranger) and `request.state.viewer`."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        clock: Callable[[], datetime],
        groups_of: Callable[[Session, EntityRef], Collection[EntityRef]],
        *,
        is_secure: bool = False,
        idle: timedelta = identity.IDLE_AFTER,
    ) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._groups_of = groups_of
        self._cookie = cookie_name(SESSION_COOKIE, is_secure)
        self._idle = idle
        self._tokens = _Tokens()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["actor"], state["viewer"] = None, Viewer()
            if not scope["path"].startswith(_OPEN_PATHS):
                headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
                secret = _secret(headers.get(b"authorization", ""), headers.get(b"cookie", ""), self._cookie)
                if secret:
                    found: tuple[Actor | None, Viewer] | None = self._tokens.find(secret, self._clock())
                    if found is None:
                        try:
                            found = await to_thread.run_sync(self._look_up, secret)
                        except DatabaseUnavailable as error:
                            return await problems.answered(Request(scope), error)(scope, receive, send)
                    state["actor"], state["viewer"] = found
        return await self._app(scope, receive, send)

    def _look_up(self, secret: str) -> tuple[Actor | None, Viewer]:
        now, revocations = self._clock(), identity.revocations()
        with self._database.reading() as session:
            actor, is_due, person = None, False, None
            use = identity.token_in_use(session, secret, now)
            if use is not None:
                actor, is_due = use.actor, use.is_due
            else:
                actor = identity.actor_of_session(session, secret, now, self._groups_of, self._idle)
                person = identity.person_of(session, actor) if actor else None
                is_due = actor is not None and identity.is_use_due(session, secret, now)
        if actor is None:
            return None, Viewer()
        if is_due:
            with suppress(DatabaseUnavailable), self._database.writing() as session:  # who looks around, still may
                identity.note_use(session, secret, now)
        wishes = person.preferences if person else identity.Preferences()
        viewer = Viewer(actor.name, actor.role, wishes.language, wishes.zone, wishes.theme, is_signed_in=True)
        if use is not None:
            self._tokens.keep(secret, actor, viewer, use.expires_at, revocations)
        return actor, viewer


class _Tokens:
    """API tokens that were looked up within the last second, so that a program's next request needs no look.

    A token that this process revokes is forgotten at once; one that another process revokes lives a second longer.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, tuple[Actor, Viewer, float, datetime | None]] = {}
        self._revocations = 0

    def find(self, secret: str, now: datetime) -> tuple[Actor, Viewer] | None:
        """Whose token it is, if that is still known."""
        if self._revocations != identity.revocations():
            self._kept.clear()
            return None
        kept = self._kept.get(_digest(secret))
        if kept is None:
            return None
        actor, viewer, until, expires_at = kept
        is_over = time.monotonic() > until or (expires_at is not None and expires_at <= now)
        return None if is_over else (actor, viewer)

    def keep(self, secret: str, actor: Actor, viewer: Viewer, expires_at: datetime | None, revocations: int) -> None:
        """Remember whose token it is, unless a token was revoked since it was looked up."""
        if len(self._kept) >= _MOST_TOKENS or self._revocations != revocations:
            self._kept.clear()
        self._revocations = revocations
        self._kept[_digest(secret)] = actor, viewer, time.monotonic() + _TOKEN_KNOWN_FOR_S, expires_at


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def is_reached_over_tls(base_url: str) -> bool:
    """Whether users reach the portal over TLS, so that its cookies may be kept from everything else."""
    return urlsplit(base_url).scheme == "https"


def cookie_name(name: str, is_secure: bool) -> str:
    """Return the cookie's name; over TLS one that no other host and no plain HTTP can set.

    Source: RFC 6265bis, 4.1.3.2, "The __Host- Prefix".
    """
    return f"__Host-{name}" if is_secure else name


def cookie_of(request: Request, name: str, is_secure: bool) -> str:
    """Return what the browser holds under that name, or nothing."""
    return request.cookies.get(cookie_name(name, is_secure), "")


def actor_of(request: Request) -> Actor:
    """Return who asks.

    Raises:
        Unauthenticated: nobody is signed in.
    """
    actor = request.state.actor
    if actor is None:
        if "authorization" in request.headers:
            raise Unauthenticated(
                "The API token is unknown, revoked or expired. `homeport token list` shows the live ones."
            )
        raise Unauthenticated("Nobody is signed in. Sign in, or send an API token as `Authorization: Bearer hp_…`.")
    assert isinstance(actor, Actor)
    return actor


def _secret(authorization: str, cookies: str, session_cookie: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer" and identity.is_token(credentials.strip()):
        return credentials.strip()
    if authorization:
        return None
    return cookie_parser(cookies).get(session_cookie) if cookies else None
