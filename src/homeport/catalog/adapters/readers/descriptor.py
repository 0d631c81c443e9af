"""catalog-info.yaml: described entities, their lines, and the files of the same repository they point to.

Source: Backstage, "Descriptor Format of Catalog Entities"; catalog-model 1.10 for the rules of names.
"""

from __future__ import annotations

import copy
import fnmatch
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeport.catalog.adapters.documents import Document, lines_of, read_documents
from homeport.catalog.adapters.placeholders import MAX_INCLUDED_BYTES, MAX_INCLUDES, NotIncluded, included
from homeport.catalog.domain.fields import DescribedEntity, Place, Problem, item_path
from homeport.kernel.base.entities import is_entity_name

_FILE_NAMES = ("catalog-info.yaml", "catalog-info.yml")
_PLACEHOLDERS = frozenset({"$text", "$json", "$yaml", "$openapi", "$asyncapi"})
_MAX_FILES = 2_000
_MAX_ROUNDS = 10
_API_VERSION = re.compile(r"([a-z0-9][a-z0-9.-]*/)?[a-z0-9]+", re.IGNORECASE)
_KIND = re.compile(r"[a-zA-Z][a-z0-9A-Z]{0,62}")

Read = Callable[[Iterable[str]], Mapping[str, bytes]]


@dataclass(slots=True)
class Described:
    """All entities that the descriptors of a repository lead to, and what is wrong with them."""

    entities: list[DescribedEntity] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def is_descriptor(path: str) -> bool:
    """Whether the file describes entities without being pointed to."""
    return path.rpartition("/")[2] in _FILE_NAMES


def read_descriptors(starts: Iterable[str], paths: Collection[str], read: Read) -> Described:
    """Return what the descriptors at `starts` describe, and those that their Locations lead to; `paths` are all files.

    Nothing outside of the repository is read, and no file twice; `read` is called once for each round of references.
    """
    described = Described()
    waiting = dict.fromkeys(starts)
    seen: set[str] = set()
    for _ in range(_MAX_ROUNDS):
        batch = [path for path in waiting if path not in seen][: _MAX_FILES - len(seen)]
        if not batch:
            break
        seen.update(batch)
        found = [one for path, content in read(batch).items() for one in _documents(path, content, described)]
        contents = read(sorted({target for one in found for _, target in _placeholder_targets(one)} & set(paths)))
        for one in found:
            described.entities.append(_entity(one, contents, described))
        waiting = dict.fromkeys(target for one in found for target in _location_targets(one, paths, described))
    return described


@dataclass(frozen=True, slots=True)
class _Found:
    file: str
    document: Document
    lines: Mapping[tuple[str | int, ...], int]
    """Where each field of the document begins in the file."""

    @property
    def place(self) -> Place:
        return Place(self.file, self.document.line)

    def line_of(self, *path: str | int) -> int | None:
        """The line of what lies at `path`, or of the nearest thing above it."""
        above = (path[:length] for length in range(len(path), 0, -1))
        return next((self.lines[one] for one in above if one in self.lines), None)


def _documents(path: str, content: bytes, described: Described) -> Iterator[_Found]:
    documents, broken = read_documents(content)
    described.problems += [_problem("catalog.broken-file", Place(path, one.line), reason=one.reason) for one in broken]
    for document in documents:
        reason = _why_no_entity(document.value)
        if reason:
            described.problems.append(_problem("catalog.invalid-entity", Place(path, document.line), reason=reason))
        else:
            lines = {place: document.line + line - 1 for place, line in lines_of(document.text).items()}
            yield _Found(path, document, lines)


def _why_no_entity(value: Any) -> str:
    if not isinstance(value, dict):
        return "the document is no mapping"
    version, kind, metadata = value.get("apiVersion"), value.get("kind"), value.get("metadata")
    if not isinstance(version, str) or not _API_VERSION.fullmatch(version):
        return "apiVersion is missing or malformed"
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        return "kind is missing or malformed"
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        return "metadata.name is missing"
    if not is_entity_name(metadata["name"]):
        return f"metadata.name {metadata['name'][:80]!r} breaks the rules of names"
    if not isinstance(value.get("spec", {}), dict):
        return "spec is no mapping"
    return ""


