"""POST requests with an Idempotency-Key: carried out once, answered the same each time.

The middleware claims the key, lets the request through and keeps its answer. An endpoint that changes something calls
`kept` in the transaction of the change: then no crash comes between the two.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

from anyio import CancelScope, to_thread
from fastapi import Request, Response
from fastapi.routing import RouteContext, iter_route_contexts
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import FieldError, HomeportError, InvalidInput
from homeport.kernel.base.settings import Settings
from homeport.kernel.edge import idempotency
from homeport.kernel.edge.idempotency import Answer, Claim
from homeport.kernel.trust.identity import Actor
from homeport.kernel.trust.secrets import Keyring, keyring_of
from homeport.web import problems

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
"""What an answer carries that was given before."""

_PREFIX = "/api/v1/"
_KEY = re.compile(r'"([\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_KEPT_HEADERS = ("content-type", "location", "etag")

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(slots=True)
class _Once:
    """The claim of the request that is being carried out; whether its answer is kept already."""

    claim: Claim
    keyring: Keyring
    is_kept: bool = False

    def keep(self, session: Session, answer: Answer) -> None:
        idempotency.keep(session, self.keyring, self.claim, answer)
        self.is_kept = True


def kept(request: Request, response: Response, session: Session, model: ModelT) -> ModelT:
    """Return what the endpoint answers, kept in the transaction of what it tells of if the request has a key.

    Raises:
        StillRunning: another request with the key was begun since this one took too long.
    """
    once: _Once | None = getattr(request.state, "once", None)
    if once is not None:
        status = response.status_code or request.scope["route"].status_code or HTTPStatus.OK
        headers = {"content-type": "application/json", **_to_keep(response.headers)}
        once.keep(session, Answer(status, headers, model.model_dump_json().encode()))
    return model


class Idempotency:
    """ASGI middleware: a POST to the API that was answered before is answered the same, and not carried out again."""

    def __init__(self, app: ASGIApp, database: Database, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._database = database
        self._settings = settings
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if sent is None or scope["method"] != "POST" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if request.state.actor is None:  # who is nobody gets no further anyway
            await self._app(scope, receive, send)
            return
        try:
            key, body = _key(sent), await request.body()
            found = await to_thread.run_sync(self._begin, request.state.actor, key, _told(scope, body))
        except HomeportError as error:
            await problems.answered(request, error)(scope, receive, send)
            return
        except HTTPException as error:  # of a body too large or too slow
            await problems.answered_http(request, error)(scope, receive, send)
            return
        if isinstance(found, Answer):
            scope["route"] = _route_of(scope)  # else nobody who counts requests knows which it was
            headers = {**found.headers, REPLAYED: "true"}
            await Response(found.body, found.status, headers)(scope, receive, send)
            return
        request.state.once = found
        await self._carry_out(found, scope, _again(body, receive), send)

    def _begin(self, actor: Actor, key: str, told: bytes) -> _Once | Answer:
        keyring = keyring_of(self._settings)
        with self._database.writing() as session:
            found = idempotency.claim(session, keyring, actor, key, told, self._clock())
        return found if isinstance(found, Answer) else _Once(found, keyring)

    async def _carry_out(self, once: _Once, scope: Scope, receive: Receive, send: Send) -> None:
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        try:
            await self._app(scope, receive, collect)
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._end, once, messages)
        for message in messages:
            await send(message)

    def _end(self, once: _Once, messages: list[Message]) -> None:
        """Keep the answer of what was done; what was refused or failed may be tried again with the same key."""
        is_done = bool(messages) and messages[0]["status"] < HTTPStatus.BAD_REQUEST
        if is_done and once.is_kept:
            return
        with self._database.writing() as session:
            if is_done:
                headers = _to_keep(Headers(raw=messages[0]["headers"]))
                body = b"".join(message.get("body", b"") for message in messages[1:])
                once.keep(session, Answer(messages[0]["status"], headers, body))
            else:
                idempotency.release(session, once.claim)


def _key(sent: str) -> str:
    """The key, which the draft writes as a string in quotes and many clients write bare."""
    found = _KEY.fullmatch(sent.strip())
    if found is None:
        detail = "An Idempotency-Key has 1 to 255 visible ASCII characters, such as a UUID in quotes."
        raise InvalidInput(detail, errors=(FieldError(f"/{HEADER}", detail),))
    return found[1] or found[2]


def _told(scope: Scope, body: bytes) -> bytes:
    return b"\n".join((scope["path"].encode(), scope["query_string"], body))


def _route_of(scope: Scope) -> RouteContext | None:
    """The route that answered before."""
    routes = iter_route_contexts(scope["app"].routes)
    return next((one for one in routes if one.matches(scope)[0] is Match.FULL), None)


def _to_keep(headers: Headers) -> dict[str, str]:
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def _again(body: bytes, receive: Receive) -> Receive:
    """What receives the body that was read already, then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
