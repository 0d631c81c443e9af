"""The portal's own pages in chromium: the gate with hard content, and a run that is followed as it works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser import OPPOSITE_LOOKS, Look, check_page, missing_parts, open_page, serve, started_browser
from homeport.kernel.base.wakeups import wake
from homeport.kernel.knowledge.findings import Found, Severity
from homeport.kernel.testing import sqlite_database
from homeport.kernel.work.runs import LogRow, RunRow, RunState, log_topic
from homeport.web.identify import SESSION_COOKIE

from .conftest import ORDER_API, STOCK_API, TEAM_ORDER, Portal, build, unknown_owner

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())]

LONG = "payment/a-repository-with-a-rather-long-name-that-nobody-shortened"
PAGES = ("/runs/bad1", "/runs/live1", "/findings/{late}", "/admin/events")


@dataclass
class Site:
    """The served portal, the cookie of an admin and the numbers of two findings."""

    portal: Portal
    base: str
    cookies: dict[str, str]
    numbers: dict[str, int]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch, sqlite_database(folder) as database:
        portal = build(database, folder, patch)
        late, is_open, _ = portal.findings(
            unknown_owner(ORDER_API, Severity.CRITICAL), unknown_owner(STOCK_API), Found("x.y", "p", Severity.LOW)
        )
        portal.ownership.owners[ORDER_API] = TEAM_ORDER
        portal.clock.advance(days=20)
        portal.run("bad1", RunState.FAILED, error_message=f"{LONG} could not be read")
        failed = [(f"{LONG}-{number}", RunState.FAILED, f"fatal: '{LONG}' is truncated") for number in range(3)]
        portal.targets("bad1", *failed, *((f"good-{n}", RunState.SUCCEEDED, "fine") for n in range(60)))
        portal.step("bad1", "find", RunState.FAILED)
        portal.log("bad1", *(f"{number} {LONG} is truncated at byte {number}" for number in range(3000)))
        portal.run("live1", RunState.RUNNING)
        portal.targets("live1", ("one", RunState.WAITING, ""))
        portal.log("live1", "first line")
        cookies = {SESSION_COOKIE: portal.signed_in().cookies[SESSION_COOKIE]}
        with serve(portal.app) as base:
            yield Site(portal, base, cookies, {"open": is_open, "late": late})


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with started_browser() as browser:
        yield browser


@pytest.mark.parametrize("path", PAGES)
def test_pages_with_hard_content_pass_the_gate(site: Site, chromium: Browser, path: str) -> None:
    complaints = []
    for look in OPPOSITE_LOOKS:
        with open_page(chromium, look, cookies=site.cookies, base=site.base) as page:
            try:
                check_page(page, site.base + path.format(**site.numbers), walk=look.theme == "light")
            except AssertionError as error:
                complaints.append(f"{look}: {error}")
    assert not complaints, "\n".join(complaints)


def test_a_run_is_followed_to_its_end_without_loading_again(site: Site, chromium: Browser) -> None:
    with open_page(chromium, Look("light", "en", 1280), cookies=site.cookies, base=site.base) as page:
        page.goto(f"{site.base}/runs/live1")
        page.evaluate("window.sameDocument = true")
        expect(page.locator("#L1")).to_contain_text("first line")
        with site.portal.database.writing() as session:
            session.add(LogRow(run_id="live1", number=2, at=site.portal.clock(), level="error", text="<b>second"))
            wake(session, log_topic("live1"))
        expect(page.locator("#L2")).to_contain_text("<b>second")
        with site.portal.database.writing() as session:
            row = session.get_one(RunRow, "live1")
            row.state, row.ended_at, row.error_message = RunState.FAILED, site.portal.clock(), "it broke"
            wake(session, log_topic("live1"))
        expect(page.locator("#run-head")).to_contain_text("it broke")
        expect(page.locator("#run-actions")).to_contain_text("Retry")
        assert page.evaluate("window.sameDocument") is True


def test_forms_work_without_javascript(site: Site, chromium: Browser) -> None:
    link = site.portal.login_link("Lee Jun")
    with open_page(chromium, Look("light", "en", 1280), has_javascript=False) as page:
        page.goto(f"{site.base}{link}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{site.base}/findings/{site.numbers['open']}")
        page.get_by_role("button", name="Accept").click()
        expect(page.locator("#error-reason")).to_have_text("Say why it is accepted.")
        page.get_by_label("Reason").fill("a test")
        page.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("Accepted by Lee Jun")).to_be_visible()
        page.get_by_role("button", name="Open it again").click()
        expect(page.get_by_text("The finding is open again.")).to_be_visible()
