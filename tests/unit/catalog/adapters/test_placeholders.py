"""`$text`, `$json` and `$yaml` as Backstage substitutes them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.placeholders import Include, Unresolved, substitute
from homeport.catalog.adapters.sources import Content, TargetRefused
from homeport.catalog.adapters.sources.files import FileSource
from homeport.kernel.base.errors import SourceUnreadable

FILES = {
    "a.md": b"# Orders\r\n",
    "a.json": b'{"x": [1.0, true]}',
    "a.yaml": b"on: yes\n",
    "self.yaml": b"again: {$yaml: self.yaml}\n",
    "two.yaml": b"a: 1\n---\nb: 2\n",
    "empty.yaml": b"# nothing\n",
    "broken.yaml": b"a: [\n",
    "broken.json": b'{"a":\n',
    "nan.json": b"NaN",
    "latin.md": "Ü".encode("latin-1"),
    "nul.md": b"a\0b",
    "large.md": b"x" * 6_000_000,
}


class MemorySource:
    """Files given as bytes; counts how often each is fetched."""

    def __init__(self) -> None:
        self.fetched: list[str] = []

    def starts(self) -> Sequence[str]:
        return sorted(FILES)

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        self.fetched.append(key)
        if key not in FILES:
            raise SourceUnreadable(f"{key} does not exist")
        return Content(FILES[key], f"version of {key}")

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        if target.startswith(".."):
            raise TargetRefused("leads out")
        return sorted(FILES) if "*" in target else [target.removeprefix("./")]

    def location_of(self, key: str) -> str:
        return f"memory:{key}"


def substituted(document: Any) -> Any:
    value, _, unresolved = substitute(document, "base.yaml", MemorySource())
    assert not unresolved
    return value


def unresolved(document: Any) -> list[Unresolved]:
    value, _, found = substitute(document, "base.yaml", MemorySource())
    assert value == document
    return found


@pytest.mark.parametrize(
    ("placeholder", "value"),
    [
        ({"$text": "./a.md"}, "# Orders\r\n"),
        ({"$json": "./a.json"}, {"x": [1, True]}),
        ({"$yaml": "./a.yaml"}, {"on": "yes"}),
        ({"$yaml": "./a.json"}, {"x": [1, True]}),
        ({"$text": "./latin.md"}, "�"),
    ],
)
def test_the_content_of_the_file_takes_the_place(placeholder: dict[str, str], value: Any) -> None:
    assert substituted({"spec": {"definition": placeholder}}) == {"spec": {"definition": value}}
    assert substituted({"spec": [1, {"deep": [placeholder]}]}) == {"spec": [1, {"deep": [value]}]}
    assert substituted(placeholder) == value


@pytest.mark.parametrize(
    "document",
    [
        {"$openapi": "./a.yaml"},
        {"$foo": {"$text": "./a.md"}},
        {"$text": "./a.md", "other": 1},
        {"other": {"$text": "./a.md"}, "$id": "x"},
        {"a": [1, None, "$text", {"b": {}}]},
    ],
)
def test_what_is_no_placeholder_stays_as_it_is(document: Any) -> None:
    source = MemorySource()
    value, includes, found = substitute(document, "base.yaml", source)
    assert value is document
    assert (includes, found, source.fetched) == ([], [], [])


def test_what_was_put_in_is_not_looked_through_again() -> None:
    assert substituted({"$yaml": "self.yaml"}) == {"again": {"$yaml": "self.yaml"}}


def test_each_file_is_read_once_and_told_with_its_version() -> None:
    source = MemorySource()
    document = {"a": {"$text": "a.md"}, "b": {"$text": "./a.md"}, "c": {"$json": "a.json"}}
    _, includes, _ = substitute(document, "base.yaml", source)
    assert includes == [Include("a.md", "version of a.md"), Include("a.json", "version of a.json")]
    assert source.fetched == ["a.md", "a.json"]


def test_values_put_in_twice_are_not_shared() -> None:
    value = substituted({"a": {"$yaml": "a.json"}, "b": {"$yaml": "a.json"}})
    assert value["a"] is not value["b"]


def test_the_document_itself_is_not_changed() -> None:
    document = {"spec": {"definition": {"$text": "a.md"}, "list": [{"$text": "a.md"}]}}
    before = copy.deepcopy(document)
    substituted(document)
    assert document == before


@pytest.mark.parametrize(
    ("placeholder", "why"),
    [
        ({"$text": "missing.md"}, "does not exist"),
        ({"$text": "../secret"}, "leads out"),
        ({"$text": "*.md"}, "instead of one"),
        ({"$text": ["a.md"]}, "names no file"),
        ({"$text": None}, "names no file"),
        ({"$text": "nul.md"}, "NUL"),
        ({"$yaml": "two.yaml"}, "2 documents"),
        ({"$yaml": "empty.yaml"}, "0 documents"),
        ({"$yaml": "broken.yaml"}, "line 1"),
        ({"$yaml": "large.md"}, "5000000 bytes"),
        ({"$json": "broken.json"}, "no JSON"),
        ({"$json": "nan.json"}, "no JSON"),
        ({"$json": "a.md"}, "no JSON"),
    ],
)
def test_one_that_leads_nowhere_stays_and_is_told(placeholder: dict[str, Any], why: str) -> None:
    (found,) = unresolved({"metadata": {}, "spec": [0, placeholder]})
    assert found.path == ("spec", 1)
    assert found.target == str(next(iter(placeholder.values())))
    assert why in found.reason


def test_the_others_are_replaced_all_the_same() -> None:
    value, _, found = substitute({"a": {"$text": "missing"}, "b": {"$text": "a.md"}}, "base.yaml", MemorySource())
    assert value == {"a": {"$text": "missing"}, "b": "# Orders\r\n"}
    assert [one.path for one in found] == [("a",)]


def test_a_document_can_include_only_so_much() -> None:
    value, includes, found = substitute([{"$text": "large.md"}] * 3, "base.yaml", MemorySource())
    assert (len(includes), len(found), len(value[0])) == (1, 2, 6_000_000)
    _, _, found = substitute([{"$text": "a.md"}] * 1_000, "base.yaml", MemorySource())
    assert len(found) == 800


KEYS = st.sampled_from(["a", "b", "$text", "$json", "$foo"])
DOCUMENTS = st.recursive(
    st.none() | st.sampled_from(["a.md", "a.json", "missing"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_every_placeholder_is_either_replaced_or_told(document: Any) -> None:
    value, _, found = substitute(document, "base.yaml", MemorySource())
    assert {one.path for one in found} == set(left(value, ()))
    if not list(left(document, ())):
        assert value is document


def left(value: Any, path: tuple[str | int, ...]) -> Any:
    """The paths of the placeholders in a value, looked for as upstream does."""
    if isinstance(value, dict):
        if any(key.startswith("$") for key in value):
            if len(value) == 1 and next(iter(value)) in ("$text", "$json", "$yaml"):
                yield path
            return
        for key, item in value.items():
            yield from left(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from left(item, (*path, index))


def test_relative_paths_work_in_files_too(tmp_path: Path) -> None:
    """Backstage resolves them for `url` locations only."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/api.yaml").write_text("openapi: 3.0.0\n")
    source = FileSource(f"{tmp_path}/*.yaml")
    value, includes, _ = substitute({"$text": "./docs/api.yaml"}, f"{tmp_path}/a.yaml", source)
    assert value == "openapi: 3.0.0\n"
    assert [one.key for one in includes] == [f"{tmp_path}/docs/api.yaml"]
