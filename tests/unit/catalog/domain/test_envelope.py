"""What all entities share: which documents keep the rules of the envelope, and what is said of those that don't."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.catalog.domain.envelope import envelope_violations
from homeport.catalog.domain.urls import is_url

LONGEST = "a" * 63


def document(**metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a", **metadata}}


def paths(entity: object) -> list[tuple[str | int, ...]]:
    return [one.path for one in envelope_violations(entity)]


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"name": LONGEST},
        {"name": "a..b_C-9"},
        {"namespace": "team-1"},
        {"namespace": "a--b"},
        {"title": "주문", "description": ""},
        {"labels": {"a": "", "example.com/B_c": "D.e"}},
        {"annotations": {"a": "", "example.com/b": "any\ntext"}},
        {"annotations": None},
        {"tags": ["c++", "a:b", "c#", "go-1"]},
        {"links": []},
        {"links": [{"url": "https://example.com", "title": "A", "icon": "a", "type": "b", "more": 1}]},
        {"uid": "a", "etag": "b", "anything": {"else": [None]}},
    ],
    ids=str,
)
def test_metadata_that_keeps_the_rules_has_no_violations(metadata: dict[str, Any]) -> None:
    assert envelope_violations(document(**metadata)) == []


@pytest.mark.parametrize(
    ("metadata", "path"),
    [
        ({"name": ""}, ("name",)),
        ({"name": "-a"}, ("name",)),
        ({"name": "a\n"}, ("name",)),
        ({"name": "é"}, ("name",)),
        ({"name": LONGEST + "a"}, ("name",)),
        ({"name": 5}, ("name",)),
        ({"namespace": "Team"}, ("namespace",)),
        ({"namespace": "a.b"}, ("namespace",)),
        ({"namespace": None}, ("namespace",)),
        ({"title": ""}, ("title",)),
        ({"description": None}, ("description",)),
        ({"uid": ""}, ("uid",)),
        ({"labels": None}, ("labels",)),
        ({"labels": {"a": 1}}, ("labels", "a")),
        ({"labels": {"a": "b c"}}, ("labels", "a")),
        ({"labels": {"Example.com/a": "b"}}, ("labels", "Example.com/a")),
        ({"labels": {"a/b/c": "d"}}, ("labels", "a/b/c")),
        ({"annotations": []}, ("annotations",)),
        ({"annotations": {"a": True}}, ("annotations", "a")),
        ({"annotations": {"": "a"}}, ("annotations", "")),
        ({"tags": "java"}, ("tags",)),
        ({"tags": ["ok", "Java"]}, ("tags", 1)),
        ({"tags": ["a--b"]}, ("tags", 0)),
        ({"tags": [LONGEST + "a"]}, ("tags", 0)),
        ({"links": {}}, ("links",)),
        ({"links": ["https://example.com"]}, ("links", 0)),
        ({"links": [{"title": "A"}]}, ("links", 0, "url")),
        ({"links": [{"url": "example.com"}]}, ("links", 0, "url")),
        ({"links": [{"url": "https://example.com", "title": "\u00a0"}]}, ("links", 0, "title")),
        ({"links": [{"url": "https://example.com", "type": ""}]}, ("links", 0, "type")),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_told_by_its_place(metadata: dict[str, Any], path: tuple[str | int, ...]) -> None:
    assert paths(document(**metadata)) == [("metadata", *path)]


@pytest.mark.parametrize("version", ["v1", "1", "a.b-c.example/v1", "a/B", f"{LONGEST}.a/{LONGEST}"])
def test_an_api_version_is_letters_and_digits_after_a_dns_name(version: str) -> None:
    assert envelope_violations(document() | {"apiVersion": version}) == []


@pytest.mark.parametrize(
    "version", ["", "1.0", "a/", "/a", "a/b/c", "A.b/c", "a_b/c", f"{LONGEST}a/b", f"{'a.' * 127}a/b", None, 1]
)
def test_an_api_version_of_another_form_is_refused(version: object) -> None:
    assert paths(document() | {"apiVersion": version}) == [("apiVersion",)]


@pytest.mark.parametrize("kind", ["", "1a", "my-kind", LONGEST + "a", None])
def test_a_kind_is_letters_and_digits_beginning_with_a_letter(kind: object) -> None:
    assert paths(document() | {"kind": kind}) == [("kind",)]


@pytest.mark.parametrize("entity", [None, [], "text", 1])
def test_what_is_no_object_is_no_entity(entity: object) -> None:
    assert paths(entity) == [()]


def test_everything_that_is_missing_is_told() -> None:
    assert paths({}) == [("apiVersion",), ("kind",), ("metadata",)]
    assert paths({"apiVersion": "v1", "kind": "A", "metadata": {}}) == [("metadata", "name")]


def test_foreign_root_fields_are_refused_and_what_the_catalog_works_out_says_so() -> None:
    found = envelope_violations(document() | {"extra": 1, "relations": []})
    assert [one.message for one in found] == [
        "'extra' is no field of an entity: allowed are apiVersion, kind, metadata and spec.",
        "relations is worked out by the catalog and can't be stated; leave it out.",
    ]


def test_a_message_names_the_place_the_value_cut_to_80_characters_and_what_is_allowed() -> None:
    (one,) = envelope_violations(document(namespace="X" * 200))
    wanted = "1 to 63 small letters, digits and '-', beginning and ending with a letter or digit"
    assert one.message == f"metadata.namespace is '{'X' * 80}…', but must be {wanted}."


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https:example.com",
        " https://example.com/a b\n",
        "http://user:word@example.com:8080/?a#b",
        "http://[::1]:80/",
        "http://0x7f.1",
        "http://주문.example",
        "http://a_b",
        "mailto:jo@example.com",
        "foo://",
        "file:///etc",
        "a:",
    ],
)
def test_a_url_is_what_a_browser_takes_for_one(url: str) -> None:
    assert is_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com",
        "1a:b",
        "http://",
        "http://a b",
        "http://a:b",
        "http://a:65536",
        "http://user@",
        "http://1.2.3.256",
        "http://[::1",
        "http://[1::2::3]",
        "http://a%2fb",
        "http://xn--a",
        "http://\ufffd",
        "foo://a^b",
    ],
)
def test_a_url_is_nothing_else(url: str) -> None:
    assert not is_url(url)
