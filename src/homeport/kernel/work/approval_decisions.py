"""Decisions on requests for approval: who may decide one now, what they decided, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, exists, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column
from sqlalchemy.sql.base import ExecutableOption

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import Conflict, Forbidden
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize, may, readable
from homeport.kernel.trust.identity import Actor, ApiToken
from homeport.kernel.work.approval_requests import ApprovalRow, ApprovalState, check_open, is_waiting
from homeport.kernel.work.approval_rules import Requirement

_MOST_WAITING = 500
_DECIDERS = {"person", "command"}


class Hindrance(StrEnum):
    """Why somebody may not decide a request."""

    CLOSED = "closed"
    PROGRAM = "program"
    ASKED = "asked"
    NOT_NAMED = "not-named"
    DECIDED = "decided"


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


def waiting_for(session: Session, actor: Actor, now: datetime) -> list[ApprovalRow]:
    """Return the requests that `actor` may decide now, those that expire first in front."""
    return _decidable(session, actor, now)


def count_waiting_for(session: Session, actor: Actor, now: datetime) -> int:
    """Return how many requests `actor` may decide now: one query, which leaves the plans where they are."""
    return len(_decidable(session, actor, now, defer(ApprovalRow.plan), defer(ApprovalRow.input)))


def is_asker(session: Session, row: ApprovalRow, actor: Actor) -> bool:
    """Whether `actor` is who asked, also by an API token of theirs."""
    if (actor.kind, actor.id) == (row.actor_kind, row.actor_id):
        return True
    token = session.get(ApiToken, int(row.actor_id)) if row.actor_kind == "token" else None
    if token is None:
        return False
    if token.owner_id is not None:  # names are chosen, also anew
        return (actor.kind, actor.id) == ("person", str(token.owner_id))
    return token.created_by == actor.name


def find_hindrance(session: Session, row: ApprovalRow, actor: Actor, now: datetime) -> Hindrance | None:
    """Return why `actor` may not decide the request, or None if they may."""
    if not may(actor, "approval.decide"):
        return Hindrance.NOT_NAMED
    if not is_waiting(row, now):
        return Hindrance.CLOSED
    if actor.kind not in _DECIDERS:
        return Hindrance.PROGRAM
    if not _met_by(session, row, actor):
        would_count = any(one.accepts(actor, is_asker=False) for one in row.required)
        return Hindrance.ASKED if would_count else Hindrance.NOT_NAMED
    if any((one.actor_kind, one.actor_id) == (actor.kind, actor.id) for one in decisions_of(session, row.id)):
        return Hindrance.DECIDED
    return None


def check_may_decide(session: Session, row: ApprovalRow, actor: Actor, now: datetime) -> list[int]:
    """Return the numbers of the requirements that the actor's approval counts for.

    Raises:
        Forbidden: the actor is none of those who may decide.
        Conflict: the request is not open any more, or the actor decided before.
    """
    authorize(actor, "approval.decide")
    check_open(row, now)
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


def decide(
    session: Session,
    row: ApprovalRow,
    actor: Actor,
    now: datetime,
    note: str,
    meets: list[int],
    *,
    is_approval: bool,
) -> None:
    """Record what the actor, who may, decided; `meets` as `check_may_decide` gave it."""
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


def told_of(decision: DecisionRow) -> dict[str, Any]:
    """An approval as it is recorded on the run."""
    told = {"kind": decision.actor_kind, "id": decision.actor_id, "name": decision.actor_name, "note": decision.note}
    return {**told, "at": decision.at.isoformat()}


def _decidable(session: Session, actor: Actor, now: datetime, *options: ExecutableOption) -> list[ApprovalRow]:
    if actor.kind not in _DECIDERS or not may(actor, "approval.decide"):
        return []
    decided = exists().where(
        DecisionRow.approval_id == ApprovalRow.id,
        DecisionRow.actor_kind == actor.kind,
        DecisionRow.actor_id == actor.id,
    )
    live = select(ApprovalRow).where(ApprovalRow.state == ApprovalState.WAITING, ApprovalRow.expires_at > now, ~decided)
    soonest = readable(actor, live).order_by(ApprovalRow.expires_at)
    rows = session.scalars(soonest.limit(_MOST_WAITING).options(*options))
    return [row for row in rows if _met_by(session, row, actor)]


def _met_by(session: Session, row: ApprovalRow, actor: Actor) -> list[int]:
    asks = is_asker(session, row, actor)
    return [number for number, one in enumerate(row.required) if one.accepts(actor, is_asker=asks)]
