"""The kinds that upstream knows: which specs they take, and what is said of others."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from homeport.catalog.domain.kinds import KNOWN_KINDS, violations

OWNED = {"type": "service", "lifecycle": "production", "owner": "order-team"}
REMOTES = [{"type": "streamable-http", "url": "https://example.com/mcp"}]
LEAST: list[tuple[str, dict[str, Any]]] = [
    ("Component", OWNED),
    ("API", {**OWNED, "definition": "openapi: 3.1.0"}),
    ("API", {**OWNED, "type": "mcp-server", "remotes": REMOTES}),
    ("Resource", {"type": "database", "owner": "order-team"}),
    ("System", {"owner": "order-team"}),
    ("Domain", {"owner": "order-team"}),
    ("Group", {"type": "team", "children": []}),
    ("User", {"memberOf": []}),
    ("Template", {"type": "service", "steps": []}),
    ("AiResource", OWNED),
    ("AiResource", {**OWNED, "type": "rule", "category": "style", "rationale": "So that one can read it."}),
    ("AiResource", {**OWNED, "type": "plugin", "skills": []}),
    ("AiResource", {**OWNED, "type": "marketplace", "plugins": []}),
]


def entity(kind: str, spec: Any) -> dict[str, Any]:
    version = KNOWN_KINDS.get(kind, ("example.com/v1",))[0]
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": deepcopy(spec)}


def paths(kind: str, spec: Any) -> list[tuple[str | int, ...]]:
    return [one.path[1:] for one in violations(entity(kind, spec))]


@pytest.mark.parametrize(("kind", "spec"), [*LEAST, ("Location", {})])
def test_the_least_that_a_kind_needs_is_enough(kind: str, spec: dict[str, Any]) -> None:
    assert violations(entity(kind, spec)) == []


@pytest.mark.parametrize(("kind", "spec"), LEAST)
def test_each_field_that_a_kind_needs_is_missed(kind: str, spec: dict[str, Any]) -> None:
    for field in spec:
        less = {name: value for name, value in spec.items() if name != field}
        assert paths(kind, less), field


@pytest.mark.parametrize("kind", sorted(KNOWN_KINDS))
def test_a_known_kind_needs_a_spec(kind: str) -> None:
    document = entity(kind, None)
    assert [one.path for one in violations(document)] == [("spec",)]
    del document["spec"]
    assert [one.message for one in violations(document)] == ["spec is missing."]


@pytest.mark.parametrize("kind", sorted(KNOWN_KINDS))
def test_a_known_kind_takes_its_own_versions_only(kind: str) -> None:
    document = {**entity(kind, {}), "apiVersion": "example.com/v1"}
    assert violations(document)[0].message == (
        f"apiVersion is 'example.com/v1', but must be {' or '.join(KNOWN_KINDS[kind])} for the kind {kind}."
    )


@pytest.mark.parametrize("version", ["backstage.io/v1alpha1", "backstage.io/v1beta1"])
def test_usual_kinds_have_two_versions(version: str) -> None:
    assert violations({**entity("Component", OWNED), "apiVersion": version}) == []


def test_a_known_kind_in_other_letters_is_told_how_it_is_written() -> None:
    document = {**entity("Component", OWNED), "kind": "component"}
    assert [one.message for one in violations(document)] == ["kind is 'component', but must be written 'Component'."]


@pytest.mark.parametrize("spec", [{}, {"owner": ["whatever"], "type": 5}])
def test_a_kind_that_nobody_knows_is_judged_by_its_envelope(spec: dict[str, Any]) -> None:
    document = entity("Elsewhere", spec)
    assert violations(document) == []
    del document["spec"]
    assert violations(document) == []


@pytest.mark.parametrize(
    ("kind", "spec", "path"),
    [
        ("Component", {**OWNED, "type": ""}, ("type",)),
        ("Component", {**OWNED, "owner": None}, ("owner",)),
        ("Component", {**OWNED, "owner": "a:"}, ("owner",)),
        ("Component", {**OWNED, "system": ["a"]}, ("system",)),
        ("Component", {**OWNED, "providesApis": "a"}, ("providesApis",)),
        ("Component", {**OWNED, "consumesApis": ["a", ""]}, ("consumesApis", 1)),
        ("Component", {**OWNED, "dependsOn": ["order-db"]}, ("dependsOn", 0)),
        ("Component", {**OWNED, "dependencyOf": 5}, ("dependencyOf",)),
        ("Component", {**OWNED, "dependencyOf": ["component:a", {"name": "b"}]}, ("dependencyOf", 1)),
        ("API", {**OWNED, "definition": {"openapi": "3.1.0"}}, ("definition",)),
        ("API", {**OWNED, "type": "mcp-server", "remotes": []}, ("remotes",)),
        ("API", {**OWNED, "type": "mcp-server", "remotes": [{"type": "sse"}]}, ("remotes", 0, "url")),
        ("API", {**OWNED, "remotes": REMOTES}, ("definition",)),
        ("Group", {"type": "team", "children": [], "profile": {"email": ""}}, ("profile", "email")),
        ("Group", {"type": "team", "children": [], "members": [None]}, ("members", 0)),
        ("User", {"memberOf": [], "profile": []}, ("profile",)),
        ("Location", {"targets": [""]}, ("targets", 0)),
        ("Location", {"presence": "maybe"}, ("presence",)),
        ("Template", {"type": "a", "steps": [{"id": "b"}]}, ("steps", 0, "action")),
        ("Template", {"type": "a", "steps": [{"action": "b", "if": 1}]}, ("steps", 0, "if")),
        ("Template", {"type": "a", "steps": [], "parameters": "b"}, ("parameters",)),
        ("Template", {"type": "a", "steps": [], "parameters": [1]}, ("parameters", 0)),
        ("Template", {"type": "a", "steps": [], "output": {"other": 1}}, ("output", "other")),
        ("AiResource", {**OWNED, "type": "skill", "compatibility": "x" * 501}, ("compatibility",)),
        ("AiResource", {**OWNED, "type": "skill", "dependsOn": [":a"]}, ("dependsOn", 0)),
    ],
    ids=str,
)
def test_what_a_kind_does_not_take_is_told_by_its_place(kind: str, spec: Any, path: tuple[str | int, ...]) -> None:
    assert paths(kind, spec) == [path]


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Component", {**OWNED, "owner": "Platform Team", "more": {"fields": 1}}),
        ("Component", {**OWNED, "dependencyOf": None}),
        ("Component", {**OWNED, "dependencyOf": {"kind": "Component", "name": "b"}}),
        ("API", {**OWNED, "type": "mcp-server", "definition": "tools: []"}),
        ("Template", {"type": "a", "steps": [], "parameters": {"properties": {}}, "output": {"other": "text"}}),
        ("AiResource", {**OWNED, "type": "skill", "compatibility": "x" * 500}),
        ("AiResource", {**OWNED, "type": "note", "skills": 5}),
    ],
    ids=str,
)
def test_what_upstream_leaves_free_is_free(kind: str, spec: Any) -> None:
    assert violations(entity(kind, spec)) == []


def test_one_look_tells_all_that_is_wrong() -> None:
    document = {**entity("Component", {"type": 1}), "extra": 2, "metadata": {"name": "-", "tags": ["A"]}}
    found = {one.path for one in violations(document)}
    assert found == {
        ("extra",),
        ("metadata", "name"),
        ("metadata", "tags", 0),
        ("spec", "lifecycle"),
        ("spec", "owner"),
        ("spec", "type"),
    }
