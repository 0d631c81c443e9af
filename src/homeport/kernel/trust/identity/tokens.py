"""API tokens: what programs send."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, bindparam, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base, Json, after_commit
from homeport.kernel.base.errors import Conflict, Forbidden, NotFound
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Actor, Role, hash_of
from homeport.kernel.trust.identity.people import Person

USE_NOTED_EVERY = timedelta(minutes=1)
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_TOKEN_PREFIX = "hp_"  # noqa: S105 - what they all begin with
_TOKEN_RANDOM_LENGTH = 32
_TOKEN_CHECKSUM_LENGTH = 6


class ApiToken(Base):
    """A token that programs send; its name is unique among those not revoked.

    `owner_id` is the person who answers for it and never may less than it; without one it is the installation's.
    """

    __tablename__ = "kernel_api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    scopes: Mapped[list[str] | None] = mapped_column(Json)
    owner_id: Mapped[int | None]
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
_PEOPLE = Person.__table__.c
_LIVE = (
    select(
        _TOKENS.id,
        _TOKENS.name,
        _TOKENS.role,
        _TOKENS.scopes,
        _TOKENS.owner_id,
        _PEOPLE.role.label("owner_role"),
        _TOKENS.expires_at,
        _TOKENS.last_used_at,
    )
    .join_from(ApiToken.__table__, Person.__table__, _PEOPLE.id == _TOKENS.owner_id, isouter=True)
    .where(_TOKENS.revoked_at.is_(None))
)
_LIVE_BY_HASH = _LIVE.where(_TOKENS.token_hash == bindparam("hash"))
_LIVE_BY_ID = _LIVE.where(_TOKENS.id == bindparam("id"))


def create_token(
    session: Session,
    actor: Actor,
    name: str,
    role: Role,
    now: datetime,
    expires_at: datetime | None = None,
    scopes: frozenset[str] | None = None,
) -> tuple[ApiToken, str]:
    """Return a new API token and its plain text, which can't be had again; `scopes` narrow what its role may.

    Raises:
        Forbidden: `role` or `scopes` may more than the actor.
        Conflict: a token of that name is live.
    """
    if not actor.role.includes(role):
        raise Forbidden(f"{actor.name} ({actor.role}) can't give a token the role {role}; only {role} and above can.")
    if actor.scopes is not None and not (scopes is not None and scopes <= actor.scopes):
        own = ", ".join(sorted(actor.scopes))
        raise Forbidden(f"{actor.name} has the scopes {own} and can give a token these or fewer, not others.")
    _retire_expired(session, name, now)
    plaintext = _new_token()
    token = ApiToken(
        name=name,
        token_hash=hash_of(plaintext),
        role=role,
        scopes=sorted(scopes) if scopes is not None else None,
        owner_id=_owner_of(session, actor),
        created_by=actor.name,
        created_at=now,
        expires_at=expires_at,
    )
    try:
        with session.begin_nested():
            session.add(token)
    except IntegrityError:
        raise Conflict(f"A token named {name!r} is live; revoke it first, or choose another name.") from None
    told = {"role": role, "scopes": token.scopes, "expires_at": expires_at}
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
    found = session.execute(_LIVE_BY_HASH, {"hash": hash_of(plaintext)}).first()
    actor = _actor_of(found, now)
    if found is None or actor is None:
        return None
    is_due = found.last_used_at is None or found.last_used_at <= now - USE_NOTED_EVERY
    return TokenUse(actor, found.expires_at, is_due)


def actor_of_token_id(session: Session, token_id: int, now: datetime) -> Actor | None:
    """Return the actor of the API token of that number; None if unknown, revoked or expired."""
    return _actor_of(session.execute(_LIVE_BY_ID, {"id": token_id}).first(), now)


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


def is_token(text: str) -> bool:
    """Whether `text` has the form and checksum of our API tokens; what fails was mistyped or cut short.

    Source: GitHub, "Behind GitHub's new authentication token formats" (2021): prefix, random part, CRC32 in base 62.
    """
    random, checksum = text[len(_TOKEN_PREFIX) : -_TOKEN_CHECKSUM_LENGTH], text[-_TOKEN_CHECKSUM_LENGTH:]
    right_form = text.startswith(_TOKEN_PREFIX) and len(random) == _TOKEN_RANDOM_LENGTH
    return right_form and random.isascii() and _checksum(random) == checksum


def find_token(session: Session, plaintext: str) -> ApiToken | None:
    """Return the token of that text, whether or not it is live."""
    if not is_token(plaintext):
        return None
    return session.scalars(select(ApiToken).where(ApiToken.token_hash == hash_of(plaintext))).first()


def _actor_of(found: Any, now: datetime) -> Actor | None:
    """The actor of a row of `_LIVE`, with what its owner may now at most; None if its time or its owner is gone."""
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    if found.owner_id is not None and found.owner_role is None:
        return None
    role = Role(found.role).within(Role(found.owner_role)) if found.owner_role else Role(found.role)
    scopes = frozenset(found.scopes) if found.scopes is not None else None
    return Actor("token", str(found.id), found.name, role, scopes=scopes)


def _owner_of(session: Session, actor: Actor) -> int | None:
    """Who answers for a token that `actor` makes: the person, also through a token of theirs."""
    if actor.kind == "token":
        return session.get_one(ApiToken, int(actor.id)).owner_id
    return int(actor.id) if actor.kind == "person" else None


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


def _retire_expired(session: Session, name: str, now: datetime) -> None:
    expired = update(ApiToken).where(ApiToken.name == name, ApiToken.revoked_at.is_(None), ApiToken.expires_at <= now)
    session.execute(expired.values(revoked_at=ApiToken.expires_at))
