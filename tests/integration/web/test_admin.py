"""Administration."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from homeport.kernel.base.events import DeliveryRow, EventRow
from homeport.kernel.base.leases import put
from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Role

from .conftest import BASE, Portal, build

PAGES = ("/admin", "/admin/tokens", "/admin/people", "/admin/events", "/admin/settings")
TOKEN = re.compile(r"hp_[0-9A-Za-z]{38}")


@pytest.mark.parametrize("path", PAGES)
def test_only_admins_look_and_others_learn_who_may(portal: Portal, path: str) -> None:
    assert portal.signed_in().get(path).status_code == 200
    refused = portal.signed_in("Kim Operator", Role.OPERATOR).get(path)
    assert refused.status_code == 403
    assert "Only an admin can do this." in refused.text
    assert portal.client().get(path).status_code == 303


def test_the_navigation_shows_it_to_admins_only(portal: Portal) -> None:
    assert 'href="/admin"' in portal.signed_in().get("/me").text
    assert 'href="/admin"' not in portal.signed_in("Kim Operator", Role.OPERATOR).get("/me").text


def test_a_token_is_shown_once_and_works(portal: Portal) -> None:
    client = portal.signed_in()
    answer = client.post("/admin/tokens", data={"name": "ci", "role": "developer", "days": "30"})
    secret = TOKEN.search(answer.text)
    assert secret
    assert answer.headers["cache-control"] == "no-store"
    assert not TOKEN.search(client.get("/admin/tokens").text)
    me = portal.client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret[0]}"}).json()
    assert (me["name"], me["role"]) == ("ci", "developer")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": " ", "role": "viewer", "days": "30"}, "name"),
        ({"name": "x" * 101, "role": "viewer", "days": "30"}, "name"),
        ({"name": "a\nb", "role": "viewer", "days": "30"}, "name"),
        ({"name": "ci", "role": "root", "days": "30"}, "role"),
        ({"name": "ci", "role": "viewer", "days": "31"}, "days"),
    ],
)
def test_a_token_form_says_what_is_wrong_where_it_is(portal: Portal, data: dict[str, str], field: str) -> None:
    answer = portal.signed_in().post("/admin/tokens", data=data)
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.text
    with portal.database.reading() as session:
        assert identity.list_tokens(session) == []


def test_a_name_in_use_is_told(portal: Portal) -> None:
    client = portal.signed_in()
    data = {"name": "ci", "role": "viewer", "days": ""}
    client.post("/admin/tokens", data=data)
    assert "in use" in client.post("/admin/tokens", data=data).text


def test_a_revoked_token_is_worth_nothing(portal: Portal) -> None:
    client = portal.signed_in()
    text = client.post("/admin/tokens", data={"name": "a/b ü", "role": "viewer", "days": ""}).text
    secret = TOKEN.search(text)
    assert secret
    client.post("/admin/tokens/revoke", data={"name": "a/b ü"})
    headers = {"Authorization": f"Bearer {secret[0]}"}
    assert portal.client().get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["/admin/tokens", "/admin/tokens/revoke"])
def test_operators_cannot_make_or_revoke_tokens(portal: Portal, path: str) -> None:
    data = {"name": "ci", "role": "viewer", "days": "30"}
    assert portal.signed_in("Kim Operator", Role.OPERATOR).post(path, data=data).status_code == 403


def test_events_that_were_set_aside_are_shown_with_why(portal: Portal) -> None:
    now = portal.clock()
    with portal.database.writing() as session:
        event = EventRow(type="catalog.field-answered", entity="component:default/order-api", payload={}, at=now)
        session.add(event)
        session.flush()
        row = DeliveryRow(event_id=event.id, subscriber="s", entity=event.entity, parked_at=now, error="it <broke>")
        session.add(row)
    client = portal.signed_in()
    assert "it &lt;broke&gt;" in client.get("/admin/events").text
    assert "One event could not be delivered" in client.get("/admin").text


def test_work_that_nobody_takes_is_told(portal_on_each: Portal) -> None:
    portal = portal_on_each
    with portal.database.writing() as session:
        put(session, "run", "r1", portal.clock())
    client = portal.signed_in()
    assert "nobody does it" not in client.get("/admin").text
    portal.clock.advance(minutes=1)
    assert "nobody does it" in client.get("/admin").text


def test_settings_show_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_database(tmp_path) as database:
        url = "postgresql+psycopg://homeport:hunter2@db.example/homeport"
        portal = build(database, tmp_path, monkeypatch, base_url=BASE, database_url=url)
        client = portal.signed_in()
        text = client.get("/admin/settings").text
        assert BASE in text
        assert "catalog.ask_below" in text
        assert "hunter2" not in text + client.get("/admin").text
