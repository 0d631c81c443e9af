"""The OpenAPI document of /api/v1: what FastAPI tells, with the errors and the tokens that homeport really has."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from homeport.web.problems import MEDIA_TYPE
from homeport.web.rest.idempotency import HEADER

_METHODS = ("get", "put", "post", "delete", "patch")
_TEXT = {"type": "string"}
_FIELD = {
    "type": "object",
    "required": ["pointer", "detail"],
    "properties": {"pointer": _TEXT, "detail": _TEXT},
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {**_TEXT, "description": "Stable; every code is described in docs/reference/errors.md."},
        "detail": _TEXT,
        "instance": _TEXT,
        "errors": {"type": "array", "items": _FIELD},
    },
}
_IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 257},
    "description": "A value of your own, such as a UUID. Sent again within 24 hours, with the same request, it is "
    "answered as it was and nothing is done twice; 409 while the first is still running; with another request 422.",
}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the document. Source: OpenAPI 3.1; RFC 9457 for errors."""
    told = app.openapi()
    schemas = told.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    told["components"]["responses"] = {"Problem": {"description": "What went wrong.", "content": content}}
    told["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An API token; `homeport token create` makes one."}
    }
    told["security"] = [{"token": []}]
    for path in told["paths"].values():
        if "post" in path:
            path["post"].setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
        for operation in (path[method] for method in _METHODS if method in path):
            operation["responses"].pop("422", None)
            operation["responses"]["4XX"] = {"$ref": "#/components/responses/Problem"}
            operation["responses"]["503"] = {"$ref": "#/components/responses/Problem"}
    return told
