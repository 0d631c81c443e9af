"""The relations that an entity's document states, and each with its counterpart.

Which fields of which kinds make relations, and what a reference there leaves unsaid, is upstream's; of kinds that
upstream does not know, `owner` and `system` are read as well, which is ours.

Source: catalog-backend 4.0, BuiltinKindsEntityProcessor, and ModelProcessor for AiResource; scaffolder entity model
0.2, ScaffolderEntitiesProcessor; Backstage, "Well-known Relations between Catalog Entities".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeport.catalog.domain.references import full_ref, written_ref
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


FieldPath = tuple[str | int, ...]
"""The path of a field in a document, part by part: `("spec", "dependsOn", 0)`."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """A field of the spec, its relation and the kind meant where none is written; `targets`, if any, are all it takes.

    An empty `default_kind` means that references in this field must say the kind.
    """

    field: str
    relation: str
    default_kind: str
    targets: frozenset[str] | None = None


_OWNER = _Rule("owner", "ownedBy", "group")
_SYSTEM = _Rule("system", "partOf", "system")
_DEPENDS_ON = _Rule("dependsOn", "dependsOn", "")
_DEPENDENCY_OF = _Rule("dependencyOf", "dependencyOf", "")

_RULES: dict[str, tuple[_Rule, ...]] = {
    "component": (
        _OWNER,
        _Rule("subcomponentOf", "partOf", "component"),
        _Rule("providesApis", "providesApi", "api"),
        _Rule("consumesApis", "consumesApi", "api"),
        _DEPENDS_ON,
        _DEPENDENCY_OF,
        _SYSTEM,
    ),
    "api": (_OWNER, _SYSTEM),
    "resource": (_OWNER, _DEPENDS_ON, _DEPENDENCY_OF, _SYSTEM),
    "user": (_Rule("memberOf", "memberOf", "group"),),
    "group": (
        _Rule("parent", "childOf", "group"),
        _Rule("children", "parentOf", "group"),
        _Rule("members", "hasMember", "user"),
    ),
    "system": (_OWNER, _Rule("domain", "partOf", "domain")),
    "domain": (_OWNER, _Rule("subdomainOf", "partOf", "domain")),
    "location": (),
    "template": (_OWNER,),
}
_UNKNOWN_KIND = (_OWNER, _SYSTEM)

_AI = frozenset({"airesource"})
_AI_RESOURCE = (
    _Rule("owner", "ownedBy", "group", frozenset({"group", "user"})),
    _Rule("system", "partOf", "system", frozenset({"system"})),
)
_AI_RESOURCES = {
    "skill": (*_AI_RESOURCE, _Rule("dependsOn", "dependsOn", "airesource", _AI)),
    "plugin": (*_AI_RESOURCE, _Rule("skills", "hasPart", "airesource", _AI)),
    "marketplace": (*_AI_RESOURCE, _Rule("plugins", "hasPart", "airesource", _AI)),
}


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


def stated_relations(ref: EntityRef, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return type and full target reference of each relation that the document states, once each, in their order.

    What is no reference is passed over. A target is what upstream makes of the text, in lower case; its parts need not
    obey the rules of names (`group:default/platform team`), and then nothing can ever be there.
    """
    return list(dict.fromkeys((relation, target) for relation, target, _, _ in _stated(ref, document)))


def stating_fields(ref: EntityRef, document: Mapping[str, Any]) -> dict[tuple[str, str], FieldPath]:
    """Return where the document states each of its relations: the path of the field, or of the item of its list."""
    places: dict[tuple[str, str], FieldPath] = {}
    for relation, target, name, index in _stated(ref, document):
        places.setdefault((relation, target), ("spec", name) if index is None else ("spec", name, index))
    return places


def _stated(ref: EntityRef, document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, int | None]]:
    """Type, target, field and, in a list, place of each reference that makes a relation."""
    spec = document.get("spec")
    if not isinstance(spec, (dict, Mapping)):
        return
    namespace = ref.namespace
    for rule in _rules(ref.kind, spec):
        value = spec.get(rule.field)
        if not value:
            continue
        is_list = isinstance(value, (list, tuple))
        for index, one in enumerate(value if is_list else (value,)):
            if isinstance(one, str):
                target = full_ref(one, rule.default_kind, namespace)
            else:
                target = written_ref(one, rule.default_kind, namespace)
            if target is not None and (rule.targets is None or target.partition(":")[0] in rule.targets):
                yield rule.relation, target, rule.field, index if is_list else None


def relations_of(ref: EntityRef, document: Mapping[str, Any]) -> Iterator[Relation]:
    """Return the relations that the document states, and their counterparts.

    Left out are targets that no entity can have as its name, since upstream lets them dangle and EntityRef can't.
    """
    for kind, text in stated_relations(ref, document):
        try:
            target = EntityRef.parse(text)
        except InvalidEntityRef:
            continue
        relation = Relation(ref, kind, target)
        yield relation
        yield relation.counterpart


def _rules(kind: str, spec: Mapping[str, Any]) -> tuple[_Rule, ...]:
    if kind != "airesource":
        return _RULES.get(kind, _UNKNOWN_KIND)
    said = spec.get("type")
    return _AI_RESOURCES.get(said, _AI_RESOURCE) if isinstance(said, str) else _AI_RESOURCE
