"""Backstage's own API under /api/catalog, on both engines: what clients ask, and what they are answered."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from starlette.testclient import TestClient

from homeport.app import assemble, create_app
from homeport.catalog import origins
from homeport.catalog.domain.relations import COUNTERPARTS, stated_relations
from homeport.catalog.models import UnitRow
from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.procedures import Procedures
from servers import answer, serving

from .conftest import Installation

API = "/api/catalog"
BACKSTAGE = "backstage.io/v1alpha1"


def entity(kind: str, name: str, spec: Mapping[str, Any], **metadata: Any) -> dict[str, Any]:
    """A document."""
    return {"apiVersion": BACKSTAGE, "kind": kind, "metadata": {"name": name, **metadata}, "spec": dict(spec)}


def component(name: str, type_: str = "service", owner: str = "team-a", **rest: Any) -> dict[str, Any]:
    """A component; `spec` is more of its spec, the rest metadata."""
    spec = {"type": type_, "lifecycle": "production", "owner": owner, **rest.pop("spec", {})}
    return entity("Component", name, spec, **rest)


DOCUMENTS = [
    component("orders", tags=["java", "grpc"], title="Orders", spec={"providesApis": ["orders-api"], "system": "shop"}),
    component("Payments", "Service", tags=["java"], annotations={"example.com/tier": "1", "example.com/Team": "X Y"}),
    component("web", "website", "team-b", labels={"tier": "front"}, spec={"consumesApis": ["orders-api"]}),
    component(
        "archive",
        "library",
        "nobody",
        namespace="other",
        description="Old %_ things",
        links=[{"url": "https://a.example"}],
    ),
    entity(
        "API",
        "orders-api",
        {"type": "openapi", "lifecycle": "experimental", "owner": "team-a", "definition": "x" * 300},
    ),
    entity("Group", "team-a", {"type": "team", "children": [], "profile": {"displayName": "Team A"}}),
    entity("Group", "team-b", {"type": "team", "children": [], "parent": "team-a"}),
    entity("User", "kim", {"memberOf": ["team-a"]}),
    entity("System", "shop", {"owner": "team-a"}),
]


@dataclass
class Catalog:
    """An installation with entities, and clients of its API."""

    installation: Installation
    app: Any
    target: str
    anonymous: TestClient
    admin: TestClient
    viewer: TestClient

    def names(self, path: str) -> list[str]:
        """The names of the entities that a GET answers with, in its order."""
        found = self.admin.get(f"{API}{path}")
        assert found.status_code == 200, found.text
        body = found.json()
        return [one["metadata"]["name"] for one in (body["items"] if isinstance(body, dict) else body)]

    def asked(self, **body: Any) -> list[str]:
        """The names of the entities that a POST to by-query answers with."""
        found = self.admin.post(f"{API}/entities/by-query", json=body)
        assert found.status_code == 200, found.text
        return [one["metadata"]["name"] for one in found.json()["items"]]


def assembled(database: Database, clock: FakeClock, home: Path, **catalog: Any) -> Installation:
    """homeport with these settings of the catalog."""
    modules = installed_modules()
    sections = {module.name: module.settings for module in modules if module.settings}
    settings = load_settings(
        {}, sections, home=home, catalog={"folders": (home.parent,), **catalog}, outbound={"allow": ["127.0.0.1"]}
    )
    return Installation(assemble(Services(settings, database, Procedures(), Subscribers(), clock), modules))


@pytest.fixture
def catalog(database: Database, clock: FakeClock, tmp_path: Path) -> Iterator[Catalog]:
    """The catalog of DOCUMENTS, read from a file."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "catalog.yaml").write_text(yaml.safe_dump_all(DOCUMENTS), encoding="utf-8")
    installation = assembled(database, clock, tmp_path / "home")
    target = f"{folder}/*.yaml"
    installation.discover(target, type="file")
    app = create_app(installation.homeport)
    with (
        TestClient(app) as anonymous,
        TestClient(app, headers=token(installation, "admin", Role.ADMIN)) as admin,
        TestClient(app, headers=token(installation, "viewer", Role.VIEWER)) as viewer,
    ):
        yield Catalog(installation, app, target, anonymous, admin, viewer)


def token(installation: Installation, name: str, role: Role) -> dict[str, str]:
    """The header of a new API token."""
    with installation.database.writing() as session:
        _, secret = identity.create_token(session, SYSTEM, name, role, installation.services.clock())
    return {"Authorization": f"Bearer {secret}"}


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


