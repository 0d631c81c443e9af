"""Requests for approval: rows that wait for people, so that no run has to.

A request is bound to the fingerprint of a plan, and ends: used, refused, withdrawn, expired, or void.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base import leases
from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import Conflict, NotFound, no_cursor
from homeport.kernel.base.events import Event
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import Rule, readable, register, who_may
from homeport.kernel.trust.identity import Actor, Role
from homeport.kernel.work.approval_rules import Judgement, Requirement
from homeport.kernel.work.procedures import Plan, Procedures
from homeport.kernel.work.runs import new_id

APPROVAL_QUEUE = "approval"
ASKED = "approval.asked"
DECIDED = "approval.decided"


class ApprovalState(StrEnum):
    """Where a request stands; `approved` is one whose run can't start yet since something is away."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    USED = "used"
    VOID = "void"

    @property
    def is_open(self) -> bool:
        """Whether something may still come of it."""
        return self in {ApprovalState.WAITING, ApprovalState.APPROVED}


class ApprovalRow(Base):
    """A request for approval of one plan.

    `run_id` is the run that it started, or the one that stopped and asked. `replaced_by` is the request for the new
    plan where this one is void; `note` says why it ended or what it waits for.
    """

    __tablename__ = "kernel_approval"
    __table_args__ = (Index(None, "created_at", "id"), Index(None, "state"), Index(None, "run_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    procedure: Mapped[str]
    input: Mapped[dict[str, Any]]
    plan: Mapped[dict[str, Any]]
    fingerprint: Mapped[str]
    requirements: Mapped[dict[str, Any]]
    state: Mapped[str]
    reason: Mapped[str | None]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    note: Mapped[str | None]
    run_id: Mapped[str | None]
    replaced_by: Mapped[str | None]

    @property
    def required(self) -> list[Requirement]:
        """Whose approvals are needed; every one of them has to be met."""
        return [Requirement.from_json(one) for one in self.requirements["all"]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of requests, newest first; `after` is the cursor of the next page, None at the end."""

    requests: Sequence[ApprovalRow]
    after: str | None


def get_request(session: Session, request_id: str) -> ApprovalRow:
    """Return the request.

    Raises:
        NotFound: there is none of that id.
    """
    row = session.get(ApprovalRow, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id!r}. `homeport approvals list` shows those there are.")
    return row


def locked_request(session: Session, request_id: str) -> ApprovalRow:
    """Return the request as it is now, and keep others from changing it until the transaction ends."""
    get_request(session, request_id)
    return session.scalars(
        select(ApprovalRow).filter_by(id=request_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def list_requests(
    session: Session, actor: Actor | None, state: str | None = None, limit: int = 50, after: str | None = None
) -> Page:
    """Return a page of requests, newest first.

    Raises:
        InvalidFilter: `after` is no cursor that a page gave.
    """
    newest_first = (ApprovalRow.created_at.desc(), ApprovalRow.id.desc())
    query = readable(actor, select(ApprovalRow)).order_by(*newest_first).limit(limit + 1)
    if state:
        query = query.where(ApprovalRow.state == state)
    if after:
        last = session.get(ApprovalRow, after)
        if last is None:
            raise no_cursor(after)
        same_time = (ApprovalRow.created_at == last.created_at) & (ApprovalRow.id < last.id)
        query = query.where((ApprovalRow.created_at < last.created_at) | same_time)
    rows = session.scalars(query).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def open_request_of(session: Session, run_id: str) -> ApprovalRow | None:
    """Return the open request of a run that stopped and asked, or None."""
    query = select(ApprovalRow).where(ApprovalRow.run_id == run_id, ApprovalRow.state.in_(_OPEN))
    return session.scalars(query.order_by(ApprovalRow.created_at.desc())).first()


def ask(
    session: Session,
    procedures: Procedures,
    actor: Actor,
    procedure: str,
    values: Mapping[str, Any],
    now: datetime,
    plan: Plan,
    judgement: Judgement,
    *,
    reason: str | None = None,
    run_id: str | None = None,
) -> ApprovalRow:
    """Ask for approval of the plan, or return the open request for the same; `run_id` is the run that stopped."""
    same = select(ApprovalRow).filter_by(actor_kind=actor.kind, actor_id=actor.id, procedure=procedure, run_id=run_id)
    same = same.filter_by(fingerprint=plan.fingerprint).where(
        ApprovalRow.state.in_(_OPEN), ApprovalRow.expires_at > now
    )
    for asked in session.scalars(same):
        if asked.input == dict(values):
            return asked
    required = judgement.requirements or (_confirmation(procedures, procedure),)
    row = ApprovalRow(
        id=new_id(),
        procedure=procedure,
        input=dict(values),
        plan=plan.to_json(),
        fingerprint=plan.fingerprint,
        requirements={"all": [one.to_json() for one in required]},
        state=ApprovalState.WAITING,
        reason=reason,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        created_at=now,
        expires_at=now + judgement.expires_after,
        run_id=run_id,
    )
    session.add(row)
    session.flush()
    leases.put(session, APPROVAL_QUEUE, row.id, row.expires_at)
    told = {"procedure": procedure, "fingerprint": plan.fingerprint, "needs": [str(one) for one in required]}
    audit.record(session, actor, "approval.ask", f"approval:{row.id}", now=now, after=told)
    _publish(session, procedures, row, ASKED, now)
    return row


def end_request(
    session: Session, procedures: Procedures, row: ApprovalRow, state: ApprovalState, now: datetime, note: str | None
) -> None:
    """Note how the request ended and why, and tell of it."""
    row.state, row.ended_at, row.note = state, now, note
    _publish(session, procedures, row, DECIDED, now)


def is_waiting(row: ApprovalRow, now: datetime) -> bool:
    """Whether somebody may still decide it."""
    return row.state == ApprovalState.WAITING and row.expires_at > now


def check_open(row: ApprovalRow, now: datetime) -> None:
    """Return if somebody may still decide it.

    Raises:
        Conflict: it has ended.
    """
    if not is_waiting(row, now):
        state = ApprovalState.EXPIRED if row.state == ApprovalState.WAITING else row.state
        raise Conflict(f"Request {row.id} is {state}; nothing can be decided any more. Plan and start again.")


def _confirmation(procedures: Procedures, procedure: str) -> Requirement:
    """Where no rule says who approves a new plan, whoever may start the procedure does, also who asked."""
    return Requirement(role=who_may(procedures.get(procedure).action).role, self_approval=True)


def _publish(session: Session, procedures: Procedures, row: ApprovalRow, kind: str, now: datetime) -> None:
    payload = {"state": row.state, "procedure": row.procedure, "run": row.run_id, "asked_by": row.actor_name}
    procedures.policy.publish(session, Event(kind, f"approval:{row.id}", payload, now))


_OPEN = [state for state in ApprovalState if state.is_open]

register(
    Rule("approval.read", Role.VIEWER),
    Rule("approval.decide", Role.VIEWER),
    Rule("approval.withdraw", Role.OPERATOR),
)
