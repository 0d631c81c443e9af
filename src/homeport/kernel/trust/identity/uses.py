"""When a sign-in or API token was last used.

Reading and noting are two functions so that a page that only reads needs no turn to write.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from homeport.kernel.trust.identity.actors import hash_of
from homeport.kernel.trust.identity.people import Person
from homeport.kernel.trust.identity.sessions import PersonSession
from homeport.kernel.trust.identity.tokens import USE_NOTED_EVERY, find_token


def is_use_due(session: Session, secret: str, now: datetime) -> bool:
    """Whether the use of a sign-in or API token is to be noted: it was not within the last minute."""
    token = find_token(session, secret)
    if token is not None:
        return token.last_used_at is None or token.last_used_at <= now - USE_NOTED_EVERY
    found = session.get(PersonSession, hash_of(secret))
    return found is not None and found.last_seen_at <= now - USE_NOTED_EVERY


def note_use(session: Session, secret: str, now: datetime) -> None:
    """Note that a sign-in or API token is used now; at most once a minute is written."""
    if not is_use_due(session, secret, now):
        return
    token = find_token(session, secret)
    if token is not None:
        token.last_used_at = now
        return
    found = session.get_one(PersonSession, hash_of(secret))
    found.last_seen_at = now
    session.get_one(Person, found.person_id).last_seen_at = now
