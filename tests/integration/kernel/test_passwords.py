"""Passwords, and how tries to guess them are slowed down, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Conflict, InvalidInput, TooManyAttempts
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import ACCOUNT, ADDRESS, SYSTEM, Account, Person, Role

_GOOD = "correct horse battery staple"
_HERE, _ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def jiwoo(database: Database, clock: FakeClock) -> Person:
    with database.writing() as session:
        person = identity.ensure_person(session, "Jiwoo", Role.DEVELOPER, clock())
        identity.ensure_account(session, person, "jiwoo")
        return person


def try_once(database: Database, clock: FakeClock, login: str = "jiwoo", address: str = _HERE, device: str = "") -> int:
    """Count a try; return how long to wait for it, 0 if it may be looked at."""
    try:
        with database.writing() as session:
            account = identity.find_account(session, login)
            person_id = account.person_id if account else None
            keys = identity.keys_of(session, login, person_id, device, address, clock())
            identity.count_try(session, keys, clock())
    except TooManyAttempts as error:
        return error.retry_after_s
    return 0


def test_a_password_is_known_again_and_another_is_not():
    stored = identity.hash_password(_GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert identity.is_password(stored, _GOOD)
    assert not identity.is_password(stored, _GOOD + "!")


def test_a_password_in_hangul_is_the_same_however_the_keyboard_composes_it():
    stored = identity.hash_password("바다가보이는작은집에서하루를보낸다")
    decomposed = __import__("unicodedata").normalize("NFD", "바다가보이는작은집에서하루를보낸다")
    assert identity.is_password(stored, decomposed)


@pytest.mark.parametrize("weak", ["", "short", "x" * 14, "x" * 40, "y" * 1001])
def test_a_password_that_is_guessed_first_is_refused(weak: str):
    with pytest.raises(InvalidInput) as refused:
        identity.hash_password(weak)
    assert refused.value.errors[0].pointer == "/password"


def test_nobody_has_a_password_that_was_never_set():
    assert not identity.is_password(None, _GOOD)


def test_a_login_name_is_one_persons_whatever_its_case(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        assert identity.get_account(session, " JiWoo ").person_id == jiwoo.id
        other = identity.ensure_person(session, "Other", Role.VIEWER, clock())
        with pytest.raises(Conflict):
            identity.ensure_account(session, other, "JIWOO")


def test_no_password_is_stored_as_it_is(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        account = session.get_one(Account, jiwoo.id)
        identity.set_password(session, SYSTEM, account, identity.hash_password(_GOOD), clock())
    with database.reading() as session:
        assert _GOOD not in str(session.get_one(Account, jiwoo.id).password_hash)
        assert identity.has_accounts(session)


@pytest.mark.parametrize("login", ["jiwoo", "nobody-of-that-name"])
def test_tries_for_a_login_wait_longer_each_time_whether_or_not_somebody_has_it(
    database: Database, jiwoo: Person, clock: FakeClock, login: str
):
    waits = []
    for _ in range(9):
        waits.append(try_once(database, clock, login))
        clock.advance(seconds=waits[-1])
        if waits[-1]:
            assert try_once(database, clock, login) == 0
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4, 8]


def test_a_wait_has_an_end():
    assert ACCOUNT.wait_after(1_000) == timedelta(minutes=15)
    assert ADDRESS.wait_after(1_000) == timedelta(minutes=5)


def test_tries_that_must_wait_are_not_counted(database: Database, jiwoo: Person, clock: FakeClock):
    for _ in range(5):
        try_once(database, clock)
    assert {try_once(database, clock) for _ in range(20)} == {1}


def test_many_tries_at_once_are_as_many_as_one_after_another(database: Database, jiwoo: Person, clock: FakeClock):
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: try_once(database, clock), range(24)))
    assert waits.count(0) == 5


def test_who_guesses_elsewhere_does_not_keep_the_owner_out(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        device = identity.remember_device(session, jiwoo, "", clock())
    for _ in range(5):
        try_once(database, clock, address=_ELSEWHERE)
    assert try_once(database, clock, address=_ELSEWHERE) > 0
    assert try_once(database, clock, device=device) == 0


def test_a_known_device_is_worth_nothing_for_somebody_else(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        other = identity.ensure_person(session, "Other", Role.VIEWER, clock())
        device = identity.remember_device(session, other, "", clock())
    for _ in range(5):
        try_once(database, clock)
    assert try_once(database, clock, device=device) > 0


def test_a_known_device_has_no_more_tries_than_others(database: Database, jiwoo: Person, clock: FakeClock):
    with database.writing() as session:
        device = identity.remember_device(session, jiwoo, "", clock())
    assert [try_once(database, clock, device=device) for _ in range(6)] == [0, 0, 0, 0, 0, 1]


def test_one_address_that_tries_many_logins_waits(database: Database, clock: FakeClock):
    waits = [try_once(database, clock, f"login-{number}") for number in range(31)]
    assert waits[:30] == [0] * 30
    assert waits[30] > 0
    assert try_once(database, clock, "login-99", _ELSEWHERE) == 0


def test_addresses_of_one_ipv6_network_are_one(database: Database, clock: FakeClock):
    waits = [try_once(database, clock, f"login-{number}", f"2001:db8::{number:x}") for number in range(31)]
    assert waits[30] > 0


def test_a_right_password_forgives_the_login_but_not_the_address(database: Database, jiwoo: Person, clock: FakeClock):
    for number in range(30):
        try_once(database, clock, f"login-{number}")
    clock.advance(seconds=1)
    assert sign_in(database, jiwoo, clock) == 0
    assert try_once(database, clock, address=_ELSEWHERE) == 0
    assert [try_once(database, clock, login) > 0 for login in ("one", "other")] == [False, True]


def test_right_passwords_cost_the_house_that_shares_an_address_nothing(
    database: Database, jiwoo: Person, clock: FakeClock
):
    assert [sign_in(database, jiwoo, clock) for _ in range(40)] == [0] * 40


def sign_in(database: Database, person: Person, clock: FakeClock) -> int:
    """Try once and be right; how long one had to wait for that."""
    wait = try_once(database, clock)
    with database.writing() as session:
        identity.forgive(session, identity.keys_of(session, "jiwoo", person.id, "", _HERE, clock()))
    return wait


def test_tries_are_forgotten_after_a_day(database: Database, jiwoo: Person, clock: FakeClock):
    for _ in range(5):
        try_once(database, clock)
    clock.advance(hours=24)
    assert [try_once(database, clock) for _ in range(5)] == [0] * 5
