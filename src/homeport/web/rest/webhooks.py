"""Deliveries of webhooks over REST: what came, what it tells, and telling it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from homeport.kernel.edge import inbound
from homeport.kernel.edge.inbound import Inbox, WebhookRow
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next, offset_of


class DeliveryModel(BaseModel):
    """A delivery of a webhook; `tells` are the events that it was read as, none where nobody understands it."""

    id: int
    name: str
    type: str
    event: str
    received_at: datetime
    tells: list[str]

    @classmethod
    def of(cls, row: WebhookRow, inbox: Inbox) -> DeliveryModel:
        """The delivery as it is listed."""
        tells = [f"{one.type} {one.entity}" for one in inbox.told_by(row)]
        return cls(id=row.id, name=row.name, type=row.type, event=row.event, received_at=row.received_at, tells=tells)


class DeliveryDetail(DeliveryModel):
    """A delivery with what was sent: data of the sender, secrets in it as stars."""

    payload: dict[str, Any] | None = Field(description="Null for whoever is no admin.")


def detail(row: WebhookRow, inbox: Inbox, actor: Actor) -> DeliveryDetail:
    """Return the delivery as the actor may see it."""
    payload = row.payload if may(actor, "webhook.payload") else None
    return DeliveryDetail(**DeliveryModel.of(row, inbox).model_dump(), payload=payload)


def routes(services: Services, inbox: Inbox) -> APIRouter:
    """The endpoints under /webhooks."""
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    database = services.database

    @router.get("", summary="List deliveries of webhooks, newest first")
    def list_deliveries(
        request: Request,
        response: Response,
        name: Annotated[str | None, Query(description="Only of this webhook.")] = None,
        event: Annotated[str | None, Query(description="Only of this event, such as `push`.")] = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[DeliveryModel]:
        actor = actor_of(request)
        authorize(actor, "webhook.read")
        before = None if after is None else offset_of(after)
        with database.reading() as session:
            rows = inbound.list_deliveries(session, actor, name, limit + 1, before, event)
        following = str(rows[limit - 1].id) if len(rows) > limit else None
        link_next(request, response, following)
        return Paged(items=[DeliveryModel.of(row, inbox) for row in rows[:limit]], after=following)

    @router.get("/{delivery_id}", summary="Show a delivery", responses=TAGGED)
    def show_delivery(request: Request, response: Response, delivery_id: int) -> DeliveryDetail:
        actor = actor_of(request)
        authorize(actor, "webhook.read")
        with database.reading() as session:
            return tagged(response, detail(inbound.get_delivery(session, delivery_id), inbox, actor))

    @router.post("/{delivery_id}/replay", summary="Tell again what a delivery tells")
    def replay(request: Request, response: Response, delivery_id: int, if_match: IfMatch = None) -> DeliveryDetail:
        actor = actor_of(request)
        with database.writing() as session:
            check_match(if_match, lambda: detail(inbound.get_delivery(session, delivery_id), inbox, actor))
            row = inbox.replay(session, actor, delivery_id)
            return kept(request, response, session, detail(row, inbox, actor))

    return router
