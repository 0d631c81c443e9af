"""Requests for approval: rows that wait for people, so that no run has to.

A request is bound to the fingerprint of a plan. When enough people approved, the plan is made again: is it still the
same, the run starts in the transaction of the last approval, on the authority of who asked; else the request is void
and another one asks for the new plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base import leases
from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import (
    Conflict,
    Forbidden,
    HomeportError,
    InvalidFilter,
    MoreThanApproved,
    NotFound,
    PlanChanged,
    Unavailable,
)
from homeport.kernel.base.events import Event
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import Rule, authorize, may, register, who_may
from homeport.kernel.trust.identity import SYSTEM, Actor, ApiToken, Person, Role
from homeport.kernel.work.approval_rules import Judgement, Requirement
from homeport.kernel.work.procedures import Plan, Procedures
from homeport.kernel.work.runs import RunRow, RunState, TargetRow, get_run, new_id, plan_run, retry_run, start_run

APPROVAL_QUEUE = "approval"
ASKED = "approval.asked"
DECIDED = "approval.decided"
_LEASE_S = 60.0
_TRY_AGAIN_AFTER = timedelta(seconds=30)
_MOST_WAITING = 500


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


class Hindrance(StrEnum):
    """Why somebody may not decide a request."""

    CLOSED = "closed"
    PROGRAM = "program"
    ASKED = "asked"
    NOT_NAMED = "not-named"
    DECIDED = "decided"


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


class DecisionRow(Base):
    """What one person decided on a request; `meets` are the numbers of the requirements that it counts for."""

    __tablename__ = "kernel_approval_decision"
    __table_args__ = (UniqueConstraint("approval_id", "actor_kind", "actor_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    approval_id: Mapped[str] = mapped_column(ForeignKey("kernel_approval.id"))
    is_approval: Mapped[bool]
    actor_kind: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    at: Mapped[datetime]
    note: Mapped[str | None]
    meets: Mapped[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of requests, newest first; `after` is the cursor of the next page, None at the end."""

    requests: Sequence[ApprovalRow]
    after: str | None


def start_or_ask(
    session: Session,
    procedures: Procedures,
    actor: Actor,
    procedure: str,
    values: Mapping[str, Any],
    now: datetime,
    plan: Plan,
    shown_fingerprint: str | None = None,
    reason: str | None = None,
) -> RunRow | ApprovalRow:
    """Start a run as `start_run` does, or ask those who have to approve it first, in the caller's transaction.

    What the same actor asked before and is still open is not asked twice.

    Raises:
        Forbidden: the actor may not start it.
        PlanChanged: the plan is another than the one whose fingerprint was shown.
    """
    authorize(actor, procedures.get(procedure).action)
    given = procedures.parse(procedure, values).model_dump(mode="json")
    judgement = procedures.policy.judge(session, actor, procedure, given, plan, now)
    if not judgement.requirements:
        return start_run(session, procedures, actor, procedure, values, now, plan, shown_fingerprint)
    if shown_fingerprint is not None and shown_fingerprint != plan.fingerprint:
        raise PlanChanged("The plan has changed since it was shown. Look at the new plan and start again.")
    return _ask(session, procedures, actor, procedure, given, now, plan, judgement, reason=reason)


def approve(
    database: Database, procedures: Procedures, actor: Actor, request_id: str, now: datetime, note: str = ""
) -> ApprovalRow:
    """Approve the request; where nobody else has to, the run starts in the same transaction.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor is none of those who may decide.
        Conflict: it is not open any more, or the actor decided before.
        PlanChanged: the plan is another by now; the request is void and another one asks for the new plan.
    """
    with database.reading() as session:
        row = get_request(session, request_id)
        _check_may_decide(session, row, actor, now)
        asker = _asker(session, row, now)
    again = _plan_again(procedures, asker, row)
    with database.writing() as session:
        row = _locked(session, request_id)
        meets = _check_may_decide(session, row, actor, now)
        if not _voided(session, procedures, row, asker, again, now):
            _decide(session, row, actor, now, note, meets, is_approval=True)
            if not missing_of(session, row):
                _use(session, procedures, row, asker, again, now)
    if row.state == ApprovalState.VOID:
        raise PlanChanged(f"Request {row.id} is void: {row.note}")
    return row


