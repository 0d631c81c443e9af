"""What an entity's page says of each field: the value, where it was learned, and what else it could be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeport.catalog.adapters.stored import candidate_from_json
from homeport.catalog.domain.composition import OWNER, Answer, Verdict
from homeport.catalog.domain.fields import Candidate, split_item
from homeport.catalog.models import EntityRow, FieldRow
from homeport.catalog.pages.links import EntityLink, link_to

_HIDDEN = {
    "kind",
    "metadata.name",
    "metadata.namespace",
    "metadata.annotations",
    "metadata.links",
    "spec.definition",
    "spec.profile",
}
"""What the page leaves out or shows elsewhere, unless a person is asked about it."""
_REFERENCES = {
    OWNER: "group",
    "spec.system": "system",
    "spec.domain": "domain",
    "spec.parent": "group",
    "spec.subcomponentOf": "component",
}
_NAMES = {
    OWNER: "owner",
    "metadata.name": "name",
    "kind": "kind",
    "spec.system": "system",
    "spec.type": "type",
    "spec.lifecycle": "lifecycle",
    "spec.language": "language",
    "metadata.labels.homeport.io/language": "language",
    "metadata.title": "title",
    "metadata.annotations.homeport.io/title.ko": "title-ko",
    "metadata.description": "description",
    "metadata.tags": "tags",
    "spec.domain": "domain",
    "spec.parent": "parent",
    "spec.subcomponentOf": "subcomponent-of",
    "spec.dependsOn": "depends-on",
    "spec.providesApis": "provides-apis",
    "spec.consumesApis": "consumes-apis",
    "spec.members": "members",
    "spec.memberOf": "member-of",
    "spec.children": "children",
    "spec.dependencyOf": "dependency-of",
}
"""Fields that have a word (`catalog-field-…`), in the order they are shown; others show their path, after these."""
_NOBODY_OWNS = {"group", "user", "location"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible value of a field: `token` is what a form sends for it, `link` leads there if it is a reference."""

    candidate: Candidate
    token: str
    link: EntityLink | None
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A field on a page; `name` is the tail of its message key, or "" where there is only the path.

    `chosen` is None where nothing is known, or everything proposed was said to be wrong. `answer` is what a person
    said of the chosen value.
    """

    path: str
    name: str
    chosen: Choice | None
    others: tuple[Choice, ...] = ()
    is_asked: bool = False
    read_at: datetime | None = None
    answer: Answer | None = None

    @property
    def is_inferred(self) -> bool:
        """Whether a person can say that it is right or wrong; what is written in a file is changed there."""
        return self.chosen is None or self.chosen.candidate.source != "yaml"

    @property
    def is_owner(self) -> bool:
        """Whether it says who owns the entity."""
        return self.path == OWNER


def facts_of(row: EntityRow, fields: Iterable[FieldRow], answers: Sequence[Answer]) -> dict[str, Fact]:
    """Every field of the entity by its path, in the order of the page; the owner also where nobody proposed one."""
    shown = (field for field in fields if field.is_asked or field.path not in _HIDDEN)
    facts = {field.path: _fact(field, answers) for field in shown}
    if OWNER not in facts and row.kind.lower() not in _NOBODY_OWNS:
        facts[OWNER] = Fact(OWNER, _NAMES[OWNER], None)
    order = {path: place for place, path in enumerate(_NAMES)}
    ordered = sorted(facts, key=lambda path: (order.get(split_item(path)[0], len(order)), path))
    return {path: facts[path] for path in ordered}


def token_of(value: Any) -> str:
    """A field's value as one word of a form."""
    return json.dumps(value, ensure_ascii=False)


def name_of(path: str) -> str:
    """The tail of the message key that names a field, or "" for a field without a word."""
    return _NAMES.get(split_item(path)[0], "")


def _fact(field: FieldRow, answers: Sequence[Answer]) -> Fact:
    said = {token_of(answer.value): answer for answer in answers if answer.path == field.path}
    chosen = _choice(field.path, field.settled, said) if field.settled else None
    discovered = [field.discovered["chosen"], *field.discovered["others"]]
    proposed = (_choice(field.path, one, said) for one in discovered)
    others = tuple(one for one in proposed if chosen is None or one.token != chosen.token)
    answer = said.get(chosen.token) if chosen else None
    return Fact(field.path, name_of(field.path), chosen, others, field.is_asked, field.read_at, answer)


def _choice(path: str, values: Mapping[str, Any], said: Mapping[str, Answer]) -> Choice:
    candidate = candidate_from_json(values)
    token = token_of(candidate.value)
    answer = said.get(token)
    refused = answer is not None and answer.verdict is Verdict.WRONG
    return Choice(candidate, token, _link(path, candidate.value), refused)


def _link(path: str, value: Any) -> EntityLink | None:
    listed, item = split_item(path)
    if item is not None:
        return link_to(item)
    return link_to(value, _REFERENCES[listed]) if listed in _REFERENCES and isinstance(value, str) else None
