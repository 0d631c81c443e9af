"""What every answer says to the browser, and what no other site may do in a viewer's name."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeport.kernel.base.errors import Forbidden
from homeport.web import problems
from homeport.web.headers import HEADERS

RETRY_AFTER_S = "5"
"""When to try again what could not be answered for now, where the answer knows nothing better."""

_FOR_NOW = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

REFUSAL = (
    "This request came from another site, so homeport did not carry it out. "
    "Open the page in homeport itself and try again. If a proxy stands before homeport, let it pass the Host header on."
)


class SecurityHeaders:
    """ASGI middleware: adds HEADERS to every answer that does not set them itself, and when to try again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if message["status"] in _FOR_NOW:
                    headers.setdefault("Retry-After", RETRY_AFTER_S)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class SameOriginWrites:
    """ASGI middleware: a method that changes something is refused when a browser says another site asked for it.

    Programs send neither header and carry a token instead of a cookie: they pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and is_foreign_write(scope["method"], Headers(scope=scope)):
            await _refusal(scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _refusal(path: str) -> Response:
    if problems.is_for_programs(path):
        return problems.problem(path, Forbidden.status, Forbidden.code, REFUSAL)
    return PlainTextResponse(REFUSAL, status_code=Forbidden.status)


def is_foreign_write(method: str, headers: Headers) -> bool:
    """Whether another origin asks for a change in the viewer's name.

    Source: OWASP, Cross-Site Request Forgery Prevention, "Fetch Metadata headers"; Fetch standard, Origin header.
    """
    if method in SAFE_METHODS:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
