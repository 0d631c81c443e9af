"""Search, as a page, as the palette's fragment and over REST."""

from __future__ import annotations

import re

import pytest

from homeport.kernel.knowledge import search
from homeport.kernel.knowledge.search import Document

from .conftest import Portal


@pytest.fixture
def filled(portal: Portal) -> Portal:
    """Nine services and a team."""
    services = [Document(f"c{n}", "component", f"order-api-{n}", "주문을 받습니다", url=f"/c{n}") for n in range(9)]
    with portal.database.writing() as session:
        search.index(session, [*services, Document("g", "group", "order", "주문 팀 <b>", url="/g")])
    return portal


def test_hits_are_grouped_by_kind_and_marked(filled: Portal) -> None:
    text = filled.signed_in().get("/search?q=주문").text
    assert "<mark>주문</mark>을 받습니다" in text
    assert "&lt;b&gt;" in text
    assert len(re.findall(r'<li class="hit">', text)) == 7
    assert "kind=component" in text
    assert "Show all 9" in text


def test_one_kind_is_shown_whole(filled: Portal) -> None:
    text = filled.signed_in().get("/search?q=order&kind=component").text
    assert len(re.findall(r'<li class="hit">', text)) == 9


def test_nothing_found_helps_on(filled: Portal) -> None:
    text = filled.signed_in().get("/search?q=<nothing>").text
    assert "Nothing holds “&lt;nothing&gt;”." in text
    assert 'href="/catalog/locations/new"' in text


@pytest.mark.parametrize("asked", ["", "   ", "()'\"*:^", "ㅈ", "\x00", "a" * 900])
def test_any_text_is_answered(filled: Portal, asked: str) -> None:
    assert filled.signed_in().get("/search", params={"q": asked}).status_code == 200


def test_the_palette_gets_links_only(filled: Portal) -> None:
    text = filled.signed_in().get("/search?q=order", headers={"HX-Request-Type": "partial"}).text
    assert "<html" not in text
    assert len(re.findall('class="palette-item"', text)) == 7
    nothing = filled.signed_in().get("/search?q=zzz", headers={"HX-Request-Type": "partial"}).text
    assert "palette-item" not in nothing


def test_rest_finds_by_cursor(filled: Portal) -> None:
    client = filled.signed_in()
    first = client.get("/api/v1/search?q=order&limit=6")
    rest = client.get("/api/v1/search", params={"q": "order", "limit": 6, "after": first.json()["after"]}).json()
    assert len({item["ref"] for item in first.json()["items"] + rest["items"]}) == 10
    assert rest["after"] is None
    assert 'rel="next"' in first.headers["link"]
    assert {"text": "order", "is_match": True} in first.json()["items"][0]["title"]


@pytest.mark.parametrize("query", ["", "q=", "q=a&after=x", "q=a&after=-1", "q=a&limit=0"])
def test_rest_refuses_what_it_cannot_take(filled: Portal, query: str) -> None:
    assert filled.signed_in().get(f"/api/v1/search?{query}").status_code == 422
