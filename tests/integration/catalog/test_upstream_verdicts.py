"""Verdicts and relations are upstream's, told by its own validators from npm in one long-lived Node process.

The packages ship no example entities (those are only in the Git repository of the project), so documents are made here:
one of each kind with every field, and what hypothesis makes of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.catalog.domain.kinds import KNOWN_KINDS, violations
from homeport.catalog.domain.relations import stated_relations
from homeport.kernel.base.entities import EntityRef
from node_packages import NodeScript, node_script

Document = dict[str, Any]

METADATA: Document = {
    "name": "Order_api.v2",
    "namespace": "shop-1",
    "uid": "7d1e",
    "etag": "a==",
    "title": "Order API",
    "description": "",
    "labels": {"team": "order", "example.com/tier": ""},
    "annotations": {"example.com/note": "", "a.b-c.d/E_f": "any text, 주문"},
    "tags": ["java", "c++", "a:b-c#1"],
    "links": [{"url": "https://example.com:8080/a?b#c", "title": "Board", "icon": "dashboard", "type": "runbook"}],
    "custom": {"free": [1, None]},
}
PROFILE = {"displayName": "Order", "email": "order@example.com", "picture": "https://example.com/a.png"}
OWNED = {"type": "service", "lifecycle": "production", "owner": "order-team", "system": "shop"}
PERMISSIONS = {"tags": ["a"]}
TEMPLATE = {
    "type": "service",
    "owner": "user:guest",
    "lifecycle": "production",
    "parameters": [{"title": "Name", "backstage:permissions": PERMISSIONS, "properties": {}}],
    "secrets": {"schema": {"type": "object"}},
    "presentation": {"buttonLabels": {"backButtonText": "", "createButtonText": "Go", "reviewButtonText": "Look"}},
    "EXPERIMENTAL_recovery": {"EXPERIMENTAL_strategy": "startOver"},
    "formDecorators": [{"id": "a", "input": {}}],
    "EXPERIMENTAL_formDecorators": [{"id": "a", "input": {}}],
    "steps": [
        {"id": "a", "name": "A", "action": "fetch:template", "input": {"url": "."}, "if": True},
        {"action": "debug:log", "if": "${{ true }}", "backstage:permissions": PERMISSIONS},
    ],
    "output": {
        "links": [{"if": False, "url": "https://a.example", "entityRef": "component:a", "title": "A", "icon": "web"}],
        "text": [{"if": "a", "title": "A", "icon": "web", "content": ""}],
        "other": "text",
    },
}
SPECS: dict[str, tuple[str, Document]] = {
    "component": (
        "Component",
        {
            **OWNED,
            "subcomponentOf": "shop/whole",
            "providesApis": ["order", "api:order-2"],
            "consumesApis": ["Default/Stock", "order"],
            "dependsOn": ["resource:order-db", "component:other/stock"],
            "dependencyOf": ["component:web", {"kind": "Component", "name": "App"}],
        },
    ),
    "api": ("API", {**OWNED, "definition": "openapi: 3.1.0"}),
    "mcp server": ("API", {**OWNED, "type": "mcp-server", "remotes": [{"type": "sse", "url": "https://a.example"}]}),
    "resource": (
        "Resource",
        {**OWNED, "dependsOn": ["resource:a"], "dependencyOf": "component:b"},
    ),
    "system": ("System", {"owner": "order-team", "domain": "retail", "type": "product"}),
    "domain": ("Domain", {"owner": "order-team", "subdomainOf": "company", "type": "product"}),
    "group": (
        "Group",
        {"type": "team", "profile": PROFILE, "parent": "shop", "children": ["a", "b/c"], "members": ["jo", "user:x/y"]},
    ),
    "user": ("User", {"profile": PROFILE, "memberOf": ["order-team", "group:default/shop"]}),
    "location": (
        "Location",
        {"type": "url", "target": "./a.yaml", "targets": ["./b.yaml"], "presence": "optional"},
    ),
    "template": ("Template", TEMPLATE),
    "ai resource": ("AiResource", {**OWNED, "type": "note"}),
    "ai skill": (
        "AiResource",
        {
            **OWNED,
            "type": "skill",
            "disciplines": ["web"],
            "categories": ["testing"],
            "agents": ["any"],
            "dependsOn": ["other", "component:not-allowed"],
            "allowedTools": "shell",
            "license": "Apache-2.0",
            "compatibility": "x" * 500,
        },
    ),
    "ai rule": (
        "AiResource",
        {**OWNED, "type": "rule", "disciplines": ["web"], "category": "style", "rationale": "Since."},
    ),
    "ai plugin": ("AiResource", {**OWNED, "type": "plugin", "skills": ["a", "b/c"], "version": "1.0"}),
    "ai marketplace": ("AiResource", {**OWNED, "type": "marketplace", "plugins": ["a"], "version": "1.0"}),
    "a kind nobody knows": ("Elsewhere", {"anything": [1, {"goes": None}]}),
}
FORMATS = {
    "apiVersion": ("apiVersion",),
    "kind": ("kind",),
    "name": ("metadata", "name"),
    "namespace": ("metadata", "namespace"),
    "tag": ("metadata", "tags", 0),
    "label": ("metadata", "labels", "team"),
    "link": ("metadata", "links", 0, "url"),
    "link title": ("metadata", "links", 0, "title"),
    "owner": ("spec", "owner"),
    "dependency": ("spec", "dependsOn", 0),
    "dependant": ("spec", "dependencyOf"),
}

ODD_TEXTS = (
    *("", " ", "\u00a0", "\ufeff", "\x1c", "\x85", "\n", "a\n", "\na", "a b", "ünïcode", "주문", "😀", "İ", "\u2028"),
    *("a" * 63, "a" * 64, "a" * 254, "a" * 501, "-a", "a-", "a..b", "a--b", "_", ".", "a_b", "A", "0", "true", "null"),
    *("/", "a/", "/a", "a/b", "a/b/c", "a.b/c", "A.b/c", f"{'a' * 64}/b", f"{'a.' * 127}a/b", "a./b", "-/b", "a_b/c"),
    *(":", "a:", ":a", "a:b", "a:b/c", "a:b:c", "a/b:c", "a:/c", "a:b/", "user:guest", "Group:Default/X", "a: b"),
    *("backstage.io/v1alpha1", "backstage.io/v1beta1", "backstage.io/v1", "scaffolder.backstage.io/v1beta3", "v1"),
    *("Component", "component", "API", "Api", "Template", "AiResource", "Thing", "mcp-server", "skill", "plugin"),
    *("http://", "https:a", "https://a b", "//a", "a.example", "mailto:a", "http://[::1]", "http://1.2.3.256", "x:"),
    *("required", "optional", "constructor", "toString", "__proto", "$text", "123", "1.0", "2024-01-01"),
)
ODD_VALUES = (
    *(None, True, False, 0, 1, -1, 1.5, 10**20, [], {}, [""], [None], [[]], ["a"], ["a:b"], [["a:b"]], [{}], {"a": 1}),
    *({"name": "a"}, {"kind": "a", "name": "b"}, {"kind": 1, "name": 2}, {"kind": "a", "namespace": "", "name": "b"}),
    *({"": "a"}, {"a": ""}, {"a": None}, {"a b": "a"}, [{"url": "a"}], [{"url": "https://a.example", "title": " "}]),
    *({"backstage:permissions": []}, {"backstage:permissions": {"tags": [1]}}, [{"type": "a"}], [{"action": "a"}]),
)
ODD_KEYS = (*ODD_TEXTS, "relations", "status", "spec", "metadata", "labels", "remotes", "definition", "steps", "if")

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
odd_values = st.sampled_from(ODD_TEXTS) | st.sampled_from(ODD_VALUES) | json_values
formats = st.text(alphabet="aZ09-_./:+#@ é\n\t", max_size=12) | st.sampled_from(ODD_TEXTS) | st.text(max_size=70)


@pytest.fixture(scope="session")
def upstream() -> Iterator[NodeScript]:
    """Upstream's validators."""
    with node_script("verdicts.cjs") as script:
        yield script