def refuse(
    session: Session, procedures: Procedures, actor: Actor, request_id: str, now: datetime, note: str = ""
) -> ApprovalRow:
    """Refuse the request: nothing is done.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor is none of those who may decide.
        Conflict: it is not open any more.
    """
    row = _locked(session, request_id)
    meets = _check_may_decide(session, row, actor, now)
    _decide(session, row, actor, now, note, meets, is_approval=False)
    _end(session, procedures, row, ApprovalState.REFUSED, now, note or None)
    return row


def withdraw(session: Session, procedures: Procedures, actor: Actor, request_id: str, now: datetime) -> ApprovalRow:
    """Take the request back: who asked may, and who may take back anybody's.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor did not ask, and may not withdraw what others asked.
        Conflict: it is not open any more.
    """
    row = _locked(session, request_id)
    if not is_asker(session, row, actor):
        authorize(actor, "approval.withdraw")
    _check_open(row, now)
    audit.record(session, actor, "approval.withdraw", f"approval:{row.id}", now=now)
    _end(session, procedures, row, ApprovalState.WITHDRAWN, now, None)
    return row


def get_request(session: Session, request_id: str) -> ApprovalRow:
    """Return the request.

    Raises:
        NotFound: there is none of that id.
    """
    row = session.get(ApprovalRow, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id!r}. `homeport approvals list` shows those there are.")
    return row


