"""References to entities, as the field writes them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from homeport.kernel.base.errors import InvalidEntityRef

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_KIND = re.compile(r"[a-zA-Z][a-z0-9A-Z]*")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True, slots=True, order=True)
class EntityRef:
    """The name of an entity, all lower case: kind, namespace and name.

    Source: Backstage, "Entity References" and catalog-model 1.10 (KubernetesValidatorFunctions).
    """

    kind: str
    namespace: str
    name: str

    @classmethod
    def parse(cls, text: str, default_kind: str | None = None, default_namespace: str = "default") -> Self:
        """Return the reference that `[kind:][namespace/]name` stands for.

        Raises:
            InvalidEntityRef: a part is missing or breaks the name rules.
        """
        kind, _, rest = text.rpartition(":")
        namespace, _, name = rest.rpartition("/")
        ref = cls((kind or default_kind or "").lower(), (namespace or default_namespace).lower(), name.lower())
        if not (_fits(_KIND, ref.kind) and _fits(_NAMESPACE, ref.namespace) and _fits(_NAME, ref.name)):
            raise InvalidEntityRef(f"{text!r} is not an entity reference; write it as kind:namespace/name.")
        return ref

    @property
    def path(self) -> str:
        """The reference as REST has it in URLs: `component/default/order-api`."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    @property
    def short_path(self) -> str:
        """The reference as people read it in URLs, without the default namespace: `component/order-api`."""
        return f"{self.kind}/{self.name}" if self.namespace == "default" else self.path

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class EntityTraits:
    """What decides who has to approve a change of an entity."""

    owner: EntityRef | None = None
    tags: frozenset[str] = frozenset()


class Directory(Protocol):
    """What is known of entities; the composition root binds it to the catalog."""

    def traits_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityTraits]:
        """Return the traits of each of the entities; those that are not there are not in it."""
        ...

    def find_near(self, session: Session, missing: EntityRef) -> EntityRef | None:
        """Return the entity whose reference is most like that of one that is not there, or None."""
        ...


def is_entity_ref(text: str) -> bool:
    """Whether `text` is a full reference to an entity."""
    try:
        EntityRef.parse(text)
    except InvalidEntityRef:
        return False
    return True


def is_entity_name(text: str) -> bool:
    """Whether `text` can be the name of an entity: 1 to 63 characters of the allowed ones."""
    return _fits(_NAME, text)


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    return len(text) <= 63 and pattern.fullmatch(text) is not None
