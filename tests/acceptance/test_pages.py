"""Every page of the portal passes the gate: accessible, contained, narrow, in both languages and themes."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser

import browser as gate
from homeport.kernel.edge import inbound
from homeport.kernel.knowledge import findings
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work import runs

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/catalog",
    "/catalog/values/system",
    "/catalog/component/order-api",
    "/catalog/component/order-api?tab=dependencies",
    "/catalog/component/order-api?tab=yaml",
    "/catalog/component/order-api?tab=activity",
    "/catalog/component/kiosk-web?tab=findings",
    "/catalog/api/order-api?tab=api",
    "/catalog/group/order",
    "/catalog/graph?ref=component:default/mall-bff&depth=2",
    "/catalog/locations",
    "/catalog/locations/1",
    "/catalog/locations/new",
    "/catalog/locations/new?type=file&target={shop}",
    "/runs",
    "/runs/{run}",
    "/findings",
    "/findings/by-owner",
    "/findings/by-rule",
    "/findings/{finding}",
    "/views",
    "/views/new?list=/catalog&query=q%3Dkind%3Aapi",
    "/search?q=주문",
    "/approvals",
    "/me",
    "/me/password",
    "/admin",
    "/admin/tokens",
    "/admin/people",
    "/admin/sign-ins",
    "/admin/events",
    "/admin/webhooks",
    "/admin/webhooks?name=git",
    "/admin/webhooks/{delivery}",
    "/admin/settings",
    "/audit",
    "/audit?verify=1",
)
OTHER_CONTENTS = (
    "/catalog?q=owner:none",
    "/catalog?q=kind:api",
    "/catalog?q=nothingofthisname",
    "/catalog/component/kiosk-web",
    "/catalog/system/order",
    "/catalog?q=kind:api&columns=name,type,owner",
    "/search?q=nothingofthisname",
)
"""Pages of the same templates as some of those above."""
STALE_PAGES = (
    "{stale}",
    "/catalog/locations",
    "/catalog/component/shop-api",
    "/catalog/component/shop-api?tab=yaml",
    "/catalog/component/shop-api?tab=dependencies",
    "/catalog/compnent/shop-web",
    "/findings?q=entity:none",
)
OPEN_PAGES = ("/login", "/login/not-a-link")


def resolved(portal, path: str) -> str:
    """The path with the newest run, the first finding, a delivery and a file of descriptors in it."""
    with portal.homeport.services.database.reading() as session:
        run = runs.list_runs(session, SYSTEM, limit=1).runs[0].id
        page = findings.list_findings(session, SYSTEM, findings.Wanted(), portal.homeport.services.clock(), limit=1)
        delivery = inbound.list_deliveries(session, SYSTEM, "git", 1)[0].id
    path = path.replace("{delivery}", str(delivery))
    return path.replace("{shop}", str(portal.shop)).replace("{run}", run).replace("{finding}", str(page.findings[0].id))


def cookies_of(portal, look: gate.Look) -> dict[str, str]:
    return {**portal.cookies, "homeport_language": look.language, "homeport_theme": look.theme}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_passes_the_gate_in_every_look(portal, chromium: Browser, path: str) -> None:
    gate.check_in_every_look(chromium, portal.base + resolved(portal, path), cookies=portal.cookies)


@pytest.mark.parametrize("path", PAGES)
def test_the_theme_changes_nothing_but_what_the_gate_changes(portal, path: str) -> None:
    pages = []
    for theme in ("light", "dark"):
        cookies = {**portal.cookies, "homeport_theme": theme}
        answer = httpx.get(portal.base + resolved(portal, path), cookies=cookies)
        pages.append(plain(answer.text, theme))
    assert pages[0] == pages[1]


def plain(html: str, theme: str) -> str:
    """The page without the marks of its theme: those of base.html, and of the form that chooses one."""
    marks = f'data-theme="{theme}"' + (' class="dark"' if theme == "dark" else "")
    assert marks in html
    html = html.replace(marks, "").replace(f'content="{theme}"', "")
    return re.sub(r" (?:checked|selected|aria-pressed=\"(?:true|false)\")", "", html)


@pytest.mark.parametrize("path", OTHER_CONTENTS)
def test_other_contents_of_a_page_pass_the_gate(portal, chromium: Browser, path: str) -> None:
    for look in gate.OPPOSITE_LOOKS:
        with gate.open_page(chromium, look, cookies=cookies_of(portal, look), base=portal.base) as page:
            gate.check_page(page, portal.base + path, walk=look.width == 320)


@pytest.fixture(scope="module")
def stale(portal) -> Iterator[str]:
    """A location that was read and then lost; gives its path."""
    headers = {"Origin": portal.base, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=portal.base, cookies=portal.cookies, headers=headers) as client:
        client.post("/catalog/locations", data={"type": "file", "target": str(portal.shop)})
        wait_until(lambda: client.get("/catalog/component/shop-api").status_code == 200)
        found = re.search(
            rf'href="(/catalog/locations/\d+)"><code>{portal.shop}', client.get("/catalog/locations").text
        )
        assert found
        content = portal.shop.read_text(encoding="utf-8")
        portal.shop.unlink()
        client.post(f"{found[1]}/read")
        wait_until(lambda: "does not exist" in client.get("/catalog/component/shop-api").text)
        portal.shop.write_text(content, encoding="utf-8")
        yield found[1]
        client.post(f"{found[1]}/remove")


def wait_until(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline, "did not happen within 60 s"
        time.sleep(0.2)


@pytest.mark.parametrize("path", STALE_PAGES)
def test_a_page_of_what_can_not_be_read_passes_the_gate_in_every_look(
    portal, stale: str, chromium: Browser, path: str
) -> None:
    status = 404 if path.endswith("/shop-web") else 200
    url = portal.base + path.replace("{stale}", stale)
    gate.check_in_every_look(chromium, url, cookies=portal.cookies, walk_in=gate.Look("dark", "en", 320), status=status)


@pytest.mark.parametrize("path", OPEN_PAGES)
def test_an_open_page_passes_the_gate(portal, chromium: Browser, path: str) -> None:
    gate.check_in_every_look(chromium, portal.base + path)


def test_a_page_that_is_not_there_says_so_and_passes_the_gate(portal, chromium: Browser) -> None:
    url = f"{portal.base}/catalog/component/not-there"
    gate.check_in_every_look(chromium, url, cookies=portal.cookies, status=404)


def test_all_pages_of_the_navigation_are_gated(portal) -> None:
    answer = httpx.get(portal.base + "/", cookies=portal.cookies)
    linked = set(re.findall(r'<a class="nav-item[^"]*" href="([^"]+)"', answer.text)) or set(
        re.findall(r"<nav.*?</nav>", answer.text, re.S)
    )
    assert linked
    for href in re.findall(r'href="(/[a-z]*)"', " ".join(linked)) or linked:
        assert href in PAGES


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_small(portal, path: str) -> None:
    answer = httpx.get(portal.base + resolved(portal, path), cookies=portal.cookies)
    assert answer.status_code == 200
    assert len(gzip.compress(answer.content)) <= gate.MOST_HTML_BYTES
