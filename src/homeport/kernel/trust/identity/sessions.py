"""Sign-ins: links that open one, and the sessions that they open."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import Unauthenticated
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Actor, GroupsOf, hash_of
from homeport.kernel.trust.identity.people import Person, actor_of_person, entity_of


class PersonSession(Base):
    """A sign-in of a person in one browser, until `expires_at`."""

    __tablename__ = "kernel_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    user_agent: Mapped[str]


class LoginLink(Base):
    """A link that signs one person in, once, until `expires_at`."""

    __tablename__ = "kernel_login_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def create_login_link(session: Session, actor: Actor, person: Person, now: datetime, lasts: timedelta) -> str:
    """Return the secret part of a link that signs `person` in once, within `lasts`."""
    secret = secrets.token_urlsafe(32)
    link = LoginLink(token_hash=hash_of(secret), person_id=person.id, created_at=now, expires_at=now + lasts)
    session.add(link)
    audit.record(session, actor, "login-link.create", f"person:{person.id}", now=now, after={"name": person.name})
    return secret


def redeem_login_link(session: Session, secret: str, now: datetime) -> Person:
    """Return the person the link signs in; it can't be used again, whoever else is trying now.

    Raises:
        Unauthenticated: the link is unknown, expired or used.
    """
    taken = session.execute(
        update(LoginLink)
        .where(LoginLink.token_hash == hash_of(secret), LoginLink.used_at.is_(None), LoginLink.expires_at > now)
        .values(used_at=now)
        .returning(LoginLink.person_id)
    ).first()
    if taken is None:
        raise Unauthenticated("This sign-in link is used, expired or unknown; it works once. Ask for a new one.")
    return session.get_one(Person, taken.person_id)


def open_session(session: Session, person: Person, now: datetime, lasts: timedelta, user_agent: str) -> str:
    """Return the secret of a new sign-in of `person`, to be kept in a cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            token_hash=hash_of(secret),
            person_id=person.id,
            created_at=now,
            expires_at=now + lasts,
            last_seen_at=now,
            user_agent=user_agent[:300],
        )
    )
    person.last_seen_at = now
    audit.record(session, actor_of_person(person, frozenset()), "session.open", f"person:{person.id}", now=now)
    return secret


def actor_of_session(session: Session, secret: str, now: datetime, groups_of: GroupsOf) -> Actor | None:
    """Return the person whose sign-in this is, with their groups; None if unknown, ended or expired."""
    found = session.get(PersonSession, hash_of(secret))
    if found is None or found.expires_at <= now:
        return None
    person = session.get_one(Person, found.person_id)
    entity = entity_of(person)
    return actor_of_person(person, frozenset(groups_of(session, entity)) if entity else frozenset())


def end_session(session: Session, secret: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    found = session.get(PersonSession, hash_of(secret))
    if found is not None:
        session.delete(found)
