"""Local accounts: a login name and a password, for who has no other way to prove who they are.

Passwords are hashed by Argon2id, whose memory is the cost: so only a few are hashed at once.
Source: OWASP, Password Storage Cheat Sheet (m=19456, t=2, p=1); NIST SP 800-63B-4, 3.1.1 (length, no rules of
composition, Unicode normalised).
"""

from __future__ import annotations

import threading
import unicodedata
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import Conflict, FieldError, InvalidInput, NotFound
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity.actors import Actor
from homeport.kernel.trust.identity.people import Person

LEAST_LENGTH = 15
MOST_LENGTH = 1_000
_LONGEST_LOGIN = 100
_HASHED_AT_ONCE = 4

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turn = threading.BoundedSemaphore(_HASHED_AT_ONCE)
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$bRB6G1L1RPJl/2XTNuCOZI+g1ZNmdrU8ecFkXp6QyBI"
"""What an unknown login's password is compared with, so that it takes as long as a known one's."""


class Account(Base):
    """How a person signs in with a password; the hash is empty until they have chosen one."""

    __tablename__ = "kernel_accounts"

    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True)
    login: Mapped[str] = mapped_column(String(_LONGEST_LOGIN), unique=True)
    password_hash: Mapped[str | None]
    changed_at: Mapped[datetime | None]


def normalised_login(text: str) -> str:
    """Return the login name as it is compared: without surrounding blanks, and no matter in which case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def ensure_account(session: Session, person: Person, login: str) -> Account:
    """Return the account of `person`, who signs in as `login` from now on.

    Raises:
        InvalidInput: the login is empty, too long or has blanks in it.
        Conflict: another person signs in by that name.
    """
    name = normalised_login(login)
    if not name or len(name) > _LONGEST_LOGIN or not name.isprintable() or " " in name:
        problem = f"{login[:_LONGEST_LOGIN]!r} is no login name; take up to {_LONGEST_LOGIN} characters, no blanks"
        raise InvalidInput(f"{problem}.", errors=(FieldError("/login", problem),))
    holder = session.scalars(select(Account).where(Account.login == name)).first()
    if holder is not None and holder.person_id != person.id:
        raise Conflict(f"Somebody else signs in as {name!r}; choose another login name.")
    account = session.get(Account, person.id)
    if account is None:
        account = Account(person_id=person.id)
        session.add(account)
    account.login = name
    session.flush()
    return account


def get_account(session: Session, login: str) -> Account:
    """Return the account of that login.

    Raises:
        NotFound: nobody signs in by that name.
    """
    account = find_account(session, login)
    if account is None:
        raise NotFound(f"Nobody signs in as {login!r}; `homeport people list` shows the login names.")
    return account


def find_account(session: Session, login: str) -> Account | None:
    """Return the account of that login, or None."""
    return session.scalars(select(Account).where(Account.login == normalised_login(login))).first()


def has_accounts(session: Session) -> bool:
    """Whether anybody can sign in with a password."""
    return session.scalar(select(Account.person_id).where(Account.password_hash.is_not(None)).limit(1)) is not None


def hash_password(password: str, login: str = "") -> str:
    """Return what is stored of a password; this takes a while, so do it outside a transaction.

    Raises:
        InvalidInput: the password is too short, too long, or the login name itself.
    """
    text = _normalised(password)
    if not LEAST_LENGTH <= len(text) <= MOST_LENGTH:
        problem = f"a password has {LEAST_LENGTH} to {MOST_LENGTH} characters; a few words in a row do well"
        raise InvalidInput(f"{problem.capitalize()}.", errors=(FieldError("/password", problem),))
    if len(set(text)) == 1 or text.casefold() == normalised_login(login):
        problem = "this password would be guessed first; take another"
        raise InvalidInput(f"{problem.capitalize()}.", errors=(FieldError("/password", problem),))
    with _turn:
        return _hasher.hash(text)


def set_password(session: Session, actor: Actor, account: Account, password_hash: str, now: datetime) -> None:
    """Store the hash of a new password."""
    account.password_hash, account.changed_at = password_hash, now
    audit.record(session, actor, "account.change", f"person:{account.person_id}", now=now, after={"by": "new one"})


def is_password(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one of that hash; without a hash no, after as long a while."""
    text = _normalised(password)[:MOST_LENGTH]
    with _turn:
        try:
            _hasher.verify(password_hash or _NOBODYS, text)
        except VerificationError:
            return False
    return password_hash is not None


def _normalised(password: str) -> str:
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())
