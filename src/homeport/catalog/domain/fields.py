"""What discovery says about an entity: fields, each with its source, confidence and place.

A field is named by its path in the entity envelope: `spec.owner`, `metadata.description`,
`spec.dependsOn`. Values are JSON values; references are written in full (`group:default/order`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any



@dataclass(frozen=True, slots=True)
class Place:
    """Where in a repository something was read; `line` counts from 1, None for the whole file."""

    file: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of a field, how it was learned and how sure that is (0 to 1)."""

    value: Any
    source: str
    confidence: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity: the candidate chosen, and what else was possible, surest first."""

    path: str
    chosen: Candidate
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a repository, to become a finding.

    `rule` names it (`catalog.broken-file`); `parameters` fill its message in the reader's language.
    """

    rule: str
    place: Place | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DescribedEntity:
    """An entity as written in a catalog-info.yaml or a file it points to, unchanged."""

    document: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class InferredEntity:
    """An entity nobody wrote down: kind and name, and its fields with their sources."""

    kind: str
    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as history tells it; `at` is aware."""

    sha: str
    author_name: str
    author_email: str
    at: datetime
