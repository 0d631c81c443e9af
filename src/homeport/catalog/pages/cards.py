"""What the catalog shows on the home page: my turn, what I own, and the catalog at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.domain.composition import OWNER
from homeport.catalog.models import EntityRow, FieldRow
from homeport.catalog.pages import listing
from homeport.catalog.pages.facts import Fact, facts_of
from homeport.catalog.pages.links import url_of
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.module import HomeCard
from homeport.kernel.trust.access import may
from homeport.kernel.trust.identity import Actor, Role

_MOST_QUESTIONS = 6
_MOST_LOOKED_AT = 300
_MOST_UNOWNED = 3
_MOST_OWNED = 8


@dataclass(frozen=True, slots=True)
class Question:
    """A field to confirm: `url` is the entity's page, `action` takes the answer, `more` counts its other questions."""

    entity: EntityRow
    fact: Fact
    url: str
    action: str
    more: int


def _my_turn(session: Session, actor: Actor) -> Mapping[str, Any]:
    owners = _asked_of(actor)
    asked = repository.questions_for(session, actor, owners, _MOST_LOOKED_AT)
    answerable = [(row, field) for row, field in asked if _may_answer(actor, row)]
    unowned = _unowned(session, actor)
    shown = _most_telling(answerable)[: _MOST_QUESTIONS - len(unowned)]
    return {
        "questions": [_question(row, field) for row, field in shown],
        "unowned": [(row, url_of(EntityRef.parse(row.ref))) for row in unowned],
        "count": len(answerable) + len(unowned),
    }


def _asked_of(actor: Actor) -> list[str] | None:
    """Whose questions the actor is asked: their own teams', or everyone's where an operator is in no team."""
    owners = listing.mine(actor)
    return owners if owners or not actor.role.includes(Role.OPERATOR) else None


def _may_answer(actor: Actor, row: EntityRow) -> bool:
    return may(actor, "catalog.confirm", EntityRef.parse(row.owner) if row.owner else None)


def _unowned(session: Session, actor: Actor) -> Sequence[EntityRow]:
    """Components that nobody owns, for those who may say whose they are."""
    if not may(actor, "catalog.confirm", None):
        return []
    query = repository.Query({"kind": ["component"], "owner": [repository.NOBODY]})
    return repository.list_entities(session, actor, query, _MOST_UNOWNED).entities


def _most_telling(asked: Iterable[tuple[EntityRow, FieldRow]]) -> list[tuple[EntityRow, FieldRow]]:
    """One question for each repository: of its component before its parts, of owners before all else, least sure first.

    Parts take their owner from the component, so asking for each would be asking the same again.
    """
    first: dict[str, tuple[EntityRow, FieldRow]] = {}
    for row, field in sorted(asked, key=lambda one: _rank(*one)):
        first.setdefault(row.repository, (row, field))
    return sorted(first.values(), key=lambda one: _rank(*one)[1:])


def _rank(row: EntityRow, field: FieldRow) -> tuple[bool, bool, float, str, str]:
    return row.kind.lower() != "component", field.path != OWNER, _confidence(field), row.ref, field.path


def _confidence(field: FieldRow) -> float:
    return float(field.settled["confidence"]) if field.settled else 0.0


def _question(row: EntityRow, field: FieldRow) -> Question:
    ref = EntityRef.parse(row.ref)
    fact = facts_of(row, [field], [])[field.path]
    return Question(row, fact, url_of(ref), f"/catalog/{ref.path}/answers", row.question_count - 1)


def _my_entities(session: Session, actor: Actor) -> Mapping[str, Any]:
    owners = listing.mine(actor)
    if not owners:
        return {"rows": [], "total": 0, "has_teams": False, "kinds": repository.count_by_kind(session, actor)}
    query = repository.Query({"owner": owners, "kind": ["component"]})
    page = repository.list_entities(session, actor, query, _MOST_OWNED)
    total = repository.count_where(session, actor, repository.Query({"owner": owners}))
    rows = listing.listed(session, actor, page.entities, datetime.now(UTC))
    return {"rows": rows, "total": total, "has_teams": True, "kinds": {}}


HOME_CARDS = (
    HomeCard("catalog/cards/my_turn.html", 10, _my_turn),
    HomeCard("catalog/cards/mine.html", 20, _my_entities),
)
