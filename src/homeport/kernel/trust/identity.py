"""People, their sessions and API tokens: who it is that asks.

Of everything secret only a SHA-256 is stored. That is enough because our secrets are random (190 bits and
more), so there is nothing to guess; a password would need a slow hash.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import available_timezones

from sqlalchemy import ForeignKey, Index, String, bindparam, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base, after_commit
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound, Unauthenticated
from homeport.kernel.trust import audit

GroupsOf = Callable[[Session, EntityRef], Collection[EntityRef]]

_USE_NOTED_EVERY = timedelta(minutes=1)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_PREFIX = "hp_"  # noqa: S105 - what they all begin with
_TOKEN_RANDOM_LENGTH = 32
_TOKEN_CHECKSUM_LENGTH = 6
_PREFERENCES = {
    "language": frozenset({"ko", "en"}),
    "zone": frozenset(available_timezones()),
    "theme": frozenset({"light", "dark"}),
}


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person, an API token, or homeport itself.

    `groups` are the groups the person is in by the catalog, `entity` is the person in the catalog.
    """

    kind: Literal["person", "token", "command", "system"]
    id: str
    name: str
    role: Role
    groups: frozenset[EntityRef] = frozenset()
    entity: EntityRef | None = None

    def belongs_to(self, owner: EntityRef) -> bool:
        """Whether `owner` is this person or a group they are in."""
        return owner == self.entity or owner in self.groups


SYSTEM = Actor("system", "homeport", "homeport", Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person wants the portal; None leaves the choice to the browser, then to the settings."""

    language: str | None = None
    zone: str | None = None
    theme: str | None = None


class Person(Base):
    """Someone who can sign in; `entity_ref` is who they are in the catalog, when known."""

    __tablename__ = "kernel_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    entity_ref: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(20))
    language: Mapped[str | None]
    zone: Mapped[str | None]
    theme: Mapped[str | None]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]

    @property
    def preferences(self) -> Preferences:
        """How this person wants the portal."""
        return Preferences(self.language, self.zone, self.theme)


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


class ApiToken(Base):
    """A token that programs send; its name is unique among those not revoked."""

    __tablename__ = "kernel_api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_kernel_api_tokens_live_name",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )


_revocations = 0
_TOKENS = ApiToken.__table__.c
_LIVE_TOKEN = select(_TOKENS.id, _TOKENS.name, _TOKENS.role, _TOKENS.expires_at, _TOKENS.last_used_at).where(
    _TOKENS.token_hash == bindparam("hash"), _TOKENS.revoked_at.is_(None)
)


def ensure_person(
    session: Session,
    name: str,
    role: Role,
    now: datetime,
    *,
    entity: EntityRef | None = None,
    email: str | None = None,
) -> Person:
    """Return the person of that entity (without one: of that name and no entity) with `role`; made if new."""
    query = select(Person).where(Person.entity_ref == (str(entity) if entity else None))
    if entity is None:
        query = query.where(Person.name == name)
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


def create_login_link(session: Session, actor: Actor, person: Person, now: datetime, lasts: timedelta) -> str:
    """Return the secret part of a link that signs `person` in once, within `lasts`."""
    secret = secrets.token_urlsafe(32)
    link = LoginLink(token_hash=_hash(secret), person_id=person.id, created_at=now, expires_at=now + lasts)
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
        .where(LoginLink.token_hash == _hash(secret), LoginLink.used_at.is_(None), LoginLink.expires_at > now)
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
            token_hash=_hash(secret),
            person_id=person.id,
            created_at=now,
            expires_at=now + lasts,
            last_seen_at=now,
            user_agent=user_agent[:300],
        )
    )
    person.last_seen_at = now
    audit.record(session, _actor(person, frozenset()), "session.open", f"person:{person.id}", now=now)
    return secret


def actor_of_session(session: Session, secret: str, now: datetime, groups_of: GroupsOf) -> Actor | None:
    """Return the person whose sign-in this is, with their groups; None if unknown, ended or expired."""
    found = session.get(PersonSession, _hash(secret))
    if found is None or found.expires_at <= now:
        return None
    person = session.get_one(Person, found.person_id)
    entity = _entity(person)
    return _actor(person, frozenset(groups_of(session, entity)) if entity else frozenset())


def end_session(session: Session, secret: str) -> None:
    """Sign out: the secret is worth nothing from now on."""
    found = session.get(PersonSession, _hash(secret))
    if found is not None:
        session.delete(found)


def create_token(
    session: Session, actor: Actor, name: str, role: Role, now: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Return a new API token and its plain text, which can't be had again.

    Raises:
        Forbidden: `role` may more than the actor.
        Conflict: a token of that name is live.
    """
    if not actor.role.includes(role):
        raise Forbidden(f"{actor.name} ({actor.role}) can't give a token the role {role}; only {role} and above can.")
    _retire_expired(session, name, now)
    plaintext = _new_token()
    token = ApiToken(
        name=name,
        token_hash=_hash(plaintext),
        role=role,
        created_by=actor.name,
        created_at=now,
        expires_at=expires_at,
    )
    try:
        with session.begin_nested():
            session.add(token)
    except IntegrityError:
        raise Conflict(f"A token named {name!r} is live; revoke it first, or choose another name.") from None
    told = {"role": role, "expires_at": expires_at}
    audit.record(session, actor, "token.create", f"token:{name}", now=now, after=told)
    return token, plaintext


@dataclass(frozen=True, slots=True)
class TokenUse:
    """A live API token that somebody sends; `is_due` says that its use is to be noted."""

    actor: Actor
    expires_at: datetime | None
    is_due: bool


def actor_of_token(session: Session, plaintext: str, now: datetime) -> Actor | None:
    """Return the actor of an API token; None if unknown, revoked or expired."""
    use = token_in_use(session, plaintext, now)
    return use.actor if use is not None else None


def token_in_use(session: Session, plaintext: str, now: datetime) -> TokenUse | None:
    """Return whose API token it is; None if unknown, revoked or expired. Every request asks, so by one query."""
    if not is_token(plaintext):
        return None
    found = session.execute(_LIVE_TOKEN, {"hash": _hash(plaintext)}).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    is_due = found.last_used_at is None or found.last_used_at <= now - _USE_NOTED_EVERY
    return TokenUse(Actor("token", str(found.id), found.name, Role(found.role)), found.expires_at, is_due)


def revocations() -> int:
    """Return how many tokens this process has revoked; who remembers tokens forgets them when it changes."""
    return _revocations


def list_tokens(session: Session) -> Sequence[ApiToken]:
    """Return the tokens that are not revoked, expired ones too, by name."""
    return session.scalars(select(ApiToken).where(ApiToken.revoked_at.is_(None)).order_by(ApiToken.name)).all()


def revoke_token(session: Session, actor: Actor, name: str, now: datetime) -> None:
    """Make the token of that name worth nothing from now on.

    Raises:
        NotFound: no live token has that name.
    """
    token = session.scalars(select(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None))).first()
    if token is None:
        raise NotFound(f"No live token is named {name!r}; `homeport token list` shows them.")
    token.revoked_at = now
    after_commit(session, _note_revocation)
    audit.record(session, actor, "token.revoke", f"token:{name}", now=now, before={"role": token.role})