def test_an_entity_comes_with_uid_etag_and_relations(catalog: Catalog) -> None:
    found = catalog.viewer.get(f"{API}/entities/by-name/COMPONENT/Default/Orders").json()

    assert found["spec"] == DOCUMENTS[0]["spec"]
    assert found["metadata"]["namespace"] == "default"
    assert found["metadata"]["uid"].startswith("686f6d65-706f-8274-8000-")
    assert len(found["metadata"]["etag"]) >= 40
    assert found["relations"] == [
        {"type": "ownedBy", "targetRef": "group:default/team-a"},
        {"type": "partOf", "targetRef": "system:default/shop"},
        {"type": "providesApi", "targetRef": "api:default/orders-api"},
    ]
    assert catalog.viewer.get(f"{API}/entities/by-uid/{found['metadata']['uid'].upper()}").json() == found
    owner = catalog.viewer.get(f"{API}/entities/by-name/group/default/team-a").json()
    assert {"type": "ownerOf", "targetRef": "component:default/orders"} in owner["relations"]
    assert {"type": "hasMember", "targetRef": "user:default/kim"} in owner["relations"]


@pytest.mark.parametrize("path", ["/entities/by-refs", "/entities/by-refs/"])
def test_several_by_reference_keep_their_places(catalog: Catalog, path: str) -> None:
    refs = ["component:default/web", "component:default/none", "API:default/Orders-Api", "component:default/web"]
    body = {"entityRefs": refs, "fields": ["metadata.name", "kind"]}

    found = catalog.viewer.post(f"{API}{path}", json=body).json()
    web = {"metadata": {"name": "web"}, "kind": "Component"}
    assert found == {"items": [web, None, {"metadata": {"name": "orders-api"}, "kind": "API"}, web]}

    only = catalog.viewer.post(f"{API}{path}?filter=kind=api", json={**body, "query": {"spec.owner": "team-a"}}).json()
    assert [one and one["metadata"]["name"] for one in only["items"]] == [None, None, "orders-api", None]


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


def test_ancestry_leads_to_the_location(catalog: Catalog) -> None:
    found = catalog.viewer.get(f"{API}/entities/by-name/component/default/web/ancestry").json()

    assert found["rootEntityRef"] == "component:default/web"
    web, location = found["items"]
    assert web["parentEntityRefs"] == [f"location:default/{location['entity']['metadata']['name']}"]
    assert location["parentEntityRefs"] == []
    assert location["entity"]["spec"] == {"type": "file", "target": catalog.target}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "name"),
    [
        ("GET", "/entities/by-name/component/default/none", None, 404, "NotFoundError"),
        ("GET", "/entities/by-uid/none", None, 404, "NotFoundError"),
        ("GET", "/entities/by-name/component/default/none/ancestry", None, 404, "NotFoundError"),
        ("GET", "/nothing/here?a=b", None, 404, "NotFoundError"),
        ("GET", "/entities/by-uid/%0A", None, 404, "NotFoundError"),
        ("GET", "/entities/by-query?limit=x", None, 400, "InputError"),
        ("GET", "/entities/by-query?limit=-1", None, 400, "InputError"),
        ("GET", "/entities?limit=0", None, 400, "InputError"),
        ("GET", "/entities/by-query?filter=", None, 400, "InputError"),
        ("GET", "/entities/by-query?filter==x", None, 400, "InputError"),
        ("GET", "/entities/by-query?cursor=x", None, 400, "InputError"),
        ("GET", "/entities?limit=1&after=x", None, 400, "InputError"),
        ("GET", "/entities?order=metadata.name", None, 400, "InputError"),
        ("GET", "/entities/by-query?orderField=metadata.name,up", None, 400, "InputError"),
        ("GET", "/entities/by-query?totalItems=some", None, 400, "InputError"),
        ("GET", "/entities?fields=metadata.tags[0]", None, 400, "InputError"),
        ("GET", "/entity-facets", None, 400, "InputError"),
        ("POST", "/entity-facets", {"facets": []}, 400, "InputError"),
        ("POST", "/entities/by-query", {"query": {"a": None}}, 400, "InputError"),
        ("POST", "/entities/by-query", {"query": "x"}, 400, "InputError"),
        ("POST", "/entities/by-query", {"limit": "1"}, 400, "InputError"),
        ("POST", "/entities/by-query", {"orderBy": [{"field": "a"}]}, 400, "InputError"),
        ("POST", "/entities/by-query", {"cursor": ""}, 400, "InputError"),
        ("POST", "/entities/by-refs", {}, 400, "InputError"),
        ("POST", "/entities/by-refs", {"entityRefs": [1]}, 400, "InputError"),
        ("POST", "/locations", {"type": "file", "target": "/etc/passwd"}, 400, "InputError"),
        ("POST", "/locations", {"type": "url"}, 400, "InputError"),
        ("GET", "/locations/none", None, 404, "NotFoundError"),
        ("GET", "/locations/999999", None, 404, "NotFoundError"),
        ("DELETE", "/locations/999999", None, 404, "NotFoundError"),
        ("GET", "/locations/by-entity/component/default/none", None, 404, "NotFoundError"),
        ("POST", "/locations/by-query", {"query": {"other": "x"}}, 400, "InputError"),
        ("POST", "/locations/by-query", {"limit": 0}, 400, "InputError"),
        ("POST", "/refresh", {}, 400, "InputError"),
        ("POST", "/refresh", {"entityRef": "component:default/none"}, 404, "NotFoundError"),
        ("POST", "/analyze-location", {"location": {"type": "url", "target": "x"}}, 400, "InputError"),
        ("PUT", "/entities", {}, 405, "MethodNotAllowedError"),
    ],
)
def test_errors_come_in_upstreams_envelope(
    catalog: Catalog, method: str, path: str, body: Any, status: int, name: str
) -> None:
    found = catalog.admin.request(method, f"{API}{path}", json=body)

    assert found.status_code == status, found.text
    told = found.json()
    assert told["error"]["name"] == name
    assert told["error"]["message"]
    assert told["request"] == {"method": method, "url": path}
    assert told["response"] == {"statusCode": status}


