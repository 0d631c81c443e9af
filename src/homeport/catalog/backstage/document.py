"""The OpenAPI document of /api/catalog: Backstage's operations as homeport answers them.

Source: catalog-backend 4.0, its own OpenAPI document; texts and shape are ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_COUNT = {"type": "integer", "minimum": 0}
_OBJECT: Schema = {"type": "object"}


def _object(required: Mapping[str, Schema], **optional: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": {**required, **optional}}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_SCHEMAS = {
    "Error": _object(
        {
            "error": _object({"name": _TEXT, "message": _TEXT}),
            "request": _object({"method": _TEXT, "url": _TEXT}),
            "response": _object({"statusCode": {"type": "integer"}}),
        }
    ),
    "Entity": {
        "type": "object",
        "description": "An entity, or with `fields` the named parts of one.",
        "properties": {
            "apiVersion": _TEXT,
            "kind": _TEXT,
            "metadata": {
                "type": "object",
                "properties": {"name": _TEXT, "namespace": _TEXT, "uid": _TEXT, "etag": _TEXT},
            },
            "spec": _OBJECT,
            "relations": _list(_object({"type": _TEXT, "targetRef": _TEXT})),
        },
    },
    "Page": _object(
        {
            "items": _list(_ref("Entity")),
            "totalItems": _COUNT,
            "pageInfo": _object({}, nextCursor=_TEXT, prevCursor=_TEXT),
        }
    ),
    "Facets": _object(
        {"facets": {"type": "object", "additionalProperties": _list(_object({"value": _TEXT, "count": _COUNT}))}}
    ),
    "Location": _object({"id": _TEXT, "type": _TEXT, "target": _TEXT, "entityRef": _TEXT}),
    "LocationInput": _object({"type": _TEXT, "target": _TEXT}),
    "Predicate": {
        "type": "object",
        "description": "Keys with values, or one of $all, $any, $not; values with $in, $exists, $contains, $hasPrefix.",
    },
}

_FILTER = (
    "filter",
    _TEXTS,
    "`key=value` or `key`, with commas between what all has to hold; several are alternatives.",
)
_FIELDS = ("fields", _TEXTS, "Dotted paths of what to keep of each entity, with commas between them.")
_LIMIT = ("limit", _COUNT, "How many items at most.")
_OFFSET = ("offset", _COUNT, "How many items to pass over.")
_ENTITY_PATH = "{kind}/{namespace}/{name}"


def document(is_open: bool) -> dict[str, Any]:
    """Return the document; with `is_open` reading takes no token."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "homeport: the catalog, as Backstage's clients read it", "version": "1"},
        "servers": [{"url": "/api/catalog"}],
        "security": [{"token": []}, *([{}] if is_open else [])],
        "paths": {path: {**_names(path), **operations} for path, operations in _paths().items()},
        "components": {
            "schemas": _SCHEMAS,
            "responses": {
                "Error": {"description": "What went wrong.", "content": _json(_ref("Error"))},
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _paths() -> dict[str, Any]:
    query: dict[str, Schema] = {"query": _ref("Predicate")}
    page: dict[str, Schema] = {"limit": _COUNT, "cursor": _TEXT}
    order_by = _list(_object({"field": _TEXT, "order": {"enum": ["asc", "desc"]}}))
    text = _object({}, term=_TEXT, fields=_TEXTS)
    total = {"enum": ["include", "exclude"]}
    refs = _object({"entityRefs": _TEXTS}, fields=_TEXTS, **query)
    by_refs = _operation("Entities by reference", _object({"items": _list(_nullable("Entity"))}), _FILTER, body=refs)
    ancestors = _list(_object({"entity": _ref("Entity"), "parentEntityRefs": _TEXTS}))
    analysis = _object({"existingEntityFiles": _list(_OBJECT), "generateEntities": _list(_OBJECT)})
    location = _ref("Location")
    added = _object({"location": location, "entities": _list(_ref("Entity"))}, exists={"type": "boolean"})
    wrong = _object({"errors": _list(_object({"name": _TEXT, "message": _TEXT}))})
    return {
        "/entities": {
            "get": _operation(
                "All entities, or with a limit so many and a Link to the following",
                _list(_ref("Entity")),
                _FILTER,
                _FIELDS,
                ("limit", {"type": "integer", "minimum": 1}, "How many items at most."),
                _OFFSET,
                ("after", _TEXT, "From the Link of the page before."),
                ("order", _TEXTS, "`asc:` or `desc:` and a key."),
            )
        },
        "/entities/by-query": {
            "get": _operation(
                "A page of entities",
                _ref("Page"),
                _FILTER,
                _FIELDS,
                _LIMIT,
                _OFFSET,
                ("orderField", _TEXTS, "A key, a comma, and asc or desc."),
                ("cursor", _TEXT, "From the page before; then nothing else but `limit` and `fields` counts."),
                ("fullTextFilterTerm", _TEXT, "Text that one of the fields holds."),
                ("fullTextFilterFields", _TEXTS, "The fields, with commas between them."),
                ("totalItems", total, "Whether to count."),
            ),
            "post": _operation(
                "A page of entities by a predicate",
                _ref("Page"),
                body=_object(
                    {},
                    offset=_COUNT,
                    orderBy=order_by,
                    fullTextFilter=text,
                    fields=_TEXTS,
                    totalItems=total,
                    **page,
                    **query,
                ),
            ),
        },
        "/entities/by-refs": {"post": by_refs},
        "/entities/by-refs/": {"post": by_refs},
        "/entities/by-uid/{uid}": {
            "get": _operation("An entity by uid", _ref("Entity")),
            "delete": _operation("Take an entity out until it is read again", None, status="204"),
        },
        f"/entities/by-name/{_ENTITY_PATH}": {"get": _operation("An entity by name", _ref("Entity"))},
        f"/entities/by-name/{_ENTITY_PATH}/ancestry": {
            "get": _operation(
                "An entity and the Locations that led to it", _object({"rootEntityRef": _TEXT, "items": ancestors})
            )
        },
        "/entity-facets": {
            "get": _operation("Values with counts", _ref("Facets"), ("facet", _TEXTS, "A key."), _FILTER),
            "post": _operation(
                "Values with counts, by a predicate", _ref("Facets"), body=_object({"facets": _TEXTS}, **query)
            ),
        },
        "/refresh": {"post": _operation("Read an entity again", None, body=_object({"entityRef": _TEXT}))},
        "/locations": {
            "get": _operation("All locations", _list(_object({"data": location}))),
            "post": _operation(
                "Add a location",
                added,
                ("dryRun", _TEXT, "`true` to read without storing."),
                ("onConflict", {"enum": ["reject", "refresh"]}, "What to do with one that is there already."),
                body=_ref("LocationInput"),
                status="201",
            ),
        },
        "/locations/by-query": {
            "post": _operation(
                "A page of locations",
                _object({"items": _list(location), "totalItems": _COUNT, "pageInfo": _object({}, nextCursor=_TEXT)}),
                body=_object({}, **page, **query),
            )
        },
        "/locations/{id}": {
            "get": _operation("A location", location),
            "put": _operation("Read a location from elsewhere", location, body=_ref("LocationInput")),
            "delete": _operation("Let go of a location and of what it brought", None, status="204"),
        },
        f"/locations/by-entity/{_ENTITY_PATH}": {"get": _operation("The location that brought an entity", location)},
        "/analyze-location": {
            "post": _operation(
                "What could be registered for an address", analysis, body=_object({"location": _ref("LocationInput")})
            )
        },
        "/validate-entity": {
            "post": _operation(
                "Judge an entity", None, body=_object({"entity": _OBJECT, "location": _TEXT}), refusal=wrong
            )
        },
    }


def _names(path: str) -> dict[str, Any]:
    """The parts of the path that are parameters."""
    found = re.findall(r"{(\w+)}", path)
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": _TEXT} for name in found]}


def _operation(
    summary: str,
    answer: Schema | None,
    *parameters: tuple[str, Schema, str],
    body: Schema | None = None,
    status: str = "200",
    refusal: Schema | None = None,
) -> dict[str, Any]:
    told: dict[str, Any] = {"description": summary}
    if answer is not None:
        told["content"] = _json(answer)
    error = {"$ref": "#/components/responses/Error"}
    responses: dict[str, Any] = {status: told, "4XX": error, "503": error}
    if refusal is not None:
        responses["400"] = {"description": "Why not.", "content": _json(refusal)}
    operation: dict[str, Any] = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = [_parameter(*one) for one in parameters]
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _parameter(name: str, schema: Schema, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _nullable(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}]}


def _json(schema: Schema) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
