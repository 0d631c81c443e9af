"""The application under /api/catalog: its operations, who may ask them, and errors in upstream's envelope."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from homeport.catalog.backstage.answering import error_answer, json_answer, tagged
from homeport.catalog.backstage.asking import Ask, may_change, parsed_query
from homeport.catalog.backstage.document import document
from homeport.catalog.backstage.entities import Entities
from homeport.catalog.backstage.locations import LocationOperations
from homeport.catalog.locations import Locations
from homeport.kernel.base.errors import HomeportError
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor, Role
from homeport.web.identify import actor_of

PREFIX = "/api/catalog"
ANONYMOUS = Actor("system", "anonymous", "anonymous", Role.VIEWER)
"""Who asks without a token, where the settings let everybody read."""

_ENTITY = "{kind}/{namespace}/{name}"
_HEALTH = "/.backstage/health/v1"

_log = structlog.get_logger(__name__)

Answering = Callable[[Ask], Response]


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: str
    answer: Answering
    is_read: bool = True


def mounts(services: Services, locations: Locations) -> Sequence[BaseRoute]:
    """Return what stands under /api/catalog, and the health paths beside it."""
    mount = Mount(PREFIX, application(services, locations))
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)  # a line break is no way out of the envelope
    return [mount, *_health(services)]


def application(services: Services, locations: Locations) -> Starlette:
    """Return the application, without the prefix it is mounted under."""
    is_open = services.settings.section("catalog").anonymous_read
    by_path: dict[str, dict[str, _Operation]] = {}
    for one in _operations(services, locations):
        by_path.setdefault(one.path, {})[one.method] = one
    routes: list[BaseRoute] = [
        Route(path, _endpoint(operations, is_open), methods=list(operations)) for path, operations in by_path.items()
    ]
    is_shown = services.settings.openapi_anonymous

    def openapi(request: Request) -> Response:
        if not is_shown:
            actor_of(request)
        return json_answer(document(is_open))

    routes += [Route("/openapi.json", openapi), Route("/.backstage/auth/v1/jwks.json", _keys)]
    app = Starlette(
        routes=routes,
        exception_handlers={HomeportError: _on_known, HTTPException: _on_http, Exception: _on_unforeseen},
    )
    app.router.redirect_slashes = False
    return app


def _operations(services: Services, locations: Locations) -> list[_Operation]:
    entities, places = Entities(services), LocationOperations(services, locations)
    return [
        _Operation("GET", "/entities", entities.list),
        _Operation("GET", "/entities/by-query", entities.by_query),
        _Operation("POST", "/entities/by-query", entities.by_predicate),
        _Operation("POST", "/entities/by-refs", entities.by_refs),
        _Operation("POST", "/entities/by-refs/", entities.by_refs),
        _Operation("GET", "/entities/by-uid/{uid}", entities.by_uid),
        _Operation("GET", f"/entities/by-name/{_ENTITY}", entities.by_name),
        _Operation("GET", f"/entities/by-name/{_ENTITY}/ancestry", entities.ancestry),
        _Operation("GET", "/entity-facets", entities.facets),
        _Operation("POST", "/entity-facets", entities.facets_by_predicate),
        _Operation("DELETE", "/entities/by-uid/{uid}", places.remove_entity, is_read=False),
        _Operation("POST", "/refresh", places.refresh, is_read=False),
        _Operation("GET", "/locations", places.list),
        _Operation("POST", "/locations", places.add, is_read=False),
        _Operation("POST", "/locations/by-query", places.by_query),
        _Operation("GET", f"/locations/by-entity/{_ENTITY}", places.by_entity),
        _Operation("GET", "/locations/{id}", places.show),
        _Operation("PUT", "/locations/{id}", places.move, is_read=False),
        _Operation("DELETE", "/locations/{id}", places.remove, is_read=False),
        _Operation("POST", "/analyze-location", places.analyze, is_read=False),
        _Operation("POST", "/validate-entity", places.validate),
    ]


def _endpoint(operations: dict[str, _Operation], is_open: bool) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        operation = operations[method]
        ask = Ask(
            _actor(request, is_open=is_open and operation.is_read),
            _target(request),
            request.path_params,
            parsed_query(request.scope["query_string"]),
            await request.body(),
            request.headers,
        )
        return await to_thread.run_sync(_answered, operation, ask)

    return endpoint


def _answered(operation: _Operation, ask: Ask) -> Response:
    authorize(ask.actor, "catalog.read")
    if not operation.is_read:
        may_change(ask)
    answer = operation.answer(ask)
    return tagged(ask, answer) if operation.method == "GET" and type(answer) is Response else answer


def _actor(request: Request, *, is_open: bool) -> Actor:
    if is_open and request.state.actor is None and "authorization" not in request.headers:
        return ANONYMOUS
    return actor_of(request)


def _target(request: Request) -> str:
    """Path and query as they were sent, without the prefix."""
    path = request.scope["raw_path"].decode("latin-1").removeprefix(PREFIX) or "/"
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _health(services: Services) -> list[BaseRoute]:
    def readiness(_request: Request) -> Response:
        try:
            services.database.check()
        except HomeportError as error:
            told = {"message": error.message, "status": "error"}
            return json_answer(told, HTTPStatus.SERVICE_UNAVAILABLE)
        return json_answer({"status": "ok"})

    def liveness(_request: Request) -> Response:
        return json_answer({"status": "ok"})

    return [Route(f"{_HEALTH}/readiness", readiness), Route(f"{_HEALTH}/liveness", liveness)]


def _keys(_request: Request) -> Response:
    return json_answer({"keys": []})


def _on_known(request: Request, error: Exception) -> Response:
    assert isinstance(error, HomeportError)
    return error_answer(request.method, _target(request), error.status, error.message)


def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    target = _target(request)
    message = f"Nothing is at {target}." if error.status_code == HTTPStatus.NOT_FOUND else str(error.detail)
    answer = error_answer(request.method, target, error.status_code, message)
    answer.headers.update(error.headers or {})
    return answer


def _on_unforeseen(request: Request, error: Exception) -> Response:
    _log.exception("a request failed in a way nobody foresaw", path=request.url.path, exc_info=error)
    message = "Something went wrong inside homeport. It is in the log."
    return error_answer(request.method, _target(request), HTTPStatus.INTERNAL_SERVER_ERROR, message)
