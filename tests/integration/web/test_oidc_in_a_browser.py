"""Signing in at a certified provider in chromium, through its own pages and back, and our pages on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from browser import LOOKS, check_in_every_look, free_port, missing_parts, open_page, serve, started_browser
from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.web.identify import SESSION_COOKIE

from .conftest import Portal, build
from .providers import SECRET, EvilProvider, RealProvider, evil_provider, real_provider

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())]


@dataclass
class Site:
    """The served portal, the provider, and an admin's cookie."""

    base: str
    portal: Portal
    real: RealProvider
    evil: EvilProvider
    admin: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("oidc")
    port = free_port()  # the provider has to know the address before the portal is there
    base = f"http://127.0.0.1:{port}"
    with (
        pytest.MonkeyPatch.context() as patch,
        sqlite_database(folder) as database,
        real_provider(base) as real,
        evil_provider() as evil,
    ):
        one = {"client_id": "homeport", "client_secret": SECRET}
        oidc = {
            "saebom": one | {"issuer": real.issuer, "title": "Saebom ID", "scopes": ["openid", "profile", "groups"],
                             "roles": {"platform": "operator"}},
            "other": one | {"issuer": evil.issuer, "title": "A provider whose name is rather long"},
        }  # fmt: skip
        portal = build(database, folder, patch, base_url=base, identity={"oidc": oidc})
        portal.clock.now = datetime.now(UTC)
        with database.writing() as session:
            identity.invite(session, SYSTEM, "jiwoo", portal.clock(), name="Han Jiwoo", role=Role.DEVELOPER)
        client = portal.signed_in()
        with serve(portal.app, port):
            yield Site(base, portal, real, evil, {SESSION_COOKIE: client.cookies[SESSION_COOKIE]})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


def sign_in_there(page: Page, login: str) -> None:
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


@pytest.mark.parametrize("has_javascript", [True, False])
def test_a_person_signs_in_at_the_provider_and_out_of_both(site: Site, chromium: Browser, has_javascript: bool) -> None:
    login = f"haneul-{has_javascript}"
    site.real.add(login, name="Kim Haneul", groups=["platform"])
    with open_page(chromium, LOOKS[3], base=site.base, has_javascript=has_javascript) as page:
        page.goto(f"{site.base}/me")
        page.get_by_role("link", name="Saebom ID").click()
        sign_in_there(page, login)
        page.wait_for_url(f"{site.base}/me")
        assert page.get_by_role("heading", name="Kim Haneul").is_visible()
        page.locator("main").get_by_role("button").first.click()
        page.locator(f"a[href^='{site.real.issuer}']").click()
        page.locator("button[name=logout]").first.click()
        page.wait_for_url(f"{site.base}/login*")
        page.goto(f"{site.base}/me")
        assert page.url.startswith(f"{site.base}/login?next="), "signed out here"
        page.get_by_role("link", name="Saebom ID").click()
        assert page.get_by_placeholder("Enter any login").is_visible(), "and there"


def test_the_page_to_sign_in_holds_in_every_look(site: Site, chromium: Browser) -> None:
    check_in_every_look(chromium, f"{site.base}/login?next=/runs")


def test_the_page_of_a_sign_in_that_failed_holds_in_every_look(site: Site, chromium: Browser) -> None:
    check_in_every_look(chromium, f"{site.base}/login/oidc/other/callback?state=x&code=x", status=401)


def test_the_page_of_a_provider_that_is_away_holds_in_every_look(site: Site, chromium: Browser) -> None:
    site.evil.is_away = True
    check_in_every_look(chromium, f"{site.base}/login/oidc/other", status=503)


@pytest.mark.parametrize("path", ["/admin/people", "/admin/tokens"])
def test_the_pages_of_people_and_tokens_hold_in_every_look(site: Site, chromium: Browser, path: str) -> None:
    check_in_every_look(chromium, f"{site.base}{path}", cookies=site.admin)


def test_the_page_to_choose_a_password_holds_in_every_look(site: Site, chromium: Browser) -> None:
    with site.portal.database.writing() as session:
        secret = identity.invite(session, SYSTEM, "jiwoo", site.portal.clock()).secret
    check_in_every_look(chromium, f"{site.base}/password/{secret}")
