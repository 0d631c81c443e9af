"""Who may do what: a rule for each action, and nothing that has no rule.

A rule names the least role that may do the action on anything; it can also let the owner of the entity do it,
whatever their role, and the role security, which no other but admin includes. Rules come from the kernel and from
modules, at start.

A token with scopes may what its role may and a scope names: an action (`finding.import`), all actions of an area
(`finding.*`), or `read`, every action that only looks.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, true

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import FieldError, Forbidden, InvalidInput, Unauthenticated, UnknownAction
from homeport.kernel.trust.identity import Actor, Role


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do `action`: `role` and those that include it, the owner if `or_owner`, security if `or_security`."""

    action: str
    role: Role
    or_owner: bool = False
    or_security: bool = False


@dataclass(frozen=True, slots=True)
class WhoMay:
    """Who may do something, to be said where one may not: roles (first the least), and an owner if there is one."""

    role: Role
    owner: EntityRef | None
    or_security: bool = False

    def __str__(self) -> str:
        said = [f"role {self.role}{_ABOVE[self.role]}"]
        said += ["role security"] if self.or_security else []
        said += [str(self.owner)] if self.owner else []
        return ", or ".join(said)


_ABOVE = {Role.ADMIN: "", Role.SECURITY: " or admin"} | dict.fromkeys(
    (Role.VIEWER, Role.DEVELOPER, Role.OPERATOR), " or higher"
)

READ = "read"
"""The scope of every action that only looks."""

_LOOKS = frozenset({"search"})
"""Actions that only look, besides those that are called so."""

KERNEL_RULES = (
    Rule("finding.read", Role.VIEWER),
    Rule("finding.proof", Role.SECURITY, or_owner=True),
    Rule("finding.suppress", Role.OPERATOR, or_owner=True, or_security=True),
    Rule("finding.import", Role.OPERATOR, or_owner=True, or_security=True),
    Rule("change.read", Role.VIEWER),
    Rule("search", Role.VIEWER),
    Rule("view.save", Role.VIEWER),
    Rule("view.share", Role.OPERATOR, or_owner=True),
    Rule("webhook.read", Role.OPERATOR),
    Rule("webhook.payload", Role.ADMIN),
    Rule("webhook.replay", Role.OPERATOR),
    Rule("token.manage", Role.ADMIN),
    Rule("session.manage", Role.ADMIN),
    Rule("audit.read", Role.SECURITY),
)

_rules: dict[str, Rule] = {}

_Row = TypeVarTuple("_Row")


def register(*rules: Rule) -> None:
    """Make the rules known; the same rule twice is taken once.

    Raises:
        ValueError: two different rules for one action.
    """
    for rule in rules:
        if _rules.setdefault(rule.action, rule) != rule:
            raise ValueError(f"Two rules for {rule.action!r}: {_rules[rule.action]} and {rule}.")


def authorize(actor: Actor | None, action: str, owner: EntityRef | None = None) -> None:
    """Return if `actor` may do `action` to something of `owner`; nobody (None) may do nothing.

    Raises:
        Unauthenticated: nobody is signed in.
        Forbidden: the actor may not; the message says who may.
        UnknownAction: there is no rule for the action.
    """
    if actor is None:
        raise Unauthenticated(f"{action} needs someone who is signed in; sign in, or send an API token.")
    if not _is_in_scope(actor, action):
        scopes = ", ".join(sorted(actor.scopes or ())) or "none"
        raise Forbidden(f"{actor.name} has the scopes {scopes}; it takes {action!r}. Make a token with that scope.")
    if not may(actor, action, owner):
        raise Forbidden(
            f"{actor.name} ({actor.role}) may not do {action}; it takes {who_may(action, owner)}. Ask one of them."
        )


def may(actor: Actor | None, action: str, owner: EntityRef | None = None) -> bool:
    """Whether `actor` may do `action` to something of `owner`.

    Raises:
        UnknownAction: there is no rule for the action.
    """
    rule = _rule(action)
    if actor is None or not _is_in_scope(actor, action):
        return False
    return (
        actor.role.includes(rule.role)
        or (rule.or_security and actor.role is Role.SECURITY)
        or (rule.or_owner and owner is not None and actor.belongs_to(owner))
    )


def who_may(action: str, owner: EntityRef | None = None) -> WhoMay:
    """Return who may do `action` to something of `owner`, for a disabled button or a refusal.

    Raises:
        UnknownAction: there is no rule for the action.
    """
    rule = _rule(action)
    return WhoMay(rule.role, owner if rule.or_owner else None, rule.or_security)


def parse_scopes(names: Iterable[str]) -> frozenset[str] | None:
    """Return the scopes of a token as they were named; None, for all that its role may, where none are.

    Raises:
        InvalidInput: a scope names no action or area that there is.
    """
    scopes = frozenset(names)
    known = known_scopes()
    for scope in sorted(scopes - set(known)):
        near = difflib.get_close_matches(scope, known, n=1)
        told = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"
        problem = f"{scope!r} is no scope; {told}"
        raise InvalidInput(f"{problem}.", errors=(FieldError("/scopes", problem),))
    return scopes or None


def known_scopes() -> list[str]:
    """Return every scope that a token can have: `read`, areas and actions."""
    areas = {f"{action.partition('.')[0]}.*" for action in _rules if "." in action}
    return [READ, *sorted(areas | _rules.keys())]


def readable(
    actor: Actor | None, query: Select[*_Row], entity_ref: SQLColumnExpression[Any] | None = None
) -> Select[*_Row]:
    """Return `query` with only the rows `actor` may read; every list of every module goes through here.

    `entity_ref` is the column that tells which entity a row is about, None where rows are about no one entity.
    """
    return query.where(_visible(actor, entity_ref))


def reads_everything(actor: Actor | None) -> bool:
    """Whether `readable` leaves nothing out for the actor, so that a count need not look at each entity."""
    return actor is not None


def _visible(actor: Actor | None, _entity_ref: SQLColumnExpression[Any] | None) -> ColumnElement[bool]:
    # Everyone signed in reads every entity; a policy that hides some compares the column here, and is told above.
    return false() if actor is None else true()


def _is_in_scope(actor: Actor, action: str) -> bool:
    if actor.scopes is None:
        return True
    area, _, verb = action.partition(".")
    is_look = verb == READ or action in _LOOKS
    return action in actor.scopes or f"{area}.*" in actor.scopes or (is_look and READ in actor.scopes)


def _rule(action: str) -> Rule:
    rule = _rules.get(action)
    if rule is None:
        raise UnknownAction(f"No rule says who may do {action!r}, so nobody may. Register one.")
    return rule


register(*KERNEL_RULES)
