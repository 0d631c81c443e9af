"""The audit trail as people look at it: page by page, narrowed down, and how far it is sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import no_cursor
from homeport.kernel.trust.access import authorize, readable
from homeport.kernel.trust.audit import AuditEntry
from homeport.kernel.trust.identity import Actor

READ = "audit.read"
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: those of an actor (by name), of an action or of all below it, on an object, in a time.

    The action `run` stands for `run.start`, `run.cancel` and so on. `since` is within, `until` is not.
    """

    actor: str = ""
    action: str = ""
    object_ref: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seals:
    """How far the trail is sealed: the last position of the chain, when that was done, and how many entries wait."""

    position: int
    at: datetime | None
    unsealed: int


def list_entries(
    session: Session, actor: Actor, wanted: Wanted, limit: int, after: str | None = None
) -> tuple[Sequence[AuditEntry], str | None]:
    """Return a page of what was done, newest first, and the cursor of the next page, None at the end.

    Raises:
        Forbidden: the actor may not read the trail.
        InvalidFilter: `after` is no cursor that a page gave.
    """
    authorize(actor, READ)
    query = readable(actor, _wanted(wanted)).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if after is not None:
        if not (after.isascii() and after.isdigit() and len(after) <= _MOST_DIGITS):
            raise no_cursor(after)
        query = query.where(AuditEntry.id < int(after))
    rows = session.scalars(query).all()
    return rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None


def seals_of(session: Session, actor: Actor) -> Seals:
    """Return how far the trail is sealed.

    Raises:
        Forbidden: the actor may not read the trail.
    """
    authorize(actor, READ)
    sealed = select(AuditEntry.position, AuditEntry.at).where(AuditEntry.position.is_not(None))
    last = session.execute(sealed.order_by(AuditEntry.position.desc()).limit(1)).first()
    unsealed = session.scalar(select(func.count()).where(AuditEntry.position.is_(None))) or 0
    return Seals(last.position, last.at, unsealed) if last else Seals(0, None, unsealed)


def _wanted(wanted: Wanted) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if wanted.actor:
        query = query.where(AuditEntry.actor_name == wanted.actor)
    if wanted.action:
        below = AuditEntry.action.startswith(f"{wanted.action}.", autoescape=True)
        query = query.where(or_(AuditEntry.action == wanted.action, below))
    if wanted.object_ref:
        query = query.where(AuditEntry.object_ref == wanted.object_ref)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query
