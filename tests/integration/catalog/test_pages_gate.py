"""Every page of the catalog passes the gate, and its forms work without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from browser import LOOKS, Look, check_page, missing_parts, open_page, serve, started_browser
from homeport.app import assemble
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock, sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.procedures import Procedures
from homeport.web.identify import SESSION_COOKIE

from .conftest import Installation
from .test_pages import AMBIGUOUS, OPENAPI, ORPHAN, PEOPLE, Portal, guess, inferred

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(missing_parts()), reason=missing_parts())]

PAGES = (
    "/catalog",
    "/catalog?q=",
    "/catalog?q=nothing",
    "/catalog/component/order-api",
    "/catalog/component/kiosk",
    "/catalog/component/order-api?tab=dependencies",
    "/catalog/component/order-api?tab=yaml",
    "/catalog/component/order-api?tab=activity",
    "/catalog/api/orders?tab=api",
    "/catalog/group/order",
    "/catalog/graph?ref=order-api",
    "/catalog/discover",
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The pages over a small catalog with everything in it."""
    folder: Path = tmp_path_factory.mktemp("gate")
    modules, clock = installed_modules(), FakeClock()
    sections = {module.name: module.settings for module in modules if module.settings}
    with sqlite_database(folder) as database:
        settings = load_settings({}, sections, home=folder)
        services = Services(settings, database, Procedures(), Subscribers(), clock)
        portal = Portal(Installation(assemble(services, modules)))
        needs = [guess(f"spec.dependsOn[resource:default/db-{n}]", f"resource:default/db-{n}", 0.5) for n in range(12)]
        portal.publish(
            *PEOPLE,
            inferred("Component", "order-api", *AMBIGUOUS.fields, *needs),
            ORPHAN,
            inferred("API", "orders", guess("spec.type", "openapi", 1.0), guess("spec.definition", OPENAPI, 1.0)),
            *(inferred("Resource", f"db-{n}", guess("spec.owner", "group:default/order", 0.9)) for n in range(12)),
        )
        yield portal


@pytest.fixture(scope="module")
def base(portal: Portal) -> Iterator[str]:
    portal.app.routes.extend(portal.app.state.shell.routes())
    with serve(portal.app) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def session_secret(portal: Portal) -> str:
    now = portal.services.clock()
    with portal.services.database.writing() as session:
        entity = EntityRef.parse("user:default/kim")
        person = identity.ensure_person(session, "kim", Role.OPERATOR, now, entity=entity)
        return identity.open_session(session, person, now, timedelta(days=1), "test")


def cookies(secret: str, look: Look) -> dict[str, str]:
    return {SESSION_COOKIE: secret, "homeport_language": look.language, "homeport_theme": look.theme}


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_passes_the_gate(browser: Browser, base: str, session_secret: str, path: str, look: Look) -> None:
    with open_page(browser, look, cookies=cookies(session_secret, look), base=base) as page:
        check_page(page, base + path, walk=look.theme == "light" and look.language == "ko")


def test_a_question_is_answered_without_javascript(browser: Browser, base: str, session_secret: str) -> None:
    look = Look("light", "en", 320)
    with open_page(browser, look, cookies=cookies(session_secret, look), base=base, has_javascript=False) as page:
        page.goto(f"{base}/catalog/component/kiosk")
        page.get_by_label("Owner is").select_option("stock")
        page.get_by_role("button", name="Set owner").click()
        expect(page.get_by_text("confirmed by kim")).to_be_visible()


def test_typing_narrows_the_list_in_place(browser: Browser, base: str, session_secret: str) -> None:
    look = Look("light", "en", 1280)
    with open_page(browser, look, cookies=cookies(session_secret, look), base=base) as page:
        page.goto(f"{base}/catalog")
        page.get_by_label("Name, title, owner:team").type("order")
        expect(page.get_by_role("link", name="kiosk", exact=True)).to_have_count(0)
        expect(page.get_by_role("link", name="order-api", exact=True)).to_be_visible()
        expect(page.get_by_label("Name, title, owner:team")).to_be_focused()
