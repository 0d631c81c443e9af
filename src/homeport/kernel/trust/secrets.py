"""Credentials kept sealed in the database, and the settings that name them: `token: secret:NAME` in homeport.yaml.

Each value is sealed with a key of its own (AES-256-GCM), and that key with a master key: turning to a new master key
seals the small keys again and leaves the values alone. Master keys come from `secrets_key`, newest first, else from
the file `secrets.key` in `home`, which is made when it is first needed. What is sealed is bound to its name: it can't
be opened under another.

Source: NIST SP 800-38D (GCM); NIST SP 800-57 part 1, 5.3 (cryptoperiods; wrapping keys).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, SecretStr
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base import private
from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.errors import InvalidInput, InvalidSetting, NotFound
from homeport.kernel.base.settings import Settings
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import SYSTEM, Actor

REFERENCE = "secret:"
"""What a setting begins with that names a secret in place of being one."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_MOST_BYTES = 65_536
_FILE = "secrets.key"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ID_BYTES = 8
_VERSION = b"\x01"
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + _TAG_BYTES
_HEAD_BYTES = len(_VERSION) + _ID_BYTES + _WRAPPED_BYTES


class Secret(Base):
    """A credential under a name, sealed."""

    __tablename__ = "kernel_secrets"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class Keyring:
    """Master keys of 32 bytes: the first seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_id_of(key): key for key in keys}
        self.current = _id_of(keys[0])

    def seal(self, value: bytes, name: str) -> bytes:
        """Return the value as only this keyring opens it, and only under this name."""
        key = AESGCM.generate_key(_KEY_BYTES * 8)
        return self._wrapped(key, name) + _encrypted(key, value, name)

    def open(self, sealed: bytes, name: str) -> bytes:
        """Return what was sealed under the name.

        Raises:
            InvalidSetting: its master key is not among ours, or it is not what was sealed.
        """
        try:
            return _decrypted(self._unwrapped(sealed, name), sealed[_HEAD_BYTES:], name)
        except InvalidTag:
            raise InvalidSetting(f"secret:{name} is not what was sealed; set it again.") from None

    def renewed(self, sealed: bytes, name: str) -> bytes:
        """Return the same with its key sealed by the current master key; the value stays as it is."""
        if sealed[len(_VERSION) : len(_VERSION) + _ID_BYTES] == self.current:
            return sealed
        try:
            return self._wrapped(self._unwrapped(sealed, name), name) + sealed[_HEAD_BYTES:]
        except InvalidTag:
            raise InvalidSetting(f"secret:{name} is not what was sealed; set it again.") from None

    def _wrapped(self, key: bytes, name: str) -> bytes:
        return _VERSION + self.current + _encrypted(self._keys[self.current], key, name)

    def _unwrapped(self, sealed: bytes, name: str) -> bytes:
        key_id = sealed[len(_VERSION) : len(_VERSION) + _ID_BYTES]
        master = self._keys.get(key_id)
        if master is None:
            raise InvalidSetting(
                f"secret:{name} was sealed with the master key {key_id.hex()}, which is not at hand; "
                f"put it back into secrets_key or {_FILE}, or set the secret again."
            )
        return _decrypted(master, sealed[len(_VERSION) + _ID_BYTES : _HEAD_BYTES], name)


def keyring_of(settings: Settings) -> Keyring:
    """Return the master keys of the installation; made, in a file that only its user reads, if there are none.

    Raises:
        InvalidSetting: a key of the wrong form, or a file that others may read.
    """
    if settings.secrets_key is not None:
        return Keyring(_parsed(settings.secrets_key.get_secret_value(), "secrets_key"))
    return Keyring(_keys_of_file(settings.home / _FILE))


def set_secret(session: Session, actor: Actor, keyring: Keyring, name: str, value: str, now: datetime) -> None:
    """Keep the value under the name, in place of the one there was.

    Raises:
        InvalidInput: no such name can be, or the value is empty or too long.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{name!r} is no name of a secret: a-z, 0-9, dot, dash and underscore, at most 100.")
    content = value.encode()
    if not 0 < len(content) <= _MOST_BYTES:
        raise InvalidInput(f"The value has {len(content)} bytes; a secret has 1 to {_MOST_BYTES}.")
    row = session.get(Secret, name) or Secret(name=name)
    row.sealed, row.changed_at, row.changed_by = keyring.seal(content, name), now, actor.name
    session.add(row)
    audit.record(session, actor, "secret.set", f"secret:{name}", now=now)


