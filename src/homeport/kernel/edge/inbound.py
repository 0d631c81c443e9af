"""Webhooks in: verified, stored once, answered at once; what they tell goes on as events of the outbox.

A sender shares a secret with homeport (`webhooks.NAME` in homeport.yaml) and sends to /webhooks/NAME. One delivery is
taken once however often it is sent, and can be replayed from what was stored.

Source: GitHub, "Validating webhook deliveries"; GitLab, "Webhooks", delivery headers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Index, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import HomeportError, InvalidInput, NotFound, Unauthenticated
from homeport.kernel.base.events import Event, Subscribers
from homeport.kernel.base.settings import WebhookSettings
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize, readable
from homeport.kernel.trust.audit import starred
from homeport.kernel.trust.identity import Actor

_LONGEST_NAME = 100
_MAX_BYTES = 25_000_000
_KEPT = timedelta(days=14)
_SIGNATURES = {"github": "x-hub-signature-256", "hmac": "x-homeport-signature"}
_DELIVERIES = {
    "github": ("x-github-delivery",),
    "gitlab": ("idempotency-key", "x-gitlab-event-uuid"),
    "hmac": ("x-homeport-delivery",),
}
_EVENTS = {"github": "x-github-event", "gitlab": "x-gitlab-event", "hmac": "x-homeport-event"}
_log = structlog.get_logger(__name__)


class WebhookRow(Base):
    """A delivery of a webhook, kept for two weeks: against its repetition, and to be replayed."""

    __tablename__ = "kernel_webhooks"
    __table_args__ = (UniqueConstraint("name", "delivery"), Index(None, "received_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(_LONGEST_NAME))
    delivery: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(20))
    event: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """What a delivery tells: the type, entity and payload of an event."""

    type: str
    entity: str
    payload: dict[str, Any]


Reader = Callable[[str, Mapping[str, Any]], Iterable[Told]]
"""Reads what a delivery tells, of its event's name and payload; pure, and patient with any payload."""


