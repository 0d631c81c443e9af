"""A definition as data: parsed once, with references followed as far as a page needs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from homeport.catalog.pages.definitions.model import BrokenDefinition, Property

_MOST_PROPERTIES = 40
_MOST_DEPTH = 4
_MOST_REFERENCES = 20

_MOST_NESTING = 100
_MOST_MERGED = 10_000

_Fast: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where it is there: ten times as fast."""


class _Loader(_Fast):  # type: ignore[misc, valid-type]
    """Reads as SafeLoader does, but stops where merges of merges (`<<: [*a, *a]`) would fill the memory."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > _MOST_MERGED:
            raise BrokenDefinition("Its merges (`<<`) make it too large to be shown.")


def parse(text: str) -> Mapping[str, Any]:
    """The document that a JSON or YAML text stands for.

    Raises:
        BrokenDefinition: it is neither, no mapping, or made to exhaust whoever reads it.
    """
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else _parse_yaml(text)
    except yaml.YAMLError as error:
        raise BrokenDefinition(_explain(error)) from None
    except ValueError as error:
        raise BrokenDefinition(str(error)) from None
    if not isinstance(document, Mapping):
        raise BrokenDefinition("It is no mapping of keys to values.")
    return document


def _parse_yaml(text: str) -> Any:
    """The document; libyaml ends the whole process on deep nesting, so that is looked at first."""
    depth = 0
    for event in yaml.parse(text, Loader=_Fast):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _MOST_NESTING:
            raise BrokenDefinition(f"It is nested more than {_MOST_NESTING} levels deep.")
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader


class References:
    """Follows `$ref`s within one document; what leads out of it or nowhere stays as it is."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def follow(self, node: Any) -> Mapping[str, Any]:
        """The node, or what it refers to; empty for what is no mapping."""
        for _ in range(_MOST_REFERENCES):
            if not isinstance(node, Mapping):
                return {}
            target = node.get("$ref")
            if not isinstance(target, str) or not target.startswith("#/"):
                return node
            node = self._at(target)
        return {}

    def properties(self, schema: Any) -> tuple[Property, ...]:
        """The properties of a schema as dotted paths, in their order, as many as one can take in."""
        found = []
        for one in self._properties(schema, "", 0, frozenset()):
            found.append(one)
            if len(found) == _MOST_PROPERTIES:
                break
        return tuple(found)

    def type_of(self, schema: Any) -> str:
        """What people call the schema: `Order`, `string (date-time)`, `Order[]`."""
        if not isinstance(schema, Mapping):
            return ""
        if isinstance(schema.get("$ref"), str):
            return str(schema["$ref"]).rpartition("/")[2]
        kind = schema.get("type")
        if kind == "array" or "items" in schema:
            return f"{self.type_of(schema.get('items')) or 'any'}[]"
        if isinstance(kind, list):
            kind = " | ".join(map(str, kind))
        if kind is None:
            kind = self._combined(schema)
        return f"{kind} ({schema['format']})" if schema.get("format") else str(kind or "")

    def _combined(self, schema: Mapping[str, Any]) -> str:
        for key, joint in (("oneOf", " | "), ("anyOf", " | "), ("allOf", " & ")):
            parts = schema.get(key)
            if isinstance(parts, list):
                return joint.join(dict.fromkeys(filter(None, map(self.type_of, parts[:6]))))
        return "object" if "properties" in schema else ""

    def _properties(self, schema: Any, prefix: str, depth: int, seen: frozenset[int]) -> Iterator[Property]:
        schema = self.follow(schema)
        if id(schema) in seen or depth >= _MOST_DEPTH:
            return
        seen |= {id(schema)}
        for part in listed(schema.get("allOf")):
            yield from self._properties(part, prefix, depth, seen)
        if "items" in schema:
            yield from self._properties(schema["items"], f"{prefix}[]", depth + 1, seen)
        required = listed(schema.get("required"))
        for name, value in mapping(schema.get("properties")).items():
            path = f"{prefix}.{name}" if prefix else str(name)
            shown = self.follow(value)
            yield Property(path, self.type_of(value), text(shown.get("description")), name in required)
            yield from self._properties(value, path, depth + 1, seen)

    def _at(self, pointer: str) -> Any:
        node: Any = self._document
        for part in pointer[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or key not in node:
                return {}
            node = node[key]
        return node


def mapping(value: Any) -> Mapping[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """The value where it is text, in one paragraph; else ""."""
    return " ".join(value.split())[:600] if isinstance(value, str) else ""


def _explain(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "It is no YAML"
    return f"{problem}, line {mark.line + 1}" if mark is not None else str(problem)
