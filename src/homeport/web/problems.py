"""How errors leave homeport: problem+json for programs, a page for people. Source: RFC 9457."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from homeport.kernel.base.errors import (
    FieldError,
    HomeportError,
    InvalidInput,
    TooLarge,
    Unauthenticated,
    pointer_to,
    reason_of,
)
from homeport.web.headers import HEADERS
from homeport.web.shell import shell_of

MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = re.compile(r"/api/|/webhooks/|/(metrics|healthz|readyz)$")
_TELLING = {HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"}}
_CODES = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE: TooLarge.code}
_OF_THE_BODY = frozenset({400, 408, 413, 415})
_NO_JSON = "json_invalid"
"""The type of error of a body that is no JSON; its place is how many characters could be read."""
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Let every error of the application be answered in the form the client understands."""
    app.add_exception_handler(HomeportError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unforeseen)


def answered(request: Request, error: HomeportError) -> Response:
    """Return the answer that tells of the error: a page, or a problem to programs."""
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return _answer(request, error.status, error.code, error.message, error.errors, headers)


def problem(
    path: str,
    status: HTTPStatus,
    code: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the problem as programs read it; `path` is where it happened."""
    told = {
        "type": f"urn:homeport:error:{code}",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail or f"Nothing is at {path}.",
        "instance": path,
        "errors": [{"pointer": item.pointer, "detail": item.detail} for item in errors],
    }
    telling = {**_TELLING.get(status, {}), **(headers or {})}
    return JSONResponse(told, status_code=status, media_type=MEDIA_TYPE, headers=telling)


def is_for_programs(path: str) -> bool:
    """Whether programs ask there, which read problems and not pages."""
    return _FOR_PROGRAMS.match(path) is not None


def _on_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, HomeportError)
    is_page = request.method == "GET" and not is_for_programs(request.url.path)
    if isinstance(error, Unauthenticated) and is_page:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(wanted)}", status_code=303)
    return answered(request, error)


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(map(_field, error.errors()))
    told = "; ".join(map(_told, error.errors()))
    return _answer(request, InvalidInput.status, InvalidInput.code, f"The request does not fit: {told}.", errors)


def _field(item: dict[str, Any]) -> FieldError:
    """Where it is wrong: a pointer into the body, or the parameter of that name."""
    _, *place = item["loc"]
    return FieldError("" if item["type"] == _NO_JSON else pointer_to(place), _reason(item))


def _told(item: dict[str, Any]) -> str:
    """What is wrong where, for people: `role: Field required`, `limit (query): …`, `the body: …`."""
    part, *place = item["loc"]
    if item["type"] == _NO_JSON or not place:
        return f"the {part}: {_reason(item)}"
    name = ".".join(map(str, place))
    return f"{name if part == 'body' else f'{name} ({part})'}: {_reason(item)}"


def _reason(item: dict[str, Any]) -> str:
    if item["type"] != _NO_JSON:
        return reason_of(item)
    return f"no JSON after {item['loc'][1]} characters, {item['ctx']['error']}"


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answered_http(request, error)


def answered_http(request: Request, error: HTTPException) -> Response:
    """Return the answer that tells of an error of HTTP itself."""
    status = HTTPStatus(error.status_code)
    code = _CODES.get(status, status.phrase.lower().replace(" ", "-"))
    detail = "" if status == HTTPStatus.NOT_FOUND else str(error.detail)
    errors = (FieldError("", detail),) if status in _OF_THE_BODY else ()
    return _answer(request, status, code, detail, errors, error.headers)


def _on_unforeseen(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "")  # not the address: that may hold a login link
    _log.exception("a request failed in a way nobody foresaw", method=request.method, route=route, exc_info=error)
    detail = "Something went wrong inside homeport. It is in the log; try again, and tell whoever runs homeport."
    # it is answered outside of every middleware, so that what they add is added here
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, HomeportError.code, detail, headers=HEADERS)


def _answer(
    request: Request,
    status: HTTPStatus,
    code: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    if is_for_programs(request.url.path):
        return problem(request.url.path, status, code, detail, errors, headers)
    page = shell_of(request).error_page(request, status, detail, code)
    page.headers.update(headers or {})
    return page
