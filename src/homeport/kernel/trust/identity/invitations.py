"""Links with which people choose a password, and what is thrown away once its time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from homeport.kernel.trust.identity.actors import Actor, Role
from homeport.kernel.trust.identity.flows import FlowRow
from homeport.kernel.trust.identity.passwords import Account, ensure_account, find_account
from homeport.kernel.trust.identity.people import Person, ensure_person
from homeport.kernel.trust.identity.sessions import IDLE_AFTER, LoginLink, PersonSession, Purpose, create_login_link

PASSWORD_LINK_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link with which `person` chooses the password of `account`, once: its secret part."""

    secret: str
    account: Account
    person: Person


def invite(
    session: Session, actor: Actor, login: str, now: datetime, *, name: str = "", role: Role = Role.VIEWER
) -> Invitation:
    """Return a link for whoever signs in as `login`; for a login that is new, somebody of that name and role is made.

    Raises:
        InvalidInput: no such login can be.
    """
    account = find_account(session, login)
    if account is None:
        person = ensure_person(session, name or login, role, now)
        account = ensure_account(session, person, login)
    person = session.get_one(Person, account.person_id)
    secret = create_login_link(session, actor, person, now, PASSWORD_LINK_LASTS, Purpose.PASSWORD)
    return Invitation(secret, account, person)


def throw_away_what_ended(session: Session, now: datetime, idle: timedelta = IDLE_AFTER) -> None:
    """Delete sign-ins, links and sign-ins under way that nobody can use any more."""
    is_over = or_(PersonSession.expires_at <= now, PersonSession.last_seen_at <= now - idle)
    session.execute(delete(PersonSession).where(is_over))
    session.execute(delete(LoginLink).where(LoginLink.expires_at <= now))
    session.execute(delete(FlowRow).where(FlowRow.expires_at <= now))
