"""What other modules may ask of the catalog."""

from __future__ import annotations

from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.kernel.base.entities import EntityRef


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
