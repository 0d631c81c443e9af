"""Events reach every subscriber, in order for an entity, whatever fails in between."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homeport.kernel.base import events
from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Event, Subscribers
from homeport.kernel.testing import FakeClock


def deliver_all(subscribers: Subscribers, database: Database, clock: FakeClock) -> None:
    while subscribers.deliver_one(database, "worker", clock()):
        pass


def publish(subscribers: Subscribers, database: Database, clock: FakeClock, entity: str, number: int) -> None:
    with database.writing() as session:
        subscribers.publish(session, Event("thing.happened", entity, {"number": number}, clock()))


def test_events_of_an_entity_arrive_in_order(database: Database, clock: FakeClock) -> None:
    seen: list[tuple[str, int]] = []
    subscribers = Subscribers()
    subscribers.add(
        "note", "thing.happened", lambda _session, event: seen.append((event.entity, event.payload["number"]))
    )
    for number in range(3):
        for entity in ("a", "b"):
            publish(subscribers, database, clock, entity, number)
    deliver_all(subscribers, database, clock)
    assert [number for entity, number in seen if entity == "a"] == [0, 1, 2]
    assert [number for entity, number in seen if entity == "b"] == [0, 1, 2]


def test_an_event_of_a_transaction_that_failed_is_not_told(database: Database, clock: FakeClock) -> None:
    seen: list[Event] = []
    subscribers = Subscribers()
    subscribers.add("note", "thing.happened", lambda _session, event: seen.append(event))
    with suppress(RuntimeError), database.writing() as session:
        subscribers.publish(session, Event("thing.happened", "a", {}, clock()))
        raise RuntimeError
    deliver_all(subscribers, database, clock)
    assert seen == []


def test_a_failing_subscriber_is_retried_and_keeps_the_order(database: Database, clock: FakeClock) -> None:
    seen: list[int] = []
    failures = iter([True, True, False, False])

    def stumble(_session: Session, event: Event) -> None:
        if next(failures):
            raise RuntimeError("not yet")
        seen.append(event.payload["number"])

    subscribers = Subscribers()
    subscribers.add("stumble", "thing.happened", stumble)
    publish(subscribers, database, clock, "a", 1)
    publish(subscribers, database, clock, "a", 2)
    for _ in range(6):
        deliver_all(subscribers, database, clock)
        clock.advance(minutes=5)
    assert seen == [1, 2]


def test_what_keeps_failing_is_parked_and_later_events_go_on(database: Database, clock: FakeClock) -> None:
    seen: list[int] = []

    def choke(_session: Session, event: Event) -> None:
        if event.payload["number"] == 1:
            raise RuntimeError("never")
        seen.append(event.payload["number"])

    subscribers = Subscribers()
    subscribers.add("choke", "thing.happened", choke)
    publish(subscribers, database, clock, "a", 1)
    publish(subscribers, database, clock, "a", 2)
    for _ in range(12):
        deliver_all(subscribers, database, clock)
        clock.advance(minutes=5)
    assert seen == [2]
    with database.reading() as session:
        parked = events.parked(session)
    assert [(row.subscriber, row.error) for row in parked] == [("choke", "RuntimeError: never")]


def test_delivered_events_leave_nothing_behind(database: Database, clock: FakeClock) -> None:
    subscribers = Subscribers()
    subscribers.add("one", "thing.happened", lambda _session, _event: None)
    subscribers.add("two", "thing.happened", lambda _session, _event: None)
    publish(subscribers, database, clock, "a", 1)
    deliver_all(subscribers, database, clock)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(events.EventRow)) == 0
        assert session.scalar(select(func.count()).select_from(events.DeliveryRow)) == 0
