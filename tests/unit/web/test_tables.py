"""The address of a list says all of its state, and leads on from there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from homeport.kernel.base.errors import InvalidFilter
from homeport.web.tables import Column, Query, Table, Token, decode_cursor, encode_cursor
from homeport.web.views import query_of

KEYS = {"kind", "owner"}
COLUMNS = (
    Column("name", "x-name", is_sortable=True),
    Column("score", "x-score", is_sortable=True),
    Column("tags", "x-tags"),
)

values = st.text(st.characters(exclude_characters='"', exclude_categories=("Z", "C")), min_size=1).filter(
    lambda text: ":" not in text
)
tokens = st.builds(Token, st.sampled_from(sorted(KEYS)), values | st.just("team a"))


@given(tokens=st.lists(tokens, unique=True), text=values | st.just(""))
def test_a_query_reads_as_it_was_written(tokens: list[Token], text: str) -> None:
    query = Query(tuple(tokens), text)
    assert Query.parse(str(query), KEYS) == query


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", Query()),
        ("kind:api order", Query((Token("kind", "api"),), "order")),
        ("order kind:api kind:api 주문", Query((Token("kind", "api"),), "order 주문")),
        ('owner:"team a"', Query((Token("owner", "team a"),))),
        ("https://example.com", Query((), "https://example.com")),
    ],
)
def test_a_query_has_tokens_and_words(written: str, expected: Query) -> None:
    assert Query.parse(written, KEYS) == expected


def test_an_unknown_filter_names_the_ones_there_are() -> None:
    with pytest.raises(InvalidFilter, match="'colour' is not a filter of this list; it takes kind, owner"):
        Query.parse("colour:red", KEYS)


def test_a_column_that_cannot_be_sorted_is_refused() -> None:
    with pytest.raises(InvalidFilter, match="can't be sorted by 'tags'"):
        _table("sort=tags")


def test_several_queries_of_a_form_are_one() -> None:
    assert _table("q=kind:api&q=owner:me&q=order").href() == "/catalog?q=kind:api+owner:me+order"


def test_an_address_leaves_out_what_is_the_default() -> None:
    assert _table("q=&sort=name&after=").href() == "/catalog"


def test_a_click_on_a_column_sorts_upwards_then_downwards() -> None:
    assert _table("").sort_href(COLUMNS[0]) == "/catalog?sort=-name"
    assert _table("sort=-name").sort_href(COLUMNS[0]) == "/catalog"
    assert _table("").sort_href(COLUMNS[1]) == "/catalog?sort=score"
    assert _table("sort=-score").direction(COLUMNS[1]) == "descending"


def test_a_filter_begins_at_the_first_page_and_keeps_the_order() -> None:
    table = _table("q=order&sort=-score&after=abc")
    assert table.toggle_href("kind", "api") == "/catalog?q=kind:api+order&sort=-score"


def test_a_filter_that_is_on_is_taken_away() -> None:
    table = _table("q=kind:api+owner:me")
    assert table.is_on("kind", "api")
    assert table.toggle_href("kind", "api") == "/catalog?q=owner:me"
    assert table.clear_href("owner") == "/catalog?q=kind:api"


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()))
def test_a_cursor_brings_back_what_it_was_made_of(values: dict[str, str | int | None]) -> None:
    assert decode_cursor(encode_cursor(values)) == values


@pytest.mark.parametrize("cursor", ["x", "WzFd", "%%%", "á"])
def test_a_damaged_cursor_says_so(cursor: str) -> None:
    with pytest.raises(InvalidFilter, match="first page"):
        decode_cursor(cursor)


def _table(query: str) -> Table:
    scope = {"type": "http", "method": "GET", "path": "/catalog", "query_string": query.encode(), "headers": []}
    return Table.from_request(Request(scope), COLUMNS, KEYS, "name")


def test_columns_are_chosen_by_the_address_and_the_first_one_stays() -> None:
    columns = (Column("name", "n"), Column("type", "t"), Column("owner", "o"))
    table = Table("/list", columns[:2], Query(), "name", "name", None, ("name", "type"))
    assert table.href() == "/list?columns=name,type"
    assert table.column_href(columns[2]) == "/list?columns=name,type,owner"
    assert table.column_href(columns[1]) == "/list?columns=name"
    assert table.default_columns_href() == "/list"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("q=kind:api+x&sort=-name&after=9&evil=1", "q=kind:api+x&sort=-name"),
        ("q=", "q="),
        ("q=owner%3Anone&columns=name%2Ctype", "q=owner:none&columns=name,type"),
    ],
)
def test_a_view_keeps_of_an_address_what_makes_the_list(written: str, kept: str) -> None:
    assert query_of(written) == kept
