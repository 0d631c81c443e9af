"""Which entities are whose, as the pages ask it; the composition root binds this to the catalog."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from sqlalchemy.orm import Session

from homeport.kernel.base.entities import Directory, EntityRef, EntityTraits
from homeport.kernel.trust.identity import Actor


class Ownership(Directory, Protocol):
    """What is known of entities, and whose they are."""

    def owners_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityRef]:
        """Return the owner of each of the entities; those without one are not in it."""
        ...

    def owned_by(self, session: Session, owners: Collection[EntityRef]) -> Collection[EntityRef]:
        """Return every entity that one of the owners owns."""
        ...

    def find_user(self, session: Session, email: str) -> EntityRef | None:
        """Return the one user with that e-mail address; None if it is nobody's, or that of several."""
        ...


class NoOwners:
    """Ownership where nothing has an owner: without a catalog."""

    def owners_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityRef]:
        """Return nothing."""
        return {}

    def traits_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityTraits]:
        """Return nothing."""
        return {}

    def find_near(self, session: Session, missing: EntityRef) -> EntityRef | None:
        """Return nothing."""
        return None

    def owned_by(self, session: Session, owners: Collection[EntityRef]) -> Collection[EntityRef]:
        """Return nothing."""
        return ()

    def find_user(self, session: Session, email: str) -> EntityRef | None:
        """Return nobody."""
        return None


def selves_of(actor: Actor) -> frozenset[EntityRef]:
    """Return what the actor owns as: their groups and themselves."""
    return actor.groups | ({actor.entity} if actor.entity else frozenset())


def find_owner(session: Session, ownership: Ownership, entity: EntityRef | None) -> EntityRef | None:
    """Return the owner of an entity, or None."""
    return ownership.owners_of(session, [entity]).get(entity) if entity else None
