"""The one way work waits and is taken: due rows with owner, lease, fence and attempts.

A worker that takes a row holds it until `leased_until`; silent for longer, another one takes it over with
a higher fence. Whoever writes on behalf of a lease calls `guard` in the same transaction: a worker that was
frozen and thawed finds its fence outdated and nothing of what it did since is kept.

Of work with the same `limit_key` at most `limit_count` pieces are begun at a time: what was taken and is not
finished counts, also while it is parked or waits to be tried again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, UniqueConstraint, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import LeaseLost
from homeport.kernel.base.wakeups import wake

_FROZEN_RENEWAL_S = 2


class LeaseRow(Base):
    """A piece of work that waits in a queue; `key` names it there."""

    __tablename__ = "kernel_lease"
    __table_args__ = (
        UniqueConstraint("queue", "key"),
        Index(None, "queue", "priority", "due_at"),
        Index(None, "queue", "limit_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]
    key: Mapped[str]
    due_at: Mapped[datetime]
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    is_due_again: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int] = mapped_column(default=0)
    limit_key: Mapped[str | None]
    limit_count: Mapped[int | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` pieces of work with this `key` are begun at a time."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Lease:
    """A piece of work taken: `fence` grows with every taking, `attempts` since it last got further.

    `due_at` is when it should have begun.
    """

    id: int
    queue: str
    key: str
    fence: int
    attempts: int
    due_at: datetime


def put(
    session: Session, queue: str, key: str, due_at: datetime, *, priority: int = 0, limit: Limit | None = None
) -> None:
    """Make the work `key` due in `queue`; if it is being worked on, it becomes due again afterwards.

    Of what is due, the lowest `priority` comes first, and in it what has been due longest. Both it and the limit
    are those of the first time for work that waits already.
    """
    row = session.scalars(select(LeaseRow).filter_by(queue=queue, key=key).with_for_update()).one_or_none()
    if row is None:
        row = LeaseRow(queue=queue, key=key, due_at=due_at, priority=priority)
        row.limit_key, row.limit_count = (limit.key, limit.count) if limit else (None, None)
        session.add(row)
    else:
        row.is_due_again = row.owner is not None
        row.due_at = due_at
    session.flush()
    wake(session, queue)


def take(
    database: Database, queue: str, owner: str, now: datetime, lease_s: float, keys: frozenset[str] | None = None
) -> Lease | None:
    """Take the work of `queue` that has been due longest, or None; only one of `keys` if given.

    Work whose holder has been silent past its lease counts as due. Looking costs no write when nothing is due.
    """
    with taking(database, queue, owner, now, lease_s, keys) as taken:
        return taken[1] if taken else None


@contextmanager
def taking(
    database: Database, queue: str, owner: str, now: datetime, lease_s: float, keys: frozenset[str] | None = None
) -> Iterator[tuple[Session, Lease] | None]:
    """Take work as `take` does, with the session that takes it: what is noted in it is kept only if the work is."""
    due = _due(queue, now, keys)
    if database.is_sqlite and not _is_any(database, due):
        yield None
        return
    with database.writing() as session:
        due = due.with_for_update(skip_locked=True, of=LeaseRow)
        while (row := session.scalars(due).first()) is not None and not _has_room(session, row):
            pass
        yield (session, _hand_out(row, owner, now + timedelta(seconds=lease_s))) if row else None


def hasten(session: Session, queue: str, key: str, now: datetime) -> None:
    """Make work that waits in `queue` due now, again if it is being worked on; what is not there is passed over."""
    row = session.scalars(select(LeaseRow).filter_by(queue=queue, key=key).with_for_update()).one_or_none()
    if row is not None:
        row.is_due_again = row.owner is not None
        row.due_at = min(row.due_at, now)
        wake(session, queue)


def withdraw(session: Session, queue: str, key: str, now: datetime) -> bool:
    """Take the work out of its queue; return whether nobody works on it. Else it becomes due again afterwards."""
    row = session.scalars(select(LeaseRow).filter_by(queue=queue, key=key).with_for_update()).one_or_none()
    if row is None:
        return True
    if row.owner is not None and row.leased_until is not None and row.leased_until > now:
        row.is_due_again = True
        return False
    session.delete(row)
    _wake_limited(session, row)
    return True


def renew(session: Session, lease: Lease, now: datetime, lease_s: float) -> None:
    """Hold the work for `lease_s` seconds more.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    if session.get_bind().dialect.name == "postgresql":  # frozen just now, it must not keep the row from who takes over
        session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{_FROZEN_RENEWAL_S}s'"))
    until = now + timedelta(seconds=lease_s)
    mine = update(LeaseRow).where(LeaseRow.id == lease.id, LeaseRow.fence == lease.fence)
    if session.scalar(mine.values(leased_until=until).returning(LeaseRow.id)) is None:
        raise LeaseLost(f"The work {lease.key!r} of {lease.queue!r} was taken over by another worker.")


