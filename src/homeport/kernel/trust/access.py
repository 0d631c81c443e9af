"""Who may do what: a rule for each action, and nothing that has no rule.

A rule names the least role that may do the action on anything; it can also let the owner of the entity do it,
whatever their role, and the role security, which no other but admin includes. Rules come from the kernel and from
modules, at start.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, true

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Forbidden, Unauthenticated, UnknownAction
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

KERNEL_RULES = (
    Rule("finding.read", Role.VIEWER),
    Rule("finding.proof", Role.SECURITY, or_owner=True),
    Rule("finding.suppress", Role.OPERATOR, or_owner=True, or_security=True),
    Rule("finding.import", Role.OPERATOR, or_owner=True, or_security=True),
    Rule("change.read", Role.VIEWER),
    Rule("search", Role.VIEWER),
    Rule("view.save", Role.VIEWER),
    Rule("view.share", Role.OPERATOR, or_owner=True),
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
    if actor is None:
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


def readable(actor: Actor | None, query: Select[*_Row], entity_ref: SQLColumnExpression[Any]) -> Select[*_Row]:
    """Return `query` with only the rows `actor` may read; every list of every module goes through here.

    `entity_ref` is the column that tells which entity a row is about.
    """
    return query.where(_visible(actor, entity_ref))


def reads_everything(actor: Actor | None) -> bool:
    """Whether `readable` leaves nothing out for the actor, so that a count need not look at each entity."""
    return actor is not None


def _visible(actor: Actor | None, _entity_ref: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    # Everyone signed in reads every entity; a policy that hides some compares the column here, and is told above.
    return false() if actor is None else true()


def _rule(action: str) -> Rule:
    rule = _rules.get(action)
    if rule is None:
        raise UnknownAction(f"No rule says who may do {action!r}, so nobody may. Register one.")
    return rule


register(*KERNEL_RULES)
