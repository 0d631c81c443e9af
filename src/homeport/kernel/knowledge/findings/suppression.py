"""Living with some of it: a finding accepted until a day, with a reason, on the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, FieldError, InvalidInput
from homeport.kernel.knowledge.findings.listing import get_finding
from homeport.kernel.knowledge.findings.records import Finding
from homeport.kernel.knowledge.findings.reporting import storable
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor


def suppress(
    session: Session,
    actor: Actor,
    finding_id: int,
    reason: str,
    until: datetime,
    now: datetime,
    owner: EntityRef | None = None,
) -> Finding:
    """Accept the finding until a day, with a reason; `owner` owns the entity it is about.

    Raises:
        Forbidden: the actor is neither an operator nor the owner.
        NotFound: there is none of that id.
        Conflict: it is gone already.
        InvalidInput: no reason, or a day that has passed.
    """
    authorize(actor, "finding.suppress", owner)
    finding = get_finding(session, actor, finding_id)
    if finding.gone_at is not None:
        raise Conflict(f"Finding {finding_id} is gone since {finding.gone_at:%Y-%m-%d}; nothing is left to accept.")
    if not reason.strip():
        raise _invalid("/reason", "Say why it is accepted; whoever reads it later will want to know.")
    if until <= now:
        raise _invalid("/until", f"{until:%Y-%m-%d %H:%M} has passed; accept it until a day to come.")
    _set_suppression(session, actor, finding, now, until=until, reason=storable(reason.strip()), by=actor.name)
    return finding


def unsuppress(
    session: Session, actor: Actor, finding_id: int, now: datetime, owner: EntityRef | None = None
) -> Finding:
    """Take back that the finding was accepted: it is open again.

    Raises:
        Forbidden: the actor is neither an operator nor the owner.
        NotFound: there is none of that id.
    """
    authorize(actor, "finding.suppress", owner)
    finding = get_finding(session, actor, finding_id)
    _set_suppression(session, actor, finding, now, until=None, reason=None, by=None)
    return finding


def _set_suppression(
    session: Session,
    actor: Actor,
    finding: Finding,
    now: datetime,
    *,
    until: datetime | None,
    reason: str | None,
    by: str | None,
) -> None:
    before = {"until": finding.suppressed_until, "reason": finding.suppressed_reason}
    finding.suppressed_until, finding.suppressed_reason, finding.suppressed_by = until, reason, by
    action = "finding.suppress" if until else "finding.unsuppress"
    after = {"until": until, "reason": reason}
    audit.record(session, actor, action, f"finding:{finding.id}", now=now, before=before, after=after)


def _invalid(pointer: str, problem: str) -> InvalidInput:
    return InvalidInput(problem, errors=(FieldError(pointer, problem),))
