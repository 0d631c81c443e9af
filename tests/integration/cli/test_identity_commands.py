"""`homeport people …`, `sessions …` and `admin …`: passwords, roles, sign-ins and breaking the glass."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeport.kernel.base.database import Database
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import Person, Purpose

from .test_cli import Shell, homeport

__all__ = ["homeport"]

_GOOD = "correct horse battery staple"


def database_of(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'homeport.db'}")


def sign_in(homeport: Shell, person_id: int) -> str:
    """Open a sign-in of the person; its id."""
    database, now = database_of(homeport.home), datetime.now(UTC)
    with database.writing() as session:
        person = session.get_one(Person, person_id)
        secret = identity.open_session(session, person, now, timedelta(days=1), "Firefox/140 Linux")
    database.close()
    return identity.hash_of(secret)[:16]


@pytest.fixture
def jiwoo(homeport: Shell) -> int:
    """Somebody with a login name; their number."""
    homeport("people", "password-link", "jiwoo", "--name", "Han Jiwoo", "--role", "developer")
    (person,) = homeport("people", "list", "--json").json["items"]
    assert (person["login"], person["role"]) == ("jiwoo", "developer")
    return int(person["id"])


def test_a_password_is_set_and_ends_the_sign_ins(homeport: Shell, jiwoo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(homeport, jiwoo)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{_GOOD}\n"))
    assert homeport("people", "set-password", "jiwoo", "--json").json == {"login": "jiwoo", "sessions_ended": 1}
    database = database_of(homeport.home)
    with database.reading() as session:
        account = identity.get_account(session, "jiwoo")
        assert identity.is_password(account.password_hash, _GOOD)
        assert audit.entries(session, limit=1)[0].action in {"account.change", "session.revoke-all"}
    database.close()


def test_a_weak_password_or_an_unknown_login_changes_nothing(
    homeport: Shell, jiwoo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login, password in (("jiwoo", "short"), ("nobody", _GOOD)):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        answer = homeport("people", "set-password", login)
        assert answer.code in {2, 4}
        assert password not in answer.err
    database = database_of(homeport.home)
    with database.reading() as session:
        assert identity.get_account(session, "jiwoo").password_hash is None
    database.close()


def test_a_role_is_given(homeport: Shell, jiwoo: int) -> None:
    assert homeport("people", "role", str(jiwoo), "operator", "--json").json["role"] == "operator"
    assert homeport("people", "list", "--json").json["items"][0]["role"] == "operator"
    assert homeport("people", "role", "4711", "operator").code == 4


def test_sign_ins_are_listed_and_ended(homeport: Shell, jiwoo: int) -> None:
    opened = sign_in(homeport, jiwoo)
    (listed,) = homeport("sessions", "list", "--json").json["items"]
    assert (listed["id"], listed["person"]) == (opened, "Han Jiwoo")
    assert homeport("sessions", "revoke", opened, "--json").json == {"id": opened, "person": "Han Jiwoo"}
    assert homeport("sessions", "list", "--json").json["items"] == []
    assert homeport("sessions", "revoke", opened).code == 4


def test_breaking_the_glass_prints_a_link_for_its_purpose_and_is_told_with_the_reason(homeport: Shell) -> None:
    answer = homeport("admin", "break-glass", "--reason", "the provider is away", "--json").json
    assert answer["reason"] == "the provider is away"
    database = database_of(homeport.home)
    with database.reading() as session:
        secret, now = answer["link"].rpartition("/")[2], datetime.now(UTC)
        assert identity.find_purpose(session, secret, now) is Purpose.BREAK_GLASS
        assert identity.find_purpose(session, secret, now + timedelta(minutes=16)) is None
        told = audit.entries(session, limit=1)[0]
    database.close()
    assert (told.action, told.after["reason"]) == ("break-glass.create", "the provider is away")


def test_breaking_the_glass_takes_a_reason(homeport: Shell) -> None:
    assert homeport("admin", "break-glass").code == 2
    for empty in ("", "  "):
        refused = homeport("admin", "break-glass", "--reason", empty)
        assert (refused.code, refused.out) == (2, "")
        assert "--reason is empty" in refused.err


def test_a_token_is_narrowed_to_scopes_that_there_are(homeport: Shell) -> None:
    made = homeport("token", "create", "--name", "ci", "--role", "operator", "--scope", "finding.import",
                    "--scope", "read", "--json").json  # fmt: skip
    assert made["scopes"] == ["finding.import", "read"]
    assert homeport("token", "list", "--json").json["items"][0]["scopes"] == ["finding.import", "read"]
    answer = homeport("token", "create", "--name", "x", "--role", "viewer", "--scope", "findings.import")
    assert answer.code == 2
    assert "did you mean 'finding.import'?" in answer.err
