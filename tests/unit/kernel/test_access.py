"""Who may do what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, literal, select

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Forbidden, Unauthenticated, UnknownAction
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Actor, Role

_TEAM = EntityRef.parse("group:default/order")
_OTHER_TEAM = EntityRef.parse("group:default/payment")
_ROLES = st.sampled_from(Role)


@pytest.fixture(autouse=True)
def rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rules, for this test only."""
    monkeypatch.setattr(access, "_rules", {})
    access.register(Rule("thing.read", Role.VIEWER), Rule("thing.confirm", Role.OPERATOR, or_owner=True))


def _person(role: Role, *groups: EntityRef) -> Actor:
    return Actor("person", "1", "Jiwoo", role, frozenset(groups))


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (None, False),
        (_person(Role.VIEWER), False),
        (_person(Role.DEVELOPER), False),
        (_person(Role.VIEWER, _TEAM), True),
        (_person(Role.DEVELOPER, _OTHER_TEAM), False),
        (_person(Role.OPERATOR), True),
        (_person(Role.ADMIN), True),
        (SYSTEM, True),
    ],
    ids=["anonymous", "viewer", "developer", "owner", "other team", "operator", "admin", "homeport"],
)
def test_an_action_is_for_a_role_and_above_or_the_owner(actor: Actor | None, expected: bool):
    assert access.may(actor, "thing.confirm", _TEAM) is expected


def test_what_nobody_owns_is_not_for_owners():
    assert not access.may(_person(Role.DEVELOPER, _TEAM), "thing.confirm", None)


def test_an_owner_has_no_say_where_the_rule_does_not_name_owners():
    access.register(Rule("thing.destroy", Role.ADMIN))
    assert not access.may(_person(Role.OPERATOR, _TEAM), "thing.destroy", _TEAM)


def test_a_refusal_says_who_may():
    with pytest.raises(Forbidden, match="role operator or higher, or group:default/order"):
        access.authorize(_person(Role.DEVELOPER), "thing.confirm", _TEAM)


def test_nobody_is_asked_to_sign_in():
    with pytest.raises(Unauthenticated):
        access.authorize(None, "thing.read")


def test_whoever_may_passes():
    access.authorize(_person(Role.VIEWER), "thing.read")


@given(_ROLES)
def test_an_action_without_a_rule_is_for_nobody_and_told_as_a_bug(role: Role):
    with pytest.raises(UnknownAction):
        access.authorize(_person(role), "thing.raed")
    with pytest.raises(UnknownAction):
        access.may(_person(role), "thing.raed")
    with pytest.raises(UnknownAction):
        access.who_may("thing.raed")


def test_an_unknown_action_is_refused_like_any_other():
    assert issubclass(UnknownAction, Forbidden)


@given(_ROLES, _ROLES, st.booleans(), st.booleans())
def test_what_is_allowed_agrees_with_who_may(least: Role, role: Role, or_owner: bool, owns: bool):
    access._rules["thing.any"] = Rule("thing.any", least, or_owner)
    who = access.who_may("thing.any", _TEAM)
    actor = _person(role, *([_TEAM] if owns else []))
    assert access.may(actor, "thing.any", _TEAM) == (role.includes(who.role) or (owns and who.owner == _TEAM))


def test_security_stands_beside_the_other_roles_and_only_admin_includes_it():
    assert [role for role in Role if role.includes(Role.SECURITY)] == [Role.SECURITY, Role.ADMIN]
    assert [role for role in Role if Role.SECURITY.includes(role)] == [Role.VIEWER, Role.SECURITY]


def test_a_rule_may_let_security_do_what_operators_do():
    access.register(Rule("thing.accept", Role.OPERATOR, or_owner=True, or_security=True))
    assert access.may(_person(Role.SECURITY), "thing.accept", _TEAM)
    assert not access.may(_person(Role.SECURITY), "thing.confirm", _TEAM)
    told = "role operator or higher, or role security, or group:default/order"
    assert str(access.who_may("thing.accept", _TEAM)) == told


def test_a_rule_may_be_registered_again_but_not_contradicted():
    access.register(Rule("thing.read", Role.VIEWER))
    with pytest.raises(ValueError, match=r"thing\.read"):
        access.register(Rule("thing.read", Role.ADMIN))


def test_who_may_is_told_in_words():
    assert str(access.who_may("thing.confirm", _TEAM)) == "role operator or higher, or group:default/order"
    assert str(access.who_may("thing.confirm")) == "role operator or higher"


@pytest.mark.parametrize(("actor", "seen"), [(None, 0), (_person(Role.VIEWER), 1)], ids=["anonymous", "viewer"])
def test_lists_show_everything_to_whoever_is_signed_in_and_nothing_to_others(actor: Actor | None, seen: int):
    row = literal("component:default/order-api")
    with create_engine("sqlite://").connect() as connection:
        assert len(connection.execute(access.readable(actor, select(row), row)).all()) == seen
