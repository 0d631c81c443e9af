"""Single entities by Backstage's API: by name, uid and references, their ancestry, and what they are judged as."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from homeport.catalog.models import UnitRow

from .conftest import API, DOCUMENTS, Catalog, component


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


def test_ancestry_leads_to_the_location(catalog: Catalog) -> None:
    found = catalog.viewer.get(f"{API}/entities/by-name/component/default/web/ancestry").json()

    assert found["rootEntityRef"] == "component:default/web"
    web, location = found["items"]
    assert web["parentEntityRefs"] == [f"location:default/{location['entity']['metadata']['name']}"]
    assert location["parentEntityRefs"] == []
    assert location["entity"]["spec"] == {"type": "file", "target": catalog.target}


def test_an_answer_known_already_is_not_sent_again(catalog: Catalog) -> None:
    path = f"{API}/entities/by-name/component/default/web"
    etag = catalog.viewer.get(path).headers["etag"]

    assert etag.startswith('W/"')
    again = catalog.viewer.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


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
