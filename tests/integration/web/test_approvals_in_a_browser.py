"""The pages of requests for approval in chromium: the gate in every look, and approving without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import Look, check_in_every_look, missing_parts, open_page, serve, started_browser
from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.procedures import Changes
from homeport.kernel.work.runs import RunState
from homeport.web.identify import SESSION_COOKIE

from .test_approvals import Company, company

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())]

RULES = {
    "rules": [
        {"by": {"role": "operator"}, "count": 2},
        {"by": {"group": "group:default/a-team-with-a-rather-long-name-that-nobody-shortened", "owner": True}},
    ]
}


@dataclass
class Site:
    """The served portal, cookies of who asked and of an operator, and addresses by what is there."""

    company: Company
    base: str
    asker: dict[str, str]
    operator: dict[str, str]
    paths: dict[str, str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("approvals")
    with pytest.MonkeyPatch.context() as patch, sqlite_database(folder) as database:
        saebom = company(database, folder, patch, RULES)
        saebom.portal.run("good1", RunState.SUCCEEDED)
        jun, seoyeon = saebom.browser("Lee Jun"), saebom.browser("Park Seoyeon", Role.OPERATOR)
        saebom.deploy.changes = Changes(add=12, change=3, replace=2, delete=1)
        void = saebom.ask(jun, reason="주문 API 4.0 배포", input={"environment": "stage"}).json()["id"]
        saebom.deploy.version = 2
        seoyeon.post(f"/api/v1/approvals/{void}/approve")
        waiting = saebom.ask(jun, reason="Release 4 of the order API, agreed with the shop on Friday").json()["id"]
        cookies = [{SESSION_COOKIE: client.cookies[SESSION_COOKIE]} for client in (jun, seoyeon)]
        with serve(saebom.portal.app) as base:
            yield Site(saebom, base, *cookies, {"void": f"/approvals/{void}", "waiting": f"/approvals/{waiting}"})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.mark.parametrize("name", ["waiting", "void"])
def test_a_request_passes_the_gate_for_who_decides(site: Site, chromium: Browser, name: str) -> None:
    check_in_every_look(chromium, site.base + site.paths[name], cookies=site.operator)


def test_a_request_with_disabled_buttons_passes_the_gate(site: Site, chromium: Browser) -> None:
    check_in_every_look(chromium, site.base + site.paths["waiting"], cookies=site.asker)


@pytest.mark.parametrize("path", ["/approvals?show=all", "/approvals?show=me", "/runs", "/"])
def test_lists_of_requests_pass_the_gate(site: Site, chromium: Browser, path: str) -> None:
    check_in_every_look(chromium, site.base + path, cookies=site.operator)


def test_a_note_and_an_approval_need_no_javascript(site: Site, chromium: Browser) -> None:
    look = Look("light", "en", 1280)
    with open_page(chromium, look, cookies=site.operator, base=site.base, has_javascript=False) as page:
        page.goto(site.base + site.paths["waiting"])
        page.get_by_label("Note").fill("fine by me")
        page.get_by_role("button", name="Approve").click()
        assert "fine by me" in page.content()
        assert page.get_by_role("button", name="Approve").is_disabled()
