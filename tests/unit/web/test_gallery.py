"""Every macro of the shell passes the gate, and works without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import gallery
import pytest
from playwright.sync_api import Browser, Page, expect

from browser import LOOKS, Look, check_page, missing_parts, open_page, serve, started_browser

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())]

PAGES = {
    "/": 200,
    "/runs/9f3": 200,
    "/catalog?q=kind:api+owner:team-member": 200,
    "/catalog?q=nothing": 200,
    "/login": 200,
    "/error/404": 404,
}
KO = Look("light", "ko", 1280)


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serve(gallery.app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as chromium:
        yield chromium


@pytest.mark.parametrize("look", [LOOKS[1], LOOKS[6]], ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_passes_the_gate(browser: Browser, base: str, path: str, look: Look) -> None:
    """In two looks that share nothing; the portal's real pages are held to all eight (tests/acceptance)."""
    with open_page(browser, look) as page:
        check_page(page, base + path, walk=look.theme == "light" and look.language == "ko", status=PAGES[path])


def test_the_menu_opens_on_a_phone_without_javascript(browser: Browser, base: str) -> None:
    with open_page(browser, Look("light", "en", 320), has_javascript=False) as page:
        page.goto(base + "/catalog")
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        page.get_by_role("button", name="Open menu").click()
        expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_a_facet_filters_without_javascript(browser: Browser, base: str) -> None:
    with open_page(browser, Look("light", "en", 1280), has_javascript=False) as page:
        page.goto(base + "/catalog")
        page.locator("summary", has_text="Kind").click()
        page.get_by_role("link", name="api 24").click()
        expect(page).to_have_url(base + "/catalog?q=kind:api")
        expect(page.get_by_role("link", name="Remove filter kind:api")).to_be_visible()


def test_theme_and_language_stay_chosen_without_javascript(browser: Browser, base: str) -> None:
    with open_page(browser, KO, has_javascript=False) as page:
        page.goto(base + "/login")
        page.get_by_role("button", name="English").click()
        page.get_by_role("button", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_filter_changes_the_results_in_place(browser: Browser, base: str) -> None:
    with open_page(browser, Look("light", "en", 1280)) as page:
        loads = _count_loads(page)
        page.goto(base + "/catalog")
        page.locator("summary", has_text="Kind").click()
        page.get_by_role("link", name="api 24").click()
        expect(page).to_have_url(base + "/catalog?q=kind:api")
        expect(page.get_by_role("row")).to_have_count(3)
        page.get_by_role("searchbox", name="Filter by name").fill("auth")
        expect(page.get_by_role("row")).to_have_count(2)
        expect(page.get_by_role("searchbox", name="Filter by name")).to_be_focused()
        assert loads == [base + "/catalog"]


def test_a_log_grows_while_one_looks(browser: Browser, base: str) -> None:
    with open_page(browser, Look("light", "en", 1280)) as page:
        page.goto(base + "/runs/9f3")
        expect(page.locator("#log-3 li")).to_have_count(2)
        expect(page.locator("#L6")).to_contain_text("registered <gift-card-api>")
        expect(page.locator("#run-state")).to_have_text("done")


def test_the_palette_goes_to_a_page_by_name(browser: Browser, base: str) -> None:
    with open_page(browser, Look("light", "en", 1280)) as page:
        page.goto(base + "/")
        page.keyboard.press("Control+k")
        page.keyboard.type("cata")
        page.keyboard.press("Enter")
        expect(page).to_have_url(base + "/catalog")


def test_a_slash_goes_to_the_filter_and_keys_can_be_turned_off(browser: Browser, base: str) -> None:
    with open_page(browser, KO) as page:
        page.goto(base + "/catalog")
        page.keyboard.press("/")
        expect(page.locator("#filter")).to_be_focused()
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("?")
        page.get_by_role("button", name="끔").click()
        page.keyboard.press("/")
        expect(page.locator("#filter")).not_to_be_focused()


def _count_loads(page: Page) -> list[str]:
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    return loads
