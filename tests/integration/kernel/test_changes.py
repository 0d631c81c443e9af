"""What changed, on both engines."""

from __future__ import annotations

from datetime import timedelta

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import changes
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust.identity import SYSTEM

_HOUR = timedelta(hours=1)
_ORDER = EntityRef.parse("component:default/order-api")
_PAYMENT = EntityRef.parse("component:default/payment-api")


def _record_some(database: Database, clock: FakeClock) -> None:
    with database.writing() as session:
        for hour in range(4):
            entity, at = (_PAYMENT if hour % 2 else _ORDER), clock() + hour * _HOUR
            changes.record(session, entity, "review.merged", at=at, actor=SYSTEM, ref=f"commit-{hour}")


def test_a_change_tells_who_changed_what_when_and_where_to_look(database: Database, clock: FakeClock):
    url = "https://git.saebom.example/order-api/commit/1"
    with database.writing() as session:
        told = {"owner": "주문팀"}
        changes.record(session, _ORDER, "catalog.owner", at=clock(), actor=SYSTEM, ref="1f3", url=url, parameters=told)
    with database.reading() as session:
        (change,) = changes.recent(session, SYSTEM, 10)
        assert (change.entity_ref, change.kind, change.at) == (str(_ORDER), "catalog.owner", clock())
        assert (change.actor_name, change.ref, change.url) == ("homeport", "1f3", url)
        assert change.parameters == told


def test_what_changed_around_entities_before_a_time_comes_latest_first(database: Database, clock: FakeClock):
    _record_some(database, clock)
    with database.reading() as session:
        before = clock() + 3 * _HOUR
        both = changes.around(session, SYSTEM, {_ORDER, _PAYMENT}, before, 10)
        assert [change.ref for change in both] == ["commit-2", "commit-1", "commit-0"]
        assert [change.ref for change in changes.around(session, SYSTEM, {_PAYMENT}, before, 10)] == ["commit-1"]
        assert [change.ref for change in changes.around(session, SYSTEM, {_ORDER, _PAYMENT}, before, 1)] == ["commit-2"]


def test_the_latest_changes_come_from_anywhere(database: Database, clock: FakeClock):
    _record_some(database, clock)
    with database.reading() as session:
        assert [change.ref for change in changes.recent(session, SYSTEM, 3)] == ["commit-3", "commit-2", "commit-1"]


def test_nobody_signed_in_sees_no_change(database: Database, clock: FakeClock):
    _record_some(database, clock)
    with database.reading() as session:
        assert not changes.recent(session, None, 10)
        assert not changes.around(session, None, {_ORDER}, clock() + _HOUR, 10)


def test_names_from_broken_sources_are_stored(database: Database, clock: FakeClock):
    with database.writing() as session:
        broken = {"title": "\0"}
        changes.record(session, _ORDER, "review.merged", at=clock(), actor=SYSTEM, ref="\udcff\0", parameters=broken)
    with database.reading() as session:
        (change,) = changes.recent(session, SYSTEM, 1)
        assert (change.ref, change.parameters) == ("?\ufffd", {"title": "\ufffd"})
