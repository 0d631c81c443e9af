"""What an identity promises without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.trust.identity import Actor, Role, is_token

_TEAM = EntityRef.parse("group:default/order")
_TOKEN = "hp_0123456789abcdefghijABCDEFGHIJ011KcQbh"


def test_a_role_includes_those_before_it_and_none_after():
    assert [role for role in Role if Role.OPERATOR.includes(role)] == [Role.VIEWER, Role.DEVELOPER, Role.OPERATOR]


def test_one_belongs_to_oneself_and_to_ones_groups():
    person = EntityRef.parse("user:default/jiwoo")
    actor = Actor("person", "1", "Jiwoo", Role.VIEWER, frozenset({_TEAM}), person)
    assert actor.belongs_to(_TEAM)
    assert actor.belongs_to(person)
    assert not actor.belongs_to(EntityRef.parse("group:default/payment"))


def test_someone_without_an_entity_owns_nothing():
    assert not Actor("token", "1", "ci", Role.ADMIN).belongs_to(_TEAM)


@pytest.mark.parametrize("text", ["", "hp_", "hp_" + "a" * 38, _TOKEN[:-1], "xx" + _TOKEN[2:], "hp_" + "가" * 38])
def test_what_is_no_token_is_told_without_asking_the_database(text: str):
    assert not is_token(text)


@given(st.text())
def test_any_text_can_be_asked_whether_it_is_a_token(text: str):
    assert not is_token(text)
