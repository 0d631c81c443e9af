"""Sign-ins that are listed and ended, and links for more than one purpose, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import NotFound, Unauthenticated
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import SYSTEM, Person, Purpose, Role, Way

_DAY = timedelta(days=1)


@pytest.fixture
def people(database: Database, clock: FakeClock) -> list[Person]:
    with database.writing() as session:
        return [identity.ensure_person(session, name, Role.DEVELOPER, clock()) for name in ("Jiwoo", "Minseo")]


def open_one(database: Database, person: Person, clock: FakeClock, way: Way = Way.LINK) -> str:
    with database.writing() as session:
        return identity.open_session(
            session, session.merge(person), clock(), 14 * _DAY, "Firefox", address="192.0.2.7", way=way
        )


def is_alive(database: Database, secret: str, clock: FakeClock) -> bool:
    with database.reading() as session:
        return identity.actor_of_session(session, secret, clock(), lambda *_: []) is not None


def test_a_sign_in_tells_where_and_how_it_was_opened(database: Database, people: list[Person], clock: FakeClock):
    open_one(database, people[0], clock, Way.PASSWORD)
    with database.reading() as session:
        (one,) = identity.list_sign_ins(session, clock())
    assert (one.person.name, one.row.way, one.row.address) == ("Jiwoo", "password", "192.0.2.7")


def test_a_revoked_sign_in_is_over_and_in_the_audit(database: Database, people: list[Person], clock: FakeClock):
    secret, other = open_one(database, people[0], clock), open_one(database, people[0], clock)
    with database.writing() as session:
        identity.revoke_sign_in(session, SYSTEM, identity.hash_of(secret)[:16], clock())
        last = audit.entries(session, limit=1)[0]
    assert [is_alive(database, one, clock) for one in (secret, other)] == [False, True]
    assert last.action == "session.revoke"


def test_nobody_ends_the_sign_in_of_another_as_their_own(database: Database, people: list[Person], clock: FakeClock):
    secret = open_one(database, people[0], clock)
    with database.writing() as session, pytest.raises(NotFound):
        identity.revoke_sign_in(session, SYSTEM, identity.hash_of(secret)[:16], clock(), people[1].id)
    assert is_alive(database, secret, clock)


def test_all_sign_ins_but_one_end_and_only_those_of_the_person(
    database: Database, people: list[Person], clock: FakeClock
):
    kept, ended = open_one(database, people[0], clock), open_one(database, people[0], clock)
    others = open_one(database, people[1], clock)
    with database.writing() as session:
        assert identity.end_sign_ins(session, SYSTEM, session.merge(people[0]), clock(), keep=kept) == 1
    assert [is_alive(database, one, clock) for one in (kept, ended, others)] == [True, False, True]


def test_a_sign_in_that_nobody_uses_ends_and_one_in_use_does_not(
    database: Database, people: list[Person], clock: FakeClock
):
    idle, used = open_one(database, people[0], clock), open_one(database, people[0], clock)
    clock.advance(hours=71)
    with database.writing() as session:
        identity.note_use(session, used, clock())
    clock.advance(hours=1)
    assert [is_alive(database, one, clock) for one in (idle, used)] == [False, True]
    with database.reading() as session:
        assert len(identity.list_sign_ins(session, clock())) == 1


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_serves_its_purpose_and_no_other(
    database: Database, people: list[Person], clock: FakeClock, purpose: Purpose
):
    with database.writing() as session:
        secret = identity.create_login_link(session, SYSTEM, people[0], clock(), _DAY, purpose, reason="a test")
        assert identity.find_purpose(session, secret, clock()) is purpose
    for wrong in set(Purpose) - {purpose}:
        with database.writing() as session, pytest.raises(Unauthenticated):
            identity.redeem_login_link(session, secret, clock(), wrong)
    with database.writing() as session:
        assert identity.redeem_login_link(session, secret, clock(), purpose).id == people[0].id
        assert identity.find_purpose(session, secret, clock()) is None
