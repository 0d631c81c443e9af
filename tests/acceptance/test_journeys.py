"""What people come for, done in a browser, and again without JavaScript."""

from __future__ import annotations

import time

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

import browser as gate
from homeport.kernel.knowledge import findings
from homeport.kernel.trust.identity import SYSTEM

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


def test_a_location_is_looked_at_and_registered_without_javascript(portal, chromium: Browser) -> None:
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog/locations")
        page.get_by_role("link", name="Register a location").click()
        page.get_by_role("radio", name="Files").check()
        page.get_by_label("Location").last.fill(str(portal.shop))
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("row").filter(has_text="shop-api")).to_contain_text("New")
        expect(page.get_by_role("row").filter(has_text="order-api")).to_contain_text("Name taken")
        expect(page.locator("#left-out")).to_contain_text("metadata.name is 'no name'")
        page.get_by_role("button", name="Add to the catalog").click()
        page.wait_for_url("**/runs/*")
    wait_for_entity(portal, "component/default/shop-api")
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog/component/shop-api")
        page.locator(".ancestry").get_by_role("link", name=str(portal.shop)).click()
        expect(page.get_by_role("main")).to_contain_text("gone.yaml does not exist")
        page.get_by_role("button", name="Remove this location").click()
        expect(page.get_by_role("main")).not_to_contain_text(str(portal.shop))


def wait_for_entity(portal, path: str) -> None:
    deadline = time.monotonic() + 60
    while httpx.get(f"{portal.base}/api/v1/catalog/entities/{path}", cookies=portal.cookies).status_code != 200:
        assert time.monotonic() < deadline, f"{path} is not in the catalog within 60 s"
        time.sleep(0.2)


def test_a_view_is_saved_opened_and_deleted_without_javascript(portal, chromium: Browser) -> None:
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog?q=kind:api&sort=-name&columns=name,owner")
        page.locator("summary").filter(has_text="Views").click()
        page.get_by_role("link", name="Save this view").click()
        page.get_by_label("Name").fill("APIs backwards")
        page.get_by_label("Shared with").select_option("everyone")
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(f"{portal.base}/catalog?q=kind:api&sort=-name&columns=name,owner")
        expect(page.locator("summary").filter(has_text="APIs backwards")).to_be_visible()
        page.goto(f"{portal.base}/views")
        page.get_by_role("link", name="Change APIs backwards").click()
        page.get_by_role("button", name="Delete this view").click()
        expect(page.get_by_role("main")).not_to_contain_text("APIs backwards")


def test_findings_are_selected_and_accepted_together(portal, chromium: Browser) -> None:
    with gate.open_page(chromium, ENGLISH, cookies=cookies_of(portal, ENGLISH), base=portal.base) as page:
        page.goto(f"{portal.base}/findings?q=rule:catalog.ambiguous-owner")
        count = page.locator("[data-pick]").count()
        assert count
        page.get_by_label("Select all on this page").check()
        page.get_by_text("Accept what is selected for a while").click()
        page.get_by_label("Reason").fill("The teams talk about it in spring.")
        page.get_by_role("button", name="Accept the selected").click()
        expect(page.get_by_role("main")).to_contain_text("Nothing matches these filters")
        page.goto(f"{portal.base}/findings?q=rule:catalog.ambiguous-owner+state:suppressed")
        expect(page.locator(".finding-cell")).to_have_count(count)
    reopen(portal)


def reopen(portal) -> None:
    """Open again what was accepted: other tests count on it."""
    services = portal.homeport.services
    with services.database.writing() as session:
        wanted = findings.Wanted(state=findings.State.SUPPRESSED)
        for row in findings.list_findings(session, SYSTEM, wanted, services.clock(), limit=100).findings:
            findings.unsuppress(session, SYSTEM, row.id, services.clock())


def test_every_relation_of_the_graph_can_be_switched_without_javascript(portal, chromium: Browser) -> None:
    cookies = cookies_of(portal, ENGLISH)
    with gate.open_page(chromium, ENGLISH, cookies=cookies, base=portal.base, has_javascript=False) as page:
        page.goto(f"{portal.base}/catalog/component/order-api?tab=dependencies&depth=1")
        expect(page.locator(".graph svg").get_by_text("owned by")).to_have_count(0)
        page.get_by_role("button", name="Owned by").click()
        expect(page.locator(".graph-table")).to_contain_text("owned by")
