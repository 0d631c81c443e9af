"""The relations that an entity's document makes, each with its counterpart.

Source: Backstage, "Well-known Relations between Catalog Entities"; catalog-backend 4.0, BuiltinKindsEntityProcessor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidEntityRef

PAIRS = {
    "ownedBy": "ownerOf",
    "partOf": "hasPart",
    "providesApi": "apiProvidedBy",
    "consumesApi": "apiConsumedBy",
    "dependsOn": "dependencyOf",
    "parentOf": "childOf",
    "memberOf": "hasMember",
}
"""Each relation and the one that points back."""

COUNTERPARTS = PAIRS | {back: forth for forth, back in PAIRS.items()}
"""Every relation type, in both directions, with the one that points back."""


@dataclass(frozen=True, slots=True)
class _Rule:
    field: str
    relation: str
    default_kind: str | None
    kinds: frozenset[str] | None = None


_RULES = (
    _Rule("owner", "ownedBy", "Group"),
    _Rule("system", "partOf", "System"),
    _Rule("domain", "partOf", "Domain", frozenset({"system"})),
    _Rule("subcomponentOf", "partOf", "Component", frozenset({"component"})),
    _Rule("subdomainOf", "partOf", "Domain", frozenset({"domain"})),
    _Rule("providesApis", "providesApi", "API", frozenset({"component"})),
    _Rule("consumesApis", "consumesApi", "API", frozenset({"component"})),
    _Rule("dependsOn", "dependsOn", None, frozenset({"component", "resource"})),
    _Rule("dependencyOf", "dependencyOf", None, frozenset({"component", "resource"})),
    _Rule("parent", "childOf", "Group", frozenset({"group"})),
    _Rule("children", "parentOf", "Group", frozenset({"group"})),
    _Rule("members", "hasMember", "User", frozenset({"group"})),
    _Rule("memberOf", "memberOf", "Group", frozenset({"user"})),
)


@dataclass(frozen=True, slots=True, order=True)
class Relation:
    """`source` stands in the relation `type` to `target`."""

    source: EntityRef
    type: str
    target: EntityRef

    @property
    def counterpart(self) -> Relation:
        """The same seen from the target."""
        return Relation(self.target, COUNTERPARTS[self.type], self.source)


def relations_of(ref: EntityRef, document: Mapping[str, Any]) -> Iterator[Relation]:
    """Return the relations that the document states, and their counterparts; what is no reference is passed over."""
    spec = document.get("spec")
    if not isinstance(spec, Mapping):
        return
    for rule in _RULES:
        if rule.kinds is not None and ref.kind not in rule.kinds:
            continue
        for text in _texts(spec.get(rule.field)):
            try:
                target = EntityRef.parse(text, rule.default_kind, ref.namespace)
            except InvalidEntityRef:
                continue
            relation = Relation(ref, rule.relation, target)
            yield relation
            yield relation.counterpart


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and text]
