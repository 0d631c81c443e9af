"""What Backstage's filters and predicates mean, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.domain.cursors import Asked, FullText, OrderField, decode, decode_cursor, encode, encode_cursor
from homeport.catalog.domain.filters import (
    MOST_LEVELS,
    MOST_VALUES,
    Either,
    Every,
    FilterRefused,
    Has,
    HasPrefix,
    Not,
    condition_of,
    holds,
    keys_of,
    kinds_only,
    predicate_of,
)
from homeport.catalog.domain.uids import id_of, ids_of_prefix, uid_of


@pytest.mark.parametrize(
    ("filters", "predicate"),
    [
        ([], None),
        ([" , "], None),
        (["kind=Component"], {"kind": "Component"}),
        (["kind=component , spec.type = service"], {"$all": [{"kind": "component"}, {"spec.type": "service"}]}),
        (["kind=component,kind=api"], {"kind": {"$in": ["component", "api"]}}),
        (["metadata.tags.java"], {"metadata.tags.java": {"$exists": True}}),
        (["a=,b"], {"$all": [{"a": ""}, {"b": {"$exists": True}}]}),
        (["a,a=1"], {"a": "1"}),
        (["a=1=2"], {"a": "1=2"}),
        (["kind=a", "kind=b"], {"$any": [{"kind": "a"}, {"kind": "b"}]}),
    ],
)
def test_filter_parameters_are_predicates_written_shorter(filters, predicate) -> None:
    assert predicate_of(filters) == predicate


def test_a_filter_without_a_key_is_refused() -> None:
    with pytest.raises(FilterRefused, match="'=x' is not a valid statement"):
        predicate_of(["=x"])


@pytest.mark.parametrize(
    ("predicate", "condition"),
    [
        ({}, Every()),
        ({"Kind": "Component"}, Has("kind", ("component",))),
        ({"a": 1.0}, Has("a", ("1",))),
        ({"a": True}, Has("a", ("true",))),
        ({"a": "x", "b": "y"}, Every((Has("a", ("x",)), Has("b", ("y",))))),
        ({"a": {"$exists": True}}, Has("a")),
        ({"a": {"$exists": False}}, Not(Has("a"))),
        ({"a": {"$in": ["X", "x", 2]}}, Has("a", ("x", "2"))),
        ({"a": {"$in": []}}, Has("a", ())),
        ({"a": {"$hasPrefix": "Ab"}}, HasPrefix("a", "ab")),
        ({"a": {"$contains": "Java"}}, Has("a", ("java",))),
        ({"a": {"$exists": "no", "$in": ["x"]}}, Has("a", ("x",))),
        ({"$all": []}, Every()),
        ({"$any": []}, Either()),
        ({"$not": {"a": "x"}}, Not(Has("a", ("x",)))),
        ({"relations": {"$contains": {"type": "ownedBy"}}}, Has("relations.ownedby")),
        (
            {"relations": {"$contains": {"type": "ownedBy", "targetRef": {"$in": ["Group:default/A", "b"]}}}},
            Has("relations.ownedby", ("group:default/a", "b")),
        ),
    ],
)
def test_predicates_are_read_as_upstream_reads_them(predicate, condition) -> None:
    assert condition_of(predicate) == condition


@pytest.mark.parametrize(
    "predicate",
    [
        "x",
        ["x"],
        None,
        {"$all": {"a": "x"}},
        {"$all": ["x"]},
        {"$all": [], "a": "x"},
        {"$all": [], "$any": []},
        {"$or": []},
        {"a": None},
        {"a": ["x"]},
        {"a": {}},
        {"a": {"$eq": "x"}},
        {"a": {"$exists": 1}},
        {"a": {"$in": "x"}},
        {"a": {"$in": [None]}},
        {"a": {"$hasPrefix": 1}},
        {"a": {"$contains": {"b": "x"}}},
        {"a": {"$contains": ["x"]}},
        {"a\nb": "x"},
        {"relations": {"$contains": {"targetRef": "a"}}},
        {"relations": {"$contains": {"type": ""}}},
        {"relations": {"$contains": {"type": "a", "Type": "b"}}},
        {"relations": {"$contains": {"type": "a", "source": "b"}}},
        {"relations": {"$contains": {"type": "a", "targetRef": {"$in": []}}}},
        {"relations": {"$contains": {"type": "a", "targetRef": {"$in": ["a"], "$exists": True}}}},
    ],
)
def test_predicates_that_mean_nothing_are_refused(predicate) -> None:
    with pytest.raises(FilterRefused):
        condition_of(predicate)


def test_a_filter_too_deep_or_too_large_is_refused_rather_than_tried() -> None:
    deep: dict[str, object] = {"a": "x"}
    for _ in range(MOST_LEVELS):
        deep = {"$not": deep}
    with pytest.raises(FilterRefused, match="nested deeper"):
        condition_of(deep)
    with pytest.raises(FilterRefused, match="more than"):
        condition_of({"a": {"$in": [str(number) for number in range(MOST_VALUES + 1)]}})


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [
        (None, None),
        (Has("kind", ("api",)), ("api",)),
        (Every((Has("kind", ("api",)),)), ("api",)),
        (Has("kind"), None),
        (Every((Has("kind", ("api",)), Has("a"))), None),
        (Has("spec.type", ("service",)), None),
    ],
)
def test_a_condition_of_kinds_alone_is_known_as_one(condition, kinds) -> None:
    assert kinds_only(condition) == kinds


@pytest.mark.parametrize(
    ("condition", "does"),
    [
        (Has("type", ("url",)), True),
        (Has("type"), True),
        (Has("other"), False),
        (Has("type", ()), False),
        (HasPrefix("target", "https://a"), True),
        (HasPrefix("other", ""), False),
        (Not(Has("type", ("url",))), False),
        (Every(), True),
        (Either(), False),
        (Either((Has("other"), Has("type"))), True),
    ],
)
def test_a_condition_holds_for_a_flat_thing_or_not(condition, does) -> None:
    assert holds(condition, {"type": "url", "target": "https://a.example/x"}) is does


def test_the_keys_of_a_condition_are_told() -> None:
    assert list(keys_of(Every((Has("a"), Not(Either((HasPrefix("b", "x"), Has("c")))))))) == ["a", "b", "c"]


_TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"))


@given(
    st.builds(
        Asked,
        query=st.none() | st.just({"kind": "component"}),
        order=st.just(()) | st.tuples(st.builds(OrderField, _TEXTS, st.booleans())),
        text=st.none() | st.builds(FullText, _TEXTS, st.none() | st.tuples(_TEXTS)),
        is_previous=st.booleans(),
        total=st.none() | st.integers(0, 10**6),
    ),
    _TEXTS,
    st.integers(0, 10**9),
)
def test_a_cursor_says_again_what_was_asked(asked, value, entity_id) -> None:
    from dataclasses import replace

    place = (value, uid_of(entity_id)) if asked.order else (uid_of(entity_id),)
    asked = replace(asked, after=place, first=place)

    assert decode_cursor(encode_cursor(asked)) == asked


def test_a_cursor_is_read_in_either_alphabet_and_by_clients_that_leave_it_unquoted() -> None:
    cursor = encode({"a": "?>?>?>~~~"})
    assert "+" in cursor or "/" in cursor

    for written in (cursor, cursor.replace("+", "-").replace("/", "_"), cursor.replace("+", " "), cursor + "=="):
        assert decode(written) == {"a": "?>?>?>~~~"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        [],
        {"orderFields": [], "orderFieldValues": None, "firstSortFieldValues": ["x"], "isPrevious": False},
        {"orderFields": [], "orderFieldValues": ["x", "y"], "firstSortFieldValues": ["x"], "isPrevious": False},
        {"orderFields": [{}], "orderFieldValues": ["x", "y"], "firstSortFieldValues": ["x", "y"], "isPrevious": False},
        {"orderFields": [], "orderFieldValues": ["x"], "firstSortFieldValues": ["x"], "isPrevious": 1},
        {"orderFields": [], "orderFieldValues": ["x"], "firstSortFieldValues": ["x"], "isPrevious": False, "query": []},
        {
            "orderFields": [],
            "orderFieldValues": ["x"],
            "firstSortFieldValues": ["x"],
            "isPrevious": False,
            "totalItems": -1,
        },
        {
            "orderFields": [],
            "orderFieldValues": ["x"],
            "firstSortFieldValues": ["x"],
            "isPrevious": False,
            "fullTextFilter": {"term": 1},
        },
    ],
)
def test_a_cursor_of_somebody_elses_making_is_refused(said) -> None:
    with pytest.raises(FilterRefused):
        decode_cursor(encode(said))


@pytest.mark.parametrize("cursor", ["", "x", "%", "ä", "eyJhIjoiXHVkODAwIn0", "W10", "e30="])
def test_what_is_no_cursor_is_refused(cursor) -> None:
    with pytest.raises(FilterRefused):
        decode_cursor(cursor)


def test_cursors_hold_a_query_where_upstreams_client_looks_for_it() -> None:
    import base64

    cursor = encode_cursor(Asked({"kind": "api"}, after=("x",), first=("x",)))

    assert json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4)))["query"] == {"kind": "api"}


@given(st.integers(0, 16**12 - 1), st.integers(0, 36))
def test_a_uid_leads_back_to_its_number(entity_id, length) -> None:
    uid = uid_of(entity_id)

    assert id_of(uid) == id_of(uid.upper()) == entity_id
    found = ids_of_prefix(uid[:length])
    assert found is not None
    assert found[0] <= entity_id <= found[1]


@pytest.mark.parametrize("text", ["", "x", uid_of(1)[:-1], uid_of(1) + "0", "00000000-0000-0000-0000-000000000001"])
def test_what_is_no_uid_of_ours_has_no_number(text) -> None:
    assert id_of(text) is None


def test_no_number_begins_with_a_foreign_prefix() -> None:
    assert ids_of_prefix("0") is None
    assert ids_of_prefix(uid_of(1)[:30] + "g") is None
