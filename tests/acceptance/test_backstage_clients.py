"""Clients of Backstage's catalog that nobody here wrote, against a homeport that is served as anyone serves it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from backstage_simple_client.client import BackstageClient
from backstage_simple_client.filters import Filter, FullSearchFilter

from client_environments import python_with
from node_packages import NodeScript, node_script
from servers import answer, serving

WITHIN_S = 60.0
CLIENTS = Path(__file__).parents[1] / "clients"

CATALOG = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: orders, title: Orders, tags: [java, grpc]}
spec: {type: service, lifecycle: production, owner: team-a, system: shop, providesApis: [orders-api]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: web, tags: [typescript], annotations: {example.com/tier: "1"}}
spec: {type: website, lifecycle: experimental, owner: team-a, consumesApis: [orders-api]}
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata: {name: orders-api}
spec: {type: openapi, lifecycle: production, owner: team-a, definition: "openapi: 3.1.0"}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: team-a}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: team-a}
spec: {type: team, children: []}
"""
STOCK = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: stock}
spec: {type: service, lifecycle: production, owner: team-a}
"""
ORDERS, WEB, NONE = "component:default/orders", "component:default/web", "component:default/none"


@dataclass(frozen=True)
class Served:
    """A homeport of its own process: its address, a token that may change things, a descriptor to register.

    `file` is what it reads its entities from.
    """

    url: str
    token: str
    descriptor: str
    file: Path

    def wait_for(self, ref: str, is_so: Callable[[dict[str, Any]], bool] = bool) -> None:
        """Return once `is_so` holds for the entity, {} where there is none; without it, once it is there."""
        path = ref.replace(":", "/")
        ends_at = time.monotonic() + WITHIN_S
        while time.monotonic() < ends_at:
            found = httpx.get(f"{self.url}/api/catalog/entities/by-name/{path}")
            if is_so(found.json() if found.status_code == 200 else {}):
                return
            time.sleep(0.1)
        raise AssertionError(f"{ref}: {found.status_code} {found.text}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """homeport with a few entities, that lets everybody read."""
    home = tmp_path_factory.mktemp("served")
    (home / "catalog-info.yaml").write_text(CATALOG, encoding="utf-8")
    settings = f"""\
        catalog:
          anonymous_read: true
          locations: [{{type: file, target: {home}/catalog-info.yaml}}]
        outbound: {{allow: [127.0.0.1]}}
        """
    (home / "homeport.yaml").write_text(textwrap.dedent(settings), encoding="utf-8")
    environment = {**os.environ, "HOMEPORT_HOME": str(home)}
    homeport = [sys.executable, "-m", "homeport"]
    made = [*homeport, "token", "create", "--name", "test", "--role", "operator", "--json"]
    token = json.loads(subprocess.run(made, env=environment, check=True, capture_output=True).stdout)["token"]

    def respond(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, 200, STOCK.encode())

    port = _free_port()
    command = [*homeport, "serve", "--port", str(port)]
    with serving(respond) as described, subprocess.Popen(command, env=environment) as process:
        try:
            one = Served(
                f"http://127.0.0.1:{port}",
                token,
                f"http://127.0.0.1:{described}/stock.yaml",
                home / "catalog-info.yaml",
            )
            _wait_until_ready(one.url, process)
            one.wait_for("group:default/team-a")
            yield one
        finally:
            process.terminate()
            process.wait(WITHIN_S)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + WITHIN_S
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            if httpx.get(f"{url}/.backstage/health/v1/readiness").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"homeport was not ready within {WITHIN_S:.0f} s; it ended with {process.poll()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def names(entities: list[Any]) -> list[str | None]:
    return [one and one["metadata"]["name"] for one in entities]


class Npm:
    """`@backstage/catalog-client`, the one that every plugin of Backstage uses."""

    def __init__(self, script: NodeScript, served: Served) -> None:
        self.script = script
        self.served = served
        self.requests: list[Any] = []

    def __call__(self, method: str, *arguments: Any, token: str | None = None) -> Any:
        """Call the method with these arguments and the token; the requests it made are in `requests`."""
        secret = self.served.token if token is None else token
        asked = {"url": self.served.url, "token": secret, "method": method, "arguments": arguments}
        told = self.script.ask(asked)
        self.requests = told["requests"]
        assert "error" not in told, told
        return told["result"]


@pytest.fixture(scope="module")
def npm(served: Served) -> Iterator[Npm]:
    with node_script("catalog-client.cjs") as script:
        yield Npm(script, served)


def test_npm_lists_entities(npm: Npm) -> None:
    filters = [{"kind": ["component", "api"], "spec.type": "service"}, {"kind": "group"}]
    order = {"field": "metadata.name", "order": "desc"}
    asked = {"filter": filters, "fields": ["kind", "metadata.name"], "limit": 2, "offset": 0, "order": order}

    assert npm("getEntities", asked)["items"] == [
        {"kind": "Group", "metadata": {"name": "team-a"}},
        {"kind": "Component", "metadata": {"name": "orders"}},
    ]
    assert len(npm("getEntities")["items"]) == 6
    exists = {"filter": {"metadata.annotations.example.com/tier": {"$exists": "filter"}}}
    assert names(npm("getEntities", exists)["items"]) == ["web"]


def test_npm_gets_entities_by_reference(npm: Npm) -> None:
    asked = {"entityRefs": [WEB, NONE, ORDERS], "fields": ["metadata.name"]}
    assert names(npm("getEntitiesByRefs", asked)["items"]) == ["web", None, "orders"]
    filtered = {"entityRefs": [WEB, ORDERS], "filter": {"spec.type": "service"}}
    assert names(npm("getEntitiesByRefs", filtered)["items"]) == [None, "orders"]
    queried = {"entityRefs": [WEB, ORDERS], "query": {"spec.type": {"$in": ["website"]}}}
    assert names(npm("getEntitiesByRefs", queried)["items"]) == ["web", None]
    assert npm("getEntityByRef", ORDERS)["metadata"]["title"] == "Orders"
    assert npm("getEntityByRef", NONE) is None
    assert npm("getEntityByName", {"kind": "Component", "name": "orders"})["kind"] == "Component"


@pytest.mark.parametrize(
    ("asked", "verbs"),
    [
        ({"orderFields": {"field": "metadata.name", "order": "asc"}}, ["GET", "GET", "GET"]),
        ({"filter": {"kind": "component"}}, ["GET", "POST"]),
        (
            {"query": {"kind": {"$in": ["component", "api"]}}, "orderFields": {"field": "kind", "order": "asc"}},
            ["POST", "POST"],
        ),
        ({"fullTextFilter": {"term": "orders", "fields": ["metadata.name", "metadata.title"]}}, ["GET", "GET"]),
    ],
)
def test_npm_follows_cursors_on_the_verb_it_chooses(npm: Npm, asked: dict[str, Any], verbs: list[str]) -> None:
    everything = npm("queryEntities", {**asked, "limit": 100})
    limit = -(-everything["totalItems"] // len(verbs))
    found, chosen, cursor = [], [], None
    while cursor or not chosen:
        page = npm("queryEntities", {"cursor": cursor, "limit": limit} if cursor else {**asked, "limit": limit})
        chosen += [verb for verb, _ in npm.requests]
        found += page["items"]
        cursor = page["pageInfo"].get("nextCursor")

    assert names(found) == names(everything["items"])
    assert chosen == verbs


def test_npm_streams_entities_and_locations(npm: Npm) -> None:
    pages = npm("streamEntities", {"pageSize": 4})
    assert [len(page) for page in pages] == [4, 2]
    assert len(npm("streamLocations")) == 1


def test_npm_counts_facets(npm: Npm) -> None:
    asked = {"facets": ["kind", "metadata.tags"], "filter": {"kind": "component"}}
    facets = npm("getEntityFacets", asked)["facets"]
    assert facets["kind"] == [{"value": "Component", "count": 2}]
    assert [one["value"] for one in facets["metadata.tags"]] == ["grpc", "java", "typescript"]
    queried = {"facets": ["spec.type"], "query": {"metadata.tags": {"$contains": "java"}}}
    assert npm("getEntityFacets", queried)["facets"] == {"spec.type": [{"value": "service", "count": 1}]}


def test_npm_reads_ancestry(npm: Npm) -> None:
    found = npm("getEntityAncestors", {"entityRef": ORDERS})
    assert found["rootEntityRef"] == ORDERS
    assert [one["entity"]["kind"] for one in found["items"]] == ["Component", "Location"]


def test_npm_refreshes_an_entity(npm: Npm, served: Served) -> None:
    served.file.write_text(CATALOG.replace("title: Orders", "title: Orders of all shops"), encoding="utf-8")
    npm("refreshEntity", ORDERS)
    served.wait_for(ORDERS, lambda found: found["metadata"]["title"] == "Orders of all shops")
    served.file.write_text(CATALOG, encoding="utf-8")
    npm("refreshEntity", ORDERS)
    served.wait_for(ORDERS, lambda found: found["metadata"]["title"] == "Orders")


def test_npm_validates_entities(npm: Npm) -> None:
    good = npm("getEntityByRef", ORDERS)
    location = "url:https://example.com/catalog-info.yaml"
    assert npm("validateEntity", good, location) == {"valid": True}
    refused = npm("validateEntity", {**good, "spec": {}}, location)
    assert refused["valid"] is False
    assert refused["errors"][0]["message"]


def test_npm_adds_moves_and_removes_a_location(npm: Npm, served: Served) -> None:
    asked = {"type": "url", "target": served.descriptor}
    dry = npm("addLocation", {**asked, "dryRun": True})
    assert dry["exists"] is False
    assert names(dry["entities"])[1:] == ["stock"]

    location = npm("addLocation", asked)["location"]
    served.wait_for("component:default/stock")
    assert npm("getLocationByRef", f"url:{served.descriptor}") == location
    assert npm("getLocationById", location["id"]) == location
    assert npm("getLocationByEntity", "component:default/stock") == location
    assert npm("getLocationByEntity", NONE) is None
    assert location in npm("getLocations")["items"]
    assert npm("queryLocations", {"query": {"type": "url"}})["items"] == [location]
    assert npm("addLocation", {**asked, "onConflict": "refresh"})["location"] == location
    moved = npm("updateLocation", location["id"], {"type": "url", "target": served.descriptor + "?2"})
    assert moved["target"] == served.descriptor + "?2"

    npm("removeLocationById", location["id"])
    served.wait_for("component:default/stock", lambda found: not found)
    assert npm("getLocationById", location["id"]) is None


def test_npm_analyses_an_address(npm: Npm) -> None:
    location = {"type": "url", "target": "https://github.com/acme/shop"}
    found = npm("analyzeLocation", {"location": location})
    assert found["generateEntities"][0]["entity"]["metadata"]["name"] == "shop"


def test_npm_removes_an_entity(npm: Npm) -> None:
    uid = npm("getEntityByRef", "api:default/orders-api")["metadata"]["uid"]
    npm("removeEntityByUid", uid)
    npm("removeEntityByUid", uid)
    assert npm("getEntityByRef", "api:default/orders-api") is None
    npm("refreshEntity", ORDERS)
    npm.served.wait_for("api:default/orders-api")


def test_npm_is_told_what_it_may_not(npm: Npm, served: Served) -> None:
    asked = {"url": served.url, "token": "", "method": "refreshEntity", "arguments": [ORDERS]}
    told = npm.script.ask(asked)["error"]
    assert told["status"] == 401


@pytest.fixture
def simple(served: Served) -> Iterator[BackstageClient]:
    with BackstageClient(base_url=served.url, token=served.token) as client:
        yield client


def test_simple_client_searches_page_by_page(simple: BackstageClient) -> None:
    found = simple.search_entities(filter=Filter(kind="component"), limit=1, order_field="metadata.name,asc")
    assert found.totalItems == 2
    assert [one.metadata.name for one in found.items] == ["orders"]
    after = simple.search_entities(cursor=found.pageInfo.nextCursor, limit=1)
    assert [one.metadata.name for one in after.items] == ["web"]
    term = FullSearchFilter("orders", ["metadata.name", "metadata.title"])
    assert simple.search_entities(full_text_filter=term).totalItems == 2
    assert simple.search_entities(fields=["metadata.name"], limit=1)


def test_simple_client_gets_entities(simple: BackstageClient) -> None:
    by_name = simple.get_entities(kind="component", namespace="default", name="orders")
    assert by_name.metadata.name == "orders"
    assert simple.get_entities(uid=by_name.metadata.uid).metadata.name == "orders"
    ancestry = simple.get_entities(kind="component", namespace="default", name="orders", ancestry=True)
    assert ancestry.rootEntityRef == ORDERS
    by_refs = simple.get_entities(refs=[WEB, ORDERS])
    assert [one.metadata.name for one in by_refs.items] == ["web", "orders"]


Call = Callable[..., Any]


@pytest.fixture(scope="module")
def python_client(served: Served) -> Iterator[Call]:
    """`backstage-catalog-client` from PyPI, in an environment of its own: it takes an older httpx than homeport."""
    command = [str(python_with(CLIENTS / "requirements.txt")), str(CLIENTS / "catalog_client.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        script = NodeScript(process)

        def call(method: str, *arguments: Any, **options: Any) -> Any:
            asked = {"url": served.url, "token": served.token, "method": method, "arguments": arguments}
            told = script.ask({**asked, "options": options})
            assert "error" not in told, told
            return told["result"]

        yield call
        assert process.stdin is not None
        process.stdin.close()


def test_python_client_lists_and_queries(python_client: Call) -> None:
    order = [{"field": "metadata.name", "order": "asc"}]
    found = python_client("get_entities", entity_filter=[{"kind": ["component", "api"]}], order=order)
    assert names(found["items"]) == ["orders", "orders-api", "web"]
    page = python_client("query_entities", entity_filter=[{"kind": "component"}], limit=1)
    assert (page["total_items"], names(page["items"])) == (2, ["orders"])
    after = python_client("query_entities", cursor=page["page_info"]["nextCursor"], limit=1)
    assert names(after["items"]) == ["web"]


def test_python_client_gets_by_reference_though_it_leaves_its_token_out(python_client: Call) -> None:
    assert python_client("get_entity_by_ref", ORDERS)["kind"] == "Component"
    assert python_client("get_entity_by_ref", NONE) is None
    found = python_client("get_entities_by_refs", [WEB, NONE])
    assert names(found["items"]["items"]) == ["web", None]
    assert python_client("get_location_by_entity", ORDERS)["type"] == "file"
    assert python_client("get_location_by_entity", NONE) is None
