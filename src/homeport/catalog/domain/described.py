"""What the unit of a location describes: entities ready for the catalog, and what keeps others from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeport.catalog.domain.directory import full_ref, namespace_of
from homeport.catalog.domain.fields import Candidate, DescribedEntity, Field, Place, Problem, item_path

_REFERENCE_LISTS = {
    "providesApis": "api",
    "consumesApis": "api",
    "dependsOn": "component",
    "dependencyOf": "component",
    "memberOf": "group",
    "members": "user",
    "children": "group",
}
_REFERENCES = {
    "owner": "group",
    "system": "system",
    "domain": "domain",
    "parent": "group",
    "subcomponentOf": "component",
}


@dataclass(frozen=True, slots=True)
class Described:
    """An entity as a unit describes it, placeholders filled in; `text` is how it is written there, from `line` on.

    With `is_kept` it can't be read now, and what was known of it stays; there is no document then.
    """

    ref: str
    document: Mapping[str, Any]
    text: str
    line: int
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a Location points to: `by` is its reference; an optional target may be missing.

    `file` is the key of the unit that names it, on `line`; empty where nothing does but the settings.
    """

    by: str
    is_optional: bool = False
    file: str = ""
    line: int | None = None


@dataclass(slots=True)
class UnitReading:
    """All that one unit tells; `is_partial` where some of it is broken.

    `includes` are the versions of what placeholders were filled from, by key. `targets` are what its Locations point
    to, as written: what a pattern matches changes without the file. `rejected` are entities that could not be
    taken in, each with the owner that its document names, or None.
    """

    entities: list[Described] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    includes: dict[str, str] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    rejected: dict[str, str | None] = field(default_factory=dict)
    is_partial: bool = False


def described_fields(entity: DescribedEntity) -> Iterable[tuple[str, Any, int | None]]:
    """Each field of a described entity with its value and line; references in full, lists of them item by item."""
    namespace = namespace_of(entity.document)
    for section in ("metadata", "spec"):
        for key, value in (entity.document.get(section) or {}).items():
            path = f"{section}.{key}"
            line = entity.lines.get(path)
            if section == "spec" and key in _REFERENCES and isinstance(value, str):
                yield path, full_ref(value, _REFERENCES[key], namespace), line
            elif section == "spec" and key in _REFERENCE_LISTS and isinstance(value, list):
                for item in value:
                    if isinstance(item, str):
                        ref = full_ref(item, _REFERENCE_LISTS[key], namespace)
                        yield item_path(path, ref), ref, entity.lines.get(item_path(path, item), line)
            elif path not in ("metadata.namespace", "spec.definition"):
                yield path, value, line


def fields_of_document(entity: DescribedEntity) -> list[Field]:
    """Return the fields of an entity that only its document tells of."""
    return [
        Field(path, Candidate(value, "yaml", 1.0, Place(entity.place.file, line or entity.place.line)))
        for path, value, line in described_fields(entity)
    ]
