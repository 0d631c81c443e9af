"""People, their sessions and API tokens: who it is that asks."""

from homeport.kernel.trust.identity.actors import SYSTEM, Actor, GroupsOf, Role, hash_of
from homeport.kernel.trust.identity.people import (
    Person,
    Preferences,
    actor_of_person,
    ensure_person,
    has_people,
    person_of,
    set_preferences,
)
from homeport.kernel.trust.identity.sessions import (
    LoginLink,
    PersonSession,
    actor_of_session,
    create_login_link,
    end_session,
    open_session,
    redeem_login_link,
)
from homeport.kernel.trust.identity.tokens import (
    ApiToken,
    TokenUse,
    actor_of_token,
    create_token,
    is_token,
    list_tokens,
    revocations,
    revoke_token,
    token_in_use,
)
from homeport.kernel.trust.identity.uses import is_use_due, note_use

__all__ = [
    "SYSTEM",
    "Actor",
    "ApiToken",
    "GroupsOf",
    "LoginLink",
    "Person",
    "PersonSession",
    "Preferences",
    "Role",
    "TokenUse",
    "actor_of_person",
    "actor_of_session",
    "actor_of_token",
    "create_login_link",
    "create_token",
    "end_session",
    "ensure_person",
    "has_people",
    "hash_of",
    "is_token",
    "is_use_due",
    "list_tokens",
    "note_use",
    "open_session",
    "person_of",
    "redeem_login_link",
    "revocations",
    "revoke_token",
    "set_preferences",
    "token_in_use",
]
