"""The home page: what waits, what one owns, what happened."""

from __future__ import annotations

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import changes
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.runs import RunState

from .conftest import HANEUL, ORDER_API, STOCK_API, Portal, unknown_owner


def change(portal: Portal, *names: str) -> None:
    """One act that added entities."""
    with portal.database.writing() as session:
        for name in names:
            ref = EntityRef.parse(f"component:default/{name}")
            changes.record(session, ref, "catalog.added", at=portal.clock(), actor=SYSTEM, ref="repository")


def test_an_empty_installation_offers_two_ways_to_begin(portal: Portal) -> None:
    text = portal.signed_in().get("/").text
    assert 'href="/catalog/locations/new"' in text
    assert "./run demo" in text


def test_findings_of_what_one_owns_are_shown_and_no_others(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.ownership.owners[ORDER_API] = HANEUL
    mine, other = portal.findings(unknown_owner(ORDER_API), unknown_owner(STOCK_API))
    text = portal.signed_in("Kim Haneul", Role.VIEWER, HANEUL).get("/").text
    assert f'href="/findings/{mine}"' in text
    assert f'href="/findings/{other}"' not in text


def test_who_owns_nothing_sees_the_worst_of_all(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    (number,) = portal.findings(unknown_owner(ORDER_API))
    text = portal.signed_in().get("/").text
    assert "Worst open findings" in text
    assert f'href="/findings/{number}"' in text


def test_a_failed_run_of_mine_waits_until_one_like_it_succeeds(portal: Portal) -> None:
    me = portal.person("Park Seoyeon", Role.ADMIN)
    portal.run("bad1", RunState.FAILED, actor=me, error_message="pack is truncated")
    portal.run("other1", RunState.FAILED, actor=portal.person("Lee Jun", Role.VIEWER), error_message="not mine")
    client = portal.signed_in()
    text = client.get("/").text
    assert "Your runs that failed" in text
    assert "pack is truncated" in text
    assert "not mine" not in text
    portal.clock.advance(minutes=1)
    portal.run("good1", RunState.SUCCEEDED, actor=me)
    assert "Your runs that failed" not in client.get("/").text


def test_what_one_act_changed_is_one_line(portal_on_each: Portal) -> None:
    portal = portal_on_each
    portal.run("good1", RunState.SUCCEEDED)
    change(portal, "order-api", "cart-api", "stock-api")
    portal.clock.advance(minutes=5)
    change(portal, "gift-api")
    text = portal.signed_in().get("/").text
    assert "cart-api and 2 more" in text
    assert text.index('href="/catalog/component/gift-api"') < text.index("cart-api and 2 more")
    assert '<strong class="stat-value">4</strong>' in text


def test_korean_readers_read_korean(portal: Portal) -> None:
    portal.run("bad1", RunState.FAILED)
    client = portal.signed_in()
    text = client.get("/", headers={"Accept-Language": "ko"}).text
    assert "Park Seoyeon 님, 안녕하세요" in text
    assert "위치 읽기" in text