class Inbox:
    """Takes deliveries: `webhooks` are the settings, `readers` say by type what deliveries tell."""

    def __init__(
        self,
        database: Database,
        subscribers: Subscribers,
        webhooks: Mapping[str, WebhookSettings],
        readers: Mapping[str, Reader],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._subscribers = subscribers
        self._webhooks = webhooks
        self._readers = readers
        self._clock = clock

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> int | None:
        """Store the delivery and publish what it tells; return its id, or None where it was taken before.

        Raises:
            NotFound: no webhook of that name is in homeport.yaml.
            Unauthenticated: the sender does not know the secret.
            InvalidInput: the body is not a JSON object.
        """
        settings = self._webhooks.get(name)
        if settings is None:
            raise NotFound("No such webhook. Name it in homeport.yaml: webhooks.NAME with type and secret.")
        if not is_genuine(settings, headers, body):
            raise Unauthenticated("The signature or token is wrong; is the secret the same on both sides?")
        row = WebhookRow(
            name=name,
            delivery=_delivery(settings.type, headers, body),
            type=settings.type,
            event=headers.get(_EVENTS[settings.type], "push")[:100],
            payload=starred(_payload(headers, body)) or {},
            received_at=self._clock(),
        )
        return self._store(row)

    def replay(self, session: Session, actor: Actor, delivery_id: int) -> WebhookRow:
        """Publish again what a stored delivery tells, and return it.

        Raises:
            Forbidden: the actor may not.
            NotFound: no such delivery is kept.
        """
        authorize(actor, "webhook.replay")
        row = get_delivery(session, delivery_id)
        self._publish(session, row)
        told = {"name": row.name, "event": row.event}
        audit.record(session, actor, "webhook.replay", f"webhook:{row.id}", now=self._clock(), after=told)
        return row

    def told_by(self, row: WebhookRow) -> list[Told]:
        """Return what a delivery tells; nothing where no reader understands its event."""
        return list(self._readers[row.type](row.event, row.payload))

    def routes(self) -> APIRouter:
        """Return the route that senders call."""
        router = APIRouter()

        @router.post("/webhooks/{name}", include_in_schema=False)
        async def receive(name: str, request: Request) -> JSONResponse:
            body = await _body(request)
            try:
                taken = await to_thread.run_sync(self.receive, name, request.headers, body)
            except HomeportError as error:
                _log.warning("A delivery of a webhook was refused", webhook=name[:_LONGEST_NAME], reason=error.message)
                raise
            if taken is None:
                return JSONResponse({"status": "taken before"})
            return JSONResponse({"status": "taken", "id": taken}, status_code=202)

        return router

    def _store(self, row: WebhookRow) -> int | None:
        with self._database.writing() as session:
            session.execute(delete(WebhookRow).where(WebhookRow.received_at < row.received_at - _KEPT))
            if not _is_first(session, row):
                return None
            self._publish(session, row)
            return row.id

    def _publish(self, session: Session, row: WebhookRow) -> None:
        for told in self.told_by(row):
            self._subscribers.publish(session, Event(told.type, told.entity, told.payload, self._clock()))


def get_delivery(session: Session, delivery_id: int) -> WebhookRow:
    """Return the delivery.

    Raises:
        NotFound: no such delivery is kept.
    """
    row = session.get(WebhookRow, delivery_id)
    if row is None:
        raise NotFound(f"No delivery {delivery_id} is kept; deliveries are for {_KEPT.days} days.")
    return row


def list_deliveries(
    session: Session,
    actor: Actor | None,
    name: str | None,
    limit: int,
    before: int | None = None,
    event: str | None = None,
) -> Sequence[WebhookRow]:
    """Return deliveries, the newest first, of one webhook or event if named; only those older than `before`."""
    query = readable(actor, select(WebhookRow)).order_by(WebhookRow.id.desc()).limit(limit)
    query = query if name is None else query.where(WebhookRow.name == name)
    query = query if event is None else query.where(WebhookRow.event == event)
    return session.scalars(query if before is None else query.where(WebhookRow.id < before)).all()


def senders(session: Session, actor: Actor | None) -> Sequence[tuple[str, str]]:
    """Return the webhooks that deliveries are kept of, each with the names of its events."""
    query = readable(actor, select(WebhookRow.name, WebhookRow.event)).distinct()
    found = session.execute(query.order_by(WebhookRow.name, WebhookRow.event))
    return [(name, event) for name, event in found]


def _is_first(session: Session, row: WebhookRow) -> bool:
    """Store the delivery; return False where it is stored already."""
    if session.scalar(select(WebhookRow.id).filter_by(name=row.name, delivery=row.delivery)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # it arrived twice at once
        return False
    return True


def is_genuine(settings: WebhookSettings, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the sender knows the secret; compared in a time that tells nothing of it."""
    secret = settings.secret.get_secret_value().encode()
    if settings.type == "gitlab":
        return hmac.compare_digest(_raw(headers, "x-gitlab-token"), secret)
    expected = f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(_raw(headers, _SIGNATURES[settings.type]), expected.encode())


def _raw(headers: Mapping[str, str], name: str) -> bytes:
    return headers.get(name, "").encode("latin-1", "replace")


def _delivery(type_: str, headers: Mapping[str, str], body: bytes) -> str:
    """What makes a delivery the same one when it is sent again: the sender's id of it, else its content."""
    named = next((headers[name] for name in _DELIVERIES[type_] if headers.get(name)), "")
    return hashlib.sha256(named.encode() or body).hexdigest()


def _payload(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    try:
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            body = parse_qs(body.decode(), strict_parsing=True, max_num_fields=10)["payload"][0].encode()
        payload = json.loads(body)
    except (ValueError, KeyError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise InvalidInput("The body is no JSON object; let the sender send application/json.")
    return payload


async def _body(request: Request) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MAX_BYTES:
            raise InvalidInput(f"The body is larger than {_MAX_BYTES} bytes, which no forge sends.")
        parts.append(part)
    return b"".join(parts)
