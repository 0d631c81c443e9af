"""Files from anywhere: read as values with lines, or refused with a reason, never a crash and never a hang."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from itertools import pairwise

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.syntax import (
    BrokenFile,
    decode,
    line_of,
    parse_json,
    parse_toml,
    parse_xml,
    parse_yaml,
    plain,
    read_yaml,
)

TEXT = st.text(st.characters(max_codepoint=0xD7FF), max_size=12)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=15,
)


def value_of(text: str) -> object:
    (document,) = parse_yaml(text)
    return plain(document.value)


@given(JSON_VALUES.filter(lambda value: value is not None))
def test_what_yaml_writes_is_read_back(value: object) -> None:
    text = json.dumps(value, ensure_ascii=True)
    if len(text) < 1_000 and "<<" not in text:
        assert value_of(text) == value


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for parse in (parse_yaml, parse_json, parse_toml, parse_xml):
        with suppress(BrokenFile):
            parse(decode(content))


@given(st.text(alphabet="-:?&*!|>{}[],#%@`'\"\n\t ab<1", max_size=60))
def test_any_yaml_like_text_is_read_or_refused_like_pyyaml_does(text: str) -> None:
    documents, broken = read_yaml(text)
    assert broken or isinstance(documents, list)
    try:
        list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        assert broken


def test_scalars_are_those_of_yaml_1_2() -> None:
    text = "[on, yes, 22:22, 2026-01-01, 010, 0x10, 1e3, .5, ~, null, True, '1', \"true\", 1_000]"
    assert value_of(text) == [
        *("on", "yes", "22:22", "2026-01-01", 10, 16, 1000.0, 0.5),
        *(None, None, True, "1", "true", "1_000"),
    ]


def test_keys_are_text_and_lines_are_known() -> None:
    (document,) = parse_yaml("# comment\n---\na:\n  200: ok\n  list:\n    - x\n    - y: 1\n")
    value = document.value
    assert plain(value) == {"a": {"200": "ok", "list": ["x", {"y": 1}]}}
    assert document.line == 3
    assert [line_of(value, "a"), line_of(value, "a", "200"), line_of(value, "a", "list", 1, "y")] == [3, 4, 7]


def test_merge_keys_fill_in_what_is_missing() -> None:
    assert value_of("base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n") == {
        "base": {"x": 1, "y": 2},
        "own": {"x": 1, "y": 3},
    }


def test_short_forms_of_cloudformation_are_written_out() -> None:
    assert value_of("a: !Ref B\nc: !GetAtt D.Arn\ne: !Sub ['${F}', {F: 1}]\n") == {
        "a": {"Ref": "B"},
        "c": {"Fn::GetAtt": "D.Arn"},
        "e": {"Fn::Sub": ["${F}", {"F": 1}]},
    }


def test_a_key_given_twice_is_told_with_its_line() -> None:
    (document,) = parse_yaml("a: 1\nb: 2\na: 3\n")
    assert (document.value, document.repeated) == ({"a": 3, "b": 2}, (("a", 3),))


def test_a_broken_document_hides_neither_the_one_before_nor_the_one_after() -> None:
    documents, broken = read_yaml("kind: A\n---\nx: [1\n---\nkind: B\n")
    assert [document.value["kind"] for document in documents] == ["A", "B"]
    assert [document.line for document in documents] == [1, 5]
    assert len(broken) == 1
    assert broken[0].line in (3, 4)


def bomb() -> str:
    levels = "abcdefghij"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{this}: &{this} [{', '.join([f'*{before}'] * 9)}]" for before, this in pairwise(levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bomb(), "aliases"),
        ("[" * 100_000, "nested"),
        ("{a: " * 100_000, "nested"),
        ("- " * 100_000, "nested"),
        ("a: &a [*a]", "alias"),
        ("a: *nobody", "alias"),
        ("? [a]\n: b", "key"),
        ("a:\n\tb: 1", "tab|token"),
        ("\n".join(f"k{number}: [1, 2, 3]" for number in range(60_000)), "more than"),
    ],
)
def test_hostile_yaml_is_refused_at_once(text: str, reason: str) -> None:
    started = time.process_time()
    with pytest.raises(BrokenFile, match=reason):
        parse_yaml(text)
    assert time.process_time() - started < 5


def test_merge_bombs_count_as_well() -> None:
    lines = ["a: &a {x1: 1, x2: 2, x3: 3}"]
    for before, this in zip("abcdefghijklmnopqrst", "bcdefghijklmnopqrstu", strict=True):
        lines.append(f"{this}: &{this} {{<<: [*{before}, *{before}], y{this}: 1}}")
    with pytest.raises(BrokenFile, match="aliases"):
        parse_yaml("\n".join(lines))


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 50_000, "1" * 10_000, "{", "nope"])
def test_hostile_json_is_refused(text: str) -> None:
    with pytest.raises(BrokenFile):
        parse_json(text)


@pytest.mark.parametrize(
    "text", [".".join(["a"] * 50_000) + " = 1", "a = " + "[" * 50_000, "a = ", '"a" . ' * 5_000 + "b = 1"]
)
def test_hostile_toml_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(BrokenFile):
        parse_toml(text)
    assert time.process_time() - started < 5


def test_xml_entities_are_refused_with_their_line() -> None:
    with pytest.raises(BrokenFile, match="entities") as refused:
        parse_xml('<?xml version="1.0"?>\n<!DOCTYPE a [\n<!ENTITY b "c">\n]>\n<a>&b;</a>')
    assert refused.value.line == 3


def test_xml_names_lose_their_namespace() -> None:
    assert parse_xml('<a xmlns="urn:x"><b>1</b></a>').findtext("b") == "1"


def test_text_may_be_utf_8_with_a_mark_or_utf_16_and_nothing_else() -> None:
    assert decode("\ufeff주문\r\n".encode()) == "주문\n"
    assert decode("주문".encode("utf-16")) == "주문"
    with pytest.raises(BrokenFile, match="UTF-8") as refused:
        decode(b"ok\n\xff\xfa")
    assert refused.value.line == 2


def test_a_large_file_is_not_read() -> None:
    with pytest.raises(BrokenFile, match="1000001 bytes"):
        decode(b"a" * 1_000_001)
