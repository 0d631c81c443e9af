"""API definitions too large to be kept: their first part tells what they define, the rest stays where it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from homeport.catalog.adapters.readers.specs import declares_types, is_versioned, read_spec
from homeport.catalog.adapters.readers.syntax import MAX_BYTES, BrokenFile, parse_yaml
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.reading import ApiDefinition
from homeport.forges.git import SourceTree

HEAD_BYTES = 256_000
GIT_MAX_BYTES = 16_000_000
"""Git hands out files whole: a larger one is not asked for."""

_MAX_INFO_CHARACTERS = 64_000
_KEY = re.compile(r'\s*("(?:[^"\\]|\\.){0,200}")\s*:\s*')
_COMMA = re.compile(r"\s*,")
_TOP_LEVEL = re.compile(r"""^(["']?)([A-Za-z][\w-]*)\1[ \t]*:[ \t]*(.*)$""", re.MULTILINE)


def is_large(path: str, size_bytes: int) -> bool:
    """Whether the file is a possible definition of which only the head is read; protobuf files never are."""
    return size_bytes > MAX_BYTES and path.endswith((".yaml", ".yml", ".json", ".graphql", ".graphqls", ".gql"))


def read_heads(tree: SourceTree, sizes: Mapping[str, int], paths: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Return each path with the beginning of its text, None where it can't be had; one file at a time in memory."""
    for path in paths:
        if not tree.is_versioned:
            with (tree.path / path).open("rb") as file:
                yield path, _text(file.read(HEAD_BYTES))
        elif sizes[path] <= GIT_MAX_BYTES:
            content = tree.read([path]).get(path)
            yield path, None if content is None else _text(content[:HEAD_BYTES])
        else:
            yield path, None


def read_head(path: str, head: str, size_bytes: int) -> ApiDefinition | None:
    """Return the API that a file beginning so defines, None where the beginning does not tell.

    Its definition is a stand-in of the same kind: version and title, and where the whole is.
    """
    note = f"The whole definition is in {path}: at {size_bytes / 1e6:.1f} MB it is too large to be kept here."
    if path.endswith((".graphql", ".graphqls", ".gql")):
        is_schema = read_spec(path, head) is not None or declares_types(head)
        return ApiDefinition("graphql", "", "", f"# {note}\n", Place(path)) if is_schema else None
    values = _json_head(head) if head.lstrip().startswith("{") else _yaml_head(head)
    key = next((one for one in ("openapi", "swagger", "asyncapi") if is_versioned(values.get(one))), None)
    info = values.get("info")
    if key is None or not isinstance(info, dict):
        return None
    kind = "asyncapi" if key == "asyncapi" else "openapi"
    title, version = str(info.get("title") or ""), str(info.get("version") or "")
    description = str(info.get("description") or info.get("summary") or "").strip().split("\n\n")[0][:500]
    shown = {"title": title, "version": version, "description": f"{note}\n\n{description}".strip()}
    stand_in = {key: str(values[key]), "info": shown, "channels" if kind == "asyncapi" else "paths": {}}
    return ApiDefinition(
        kind, title, description, yaml.safe_dump(stand_in, sort_keys=False, allow_unicode=True), Place(path)
    )


def _text(content: bytes) -> str | None:
    """The text of the first part of a file, whose last character may be cut; None where it is no text."""
    text = content.decode("utf-8-sig", errors="replace")
    return None if "\0" in text else text.replace("\r\n", "\n")


def _json_head(text: str) -> dict[str, Any]:
    """The members of an object that are complete; a value that the end cuts off is None, and the last."""
    decoder = json.JSONDecoder()
    values: dict[str, Any] = {}
    at = text.index("{") + 1
    while found := _KEY.match(text, at):
        try:
            key = json.loads(found[1])
            values[key] = None
            values[key], at = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            break
        comma = _COMMA.match(text, at)
        if comma is None:
            break
        at = comma.end()
    return values


def _yaml_head(text: str) -> dict[str, Any]:
    """The texts at the top level of a YAML mapping, and the mapping under `info`."""
    keys = list(_TOP_LEVEL.finditer(text))
    values: dict[str, Any] = {one[2]: one[3].split(" #")[0].strip(" \t\"'") for one in keys}
    at = next((index for index, one in enumerate(keys) if one[2] == "info"), None)
    if at is not None:
        end = keys[at + 1].start() if at + 1 < len(keys) else len(text)
        values["info"] = _block(text[keys[at].start() : end][:_MAX_INFO_CHARACTERS])
    return values


def _block(text: str) -> Any:
    try:
        documents = parse_yaml(text)
    except BrokenFile:
        return None
    return documents[0].value.get("info") if documents and isinstance(documents[0].value, dict) else None
