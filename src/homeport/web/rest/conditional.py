"""ETags: who has the newest already gets 304, and who changes what they saw is told where it changed meanwhile.

Source: RFC 9110, sections 8.8.3 (ETag), 13.1.1 (If-Match) and 13.1.2 (If-None-Match).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, TypeVar

from fastapi import Header, Response
from pydantic import BaseModel
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeport.kernel.base.errors import ChangedMeanwhile

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="The ETag of what was seen; 412 where it is another by now."),
]

TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "Another after each change.", "schema": {"type": "string"}}}},
    304: {"description": "It is still what `If-None-Match` names."},
}
"""What the OpenAPI document says of an endpoint that answers an ETag."""

_TAG = re.compile(r'(?:W/)?"[^"]*"')
_OF_304 = ("cache-control", "content-location", "date", "etag", "expires", "vary")

ModelT = TypeVar("ModelT", bound=BaseModel)


def tagged(response: Response, model: ModelT) -> ModelT:
    """Return what the endpoint answers, with its ETag."""
    response.headers["ETag"] = etag_of(model)
    return model


def etag_of(model: BaseModel) -> str:
    """Return the tag of the model's content."""
    return f'"{hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:32]}"'


def check_match(if_match: str | None, current: Callable[[], BaseModel]) -> None:
    """Return if the thing is what the request names, or the request names nothing.

    Raises:
        ChangedMeanwhile: it is another by now.
    """
    if if_match is None or if_match.strip() == "*":
        return
    if etag_of(current()) not in _TAG.findall(if_match):
        raise ChangedMeanwhile("It has changed since it was seen (If-Match). Look at it again, then decide anew.")


class NotModified:
    """ASGI middleware: what is asked for with the ETag that it still has is answered 304, without its content."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        known = Headers(scope=scope).get("if-none-match") if scope["type"] == "http" else None
        if known is None or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        is_known = False

        async def send_unless_known(message: Message) -> None:
            nonlocal is_known
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_known = message["status"] == HTTPStatus.OK and _names(known, headers.get("etag"))
                if is_known:
                    kept = [(name, value) for name, value in message["headers"] if name.decode().lower() in _OF_304]
                    message = {**message, "status": HTTPStatus.NOT_MODIFIED, "headers": kept}
            elif is_known:
                message = {**message, "body": b""}
            await send(message)

        await self._app(scope, receive, send_unless_known)


def _names(known: str, etag: str | None) -> bool:
    """Whether If-None-Match names the tag; compared weakly, since both stand for the same content."""
    if etag is None:
        return False
    return known.strip() == "*" or etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in _TAG.findall(known))
