"""Locations by Backstage's API: what there is, adding, moving, removing, and reading again."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from homeport.catalog import origins
from homeport.kernel.work import runs
from servers import answer, serving

from .conftest import API, DOCUMENTS, Catalog, component, work_on_all


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


def test_what_a_location_gave_is_listed_as_old_while_it_can_not_be_read(catalog: Catalog) -> None:
    listed = "/api/v1/catalog/entities?stale=true&limit=100"
    assert catalog.viewer.get(listed).json()["items"] == []
    folder = Path(catalog.target).parent
    folder.rename(folder.with_name("away"))
    assert catalog.installation.discover(catalog.target, type="file").state == "failed"
    assert len(catalog.viewer.get(listed).json()["items"]) == len(DOCUMENTS) + 1
    folder.with_name("away").rename(folder)
    catalog.installation.discover(catalog.target, type="file")
    assert catalog.viewer.get(listed).json()["items"] == []


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


def test_an_address_is_analysed(catalog: Catalog) -> None:
    body = {"location": {"type": "url", "target": "https://github.com/acme/shop/blob/main/catalog-info.yaml"}}
    found = catalog.admin.post(f"{API}/analyze-location", json=body).json()

    entity = found["generateEntities"][0]["entity"]
    assert found["existingEntityFiles"] == []
    assert entity["metadata"] == {"name": "shop", "annotations": {"github.com/project-slug": "acme/shop"}}
