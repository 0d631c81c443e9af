"""Who does something, what role they have, and what is stored of a secret.

Of everything random only a SHA-256 is stored. That is enough because our secrets are random (190 bits and
more), so there is nothing to guess; a password needs a slow hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef

GroupsOf = Callable[[Session, EntityRef], Collection[EntityRef]]


class Role(StrEnum):
    """What someone may do anywhere; each role may what those before it may, but `security` stands beside.

    A security engineer sees what only owners see otherwise, and accepts risks; they don't run things.
    """

    VIEWER = "viewer"
    DEVELOPER = "developer"
    OPERATOR = "operator"
    SECURITY = "security"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether this role may everything that `other` may."""
        if Role.SECURITY in (self, other):
            return self in (other, Role.ADMIN) or other is Role.VIEWER
        order = list(Role)
        return order.index(self) >= order.index(other)

    def within(self, other: Role) -> Role:
        """Return what is left of this role for a program of somebody with `other`: never more than they may."""
        if other.includes(self):
            return self
        return other if self.includes(other) else Role.VIEWER


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person, an API token, or homeport itself.

    `groups` are the groups the person is in by the catalog, `entity` is the person in the catalog. `scopes` narrow a
    token to some of what its role may; None leaves all of it.
    """

    kind: Literal["person", "token", "command", "system"]
    id: str
    name: str
    role: Role
    groups: frozenset[EntityRef] = frozenset()
    entity: EntityRef | None = None
    scopes: frozenset[str] | None = None

    def belongs_to(self, owner: EntityRef) -> bool:
        """Whether `owner` is this person or a group they are in."""
        return owner == self.entity or owner in self.groups


SYSTEM = Actor("system", "homeport", "homeport", Role.ADMIN)


def hash_of(secret: str) -> str:
    """Return what is stored of a secret: its SHA-256 in hex."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