def is_use_due(session: Session, secret: str, now: datetime) -> bool:
    """Whether the use of a sign-in or API token is to be noted: it was not within the last minute.

    Reading and noting are two functions so that a page that only reads needs no turn to write.
    """
    token = _find_token(session, secret)
    if token is not None:
        return token.last_used_at is None or token.last_used_at <= now - _USE_NOTED_EVERY
    found = session.get(PersonSession, _hash(secret))
    return found is not None and found.last_seen_at <= now - _USE_NOTED_EVERY


def note_use(session: Session, secret: str, now: datetime) -> None:
    """Note that a sign-in or API token is used now; at most once a minute is written."""
    if not is_use_due(session, secret, now):
        return
    token = _find_token(session, secret)
    if token is not None:
        token.last_used_at = now
        return
    found = session.get_one(PersonSession, _hash(secret))
    found.last_seen_at = now
    session.get_one(Person, found.person_id).last_seen_at = now


def is_token(text: str) -> bool:
    """Whether `text` has the form and checksum of our API tokens; what fails was mistyped or cut short.

    Source: GitHub, "Behind GitHub's new authentication token formats" (2021): prefix, random part, CRC32 in base 62.
    """
    random, checksum = text[len(_TOKEN_PREFIX) : -_TOKEN_CHECKSUM_LENGTH], text[-_TOKEN_CHECKSUM_LENGTH:]
    right_form = text.startswith(_TOKEN_PREFIX) and len(random) == _TOKEN_RANDOM_LENGTH
    return right_form and random.isascii() and _checksum(random) == checksum


def _note_revocation() -> None:
    global _revocations
    _revocations += 1


def _new_token() -> str:
    random = "".join(secrets.choice(_BASE62) for _ in range(_TOKEN_RANDOM_LENGTH))
    return f"{_TOKEN_PREFIX}{random}{_checksum(random)}"


def _checksum(random: str) -> str:
    rest, digits = zlib.crc32(random.encode()), ""
    while rest:
        rest, digit = divmod(rest, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(_TOKEN_CHECKSUM_LENGTH, "0")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _find_token(session: Session, plaintext: str) -> ApiToken | None:
    if not is_token(plaintext):
        return None
    return session.scalars(select(ApiToken).where(ApiToken.token_hash == _hash(plaintext))).first()


def _retire_expired(session: Session, name: str, now: datetime) -> None:
    expired = update(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None), ApiToken.expires_at <= now)
    session.execute(expired.values(revoked_at=ApiToken.expires_at))


def _entity(person: Person) -> EntityRef | None:
    return EntityRef.parse(person.entity_ref) if person.entity_ref else None


def _actor(person: Person, groups: frozenset[EntityRef]) -> Actor:
    return Actor("person", str(person.id), person.name, Role(person.role), groups, _entity(person))
