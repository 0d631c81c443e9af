"""Whom an OpenID Connect provider vouches for, and which of our people that is.

A person is known by issuer and subject, which no provider gives to another. An e-mail address counts only where the
settings say so and the provider has verified it: else whoever can write an address there would become its owner here.
Source: OpenID Connect Core 1.0, 5.7 (claim stability and uniqueness).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import SignInFailed
from homeport.kernel.base.settings import OidcSettings
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Role
from homeport.kernel.trust.identity.people import Person, actor_of_person

FindUser = Callable[[Session, str], EntityRef | None]


class Trouble(StrEnum):
    """Why a sign-in at a provider came to nothing: each has words of its own."""

    AWAY = "away"
    DENIED = "denied"
    STALE = "stale"
    CLOCK = "clock"
    EMAIL = "email"
    GROUP = "group"
    ANSWER = "answer"
    SETTINGS = "settings"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a provider vouches for; `email` only if it says that it has verified the address."""

    issuer: str
    subject: str
    name: str
    email: str | None
    groups: frozenset[str]


def role_of(groups: Collection[str], settings: OidcSettings) -> Role | None:
    """Return what the first group in the settings that is among `groups` may; None for who is not let in."""
    role = next((role for group, role in settings.roles.items() if group in groups), settings.default_role)
    return Role(role) if role else None


def teams_of(groups: Collection[str], settings: OidcSettings) -> list[str]:
    """Return the groups of the catalog that stand for those of the provider."""
    return sorted({ref for group, ref in settings.teams.items() if group in groups})


def admit(session: Session, subject: Subject, settings: OidcSettings, find_user: FindUser, now: datetime) -> Person:
    """Return the person, with the role and groups that they have at the provider now; made if new.

    Without roles in the settings, the role that homeport gave them since their first sign-in stays.

    Raises:
        SignInFailed: they are in no group that is let in, or can't be told by an e-mail address as the settings want.
    """
    role = role_of(subject.groups, settings)
    if role is None:
        raise SignInFailed(Trouble.GROUP, f"{subject.name} is in none of the provider's groups that have a role.")
    known = Person.issuer == subject.issuer, Person.subject == subject.subject
    person = session.scalars(select(Person).where(*known)).first()
    is_new = person is None
    if person is None:
        person = _joined_by_email(session, subject, find_user) if settings.match_email else Person()
        person.created_at = person.created_at or now
        person.issuer, person.subject = subject.issuer, subject.subject
        session.add(person)
    before = {"role": person.role, "groups": person.groups or []}
    person.name, person.email = subject.name, subject.email
    if is_new or settings.roles:  # also of who is joined: an address in the catalog gives nobody a role
        person.role = role
    person.groups = teams_of(subject.groups, settings)
    session.flush()
    after = {"role": person.role, "groups": person.groups}
    if before != after:
        actor = actor_of_person(person)
        audit.record(session, actor, "person.change", f"person:{person.id}", now=now, before=before, after=after)
    return person


def _joined_by_email(session: Session, subject: Subject, find_user: FindUser) -> Person:
    """The person of the catalog's user with that address, if no provider has vouched for them yet; else a new one."""
    if subject.email is None:
        raise SignInFailed(Trouble.EMAIL, f"The provider tells no verified e-mail address of {subject.name}.")
    entity = find_user(session, subject.email)
    if entity is None:
        return Person()
    person = session.scalars(select(Person).where(Person.entity_ref == str(entity))).first()
    if person is None:
        return Person(entity_ref=str(entity))
    return person if person.issuer is None else Person()
