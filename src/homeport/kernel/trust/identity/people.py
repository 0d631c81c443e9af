"""People who can sign in, and how they want the portal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base, Json
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import FieldError, InvalidInput, NotFound
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Actor, Role

_PREFERENCES = {
    "language": frozenset({"ko", "en"}),
    "zone": frozenset(available_timezones()),
    "theme": frozenset({"light", "dark"}),
}


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants the portal; None leaves the choice to the browser, then to the settings."""

    language: str | None = None
    zone: str | None = None
    theme: str | None = None


class Person(Base):
    """Someone who can sign in; `entity_ref` is who they are in the catalog, when known.

    `issuer` and `subject` are who they are to an OpenID Connect provider, `groups` those of the catalog that it puts
    them in.
    """

    __tablename__ = "kernel_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    entity_ref: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(20))
    issuer: Mapped[str | None]
    subject: Mapped[str | None]
    groups: Mapped[list[str] | None] = mapped_column(Json)
    language: Mapped[str | None]
    zone: Mapped[str | None]
    theme: Mapped[str | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_kernel_people_issuer_subject", "issuer", "subject", unique=True),)

    @property
    def preferences(self) -> Preferences:
        """How this person wants the portal."""
        return Preferences(self.language, self.zone, self.theme)


def ensure_person(
    session: Session,
    name: str,
    role: Role,
    now: datetime,
    *,
    entity: EntityRef | None = None,
    email: str | None = None,
) -> Person:
    """Return the person of that entity (without one: of that name and no entity) with `role`; made if new.

    Whom a provider vouches for is never meant by a name: people choose that there.
    """
    query = select(Person).where(Person.entity_ref == (str(entity) if entity else None))
    if entity is None:
        query = query.where(Person.name == name, Person.issuer.is_(None))
    person = session.scalars(query.order_by(Person.id)).first()
    if person is None:
        person = Person(entity_ref=str(entity) if entity else None, created_at=now)
        session.add(person)
    person.name, person.role, person.email = name, role, email
    session.flush()
    return person


def has_people(session: Session) -> bool:
    """Whether anybody has ever signed in."""
    return session.scalar(select(Person.id).where(Person.last_seen_at.is_not(None)).limit(1)) is not None


def find_admin(session: Session) -> Person | None:
    """Return the first of the admins, or None while there is none."""
    return session.scalar(select(Person).where(Person.role == Role.ADMIN).order_by(Person.id).limit(1))


def person_of(session: Session, actor: Actor) -> Person | None:
    """Return the person an actor is, or None for tokens and homeport itself."""
    return session.get(Person, int(actor.id)) if actor.kind == "person" else None


def set_preferences(session: Session, actor: Actor, preferences: Preferences) -> None:
    """Store how the person wants the portal.

    Raises:
        InvalidInput: the actor is no person, or a language, zone or theme is not known.
    """
    person = person_of(session, actor)
    if person is None:
        raise InvalidInput(f"{actor.name} is no person; only people have preferences.")
    for name, known in _PREFERENCES.items():
        value = getattr(preferences, name)
        if value is not None and value not in known:
            problem = f"{value!r} is no {name}" + ("" if name == "zone" else f"; one of {', '.join(sorted(known))}")
            raise InvalidInput(f"{problem}.", errors=(FieldError(f"/{name}", problem),))
        setattr(person, name, value)


def set_role(session: Session, actor: Actor, person_id: int, role: Role, now: datetime) -> Person:
    """Return the person of that number, who may what `role` may from now on.

    Raises:
        NotFound: there is nobody of that number.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(f"There is no person {person_id}; `homeport people list` shows them.")
    before, after = {"role": person.role}, {"role": str(role)}
    person.role = role
    audit.record(session, actor, "person.change", f"person:{person.id}", now=now, before=before, after=after)
    return person


def entity_of(person: Person) -> EntityRef | None:
    """Return who the person is in the catalog, when known."""
    return EntityRef.parse(person.entity_ref) if person.entity_ref else None


def actor_of_person(person: Person, groups: frozenset[EntityRef] = frozenset()) -> Actor:
    """Return the person as one who does something, in `groups` and those that their provider puts them in."""
    groups |= {EntityRef.parse(ref) for ref in person.groups or ()}
    return Actor("person", str(person.id), person.name, Role(person.role), groups, entity_of(person))
