"""The audit trail and its chain, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Forbidden
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit, trail
from homeport.kernel.trust.identity import SYSTEM, Actor, Role

_JIWOO = Actor("person", "1", "지우", Role.OPERATOR)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=8,
)


def _record(database: Database, count: int, clock: FakeClock) -> None:
    with database.writing() as session:
        for number in range(count):
            audit.record(session, _JIWOO, "thing.change", f"thing:{number}", now=clock(), after={"number": number})


def _seal(database: Database) -> int:
    with database.writing() as session:
        return audit.seal(session)


def _verify(database: Database) -> audit.Verification:
    with database.reading() as session:
        return audit.verify(session)


def _tamper(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))


def test_a_row_tells_who_did_what_to_what_and_from_where(database: Database, clock: FakeClock):
    with database.writing() as session:
        audit.record(
            session,
            _JIWOO,
            "catalog.confirm",
            "component:default/order-api",
            now=clock(),
            before={"owner": None},
            after={"owner": "group:default/order"},
            ip="192.0.2.7",
        )
    with database.reading() as session:
        (entry,) = audit.entries(session, limit=10)
        assert (entry.actor_kind, entry.actor_id, entry.actor_name) == ("person", "1", "지우")
        assert (entry.action, entry.object_ref, entry.at) == ("catalog.confirm", "component:default/order-api", clock())
        assert (entry.before, entry.after, entry.ip) == ({"owner": None}, {"owner": "group:default/order"}, "192.0.2.7")


def test_no_change_no_row(database: Database, clock: FakeClock):
    with database.writing() as session:
        audit.record(session, SYSTEM, "thing.change", "thing:1", now=clock())
        session.rollback()
    with database.reading() as session:
        assert not audit.entries(session, limit=1)


def test_entries_come_newest_first_page_by_page_and_by_object(database: Database, clock: FakeClock):
    _record(database, 5, clock)
    with database.reading() as session:
        first = audit.entries(session, limit=3)
        second = audit.entries(session, limit=3, before=first[-1].id)
        one = audit.entries(session, limit=3, object_ref="thing:2")
        assert [entry.object_ref for entry in [*first, *second]] == [f"thing:{number}" for number in (4, 3, 2, 1, 0)]
        assert [entry.object_ref for entry in one] == ["thing:2"]


def test_what_is_not_sealed_yet_is_counted_apart(database: Database, clock: FakeClock):
    _record(database, 2, clock)
    assert _verify(database) == audit.Verification(0, 2, (), ())
    assert _seal(database) == 2
    assert _seal(database) == 0
    with database.reading() as session:
        assert not audit.is_seal_due(session)
    _record(database, 1, clock)
    with database.reading() as session:
        assert audit.is_seal_due(session)
    assert _verify(database) == audit.Verification(2, 1, (), ())


def test_a_long_backlog_is_sealed_in_several_goes(database: Database, clock: FakeClock):
    _record(database, 1_001, clock)
    assert [_seal(database), _seal(database), _seal(database)] == [1_000, 1, 0]
    assert _verify(database) == audit.Verification(1_001, 0, (), ())


@pytest.mark.parametrize(
    "change",
    ["action = 'thing.read'", "actor_name = 'Mallory'", "after = '{}'", "at = '2020-01-01 00:00:00'"],
)
def test_a_changed_row_is_a_break(database: Database, clock: FakeClock, change: str):
    _record(database, 4, clock)
    _seal(database)
    _tamper(database, f"UPDATE kernel_audit SET {change} WHERE position = 2")
    verification = _verify(database)
    assert (verification.breaks, verification.gaps) == ((2,), ())
    assert not verification.intact


def test_removed_rows_are_a_gap(database: Database, clock: FakeClock):
    _record(database, 6, clock)
    _seal(database)
    _tamper(database, "DELETE FROM kernel_audit WHERE position IN (1, 3, 4)")
    assert _verify(database) == audit.Verification(3, 0, (), (range(1, 2), range(3, 5)))


def test_a_row_put_in_between_or_moved_is_a_break(database: Database, clock: FakeClock):
    _record(database, 4, clock)
    _seal(database)
    _tamper(database, "UPDATE kernel_audit SET position = -position WHERE position IN (2, 3)")
    _tamper(database, "UPDATE kernel_audit SET position = position + 5 WHERE position < 0")
    assert _verify(database).breaks == (2, 3, 4)


def test_a_row_whose_id_appears_late_comes_later_in_the_chain(database: Database, clock: FakeClock):
    _record(database, 2, clock)
    _tamper(database, "UPDATE kernel_audit SET id = id + 10")
    assert _seal(database) == 2
    with database.writing() as session:
        audit.record(session, _JIWOO, "thing.change", "thing:late", now=clock())
    _tamper(database, "UPDATE kernel_audit SET id = 1 WHERE object_ref = 'thing:late'")
    assert _seal(database) == 1
    assert _verify(database) == audit.Verification(3, 0, (), ())
    with database.reading() as session:
        positions = {entry.object_ref: entry.position for entry in audit.entries(session, limit=3)}
    assert positions == {"thing:late": 3, "thing:0": 1, "thing:1": 2}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(_JSON, st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])))
def test_any_value_survives_the_database_unbroken(database: Database, value: object, at: datetime):
    with database.writing() as session:
        audit.record(session, SYSTEM, "thing.change", "thing:1", now=at, before={"value": value}, after={})
    _seal(database)
    assert _verify(database).intact


def test_a_secret_is_nowhere_in_the_row(database: Database, clock: FakeClock):
    with database.writing() as session:
        audit.record(session, SYSTEM, "thing.change", "thing:1", now=clock(), after={"password": "canary"})
    with database.reading() as session:
        assert "canary" not in str(session.execute(text("SELECT * FROM kernel_audit")).all())


def test_the_trail_is_narrowed_and_paged_without_missing_a_row(database: Database, clock: FakeClock):
    admin = Actor("person", "1", "Kim", Role.ADMIN)
    with database.writing() as session:
        for number in range(7):
            action = "run.start" if number % 2 else "runner.start"
            audit.record(session, admin, action, f"run:{number}", now=clock() + timedelta(hours=number))
    with database.reading() as session:
        first, after = trail.list_entries(session, admin, trail.Wanted(actor="Kim"), 4)
        rest, end = trail.list_entries(session, admin, trail.Wanted(actor="Kim"), 4, after)
        assert [one.object_ref for one in (*first, *rest)] == [f"run:{number}" for number in reversed(range(7))]
        assert end is None
        below = trail.Wanted(action="run", since=clock() + timedelta(hours=2), until=clock() + timedelta(hours=5))
        assert [one.object_ref for one in trail.list_entries(session, admin, below, 4)[0]] == ["run:3"]
        assert trail.seals_of(session, admin).unsealed == 7


def test_the_trail_is_for_security_and_admin(database: Database):
    with database.reading() as session:
        for role in (Role.VIEWER, Role.DEVELOPER, Role.OPERATOR):
            with pytest.raises(Forbidden):
                trail.list_entries(session, Actor("person", "1", "Kim", role), trail.Wanted(), 4)
        assert trail.list_entries(session, Actor("person", "1", "Kim", Role.SECURITY), trail.Wanted(), 4)[0] == []
