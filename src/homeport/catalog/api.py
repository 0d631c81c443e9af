"""What other modules may ask of the catalog."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.kernel.base.entities import EntityRef, EntityTraits, is_entity_ref
from homeport.kernel.trust.identity import SYSTEM


def groups_of(session: Session, person: EntityRef) -> frozenset[EntityRef]:
    """Return the groups that the person is a member of, and the groups these are part of."""
    found: set[EntityRef] = set()
    waiting = [EntityRef.parse(ref) for ref in repository.targets_of(session, person, "memberOf")]
    while waiting:
        group = waiting.pop()
        if group not in found:
            found.add(group)
            waiting += [EntityRef.parse(ref) for ref in repository.targets_of(session, group, "childOf")]
    return frozenset(found)


class Owners:
    """Whose entities are, as the portal's pages ask it."""

    def owners_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityRef]:
        """Return the owner of each of the entities; those without one are not in it."""
        rows = repository.find_entities(session, SYSTEM, map(str, entities))
        owners = {row.ref: row.owner for row in rows.values() if row.owner}
        left_out = [str(ref) for ref in entities if str(ref) not in rows]
        owners |= origins.owners_of_rejected(session, left_out) if left_out else {}
        return {EntityRef.parse(ref): EntityRef.parse(owner) for ref, owner in owners.items() if is_entity_ref(owner)}

    def traits_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityTraits]:
        """Return the owner and tags of each of the entities that are there."""
        owners = self.owners_of(session, entities)
        found = {ref: repository.find_entity(session, SYSTEM, ref) for ref in entities}
        tags = {ref: row.document["metadata"].get("tags") or () for ref, row in found.items() if row is not None}
        return {ref: EntityTraits(owners.get(ref), frozenset(tags.get(ref, ()))) for ref in owners.keys() | tags.keys()}

    def find_near(self, session: Session, missing: EntityRef) -> EntityRef | None:
        """Return the entity whose reference is most like that of one that is not there, or None."""
        near = get_close_matches(str(missing), repository.refs_like(session, missing), n=1)
        return EntityRef.parse(near[0]) if near else None

    def owned_by(self, session: Session, owners: Collection[EntityRef]) -> Collection[EntityRef]:
        """Return every entity that one of the owners owns, also those that the catalog could not take in."""
        names = [str(owner) for owner in owners]
        refs = {*repository.refs_owned_by(session, names), *origins.rejected_of(session, names)}
        return [EntityRef.parse(ref) for ref in sorted(refs) if is_entity_ref(ref)]

    def find_user(self, session: Session, email: str) -> EntityRef | None:
        """Return the one user with that e-mail address; None if it is nobody's, or that of several."""
        refs = repository.users_of_email(session, email)
        return EntityRef.parse(refs[0]) if len(refs) == 1 else None


def count_by_kind(session: Session) -> dict[str, int]:
    """Return how many entities there are of each kind."""
    return repository.count_by_kind(session, SYSTEM)


def find_title(session: Session, ref: EntityRef) -> str | None:
    """Return what people call the entity, or None if it is not there."""
    row = repository.find_entity(session, SYSTEM, ref)
    return (row.title_ko or row.title or row.name) if row else None


def busiest_group(session: Session) -> EntityRef | None:
    """Return the group that owns most entities, or None where nothing has an owner."""
    counts = repository.facet_counts(session, SYSTEM, repository.Query(), "owner")
    return next((EntityRef.parse(owner) for owner, _ in counts if owner), None)


def members_of(session: Session, group: EntityRef) -> list[EntityRef]:
    """Return the people who are members of the group, by name."""
    return [EntityRef.parse(ref) for ref in repository.targets_of(session, group, "hasMember")]
