"""What every program may count on: ETags and If-Match, pages with a Link, limits that are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from homeport.catalog.models import LocationRow
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.runs import RunState

from .conftest import ORDER_API, Portal, unknown_owner

ACCEPTED = {"reason": "known", "until": "2100-01-01T00:00:00Z"}


def a_run(portal: Portal, client: Any) -> str:
    portal.run("run-1", RunState.RUNNING)
    return "/api/v1/runs/run-1"


def a_finding(portal: Portal, client: Any) -> str:
    return f"/api/v1/findings/{portal.findings(unknown_owner(ORDER_API))[0]}"


def a_view(portal: Portal, client: Any) -> str:
    made = client.post("/api/v1/views", json={"list": "/catalog", "name": "mine"}).json()
    return f"/api/v1/views/{made['id']}"


def me(portal: Portal, client: Any) -> str:
    return "/api/v1/me"


@pytest.mark.parametrize("make", [a_run, a_finding, a_view, me])
def test_what_is_known_already_is_not_sent_again(portal_on_each: Portal, make: Callable[..., str]) -> None:
    client = portal_on_each.signed_in()
    path = make(portal_on_each, client)
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": '"other"'}).json() == first.json()


CHANGES = [
    (a_run, "POST", "/cancel", None),
    (a_finding, "POST", "/suppress", ACCEPTED),
    (a_view, "DELETE", "", None),
]


@pytest.mark.parametrize(("make", "method", "action", "body"), CHANGES)
def test_what_changed_since_it_was_seen_is_not_changed_again(
    portal_on_each: Portal, make: Callable[..., str], method: str, action: str, body: Any
) -> None:
    client = portal_on_each.signed_in()
    path = make(portal_on_each, client)
    before = client.get(path)
    refused = client.request(method, path + action, json=body, headers={"If-Match": '"of another day"'})
    assert (refused.status_code, refused.json()["code"]) == (412, "changed-meanwhile")
    assert refused.headers["content-type"] == "application/problem+json"
    assert client.get(path).headers["etag"] == before.headers["etag"]
    done = client.request(method, path + action, json=body, headers={"If-Match": before.headers["etag"]})
    assert done.status_code in {200, 204}
    assert client.get(path).headers.get("etag") != before.headers["etag"]


def test_an_etag_is_another_after_a_change(portal_on_each: Portal) -> None:
    client = portal_on_each.signed_in()
    path = a_finding(portal_on_each, client)
    first = client.get(path).headers["etag"]
    client.post(f"{path}/suppress", json=ACCEPTED)
    second = client.get(path, headers={"If-None-Match": first})
    assert (second.status_code, second.json()["state"]) == (200, "suppressed")
    refused = client.post(f"{path}/unsuppress", headers={"If-Match": first})
    assert (refused.status_code, client.get(path).json()["state"]) == (412, "suppressed")


def test_every_change_of_a_stored_thing_says_in_the_document_that_it_takes_if_match(portal: Portal) -> None:
    paths = portal.signed_in().get("/api/v1/openapi.json").json()["paths"]
    taking = {
        f"{method} {path}"
        for path, operations in paths.items()
        for method, operation in operations.items()
        if any(one["name"] == "If-Match" for one in operation.get("parameters", ()))
    }
    changing = {f"{method} {path}" for path, operations in paths.items() for method in operations if method != "get"}
    making = {"post /api/v1/plans", "post /api/v1/runs", "post /api/v1/tokens", "post /api/v1/views"}
    without_tag = {path for path in changing if path.startswith("delete") and "views" not in path}
    assert changing - taking == making | without_tag | {"post /api/v1/findings/import"}


def fill(portal: Portal) -> Any:
    """Five of everything that is listed; return a browser."""
    clients = [portal.signed_in() for _ in range(5)]
    for number in range(5):
        clients[0].post("/api/v1/views", json={"list": "/catalog", "name": f"view {number}"})
        portal.run(f"run-{number}", RunState.FAILED)
    portal.log("run-0", "one", "two", "three", "four", "five")
    with portal.database.writing() as session:
        for number in range(5):
            identity.create_token(session, SYSTEM, f"token-{number}", Role.VIEWER, portal.clock())
            at = f"/srv/git/{number}"
            session.add(LocationRow(type="repos", target=at, origin="person", created_at=portal.clock()))
    return clients[0]


LISTS = (
    "/api/v1/tokens",
    "/api/v1/views",
    "/api/v1/catalog/locations",
    "/api/v1/sessions",
    "/api/v1/me/sessions",
    "/api/v1/runs",
    "/api/v1/runs/run-0/log",
)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_comes_in_pages_each_with_a_link_to_the_next(portal_on_each: Portal, path: str) -> None:
    client = fill(portal_on_each)
    whole, pages, url = client.get(path).json()["items"], list[Any](), f"{path}?limit=2"
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        url = answer.links.get("next", {}).get("url", "")
        assert bool(url) == (answer.json()["after"] is not None)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [item for page in pages for item in page] == whole


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "pointer"), [("limit=0", "/limit"), ("limit=501", "/limit"), ("limit=x", "/limit"), ("after=?", "/after")]
)
def test_a_limit_or_cursor_that_is_none_is_pointed_at(portal: Portal, path: str, query: str, pointer: str) -> None:
    portal.run("run-0", RunState.FAILED)
    refused = portal.signed_in().get(f"{path}?{query}")
    assert (refused.status_code, [one["pointer"] for one in refused.json()["errors"]]) == (422, [pointer])


def test_every_list_of_the_document_takes_a_limit_and_a_cursor(portal: Portal) -> None:
    document = portal.signed_in().get("/api/v1/openapi.json").json()
    schemas, lists = document["components"]["schemas"], []
    for path, operations in document["paths"].items():
        answer = operations.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = answer.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if "items" in schemas.get(schema, {}).get("properties", ()) and "facets" not in path:
            names = {one["name"] for one in operations["get"]["parameters"]}
            lists.append(path)
            assert {"limit", "after"} <= names, path
    assert len(lists) >= 9
