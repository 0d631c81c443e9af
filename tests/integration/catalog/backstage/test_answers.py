"""What Backstage's API refuses, and whom, in upstream's envelope; and what it tells everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from homeport.app import create_app
from homeport.kernel.base.database import Database
from homeport.kernel.testing import FakeClock

from .conftest import API, DOCUMENTS, Catalog, assembled


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
