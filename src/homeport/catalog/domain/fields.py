"""What discovery says about an entity: fields, each with its source, confidence and place.

A field is named by its path in the entity envelope: `spec.owner`, `metadata.description`. Where the envelope holds a
list of references, every item is a field of its own, so that each can be confirmed or refused alone; its path ends in
the item: `spec.dependsOn[resource:default/order-db]`. Values are JSON values; references are written in full.

Sources: `yaml` (catalog-info.yaml), `codeowners`, `commits`, `manifest`, `readme`, `openapi`, `asyncapi`, `grpc`,
`graphql`, `cloudformation`, `terraform`, `compose`, `helm`, `kubernetes`, `serverless`, `env`, `configuration`,
`dockerfile`, `layout` (which files there are) and `path` (where the repository lies).

Problems become findings; whoever words them needs these parameters, all of them text:

| rule                         | when                                               | parameters                      |
|------------------------------|----------------------------------------------------|---------------------------------|
| catalog.broken-file          | a file that matters can't be read, or only in part | file, line, reason              |
| catalog.empty-repository     | a Git repository without a commit                  | repository                      |
| catalog.invalid-entity       | a described document is no entity                  | file, line, reason              |
| catalog.unresolved-reference | a Location target or `$text` leads nowhere or out  | file, line, target, reason      |
| catalog.duplicate-entity     | two places give one name; the first keeps it       | entity, first, second           |
| catalog.unknown-owner        | an owner is named whom the directory does not have | entity, owner, source           |
| catalog.ambiguous-owner      | commits show no clear majority                     | entity, candidates, best, share |
| catalog.orphan               | nobody who worked on it is in the directory        | entity, committers, last_at     |

`line` is empty for a whole file; `candidates` reads `group:default/order 45%, group:default/stock 40%, ? 15%`, where ?
are people unknown; `first` and `second` read `repository: file:line`; `entity` is a full reference; `last_at` is an
ISO 8601 date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a repository something was read; `line` counts from 1, None for the whole file."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


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

    @classmethod
    def among(cls, path: str, candidates: list[Candidate]) -> Field | None:
        """Return the field with the surest candidate chosen, the first of equals; None without candidates.

        A value proposed twice is kept once, with its surest source.
        """
        kept: list[Candidate] = []
        for candidate in sorted(candidates, key=lambda one: -one.confidence):
            if all(candidate.value != other.value for other in kept):
                kept.append(candidate)
        return cls(path, kept[0], tuple(kept[1:])) if kept else None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a repository, to become a finding.

    `rule` names it (see the table above); `parameters` fill its message in the reader's language. `repository` is
    empty while one repository is read, and set by resolution; `entity` is the reference it is about, if any.
    """

    rule: str
    place: Place | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    repository: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class DescribedEntity:
    """An entity as written in a catalog-info.yaml or a file it points to.

    The document is unchanged but for `$text`, `$json` and `$yaml`, whose place the file's content has taken; `files`
    says which file that was, `lines` on which line each field begins, both by the field's path.
    """

    document: Mapping[str, Any]
    place: Place
    lines: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DiscoveredEntity:
    """An entity as discovery tells it, all its fields with their sources.

    `described` is the document where somebody wrote one; its fields then have the source `yaml` and inference only
    adds what the document leaves out, or appears among `others` where it would have said something else.
    """

    kind: str
    name: str
    fields: tuple[Field, ...]
    repository: str
    namespace: str = "default"
    place: Place | None = None
    described: DescribedEntity | None = None

    @property
    def ref(self) -> str:
        """The full reference, lower case: `component:default/order-api`."""
        return f"{self.kind}:{self.namespace}/{self.name}".lower()

    def find(self, path: str) -> Field | None:
        """Return the field at `path`, or None."""
        return next((one for one in self.fields if one.path == path), None)


def item_path(path: str, item: str) -> str:
    """Return the path of one item of a list: `spec.dependsOn[resource:default/order-db]`."""
    return f"{path}[{item}]"


def split_item(path: str) -> tuple[str, str | None]:
    """Return the list's path and the item, or the path and None where it names no item."""
    if not path.endswith("]"):
        return path, None
    listed, _, item = path[:-1].partition("[")
    return listed, item
