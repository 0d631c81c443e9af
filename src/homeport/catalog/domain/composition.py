"""From what discovery tells and what people answered to the entity that the catalog shows.

What a document says wins over what a person confirmed, and that over what was inferred.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from homeport.catalog.domain.fields import Candidate, DiscoveredEntity, Field, split_item

INFERRED_API_VERSION = "backstage.io/v1alpha1"
YAML = "yaml"
CONFIRMED = "confirmed"
OWNER = "spec.owner"
"""The field that a person may fill though discovery proposed nothing: whom an orphan belongs to."""
NAME = "metadata.name"
INHERITED = "component"
"""The source of an owner that was confirmed for the component of the same repository."""

_HEIRS = {"api", "resource"}
_INHERITED_CONFIDENCE = 0.95


class Verdict(StrEnum):
    """What a person says of a value."""

    CONFIRMED = "confirmed"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of the value of a field."""

    path: str
    value: Any
    verdict: Verdict
    actor_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A document says otherwise than a person confirmed; the document is believed."""

    path: str
    described: Candidate
    confirmed: Answer


@dataclass(frozen=True, slots=True)
class ComposedEntity:
    """An entity as the catalog shows it: its document, the fields behind it and what does not agree."""

    discovered: DiscoveredEntity
    document: Mapping[str, Any]
    fields: tuple[Field, ...]
    contradictions: tuple[Contradiction, ...]

    def questions(self, ask_below: float) -> tuple[Field, ...]:
        """Return the fields that are less sure than `ask_below` (0 to 1), to be put to people.

        Whose an API or a resource is, is asked once, of the component of its repository.
        """
        is_heir = self.discovered.kind.lower() in _HEIRS
        unsure = (field for field in self.fields if is_question(field, ask_below))
        return tuple(field for field in unsure if not (is_heir and field.path == OWNER))

    @property
    def confirmed_owner(self) -> str | None:
        """The owner that a person named, or None."""
        return next(
            (one.chosen.value for one in self.fields if one.path == OWNER and one.chosen.source == CONFIRMED), None
        )

    @property
    def etag(self) -> str:
        """A hash of everything shown; equal as long as nothing changed."""
        told = [self.document, [(f.path, f.chosen.value, f.chosen.source, f.chosen.confidence) for f in self.fields]]
        return digest(told)


def compose(entity: DiscoveredEntity, answers: Sequence[Answer]) -> ComposedEntity:
    """Return the entity with people's answers applied."""
    fields, contradictions = [], []
    for field in entity.fields:
        said = [answer for answer in answers if answer.path == field.path]
        settled = settle(field, said)
        if settled is not None:
            fields.append(settled)
        contradictions.extend(_contradictions(field, said))
    if entity.find(OWNER) is None and (named := _named_owner(answers)):
        fields.append(named)
    document = _document(entity, fields)
    return ComposedEntity(entity, document, tuple(fields), tuple(contradictions))


def inherit_owner(entity: DiscoveredEntity, owner: str | None) -> DiscoveredEntity:
    """Return an API or resource with the owner that was confirmed for its repository's component (None: nobody did).

    Where a document names the owner, the document stands.
    """
    field = entity.find(OWNER)
    if entity.kind.lower() not in _HEIRS or (field is not None and field.chosen.source == YAML):
        return entity
    candidates = [one for one in (field.chosen, *field.others) if one.source != INHERITED] if field else []
    if owner is not None:
        candidates.insert(0, Candidate(owner, INHERITED, _INHERITED_CONFIDENCE))
    inherited = (Field(OWNER, candidates[0], tuple(candidates[1:])),) if candidates else ()
    return replace(entity, fields=(*(one for one in entity.fields if one.path != OWNER), *inherited))


def settle(field: Field, answers: Iterable[Answer]) -> Field | None:
    """Return the field after people's answers, or None when every value is said to be wrong.

    A value from a document stands whatever was answered; a confirmed value becomes certain; a wrong one gives
    way to the next candidate.
    """
    if field.chosen.source == YAML:
        return field
    verdicts = {digest(answer.value): answer for answer in answers}
    confirmed = [answer for answer in verdicts.values() if answer.verdict is Verdict.CONFIRMED]
    candidates = [
        one for one in (field.chosen, *field.others) if not _is(verdicts.get(digest(one.value)), Verdict.WRONG)
    ]
    if confirmed:
        newest = max(confirmed, key=lambda answer: answer.at)
        chosen = Candidate(newest.value, CONFIRMED, 1.0)
        return Field(field.path, chosen, tuple(one for one in candidates if one.value != newest.value))
    return Field(field.path, candidates[0], tuple(candidates[1:])) if candidates else None


def _named_owner(answers: Iterable[Answer]) -> Field | None:
    """The owner that a person named where discovery knows of none."""
    confirmed = [one for one in answers if one.path == OWNER and one.verdict is Verdict.CONFIRMED]
    if not confirmed:
        return None
    newest = max(confirmed, key=lambda answer: answer.at)
    return Field(OWNER, Candidate(newest.value, CONFIRMED, 1.0))


def is_question(field: Field, ask_below: float) -> bool:
    """Whether the portal should ask a person if the field's value is right."""
    return field.chosen.source not in {YAML, CONFIRMED} and field.chosen.confidence < ask_below


def digest(value: Any) -> str:
    """A hash of a JSON value, equal for equal values."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _is(answer: Answer | None, verdict: Verdict) -> bool:
    return answer is not None and answer.verdict is verdict


def _contradictions(field: Field, answers: Iterable[Answer]) -> list[Contradiction]:
    if field.chosen.source != YAML:
        return []
    return [
        Contradiction(field.path, field.chosen, answer)
        for answer in answers
        if answer.verdict is Verdict.CONFIRMED and answer.value != field.chosen.value
    ]


def _document(entity: DiscoveredEntity, fields: Iterable[Field]) -> dict[str, Any]:
    """The entity's envelope: what somebody wrote, or nothing, with the fields that it leaves out filled in.

    Its name is the one it is known by: no guess and no answer can make it another entity.
    """
    described = entity.described.document if entity.described else {}
    document: dict[str, Any] = {
        "apiVersion": described.get("apiVersion", INFERRED_API_VERSION),
        "kind": described.get("kind", entity.kind),
        "metadata": {"name": entity.name, "namespace": entity.namespace, **_mapping(described.get("metadata"))},
        "spec": _mapping(described.get("spec")),
    }
    for field in fields:
        if field.chosen.source != YAML and field.path != NAME:
            _put(document, field.path, field.chosen.value)
    return document


def _mapping(value: Any) -> dict[str, Any]:
    """A copy of the mapping, deep enough that filling it in leaves the original alone."""
    if not isinstance(value, Mapping):
        return {}
    return {
        key: list(item) if isinstance(item, list) else dict(item) if isinstance(item, Mapping) else item
        for key, item in value.items()
    }


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    """Put the value at a dotted path; annotation keys have dots of their own, so the first two names are split off."""
    listed, item = split_item(path)
    section, _, rest = listed.partition(".")
    node = document.setdefault(section, {})
    if not rest:
        return
    for group in ("annotations.", "labels."):
        if rest.startswith(group):
            node, rest = node.setdefault(group[:-1], {}), rest.removeprefix(group)
    if item is None:
        node[rest] = value
    elif item not in node.setdefault(rest, []):
        node[rest].append(item)