def list_requests(session: Session, state: str | None = None, limit: int = 50, after: str | None = None) -> Page:
    """Return a page of requests, newest first.

    Raises:
        InvalidFilter: `after` is no cursor that a page gave.
    """
    query = select(ApprovalRow).order_by(ApprovalRow.created_at.desc(), ApprovalRow.id.desc()).limit(limit + 1)
    if state:
        query = query.where(ApprovalRow.state == state)
    if after:
        last = session.get(ApprovalRow, after)
        if last is None:
            raise InvalidFilter(f"{after!r} is no cursor; take `after` from the page before.")
        same_time = (ApprovalRow.created_at == last.created_at) & (ApprovalRow.id < last.id)
        query = query.where((ApprovalRow.created_at < last.created_at) | same_time)
    rows = session.scalars(query).all()
    return Page(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[ApprovalRow]:
    """Return the requests that `actor` may decide now, those that expire first in front."""
    live = (ApprovalRow.state == ApprovalState.WAITING, ApprovalRow.expires_at > now)
    rows = session.scalars(select(ApprovalRow).where(*live).order_by(ApprovalRow.expires_at).limit(_MOST_WAITING))
    return [row for row in rows if find_hindrance(session, row, actor, now) is None]


def decisions_of(session: Session, request_id: str) -> Sequence[DecisionRow]:
    """Return what was decided on the request, in order."""
    return session.scalars(select(DecisionRow).filter_by(approval_id=request_id).order_by(DecisionRow.id)).all()


def missing_of(session: Session, row: ApprovalRow) -> list[tuple[Requirement, int]]:
    """Return the requirements that are not met yet, each with how many approvals it lacks."""
    session.flush()
    approvals = [one for one in decisions_of(session, row.id) if one.is_approval]
    lacking = []
    for number, requirement in enumerate(row.required):
        given = sum(number in one.meets["requirements"] for one in approvals)
        if given < requirement.count:
            lacking.append((requirement, requirement.count - given))
    return lacking


def open_request_of(session: Session, run_id: str) -> ApprovalRow | None:
    """Return the open request of a run that stopped and asked, or None."""
    query = select(ApprovalRow).where(ApprovalRow.run_id == run_id, ApprovalRow.state.in_(_OPEN))
    return session.scalars(query.order_by(ApprovalRow.created_at.desc())).first()


def is_asker(session: Session, row: ApprovalRow, actor: Actor) -> bool:
    """Whether `actor` is who asked, also by an API token of theirs."""
    if (actor.kind, actor.id) == (row.actor_kind, row.actor_id):
        return True
    token = session.get(ApiToken, int(row.actor_id)) if row.actor_kind == "token" else None
    return token is not None and token.created_by == actor.name


def find_hindrance(session: Session, row: ApprovalRow, actor: Actor, now: datetime) -> Hindrance | None:
    """Return why `actor` may not decide the request, or None if they may."""
    if not may(actor, "approval.decide"):
        return Hindrance.NOT_NAMED
    if not _is_waiting(row, now):
        return Hindrance.CLOSED
    if actor.kind not in {"person", "command"}:
        return Hindrance.PROGRAM
    if not _met_by(session, row, actor):
        would_count = any(one.accepts(actor, is_asker=False) for one in row.required)
        return Hindrance.ASKED if would_count else Hindrance.NOT_NAMED
    if any((one.actor_kind, one.actor_id) == (actor.kind, actor.id) for one in decisions_of(session, row.id)):
        return Hindrance.DECIDED
    return None


def stop_if_more(database: Database, procedures: Procedures, row: RunRow, now: datetime) -> None:
    """Return unless the run `row` would now replace or delete more than its plan says; then ask for the new plan.

    Raises:
        MoreThanApproved: it would; the message names the request.
    """
    approved = Plan.from_json(row.plan).changes
    if approved is None:
        return
    with database.reading() as session:
        asker = _asker(session, row, now) or _former(row)
    plan = _plan(procedures, row)
    if plan.changes is None or not plan.changes.destroys_more_than(approved):
        return
    with database.writing() as session:
        judgement = procedures.policy.judge(session, asker, row.procedure, row.input, plan, now)
        if judgement.standing is not None:
            return
        request = _ask(session, procedures, asker, row.procedure, row.input, now, plan, judgement, run_id=row.id)
    raise MoreThanApproved(
        f"{plan.changes.replace} would be replaced and {plan.changes.delete} deleted by now, where {approved.replace} "
        f"and {approved.delete} were approved. Request {request.id} asks for approval of the new plan."
    )


def settle_one(database: Database, procedures: Procedures, owner: str, now: datetime) -> bool:
    """Expire one request that is due, or start what was approved while something was away; return whether one was."""
    lease = leases.take(database, APPROVAL_QUEUE, owner, now, _LEASE_S)
    if lease is None:
        return False
    with database.reading() as session:
        row = get_request(session, lease.key)
        asker = _asker(session, row, now)
    is_to_start = row.state == ApprovalState.APPROVED and row.expires_at > now
    again = _plan_again(procedures, asker, row) if is_to_start else None  # which only this lease may start
    with database.writing() as session:
        leases.guard(session, lease)
        row = _locked(session, lease.key)
        if ApprovalState(row.state).is_open and row.expires_at <= now:
            audit.record(session, SYSTEM, "approval.expire", f"approval:{row.id}", now=now)
            _end(session, procedures, row, ApprovalState.EXPIRED, now, None)
        elif again is not None and not _voided(session, procedures, row, asker, again, now):
            _use(session, procedures, row, asker, again, now)
        if not ApprovalState(row.state).is_open:
            leases.finish(session, lease)
        else:
            leases.postpone(session, lease, _due_at(row, now))
    return True


def _ask(
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


def _confirmation(procedures: Procedures, procedure: str) -> Requirement:
    """Where no rule says who approves a new plan, whoever may start the procedure does, also who asked."""
    return Requirement(role=who_may(procedures.get(procedure).action).role, self_approval=True)


def _plan_again(procedures: Procedures, asker: Actor | None, row: ApprovalRow) -> Plan | HomeportError:
    if asker is None:
        return Forbidden(f"{row.actor_name}, who asked, may not start anything any more.")
    try:
        if row.run_id is not None:  # it was allowed when that run started
            return _plan(procedures, row)
        return plan_run(procedures, asker, row.procedure, row.input)
    except HomeportError as error:
        return error


def _plan(procedures: Procedures, row: ApprovalRow | RunRow) -> Plan:
    plan: Plan = procedures.get(row.procedure).plan(procedures.parse(row.procedure, row.input))
    return plan


def _voided(
    session: Session,
    procedures: Procedures,
    row: ApprovalRow,
    asker: Actor | None,
    again: Plan | HomeportError,
    now: datetime,
) -> bool:
    """Whether the request can't be approved any more; a plan that changed is asked for anew."""
    if row.run_id is not None and not _still_asks(session, row.run_id):
        _end(session, procedures, row, ApprovalState.VOID, now, f"Run {row.run_id} does not wait for this any more.")
        return True
    if isinstance(again, Unavailable):
        return False
    if isinstance(again, HomeportError):
        _end(session, procedures, row, ApprovalState.VOID, now, f"It can't be planned any more. {again.message}")
        return True
    if again.fingerprint == row.fingerprint:
        return False
    assert asker is not None
    judgement = procedures.policy.judge(session, asker, row.procedure, row.input, again, now)
    stopped_run = row.run_id
    _end(session, procedures, row, ApprovalState.VOID, now, None)
    anew = _ask(
        session, procedures, asker, row.procedure, row.input, now, again, judgement,
        reason=row.reason, run_id=stopped_run,
    )  # fmt: skip
    row.replaced_by = anew.id
    row.note = f"The plan has changed since it was asked for; request {anew.id} asks for the new one."
    return True


def _still_asks(session: Session, run_id: str) -> bool:
    """Whether the run that stopped and asked still waits; somebody may have cancelled or retried it.

    Raises:
        Conflict: it is at work, perhaps just about to stop.
    """
    state = RunState(get_run(session, run_id).state)
    if not state.has_ended:
        raise Conflict(f"Run {run_id} is {state}. Try again when it has stopped.")
    return state is RunState.NEEDS_DECISION


def _use(
    session: Session,
    procedures: Procedures,
    row: ApprovalRow,
    asker: Actor | None,
    again: Plan | HomeportError,
    now: datetime,
) -> None:
    """Start what was approved, or note what it waits for."""
    if isinstance(again, HomeportError) or asker is None:
        row.state = ApprovalState.APPROVED
        row.note = again.message if isinstance(again, HomeportError) else None
        leases.put(session, APPROVAL_QUEUE, row.id, _due_at(row, now))
        return
    authority = {"request": row.id, "approvals": [_told(one) for one in decisions_of(session, row.id)]}
    if row.run_id is not None:
        _go_on(session, row, again, authority, now)
    else:
        run = start_run(
            session, procedures, asker, row.procedure, row.input, now, again, row.fingerprint, authority=authority
        )
        row.run_id = run.id
    _end(session, procedures, row, ApprovalState.USED, now, None)


def _go_on(session: Session, row: ApprovalRow, plan: Plan, authority: Mapping[str, Any], now: datetime) -> None:
    """Let the run that stopped go on by the new plan; what it did stays done."""
    assert row.run_id
    run = retry_run(session, SYSTEM, row.run_id, now)
    known = set(session.scalars(select(TargetRow.name).where(TargetRow.run_id == run.id)))
    for target in plan.targets:
        if target.name not in known:
            session.add(TargetRow(run_id=run.id, name=target.name, title=target.title, state=RunState.WAITING))
    run.plan, run.fingerprint, run.authority = plan.to_json(), plan.fingerprint, dict(authority)


def _decide(
    session: Session,
    row: ApprovalRow,
    actor: Actor,
    now: datetime,
    note: str,
    meets: list[int],
    *,
    is_approval: bool,
) -> None:
    decision = DecisionRow(
        approval_id=row.id,
        is_approval=is_approval,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        at=now,
        note=note or None,
        meets={"requirements": meets},
    )
    session.add(decision)
    action = "approval.approve" if is_approval else "approval.refuse"
    told = {"fingerprint": row.fingerprint, "note": note or None}
    audit.record(session, actor, action, f"approval:{row.id}", now=now, after=told)


def _end(
    session: Session, procedures: Procedures, row: ApprovalRow, state: ApprovalState, now: datetime, note: str | None
) -> None:
    row.state, row.ended_at, row.note = state, now, note
    _publish(session, procedures, row, DECIDED, now)


def _publish(session: Session, procedures: Procedures, row: ApprovalRow, kind: str, now: datetime) -> None:
    payload = {"state": row.state, "procedure": row.procedure, "run": row.run_id, "asked_by": row.actor_name}
    procedures.policy.publish(session, Event(kind, f"approval:{row.id}", payload, now))


def _check_may_decide(session: Session, row: ApprovalRow, actor: Actor, now: datetime) -> list[int]:
    """Return the numbers of the requirements that the actor's approval counts for."""
    authorize(actor, "approval.decide")
    _check_open(row, now)
    told = "; ".join(map(str, row.required))
    match find_hindrance(session, row, actor, now):
        case Hindrance.PROGRAM:
            raise Forbidden(f"{actor.name} is a program; people approve: {told}.")
        case Hindrance.ASKED:
            raise Forbidden(f"{actor.name} asked for this, so somebody else has to approve it: {told}.")
        case Hindrance.DECIDED:
            raise Conflict(f"{actor.name} has already decided on request {row.id}.")
        case None:
            return _met_by(session, row, actor)
    raise Forbidden(f"{actor.name} ({actor.role}) may not decide request {row.id}; it takes {told}.")


def _met_by(session: Session, row: ApprovalRow, actor: Actor) -> list[int]:
    asks = is_asker(session, row, actor)
    return [number for number, one in enumerate(row.required) if one.accepts(actor, is_asker=asks)]


def _is_waiting(row: ApprovalRow, now: datetime) -> bool:
    return row.state == ApprovalState.WAITING and row.expires_at > now


def _check_open(row: ApprovalRow, now: datetime) -> None:
    if not _is_waiting(row, now):
        state = ApprovalState.EXPIRED if row.state == ApprovalState.WAITING else row.state
        raise Conflict(f"Request {row.id} is {state}; nothing can be decided any more. Plan and start again.")


def _asker(session: Session, row: ApprovalRow | RunRow, now: datetime) -> Actor | None:
    """Return who asked with the role they have now, or None if they may nothing any more."""
    if row.actor_kind == "system":
        return SYSTEM
    if row.actor_kind == "command":
        return Actor("command", row.actor_id, row.actor_name, Role.ADMIN)
    if row.actor_kind == "person":
        person = session.get(Person, int(row.actor_id))
        return Actor("person", row.actor_id, person.name, Role(person.role)) if person else None
    token = session.get(ApiToken, int(row.actor_id))
    is_live = token is not None and token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
    return Actor("token", row.actor_id, token.name, Role(token.role)) if token and is_live else None


def _former(row: RunRow) -> Actor:
    """Who started the run and may nothing any more, so that their name stands on what the run asks."""
    return Actor(cast("Any", row.actor_kind), row.actor_id, row.actor_name, Role.VIEWER)


def _locked(session: Session, request_id: str) -> ApprovalRow:
    get_request(session, request_id)
    return session.scalars(
        select(ApprovalRow).filter_by(id=request_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _due_at(row: ApprovalRow, now: datetime) -> datetime:
    return min(row.expires_at, now + _TRY_AGAIN_AFTER) if row.state == ApprovalState.APPROVED else row.expires_at


def _told(decision: DecisionRow) -> dict[str, Any]:
    """An approval as it is recorded on the run."""
    told = {"kind": decision.actor_kind, "id": decision.actor_id, "name": decision.actor_name, "note": decision.note}
    return {**told, "at": decision.at.isoformat()}


_OPEN = [state for state in ApprovalState if state.is_open]

register(
    Rule("approval.read", Role.VIEWER),
    Rule("approval.decide", Role.VIEWER),
    Rule("approval.withdraw", Role.OPERATOR),
)
