"""How errors leave homeport: problem+json for programs, a page for people. Source: RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from homeport.kernel.base.errors import FieldError, HomeportError, InvalidInput, Unauthenticated
from homeport.web.shell import shell_of

MEDIA_TYPE = "application/problem+json"
_TELLING = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "5"},
}
_log = structlog.get_logger(__name__)


def install(app: FastAPI) -> None:
    """Let every error of the application be answered in the form the client understands."""
    app.add_exception_handler(HomeportError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unforeseen)


def _on_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, HomeportError)
    if isinstance(error, Unauthenticated) and not _is_program(request) and request.method == "GET":
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(wanted)}", status_code=303)
    return _answer(request, error.status, error.code, error.message, error.errors)


def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = tuple(
        FieldError("/" + "/".join(map(str, item["loc"][1:])), f"{item['loc'][0]}: {item['msg']}")
        for item in error.errors()
    )
    told = "; ".join(f"{item.pointer} {item.detail}" for item in errors)
    return _answer(request, InvalidInput.status, InvalidInput.code, f"The request does not fit: {told}.", errors)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "-")
    return _answer(request, status, code, "" if status == HTTPStatus.NOT_FOUND else str(error.detail), ())


def _on_unforeseen(request: Request, error: Exception) -> Response:
    route = getattr(request.scope.get("route"), "path", "")  # not the address: that may hold a login link
    _log.exception("a request failed in a way nobody foresaw", method=request.method, route=route, exc_info=error)
    detail = "Something went wrong inside homeport. It is in the log; try again, and tell whoever runs homeport."
    return _answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, HomeportError.code, detail, ())


def _answer(request: Request, status: HTTPStatus, code: str, detail: str, errors: tuple[FieldError, ...]) -> Response:
    if not _is_program(request):
        return shell_of(request).error_page(request, status, detail, code)
    problem = {
        "type": f"urn:homeport:error:{code}",
        "title": status.phrase,
        "status": int(status),
        "code": code,
        "detail": detail or f"Nothing is at {request.url.path}.",
        "instance": request.url.path,
        "errors": [{"pointer": item.pointer, "detail": item.detail} for item in errors],
    }
    headers = _TELLING.get(status)
    return JSONResponse(problem, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def _is_program(request: Request) -> bool:
    return request.url.path.startswith("/api/")
