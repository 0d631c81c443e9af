"""Moving a location: from then on it is read from elsewhere, and keeps its number and what it brought."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from homeport.catalog import origins
from homeport.catalog.models import LocationRow
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work.timers import cancel_timer


def move_location(session: Session, actor: Actor, row: LocationRow, type_: str, target: str, now: datetime) -> None:
    """Let the location be read from elsewhere; one that is already stays as it is."""
    before, after = {"type": row.type, "target": row.target}, {"type": type_, "target": target}
    if before == after:
        return
    row.type, row.target = type_, target
    origins.forget_itself(session, row.id)
    audit.record(session, actor, "catalog.move-location", f"location:{row.id}", before=before, after=after, now=now)
    cancel_timer(session, timer_of(row.id))


def timer_of(location_id: int) -> str:
    """The key of the timer that has a location checked every day."""
    return f"catalog.refresh:location:{location_id}"
