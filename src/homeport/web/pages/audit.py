"""The audit trail: who did what to what, when, and whether nobody tampered with it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from homeport.kernel.module import Services
from homeport.kernel.trust import audit, trail
from homeport.kernel.trust.access import may, who_may
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.tables import Column

PATH = "/audit"
_PAGE_ROWS = 50
_LINKED = {"run": "/runs/", "approval": "/approvals/", "finding": "/findings/", "location": "/catalog/locations/"}
_COLUMNS = (
    Column("at", "audit-at"),
    Column("actor", "audit-actor"),
    Column("action", "audit-action"),
    Column("object", "audit-object"),
    Column("changed", "audit-changed"),
    Column("seal", "audit-seal"),
)


def add(router: APIRouter, services: Services) -> None:
    """Add the route of the trail."""

    @router.get(PATH)
    def page(
        request: Request,
        actor: str = "",
        action: str = "",
        object: str = "",  # noqa: A002 - the form's word
        since: str = "",
        until: str = "",
        verify: str = "",
        after: str | None = None,
    ) -> Response:
        reader = actor_of(request)
        if not may(reader, trail.READ):
            who = who_may(trail.READ)
            return render(request, "pages/admin/refusal.html", status_code=403, who=who, shows="audit-refusal")
        asked = {"actor": actor.strip(), "action": action.strip(), "object": object.strip()}
        asked |= {"since": _day(since), "until": _day(until)}
        zone = services.settings.zone
        wanted = trail.Wanted(
            asked["actor"],
            asked["action"],
            asked["object"],
            _start_of(asked["since"], zone),
            _start_of(asked["until"], zone, days=1),
        )
        with services.database.reading() as session:
            rows, following = trail.list_entries(session, reader, wanted, _PAGE_ROWS, after)
            seals = trail.seals_of(session, reader)
            verified = audit.verify(session) if verify else None
        asked = {name: value for name, value in asked.items() if value}
        return render(
            request,
            "pages/audit.html",
            rows=rows,
            columns=_COLUMNS,
            asked=asked,
            zone=zone,
            seals=seals,
            verified=verified,
            verify_href=f"{PATH}?{urlencode({**asked, 'verify': '1'})}",
            next_href=f"{PATH}?{urlencode({**asked, 'after': following})}" if following else "",
            href_of=_href_of,
        )


def _href_of(object_ref: str) -> str:
    """The address of the page of what was changed, "" where it has none."""
    kind, _, name = object_ref.partition(":")
    if kind in _LINKED:
        return _LINKED[kind] + name
    return f"/catalog/{kind}/{name}" if "/" in name else ""


def _day(text: str) -> str:
    """The day as the form wrote it, "" where it wrote none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _start_of(day: str, zone: str, days: int = 0) -> datetime | None:
    """When the day begins in the zone, or so many days later."""
    if not day:
        return None
    return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), ZoneInfo(zone))
