"""The one way work waits and is taken: due rows with owner, lease, fence and attempts.

A worker that takes a row holds it until `leased_until`; silent for longer, another one takes it over with
a higher fence. Whoever writes on behalf of a lease calls `guard` in the same transaction: a worker that was
frozen and thawed finds its fence outdated and nothing of what it did since is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import LeaseLost
from homeport.kernel.base.wakeups import wake


class LeaseRow(Base):
    """A piece of work that waits in a queue; `key` names it there."""

    __tablename__ = "kernel_lease"
    __table_args__ = (UniqueConstraint("queue", "key"), Index(None, "queue", "due_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    queue: Mapped[str]
    key: Mapped[str]
    due_at: Mapped[datetime]
    owner: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    is_due_again: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Lease:
    """A piece of work taken: `fence` grows with every taking, `attempts` since it last succeeded."""

    id: int
    queue: str
    key: str
    fence: int
    attempts: int


def put(session: Session, queue: str, key: str, due_at: datetime) -> None:
    """Make the work `key` due in `queue`; if it is being worked on, it becomes due again afterwards."""
    row = session.scalars(select(LeaseRow).filter_by(queue=queue, key=key).with_for_update()).one_or_none()
    if row is None:
        session.add(LeaseRow(queue=queue, key=key, due_at=due_at))
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
    due = (
        select(LeaseRow)
        .where(LeaseRow.queue == queue, LeaseRow.due_at <= now)
        .where(or_(LeaseRow.owner.is_(None), LeaseRow.leased_until <= now))
        .order_by(LeaseRow.due_at, LeaseRow.id)
        .limit(1)
    )
    if keys is not None:
        due = due.where(LeaseRow.key.in_(keys))
    with database.reading() as session:
        if session.scalars(due).first() is None:
            return None
    with database.writing() as session:
        row = session.scalars(due.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.owner, row.leased_until = owner, now + timedelta(seconds=lease_s)
        row.fence += 1
        row.attempts += 1
        row.is_due_again = False
        return Lease(row.id, row.queue, row.key, row.fence, row.attempts)


def renew(session: Session, lease: Lease, now: datetime, lease_s: float) -> None:
    """Hold the work for `lease_s` seconds more.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    until = now + timedelta(seconds=lease_s)
    mine = update(LeaseRow).where(LeaseRow.id == lease.id, LeaseRow.fence == lease.fence)
    if session.scalar(mine.values(leased_until=until).returning(LeaseRow.id)) is None:
        raise LeaseLost(f"The work {lease.key!r} of {lease.queue!r} was taken over by another worker.")


def guard(session: Session, lease: Lease) -> None:
    """Make sure that the lease is still held, until this transaction ends.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    _held(session, lease)


def finish(session: Session, lease: Lease) -> None:
    """Say that the work is done; it stays if it became due again meanwhile.

    Raises:
        LeaseLost: somebody else took it over, or it was withdrawn.
    """
    row = _held(session, lease)
    if not row.is_due_again:
        session.delete(row)
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


def _held(session: Session, lease: Lease) -> LeaseRow:
    row = session.scalars(select(LeaseRow).filter_by(id=lease.id, fence=lease.fence).with_for_update()).one_or_none()
    if row is None:
        raise LeaseLost(f"The work {lease.key!r} of {lease.queue!r} was taken over by another worker.")
    return row
