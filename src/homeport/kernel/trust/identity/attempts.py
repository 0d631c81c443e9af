"""How often somebody tries to sign in: wrong passwords make the next try wait, and nobody is locked out.

Tries are counted for the login name and for the address they come from. A browser in which the person has signed in
before holds a device cookie and is counted by itself: whoever guesses elsewhere does not keep the owner out.
Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import TooManyAttempts
from homeport.kernel.trust.identity.actors import hash_of
from homeport.kernel.trust.identity.passwords import normalised_login
from homeport.kernel.trust.identity.people import Person

FORGOTTEN_AFTER = timedelta(hours=24)
_DEVICE_LASTS = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many tries are free, and how long the longest wait after them is."""

    free: int
    longest: timedelta

    def wait_after(self, tries: int) -> timedelta:
        """Return how long to wait after so many tries in a row: nothing, then 1 s, 2 s, 4 s and so on."""
        if tries < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(tries - self.free, 20)), self.longest)


ACCOUNT = Patience(free=5, longest=timedelta(minutes=15))
DEVICE = Patience(free=5, longest=timedelta(minutes=1))
ADDRESS = Patience(free=30, longest=timedelta(minutes=5))
STRANGER = Patience(free=30, longest=timedelta(minutes=1))


class LoginAttempts(Base):
    """Tries in a row of one kind: for a login, from an address or from a device, as a hash of which."""

    __tablename__ = "kernel_login_attempts"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]


class KnownDevice(Base):
    """A browser in which a person has signed in."""

    __tablename__ = "kernel_known_devices"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]


def keys_of_stranger(session: Session, device: str, address: str, now: datetime) -> Keys:
    """Return what a try is counted by that names nobody: the device if somebody has signed in there, else the address.

    A success gives the try back, so that a house whose people share an address can go on.
    """
    if _find_device(session, device, now) is not None:
        return {_key("device", device): DEVICE}
    return {_key("stranger", _network(address)): STRANGER}


def keys_of(session: Session, login: str, person_id: int | None, device: str, address: str, now: datetime) -> Keys:
    """Return what a try is counted by: the device if this person has signed in there, else login and address."""
    if person_id is not None and is_known_device(session, person_id, device, now):
        return {_key("device", device): DEVICE}
    return {_key("account", normalised_login(login)): ACCOUNT, _key("address", _network(address)): ADDRESS}


Keys = Mapping[str, Patience]


def count_try(session: Session, keys: Keys, now: datetime) -> None:
    """Count a try before its password is looked at, so that many at once are not one.

    Raises:
        TooManyAttempts: it is too early for another; nothing was counted.
    """
    session.execute(delete(LoginAttempts).where(LoginAttempts.last_at <= now - FORGOTTEN_AFTER))
    rows = _rows(session, keys, now)
    wait = max((row.next_at - now for row in rows.values()), default=timedelta(0))
    if wait > timedelta(0):
        seconds = ceil(wait.total_seconds())
        raise TooManyAttempts(
            f"Too many tries to sign in. Wait {seconds} s and try again; a sign-in link works at once.", seconds
        )
    for key, patience in keys.items():
        row = rows[key]
        row.tries += 1
        row.last_at, row.next_at = now, now + patience.wait_after(row.tries)


def forgive(session: Session, keys: Keys) -> None:
    """Forget the tries of a login or device that proved right, and this one of the address, whoever lives there."""
    of_addresses = [key for key, patience in keys.items() if patience is ADDRESS or patience is STRANGER]
    forgiven = [key for key in keys if key not in of_addresses]
    session.execute(delete(LoginAttempts).where(LoginAttempts.key_hash.in_(forgiven)))
    given_back = update(LoginAttempts).where(LoginAttempts.key_hash.in_(of_addresses), LoginAttempts.tries > 0)
    session.execute(given_back.values(tries=LoginAttempts.tries - 1, next_at=LoginAttempts.last_at))


def remember_device(session: Session, person: Person, device: str, now: datetime) -> str:
    """Return the secret of this browser as one where `person` has signed in: `device` if it is, else a new one."""
    if is_known_device(session, person.id, device, now):
        return device
    secret = secrets.token_urlsafe(32)
    session.execute(delete(KnownDevice).where(KnownDevice.created_at <= now - _DEVICE_LASTS))
    session.add(KnownDevice(token_hash=hash_of(secret), person_id=person.id, created_at=now))
    return secret


def forget_devices(session: Session, person: Person, keep: str = "") -> None:
    """Know no browser of `person` any more but the one of the secret `keep`."""
    others = KnownDevice.person_id == person.id, KnownDevice.token_hash != hash_of(keep)
    session.execute(delete(KnownDevice).where(*others))


def is_known_device(session: Session, person_id: int, device: str, now: datetime) -> bool:
    """Whether the person has signed in with the browser that holds this secret."""
    found = _find_device(session, device, now)
    return found is not None and found.person_id == person_id


def _find_device(session: Session, device: str, now: datetime) -> KnownDevice | None:
    found = session.get(KnownDevice, hash_of(device)) if device else None
    return found if found is not None and found.created_at > now - _DEVICE_LASTS else None


def _rows(session: Session, keys: Keys, now: datetime) -> dict[str, LoginAttempts]:
    """The counted rows, locked until the end of the transaction; in order, so that two never wait for each other."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = [{"key_hash": key, "tries": 0, "last_at": now, "next_at": now} for key in sorted(keys)]
    session.execute(insert(LoginAttempts).values(new).on_conflict_do_nothing())
    query = select(LoginAttempts).where(LoginAttempts.key_hash.in_(keys)).order_by(LoginAttempts.key_hash)
    rows = session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {row.key_hash: row for row in rows}


def _key(kind: str, value: str) -> str:
    return hash_of(f"{kind}:{value}")


def _network(address: str) -> str:
    """The address, or the /64 of an IPv6 one: whoever has one of them has all."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
