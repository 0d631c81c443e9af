"""Who asks: finds the actor behind each request, by API token or by sign-in cookie."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from anyio import to_thread
from fastapi import Request
from sqlalchemy.orm import Session
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Unauthenticated
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Actor
from homeport.web.viewer import Viewer

SESSION_COOKIE = "homeport_session"
_OPEN_PATHS = ("/static/", "/healthz", "/readyz")


class Identify:
    """ASGI middleware: sets `request.state.actor` (None for a stranger) and `request.state.viewer`."""

    def __init__(
        self,
        app: ASGIApp,
        database: Database,
        clock: Callable[[], datetime],
        groups_of: Callable[[Session, EntityRef], Collection[EntityRef]],
    ) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._groups_of = groups_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state["actor"], state["viewer"] = None, Viewer()
            if not scope["path"].startswith(_OPEN_PATHS):
                headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
                secret = _secret(headers.get(b"authorization", ""), headers.get(b"cookie", ""))
                if secret:
                    state["actor"], state["viewer"] = await to_thread.run_sync(self._look_up, secret)
        await self._app(scope, receive, send)

    def _look_up(self, secret: str) -> tuple[Actor | None, Viewer]:
        now = self._clock()
        with self._database.reading() as session:
            if identity.is_token(secret):
                actor, is_due = identity.token_in_use(session, secret, now)
                person = None
            else:
                actor = identity.actor_of_session(session, secret, now, self._groups_of)
                person = identity.person_of(session, actor) if actor else None
                is_due = actor is not None and identity.is_use_due(session, secret, now)
        if actor is None:
            return None, Viewer()
        if is_due:
            with self._database.writing() as session:
                identity.note_use(session, secret, now)
        wishes = person.preferences if person else identity.Preferences()
        return actor, Viewer(actor.name, actor.role, wishes.language, wishes.zone, wishes.theme, is_signed_in=True)


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


def _secret(authorization: str, cookies: str) -> str | None:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer" and identity.is_token(credentials.strip()):
        return credentials.strip()
    if authorization:
        return None
    return cookie_parser(cookies).get(SESSION_COOKIE) if cookies else None
