"""Runs: what the platform does for someone, kept so that it survives anything.

Here a run is a row: planned, started, told to stop, taken up again, looked at. `execution` does the work.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, UniqueConstraint, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base import leases
from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import Conflict, NotFound, PlanChanged, no_cursor
from homeport.kernel.base.wakeups import wake
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import Rule, authorize, may, readable, register
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work.procedures import Pace, Plan, Procedures

RUN_QUEUE = "run"
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class RunState(StrEnum):
    """Where a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NEEDS_DECISION = "needs-decision"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen unless somebody retries."""
        return self not in {RunState.WAITING, RunState.RUNNING}

    @property
    def is_retryable(self) -> bool:
        """Whether a run in this state can be taken up again."""
        return self in {RunState.FAILED, RunState.CANCELLED, RunState.NEEDS_DECISION}

    @property
    def is_cancellable(self) -> bool:
        """Whether a run in this state can be told to stop."""
        return self in {RunState.WAITING, RunState.RUNNING, RunState.NEEDS_DECISION}


class Priority(IntEnum):
    """Whose run comes first."""

    INTERACTIVE = 0
    TIMER = 10
    BULK = 20


class RunRow(Base):
    """A run: who asked for what, how it stands and how it ended.

    `authority` says who approved it (`request`, `approvals`) or under which standing approval it runs (`standing`).
    `parent_id` is the run that started it, under `parent_key`; `code` a digest of the procedure that began it;
    `reason` is why it was started, as who started it said.
    """

    __tablename__ = "kernel_run"
    __table_args__ = (
        Index(None, "created_at", "id"),
        Index(None, "state"),
        Index(None, "parent_id", "parent_key", unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    procedure: Mapped[str]
    input: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    fingerprint: Mapped[str]
    state: Mapped[str]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any] | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    authority: Mapped[dict[str, Any] | None]
    priority: Mapped[int] = mapped_column(default=Priority.INTERACTIVE)
    limit_key: Mapped[str | None]
    limit_count: Mapped[int | None]
    parent_id: Mapped[str | None]
    parent_key: Mapped[str | None]
    code: Mapped[str | None]
    reason: Mapped[str | None]


class StepRow(Base):
    """A step of a run; its recorded result is returned when the run is taken up again.

    `is_of_targets` marks a step that sums up the targets: it is done again when one of them is tried again.
    """

    __tablename__ = "kernel_run_step"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("kernel_run.id"))
    name: Mapped[str]
    state: Mapped[str]
    result: Mapped[dict[str, Any] | None]
    is_of_targets: Mapped[bool]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TargetRow(Base):
    """One of the things a run works on."""

    __tablename__ = "kernel_run_target"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("kernel_run.id"))
    name: Mapped[str]
    title: Mapped[str]
    state: Mapped[str]
    detail: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    ended_at: Mapped[datetime | None]


class LogRow(Base):
    """A line of a run's log; `number` counts from 1 within the run."""

    __tablename__ = "kernel_run_log"
    __table_args__ = (UniqueConstraint("run_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("kernel_run.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    level: Mapped[str]
    step: Mapped[str | None]
    text: Mapped[str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of runs, newest first; `after` is the cursor of the next page, None at the end."""

    runs: Sequence[RunRow]
    after: str | None


def new_id() -> str:
    """Return a short random name for a run or what belongs to one."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(10))


def log_topic(run_id: str) -> str:
    """The wake-up topic that rings when the run or its log changes."""
    return f"run:{run_id}"


def stop_topic(run_id: str) -> str:
    """The wake-up topic that rings when the run was told to stop."""
    return f"stop:{run_id}"


def plan_run(procedures: Procedures, actor: Actor, procedure: str, values: Mapping[str, Any]) -> Plan:
    """Return what a run of `procedure` would do now; nothing is changed.

    Raises:
        Forbidden: the actor may not start it.
        InvalidInput: the values don't fit the procedure.
    """
    chosen = procedures.get(procedure)
    authorize(actor, chosen.action)
    plan: Plan = chosen.plan(procedures.parse(procedure, values))
    return plan


def start_run(
    session: Session,
    procedures: Procedures,
    actor: Actor,
    procedure: str,
    values: Mapping[str, Any],
    now: datetime,
    plan: Plan,
    shown_fingerprint: str | None = None,
    authority: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> RunRow:
    """Start a run in the caller's transaction: it begins when that commits.

    `authority` is that of an approved request; where somebody may have to be asked, call `approvals.start_or_ask`.

    Raises:
        Forbidden: the actor may not start it.
        PlanChanged: the plan is another than the one whose fingerprint was shown.
        ApprovalNeeded: somebody has to approve it first.
    """
    authorize(actor, procedures.get(procedure).action)
    if shown_fingerprint is not None and shown_fingerprint != plan.fingerprint:
        raise PlanChanged("The plan has changed since it was shown. Look at the new plan and start again.")
    given = procedures.parse(procedure, values).model_dump(mode="json")
    if authority is None:
        authority = procedures.policy.judge(session, actor, procedure, given, plan, now).authority()
    row = _new_run(procedures, actor, procedure, given, now, plan, authority)
    row.reason = reason
    _store(session, row, plan, now)
    told = {"procedure": procedure} | ({"reason": reason} if reason else {})
    audit.record(session, actor, "run.start", f"run:{row.id}", after=told, now=now)
    return row


def start_child(
    session: Session,
    procedures: Procedures,
    parent: RunRow,
    key: str,
    procedure: str,
    values: Mapping[str, Any],
    now: datetime,
    plan: Plan,
) -> RunRow:
    """Start a run on behalf of `parent`, which calls it `key`; it stands under the authority that started the parent.

    Of that key there is one: another start returns it.

    Raises:
        ApprovalNeeded: somebody has to approve it first, and nobody approved the parent.
    """
    known = session.scalars(select(RunRow).filter_by(parent_id=parent.id, parent_key=key)).one_or_none()
    if known is not None:
        return known
    actor = Actor(
        cast("Any", parent.actor_kind), parent.actor_id, parent.actor_name, Role.VIEWER
    )  # may more: it started the parent
    given = procedures.parse(procedure, values).model_dump(mode="json")
    authority = parent.authority or procedures.policy.judge(session, actor, procedure, given, plan, now).authority()
    row = _new_run(procedures, actor, procedure, given, now, plan, authority)
    row.parent_id, row.parent_key, row.priority = parent.id, key, parent.priority
    _store(session, row, plan, now)
    audit.record(
        session, actor, "run.start", f"run:{row.id}", after={"procedure": procedure, "parent": parent.id}, now=now
    )
    return row


def _new_run(
    procedures: Procedures,
    actor: Actor,
    procedure: str,
    given: dict[str, Any],
    now: datetime,
    plan: Plan,
    authority: Mapping[str, Any] | None,
) -> RunRow:
    pace = procedures.pace(procedure)
    limit = pace.limit(procedure, given)
    return RunRow(
        id=new_id(),
        procedure=procedure,
        input=given,
        plan=plan.to_json(),
        fingerprint=plan.fingerprint,
        authority=dict(authority) if authority else None,
        state=RunState.WAITING,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=now,
        priority=_priority(actor.kind, pace),
        limit_key=limit.key if limit else None,
        limit_count=limit.count if limit else None,
    )


def _priority(actor_kind: str, pace: Pace) -> Priority:
    if actor_kind != SYSTEM.kind:
        return Priority.INTERACTIVE
    return Priority.BULK if pace.is_bulk else Priority.TIMER


def _store(session: Session, row: RunRow, plan: Plan, now: datetime) -> None:
    session.add(row)
    session.flush()
    for target in plan.targets:
        session.add(TargetRow(run_id=row.id, name=target.name, title=target.title, state=RunState.WAITING))
    _enqueue(session, row, now)


def _enqueue(session: Session, row: RunRow, now: datetime) -> None:
    limit = leases.Limit(row.limit_key, row.limit_count) if row.limit_key and row.limit_count else None
    leases.put(session, RUN_QUEUE, row.id, now, priority=row.priority, limit=limit)


def cancel_run(session: Session, actor: Actor, run_id: str, now: datetime) -> RunRow:
    """Tell the run and those it started to stop: at once if nobody works on it, else within a moment.

    Raises:
        Forbidden: the actor neither started it nor may cancel what others started.
        Conflict: it has ended already.
    """
    row = get_run(session, run_id)
    if not may_cancel(actor, row):
        authorize(actor, "run.cancel")
    if not RunState(row.state).is_cancellable:
        raise Conflict(f"Run {run_id} has already ended ({row.state}); there is nothing to cancel.")
    _cancel(session, row, now)
    audit.record(session, actor, "run.cancel", f"run:{run_id}", now=now)
    return row


def _cancel(session: Session, row: RunRow, now: datetime) -> None:
    _cancel_children(session, row, now)  # before it: who ends takes rows in the same order
    is_idle = leases.withdraw(session, RUN_QUEUE, row.id, now)
    _cancel_children(session, row, now)  # those that it started until now
    session.refresh(row)  # it may have ended before nobody worked on it
    if not RunState(row.state).is_cancellable:
        return
    row.cancel_asked_at = now
    wake(session, stop_topic(row.id))
    if is_idle:
        end_run(session, row, RunState.CANCELLED, now)
    else:
        wake(session, log_topic(row.id))


def _cancel_children(session: Session, row: RunRow, now: datetime) -> None:
    for child in children_of(session, row.id):
        if RunState(child.state).is_cancellable and child.cancel_asked_at is None:
            _cancel(session, child, now)


def end_run(session: Session, row: RunRow, state: RunState, now: datetime) -> None:
    """Record how the run ended, and wake the run that waits for it."""
    row.state, row.ended_at = state, now
    for step in steps_of(session, row.id):
        if step.state == RunState.RUNNING:
            step.state, step.ended_at = state, None
    for target in targets_of(session, row.id):
        if not RunState(target.state).has_ended:
            target.state, target.ended_at = RunState.CANCELLED, now
    wake(session, log_topic(row.id))
    if row.parent_id is not None:
        session.flush()
        leases.hasten(session, RUN_QUEUE, row.parent_id, now)


def may_cancel(actor: Actor, row: RunRow) -> bool:
    """Whether `actor` may tell the run to stop: who started it may, whatever their role is by now."""
    return (actor.kind, actor.id) == (row.actor_kind, row.actor_id) or may(actor, "run.cancel")


def retry_action(procedures: Procedures, row: RunRow) -> str:
    """Return the action that retrying the run is: that of its procedure, as if it was started anew."""
    return procedures.get(row.procedure).action if row.procedure in procedures else "run.retry"


def retry_run(session: Session, procedures: Procedures, actor: Actor, run_id: str, now: datetime) -> RunRow:
    """Take up a run that did not succeed, and those it started: what was done stays done, what failed is tried again.

    Raises:
        Forbidden: the actor may not start such a run.
        Conflict: the run goes on still, or has succeeded.
    """
    row = get_run(session, run_id)
    authorize(actor, retry_action(procedures, row))
    if not RunState(row.state).is_retryable:
        raise Conflict(f"Run {run_id} is {row.state}; only one that failed or stopped can be retried.")
    _retry(session, row, now)
    audit.record(session, actor, "run.retry", f"run:{run_id}", now=now)
    return row


def _retry(session: Session, row: RunRow, now: datetime) -> None:
    for child in children_of(session, row.id):
        if RunState(child.state).is_retryable:
            _retry(session, child, now)
    row.state, row.ended_at, row.cancel_asked_at = RunState.WAITING, None, None
    row.error_code = row.error_message = row.code = None
    session.execute(delete(StepRow).where(StepRow.run_id == row.id, StepRow.is_of_targets))
    again = update(TargetRow).where(TargetRow.run_id == row.id, TargetRow.state != RunState.SUCCEEDED)
    session.execute(again.values(state=RunState.WAITING, detail=None, ended_at=None))
    _enqueue(session, row, now)
    wake(session, log_topic(row.id))


def children_of(session: Session, run_id: str) -> Sequence[RunRow]:
    """Return the runs that the run started, oldest first."""
    return session.scalars(select(RunRow).filter_by(parent_id=run_id).order_by(RunRow.created_at, RunRow.id)).all()


def family_of(session: Session, run_id: str) -> frozenset[str]:
    """Return the ids of the run and of all that it and those it started have started."""
    family, last = {run_id}, {run_id}
    while last:
        last = set(session.scalars(select(RunRow.id).where(RunRow.parent_id.in_(last))))
        family |= last
    return frozenset(family)


def needed_for(session: Session, run_id: str) -> frozenset[str]:
    """Return the ids of the runs that have to get on for the run to end: its family, and what stands before that.

    Before a run stands what has begun under the same limit; whoever began it may be gone by now.
    """
    family = family_of(session, run_id)
    limits = select(RunRow.limit_key).where(RunRow.id.in_(family), RunRow.limit_key.is_not(None))
    begun = select(RunRow.id).where(
        RunRow.limit_key.in_(limits), RunRow.started_at.is_not(None), RunRow.ended_at.is_(None)
    )
    return family.union(*(family_of(session, one) for one in session.scalars(begun)))


def get_run(session: Session, run_id: str) -> RunRow:
    """Return the run.

    Raises:
        NotFound: there is no run of that id.
    """
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFound(f"There is no run {run_id!r}. `homeport runs list` shows the runs there are.")
    return row


def list_runs(
    session: Session,
    actor: Actor | None,
    state: str | None = None,
    procedure: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> Page:
    """Return a page of runs, newest first.

    Raises:
        InvalidFilter: `after` is no cursor that a page gave.
    """
    query = readable(actor, select(RunRow)).order_by(RunRow.created_at.desc(), RunRow.id.desc()).limit(limit + 1)
    if state:
        query = query.where(RunRow.state == state)
    if procedure:
        query = query.where(RunRow.procedure == procedure)
    if after:
        last = session.get(RunRow, after)
        if last is None:
            raise no_cursor(after)
        same_time = (RunRow.created_at == last.created_at) & (RunRow.id < last.id)
        query = query.where((RunRow.created_at < last.created_at) | same_time)
    rows = session.scalars(query).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def count_by_state(session: Session) -> dict[str, int]:
    """Return how many runs there are in each state."""
    return dict(session.execute(select(RunRow.state, func.count()).group_by(RunRow.state)).all())


def steps_of(session: Session, run_id: str) -> Sequence[StepRow]:
    """Return the steps begun so far, in order."""
    return session.scalars(select(StepRow).filter_by(run_id=run_id).order_by(StepRow.id)).all()


def targets_of(session: Session, run_id: str) -> Sequence[TargetRow]:
    """Return the targets in the order of the plan."""
    return session.scalars(select(TargetRow).filter_by(run_id=run_id).order_by(TargetRow.id)).all()


def log_of(session: Session, run_id: str, after: int = 0, limit: int = 1000) -> Sequence[LogRow]:
    """Return log lines with a number above `after`, in order."""
    query = select(LogRow).where(LogRow.run_id == run_id, LogRow.number > after).order_by(LogRow.number)
    return session.scalars(query.limit(limit)).all()


def last_line_of(session: Session, run_id: str) -> int:
    """Return the number of the last line of the run's log, 0 if there is none."""
    return session.scalar(select(func.max(LogRow.number)).filter_by(run_id=run_id)) or 0


def active_runs(session: Session, procedure: str) -> Sequence[RunRow]:
    """Return the runs of `procedure` that have not ended yet, oldest first."""
    live = select(RunRow).where(RunRow.procedure == procedure, RunRow.ended_at.is_(None))
    return session.scalars(live.order_by(RunRow.created_at, RunRow.id)).all()


def is_active(session: Session, procedures: Procedures, procedure: str, values: Mapping[str, Any]) -> bool:
    """Whether a run of `procedure` with this very input has not ended yet; what is left out has its default."""
    wanted = procedures.parse(procedure, values).model_dump(mode="json")
    live = select(RunRow.input).where(RunRow.procedure == procedure, RunRow.ended_at.is_(None))
    return any(found == wanted for found in session.scalars(live))


def is_waiting(session: Session, procedures: Procedures, procedure: str, values: Mapping[str, Any]) -> bool:
    """Whether a run of `procedure` with this very input has yet to begin, and so will see what is there by then."""
    wanted = procedures.parse(procedure, values).model_dump(mode="json")
    waiting = select(RunRow.input).where(RunRow.procedure == procedure, RunRow.state == RunState.WAITING)
    return any(found == wanted for found in session.scalars(waiting))


RUN_RULES = (
    Rule("run.read", Role.VIEWER),
    Rule("run.cancel", Role.OPERATOR),
    Rule("run.retry", Role.OPERATOR),
)
register(*RUN_RULES)
