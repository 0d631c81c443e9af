"""Saved views: named, opened, shared with those they are meant for, changed and deleted by those who may."""

from __future__ import annotations

import re
from typing import Any

import pytest

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import views
from homeport.kernel.knowledge.views import EVERYONE, MINE
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import SYSTEM, Role

from .conftest import HANEUL, TEAM_ORDER, Portal, unknown_owner

QUERY = "q=severity:high+owner:order&sort=-name&after=99&evil=1"
IJUN = EntityRef.parse("user:default/ijun")


@pytest.fixture
def team(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """Haneul is in the team order, Ijun in none."""
    groups = {HANEUL: frozenset({TEAM_ORDER})}
    identify = next(one for one in portal.app.user_middleware if "groups_of" in one.kwargs)
    identify.kwargs["groups_of"] = lambda _session, entity: groups.get(entity, frozenset())
    portal.app.middleware_stack = None
    return portal


def save(client: Any, name: str = "Mine", audience: str = MINE, query: str = QUERY, path: str = "/findings") -> Any:
    return client.post("/views", data={"list": path, "query": query, "name": name, "audience": audience})


def number_of(portal: Portal, name: str) -> int:
    with portal.database.reading() as session:
        return session.query(views.SavedView).filter_by(name=name).one().id


def test_a_view_keeps_filter_order_and_columns_and_nothing_else(portal: Portal) -> None:
    client = portal.signed_in()
    answer = save(client, "High ones")
    assert answer.headers["Location"] == "/findings?q=severity:high+owner:order&sort=-name"
    opened = client.get(f"/views/{number_of(portal, 'High ones')}")
    assert (opened.status_code, opened.headers["Location"]) == (303, answer.headers["Location"])


def test_a_list_offers_its_views_and_marks_the_one_on_the_screen(portal: Portal) -> None:
    client = portal.signed_in()
    portal.findings(unknown_owner())
    save(client, "Everything", query="q=", path="/catalog")
    save(client, "By type", query="q=kind:api&columns=name,type", path="/catalog")
    text = client.get("/views").text
    assert text.index("By type") < text.index("Everything")
    assert 'href="/catalog?q=kind:api&amp;columns=name,type"' in text
    save(client, "High ones", query="q=severity:high")
    assert 'href="/findings?q=severity:high" aria-current="true"' in client.get("/findings?q=severity:high").text
    assert 'href="/findings?q=severity:high" aria-current' not in client.get("/findings").text


def test_my_own_views_are_mine_alone(team: Portal) -> None:
    haneul, ijun = team.signed_in("Haneul", Role.DEVELOPER, HANEUL), team.signed_in("Ijun", Role.ADMIN, IJUN)
    save(haneul, "Only mine")
    number = number_of(team, "Only mine")
    assert "Only mine" in haneul.get("/views").text
    assert "Only mine" not in ijun.get("/views").text
    for address in (f"/views/{number}", f"/views/{number}/edit"):
        assert ijun.get(address).status_code == 404
    assert ijun.post(f"/views/{number}/delete").status_code == 404


def test_a_team_shares_views_among_its_members(team: Portal) -> None:
    haneul, ijun = team.signed_in("Haneul", Role.DEVELOPER, HANEUL), team.signed_in("Ijun", Role.DEVELOPER, IJUN)
    assert save(haneul, "Ours", str(TEAM_ORDER)).status_code == 303
    assert save(ijun, "Theirs", str(TEAM_ORDER)).status_code == 403
    assert "Ours" not in ijun.get("/views").text
    form = haneul.get("/views/new").text
    assert 'value="group:default/order"' in form
    assert 'value="everyone"' not in form


def test_operators_share_with_everyone_and_it_is_kept_who_did(team: Portal) -> None:
    haneul, ijun = team.signed_in("Haneul", Role.DEVELOPER, HANEUL), team.signed_in("Ijun", Role.OPERATOR, IJUN)
    assert save(haneul, "For all", EVERYONE).status_code == 403
    assert save(ijun, "For all", EVERYONE).status_code == 303
    number = number_of(team, "For all")
    assert "For all" in haneul.get("/views").text
    assert f"/views/{number}/edit" not in haneul.get("/views").text
    assert haneul.post(f"/views/{number}", data={"name": "Taken", "audience": MINE}).status_code == 403
    assert haneul.post(f"/views/{number}/delete").status_code == 403
    with team.database.reading() as session:
        assert [one.action for one in audit.entries(session, limit=5, object_ref=f"view:{number}")] == ["view.save"]


def test_a_view_is_renamed_and_deleted(portal: Portal) -> None:
    client = portal.signed_in()
    save(client, "Old name")
    number = number_of(portal, "Old name")
    assert client.post(f"/views/{number}", data={"name": "New name", "audience": EVERYONE}).status_code == 303
    assert "New name" in client.get("/views").text
    assert client.post(f"/views/{number}/delete").status_code == 303
    client.get("/views")
    assert "New name" not in client.get("/views").text


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name_that_fits_and_what_was_typed_stays(portal: Portal, name: str) -> None:
    answer = save(portal.signed_in(), name)
    assert answer.status_code == 422
    assert re.search(r'name="query" value="q=severity:high\+owner:order&amp;sort=-name"', answer.text)


def test_views_are_saved_of_lists_only(portal: Portal) -> None:
    client = portal.signed_in()
    assert save(client, path="https://evil.example/").status_code == 404
    assert save(client, path="/admin").status_code == 404


def rest(client: Any, path: str = "/findings", **body: Any) -> Any:
    asked = {"list": path, "query": QUERY, "name": "By REST", **body}
    return client.post("/api/v1/views", json=asked)


def test_people_list_save_and_delete_their_views_by_rest(team: Portal) -> None:
    haneul, ijun = team.signed_in("Haneul", Role.DEVELOPER, HANEUL), team.signed_in("Ijun", Role.DEVELOPER, IJUN)
    saved = rest(haneul)
    assert saved.status_code == 201, saved.text
    number = saved.json()["id"]
    assert saved.json()["url"] == "/findings?q=severity:high+owner:order&sort=-name"
    assert rest(haneul, name="Ours", audience="order").json()["audience"] == str(TEAM_ORDER)
    listed = haneul.get("/api/v1/views?list=/findings").json()["items"]
    assert [(one["name"], one["audience"], one["may_change"]) for one in listed] == [
        ("By REST", "me", True),
        ("Ours", str(TEAM_ORDER), True),
    ]
    assert haneul.get("/api/v1/views?list=/catalog").json()["items"] == []
    assert ijun.get("/api/v1/views").json()["items"] == []
    assert ijun.delete(f"/api/v1/views/{number}").status_code == 404
    assert haneul.delete(f"/api/v1/views/{number}").status_code == 204
    assert haneul.delete(f"/api/v1/views/{number}").status_code == 404


def test_a_token_shares_views_and_has_none_of_its_own(portal: Portal) -> None:
    def with_token(role: Role) -> Any:
        with portal.database.writing() as session:
            _, secret = identity.create_token(session, SYSTEM, str(role), role, portal.clock())
        return portal.client(Authorization=f"Bearer {secret}")

    operator, viewer = with_token(Role.OPERATOR), with_token(Role.VIEWER)
    own = rest(operator)
    assert (own.status_code, own.json()["errors"][0]["pointer"]) == (422, "/audience")
    number = rest(operator, audience=EVERYONE).json()["id"]
    assert [one["may_change"] for one in viewer.get("/api/v1/views").json()["items"]] == [False]
    assert rest(viewer, audience=EVERYONE).status_code == 403
    assert viewer.delete(f"/api/v1/views/{number}").status_code == 403
    assert operator.delete(f"/api/v1/views/{number}").status_code == 204
    assert portal.client().get("/api/v1/views").status_code == 401


@pytest.mark.parametrize("wrong", [{"list": "/admin"}, {"name": ""}, {"audience": "x:y/z"}, {"other": 1}])
def test_a_view_that_can_not_be_is_refused_by_rest(portal: Portal, wrong: dict[str, Any]) -> None:
    client = portal.signed_in()
    assert rest(client, **{"path": wrong.pop("list", "/findings"), **wrong}).status_code == 422
