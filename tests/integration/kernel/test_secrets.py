"""Credentials are kept sealed, bound to their names, and found by the settings that name them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from sqlalchemy import text

from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import InvalidInput, InvalidSetting, NotFound
from homeport.kernel.base.settings import Settings, load_settings
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit, secrets
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.trust.secrets import Keyring, Secret

VALUE = "glpat-canary-of-the-vault"
OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({}, home=tmp_path / "home")


def keep(database: Database, settings: Settings, clock: FakeClock, **values: str) -> None:
    with database.writing() as session:
        for name, value in values.items():
            secrets.set_secret(session, SYSTEM, secrets.keyring_of(settings), name, value, clock())


def opened(database: Database, settings: Settings, name: str) -> str:
    filled = secrets.fill_in(settings.model_copy(update={"forges": forge_of(name, settings)}), database)
    token = filled.forges["git"].token
    assert token is not None
    return token.get_secret_value()


def forge_of(name: str, settings: Settings) -> object:
    forge = {"host": "git.example", "type": "gitlab", "token": f"secret:{name}"}
    return load_settings({}, home=settings.home, forges={"git": forge}).forges


def test_a_setting_that_names_a_secret_holds_it(database: Database, settings: Settings, clock: FakeClock) -> None:
    keep(database, settings, clock, gitlab=VALUE, hook="the sender's secret")
    told = {
        "forges": {"git": {"host": "git.example", "type": "gitlab", "token": "secret:gitlab"}},
        "webhooks": {"git": {"type": "gitlab", "secret": "secret:hook"}},
        "outbound": {"proxy": "http://proxy:3128"},
    }
    filled = secrets.fill_in(load_settings({}, home=settings.home, **told), database)
    assert filled.forges["git"].token.get_secret_value() == VALUE  # type: ignore[union-attr]
    assert filled.webhooks["git"].secret.get_secret_value() == "the sender's secret"
    assert filled.outbound.proxy.get_secret_value() == "http://proxy:3128"  # type: ignore[union-attr]
    assert VALUE not in repr(filled)


def test_a_secret_that_is_not_kept_is_no_secret_of_its_own_name(database: Database, settings: Settings) -> None:
    with pytest.raises(InvalidSetting, match="homeport secrets set gitlab"):
        opened(database, settings, "gitlab")


def test_settings_that_name_none_make_no_key(database: Database, settings: Settings) -> None:
    assert secrets.fill_in(settings, database) is settings
    assert not (settings.home / "secrets.key").exists()


def test_what_is_kept_is_neither_in_the_row_nor_in_the_audit(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    keep(database, settings, clock, gitlab=VALUE)
    with database.reading() as session:
        row = session.get_one(Secret, "gitlab")
        assert VALUE.encode() not in row.sealed
        assert VALUE not in str(session.execute(text("SELECT * FROM kernel_audit")).all())
        assert [(entry.action, entry.object_ref) for entry in audit.entries(session, limit=9)] == [
            ("secret.set", "secret:gitlab")
        ]


def test_the_same_value_is_sealed_differently_each_time(settings: Settings) -> None:
    keyring = secrets.keyring_of(settings)
    assert len({keyring.seal(b"value", "name") for _ in range(9)}) == 9


def test_a_sealed_value_can_not_be_moved_to_another_name(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    keep(database, settings, clock, weak="known to many", strong=VALUE)
    with database.writing() as session:
        session.get_one(Secret, "weak").sealed = session.get_one(Secret, "strong").sealed
    with pytest.raises(InvalidSetting, match="not what was sealed"):
        opened(database, settings, "weak")


@pytest.mark.parametrize("byte", [1, 40, 100, -1])
def test_a_changed_byte_is_noticed(settings: Settings, byte: int) -> None:
    keyring = secrets.keyring_of(settings)
    sealed = bytearray(keyring.seal(VALUE.encode(), "name"))
    sealed[byte] ^= 1
    with pytest.raises(InvalidSetting):
        keyring.open(bytes(sealed), "name")


def test_rotation_makes_a_new_key_opens_all_and_forgets_the_old_key(
    database: Database, settings: Settings, clock: FakeClock
) -> None:
    keep(database, settings, clock, gitlab=VALUE, hook="other")
    before = secrets.keyring_of(settings)
    with database.reading() as session:
        values = {row.name: row.sealed for row in secrets.list_secrets(session, SYSTEM)}
    assert secrets.rotate(database, SYSTEM, settings, clock()) == 2
    assert opened(database, settings, "gitlab") == VALUE
    with database.reading() as session:
        for row in secrets.list_secrets(session, SYSTEM):
            assert row.sealed[-20:] == values[row.name][-20:]  # only the small key was sealed again
            with pytest.raises(InvalidSetting, match="not at hand"):
                before.open(row.sealed, row.name)
    assert len((settings.home / "secrets.key").read_text().split()) == 1


def test_keys_of_the_setting_rotate_by_putting_the_new_one_first(
    database: Database, tmp_path: Path, clock: FakeClock
) -> None:
    old, both, new = (load_settings({}, home=tmp_path, secrets_key=keys) for keys in (OLD, f"{NEW} {OLD}", NEW))
    keep(database, old, clock, gitlab=VALUE)
    with pytest.raises(InvalidSetting, match="not at hand"):
        opened(database, new, "gitlab")
    assert opened(database, both, "gitlab") == VALUE
    secrets.rotate(database, SYSTEM, both, clock())
    assert opened(database, new, "gitlab") == VALUE
    assert not (tmp_path / "secrets.key").exists()


def test_the_key_is_for_its_user_alone(settings: Settings) -> None:
    secrets.keyring_of(settings)
    file = settings.home / "secrets.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    with pytest.raises(InvalidSetting, match="chmod 600"):
        secrets.keyring_of(settings)


def test_two_that_begin_at_once_have_one_key(settings: Settings) -> None:
    first = secrets.keyring_of(settings)
    assert secrets.keyring_of(settings).open(first.seal(b"value", "name"), "name") == b"value"


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(b"x" * 31).decode(), "ÿ"])
def test_a_key_of_the_wrong_form_is_told_without_showing_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(InvalidSetting, match="32 bytes in base64") as told:
        secrets.keyring_of(load_settings({}, home=tmp_path, secrets_key=key))
    assert not key or key not in told.value.message


@pytest.mark.parametrize(("name", "value"), [("Big", "x"), ("", "x"), ("a b", "x"), ("ok", ""), ("ok", "x" * 65_537)])
def test_names_and_values_that_can_not_be_are_refused(
    database: Database, settings: Settings, clock: FakeClock, name: str, value: str
) -> None:
    with pytest.raises(InvalidInput):
        keep(database, settings, clock, **{name: value})


def test_what_is_removed_is_gone(database: Database, settings: Settings, clock: FakeClock) -> None:
    keep(database, settings, clock, gitlab=VALUE)
    with database.writing() as session:
        secrets.remove_secret(session, SYSTEM, "gitlab", clock())
    with database.writing() as session, pytest.raises(NotFound):
        secrets.remove_secret(session, SYSTEM, "gitlab", clock())


def test_a_keyring_without_the_key_says_which(settings: Settings) -> None:
    sealed = Keyring([b"a" * 32]).seal(b"value", "name")
    with pytest.raises(InvalidSetting, match=Keyring([b"a" * 32]).current.hex()):
        Keyring([b"b" * 32]).open(sealed, "name")
