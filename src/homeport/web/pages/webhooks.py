"""Deliveries of webhooks: what came, what it was read as, and telling it again."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from homeport.kernel.edge import inbound
from homeport.kernel.edge.inbound import Inbox
from homeport.kernel.module import Services
from homeport.kernel.trust.access import may, who_may
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.rest.paging import offset_of
from homeport.web.rest.webhooks import DeliveryModel, detail
from homeport.web.shell import redirect
from homeport.web.tables import Column

PATH = "/admin/webhooks"
READ = "webhook.read"
_REPLAY = "webhook.replay"
_PAYLOAD = "webhook.payload"
_PAGE_ROWS = 50
_SHOWN_LETTERS = 20_000
_COLUMNS = (
    Column("at", "webhooks-at"),
    Column("name", "webhooks-name"),
    Column("event", "webhooks-event"),
    Column("state", "webhooks-state"),
    Column("replay", "webhooks-action"),
)


def add(router: APIRouter, services: Services, inbox: Inbox) -> None:
    """Add the routes of deliveries."""
    database, settings = services.database, services.settings

    @router.get(PATH)
    def deliveries(request: Request, name: str = "", event: str = "", after: str = "") -> Response:
        actor = actor_of(request)
        if not may(actor, READ):
            return _refusal(request)
        before = offset_of(after) if after else None
        with database.reading() as session:
            rows = inbound.list_deliveries(session, actor, name or None, _PAGE_ROWS + 1, before, event or None)
            kept = inbound.senders(session, actor)
        asked = {key: value for key, value in (("name", name), ("event", event)) if value}
        following = {**asked, "after": rows[_PAGE_ROWS - 1].id} if len(rows) > _PAGE_ROWS else {}
        base = settings.base_url.rstrip("/")
        return render(
            request,
            "pages/admin/webhooks.html",
            tab="webhooks",
            deliveries=[DeliveryModel.of(row, inbox) for row in rows[:_PAGE_ROWS]],
            columns=_COLUMNS,
            asked=asked,
            names=sorted({one for one, _ in kept} | set(settings.webhooks)),
            events=sorted({one for _, one in kept}),
            addresses=[(f"{base}/webhooks/{key}", one.type) for key, one in settings.webhooks.items()],
            may_replay=may(actor, _REPLAY),
            next_href=f"{PATH}?{urlencode(following)}" if following else "",
        )

    @router.get(f"{PATH}/{{delivery_id:int}}")
    def delivery(request: Request, delivery_id: int) -> Response:
        actor = actor_of(request)
        if not may(actor, READ):
            return _refusal(request)
        with database.reading() as session:
            row = inbound.get_delivery(session, delivery_id)
            shown = detail(row, inbox, actor)
        payload = "" if shown.payload is None else json.dumps(shown.payload, ensure_ascii=False, indent=2)
        return render(
            request,
            "pages/admin/webhook.html",
            tab="webhooks",
            one=shown,
            payload=payload[:_SHOWN_LETTERS],
            is_cut=len(payload) > _SHOWN_LETTERS,
            may_replay=may(actor, _REPLAY),
            who_sees=None if may(actor, _PAYLOAD) else who_may(_PAYLOAD),
            who_replays=who_may(_REPLAY),
        )

    @router.post(f"{PATH}/{{delivery_id:int}}/replay")
    def replay(request: Request, delivery_id: int) -> Response:
        with database.writing() as session:
            told = inbox.told_by(inbox.replay(session, actor_of(request), delivery_id))
        return redirect(request, f"{PATH}/{delivery_id}", notice="webhooks-notice-replayed", count=len(told))


def _refusal(request: Request) -> Response:
    who = who_may(READ)
    return render(request, "pages/admin/refusal.html", status_code=403, who=who, shows="webhooks-refusal")
