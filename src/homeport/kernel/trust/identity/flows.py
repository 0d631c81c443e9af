"""Sign-ins that are under way at an OpenID Connect provider: begun in one browser, ended there, once.

What is secret in one is made from its state and a secret that only the browser holds, so that the table knows none of
it, and an answer that another browser brings fits nothing. Source: RFC 9700, 2.1.1 and 4.7 (PKCE, CSRF).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.errors import SignInFailed
from homeport.kernel.trust.identity.actors import hash_of
from homeport.kernel.trust.identity.subjects import Trouble

FLOW_LASTS = timedelta(minutes=15)


class FlowRow(Base):
    """A sign-in that somebody began at a provider; `wanted` is where they want to go."""

    __tablename__ = "kernel_oidc_flows"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    provider: Mapped[str] = mapped_column(String(40))
    wanted: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in under way: what the provider is sent of it, and where its person wants to go."""

    state: str
    nonce: str
    verifier: str
    wanted: str


def begin_flow(session: Session, provider: str, browser: str, wanted: str, now: datetime) -> Flow:
    """Return a new sign-in at the provider, which only the browser of that secret can end."""
    session.execute(delete(FlowRow).where(FlowRow.expires_at <= now))
    state = secrets.token_urlsafe(32)
    key = _key(provider, browser, state)
    session.add(FlowRow(key_hash=key, provider=provider, wanted=wanted, expires_at=now + FLOW_LASTS))
    return _flow(state, browser, wanted)


def take_flow(session: Session, provider: str, browser: str, state: str, now: datetime) -> Flow:
    """Return the sign-in that this browser began with that state; it can't be taken again.

    Raises:
        SignInFailed: it began in no or another browser, too long ago or at another provider, or was taken.
    """
    key = _key(provider, browser, state)
    mine = FlowRow.key_hash == key, FlowRow.expires_at > now
    taken = session.execute(delete(FlowRow).where(*mine).returning(FlowRow.wanted)).first()
    if taken is None or not browser:
        raise SignInFailed(Trouble.STALE, "No sign-in with this state is under way in this browser.")
    return _flow(state, browser, taken.wanted)


def _flow(state: str, browser: str, wanted: str) -> Flow:
    return Flow(state, hash_of(f"nonce:{state}:{browser}"), hash_of(f"verifier:{state}:{browser}"), wanted)


def _key(provider: str, browser: str, state: str) -> str:
    return hash_of(f"flow:{provider}:{state}:{browser}")