def list_secrets(session: Session, actor: Actor | None) -> Sequence[Secret]:
    """Return the secrets by name, sealed as they are."""
    return session.scalars(readable(actor, select(Secret)).order_by(Secret.name)).all()


def remove_secret(session: Session, actor: Actor, name: str, now: datetime) -> None:
    """Forget the secret.

    Raises:
        NotFound: none is kept under the name.
    """
    row = session.get(Secret, name)
    if row is None:
        raise NotFound(f"No secret {name!r} is kept; `homeport secrets list` shows the names.")
    session.delete(row)
    audit.record(session, actor, "secret.remove", f"secret:{name}", now=now)


def rotate(database: Database, actor: Actor, settings: Settings, now: datetime) -> int:
    """Seal every secret by the current master key and return how many; with the key in a file, by a new one.

    Keys in `secrets_key` are turned by putting a new one before the old, and the old one taken out afterwards.
    """
    file = settings.home / _FILE
    is_ours = settings.secrets_key is None
    if is_ours:
        _write(file, [AESGCM.generate_key(_KEY_BYTES * 8), *_keys_of_file(file)])
    keyring = keyring_of(settings)
    with database.writing() as session:
        rows = list_secrets(session, SYSTEM)
        for row in rows:
            row.sealed = keyring.renewed(row.sealed, row.name)
        told = {"count": len(rows), "master": keyring.current.hex()}
        audit.record(session, actor, "secret.rotate", "secret:*", now=now, after=told)
    if is_ours:  # only once nothing is sealed by the old ones any more
        _write(file, _keys_of_file(file)[:1])
    return len(rows)


def fill_in(settings: Settings, database: Database) -> Settings:
    """Return the settings with the secrets they name in place of their names.

    Raises:
        InvalidSetting: a secret that is not kept, or can't be opened.
    """
    if not any(_references(settings)):
        return settings
    keyring = keyring_of(settings)

    def find(name: str) -> str:
        row = session.get(Secret, name)
        if row is None:
            raise InvalidSetting(f"A setting names secret:{name}, which is not kept. `homeport secrets set {name}`.")
        return keyring.open(row.sealed, name).decode()

    with database.reading() as session:
        filled: Settings = _filled(settings, find)
        return filled


def _references(value: Any) -> list[str]:
    if isinstance(value, SecretStr):
        text = value.get_secret_value()
        return [text] if text.startswith(REFERENCE) else []
    return [found for _, part in _parts(value) for found in _references(part)]


def _filled(value: Any, find: Callable[[str], str]) -> Any:
    if not _references(value):
        return value
    if isinstance(value, SecretStr):
        return SecretStr(find(value.get_secret_value().removeprefix(REFERENCE)))
    parts = {key: _filled(part, find) for key, part in _parts(value)}
    if isinstance(value, BaseModel):
        return value.model_copy(update=parts)
    return parts if isinstance(value, Mapping) else tuple(parts.values())


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, BaseModel):
        return [(name, getattr(value, name)) for name in type(value).model_fields]
    if isinstance(value, Mapping):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list | tuple) else []


def _keys_of_file(file: Path) -> list[bytes]:
    if not file.exists():
        _make(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise InvalidSetting(f"{file} holds the master key and may be read by others; `chmod 600 {file}`.")
    try:
        return _parsed(file.read_text(encoding="ascii"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"{file} holds the master key and can't be read: {error}") from None


def _parsed(text: str, place: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(word, validate=True) for word in re.split(r"[\s,]+", text.strip())]
    except ValueError:
        keys = []
    if not keys or any(len(key) != _KEY_BYTES for key in keys):
        raise InvalidSetting(f"{place} must hold keys of 32 bytes in base64, such as `openssl rand -base64 32` prints.")
    return keys


def _make(file: Path) -> None:
    """Make the file with a first key, unless another process was quicker."""
    made = _temporary(file, [AESGCM.generate_key(_KEY_BYTES * 8)])
    with contextlib.suppress(FileExistsError):
        os.link(made, file)
    made.unlink()


def _write(file: Path, keys: Sequence[bytes]) -> None:
    _temporary(file, keys).replace(file)


def _temporary(file: Path, keys: Sequence[bytes]) -> Path:
    """A file beside it with the keys; mkstemp lets nobody else read it."""
    private.make_folder(file.parent)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write("\n".join(base64.b64encode(key).decode() for key in keys) + "\n")
        out.flush()
        os.fsync(out.fileno())
    return Path(name)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"homeport master key" + key).digest()[:_ID_BYTES]


def _encrypted(key: bytes, value: bytes, name: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, name.encode())


def _decrypted(key: bytes, sealed: bytes, name: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], name.encode())