def document_of(shape: str) -> Document:
    kind, spec = SPECS[shape]
    version = KNOWN_KINDS.get(kind, ("example.com/v1",))[0]
    return deepcopy({"apiVersion": version, "kind": kind, "metadata": METADATA, "spec": spec})


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything within a document."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield (*at, key)
        yield from places(one, (*at, key))


def holder_of(document: Document, place: tuple[Any, ...]) -> Any:
    holder: Any = document
    for key in place[:-1]:
        holder = holder[key]
    return holder


@st.composite
def changed(draw: st.DrawFn, shape: str) -> Document:
    """Draw a document with up to three things taken away, replaced, added or renamed."""
    document = document_of(shape)
    for _ in range(draw(st.integers(0, 3))):
        known = list(places(document))
        if not known:
            break
        place = draw(st.sampled_from(known))
        holder, key = holder_of(document, place), place[-1]
        change = draw(st.sampled_from(["take", "replace", "replace", "add", "rename"]))
        if change == "take":
            del holder[key]
        elif change == "replace":
            holder[key] = deepcopy(draw(odd_values))
        elif change == "add" and isinstance(holder, list):
            holder.append(deepcopy(draw(odd_values)))
        elif change == "add":
            holder[draw(st.sampled_from(ODD_KEYS))] = deepcopy(draw(odd_values))
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(ODD_KEYS) | st.text(max_size=8))] = holder.pop(key)
    return document


