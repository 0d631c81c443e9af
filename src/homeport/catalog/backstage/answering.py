"""Answers as Backstage's clients expect them: entities with uid, etag and relations, and errors in their envelope."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.responses import Response

from homeport.catalog import queries
from homeport.catalog.backstage.asking import Ask
from homeport.catalog.domain.uids import uid_of
from homeport.kernel.base.errors import InvalidInput

_TYPE = "application/json; charset=utf-8"
_MOST_HASHED_BYTES = 2_000_000
_ERRORS = {
    HTTPStatus.BAD_REQUEST: "InputError",
    HTTPStatus.UNAUTHORIZED: "AuthenticationError",
    HTTPStatus.FORBIDDEN: "NotAllowedError",
    HTTPStatus.NOT_FOUND: "NotFoundError",
    HTTPStatus.METHOD_NOT_ALLOWED: "MethodNotAllowedError",
    HTTPStatus.CONFLICT: "ConflictError",
    HTTPStatus.SERVICE_UNAVAILABLE: "ServiceUnavailableError",
}

JsonObject = dict[str, Any]


def json_answer(value: Any, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(orjson.dumps(value), status, {**(headers or {}), "Content-Type": _TYPE})


def tagged(ask: Ask, answer: Response) -> Response:
    """Return the answer with its ETag, or 304 where the client has it already."""
    body = bytes(answer.body)
    if len(body) > _MOST_HASHED_BYTES:
        return answer
    etag = f'W/"{len(body):x}-{hashlib.sha1(body, usedforsecurity=False).hexdigest()[:27]}"'
    if ask.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
    answer.headers["ETag"] = etag
    return answer


def error_answer(method: str, target: str, status: int, message: str) -> Response:
    """Answer that something went wrong; `target` is path and query without the prefix.

    Source: backend-defaults 0.18, middleware `error`.
    """
    code = HTTPStatus.BAD_REQUEST if status == HTTPStatus.UNPROCESSABLE_ENTITY else HTTPStatus(status)
    error = {"name": _ERRORS.get(code, "Error"), "message": message}
    told = {"error": error, "request": {"method": method, "url": target}, "response": {"statusCode": int(code)}}
    headers = {"WWW-Authenticate": "Bearer"} if code == HTTPStatus.UNAUTHORIZED else None
    return json_answer(told, code, headers)


class Fields:
    """The parts of an entity that are asked for; all of it where none is named.

    Source: catalog-backend 4.0, parseEntityTransformParams.
    """

    def __init__(self, *named: Sequence[str] | None) -> None:
        words = (word.strip() for words in named for text in words or () for word in text.split(","))
        self._paths = list(dict.fromkeys(filter(None, words)))
        wrong = next((path for path in self._paths if "[" in path), None)
        if wrong is not None:
            raise InvalidInput(f'Invalid field "{wrong}", array type fields are not supported')

    @property
    def with_relations(self) -> bool:
        """Whether relations are asked for."""
        return not self._paths or "relations" in self._paths

    def of(self, entity: JsonObject) -> JsonObject:
        """Return what is asked for of the entity."""
        if not self._paths:
            return entity
        kept: JsonObject = {}
        for path in self._paths:
            found = _found(entity, path)
            if found is not None:
                *above, last = found[0]
                inside = kept
                for key in above:
                    inside = inside.setdefault(key, {})
                inside[last] = found[1]
        return kept


def entities(session: Session, rows: Sequence[Any], fields: Fields) -> list[JsonObject]:
    """Return the entities of `Found` rows as clients see them."""
    relations = queries.relations_of(session, rows) if fields.with_relations else {}
    return [fields.of(_entity(row, relations.get(row.id, ()))) for row in rows]


def facets_json(facets: Mapping[str, Iterable[tuple[str, int]]]) -> JsonObject:
    """Return facets as clients see them."""
    return {
        "facets": {
            facet: [{"value": value, "count": count} for value, count in counts] for facet, counts in facets.items()
        }
    }


def _entity(row: Any, relations: Iterable[tuple[str, str]]) -> JsonObject:
    document: JsonObject = orjson.loads(row.document)
    metadata = document["metadata"]
    metadata.setdefault("namespace", "default")
    metadata["uid"], metadata["etag"] = uid_of(row.id), row.etag
    document["relations"] = [{"type": type_, "targetRef": target} for type_, target in relations]
    return document


def _found(entity: JsonObject, path: str) -> tuple[list[str], Any] | None:
    """Where `path` leads, part by part, and what is there; keys may have dots in them."""
    parts = path.split(".")
    inside: Any = entity
    way: list[str] = []
    part = parts[0]
    for following in [*parts[1:], None]:
        if isinstance(inside, dict) and part in inside:
            way.append(part)
            inside = inside[part]
            part = following or ""
        elif following is None:
            return None
        else:
            part = f"{part}.{following}"
    return way, inside
