"""What people come for, done in a browser, and again without JavaScript."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import browser as gate

pytestmark = pytest.mark.browser

ENGLISH = gate.Look("light", "en", 1280)
KOREAN = gate.Look("light", "ko", 1280)


def cookies_of(portal, look: gate.Look) -> dict[str, str]:
    return {**portal.cookies, "homeport_language": look.language}


def test_the_catalog_is_filtered_and_read_without_javascript(portal, chromium: Browser) -> None:
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog?q=kind:component+owner:none")
        expect(page.get_by_role("link", name="kiosk-web").first).to_be_visible()
        page.get_by_role("link", name="kiosk-web").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("kiosk-web")


def test_an_owner_is_confirmed_without_javascript_and_stays(portal, chromium: Browser) -> None:
    name = sorted(portal.truth.ambiguous)[0]
    url = f"{portal.base}/catalog/component/{name}"
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(url)
        confirm_first_question(page)
        page.goto(url)
        asked = httpx.get(f"{portal.base}/api/v1/catalog/entities/component/default/{name}", cookies=portal.cookies)
    confirmed = [one for one in asked.json()["fields"] if (one["candidate"] or {}).get("source") == "confirmed"]
    assert len(confirmed) == 1


def confirm_first_question(page: Page) -> None:
    page.get_by_role("button", name="Yes").or_(page.get_by_role("button", name="Confirm")).or_(
        page.get_by_role("button", name="Right")
    ).first.click()
    page.wait_for_load_state()


def test_search_finds_a_korean_word_with_its_particle(portal, chromium: Browser) -> None:
    with gate.open_page(chromium, KOREAN, cookies=cookies_of(portal, KOREAN), base=portal.base) as page:
        page.goto(f"{portal.base}/search?q=주문")
        expect(page.get_by_role("main")).to_contain_text("order-api")


def test_the_palette_opens_with_a_key_and_leads_to_an_entity(portal, chromium: Browser) -> None:
    with gate.open_page(chromium, ENGLISH, cookies=cookies_of(portal, ENGLISH), base=portal.base) as page:
        page.goto(f"{portal.base}/catalog")
        page.keyboard.press("Control+k")
        page.keyboard.type("kiosk-web")
        expect(page.locator("#palette").get_by_text("kiosk-web").first).to_be_visible()
        page.keyboard.press("Enter")
        page.wait_for_url("**/catalog/component/kiosk-web*")


def test_a_run_is_started_from_the_portal_and_followed_live(portal, chromium: Browser) -> None:
    with gate.open_page(chromium, ENGLISH, cookies=cookies_of(portal, ENGLISH), base=portal.base) as page:
        page.goto(f"{portal.base}/catalog/locations")
        page.get_by_role("button", name="Check again").first.click()
        page.wait_for_url("**/runs/*")
        expect(page.get_by_role("main")).to_contain_text("Succeeded", timeout=60_000, ignore_case=True)


def test_a_stranger_is_led_to_sign_in_and_back(portal) -> None:
    answer = httpx.get(f"{portal.base}/catalog?q=kind:api", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/catalog%3Fq%3Dkind%3Aapi")


def test_a_form_from_another_site_is_refused(portal) -> None:
    answer = httpx.post(
        f"{portal.base}/logout",
        cookies=portal.cookies,
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert httpx.get(f"{portal.base}/api/v1/me", cookies=portal.cookies).status_code == 200


def test_an_orphan_is_given_an_owner_without_javascript(portal, chromium: Browser) -> None:
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog/component/{portal.truth.orphan}")
        page.get_by_label("Owner is").select_option("store")
        page.get_by_role("button", name="Set owner").click()
        expect(page.get_by_text("confirmed by").first).to_be_visible()


def test_typing_narrows_the_list_in_place(portal, chromium: Browser) -> None:
    with gate.open_page(chromium, ENGLISH, cookies=cookies_of(portal, ENGLISH), base=portal.base) as page:
        page.goto(f"{portal.base}/catalog")
        page.get_by_role("main").get_by_role("searchbox").first.press_sequentially("kiosk")
        expect(page.get_by_role("link", name="mall-bff")).to_have_count(0)
        expect(page.get_by_role("link", name="kiosk-web").first).to_be_visible()
