"""Requests that a program may send again without anything happening twice.

The first request of a key claims it; what it is answered is kept for a day, sealed, and given to every later one. A
claim that is never answered, since its process died, is free again after a minute: by then nothing had been done, for
the answer is kept in the transaction of what it tells of.

Source: draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import ColumnElement, LargeBinary, String, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import AnswerLost, InvalidSetting, KeyReused, StillRunning
from homeport.kernel.trust.identity import Actor, hash_of
from homeport.kernel.trust.secrets import Keyring

KEPT = timedelta(hours=24)
CLAIM_LASTS = timedelta(minutes=1)
"""How long a request may take before another with its key may begin; the one that is slower then does nothing."""


class IdempotencyRow(Base):
    """A key that an actor sent: claimed by one request, then with the answer of that request, sealed."""

    __tablename__ = "kernel_idempotency_keys"

    actor: Mapped[str] = mapped_column(String(120), primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    claim: Mapped[str] = mapped_column(String(32))
    claimed_at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one request to be carried out for its key, as long as nobody took it over."""

    actor: str
    key_hash: str
    number: str

    @property
    def name(self) -> str:
        """What its answer is sealed under: opened for another actor or key, it is nothing."""
        return f"idempotency/{self.actor}/{self.key_hash}"


def claim(session: Session, keyring: Keyring, actor: Actor, key: str, request: bytes, now: datetime) -> Claim | Answer:
    """Return the right to carry the request out, or what it was answered when it was sent before.

    Raises:
        KeyReused: the actor sent the key before with another request.
        StillRunning: the first request of the key is not answered yet.
        AnswerLost: it was, but the master key that opens the answer is gone.
    """
    session.execute(delete(IdempotencyRow).where(IdempotencyRow.claimed_at < now - KEPT))
    mine = Claim(f"{actor.kind}:{actor.id}", hash_of(key), secrets.token_hex(16))
    request_hash = hashlib.sha256(request).hexdigest()
    row = session.scalar(select(IdempotencyRow).where(*_of_key(mine)).with_for_update())
    if row is None:
        return _first(session, mine, request_hash, now)
    if row.request_hash != request_hash:
        raise KeyReused("This Idempotency-Key was sent before with another request. Send a new key for a new request.")
    if row.answer is not None:
        return _opened(keyring, mine, row.answer)
    if row.claimed_at + CLAIM_LASTS > now:
        raise _still_running()
    row.claim, row.claimed_at = mine.number, now
    return mine


def keep(session: Session, keyring: Keyring, mine: Claim, answer: Answer) -> None:
    """Keep the answer, in the transaction of what it tells of.

    Raises:
        StillRunning: another request took the claim over; what this one did must not be.
    """
    told = {"status": answer.status, "headers": answer.headers, "body": base64.b64encode(answer.body).decode()}
    sealed = keyring.seal(orjson.dumps(told), mine.name)
    held = update(IdempotencyRow).where(*_of_key(mine), IdempotencyRow.claim == mine.number)
    if session.execute(held.values(answer=sealed).returning(IdempotencyRow.actor)).first() is None:
        raise _still_running()


def release(session: Session, mine: Claim) -> None:
    """Let go of the key of a request that changed nothing, so that it can be sent again."""
    unanswered = IdempotencyRow.claim == mine.number, IdempotencyRow.answer.is_(None)
    session.execute(delete(IdempotencyRow).where(*_of_key(mine), *unanswered))


def _first(session: Session, mine: Claim, request_hash: str, now: datetime) -> Claim:
    row = IdempotencyRow(
        actor=mine.actor, key_hash=mine.key_hash, request_hash=request_hash, claim=mine.number, claimed_at=now
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # it was sent twice at once
        raise _still_running() from None
    return mine


def _opened(keyring: Keyring, mine: Claim, sealed: bytes) -> Answer:
    try:
        told = orjson.loads(keyring.open(sealed, mine.name))
    except InvalidSetting:
        raise AnswerLost(
            "This request was carried out, but its answer was sealed with a master key that is gone. "
            "Look at what it made before you send it with another Idempotency-Key."
        ) from None
    return Answer(told["status"], told["headers"], base64.b64decode(told["body"]))


def _still_running() -> StillRunning:
    return StillRunning("The first request with this Idempotency-Key is not answered yet. Send it again in a moment.")


def _of_key(mine: Claim) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return IdempotencyRow.actor == mine.actor, IdempotencyRow.key_hash == mine.key_hash
