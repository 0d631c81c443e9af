"""What waits in each queue, for whoever looks after homeport: the page Administration and /metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from homeport.kernel.base.leases import LeaseRow

_STUCK_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits in a queue: due now, being worked on, due later; how long the oldest has been due, in seconds."""

    name: str
    due: int
    working: int
    later: int
    oldest_s: float | None

    @property
    def is_stuck(self) -> bool:
        """Whether work is due and nobody takes it."""
        return self.oldest_s is not None and self.oldest_s > _STUCK_AFTER_S and not self.working


def queues_of(session: Session, now: datetime) -> list[Queue]:
    """Return the queues that hold anything, by name."""
    is_held = LeaseRow.owner.is_not(None) & (LeaseRow.leased_until > now)
    is_due = (LeaseRow.due_at <= now) & ~is_held
    query = select(
        LeaseRow.queue,
        func.count(case((is_due, 1))),
        func.count(case((is_held, 1))),
        func.count(case((LeaseRow.due_at > now, 1))),
        func.min(case((is_due, LeaseRow.due_at))),
    ).group_by(LeaseRow.queue)
    return [
        Queue(name, due, working, later, (now - oldest).total_seconds() if oldest else None)
        for name, due, working, later, oldest in session.execute(query.order_by(LeaseRow.queue))
    ]
