"""Which relations a document states, field by field and kind by kind."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.catalog.domain.references import full_ref
from homeport.catalog.domain.relations import COUNTERPARTS, relations_of, stated_relations
from homeport.kernel.base.entities import EntityRef

SPEC: dict[str, Any] = {
    "owner": "Order-Team",
    "system": "shop",
    "domain": "retail",
    "subcomponentOf": "whole",
    "subdomainOf": "company",
    "providesApis": ["order"],
    "consumesApis": ["stock"],
    "dependsOn": ["resource:order-db"],
    "dependencyOf": ["component:web"],
    "parent": "shop",
    "children": ["order"],
    "members": ["jo"],
    "memberOf": ["order"],
    "skills": ["test"],
    "plugins": ["tools"],
}


def stated(kind: str, spec: Any, namespace: str = "default") -> list[tuple[str, str]]:
    return stated_relations(EntityRef(kind, namespace, "a"), {"spec": spec})


@pytest.mark.parametrize(
    ("kind", "relations"),
    [
        (
            "component",
            [
                ("ownedBy", "group:default/order-team"),
                ("partOf", "component:default/whole"),
                ("providesApi", "api:default/order"),
                ("consumesApi", "api:default/stock"),
                ("dependsOn", "resource:default/order-db"),
                ("dependencyOf", "component:default/web"),
                ("partOf", "system:default/shop"),
            ],
        ),
        ("api", [("ownedBy", "group:default/order-team"), ("partOf", "system:default/shop")]),
        (
            "resource",
            [
                ("ownedBy", "group:default/order-team"),
                ("dependsOn", "resource:default/order-db"),
                ("dependencyOf", "component:default/web"),
                ("partOf", "system:default/shop"),
            ],
        ),
        ("system", [("ownedBy", "group:default/order-team"), ("partOf", "domain:default/retail")]),
        ("domain", [("ownedBy", "group:default/order-team"), ("partOf", "domain:default/company")]),
        (
            "group",
            [
                ("childOf", "group:default/shop"),
                ("parentOf", "group:default/order"),
                ("hasMember", "user:default/jo"),
            ],
        ),
        ("user", [("memberOf", "group:default/order")]),
        ("location", []),
        ("template", [("ownedBy", "group:default/order-team")]),
        ("airesource", [("ownedBy", "group:default/order-team"), ("partOf", "system:default/shop")]),
        ("elsewhere", [("ownedBy", "group:default/order-team"), ("partOf", "system:default/shop")]),
    ],
)
def test_each_kind_states_relations_in_its_own_fields(kind: str, relations: list[tuple[str, str]]) -> None:
    assert stated(kind, SPEC) == relations


@pytest.mark.parametrize(
    ("type_", "relation"),
    [
        ("skill", ("dependsOn", "airesource:default/x")),
        ("plugin", ("hasPart", "airesource:default/x")),
        ("marketplace", ("hasPart", "airesource:default/x")),
    ],
)
def test_resources_for_ai_refer_to_their_like_only(type_: str, relation: tuple[str, str]) -> None:
    listed = ["x", "component:y"]
    assert stated("airesource", {"type": type_, "dependsOn": listed, "skills": listed, "plugins": listed}) == [relation]


def test_an_owner_may_be_of_any_kind_but_for_resources_for_ai() -> None:
    assert stated("component", {"owner": "system:a"}) == [("ownedBy", "system:default/a")]
    assert stated("airesource", {"owner": "system:a"}) == []
    assert stated("airesource", {"owner": "user:a"}) == [("ownedBy", "user:default/a")]


def test_what_is_left_unsaid_is_the_entitys_namespace_and_the_fields_kind() -> None:
    assert stated("component", {"providesApis": ["a", "B/c", "resource:d"]}, namespace="shop") == [
        ("providesApi", "api:shop/a"),
        ("providesApi", "api:b/c"),
        ("providesApi", "resource:shop/d"),
    ]


def test_a_reference_may_be_an_object_or_stand_alone() -> None:
    assert stated("component", {"dependencyOf": {"kind": "Component", "namespace": "B", "name": "C"}}) == [
        ("dependencyOf", "component:b/c")
    ]
    assert stated("resource", {"dependencyOf": "component:c"}) == [("dependencyOf", "component:default/c")]


@pytest.mark.parametrize(
    "value", [None, "", 5, True, {}, [], [None], [""], ["a"], ["a:"], [":a"], [{"name": "a"}], [{"kind": 1, "name": 2}]]
)
def test_what_is_no_reference_is_passed_over(value: Any) -> None:
    assert stated("component", {"dependsOn": value}) == []


@pytest.mark.parametrize("document", [{}, {"spec": None}, {"spec": []}, {"spec": {"type": ["skill"]}}])
def test_a_document_without_a_usable_spec_states_nothing(document: dict[str, Any]) -> None:
    assert stated_relations(EntityRef("airesource", "default", "a"), document) == []


def test_a_relation_stated_twice_is_given_once() -> None:
    assert stated("component", {"consumesApis": ["a", "API:default/A", "b"]}) == [
        ("consumesApi", "api:default/a"),
        ("consumesApi", "api:default/b"),
    ]


def test_both_directions_are_given_together() -> None:
    ref = EntityRef("resource", "default", "a")
    forth, back = relations_of(ref, {"spec": {"dependsOn": ["component:b"]}})
    assert (forth.source, forth.type, str(forth.target)) == (ref, "dependsOn", "component:default/b")
    assert (str(back.source), back.type, back.target) == ("component:default/b", "dependencyOf", ref)


def test_a_target_that_nobody_can_be_called_is_stated_and_leads_nowhere() -> None:
    ref = EntityRef("component", "default", "a")
    document = {"spec": {"owner": "Platform Team"}}
    assert stated_relations(ref, document) == [("ownedBy", "group:default/platform team")]
    assert list(relations_of(ref, document)) == []


@pytest.mark.parametrize("kind", ["component", "group", "user", "airesource"])
def test_every_stated_relation_has_a_counterpart(kind: str) -> None:
    for type_ in ("skill", "plugin", "marketplace"):
        assert all(relation in COUNTERPARTS for relation, _ in stated(kind, {**SPEC, "type": type_}))


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("a", "group:here/a"),
        ("User:a", "user:here/a"),
        ("b/a", "group:b/a"),
        ("user:b/a", "user:b/a"),
        ("b/a:c", "group:b/a:c"),
        ("user:a:c", "user:here/a:c"),
        ("user:b/c/d", "user:b/c/d"),
        ("Ünder a", "group:here/ünder a"),
        ("", None),
        ("user:", None),
        (":a", None),
        ("/a", None),
        ("b/", None),
        ("user:/a", None),
    ],
)
def test_a_text_stands_for_the_reference_that_upstream_reads(text: str, ref: str | None) -> None:
    assert full_ref(text, "group", "here") == ref
