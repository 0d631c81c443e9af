"""Which findings the address of the list asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidFilter
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, Severity, State, Wanted
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor
from homeport.web.pages.ownership import Ownership, selves_of
from homeport.web.tables import Query

ME, NOBODY, _EVERY_STATE = "me", "none", "all"

OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list asks for, and what it needs to know to answer."""

    session: Session
    actor: Actor
    ownership: Ownership
    query: Query
    now: datetime

    def wanted(self, *, without: str = "") -> Wanted:
        """Which findings to list, leaving one filter out.

        Raises:
            InvalidFilter: a severity or state that there is not.
        """
        query = self.query.without(without) if without else self.query
        return Wanted(
            state=_state(query),
            severities=[_severity(value) for value in query.values("severity")],
            rule=next(iter(query.values("rule")), None),
            entities=self._entities(query),
            has_entity=None if NOBODY not in query.values("entity") else False,
            source=next(iter(query.values("source")), None),
            is_overdue=_is_overdue(query),
            seen_before=self.now - timedelta(days=_age_days(query)) if query.values("age") else None,
        )

    def owners(self) -> Mapping[EntityRef, tuple[EntityRef | None, int]]:
        """Every entity that has findings, with its owner and how many; the owner's filter left out."""
        wanted = self.wanted(without="owner")
        counts = findings.count_by_entity(self.session, self.actor, wanted, self.now)
        owners = self.ownership.owners_of(self.session, counts)
        return {entity: (owners.get(entity), count) for entity, count in counts.items()}

    def _entities(self, query: Query) -> set[EntityRef] | None:
        sets = [*self._named(query), *self._owned(query)]
        return set.intersection(*sets) if sets else None

    def _named(self, query: Query) -> list[set[EntityRef]]:
        named = [{EntityRef.parse(value, "component") for value in query.values("entity") if value != NOBODY}]
        words = query.text.split()
        with_words = [{ref for ref in self._all_entities() if all(word in str(ref) for word in words)}]
        return (named if named[0] else []) + (with_words if words else [])

    def _owned(self, query: Query) -> list[set[EntityRef]]:
        values = query.values("owner")
        if not values:
            return []
        owned = set(self.ownership.owned_by(self.session, _owners(self.actor, values)))
        if NOBODY in values:
            everything = self._all_entities()
            owned |= everything - set(self.ownership.owners_of(self.session, everything))
        return [owned]

    def _all_entities(self) -> set[EntityRef]:
        query = select(Finding.entity_ref).where(Finding.entity_ref.is_not(None)).distinct()
        found = self.session.scalars(readable(self.actor, query, Finding.entity_ref))
        return {EntityRef.parse(ref) for ref in found if ref}


def _owners(actor: Actor, values: Collection[str]) -> set[EntityRef]:
    named = {EntityRef.parse(value, "group") for value in values if value not in (ME, NOBODY)}
    return named | (selves_of(actor) if ME in values else set())


def _is_overdue(query: Query) -> bool:
    values = query.values("due")
    if any(value != OVERDUE for value in values):
        raise InvalidFilter(f"`due:` takes {OVERDUE} only.")
    return bool(values)


def _age_days(query: Query) -> int:
    """For how many days at least the findings are known; the most where several are asked for."""
    values = query.values("age")
    if not all(value.isascii() and value.isdigit() and len(value) < 5 for value in values):
        raise InvalidFilter("`age:` takes a number of days: age:30 is what was first seen over 30 days ago.")
    return max(map(int, values))


def _severity(value: str) -> Severity:
    try:
        return Severity(value)
    except ValueError:
        raise InvalidFilter(f"{value!r} is no severity; there are {', '.join(Severity)}.") from None


def _state(query: Query) -> State | None:
    value = next(iter(query.values("state")), str(State.OPEN))
    if value == _EVERY_STATE:
        return None
    try:
        return State(value)
    except ValueError:
        raise InvalidFilter(f"{value!r} is no state; there are {', '.join(State)} and {_EVERY_STATE}.") from None