def guard(session: Session, lease: Lease) -> int:
    """Make sure that the lease is still held, until this transaction ends; return its attempts so far.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    return _held(session, lease).attempts


def get_further(session: Session, lease: Lease) -> None:
    """Say that the work got further: its attempts are counted from here.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    _held(session, lease).attempts = 1


def finish(session: Session, lease: Lease) -> None:
    """Say that the work is done; it stays if it became due again meanwhile.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    row = _held(session, lease)
    if not row.is_due_again:
        session.delete(row)
        _wake_limited(session, row)
        return
    row.owner, row.leased_until, row.is_due_again, row.attempts = None, None, False, 0
    wake(session, lease.queue)


def postpone(session: Session, lease: Lease, due_at: datetime) -> None:
    """Give the work back, due at `due_at`; attempts go on counting.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    row = _held(session, lease)
    row.owner, row.leased_until, row.due_at = None, None, due_at
    wake(session, lease.queue)


def park(session: Session, lease: Lease, until: datetime, now: datetime) -> None:
    """Give the work back until `until`, or until it is hastened; it stays begun and its attempts start anew.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    row = _held(session, lease)
    row.due_at = now if row.is_due_again else until
    row.owner, row.leased_until, row.is_due_again, row.attempts = None, None, False, 1
    wake(session, lease.queue)


def settle(session: Session, queues: Mapping[str, float], now: datetime) -> None:
    """Bring the work of the queues back into the present after the clock was set back.

    What was due or held by the time that is no longer so would be left alone until the clock is there again. `queues`
    gives for each the seconds of its leases.
    """
    for queue, lease_s in queues.items():
        until = now + timedelta(seconds=lease_s)
        rows = update(LeaseRow).where(LeaseRow.queue == queue)
        session.execute(rows.where(LeaseRow.leased_until > until).values(leased_until=until))
        session.execute(rows.where(LeaseRow.due_at > now).values(due_at=now))
        wake(session, queue)


def _due(queue: str, now: datetime, keys: frozenset[str] | None) -> Select[Any]:
    """The work to take next."""
    other = aliased(LeaseRow)
    begun = select(func.count()).where(
        other.queue == LeaseRow.queue,
        other.limit_key == LeaseRow.limit_key,
        other.id != LeaseRow.id,
        other.attempts > 0,
    )
    conditions: list[ColumnElement[bool]] = [
        LeaseRow.queue == queue,
        LeaseRow.due_at <= now,
        or_(LeaseRow.owner.is_(None), LeaseRow.leased_until <= now),
        or_(LeaseRow.limit_key.is_(None), begun.correlate(LeaseRow).scalar_subquery() < LeaseRow.limit_count),
    ]
    if keys is not None:
        conditions.append(LeaseRow.key.in_(keys))
    order = (LeaseRow.priority, LeaseRow.due_at, LeaseRow.id)
    return select(LeaseRow).where(*conditions).order_by(*order).limit(1)


def _is_any(database: Database, due: Select[Any]) -> bool:
    """Whether there is work, without the turn to write that SQLite gives to one at a time."""
    with database.reading() as session:
        return session.scalars(due).first() is not None


def _hand_out(row: LeaseRow, owner: str, until: datetime) -> Lease:
    lease = Lease(row.id, row.queue, row.key, row.fence + 1, row.attempts + 1, row.due_at)
    row.owner, row.leased_until = owner, until
    row.fence, row.attempts, row.is_due_again = lease.fence, lease.attempts, False
    return lease


def _has_room(session: Session, row: LeaseRow) -> bool:
    """Whether the limit of the work leaves room for it, also for two who take at the same time."""
    if row.limit_key is None or session.get_bind().dialect.name == "sqlite":  # there, writers take turns
        return True
    session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))"), {"key": row.limit_key})
    others = select(func.count()).where(
        LeaseRow.queue == row.queue, LeaseRow.limit_key == row.limit_key, LeaseRow.id != row.id, LeaseRow.attempts > 0
    )
    return (session.scalar(others) or 0) < (row.limit_count or 0)


def _wake_limited(session: Session, row: LeaseRow) -> None:
    """Let those look again who may have waited for the room that this work leaves."""
    if row.limit_key is not None:
        wake(session, row.queue)


def _held(session: Session, lease: Lease) -> LeaseRow:
    row = session.scalars(select(LeaseRow).filter_by(id=lease.id, fence=lease.fence).with_for_update()).one_or_none()
    if row is None:
        raise LeaseLost(f"The work {lease.key!r} of {lease.queue!r} was taken over by another worker.")
    return row