def _entity(found: _Found, contents: Mapping[str, bytes], described: Described) -> DescribedEntity:
    value = found.document.value
    targets = _placeholder_targets(found)
    document, files = copy.deepcopy(value) if targets else value, {}
    left_bytes = MAX_INCLUDED_BYTES
    for count, (path, target) in enumerate(targets):
        left_bytes -= len(contents.get(target, b""))
        try:
            if count >= MAX_INCLUDES or left_bytes < 0:
                raise NotIncluded(f"a document may include {MAX_INCLUDES} files and {MAX_INCLUDED_BYTES} bytes")
            content = _substitute(str(path[-1]), target, contents)
        except NotIncluded as wrong:
            line = found.line_of(*path)
            described.problems.append(_unresolved(found, line, str(_at(value, path)), wrong.reason))
            continue
        _put(document, path[:-1], content)
        files[".".join(str(step) for step in path[:-1])] = target
    return DescribedEntity(document, found.place, _lines(found), files)


def _substitute(placeholder: str, target: str, contents: Mapping[str, bytes]) -> Any:
    if target not in contents:
        raise NotIncluded("leads to no file of this repository" if target else "leads out of this repository")
    return included(placeholder if placeholder in ("$json", "$yaml") else "$text", contents[target])


def _placeholder_targets(found: _Found) -> list[tuple[tuple[str | int, ...], str]]:
    """Where placeholders stand, and the file each names; "" for one outside of the repository."""
    return [(path, _within(found.file, target) or "") for path, target in _placeholders(found.document.value, ())]


def _placeholders(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        if len(value) == 1 and (key := next(iter(value))) in _PLACEHOLDERS and isinstance(value[key], str):
            yield (*path, key), value[key]
            return
        for key, item in value.items():
            yield from _placeholders(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _placeholders(item, (*path, index))


def _location_targets(found: _Found, paths: Collection[str], described: Described) -> Iterator[str]:
    value = found.document.value
    if str(value.get("kind")).lower() != "location":
        return
    spec = value.get("spec") or {}
    targets: list[Any] = spec["targets"] if isinstance(spec.get("targets"), list) else []
    for target in [one for one in (spec.get("target"), *targets) if isinstance(one, str)]:
        line = found.line_of("spec", "target" if target == spec.get("target") else "targets")
        inside = _within(found.file, target)
        if inside is None:
            described.problems.append(_unresolved(found, line, target, "leads out of this repository"))
            continue
        matching = sorted(fnmatch.filter(paths, inside)) if "*" in inside else [inside] if inside in paths else []
        if not matching and spec.get("presence") != "optional":
            described.problems.append(_unresolved(found, line, target, "leads to no file of this repository"))
        yield from matching


def _within(file: str, target: str) -> str | None:
    """The path in the repository that `target` means when it stands in `file`; None for an address or a way out."""
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", target) or "\\" in target or target.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file), target))
    return None if path.startswith("..") else path


def _lines(found: _Found) -> dict[str, int]:
    lines = {}
    for section, fields in found.document.value.items():
        lines[section] = found.line_of(section) or 0
        for key, item in fields.items() if isinstance(fields, dict) else ():
            path = f"{section}.{key}"
            lines[path] = found.line_of(section, key) or 0
            if isinstance(item, list):
                texts = [(index, one) for index, one in enumerate(item) if isinstance(one, str)]
                lines |= {item_path(path, one): found.line_of(section, key, index) or 0 for index, one in texts}
            elif isinstance(item, dict) and key in ("annotations", "labels", "profile"):
                lines |= {f"{path}.{inner}": found.line_of(section, key, inner) or 0 for inner in item}
    return lines


def _at(value: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _put(document: Any, path: tuple[str | int, ...], content: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = content


def _unresolved(found: _Found, line: int | None, target: str, reason: str) -> Problem:
    return _problem("catalog.unresolved-reference", Place(found.file, line), target=target, reason=reason)


def _problem(rule: str, place: Place, **parameters: str) -> Problem:
    return Problem(rule, place, {"file": place.file, "line": str(place.line or ""), **parameters})
