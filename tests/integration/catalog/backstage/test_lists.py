"""Lists of entities by Backstage's API: filters, predicates, order, pages, full text, facets."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from homeport.catalog.domain.relations import COUNTERPARTS, stated_relations
from homeport.kernel.base.entities import EntityRef

from .conftest import API, DOCUMENTS, Catalog

# What filters mean, by upstream's own rule: rows of key and value.


def search_rows(document: Mapping[str, Any], relations: Sequence[tuple[str, str]]) -> set[tuple[str, str | None]]:
    """The rows that upstream finds an entity by. Source: catalog-backend 4.0, buildEntitySearch."""
    rows: set[tuple[str, Any]] = set()

    def visit(path: str, value: Any) -> None:
        if path in ("relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"):
            return
        if isinstance(value, dict):
            for key, one in value.items():
                visit(f"{path}.{key}" if path else key, one)
        elif isinstance(value, list):
            for one in value:
                visit(path, one)
                if isinstance(one, str):
                    rows.add((f"{path}.{one}", "true"))
        else:
            rows.add((path, None if value is None else str(value)))

    visit("", document)
    metadata = document["metadata"]
    rows |= {("metadata.name", metadata["name"]), ("metadata.namespace", metadata.get("namespace", "default"))}
    rows |= {(f"relations.{type_}", target) for type_, target in relations}
    lowered = {(key.lower(), None if value is None else value.lower()) for key, value in rows}
    return {(key, value if value is None or len(value) <= 200 else None) for key, value in lowered if len(key) <= 200}


def expected_rows(target: str) -> dict[str, set[tuple[str, str | None]]]:
    """The rows of each of DOCUMENTS, by name."""
    file = target.replace("*.yaml", "catalog.yaml")
    found: dict[str, set[tuple[str, str | None]]] = {}
    refs = {}
    for one in DOCUMENTS:
        metadata = one["metadata"]
        origin = {
            "backstage.io/managed-by-location": f"file:{file}",
            "backstage.io/managed-by-origin-location": f"file:{target}",
        }
        document = {**one, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **origin}}}
        refs[f"{one['kind']}:{metadata.get('namespace', 'default')}/{metadata['name']}".lower()] = document
    relations: dict[str, list[tuple[str, str]]] = {ref: [] for ref in refs}
    for ref, document in refs.items():
        for type_, other in stated_relations(EntityRef.parse(ref), document):
            relations[ref].append((type_, other))
            relations.setdefault(other, []).append((COUNTERPARTS[type_], ref))
    for ref, document in refs.items():
        found[document["metadata"]["name"]] = search_rows(document, relations[ref])
    return found


def selected(target: str, wanted: Any) -> list[str]:
    """The names of the documents that `wanted(rows)` holds for, sorted as the API sorts them."""
    return sorted((name for name, rows in expected_rows(target).items() if wanted(rows)), key=str.lower)


def has(key: str, *values: str) -> Any:
    return lambda rows: any(k == key and (not values or v in values) for k, v in rows)


FILTERS: list[tuple[str, Any]] = [
    ("kind=component", has("kind", "component")),
    ("kind=COMPONENT,spec.type=SERVICE", lambda r: has("kind", "component")(r) and has("spec.type", "service")(r)),
    ("kind=component,kind=api", has("kind", "component", "api")),
    ("spec.type", has("spec.type")),
    ("spec.lifecycle=experimental", has("spec.lifecycle", "experimental")),
    ("metadata.name=payments", has("metadata.name", "payments")),
    ("metadata.namespace=other", has("metadata.namespace", "other")),
    ("metadata.tags=java", has("metadata.tags", "java")),
    ("metadata.tags", has("metadata.tags")),
    ("metadata.tags.java", has("metadata.tags.java")),
    ("metadata.tags.java=true", has("metadata.tags.java", "true")),
    ("metadata.tags.java=false", has("metadata.tags.java", "false")),
    ("metadata.annotations.example.com/tier=1", has("metadata.annotations.example.com/tier", "1")),
    ("metadata.annotations.example.com/team=x y", has("metadata.annotations.example.com/team", "x y")),
    ("metadata.labels.tier", has("metadata.labels.tier")),
    ("metadata.links.url=https://a.example", has("metadata.links.url", "https://a.example")),
    ("metadata.title=Orders", has("metadata.title", "orders")),
    ("spec.profile.displayName=team a", has("spec.profile.displayname", "team a")),
    ("spec.definition", has("spec.definition")),
    ("spec.definition=" + "x" * 300, has("spec.definition", "x" * 300)),
    ("spec.owner=team-a", has("spec.owner", "team-a")),
    ("relations.ownedBy=group:default/team-a", has("relations.ownedby", "group:default/team-a")),
    ("relations.OWNEROF=component:default/web", has("relations.ownerof", "component:default/web")),
    ("relations.ownedBy", has("relations.ownedby")),
    ("relations.hasMember", has("relations.hasmember")),
    ("relations.childOf=group:default/team-a", has("relations.childof", "group:default/team-a")),
    ("relations.parentOf", has("relations.parentof")),
    ("relations.nothing", has("relations.nothing")),
    (
        "metadata.annotations.backstage.io/managed-by-location",
        has("metadata.annotations.backstage.io/managed-by-location"),
    ),
    ("apiVersion=backstage.io/v1alpha1", has("apiversion", "backstage.io/v1alpha1")),
    ("relations", has("relations")),
    ("status", has("status")),
    ("nothing.there", has("nothing.there")),
    ("kind=user&filter=kind=group", has("kind", "user", "group")),
]


@pytest.mark.parametrize(("text", "wanted"), FILTERS, ids=[text[:50] for text, _ in FILTERS])
def test_filters_find_what_upstream_would_find(catalog: Catalog, text: str, wanted: Any) -> None:
    found = catalog.names(f"/entities/by-query?filter={text}&orderField=metadata.name,asc&limit=100")

    found = [name for name in found if not name.startswith("generated-")]
    assert found == selected(catalog.target, wanted)


def test_predicates_combine(catalog: Catalog) -> None:
    is_java, is_web = {"metadata.tags": {"$contains": "java"}}, {"spec.type": "website"}
    by_name = {"orderBy": [{"field": "metadata.name", "order": "asc"}]}

    assert catalog.asked(query={"$any": [is_java, is_web]}, **by_name) == ["orders", "Payments", "web"]
    assert catalog.asked(query={"$all": [{"kind": "component"}, {"$not": is_java}]}, **by_name) == ["archive", "web"]
    assert catalog.asked(query={"$all": [{"kind": "user"}, {"$not": {"spec.type": "x"}}]}, **by_name) == ["kim"]
    assert catalog.asked(query={"spec.type": {"$hasPrefix": "Serv"}}, **by_name) == ["orders", "Payments"]
    assert catalog.asked(query={"metadata.name": {"$hasPrefix": "team_"}}, **by_name) == []
    assert catalog.asked(query={"metadata.description": {"$hasPrefix": "old %_"}}, **by_name) == ["archive"]
    assert catalog.asked(query={"spec.type": {"$in": []}}) == []
    assert catalog.asked(query={"$any": []}) == []
    owned = {"relations": {"$contains": {"type": "ownedBy", "targetRef": {"$in": ["group:default/Team-B"]}}}}
    assert catalog.asked(query=owned) == ["web"]
    assert (
        catalog.asked(
            query={
                "$not": {"relations.ownedBy": {"$exists": True}},
            }
        ).count("kim")
        == 1
    )
    assert len(catalog.asked(query={})) == len(DOCUMENTS) + 1


def test_pages_follow_each_other_to_the_end_and_back(catalog: Catalog) -> None:
    everything = catalog.names("/entities/by-query?orderField=metadata.name,asc&limit=100")
    pages, cursor, back = [], "", ""
    while True:
        following = f"cursor={cursor}" if cursor else "orderField=metadata.name,asc"
        page = catalog.admin.get(f"{API}/entities/by-query?limit=4&{following}").json()
        assert page["totalItems"] == len(DOCUMENTS) + 1
        pages.append([one["metadata"]["name"] for one in page["items"]])
        back = page["pageInfo"].get("prevCursor", back)
        cursor = page["pageInfo"].get("nextCursor", "")
        if not cursor:
            break

    assert [name for page in pages for name in page] == everything
    before = catalog.admin.post(f"{API}/entities/by-query", json={"cursor": back, "limit": 4}).json()
    assert [one["metadata"]["name"] for one in before["items"]] == pages[-2]


@pytest.mark.parametrize(
    "order",
    [
        "",
        "&orderField=metadata.name,desc",
        "&orderField=metadata.title",
        "&orderField=spec.owner,desc",
        "&orderField=relations.ownedBy",
    ],
)
@pytest.mark.parametrize("query", [{}, {"kind": "component"}])
def test_cursors_are_good_on_both_verbs(catalog: Catalog, order: str, query: dict[str, str]) -> None:
    text = "".join(f"&filter={key}={value}" for key, value in query.items())
    wanted = catalog.names(f"/entities/by-query?limit=100{order}{text}")
    found, cursor = [], ""
    while True:
        if cursor and len(found) % 2:
            page = catalog.admin.post(f"{API}/entities/by-query", json={"cursor": cursor, "limit": 1})
        else:
            page = catalog.admin.get(
                f"{API}/entities/by-query?limit=1{f'&cursor={cursor}' if cursor else order + text}"
            )
        found += [one["metadata"]["name"] for one in page.json()["items"]]
        cursor = page.json()["pageInfo"].get("nextCursor")
        if not cursor:
            break
        assert ("query" in json.loads(base64.b64decode(cursor + "=="))) is bool(query)

    assert found == wanted


def test_an_order_leaves_out_what_lacks_the_field(catalog: Catalog) -> None:
    page = catalog.admin.get(f"{API}/entities/by-query?orderField=metadata.title,asc").json()

    assert [one["metadata"]["name"] for one in page["items"]] == ["orders"]
    assert page["totalItems"] == 1


def test_full_text_looks_into_the_fields_or_the_one_ordered_by(catalog: Catalog) -> None:
    found = catalog.names(
        "/entities/by-query?fullTextFilterTerm=ORDER&fullTextFilterFields=metadata.name,metadata.title"
    )
    assert sorted(found) == ["orders", "orders-api"]
    assert catalog.names(
        "/entities/by-query?fullTextFilterTerm=jav&fullTextFilterFields=metadata.tags&orderField=metadata.name,asc"
    ) == ["orders", "Payments"]
    assert catalog.names("/entities/by-query?fullTextFilterTerm=team&orderField=metadata.name,asc") == [
        "team-a",
        "team-b",
    ]
    assert catalog.asked(fullTextFilter={"term": "service", "fields": ["spec.type", "relations.partOf"]}) == [
        "orders",
        "Payments",
    ]


def test_only_a_count_can_be_asked_for_or_none_at_all(catalog: Catalog) -> None:
    counted = catalog.admin.get(f"{API}/entities/by-query?limit=0&filter=kind=group").json()
    assert counted == {"items": [], "totalItems": 2, "pageInfo": {}}

    uncounted = catalog.admin.get(f"{API}/entities/by-query?limit=1&totalItems=exclude").json()
    assert uncounted["totalItems"] == 0
    assert uncounted["pageInfo"]["nextCursor"]


def test_fields_keep_what_they_name(catalog: Catalog) -> None:
    fields = "metadata.annotations.example.com/tier,spec.profile,relations,nothing,spec.type.x"
    found = catalog.admin.get(f"{API}/entities?filter=metadata.name=payments&fields={fields}").json()

    assert found == [
        {
            "metadata": {"annotations": {"example.com/tier": "1"}},
            "relations": [{"type": "ownedBy", "targetRef": "group:default/team-a"}],
        }
    ]


def test_a_limited_list_links_to_the_rest(catalog: Catalog) -> None:
    first = catalog.admin.get(f"{API}/entities?filter=kind=component&limit=2&order=desc:metadata.name&offset=1")
    link = first.headers["link"]

    assert [one["metadata"]["name"] for one in first.json()] == ["Payments", "orders"]
    assert link.startswith("</entities?filter=kind%3Dcomponent&limit=2&")
    assert "offset" not in link
    rest = catalog.admin.get(API + link[1 : link.index(">")])
    assert [one["metadata"]["name"] for one in rest.json()] == ["archive"]
    assert "link" not in rest.headers
    assert len(catalog.names("/entities?offset=1")) == len(DOCUMENTS)
    assert catalog.names("/entities?limit=3&order=asc:metadata.title&order=asc:metadata.name")[0] == "orders"


def test_facets_count_values_as_written(catalog: Catalog) -> None:
    keys = (
        "kind",
        "spec.type",
        "metadata.tags",
        "metadata.tags.java",
        "relations.ownedBy",
        "metadata.namespace",
        "none",
    )
    asked = "&".join(f"facet={key}" for key in keys)
    facets = catalog.viewer.get(f"{API}/entity-facets?{asked}&filter=kind=component").json()["facets"]

    assert facets["kind"] == [{"value": "Component", "count": 4}]
    assert facets["spec.type"] == [
        {"value": "Service", "count": 1},
        {"value": "library", "count": 1},
        {"value": "service", "count": 1},
        {"value": "website", "count": 1},
    ]
    assert facets["metadata.tags"] == [{"value": "grpc", "count": 1}, {"value": "java", "count": 2}]
    assert facets["metadata.tags.java"] == [{"value": "true", "count": 2}]
    assert {"value": "group:default/team-a", "count": 2} in facets["relations.ownedBy"]
    assert facets["metadata.namespace"] == [{"value": "default", "count": 3}, {"value": "other", "count": 1}]
    assert facets["none"] == []
    body = {"facets": ["metadata.tags"], "query": {"metadata.name": {"$hasPrefix": "o"}}}
    by_predicate = catalog.viewer.post(f"{API}/entity-facets", json=body).json()["facets"]
    assert by_predicate["metadata.tags"] == [{"value": "grpc", "count": 1}, {"value": "java", "count": 1}]
    every = catalog.viewer.get(f"{API}/entity-facets?facet=kind").json()["facets"]["kind"]
    assert every == [
        {"value": kind, "count": count}
        for kind, count in (("API", 1), ("Component", 4), ("Group", 2), ("Location", 1), ("System", 1), ("User", 1))
    ]
