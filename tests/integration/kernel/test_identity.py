"""People, sign-ins and tokens as the database keeps them, on both engines."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import SYSTEM, Actor, ApiToken, Person, PersonSession, Preferences, Role

_HOUR = timedelta(hours=1)
_JIWOO = EntityRef.parse("user:default/jiwoo")
_TEAM = EntityRef.parse("group:default/order")


def _groups_of(_session: Session, person: EntityRef) -> Collection[EntityRef]:
    return [_TEAM] if person == _JIWOO else []


@pytest.fixture
def jiwoo(database: Database, clock: FakeClock) -> Person:
    with database.writing() as session:
        return identity.ensure_person(session, "Jiwoo", Role.DEVELOPER, clock(), entity=_JIWOO)


def _sign_in(database: Database, person: Person, clock: FakeClock) -> str:
    with database.writing() as session:
        return identity.open_session(session, session.merge(person), clock(), _HOUR, "Firefox")


def test_a_person_asked_for_twice_is_one_person_with_the_latest_role(database: Database, clock: FakeClock):
    with database.writing() as session:
        first = identity.ensure_person(session, "Admin", Role.VIEWER, clock())
        again = identity.ensure_person(session, "Admin", Role.ADMIN, clock(), email="admin@saebom.example")
    assert again.id == first.id
    assert (again.role, again.email) == ("admin", "admin@saebom.example")


def test_people_of_one_name_and_two_entities_are_two(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        other = identity.ensure_person(session, "Jiwoo", Role.VIEWER, clock(), entity=EntityRef.parse("user:x/jiwoo"))
        nameless = identity.ensure_person(session, "Jiwoo", Role.VIEWER, clock())
    assert len({jiwoo.id, other.id, nameless.id}) == 3


def test_a_login_link_signs_in_the_person_it_is_for(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        secret = identity.create_login_link(session, SYSTEM, jiwoo, clock(), _HOUR)
    with database.writing() as session:
        assert identity.redeem_login_link(session, secret, clock()).id == jiwoo.id


def test_a_login_link_works_once_even_when_many_try_at_once(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        secret = identity.create_login_link(session, SYSTEM, jiwoo, clock(), _HOUR)

    def redeem(_attempt: int) -> bool:
        try:
            with database.writing() as session:
                identity.redeem_login_link(session, secret, clock())
        except Unauthenticated:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(redeem, range(8))) == 1


def test_an_expired_or_unknown_login_link_is_refused(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        secret = identity.create_login_link(session, SYSTEM, jiwoo, clock(), _HOUR)
        clock.advance(hours=1)
        for wrong in (secret, "guessed", "\ud800"):
            with pytest.raises(Unauthenticated):
                identity.redeem_login_link(session, wrong, clock())


def test_a_sign_in_gives_the_person_with_role_groups_and_entity(database: Database, jiwoo: Person, clock: FakeClock):
    secret = _sign_in(database, jiwoo, clock)
    with database.reading() as session:
        actor = identity.actor_of_session(session, secret, clock(), _groups_of)
    assert actor == Actor("person", str(jiwoo.id), "Jiwoo", Role.DEVELOPER, frozenset({_TEAM}), _JIWOO)


def test_a_person_unknown_to_the_catalog_is_in_no_group(database: Database, clock: FakeClock):
    with database.writing() as session:
        person = identity.ensure_person(session, "Admin", Role.ADMIN, clock())
    secret = _sign_in(database, person, clock)
    with database.reading() as session:
        actor = identity.actor_of_session(session, secret, clock(), _groups_of)
    assert actor is not None
    assert actor.groups == frozenset()


def test_a_sign_in_ends_when_its_time_is_over(database: Database, jiwoo: Person, clock: FakeClock):
    secret = _sign_in(database, jiwoo, clock)
    clock.advance(hours=1)
    with database.reading() as session:
        assert identity.actor_of_session(session, secret, clock(), _groups_of) is None


def test_a_sign_in_ends_when_the_person_signs_out(database: Database, jiwoo: Person, clock: FakeClock):
    secret = _sign_in(database, jiwoo, clock)
    with database.writing() as session:
        identity.end_session(session, secret)
    with database.reading() as session:
        assert identity.actor_of_session(session, secret, clock(), _groups_of) is None


def test_a_token_acts_with_its_role_and_without_groups(database: Database, clock: FakeClock):
    with database.writing() as session:
        token, plaintext = identity.create_token(session, SYSTEM, "ci", Role.DEVELOPER, clock())
    assert identity.is_token(plaintext)
    assert len(plaintext) == len("hp_") + 32 + 6
    with database.reading() as session:
        actor = identity.actor_of_token(session, plaintext, clock())
    assert actor == Actor("token", str(token.id), "ci", Role.DEVELOPER)


def test_no_secret_is_stored(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        secrets = [identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())[1]]
        secrets.append(identity.create_login_link(session, SYSTEM, jiwoo, clock(), _HOUR))
        secrets.append(identity.open_session(session, session.merge(jiwoo), clock(), _HOUR, "Firefox"))
    with database.reading() as session:
        tables = ("kernel_people", "kernel_sessions", "kernel_login_links", "kernel_api_tokens", "kernel_audit")
        stored = str([session.execute(text(f"SELECT * FROM {table}")).all() for table in tables])
    assert not [secret for secret in secrets if secret in stored]


def test_nobody_gives_a_token_more_than_they_may_themselves(database: Database, clock: FakeClock):
    operator = Actor("person", "1", "Jiwoo", Role.OPERATOR)
    with database.writing() as session, pytest.raises(Forbidden, match="admin"):
        identity.create_token(session, operator, "ci", Role.ADMIN, clock())


def test_two_live_tokens_do_not_share_a_name(database: Database, clock: FakeClock):
    with database.writing() as session:
        identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
        with pytest.raises(Conflict, match="'ci'"):
            identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
    with database.reading() as session:
        assert [token.name for token in identity.list_tokens(session)] == ["ci"]


def test_the_name_of_a_revoked_or_expired_token_is_free_again(database: Database, clock: FakeClock):
    with database.writing() as session:
        identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
        identity.revoke_token(session, SYSTEM, "ci", clock())
        identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock(), clock() + _HOUR)
        clock.advance(hours=1)
        token, _ = identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
        assert [live.id for live in identity.list_tokens(session)] == [token.id]


def test_a_revoked_or_expired_token_is_worth_nothing(database: Database, clock: FakeClock):
    with database.writing() as session:
        _, revoked = identity.create_token(session, SYSTEM, "old", Role.VIEWER, clock())
        identity.revoke_token(session, SYSTEM, "old", clock())
        _, expired = identity.create_token(session, SYSTEM, "short", Role.VIEWER, clock(), clock() + _HOUR)
    clock.advance(hours=1)
    with database.reading() as session:
        assert identity.actor_of_token(session, revoked, clock()) is None
        assert identity.actor_of_token(session, expired, clock()) is None
        assert identity.actor_of_token(session, "hp_nonsense", clock()) is None


def test_revoking_what_is_not_there_says_so(database: Database, clock: FakeClock):
    with database.writing() as session, pytest.raises(NotFound, match="'ci'"):
        identity.revoke_token(session, SYSTEM, "ci", clock())


def test_the_use_of_a_token_is_noted_at_most_once_a_minute(database: Database, clock: FakeClock):
    with database.writing() as session:
        token, plaintext = identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
        noted = []
        for _ in range(5):
            noted.append(identity.is_use_due(session, plaintext, clock()))
            identity.note_use(session, plaintext, clock())
            clock.advance(seconds=30)
        last = session.get_one(ApiToken, token.id).last_used_at
    assert noted == [True, False, True, False, True]
    assert last == clock() - timedelta(seconds=30)


def test_the_use_of_a_sign_in_is_noted_on_it_and_on_the_person(database: Database, jiwoo: Person, clock: FakeClock):
    secret = _sign_in(database, jiwoo, clock)
    clock.advance(minutes=1)
    with database.writing() as session:
        identity.note_use(session, secret, clock())
    with database.reading() as session:
        assert session.get_one(Person, jiwoo.id).last_seen_at == clock()
        assert session.query(PersonSession).one().last_seen_at == clock()


def test_an_unknown_secret_has_no_use_to_note(database: Database, clock: FakeClock):
    with database.writing() as session:
        identity.note_use(session, "unknown", clock())
        assert not identity.is_use_due(session, "unknown", clock())


def test_preferences_are_kept_and_changed_one_by_one(database: Database, jiwoo: Person):
    actor = Actor("person", str(jiwoo.id), "Jiwoo", Role.DEVELOPER)
    with database.writing() as session:
        identity.set_preferences(session, actor, Preferences("ko", "Asia/Seoul"))
    with database.writing() as session:
        person = identity.person_of(session, actor)
        assert person is not None
        identity.set_preferences(session, actor, replace(person.preferences, theme="dark"))
        assert person.preferences == Preferences("ko", "Asia/Seoul", "dark")


@pytest.mark.parametrize("wrong", [{"language": "fr"}, {"zone": "Seoul"}, {"theme": "pink"}])
def test_an_unknown_preference_is_refused_with_its_field(database: Database, jiwoo: Person, wrong: dict[str, str]):
    actor = Actor("person", str(jiwoo.id), "Jiwoo", Role.DEVELOPER)
    with database.writing() as session, pytest.raises(InvalidInput) as refused:
        identity.set_preferences(session, actor, Preferences(**wrong))
    assert refused.value.errors[0].pointer == f"/{next(iter(wrong))}"


def test_tokens_have_no_preferences(database: Database):
    with database.writing() as session, pytest.raises(InvalidInput):
        identity.set_preferences(session, SYSTEM, Preferences())


def test_what_is_done_to_links_sessions_and_tokens_is_in_the_audit(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        identity.create_login_link(session, SYSTEM, jiwoo, clock(), _HOUR)
        identity.open_session(session, session.merge(jiwoo), clock(), _HOUR, "Firefox")
        identity.create_token(session, SYSTEM, "ci", Role.VIEWER, clock())
        identity.revoke_token(session, SYSTEM, "ci", clock())
    with database.reading() as session:
        actions = [entry.action for entry in audit.entries(session, limit=10)]
    assert actions == ["token.revoke", "token.create", "session.open", "login-link.create"]
