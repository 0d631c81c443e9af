"""What the catalog shows on the home page: my turn, what I own, and the catalog at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.models import EntityRow
from homeport.catalog.pages import listing
from homeport.catalog.pages.facts import Fact, facts_of
from homeport.catalog.pages.links import EntityLink, url_of
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.module import HomeCard
from homeport.kernel.trust.access import may
from homeport.kernel.trust.identity import Actor

_MOST_QUESTIONS = 6
_MOST_OWNED = 8


@dataclass(frozen=True, slots=True)
class Question:
    """A field to confirm, with the entity it is of; `url` is the entity's page, `action` where the answer goes."""

    entity: EntityRow
    fact: Fact
    url: str
    action: str
    may_answer: bool


def _my_turn(session: Session, actor: Actor) -> Mapping[str, Any]:
    owners = listing.mine(actor)
    asked = repository.questions_for(session, actor, owners, _MOST_QUESTIONS)
    count = repository.count_questions(session, actor, owners)
    return {"questions": [_question(actor, *one) for one in asked], "count": count}


def _question(actor: Actor, row: EntityRow, field: Any) -> Question:
    ref = EntityRef.parse(row.ref)
    owner = EntityRef.parse(row.owner) if row.owner else None
    fact = facts_of(row, [field], [])[field.path]
    return Question(row, fact, url_of(ref), f"/catalog/{ref.path}/answers", may(actor, "catalog.confirm", owner))


def _my_entities(session: Session, actor: Actor) -> Mapping[str, Any]:
    owners = listing.mine(actor)
    if not owners:
        return {"rows": [], "total": 0, "groups": [], "kinds": repository.count_by_kind(session, actor)}
    query = repository.Query({"owner": owners})
    page = repository.list_entities(session, actor, query, _MOST_OWNED)
    rows = listing.listed(session, actor, page.entities, datetime.now(UTC))
    groups = [EntityLink(ref, ref.name, url_of(ref)) for ref in sorted(actor.groups)]
    return {"rows": rows, "total": page.total, "groups": groups, "kinds": {}}


HOME_CARDS = (
    HomeCard("catalog/cards/my_turn.html", 10, _my_turn),
    HomeCard("catalog/cards/mine.html", 20, _my_entities),
)