def check(upstream: NodeScript, document: Any) -> None:
    """Hold what we say of the document against what upstream says."""
    found, told = violations(document), upstream.ask(document)
    kind = document.get("kind") if isinstance(document, dict) else None
    is_ours = isinstance(kind, str) and kind.lower() not in {known.lower() for known in KNOWN_KINDS}
    if told["error"] or not (told["recognized"] or is_ours):
        assert found, f"We take what upstream refuses: {told['error'] or 'not recognized'}"
        return
    assert not found, "We refuse what upstream takes."
    if told["recognized"]:
        metadata = document["metadata"]
        ref = EntityRef(kind.lower(), metadata.get("namespace", "default"), metadata["name"].lower())
        assert sorted(stated_relations(ref, document)) == sorted(map(tuple, told["relations"]))


usual = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("shape", SPECS)
def test_a_document_with_every_field_is_valid_to_both(upstream: NodeScript, shape: str) -> None:
    document = document_of(shape)
    assert upstream.ask(document)["error"] is None
    check(upstream, document)
    assert violations(document) == []


@pytest.mark.parametrize("shape", SPECS)
def test_each_field_may_be_missing_or_odd_to_both_alike(upstream: NodeScript, shape: str) -> None:
    for place in places(document_of(shape)):
        for value in (None, "", "a b", 1, True, [], {}, [""], "x" * 64):
            document = document_of(shape)
            holder_of(document, place)[place[-1]] = value
            check(upstream, document)
        document = document_of(shape)
        del holder_of(document, place)[place[-1]]
        check(upstream, document)


@pytest.mark.parametrize("shape", SPECS)
def test_verdicts_on_changed_documents_are_upstreams(upstream: NodeScript, shape: str) -> None:
    @settings(usual, max_examples=120)
    @given(changed(shape))
    def compare(document: Document) -> None:
        check(upstream, document)

    compare()


@pytest.mark.parametrize("place", FORMATS.values(), ids=FORMATS)
@settings(usual, max_examples=60)
@given(text=formats)
def test_verdicts_on_formats_of_text_are_upstreams(upstream: NodeScript, place: tuple[Any, ...], text: str) -> None:
    document = document_of("component")
    holder_of(document, place)[place[-1]] = text
    check(upstream, document)


@pytest.mark.parametrize("held", ["labels", "annotations"])
@settings(usual, max_examples=60)
@given(key=formats)
def test_verdicts_on_keys_are_upstreams(upstream: NodeScript, held: str, key: str) -> None:
    document = document_of("component")
    document["metadata"][held][key] = "a"
    check(upstream, document)


@settings(usual, max_examples=60)
@given(document=json_values)
def test_what_is_no_entity_at_all_is_refused_by_both(upstream: NodeScript, document: Any) -> None:
    check(upstream, document)
