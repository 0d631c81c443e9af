"""Reading a running Backstage, played by a server that answers as the real one was seen to."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

from homeport.catalog.adapters.sources.backstage import BackstageSource
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.base.settings import OutboundSettings
from homeport.kernel.edge.outbound import Outbound

BASE = "https://portal.saebom.example"


def entity(name: str, kind: str = "Component", etag: str = "e1", **spec: Any) -> dict[str, Any]:
    """An entity as Backstage answers it, with all that it makes itself."""
    annotations = {
        "backstage.io/managed-by-location": f"url:https://github.com/saebom/{name}/tree/main/catalog-info.yaml",
        "backstage.io/managed-by-origin-location": f"url:https://github.com/saebom/{name}/tree/main/catalog-info.yaml",
    }
    return {
        "metadata": {
            "namespace": "default",
            "annotations": annotations,
            "name": name,
            "uid": f"u-{name}",
            "etag": etag,
        },
        "apiVersion": "backstage.io/v1alpha1",
        "kind": kind,
        "spec": {"type": "service", **spec},
        "relations": [{"type": "ownedBy", "targetRef": "group:default/order"}],
        "status": {"items": []},
    }


class FakeBackstage:
    """The two operations that are used: pages with a cursor, and entities by reference with null for the unknown."""

    def __init__(self, *entities: dict[str, Any], page: int = 2, token: str | None = None) -> None:
        self.entities = list(entities)
        self.requests: list[httpx.Request] = []
        self._page = page
        self._token = token

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._token and request.headers.get("authorization") != f"Bearer {self._token}":
            return httpx.Response(401, json={"error": {"name": "AuthenticationError", "message": "no"}})
        if request.url.path == "/api/catalog/entities/by-query" and request.method == "GET":
            return self._by_query(request)
        if request.url.path == "/api/catalog/entities/by-refs" and request.method == "POST":
            return self._by_refs(request)
        return httpx.Response(404)

    def _by_query(self, request: httpx.Request) -> httpx.Response:
        assert request.url.params["limit"] == "500"
        cursor = request.url.params.get("cursor")
        start = json.loads(base64.b64decode(cursor))["at"] if cursor else 0
        items = [
            {
                "kind": one["kind"],
                "metadata": {name: one["metadata"][name] for name in ("namespace", "name", "etag", "uid")},
            }
            for one in self.entities[start : start + self._page]
        ]
        info = {}
        if start + self._page < len(self.entities):
            info["nextCursor"] = base64.b64encode(json.dumps({"at": start + self._page}).encode()).decode()
        return httpx.Response(200, json={"items": items, "totalItems": len(self.entities), "pageInfo": info})

    def _by_refs(self, request: httpx.Request) -> httpx.Response:
        by_ref = {
            f"{one['kind']}:{one['metadata']['namespace']}/{one['metadata']['name']}".lower(): one
            for one in self.entities
        }
        refs = json.loads(request.content)["entityRefs"]
        assert 0 < len(refs) <= 100
        return httpx.Response(200, json={"items": [by_ref.get(ref) for ref in refs]})


def source(backstage: FakeBackstage, token: str | None = None, base: str = BASE, **settings: Any) -> BackstageSource:
    outbound = Outbound(OutboundSettings(**settings), transport=httpx.MockTransport(backstage))
    return BackstageSource(base, outbound, token, trusted=True)


def read(backstage: FakeBackstage, **options: Any) -> dict[str, dict[str, Any]]:
    """All entities by name."""
    reader = source(backstage, **options)
    contents = [reader.fetch(key) for key in reader.starts()]
    entities = [one for content in contents if content for one in json.loads(content.data)]
    return {one["metadata"]["name"]: one for one in entities}


def test_every_entity_is_read_once_over_all_pages_and_buckets() -> None:
    names = [f"service-{number}" for number in range(700)]
    backstage = FakeBackstage(*map(entity, names), page=500)
    reader = source(backstage)
    keys = reader.starts()
    found = [one["metadata"]["name"] for key in keys for one in json.loads(reader.fetch(key).data)]  # type: ignore[union-attr]
    assert sorted(found) == sorted(names)
    assert all(key.startswith(f"{BASE}/api/catalog/bucket/") for key in keys)
    assert len(keys) <= 256


def test_what_the_server_made_is_left_out_and_where_it_is_managed_is_kept() -> None:
    one = read(FakeBackstage(entity("order", owner="order")))["order"]
    assert set(one) == {"apiVersion", "kind", "metadata", "spec"}
    assert set(one["metadata"]) == {"namespace", "name", "annotations"}
    assert "backstage.io/managed-by-location" in one["metadata"]["annotations"]


def test_locations_that_backstage_generated_are_kept() -> None:
    assert read(FakeBackstage(entity("generated-0a1b", "Location")))["generated-0a1b"]["kind"] == "Location"


def test_only_buckets_in_which_something_changed_are_fetched_again() -> None:
    backstage = FakeBackstage(*(entity(f"service-{number}") for number in range(40)))
    reader = source(backstage)
    before = {key: reader.fetch(key).version for key in reader.starts()}  # type: ignore[union-attr]

    backstage.entities[7] = entity("service-7", etag="e2", owner="payment")
    backstage.requests.clear()
    changed = [content for key in reader.starts() if (content := reader.fetch(key, before.get(key)))]

    assert len(changed) == 1
    assert [request.method for request in backstage.requests].count("POST") == 1
    assert any(one["spec"].get("owner") == "payment" for one in json.loads(changed[0].data))


def test_an_entity_that_is_gone_changes_its_bucket() -> None:
    backstage = FakeBackstage(entity("order"), entity("payment"))
    reader = source(backstage)
    before = reader.starts()
    backstage.entities.pop()
    assert set(reader.starts()) < set(before)


def test_the_token_is_sent_and_a_wrong_one_is_told_without_showing_it() -> None:
    backstage = FakeBackstage(entity("order"), token="r1ght")
    assert set(read(backstage, token="r1ght")) == {"order"}
    with pytest.raises(SourceUnreadable, match="refuses the token") as refused:
        read(backstage, token="wr0ng")
    assert "wr0ng" not in refused.value.message


def test_what_is_too_large_at_once_is_asked_for_in_halves() -> None:
    refs = [entity(f"api-{number}", "API", definition="x" * 3_000) for number in range(900)]
    assert len(read(FakeBackstage(*refs, page=900), size_limit_bytes=200_000)) == 900
    small = [entity(f"api-{number}", "API", definition="x" * 3_000) for number in range(900)]
    assert len(read(FakeBackstage(*small, page=40), size_limit_bytes=7_000)) == 900
    with pytest.raises(SourceUnreadable, match="api:default/api-1 can't be read"):
        read(FakeBackstage(entity("api-1", "API", definition="x" * 9_000)), size_limit_bytes=5_000)


@pytest.mark.parametrize(
    "answer", [httpx.Response(404), httpx.Response(200, text="<html>"), httpx.Response(200, json=[])]
)
def test_an_address_that_is_no_backstage_is_told_so(answer: httpx.Response) -> None:
    outbound = Outbound(OutboundSettings(), transport=httpx.MockTransport(lambda _request: answer))
    with pytest.raises(SourceUnreadable, match="is the address that of its back end"):
        BackstageSource(BASE, outbound).starts()


def test_the_address_may_end_in_any_usual_way() -> None:
    for base in (BASE, f"{BASE}/", f"{BASE}/api/catalog", f"{BASE}/api/catalog/"):
        assert set(read(FakeBackstage(entity("order")), base=base)) == {"order"}
