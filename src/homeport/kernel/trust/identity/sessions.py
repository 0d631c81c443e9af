"""Sign-ins: links that open one, and the sessions that they open."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import NotFound, Unauthenticated
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Actor, GroupsOf, hash_of
from homeport.kernel.trust.identity.people import Person, actor_of_person, entity_of

IDLE_AFTER = timedelta(hours=72)
"""How long a sign-in lasts that nobody uses, where the settings say nothing else."""

_ID_LENGTH = 16


class Way(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 - a way to sign in
    OIDC = "oidc"
    BREAK_GLASS = "break-glass"


class Purpose(StrEnum):
    """What a link is for."""

    SIGN_IN = "sign-in"
    BREAK_GLASS = "break-glass"
    PASSWORD = "password"  # noqa: S105 - to choose one


class PersonSession(Base):
    """A sign-in of a person in one browser, until `expires_at`; `address` is where it was opened from.

    `provider` is the OpenID Connect provider it came from and `id_token` what that gave, to be shown when signing out.
    """

    __tablename__ = "kernel_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    user_agent: Mapped[str]
    address: Mapped[str | None] = mapped_column(String(64))
    way: Mapped[str] = mapped_column(String(20), server_default=Way.LINK)
    provider: Mapped[str | None] = mapped_column(String(40))
    id_token: Mapped[str | None]

    @property
    def id(self) -> str:
        """What names the sign-in to people: the beginning of its hash, worth nothing as a secret."""
        return self.token_hash[:_ID_LENGTH]


class LoginLink(Base):
    """A link that serves one person for one purpose, once, until `expires_at`."""

    __tablename__ = "kernel_login_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    purpose: Mapped[str] = mapped_column(String(20), server_default=Purpose.SIGN_IN)


@dataclass(frozen=True, slots=True)
class Proof:
    """What an OpenID Connect provider gave for a sign-in, shown to it when the person signs out."""

    provider: str
    id_token: str


@dataclass(frozen=True, slots=True)
class SignIn:
    """A live sign-in and whose it is."""

    row: PersonSession
    person: Person


def create_login_link(
    session: Session,
    actor: Actor,
    person: Person,
    now: datetime,
    lasts: timedelta,
    purpose: Purpose = Purpose.SIGN_IN,
    *,
    reason: str = "",
) -> str:
    """Return the secret part of a link that serves `person` once, within `lasts`; `reason` goes into the audit."""
    secret = secrets.token_urlsafe(32)
    expires_at = now + lasts
    session.add(
        LoginLink(
            token_hash=hash_of(secret), person_id=person.id, created_at=now, expires_at=expires_at, purpose=purpose
        )
    )
    told = {"name": person.name, "purpose": purpose} | ({"reason": reason} if reason else {})
    action = "break-glass.create" if purpose is Purpose.BREAK_GLASS else "login-link.create"
    audit.record(session, actor, action, f"person:{person.id}", now=now, after=told)
    return secret


def find_purpose(session: Session, secret: str, now: datetime) -> Purpose | None:
    """Return what the link is for; None if it is unknown, expired or used."""
    link = session.get(LoginLink, hash_of(secret))
    return Purpose(link.purpose) if link is not None and link.used_at is None and link.expires_at > now else None


def redeem_login_link(session: Session, secret: str, now: datetime, purpose: Purpose = Purpose.SIGN_IN) -> Person:
    """Return the person the link is for; it can't be used again, whoever else is trying now.

    Raises:
        Unauthenticated: the link is unknown, expired, used or for another purpose.
    """
    taken = session.execute(
        update(LoginLink)
        .where(
            LoginLink.token_hash == hash_of(secret),
            LoginLink.purpose == purpose,
            LoginLink.used_at.is_(None),
            LoginLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(LoginLink.person_id)
    ).first()
    if taken is None:
        raise Unauthenticated("This sign-in link is used, expired or unknown; it works once. Ask for a new one.")
    return session.get_one(Person, taken.person_id)


def open_session(
    session: Session,
    person: Person,
    now: datetime,
    lasts: timedelta,
    user_agent: str,
    *,
    address: str | None = None,
    way: Way = Way.LINK,
    proof: Proof | None = None,
) -> str:
    """Return the secret of a new sign-in of `person`, to be kept in a cookie; `proof` is of an OpenID provider."""
    secret = secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            token_hash=hash_of(secret),
            person_id=person.id,
            created_at=now,
            expires_at=now + lasts,
            last_seen_at=now,
            user_agent=user_agent[:300],
            address=address,
            way=way,
            provider=proof.provider if proof else None,
            id_token=proof.id_token if proof else None,
        )
    )
    person.last_seen_at = now
    audit.record(
        session, actor_of_person(person), "session.open", f"person:{person.id}", now=now, after={"way": way}, ip=address
    )
    return secret


def actor_of_session(
    session: Session, secret: str, now: datetime, groups_of: GroupsOf, idle: timedelta = IDLE_AFTER
) -> Actor | None:
    """Return the person whose sign-in this is, with their groups; None if unknown, ended, expired or long unused."""
    found = session.get(PersonSession, hash_of(secret))
    if found is None or found.expires_at <= now or found.last_seen_at <= now - idle:
        return None
    person = session.get_one(Person, found.person_id)
    entity = entity_of(person)
    return actor_of_person(person, frozenset(groups_of(session, entity)) if entity else frozenset())


def end_session(session: Session, secret: str) -> Proof | None:
    """Sign out: the secret is worth nothing from now on; return by which provider's word it was worth something."""
    found = session.get(PersonSession, hash_of(secret))
    if found is None:
        return None
    session.delete(found)
    return Proof(found.provider, found.id_token) if found.provider and found.id_token else None


def list_sign_ins(
    session: Session, now: datetime, idle: timedelta = IDLE_AFTER, person_id: int | None = None
) -> Sequence[SignIn]:
    """Return the live sign-ins, of one person if given, the latest used first."""
    query = select(PersonSession, Person).join(Person, Person.id == PersonSession.person_id)
    query = query.where(PersonSession.expires_at > now, PersonSession.last_seen_at > now - idle)
    if person_id is not None:
        query = query.where(PersonSession.person_id == person_id)
    newest = PersonSession.last_seen_at.desc(), PersonSession.token_hash
    return [SignIn(row, person) for row, person in session.execute(query.order_by(*newest))]


def revoke_sign_in(
    session: Session, actor: Actor, sign_in_id: str, now: datetime, person_id: int | None = None
) -> Person:
    """End the sign-in of that id, of that person if given; return whose it was.

    Raises:
        NotFound: no live sign-in has that id, or it is somebody else's.
    """
    found = next((one for one in list_sign_ins(session, now, person_id=person_id) if one.row.id == sign_in_id), None)
    if found is None:
        raise NotFound(f"No sign-in {sign_in_id!r} is live; it may have ended already.")
    session.delete(found.row)
    person = found.person
    audit.record(
        session,
        actor,
        "session.revoke",
        f"person:{person.id}",
        now=now,
        before={"session": sign_in_id},
    )
    return person


def end_sign_ins(session: Session, actor: Actor, person: Person, now: datetime, keep: str = "") -> int:
    """End every sign-in of `person` but the one of the secret `keep`; return how many ended."""
    others = PersonSession.person_id == person.id, PersonSession.token_hash != hash_of(keep)
    ended = session.execute(delete(PersonSession).where(*others).returning(PersonSession.token_hash)).all()
    if ended:
        told = {"sessions": len(ended)}
        audit.record(session, actor, "session.revoke-all", f"person:{person.id}", now=now, before=told)
    return len(ended)
