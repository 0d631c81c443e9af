"""Signing in by a link that works once."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeport.kernel.testing import sqlite_database
from homeport.web.identify import SESSION_COOKIE

from .conftest import Portal, build


def test_a_stranger_is_led_to_sign_in_and_keeps_where_they_wanted_to_go(portal: Portal) -> None:
    answer = portal.client().get("/findings?q=owner:me")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/findings%3Fq%3Downer%3Ame"


def test_the_login_page_says_how_to_get_in(portal: Portal) -> None:
    answer = portal.client().get("/login")
    assert answer.status_code == 200
    assert "homeport login-link" in answer.text


def test_a_link_preview_does_not_use_the_link_up(portal: Portal) -> None:
    link = portal.login_link()
    assert portal.client().get(link).status_code == 200
    assert portal.client().get(link).status_code == 200
    assert portal.client().post(link).status_code == 303


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(portal: Portal) -> None:
    answer = portal.client().post(portal.login_link(), data={"next": "/runs"})
    cookie = answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "/runs"
    assert SESSION_COOKIE in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie
    assert "secure" not in cookie


def test_the_cookie_is_secure_where_the_portal_is_reached_over_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database(tmp_path) as database:
        portal = build(database, tmp_path, monkeypatch, base_url="https://portal.example")
        assert "secure" in portal.client().post(portal.login_link()).headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_to_another_site_after_signing_in(portal: Portal, wanted: str) -> None:
    assert portal.client().post(portal.login_link(), data={"next": wanted}).headers["location"] == "/"


def test_a_used_link_says_what_to_do(portal: Portal) -> None:
    link = portal.login_link()
    portal.client().post(link)
    answer = portal.client().post(link)
    assert answer.status_code == 401
    assert "no longer works" in answer.text
    assert "homeport login-link" in answer.text
    assert "set-cookie" not in answer.headers


def test_an_expired_link_does_not_sign_in(portal: Portal) -> None:
    link = portal.login_link()
    portal.clock.advance(hours=25)
    assert portal.client().post(link).status_code == 401


def test_pages_with_a_secret_in_their_address_are_not_kept(portal: Portal) -> None:
    link = portal.login_link()
    for answer in (portal.client().get(link), portal.client().post(link), portal.client().post(link)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"


def test_signing_in_again_ends_the_session_this_browser_had(portal: Portal) -> None:
    client = portal.signed_in()
    before = client.cookies[SESSION_COOKIE]
    client.post(portal.login_link("Lee Jun"))
    old = portal.client()
    old.cookies.set(SESSION_COOKIE, before)
    assert old.get("/runs").status_code == 303


def test_who_signs_out_is_a_stranger_from_then_on(portal: Portal) -> None:
    client = portal.signed_in()
    secret = client.cookies[SESSION_COOKIE]
    assert client.get("/runs").status_code == 200
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.set(SESSION_COOKIE, secret)
    assert client.get("/runs").status_code == 303


def test_another_site_cannot_sign_anybody_out(portal: Portal) -> None:
    client = portal.signed_in()
    assert client.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.get("/runs").status_code == 200


def test_who_is_signed_in_is_led_on_from_the_login_page(portal: Portal) -> None:
    assert portal.signed_in().get("/login?next=/me").headers["location"] == "/me"
