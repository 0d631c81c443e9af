"""Who did what to which object: rows that are only ever added, chained by hash so that tampering shows.

`record` adds a row in the transaction of the change it tells of: no row, no change. A sealer then gives each
row a position in the chain and a hash over the row and the hash before it. The position comes from the
sealer, not from the id: on PostgreSQL ids commit out of order, and a row that appears late simply comes later
in the chain. What a chain can't show: the newest rows removed together with their seals.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, Text, bindparam, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from homeport.kernel.base.database import Base

if TYPE_CHECKING:
    from homeport.kernel.trust.identity import Actor

_STARS = "***"
_SEAL_BATCH_ROWS = 1_000
_SEALER_LOCK = 7205759403792794
_BEFORE_THE_FIRST = ""

_SECRET_KEY = re.compile(
    r"passw(or)?d|passphrase|secret|token|credential|private.?key|api.?key|access.?key|authorization|cookie", re.I
)
_SECRET_VALUE = re.compile(
    r"hp_[0-9A-Za-z]{38}"  # ours
    r"|gh[pousr]_[0-9A-Za-z]{36,}|github_pat_\w{22,}|glpat-[\w-]{20,}"
    r"|(?:AKIA|ASIA)[0-9A-Z]{16}"
    r"|xox[abposr]-[\w-]{10,}"
    r"|eyJ[\w-]{10,}\.[\w-]+\.[\w-]*"  # JWT
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^\s/@]*:[^\s/@]+(?=@)",  # user and password in a URL
    re.S,
)


class CanonicalJson(TypeDecorator[dict[str, Any]]):
    """A JSON object kept as text, so that what was hashed is what is stored, to the character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        return None if value is None else _canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(value)


class AuditEntry(Base):
    """One thing that somebody did. `position` and `hash` are empty until the sealer has come by."""

    __tablename__ = "kernel_audit"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[str]
    object_ref: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    after: Mapped[dict[str, Any] | None] = mapped_column(CanonicalJson)
    ip: Mapped[str | None]
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str | None]

    __table_args__ = (
        Index("ix_kernel_audit_object_ref", "object_ref", "id"),
        Index(
            "ix_kernel_audit_unsealed",
            "id",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
    )


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` saw: sealed rows, rows not yet sealed, and positions of the chain that are wrong.

    `breaks` are positions whose row is not what was sealed; `gaps` are runs of positions that are missing.
    """

    rows: int
    unsealed: int
    breaks: tuple[int, ...]
    gaps: tuple[range, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was changed or taken out."""
        return not self.breaks and not self.gaps


def record(
    session: Session,
    actor: Actor,
    action: str,
    object_ref: str,
    *,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    ip: str | None = None,
) -> None:
    """Note that `actor` did `action` to the object, in the transaction of `session`; secrets become stars.

    `before` and `after` hold what changed, as JSON values; other types are written as their text.
    """
    entry = AuditEntry(
        at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        action=action,
        object_ref=object_ref,
        before=starred(before),
        after=starred(after),
        ip=ip,
    )
    session.add(entry)


def entries(
    session: Session, *, limit: int, object_ref: str | None = None, before: int | None = None
) -> Sequence[AuditEntry]:
    """Return what was done, newest first: to one object or to any, and only ids below `before` when given."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if object_ref is not None:
        query = query.where(AuditEntry.object_ref == object_ref)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query).all()


def trail(session: Session, since: datetime | None = None) -> Iterator[AuditEntry]:
    """Return all that was done, oldest first: from `since` on, or from the beginning."""
    query = select(AuditEntry).order_by(AuditEntry.id)
    if since is not None:
        query = query.where(AuditEntry.at >= since)
    yield from session.scalars(query.execution_options(yield_per=1_000))


def told(entry: AuditEntry) -> dict[str, Any]:
    """Return the entry as programs read it: what was hashed, and the seal once it has one."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": {"kind": entry.actor_kind, "id": entry.actor_id, "name": entry.actor_name},
        "action": entry.action,
        "object": entry.object_ref,
        "before": entry.before,
        "after": entry.after,
        "ip": entry.ip,
        "position": entry.position,
        "hash": entry.hash,
    }


def is_seal_due(session: Session) -> bool:
    """Whether a row waits to be sealed; asked first, so that an idle sealer takes no turn to write."""
    return session.scalar(select(AuditEntry.id).where(AuditEntry.position.is_(None)).limit(1)) is not None


def seal(session: Session) -> int:
    """Chain the oldest unsealed rows, at most 1,000, and return how many; call again while it is not 0."""
    _wait_for_other_sealers(session)
    waiting = session.scalars(
        select(AuditEntry).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(_SEAL_BATCH_ROWS)
    ).all()
    position, link = _end_of_chain(session)
    seals = []
    for entry in waiting:
        position += 1
        link = _link(link, position, entry)
        seals.append({"entry": entry.id, "new_position": position, "new_hash": link})
    if seals:
        _write(session, seals)
    return len(seals)


def verify(session: Session) -> Verification:
    """Walk the whole chain and return what does not fit."""
    rows, breaks, gaps, last, link = 0, [], [], 0, _BEFORE_THE_FIRST
    chain = select(AuditEntry).where(AuditEntry.position.is_not(None)).order_by(AuditEntry.position)
    for entry in session.scalars(chain.execution_options(yield_per=1_000, populate_existing=True)):
        position = entry.position or 0
        if position != last + 1:
            gaps.append(range(last + 1, position))
        elif entry.hash != _link(link, position, entry):
            breaks.append(position)
        rows, last, link = rows + 1, position, entry.hash or ""
    unsealed = session.scalar(select(func.count()).where(AuditEntry.position.is_(None))) or 0
    return Verification(rows, unsealed, tuple(breaks), tuple(gaps))


def _wait_for_other_sealers(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time anyway
        session.execute(select(func.pg_advisory_xact_lock(_SEALER_LOCK)))


def _end_of_chain(session: Session) -> tuple[int, str]:
    last = session.execute(
        select(AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.position.is_not(None))
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).first()
    return (last.position, last.hash) if last else (0, _BEFORE_THE_FIRST)


def _write(session: Session, seals: list[dict[str, Any]]) -> None:
    table = AuditEntry.__table__
    statement = (
        update(AuditEntry)
        .where(table.c.id == bindparam("entry"))
        .values(position=bindparam("new_position"), hash=bindparam("new_hash"))
    )
    session.connection().execute(statement, seals)


def _link(previous: str, position: int, entry: AuditEntry) -> str:
    told = {
        "previous": previous,
        "position": position,
        "id": entry.id,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": [entry.actor_kind, entry.actor_id, entry.actor_name],
        "action": entry.action,
        "object": entry.object_ref,
        "before": entry.before,
        "after": entry.after,
        "ip": entry.ip,
    }
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def starred(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the values with stars in place of what is, or is named as, a secret."""
    if values is None:
        return None
    return {key: _starred_value(key, value) for key, value in values.items()}


def _starred_value(key: str, value: Any) -> Any:
    if value is not None and _SECRET_KEY.search(key):
        return _STARS
    if isinstance(value, Mapping):
        return starred({str(name): part for name, part in value.items()})
    if isinstance(value, list | tuple | set | frozenset):
        return [_starred_value(key, part) for part in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _SECRET_VALUE.sub(_STARS, str(value))
