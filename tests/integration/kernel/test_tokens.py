"""Tokens that are narrowed by scopes, and never may more than who answers for them, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Forbidden
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import access, identity
from homeport.kernel.trust.identity import SYSTEM, Actor, Person, Role


@pytest.fixture
def jiwoo(database: Database, clock: FakeClock) -> Person:
    with database.writing() as session:
        return identity.ensure_person(session, "Jiwoo", Role.ADMIN, clock())


def make(database: Database, clock: FakeClock, maker: Actor, role: Role, *scopes: str, name: str = "ci") -> str:
    with database.writing() as session:
        return identity.create_token(session, maker, name, role, clock(), None, frozenset(scopes) or None)[1]


def actor_of(database: Database, clock: FakeClock, secret: str) -> Actor | None:
    with database.reading() as session:
        return identity.actor_of_token(session, secret, clock())


def give(database: Database, clock: FakeClock, person: Person, role: Role) -> None:
    with database.writing() as session:
        identity.set_role(session, SYSTEM, person.id, role, clock())


@pytest.mark.parametrize(
    ("given", "left"),
    [(Role.ADMIN, Role.OPERATOR), (Role.OPERATOR, Role.OPERATOR), (Role.DEVELOPER, Role.DEVELOPER),
     (Role.SECURITY, Role.VIEWER)],
)  # fmt: skip
def test_a_token_never_may_more_than_its_owner_may_now(
    database: Database, jiwoo: Person, clock: FakeClock, given: Role, left: Role
):
    secret = make(database, clock, identity.actor_of_person(jiwoo), Role.OPERATOR)
    give(database, clock, jiwoo, given)
    actor = actor_of(database, clock, secret)
    assert actor is not None
    assert actor.role is left


def test_a_token_that_a_token_made_is_of_the_same_owner(database: Database, jiwoo: Person, clock: FakeClock):
    first = actor_of(database, clock, make(database, clock, identity.actor_of_person(jiwoo), Role.ADMIN))
    assert first is not None
    second = make(database, clock, first, Role.ADMIN, name="second")
    give(database, clock, jiwoo, Role.VIEWER)
    actor = actor_of(database, clock, second)
    assert actor is not None
    assert actor.role is Role.VIEWER


def test_a_token_of_the_installation_keeps_its_role(database: Database, jiwoo: Person, clock: FakeClock):
    secret = make(database, clock, SYSTEM, Role.OPERATOR)
    give(database, clock, jiwoo, Role.VIEWER)
    actor = actor_of(database, clock, secret)
    assert actor is not None
    assert actor.role is Role.OPERATOR


def test_a_narrowed_token_gives_none_that_is_wider(database: Database, clock: FakeClock):
    actor = actor_of(database, clock, make(database, clock, SYSTEM, Role.ADMIN, "token.manage", "read"))
    assert actor is not None
    for wider in ((), ("finding.import",), ("read", "finding.import")):
        with pytest.raises(Forbidden, match=r"has the scopes read, token\.manage"):
            make(database, clock, actor, Role.VIEWER, *wider, name="wider")
    assert make(database, clock, actor, Role.VIEWER, "read", name="narrower")


def test_the_actor_of_a_token_is_found_again_by_its_number(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        row, secret = identity.create_token(
            session, identity.actor_of_person(jiwoo), "ci", Role.OPERATOR, clock(), clock() + timedelta(1),
            frozenset({"read"}),
        )  # fmt: skip
    with database.reading() as session:
        again = identity.actor_of_token_id(session, row.id, clock())
        assert again == identity.actor_of_token(session, secret, clock())
        assert again is not None
        assert again.scopes == {"read"}
        clock.advance(days=1)
        assert identity.actor_of_token_id(session, row.id, clock()) is None


@pytest.mark.parametrize(
    ("scopes", "may"),
    [({"read"}, {"finding.read", "search"}), ({"finding.*"}, {"finding.read", "finding.import", "finding.proof"}),
     ({"finding.import"}, {"finding.import"}), (set(), set())],
)  # fmt: skip
def test_a_scope_is_an_action_an_area_or_every_look(scopes: set[str], may: set[str]):
    token = Actor("token", "1", "ci", Role.ADMIN, scopes=frozenset(scopes))
    actions = ("finding.read", "finding.import", "finding.proof", "search", "token.manage")
    assert {action for action in actions if access.may(token, action)} == may


def test_a_scope_gives_nothing_that_the_role_does_not():
    token = Actor("token", "1", "ci", Role.VIEWER, scopes=frozenset({"finding.*"}))
    assert access.may(token, "finding.read")
    assert not access.may(token, "finding.import")


def test_a_refusal_names_the_scope_that_is_missing():
    token = Actor("token", "1", "ci", Role.ADMIN, scopes=frozenset({"read"}))
    with pytest.raises(Forbidden, match=r"ci has the scopes read; it takes 'finding.import'"):
        access.authorize(token, "finding.import")
