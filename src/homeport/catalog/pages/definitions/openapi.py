"""OpenAPI 2.0, 3.0 and 3.1. Source: OpenAPI Specification 3.1.1, 4.8; Swagger 2.0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from homeport.catalog.pages.definitions.document import References, listed, mapping, text
from homeport.catalog.pages.definitions.model import Api, Body, Operation, Property, Section

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_MOST_OPERATIONS = 150


def read(document: Mapping[str, Any]) -> Api:
    """What an OpenAPI document offers, by tag in the order of the document."""
    reader = _Reader(document)
    found = list(reader.operations())
    shown = found[:_MOST_OPERATIONS]
    about = mapping(document.get("info"))
    return Api(
        format="OpenAPI" if "openapi" in document else "Swagger",
        version=str(document.get("openapi") or document.get("swagger")),
        title=text(about.get("title")),
        api_version=str(about.get("version") or ""),
        description=text(about.get("description")),
        servers=tuple(_servers(document)),
        sections=tuple(reader.sections(shown)),
        left_out=len(found) - len(shown),
    )


def _servers(document: Mapping[str, Any]) -> Iterator[str]:
    for server in listed(document.get("servers"))[:5]:
        url = mapping(server).get("url")
        if isinstance(url, str):
            yield url
    if isinstance(document.get("host"), str):
        yield f"{document['host']}{document.get('basePath') or ''}"


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._references = References(document)

    def operations(self) -> Iterator[tuple[str, Operation]]:
        """Every operation with its first tag."""
        for path, item in mapping(self._document.get("paths")).items():
            shared = self._references.follow(item)
            for method in METHODS:
                operation = shared.get(method)
                if isinstance(operation, Mapping):
                    tags = listed(operation.get("tags"))
                    yield str(tags[0]) if tags else "", self._operation(method, str(path), shared, operation)

    def sections(self, operations: list[tuple[str, Operation]]) -> Iterator[Section]:
        """The operations by tag: declared tags first, in their order."""
        declared = {str(mapping(tag).get("name")): mapping(tag) for tag in listed(self._document.get("tags"))}
        for name in dict.fromkeys([*declared, *(tag for tag, _ in operations)]):
            belonging = tuple(operation for tag, operation in operations if tag == name)
            if belonging:
                yield Section(name, text(declared.get(name, {}).get("description")), belonging)

    def _operation(self, method: str, path: str, shared: Mapping[str, Any], operation: Mapping[str, Any]) -> Operation:
        parameters = [*listed(shared.get("parameters")), *listed(operation.get("parameters"))]
        followed = [self._references.follow(parameter) for parameter in parameters]
        plain = [one for one in followed if one.get("in") not in ("body", None)]
        return Operation(
            method=method.upper(),
            path=path,
            summary=text(operation.get("summary")) or text(operation.get("operationId")),
            description=text(operation.get("description")),
            is_deprecated=operation.get("deprecated") is True,
            needs=self._needs(operation),
            parameters=tuple({(one.place, one.name): one for one in map(self._parameter, plain)}.values()),
            requests=tuple(self._requests(operation, followed)),
            responses=tuple(self._responses(operation)),
        )

    def _needs(self, operation: Mapping[str, Any]) -> tuple[str, ...]:
        wanted = operation.get("security", self._document.get("security"))
        return tuple(dict.fromkeys(str(name) for one in listed(wanted) for name in mapping(one)))

    def _parameter(self, parameter: Mapping[str, Any]) -> Property:
        schema = parameter.get("schema", parameter)
        return Property(
            name=str(parameter.get("name") or ""),
            type=self._references.type_of(schema),
            description=text(parameter.get("description")),
            is_required=parameter.get("required") is True,
            place=str(parameter.get("in")),
        )

    def _requests(self, operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]) -> Iterator[Body]:
        body = self._references.follow(operation.get("requestBody"))
        for media_type, content in mapping(body.get("content")).items():
            yield self._body(str(media_type), mapping(content).get("schema"), text(body.get("description")))
        for parameter in parameters:
            if parameter.get("in") == "body":
                yield self._body("body", parameter.get("schema"), text(parameter.get("description")))

    def _responses(self, operation: Mapping[str, Any]) -> Iterator[Body]:
        for status, response in mapping(operation.get("responses")).items():
            shown = self._references.follow(response)
            contents = [mapping(one).get("schema") for one in mapping(shown.get("content")).values()]
            schema = contents[0] if contents else shown.get("schema")
            yield self._body(str(status), schema, text(shown.get("description")))

    def _body(self, label: str, schema: Any, description: str) -> Body:
        return Body(label, self._references.type_of(schema), description, self._references.properties(schema))