def test_bodies_that_are_no_json_are_refused(catalog: Catalog) -> None:
    for content, type_ in ((b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")):
        found = catalog.admin.post(f"{API}/entities/by-refs", content=content, headers={"Content-Type": type_})
        assert found.status_code == 400
        assert found.json()["error"]["name"] == "InputError"


def test_nul_and_half_surrogates_are_no_trouble(catalog: Catalog) -> None:
    assert catalog.names("/entities/by-query?filter=metadata.title=%00") == []
    assert catalog.asked(query={"metadata.title": "\0", "a\0": {"$exists": True}}) == []
    refused = catalog.admin.post(
        f"{API}/entities/by-query", content=rb'{"query": {"a": "\ud800"}}', headers={"Content-Type": "application/json"}
    )
    assert refused.status_code == 400


def test_nobody_reads_without_a_token_unless_the_settings_say_so(
    catalog: Catalog, database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    refused = catalog.anonymous.get(f"{API}/entities")
    assert refused.status_code == 401
    assert refused.json()["error"]["name"] == "AuthenticationError"
    assert refused.headers["www-authenticate"] == "Bearer"

    opened = create_app(assembled(database, clock, tmp_path / "home", anonymous_read=True).homeport)
    with TestClient(opened) as client:
        assert len(client.get(f"{API}/entities").json()) == len(DOCUMENTS) + 1
        refs = {"entityRefs": ["component:default/web"]}
        assert client.post(f"{API}/entities/by-refs/", json=refs).json()["items"][0]["metadata"]["name"] == "web"
        assert client.get(f"{API}/entity-facets?facet=kind").status_code == 200
        assert client.post(f"{API}/refresh", json={"entityRef": "component:default/web"}).status_code == 401
        assert client.get(f"{API}/entities", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_viewer_changes_nothing(catalog: Catalog) -> None:
    for method, path in (
        ("POST", "/locations"),
        ("POST", "/refresh"),
        ("DELETE", "/locations/1"),
        ("DELETE", "/entities/by-uid/x"),
    ):
        refused = catalog.viewer.request(method, f"{API}{path}", json={})
        assert refused.status_code == 403
        assert refused.json()["error"]["name"] == "NotAllowedError"


def test_health_needs_no_token(catalog: Catalog) -> None:
    for path in ("readiness", "liveness"):
        assert catalog.anonymous.get(f"/.backstage/health/v1/{path}").json() == {"status": "ok"}
    assert catalog.anonymous.get(f"{API}/.backstage/auth/v1/jwks.json").json() == {"keys": []}


def test_an_answer_known_already_is_not_sent_again(catalog: Catalog) -> None:
    path = f"{API}/entities/by-name/component/default/web"
    etag = catalog.viewer.get(path).headers["etag"]

    assert etag.startswith('W/"')
    again = catalog.viewer.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_locations_are_listed_with_the_entity_that_stands_for_each(catalog: Catalog) -> None:
    (listed,) = catalog.viewer.get(f"{API}/locations").json()
    location = listed["data"]

    assert (location["type"], location["target"]) == ("file", catalog.target)
    kind, _, path = location["entityRef"].partition(":")
    assert catalog.viewer.get(f"{API}/entities/by-name/{kind}/{path}").status_code == 200
    assert catalog.viewer.get(f"{API}/locations/{location['id']}").json() == location
    assert catalog.viewer.get(f"{API}/locations/by-entity/component/default/web").json() == location
    for query in (
        {"type": "FILE"},
        {"id": location["id"]},
        {"$not": {"target": "x"}},
        {"entityRef": {"$hasPrefix": "location:"}},
    ):
        assert catalog.viewer.post(f"{API}/locations/by-query", json={"query": query}).json()["items"] == [location]
    none = catalog.viewer.post(f"{API}/locations/by-query", json={"query": {"type": "url"}}).json()
    assert none == {"items": [], "totalItems": 0, "pageInfo": {}}


@pytest.fixture
def served() -> Iterator[str]:
    """The address of a descriptor."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        found = handler.path.startswith("/catalog-info.yaml")
        answer(handler, 200 if found else 404, yaml.safe_dump(component("stock")).encode() if found else b"")

    with serving(respond) as port:
        yield f"http://127.0.0.1:{port}/catalog-info.yaml"


def work_on_all(catalog: Catalog) -> list[str]:
    """Do every run that waits; return how each ended."""
    with catalog.installation.database.reading() as session:
        waiting = session.scalars(select(runs.RunRow.id).where(runs.RunRow.ended_at.is_(None))).all()
    return [str(catalog.installation.work_on(run).state) for run in waiting]


def test_a_location_is_added_read_moved_and_removed(catalog: Catalog, served: str) -> None:
    body = {"type": "url", "target": served}
    dry = catalog.admin.post(f"{API}/locations?dryRun=true", json=body)
    assert dry.status_code == 201, dry.text
    assert dry.json()["exists"] is False
    assert [one["metadata"]["name"] for one in dry.json()["entities"]][1:] == ["stock"]
    assert len(catalog.viewer.get(f"{API}/locations").json()) == 1

    added = catalog.admin.post(f"{API}/locations", json=body)
    assert added.status_code == 201, added.text
    location = added.json()["location"]
    assert added.json()["entities"] == []
    assert location == {"id": location["id"], **body, "entityRef": dry.json()["location"]["entityRef"]}
    assert work_on_all(catalog) == ["succeeded"]
    assert catalog.names("/entities/by-query?filter=metadata.name=stock") == ["stock"]

    again = catalog.admin.post(f"{API}/locations", json=body)
    assert (again.status_code, again.json()["error"]["name"]) == (409, "ConflictError")
    assert catalog.admin.post(f"{API}/locations?onConflict=refresh", json=body).json()["location"] == location
    assert catalog.admin.post(f"{API}/locations?dryRun=true", json=body).json()["exists"] is True
    assert work_on_all(catalog) == ["succeeded"]

    elsewhere = {"type": "url", "target": served + "?2"}
    moved = catalog.admin.put(f"{API}/locations/{location['id']}", json=elsewhere)
    assert moved.status_code == 200, moved.text
    assert moved.json()["target"] == elsewhere["target"]
    work_on_all(catalog)

    assert catalog.admin.delete(f"{API}/locations/{location['id']}").status_code == 204
    assert catalog.names("/entities/by-query?filter=metadata.name=stock") == []
    assert catalog.admin.get(f"{API}/locations/{location['id']}").status_code == 404


@pytest.mark.parametrize(
    ("type_", "target", "reason"),
    [
        ("url", "catalog-info.yaml", "only http and https addresses"),
        ("url", "ftp://files.example/catalog-info.yaml", "only http and https addresses"),
        ("url", "http://kim:secret@files.example/catalog-info.yaml", "password"),
        ("url", "http://10.1.2.3/catalog-info.yaml", 'outbound: {allow: ["127.0.0.1", "10.1.2.3"]}'),
        ("url", "http://169.254.169.254/latest/meta-data", "link-local"),
        ("git", "ftp://files.example/shop.git", "only file, https and ssh addresses"),
        ("git", "https://10.1.2.3/shop.git", "outbound: {allow:"),
        ("backstage", "http://10.1.2.3", "outbound: {allow:"),
        ("other", "https://files.example/catalog-info.yaml", "allowed type"),
    ],
)
def test_a_location_that_can_never_be_read_is_refused_and_not_kept(
    catalog: Catalog, type_: str, target: str, reason: str
) -> None:
    body = {"type": type_, "target": target}
    for query in ("?dryRun=true", ""):
        refused = catalog.admin.post(f"{API}/locations{query}", json=body)
        assert refused.status_code == 400, refused.text
        assert reason in refused.json()["error"]["message"]
        assert "secret" not in refused.text
    own = catalog.admin.post("/api/v1/runs", json={"procedure": "catalog.discover", "input": body})
    assert own.status_code == 422
    assert len(catalog.viewer.get(f"{API}/locations").json()) == 1


def test_a_location_that_does_not_answer_now_is_kept_and_says_so(catalog: Catalog, served: str) -> None:
    missing = {"type": "url", "target": served.replace("catalog-info", "none")}
    added = catalog.admin.post(f"{API}/locations", json=missing)

    assert added.status_code == 201, added.text
    assert work_on_all(catalog) == ["failed"]
    with catalog.installation.database.reading() as session:
        (part,) = origins.unreadable_parts(session, int(added.json()["location"]["id"]), 10)
    assert "answers with status 404" in part.error


def test_refresh_reads_only_what_describes_the_entity(catalog: Catalog) -> None:
    asked = catalog.admin.post(f"{API}/refresh", json={"entityRef": "component:default/web"})
    assert (asked.status_code, asked.content) == (200, b"")
    assert catalog.admin.post(f"{API}/refresh", json={"entityRef": "component:default/web"}).status_code == 200

    with catalog.installation.database.reading() as session:
        waiting = session.scalars(select(runs.RunRow).where(runs.RunRow.ended_at.is_(None))).all()
    assert [row.input["only"] for row in waiting] == [[catalog.target.replace("*.yaml", "catalog.yaml")]]
    assert work_on_all(catalog) == ["succeeded"]


def test_a_change_while_a_refresh_is_at_work_is_read_by_the_next(catalog: Catalog) -> None:
    web = {"entityRef": "component:default/web"}
    catalog.admin.post(f"{API}/refresh", json=web)
    with catalog.installation.database.writing() as session:
        (first,) = session.scalars(select(runs.RunRow).where(runs.RunRow.ended_at.is_(None)))
        first.state = runs.RunState.RUNNING
    catalog.admin.post(f"{API}/refresh", json=web)
    with catalog.installation.database.reading() as session:
        waiting = session.scalars(select(runs.RunRow).where(runs.RunRow.state == runs.RunState.WAITING)).all()
    assert len(waiting) == 1


def test_an_entity_taken_out_comes_back_when_it_is_read_again(catalog: Catalog) -> None:
    uid = catalog.viewer.get(f"{API}/entities/by-name/component/default/web").json()["metadata"]["uid"]

    assert catalog.admin.delete(f"{API}/entities/by-uid/{uid}").status_code == 204
    assert catalog.admin.delete(f"{API}/entities/by-uid/{uid}").status_code == 204
    assert catalog.admin.delete(f"{API}/entities/by-uid/none").status_code == 204
    assert catalog.viewer.get(f"{API}/entities/by-name/component/default/web").status_code == 404
    with catalog.installation.database.reading() as session:
        assert session.scalars(select(UnitRow).where(UnitRow.version.is_(None))).all()
    catalog.installation.discover(catalog.target, type="file")
    assert catalog.viewer.get(f"{API}/entities/by-name/component/default/web").json()["metadata"]["uid"] != uid


def test_an_entity_is_judged_before_it_is_registered(catalog: Catalog) -> None:
    good = {"entity": component("new"), "location": "url:https://example.com/catalog-info.yaml"}
    assert catalog.viewer.post(f"{API}/validate-entity", json=good).status_code == 200
    stored = catalog.viewer.get(f"{API}/entities/by-name/component/default/web").json()
    assert catalog.viewer.post(f"{API}/validate-entity", json={**good, "entity": stored}).status_code == 200

    for wrong in (
        {**good, "entity": component("_")},
        {**good, "location": "file:x"},
        {"entity": {}},
        {**good, "entity": 1},
    ):
        refused = catalog.viewer.post(f"{API}/validate-entity", json=wrong)
        assert refused.status_code == 400
        assert all(set(one) == {"name", "message"} for one in refused.json()["errors"])


def test_an_address_is_analysed(catalog: Catalog) -> None:
    body = {"location": {"type": "url", "target": "https://github.com/acme/shop/blob/main/catalog-info.yaml"}}
    found = catalog.admin.post(f"{API}/analyze-location", json=body).json()

    entity = found["generateEntities"][0]["entity"]
    assert found["existingEntityFiles"] == []
    assert entity["metadata"] == {"name": "shop", "annotations": {"github.com/project-slug": "acme/shop"}}
