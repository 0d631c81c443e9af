"""Transactional outbox: events reach each subscriber at least once and, per entity, in order.

`publish` writes the event in the transaction of the change it tells of. A subscriber handles it in a
transaction that also removes the delivery, so what it writes to the database happens exactly once.
One that keeps failing is parked where one can see it, and the entity's later events go on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ForeignKey, Index, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from homeport.kernel.base import leases
from homeport.kernel.base.database import Base, Database

EVENT_QUEUE = "event"
_ATTEMPTS_BEFORE_PARKING = 6
EVENT_LEASE_S = 60.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an entity; `type` is a dotted name, `payload` JSON."""

    type: str
    entity: str
    payload: dict[str, Any]
    at: datetime


Handler = Callable[[Session, Event], None]


class EventRow(Base):
    """An event that some subscriber has not handled yet."""

    __tablename__ = "kernel_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    entity: Mapped[str]
    payload: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class DeliveryRow(Base):
    """An event on its way to one subscriber; parked when the subscriber kept failing."""

    __tablename__ = "kernel_delivery"
    __table_args__ = (Index(None, "subscriber", "entity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("kernel_event.id"))
    subscriber: Mapped[str]
    entity: Mapped[str]
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None]
    event: Mapped[EventRow] = relationship(lazy="joined")


@dataclass
class Subscribers:
    """Who handles which type of event."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    by_type: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, event_type: str, handler: Handler) -> None:
        """Let `handler` be told of events of `event_type`; `name` stays the same across versions."""
        self.handlers[name] = handler
        self.by_type[event_type].append(name)

    def publish(self, session: Session, event: Event) -> None:
        """Store the event for its subscribers, in the transaction of `session`; without any, nothing is stored."""
        names = self.by_type.get(event.type, [])
        if not names:
            return
        row = EventRow(type=event.type, entity=event.entity, payload=event.payload, at=event.at)
        session.add(row)
        session.flush()
        for name in names:
            session.add(DeliveryRow(event_id=row.id, subscriber=name, entity=event.entity))
            leases.put(session, EVENT_QUEUE, _key(name, event.entity), event.at)

    def deliver_one(self, database: Database, owner: str, now: datetime) -> bool:
        """Deliver the oldest due event of one entity to one subscriber; return whether there was one."""
        lease = leases.take(database, EVENT_QUEUE, owner, now, EVENT_LEASE_S)
        if lease is None:
            return False
        try:
            with database.writing() as session:
                self._hand_over(session, lease, now)
        except Exception as error:  # a subscriber may fail in any way; it is retried, then parked
            _log.warning("a subscriber failed", work=lease.key, attempt=lease.attempts, exc_info=True)
            with database.writing() as session:
                _retry_or_park(session, lease, now, error)
        return True

    def _hand_over(self, session: Session, lease: leases.Lease, now: datetime) -> None:
        delivery = _next_delivery(session, lease.key)
        if delivery is not None:
            event = delivery.event
            self.handlers[delivery.subscriber](session, Event(event.type, event.entity, event.payload, event.at))
            session.delete(delivery)
            session.flush()
            _drop_if_delivered(session, event)
        _finish_or_go_on(session, lease, now)


def parked(session: Session) -> list[DeliveryRow]:
    """Return the deliveries that were given up, oldest first."""
    return list(session.scalars(select(DeliveryRow).where(DeliveryRow.parked_at.isnot(None)).order_by(DeliveryRow.id)))


def count_parked(session: Session) -> int:
    """Return how many deliveries were given up."""
    return session.scalar(select(func.count()).where(DeliveryRow.parked_at.isnot(None))) or 0


def _next_delivery(session: Session, key: str) -> DeliveryRow | None:
    subscriber, _, entity = key.partition("|")
    return session.scalars(
        select(DeliveryRow)
        .filter_by(subscriber=subscriber, entity=entity, parked_at=None)
        .order_by(DeliveryRow.id)
        .limit(1)
    ).first()


def _drop_if_delivered(session: Session, event: EventRow) -> None:
    if not session.scalar(select(exists().where(DeliveryRow.event_id == event.id))):
        session.delete(event)


def _finish_or_go_on(session: Session, lease: leases.Lease, now: datetime) -> None:
    leases.finish(session, lease)
    if _next_delivery(session, lease.key) is not None:
        session.flush()
        leases.put(session, EVENT_QUEUE, lease.key, now)


def _retry_or_park(session: Session, lease: leases.Lease, now: datetime, error: Exception) -> None:
    if lease.attempts < _ATTEMPTS_BEFORE_PARKING:
        leases.postpone(session, lease, now + timedelta(seconds=2.0**lease.attempts))
        return
    delivery = _next_delivery(session, lease.key)
    if delivery is not None:
        delivery.parked_at, delivery.error = now, f"{type(error).__name__}: {error}"
        session.flush()
    _finish_or_go_on(session, lease, now)


def _key(subscriber: str, entity: str) -> str:
    return f"{subscriber}|{entity}"
