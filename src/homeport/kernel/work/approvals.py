"""Approvals: what a plan needs before it runs is asked of people, and what they approved starts.

When enough people approved, the plan is made again: is it still the same, the run starts in the transaction of the
last approval, on the authority of who asked; else the request is void and another one asks for the new plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import (
    Conflict,
    Forbidden,
    HomeportError,
    MoreThanApproved,
    PlanChanged,
    Unavailable,
)
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import SYSTEM, Actor, Person, Role
from homeport.kernel.work.approval_decisions import (
    check_may_decide,
    decide,
    decisions_of,
    is_asker,
    missing_of,
    told_of,
)
from homeport.kernel.work.approval_requests import (
    APPROVAL_QUEUE,
    ApprovalRow,
    ApprovalState,
    ask,
    check_open,
    end_request,
    get_request,
    locked_request,
)
from homeport.kernel.work.procedures import Changes, Plan, Procedures
from homeport.kernel.work.runs import RunRow, RunState, TargetRow, get_run, plan_run, retry_run, start_run

_LEASE_S = 60.0
_TRY_AGAIN_AFTER = timedelta(seconds=30)


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
        return start_run(session, procedures, actor, procedure, values, now, plan, shown_fingerprint, reason=reason)
    if shown_fingerprint is not None and shown_fingerprint != plan.fingerprint:
        raise PlanChanged("The plan has changed since it was shown. Look at the new plan and start again.")
    return ask(session, procedures, actor, procedure, given, now, plan, judgement, reason=reason)


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
        check_may_decide(session, row, actor, now)
        asker = _asker(session, row, now)
    again = _plan_again(procedures, asker, row)
    with database.writing() as session:
        row = locked_request(session, request_id)
        meets = check_may_decide(session, row, actor, now)
        if not _voided(session, procedures, row, asker, again, now):
            decide(session, row, actor, now, note, meets, is_approval=True)
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
    row = locked_request(session, request_id)
    meets = check_may_decide(session, row, actor, now)
    decide(session, row, actor, now, note, meets, is_approval=False)
    end_request(session, procedures, row, ApprovalState.REFUSED, now, note or None)
    return row


def withdraw(session: Session, procedures: Procedures, actor: Actor, request_id: str, now: datetime) -> ApprovalRow:
    """Take the request back: who asked may, and who may take back anybody's.

    Raises:
        NotFound: there is no such request.
        Forbidden: the actor did not ask, and may not withdraw what others asked.
        Conflict: it is not open any more.
    """
    row = locked_request(session, request_id)
    if not is_asker(session, row, actor):
        authorize(actor, "approval.withdraw")
    check_open(row, now)
    audit.record(session, actor, "approval.withdraw", f"approval:{row.id}", now=now)
    end_request(session, procedures, row, ApprovalState.WITHDRAWN, now, None)
    return row


def stop_if_more(database: Database, procedures: Procedures, row: RunRow, now: datetime) -> None:
    """Return unless the run `row` would now replace or delete more than its plan says; then ask for the new plan.

    Raises:
        MoreThanApproved: it would; the message names the request.
    """
    approved = Plan.from_json(row.plan).changes
    if approved is None:
        return
    plan = _plan(procedures, row)
    if plan.changes is not None and plan.changes.destroys_more_than(approved):
        _stop_and_ask(database, procedures, row, plan, now)


def stop_unless_approved(
    database: Database, procedures: Procedures, run_id: str, changes: Changes, now: datetime
) -> None:
    """Return if the run, at work, may replace and delete as much as it found it would; else ask for that plan.

    For what only doing shows. When it is approved, the run is taken up again and comes here once more.

    Raises:
        MoreThanApproved: it may not; the message names the request.
    """
    with database.reading() as session:
        row = get_run(session, run_id)
    if changes.destroys_more_than(Plan.from_json(row.plan).changes or Changes()):
        _stop_and_ask(database, procedures, row, replace(_plan(procedures, row), changes=changes), now)


def _stop_and_ask(database: Database, procedures: Procedures, row: RunRow, plan: Plan, now: datetime) -> None:
    approved, wanted = Plan.from_json(row.plan).changes or Changes(), plan.changes or Changes()
    with database.writing() as session:
        asker = _asker(session, row, now) or _former(row)
        judgement = procedures.policy.judge(session, asker, row.procedure, row.input, plan, now)
        if judgement.standing is not None:
            return
        request = ask(session, procedures, asker, row.procedure, row.input, now, plan, judgement, run_id=row.id)
    raise MoreThanApproved(
        f"{wanted.replace} would be replaced and {wanted.delete} deleted by now, where {approved.replace} "
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
        row = locked_request(session, lease.key)
        if ApprovalState(row.state).is_open and row.expires_at <= now:
            audit.record(session, SYSTEM, "approval.expire", f"approval:{row.id}", now=now)
            end_request(session, procedures, row, ApprovalState.EXPIRED, now, None)
        elif again is not None and not _voided(session, procedures, row, asker, again, now):
            _use(session, procedures, row, asker, again, now)
        if not ApprovalState(row.state).is_open:
            leases.finish(session, lease)
        else:
            leases.postpone(session, lease, _due_at(row, now))
    return True


def _plan_again(procedures: Procedures, asker: Actor | None, row: ApprovalRow) -> Plan | HomeportError:
    if asker is None:
        return Forbidden(f"{row.actor_name}, who asked, may not start anything any more.")
    try:
        if row.run_id is not None:  # it was allowed when that run started
            return _as_counted(_plan(procedures, row), Plan.from_json(row.plan).changes)
        return plan_run(procedures, asker, row.procedure, row.input)
    except HomeportError as error:
        return error


def _plan(procedures: Procedures, row: ApprovalRow | RunRow) -> Plan:
    plan: Plan = procedures.get(row.procedure).plan(procedures.parse(row.procedure, row.input))
    return plan


def _as_counted(plan: Plan, counted: Changes | None) -> Plan:
    """The plan with what its run counted at work, unless it would destroy more by now."""
    if counted is None or (plan.changes is not None and plan.changes.destroys_more_than(counted)):
        return plan
    return replace(plan, changes=counted)


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
        end_request(
            session, procedures, row, ApprovalState.VOID, now, f"Run {row.run_id} does not wait for this any more."
        )
        return True
    if isinstance(again, Unavailable):
        return False
    if isinstance(again, HomeportError):
        end_request(session, procedures, row, ApprovalState.VOID, now, f"It can't be planned any more. {again.message}")
        return True
    if again.fingerprint == row.fingerprint:
        return False
    assert asker is not None
    judgement = procedures.policy.judge(session, asker, row.procedure, row.input, again, now)
    stopped_run = row.run_id
    end_request(session, procedures, row, ApprovalState.VOID, now, None)
    anew = ask(
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
    authority = {"request": row.id, "approvals": [told_of(one) for one in decisions_of(session, row.id)]}
    if row.run_id is not None:
        _go_on(session, procedures, row, again, authority, now)
    else:
        run = start_run(
            session, procedures, asker, row.procedure, row.input, now, again, row.fingerprint, authority, row.reason
        )
        row.run_id = run.id
    end_request(session, procedures, row, ApprovalState.USED, now, None)


def _go_on(
    session: Session, procedures: Procedures, row: ApprovalRow, plan: Plan, authority: Mapping[str, Any], now: datetime
) -> None:
    """Let the run that stopped go on by the new plan; what it did stays done."""
    assert row.run_id
    run = retry_run(session, procedures, SYSTEM, row.run_id, now)
    known = set(session.scalars(select(TargetRow.name).where(TargetRow.run_id == run.id)))
    for target in plan.targets:
        if target.name not in known:
            session.add(TargetRow(run_id=run.id, name=target.name, title=target.title, state=RunState.WAITING))
    run.plan, run.fingerprint, run.authority = plan.to_json(), plan.fingerprint, dict(authority)


def _asker(session: Session, row: ApprovalRow | RunRow, now: datetime) -> Actor | None:
    """Return who asked with the role they have now, or None if they may nothing any more."""
    if row.actor_kind == "system":
        return SYSTEM
    if row.actor_kind == "command":
        return Actor("command", row.actor_id, row.actor_name, Role.ADMIN)
    if row.actor_kind == "person":
        person = session.get(Person, int(row.actor_id))
        return Actor("person", row.actor_id, person.name, Role(person.role)) if person else None
    return identity.actor_of_token_id(session, int(row.actor_id), now)


def _former(row: RunRow) -> Actor:
    """Who started the run and may nothing any more, so that their name stands on what the run asks."""
    return Actor(cast("Any", row.actor_kind), row.actor_id, row.actor_name, Role.VIEWER)


def _due_at(row: ApprovalRow, now: datetime) -> datetime:
    return min(row.expires_at, now + _TRY_AGAIN_AFTER) if row.state == ApprovalState.APPROVED else row.expires_at
