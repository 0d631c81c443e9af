"""The shell renders whole pages and parts, in the viewer's language, and says what to do when something fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import gallery
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.testclient import TestClient

import homeport.web.shell as shell_module
from homeport.web.shell import NavItem, Pages, Shell, local_path

PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(gallery.build()) as client:
        yield client


def test_a_page_is_whole_and_private(client: TestClient) -> None:
    answer = client.get("/catalog", headers={"Accept-Language": "en"})
    assert answer.text.startswith("<!doctype html>")
    assert "<title>Catalog · homeport</title>" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_an_htmx_request_for_a_part_gets_the_part(client: TestClient) -> None:
    answer = client.get("/catalog?q=kind:api", headers=PART)
    assert answer.text.strip().startswith('<div id="results"')
    assert "<html" not in answer.text


def test_an_htmx_request_for_a_page_without_parts_gets_the_page(client: TestClient) -> None:
    assert client.get("/login", headers=PART).text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("header", "cookie", "language"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", "", "ko"),
        ("fr,en;q=0.5,ko;q=0.7", "", "ko"),
        ("fr", "", "en"),
        ("ko", "en", "en"),
        ("ko;q=0,en", "", "en"),
        ("ko;q=zzz,,;", "tlh", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(
    client: TestClient, header: str, cookie: str, language: str
) -> None:
    client.cookies.set("homeport_language", cookie)
    answer = client.get("/catalog", headers={"Accept-Language": header})
    assert f'<html lang="{language}"' in answer.text


def test_preferences_are_kept_and_lead_back(client: TestClient) -> None:
    answer = client.post("/preferences", data={"theme": "dark", "next": "/catalog?q=kind:api"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/catalog?q=kind:api")
    assert 'data-theme="dark" class="dark"' in client.get("/catalog").text


def test_an_unknown_preference_is_not_kept(client: TestClient) -> None:
    answer = client.post("/preferences", data={"theme": "blink"}, follow_redirects=False)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("/catalog?q=a", "/catalog?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_nobody_is_led_to_another_site(url: str, leads_to: str) -> None:
    assert local_path(url) == leads_to


def test_a_notice_is_shown_once(client: TestClient) -> None:
    client.cookies.set("homeport_language", "ko")
    assert "order-api를 확인했습니다." in client.post("/act").text
    assert "order-api를 확인했습니다." not in client.get("/catalog").text


@pytest.mark.parametrize(
    "cookie", ["x", "%7B%7D", "%5B1%5D", "%7B%22key%22%3A%22nope%22%2C%22state%22%3A1%2C%22arguments%22%3A%7B%7D%7D"]
)
def test_a_notice_that_we_did_not_write_is_ignored(client: TestClient, cookie: str) -> None:
    client.cookies.set("homeport_notice", cookie)
    answer = client.get("/catalog")
    assert answer.status_code == 200
    assert "data-toast" not in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
def test_an_error_page_says_what_to_do(client: TestClient, status: int) -> None:
    answer = client.get(f"/error/{status}", headers={"Accept-Language": "en"})
    assert answer.status_code == status
    assert "entity component:default/gift-api" in answer.text
    assert "Go to Home" in answer.text


def test_only_the_item_of_the_page_is_lit_up(client: TestClient) -> None:
    html = client.get("/catalog").text
    assert html.count('class="nav-item" href="/catalog" aria-current="page"') == 1
    assert html.count('aria-current="page"') == 1


def test_an_item_is_lit_up_below_its_address_but_home_only_at_home() -> None:
    home, catalog = NavItem("nav-home", "/", "house", 1), NavItem("nav-catalog", "/catalog", "boxes", 2)
    assert catalog.is_current("/catalog/component/default/order-api")
    assert not catalog.is_current("/catalogue")
    assert home.is_current("/")
    assert not home.is_current("/catalog")


def test_an_item_is_shown_to_whom_it_is_for() -> None:
    hidden = NavItem("nav-admin", "/admin", "settings", 1, is_for=lambda _: False)
    shell = Shell([Pages("none", Path("/nowhere"), (hidden,))], strict=True)
    app = Starlette()
    app.state.shell = shell
    scope = {"type": "http", "method": "GET", "path": "/x", "query_string": b"", "headers": [], "app": app, "state": {}}
    assert b'href="/admin"' not in bytes(shell.error_page(Request(scope), 404).body)


def test_without_front_end_files_a_page_is_still_readable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeport.web.assets.Assets.has", lambda self, path: False)
    monkeypatch.setattr("homeport.web.icons._nodes", dict)
    monkeypatch.setattr("homeport.web.icons._drawing", lambda name: None)
    html = TestClient(gallery.build()).get("/catalog").text
    assert "vendor/" not in html
    assert "order-api" in html


def test_every_macro_is_described_where_page_authors_look() -> None:
    source = (Path(shell_module.__file__).parent / "html/components.html").read_text(encoding="utf-8")
    described, _, macros = source.partition("#}\n")
    names = re.findall(r"\{% macro ([a-z]\w*)\(", macros)
    assert [name for name in names if f"{name}(" not in described] == []
