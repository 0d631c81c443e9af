"""Timers: start a procedure at a time, once or by a cron schedule in a zone.

Ticks missed while nobody worked, or while the last run still goes on, coalesce into one, which comes after it: what
made the tick may have changed behind that run's back. A procedure whose pace says so has a run for each tick missed,
or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from cronsim import CronSim
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base import leases
from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import HomeportError
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work.approvals import start_or_ask
from homeport.kernel.work.procedures import Late, Procedures
from homeport.kernel.work.runs import is_active, plan_run

TIMER_QUEUE = "timer"
_LEASE_S = 120.0
_ON_TIME = timedelta(seconds=60)
_LONGEST_MADE_UP = timedelta(days=7)
"""Ticks missed for longer than that are gone, also where each has its run."""
_WHILE_ACTIVE = timedelta(seconds=5)
_log = structlog.get_logger(__name__)


class TimerRow(Base):
    """A timer; `cron` and `zone` say when again."""

    __tablename__ = "kernel_timer"

    key: Mapped[str] = mapped_column(primary_key=True)
    procedure: Mapped[str]
    input: Mapped[dict[str, Any]]
    cron: Mapped[str]
    zone: Mapped[str]


def set_timer(
    session: Session, key: str, cron: str, zone: str, procedure: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Start `procedure` with `values` at each tick of `cron` in `zone`; another timer of that key is replaced."""
    wanted = {"procedure": procedure, "input": dict(values), "cron": cron, "zone": zone}
    row = session.get(TimerRow, key)
    if row is not None and all(getattr(row, name) == value for name, value in wanted.items()):
        return  # it may be due sooner than at its next tick
    row = row or TimerRow(key=key)
    for name, value in wanted.items():
        setattr(row, name, value)
    session.add(row)
    leases.put(session, TIMER_QUEUE, key, next_tick(cron, zone, now))


def hasten(session: Session, key: str, now: datetime) -> None:
    """Let the timer fire now as well as at its next tick; one that is not there is passed over."""
    if session.get(TimerRow, key) is not None:
        leases.put(session, TIMER_QUEUE, key, now)


def cancel_timer(session: Session, key: str) -> None:
    """Let the timer be gone; one that is not there is passed over."""
    session.execute(delete(TimerRow).where(TimerRow.key == key))


def next_tick(cron: str, zone: str, now: datetime) -> datetime:
    """Return the first tick after `now`."""
    return next(CronSim(cron, now.astimezone(ZoneInfo(zone))))


def fire_one(database: Database, procedures: Procedures, owner: str, now: datetime) -> bool:
    """Start the run of one timer that is due; return whether there was one."""
    lease = leases.take(database, TIMER_QUEUE, owner, now, _LEASE_S)
    if lease is None:
        return False
    with database.reading() as session:
        row = session.get(TimerRow, lease.key)
    plan = _try_to_plan(procedures, row) if row else None
    with database.writing() as session:
        row = session.scalars(select(TimerRow).filter_by(key=lease.key)).one_or_none()
        if row is None:
            leases.finish(session, lease)
            return True
        late = procedures.pace(row.procedure).late if row.procedure in procedures else Late.ONCE
        is_active_still = (
            plan is not None and late is not Late.EACH and is_active(session, procedures, row.procedure, row.input)
        )
        if is_active_still and late is Late.ONCE:
            leases.postpone(session, lease, now + _WHILE_ACTIVE)
            return True
        is_skipped = late is Late.SKIP and (is_active_still or now - lease.due_at > _ON_TIME)
        if plan is not None and not is_skipped:
            start_or_ask(session, procedures, SYSTEM, row.procedure, row.input, now, plan, reason=f"timer {row.key}")
        done_until = max(lease.due_at, now - _LONGEST_MADE_UP) if late is Late.EACH else now
        leases.postpone(session, lease, next_tick(row.cron, row.zone, done_until))
    return True


def settle(session: Session, jump: timedelta, now: datetime) -> None:
    """Let timers that tick more often than `jump` go on at once after the clock was set back by it.

    The others wait: what was done at their last tick is not done twice.
    """
    for row in session.scalars(select(TimerRow)):
        first = next_tick(row.cron, row.zone, now)
        if next_tick(row.cron, row.zone, first) - first < jump:
            leases.put(session, TIMER_QUEUE, row.key, first)


def _try_to_plan(procedures: Procedures, row: TimerRow) -> Any:
    try:
        return plan_run(procedures, SYSTEM, row.procedure, row.input)
    except HomeportError as error:
        _log.warning("a timer could not start its procedure", timer=row.key, reason=error.message)
        return None
