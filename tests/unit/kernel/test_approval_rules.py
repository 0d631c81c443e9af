"""Who has to approve what: rules, requirements and standing approvals as functions of their arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from homeport.kernel.base.entities import EntityRef, EntityTraits
from homeport.kernel.base.errors import InvalidSetting
from homeport.kernel.base.settings import ApprovalRuleSettings, ChangeBoundSettings, load_settings
from homeport.kernel.trust.identity import Actor, Role
from homeport.kernel.work.approval_rules import Requirement, StandingApproval, policy_of, requirements_of, rule_fits
from homeport.kernel.work.procedures import Changes, Plan

ORDER = EntityRef.parse("component:default/order-api")
STOCK = EntityRef.parse("component:default/stock-api")
TEAM_ORDER = EntityRef.parse("group:default/order")
TEAM_STOCK = EntityRef.parse("group:default/stock")
HANEUL = EntityRef.parse("user:default/haneul")
TRAITS = {ORDER: EntityTraits(TEAM_ORDER, frozenset({"pci"}))}
PLAN = Plan({"entity": str(ORDER), "environment": "prod"})
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rule(**values: Any) -> ApprovalRuleSettings:
    return ApprovalRuleSettings.model_validate({"by": {"role": "operator"}, **values})


def person(name: str, role: Role = Role.VIEWER, *groups: EntityRef, entity: EntityRef | None = None) -> Actor:
    return Actor("person", name, name, role, frozenset(groups), entity)


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({}, True),
        ({"procedure": "stacks.*"}, True),
        ({"procedure": ["catalog.*", "stacks.deploy"]}, True),
        ({"procedure": "catalog.*"}, False),
        ({"environment": "prod"}, True),
        ({"environment": "prod*,live"}, True),
        ({"environment": "stage"}, False),
        ({"entity": {"ref": "component:*/order-*"}}, True),
        ({"entity": {"ref": "component:*/stock-*"}}, False),
        ({"entity": {"kind": "component"}}, True),
        ({"entity": {"kind": "api"}}, False),
        ({"entity": {"owner": "group:default/order"}}, True),
        ({"entity": {"owner": "group:default/stock"}}, False),
        ({"entity": {"tag": "pci"}}, True),
        ({"entity": {"tag": "public"}}, False),
        ({"entity": {"kind": "component", "tag": "public"}}, False),
        ({"procedure": "stacks.*", "environment": "stage"}, False),
    ],
)
def test_a_rule_fits_where_all_that_it_names_fits(values: dict[str, Any], fits: bool) -> None:
    assert rule_fits(rule(**values), "stacks.deploy", PLAN, TRAITS) is fits


def test_a_rule_about_entities_or_environments_does_not_fit_a_plan_without_any() -> None:
    assert not rule_fits(rule(entity={"kind": "*"}), "stacks.deploy", Plan({}), {})
    assert not rule_fits(rule(environment="*"), "stacks.deploy", Plan({}), {})


@pytest.mark.parametrize(
    ("requirement", "actor", "counts"),
    [
        (Requirement(role=Role.OPERATOR), person("a", Role.OPERATOR), True),
        (Requirement(role=Role.OPERATOR), person("a", Role.ADMIN), True),
        (Requirement(role=Role.OPERATOR), person("a", Role.DEVELOPER), False),
        (Requirement(groups=(TEAM_ORDER,)), person("a", Role.VIEWER, TEAM_ORDER), True),
        (Requirement(groups=(TEAM_ORDER,)), person("a", Role.ADMIN, TEAM_STOCK), False),
        (Requirement(owners=(TEAM_ORDER,)), person("a", Role.VIEWER, TEAM_ORDER), True),
        (Requirement(owners=(HANEUL,)), person("a", entity=HANEUL), True),
        (Requirement(people=(HANEUL,)), person("a", entity=HANEUL), True),
        (Requirement(people=(HANEUL,)), person("a", Role.ADMIN), False),
        (Requirement(role=Role.ADMIN, people=(HANEUL,)), person("a", Role.ADMIN), True),
    ],
)
def test_whose_approval_counts(requirement: Requirement, actor: Actor, counts: bool) -> None:
    assert requirement.accepts(actor, is_asker=False) is counts
    assert Requirement.from_json(requirement.to_json()) == requirement


def test_who_asked_counts_only_where_the_rule_says_so() -> None:
    operator = person("a", Role.OPERATOR)
    assert not Requirement(role=Role.OPERATOR).accepts(operator, is_asker=True)
    assert Requirement(role=Role.OPERATOR, self_approval=True).accepts(operator, is_asker=True)


def test_every_owner_has_to_approve_what_is_theirs() -> None:
    traits = {**TRAITS, STOCK: EntityTraits(TEAM_STOCK)}
    found = requirements_of(rule(by={"owner": True}), traits)
    assert [one.owners for one in found] == [(TEAM_ORDER,), (TEAM_STOCK,)]


def test_what_nobody_owns_takes_an_admin() -> None:
    (found,) = requirements_of(rule(by={"owner": True}), {STOCK: EntityTraits()})
    assert found == Requirement(role=Role.ADMIN)


@pytest.mark.parametrize(
    ("standing", "covers"),
    [
        ({}, True),
        ({"procedure": "stacks.deploy"}, False),
        ({"input": {"target": ["https://git.example.com/*"]}}, True),
        ({"input": {"target": ["https://other.example.com/*"]}}, False),
        ({"input": {"only": ["a*"]}}, True),
        ({"input": {"only": ["a"]}}, False),
        ({"input": {"missing": ["*"]}}, False),
        ({"expires_on": date(2026, 11, 23)}, True),
        ({"expires_on": date(2026, 11, 22)}, False),
        ({"at_most": ChangeBoundSettings(change=1)}, False),
        ({"at_most": ChangeBoundSettings(change=2)}, True),
    ],
)
def test_what_a_standing_approval_covers(standing: dict[str, Any], covers: bool) -> None:
    one = StandingApproval("sync", "group:default/order", **{"procedure": "stacks.sync", **standing})
    values = {"target": "https://git.example.com/a", "only": ["a", "ab"]}
    assert one.covers("stacks.sync", values, Changes(change=2), NOW) is covers


def test_a_standing_approval_covers_no_deletion_unless_it_says_so() -> None:
    one = StandingApproval("sync", "group:default/order", "stacks.sync")
    assert not one.covers("stacks.sync", {}, Changes(delete=1), NOW)
    assert not one.covers("stacks.sync", {}, Changes(replace=1), NOW)
    many = StandingApproval("sync", "group:default/order", "stacks.sync", at_most=ChangeBoundSettings(delete=1))
    assert many.covers("stacks.sync", {}, Changes(delete=1), NOW)


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ({"role": "boss"}, "'boss' is no role; one of viewer"),
        ({"group": ["group:default/a b"]}, "not an entity reference"),
        ({}, "names nobody"),
    ],
)
def test_a_rule_that_names_nobody_is_refused(by: dict[str, Any], told: str) -> None:
    settings = load_settings({}, approvals={"rules": [{"by": by}]}).approvals
    with pytest.raises(InvalidSetting, match=rf"^/home/homeport\.yaml: approvals\.rules\.0\.by.*{told}"):
        policy_of(settings, (), None, lambda _session, _event: None, Path("/home/homeport.yaml"))  # type: ignore[arg-type]


def test_an_unknown_key_of_a_rule_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InvalidSetting, match="did you mean 'procedure'"):
        load_settings({}, approvals={"rules": [{"procedures": "x", "by": {"role": "admin"}}]})
    with pytest.raises(InvalidSetting, match="did you mean 'people'"):
        load_settings({}, approvals={"rules": [{"by": {"peopel": "user:a"}}]})


def test_the_class_of_the_diff_is_part_of_the_fingerprint() -> None:
    assert (
        Plan({"a": 1}, changes=Changes(delete=1)).fingerprint != Plan({"a": 1}, changes=Changes(delete=2)).fingerprint
    )
    assert Plan({"a": 1}, {"price": 1}).fingerprint == Plan({"a": 1}, {"price": 2}).fingerprint
    plan = Plan({"a": 1}, changes=Changes(1, 2, 3, 4))
    assert Plan.from_json(plan.to_json()) == plan
