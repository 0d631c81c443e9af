"""Bodies of requests: how large, how slow and of which kind they may be, so that nobody fills the memory or waits.

Source: OWASP API4:2023; RFC 9110, sections 15.5.9 (408), 15.5.14 (413) and 15.5.16 (415).
"""

from __future__ import annotations

import time
from http import HTTPStatus

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeport.web import problems

LIMIT_BYTES = 1_000_000
"""What any other body may have; forms and requests of the API are far smaller."""

CATALOG_LIMIT_BYTES = 5_000_000
WEBHOOK_LIMIT_BYTES = 25_000_000
PATIENCE_S = 20.0
"""How long a body may take to arrive, and a second more for each of these bytes that came."""

_BYTES_A_SECOND = 10_000
_IMPORT = "/api/v1/findings/import"


class Bodies:
    """ASGI middleware: refuses a body that is too large, too slow or no JSON where JSON is read."""

    def __init__(self, app: ASGIApp, import_limit_bytes: int) -> None:
        self._app = app
        self._limits = {
            _IMPORT: import_limit_bytes,
            "/webhooks/": WEBHOOK_LIMIT_BYTES,
            "/api/catalog/": CATALOG_LIMIT_BYTES,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, limit = Headers(scope=scope), self._limit_of(scope["path"])
        trouble = _trouble(scope["path"], headers, limit)
        if trouble is not None:
            await problems.answered_http(Request(scope), trouble)(scope, receive, send)
            return
        await self._app(scope, _Limited(receive, limit), send)

    def _limit_of(self, path: str) -> int:
        return next((limit for start, limit in self._limits.items() if path.startswith(start)), LIMIT_BYTES)


class _Limited:
    """Receives a body up to a limit, for as long as it keeps coming."""

    def __init__(self, receive: Receive, limit_bytes: int) -> None:
        self._receive = receive
        self._limit_bytes = limit_bytes
        self._count = 0
        self._is_whole = False
        self._started: float | None = None

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        self._started = self._started or time.monotonic()
        left = self._started + PATIENCE_S + self._count / _BYTES_A_SECOND - time.monotonic()
        with anyio.move_on_after(left) as waiting:
            message = await self._receive()
        if waiting.cancelled_caught:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The body came too slowly; send it again.")
        self._count += len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._count > self._limit_bytes:
            raise too_large(self._limit_bytes)
        return message


def too_large(limit_bytes: int) -> HTTPException:
    """Return the error for a body of more bytes than that."""
    detail = f"The body has more than the {limit_bytes} bytes that are taken here; send it in parts."
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


def _trouble(path: str, headers: Headers, limit_bytes: int) -> HTTPException | None:
    """What is wrong with a body by its headers alone."""
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit_bytes:
        return too_large(limit_bytes)
    kind = headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    if path.startswith("/api/v1/") and path != _IMPORT and not is_json:
        detail = "The API reads JSON; send it with Content-Type: application/json."
        return HTTPException(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, {"Accept": "application/json"})
    return None
