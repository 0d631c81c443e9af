"""Webhooks: only from who knows the secret, each delivery once, told on the outbox, and again when replayed."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import HomeportError, InvalidInput, NotFound, Unauthenticated
from homeport.kernel.base.events import Event, Subscribers
from homeport.kernel.base.settings import WebhookSettings
from homeport.kernel.edge.inbound import Inbox, Told, WebhookRow
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust.identity import SYSTEM

SECRET = "a-secret-of-both"
WEBHOOKS = {
    "hub": WebhookSettings(type="github", secret=SECRET),
    "lab": WebhookSettings(type="gitlab", secret=SECRET),
    "own": WebhookSettings(type="hmac", secret=SECRET),
}
PUSH = json.dumps({"repository": "order"}).encode()


class Receiver:
    """An inbox with a subscriber that notes what it is told."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        Base.metadata.create_all(database.engine, tables=[WebhookRow.__table__])  # type: ignore[list-item]
        self.database, self.clock = database, clock
        self.seen: list[Event] = []
        self._subscribers = Subscribers()
        self._subscribers.add("note", "forge.pushed", lambda _session, event: self.seen.append(event))
        readers = dict.fromkeys(("github", "gitlab", "hmac"), read)
        self.inbox = Inbox(database, self._subscribers, WEBHOOKS, readers, clock)

    def deliver(self) -> list[Event]:
        while self._subscribers.deliver_one(self.database, "worker", self.clock()):
            pass
        return self.seen


def read(event: str, payload: Any) -> list[Told]:
    return [Told("forge.pushed", str(payload["repository"]), {"event": event})] if "push" in event.lower() else []


@pytest.fixture
def receiver(database: Database, clock: FakeClock) -> Receiver:
    return Receiver(database, clock)


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def headers(name: str, delivery: str = "1", body: bytes = PUSH, event: str = "push") -> dict[str, str]:
    """What the sender of that kind sends along."""
    return {
        "hub": {"x-hub-signature-256": signature(body), "x-github-delivery": delivery, "x-github-event": event},
        "lab": {"x-gitlab-token": SECRET, "idempotency-key": delivery, "x-gitlab-event": "Push Hook"},
        "own": {"x-homeport-signature": signature(body), "x-homeport-delivery": delivery},
    }[name]


@pytest.mark.parametrize("name", ["hub", "lab", "own"])
def test_a_delivery_is_told_once_however_often_it_is_sent(receiver: Receiver, name: str) -> None:
    first = receiver.inbox.receive(name, headers(name), PUSH)
    again = receiver.inbox.receive(name, headers(name), PUSH)
    other = receiver.inbox.receive(name, headers(name, "2"), PUSH)
    assert (first is not None, again, other is not None) == (True, None, True)
    assert [event.entity for event in receiver.deliver()] == ["order", "order"]


def test_without_an_id_the_same_content_is_the_same_delivery(receiver: Receiver) -> None:
    sent = {"x-homeport-signature": signature(PUSH)}
    assert receiver.inbox.receive("own", sent, PUSH) is not None
    assert receiver.inbox.receive("own", sent, PUSH) is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("hub", {}),
        ("hub", {"x-hub-signature-256": ""}),
        ("hub", {"x-hub-signature-256": signature(PUSH, "another secret")}),
        ("hub", {"x-hub-signature-256": signature(PUSH + b" ")}),
        ("hub", {"x-gitlab-token": SECRET}),
        ("lab", {"x-gitlab-token": "another"}),
        ("lab", {"x-gitlab-token": "한글"}),
        ("lab", {"x-hub-signature-256": signature(PUSH)}),
        ("own", {"x-homeport-signature": signature(PUSH).removeprefix("sha256=")}),
    ],
)
def test_who_does_not_know_the_secret_is_not_heard(receiver: Receiver, name: str, wrong: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        receiver.inbox.receive(name, wrong, PUSH)
    with receiver.database.reading() as session:
        assert session.scalars(select(WebhookRow)).all() == []


def test_a_name_that_no_setting_has_is_not_found(receiver: Receiver) -> None:
    with pytest.raises(NotFound):
        receiver.inbox.receive("none", headers("hub"), PUSH)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'"text"', b"[" * 100_000, b"payload=%7B"])
def test_what_is_no_json_object_is_refused(receiver: Receiver, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        receiver.inbox.receive("hub", headers("hub", body=body), body)


def test_a_form_is_read_as_github_sends_it(receiver: Receiver) -> None:
    body = urlencode({"payload": PUSH.decode()}).encode()
    sent = {**headers("hub", body=body), "content-type": "application/x-www-form-urlencoded"}
    receiver.inbox.receive("hub", sent, body)
    assert [event.entity for event in receiver.deliver()] == ["order"]


def test_an_event_that_tells_nothing_is_kept_all_the_same(receiver: Receiver) -> None:
    assert receiver.inbox.receive("hub", headers("hub", event="ping"), PUSH) is not None
    assert receiver.deliver() == []


def test_a_delivery_is_replayed_from_what_was_stored(receiver: Receiver) -> None:
    taken = receiver.inbox.receive("hub", headers("hub"), PUSH)
    assert taken is not None
    receiver.deliver()
    with receiver.database.writing() as session:
        receiver.inbox.replay(session, SYSTEM, taken)
    assert [event.entity for event in receiver.deliver()] == ["order", "order"]
    with pytest.raises(NotFound), receiver.database.writing() as session:
        receiver.inbox.replay(session, SYSTEM, taken + 1)


def test_deliveries_are_forgotten_after_two_weeks(receiver: Receiver) -> None:
    receiver.inbox.receive("hub", headers("hub", "old"), PUSH)
    receiver.clock.advance(days=15)
    receiver.inbox.receive("hub", headers("hub", "new"), PUSH)
    with receiver.database.reading() as session:
        kept = session.scalars(select(WebhookRow)).all()
    assert [row.received_at for row in kept] == [receiver.clock()]
    assert timedelta(days=14) < receiver.clock() - FakeClock()()


def test_the_route_answers_at_once_and_says_what_is_wrong(receiver: Receiver) -> None:
    app = FastAPI()
    app.include_router(receiver.inbox.routes())
    client = TestClient(app, raise_server_exceptions=True)
    taken = client.post("/webhooks/hub", content=PUSH, headers=headers("hub"))
    again = client.post("/webhooks/hub", content=PUSH, headers=headers("hub"))
    assert (taken.status_code, taken.json()["status"]) == (202, "taken")
    assert (again.status_code, again.json()) == (200, {"status": "taken before"})
    with pytest.raises(HomeportError, match="signature or token is wrong"):
        client.post("/webhooks/hub", content=PUSH)
