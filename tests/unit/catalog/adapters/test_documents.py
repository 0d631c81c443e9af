"""Descriptor files as values: what Backstage reads in them, and nothing that harms whoever reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from homeport.catalog.adapters import yaml_core, yaml_plain
from homeport.catalog.adapters.documents import Limits, line_of, lines_of, read_documents, read_json
from homeport.catalog.adapters.yaml_core import Budget, Unreadable

COMPONENT = """\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: order-api
  description: "Keeps orders: all of them"  # who else
  annotations:
    github.com/project-slug: shop/order-api
    backstage.io/techdocs-ref: dir:.
  tags: [java, on]
  links:
    - url: https://orders.example.com
      title: It's here

    # the second
    - url: https://wiki.example.com
spec:
  type: service
  lifecycle: production
  owner: group:default/orders
  replicas: 3
  definition: |
    openapi: 3.0.0

    info: {title: Orders}
  summary: >-
    Keeps
    orders.
  dependsOn: []
"""
COMPONENT_VALUE = {
    "apiVersion": "backstage.io/v1alpha1",
    "kind": "Component",
    "metadata": {
        "name": "order-api",
        "description": "Keeps orders: all of them",
        "annotations": {"github.com/project-slug": "shop/order-api", "backstage.io/techdocs-ref": "dir:."},
        "tags": ["java", "on"],
        "links": [
            {"url": "https://orders.example.com", "title": "It's here"},
            {"url": "https://wiki.example.com"},
        ],
    },
    "spec": {
        "type": "service",
        "lifecycle": "production",
        "owner": "group:default/orders",
        "replicas": 3,
        "definition": "openapi: 3.0.0\n\ninfo: {title: Orders}\n",
        "summary": "Keeps orders.",
        "dependsOn": [],
    },
}


def values(text: str | bytes) -> list[Any]:
    documents, broken = read_documents(text if isinstance(text, bytes) else text.encode())
    assert not broken
    return [one.value for one in documents]


def reasons(data: bytes, limits: Limits | None = None) -> list[tuple[str, int | None]]:
    _, broken = read_documents(data, limits or Limits())
    return [(one.reason, one.line) for one in broken]


def test_a_typical_component_is_read_without_the_careful_parser() -> None:
    assert yaml_plain.read(COMPONENT, 100)[0] == COMPONENT_VALUE
    assert yaml_core.read(COMPONENT, Budget(1_000, 100)) == COMPONENT_VALUE
    assert values(COMPONENT) == [COMPONENT_VALUE]


# What npm yaml 2.9 answers to each text (`parseAllDocuments(text, {merge: false})`, then JSON): written by it, never
# by hand. A value stands in a list, so that null and "error" can't be taken for each other.
UPSTREAM = [
    json.loads(line) for line in Path(__file__).with_name("upstream_yaml.jsonl").read_text("utf-8").splitlines()
]

# Where homeport answers otherwise, and knows it.
DIFFERENT = {
    "keys that are lists or mappings are refused": {"? [a]\n: b\n", "{a: b}: c\n", "[a]: 1\n"},
    "a mapping can't begin with an empty key": {": 1\n"},
    "infinite numbers as keys are empty": {
        f"{number}: 1\n"
        for number in (".inf", "-.inf", "+.inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", "1e400", "-1e400")
    },
    "tags of YAML 1.1 leave the value as written": {
        "a: !!binary aGk=\n",
        "a: !!timestamp 2020-01-01\n",
        "a: !!set {a, b}\n",
        "a: !!omap [a: 1]\n",
        "a: ! 1\n",
    },
    "all is YAML 1.2": {"%YAML 1.1\n---\na: yes\n"},
    "unknown directives are refused": {"%FOO bar\n---\na: 1\n", "%x: 1\n", "%x\n"},
    "broken for upstream, readable here": {
        "a: [\nb\n]\n",
        'a: "x\ny"\n',
        "a: [b,\n\tc]\n",
        "a: |# c\n  x\n",
        'a: "1"# x\n',
        "a: 1\rb: 2\r",
    },
    "tabs after a dash are refused": {"-\ta\n", "? \ta\n"},
    "a byte order mark within the file is passed over": {"---\n\ufeffa: 1\n"},
    "NUL is no text": {"a: \x00\n", "a: b\x00c\n"},
    "a JSON array is several documents": {"[]\n"},
}
KNOWN = set().union(*DIFFERENT.values())


def strict(value: Any) -> str:
    """The value as text in which 1 and 1.0 and true differ."""
    return repr(value)


@pytest.mark.parametrize(
    "case", [one for one in UPSTREAM if one["text"] not in KNOWN], ids=lambda one: repr(one["text"])
)
def test_values_are_those_that_backstage_reads(case: dict[str, Any]) -> None:
    documents, broken = read_documents(case["text"].encode())
    good = [one[0] for one in case["upstream"] if one != "error" and one[0] is not None]
    assert strict([one.value for one in documents]) == strict(good)
    assert bool(broken) == ("error" in case["upstream"])


@pytest.mark.parametrize("case", [one for one in UPSTREAM if one["text"] in KNOWN], ids=lambda one: repr(one["text"]))
def test_the_list_of_differences_holds_nothing_that_has_become_equal(case: dict[str, Any]) -> None:
    documents, broken = read_documents(case["text"].encode())
    good = [one[0] for one in case["upstream"] if one != "error" and one[0] is not None]
    answer = strict([one.value for one in documents]), bool(broken)
    assert answer != (strict(good), "error" in case["upstream"])


INDENTATION = st.sampled_from(["", "", " ", "  ", "  ", "    ", "      "])
DASH = st.sampled_from(["", "", "", "- ", "-  ", "- - "])
KEY = st.sampled_from(["", "a:", "b: ", "c:  ", "$text: ", "on: ", "d.e/f:", "1: ", "'a': ", "null: ", "a b: "])
PLAIN_SCALARS = ["", "x", "x y", "1", "1.0", "yes", "~", "true", "a:b", "http://x#y", "x #c", "2020-01-01", "0o14"]
QUOTED_SCALARS = ["'it''s'", '"q: #"', '"\\n"', "'", '"', "[]", "{}", "[a, b]", "[a,b ]", "[1, true]", "{a: 1}", "["]
LITERAL_SCALARS = ["|", ">", "|-", ">-", "|+", "| # c", "|2"]
ODD_SCALARS = ["&x y", "*x", "!t x", "# c", "x: y", "?", "? x", "-", "@x", "x\t", "\tx", "...", "---", "--- x"]
SCALAR = st.sampled_from(PLAIN_SCALARS + QUOTED_SCALARS + LITERAL_SCALARS + ODD_SCALARS)
FLOW_ITEM = st.sampled_from(
    [
        "x",
        "x y",
        "x  y",
        "true",
        "null",
        "a/b",
        "a.b+c",
        "x-",
        "_",
        '"q, #]"',
        "'s: }'",
        '""',
        "'it''s'",
        "1",
        "-x",
        "",
        "x#y",
    ]
)
FLOW_KEY = st.sampled_from(["a: ", "b:  ", "c.d/e: ", "null: ", "a:", "1: ", "f g: ", ""])
SEPARATOR = st.sampled_from([", ", ",", " , ", "  ,  "])
FLOW = st.builds(
    lambda brackets, pairs, separator, after: brackets[0] + separator.join(map("".join, pairs)) + brackets[1] + after,
    st.sampled_from(["[]", "{}", ("[ ", " ]"), ("{ ", "}")]),
    st.lists(st.tuples(FLOW_KEY, FLOW_ITEM), max_size=4),
    SEPARATOR,
    st.sampled_from(["", " ", " # c", "#c"]),
)
LINE = st.tuples(INDENTATION, DASH, KEY, SCALAR | FLOW).map("".join)


@given(st.lists(LINE, max_size=8).map("\n".join))
@example("a: |\n  x")
def test_what_the_fast_parser_accepts_means_the_same_to_the_careful_one(text: str) -> None:
    lines = [line for line in text.split("\n") if not line.startswith(("---", "..."))]
    document = "\n".join(lines) + "\n"
    value, _ = yaml_plain.read(document, 100)
    if value is not yaml_plain.ODD:
        assert strict(value) == strict(yaml_core.read(document, Budget(1_000, 100)))


TEXT = st.text(st.characters(max_codepoint=0xD7FF, exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=12)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT | TEXT.map(lambda text: text + "\n" + text),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXT, JSON_VALUES, min_size=1, max_size=5))
def test_what_is_written_as_json_is_read_back(value: dict[str, Any]) -> None:
    assert values(json.dumps(value)) == [value]
    assert values(json.dumps(value, indent=2, ensure_ascii=False)) == [value]
    assert values("---\n" + json.dumps(value)) == [value]


@given(st.dictionaries(TEXT, JSON_VALUES, min_size=1, max_size=5))
def test_what_is_written_as_yaml_is_read_back(value: dict[str, Any]) -> None:
    assert values(yaml.safe_dump(value, allow_unicode=True, default_style='"')) == [value]


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace")))
def test_nothing_makes_reading_fail(data: bytes) -> None:
    documents, _ = read_documents(data)
    for document in documents:
        json.dumps(document.value, allow_nan=False).encode()
        line_of(document.text, ("metadata", "name", 3))


@given(st.lists(LINE, max_size=6).map("\n".join))
@example("? {a: [b]}\n: c\nd: 1")
def test_looking_for_a_line_never_fails(text: str) -> None:
    line = line_of(text, ("a", 0, "b"))
    assert line is None or 1 <= line <= text.count("\n") + 1


def test_a_broken_document_does_not_hide_the_others() -> None:
    documents, broken = read_documents(b"a: 1\n---\nb: [\n---\n# note\nc: 3\n--- d: e: f\n---\n---\ne: 5\n")
    assert [(one.value, one.line) for one in documents] == [({"a": 1}, 1), ({"c": 3}, 6), ({"e": 5}, 10)]
    assert [one.line for one in broken] == [3, 7]


def test_a_marker_ends_a_document_even_in_literal_text() -> None:
    assert values("a: |\n  x\n---\nb: |\n  ---\n") == [{"a": "x\n"}, {"b": "---\n"}]


def test_documents_know_their_text_and_lines() -> None:
    documents, _ = read_documents(b"# head\r\n\r\na: 1\r\n---\r\n\r\nmetadata:\r\n  name: x\r\n")
    second = documents[1]
    assert (second.line, second.text) == (6, "metadata:\n  name: x\n")
    assert line_of(second.text, ("metadata", "name")) == 2


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("kind",), 2),
        (("metadata", "name"), 4),
        (("metadata", "tags", 1), 9),
        (("metadata", "links", 1), 15),
        (("metadata", "links", 1, "url"), 15),
        (("metadata", "links", 0, "title"), 12),
        (("spec", "owner"), 19),
        (("spec", "system"), 16),
        (("metadata", "links", 7, "url"), 10),
        ((), None),
        (("status",), None),
    ],
)
def test_a_field_is_found_by_its_path_or_what_is_above_it(path: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(COMPONENT, path) == line


def test_all_lines_at_once_are_those_of_each_field() -> None:
    lines = lines_of(COMPONENT)
    assert {path: line_of(COMPONENT, path) for path in lines} == lines
    assert lines["metadata", "annotations", "backstage.io/techdocs-ref"] == 8


def test_a_json_array_is_several_documents() -> None:
    documents, broken = read_documents(b'[\n  {"a": 1},\n  {"b": "\\u0000"},\n  null,\n  {"c": [1.0]}\n]\n')
    assert [(one.value, one.line, one.text) for one in documents] == [
        ({"a": 1}, 2, '{"a": 1}'),
        ({"c": [1]}, 5, '{"c": [1.0]}'),
    ]
    assert [one.line for one in broken] == [3]


def test_braces_that_are_no_json_are_yaml() -> None:
    assert values("{a: 1, b: [yes]}") == [{"a": 1, "b": ["yes"]}]


def test_aliases_stand_for_copies() -> None:
    (value,) = values("a: &x [1]\nb: *x\nc: {d: *x}\n<<: *x\n")
    assert value == {"a": [1], "b": [1], "c": {"d": [1]}, "<<": [1]}
    assert value["a"] is not value["b"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: &x [*x]\n", "stands inside of what it names"),
        ("a: *x\n", "names nothing before it"),
        ("a: 1\nb: 2\na: 3\n", "stands twice"),
        ('{"a": {"b": 1, "b": 2}}', "stands twice"),
        ('a: "\\0"\n', "NUL"),
        ("a: \0\n", "NUL"),
        ('{"a": "\\ud800"}', "surrogate"),
        ("a: " + "[" * 101 + "]" * 101 + "\n", "nested more than 100"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(120)), "nested more than 100"),
        ('{"a":' * 101 + "1" + "}" * 101, "nested more than 100"),
    ],
)
def test_a_refusal_says_why(text: str, why: str) -> None:
    ((reason, line),) = reasons(text.encode())
    assert why in reason
    assert line


def test_bytes_that_are_not_utf8_are_read_as_upstream_does_and_told() -> None:
    documents, broken = read_documents("a: 1\n---\nb: Ü\n".encode("latin-1"))
    assert [one.value for one in documents] == [{"a": 1}, {"b": "�"}]
    assert [(one.line, "UTF-8" in one.reason) for one in broken] == [(3, True)]


def test_a_file_over_the_limits_is_read_up_to_them() -> None:
    data = b"".join(b"---\na: %d\nb: [1, 2]\n" % number for number in range(10))
    assert "files over 20 bytes" in reasons(data, Limits(max_bytes=20))[0][0]
    documents, broken = read_documents(data, Limits(max_documents=3))
    assert (len(documents), [one.line for one in broken]) == (3, [11])
    documents, broken = read_documents(data, Limits(max_values=17))
    assert 0 < len(documents) < 10
    assert "the rest is not read" in broken[-1].reason


def test_after_many_broken_documents_the_rest_is_not_looked_at() -> None:
    assert len(reasons(b"--- [\n" * 1_000)) == Limits().max_broken + 1


def test_a_json_file_has_one_value_within_the_same_limits() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": [1.0, null]}') == {"a": [1, None]}
    for data in (b"{", b"NaN", b"[1, 2", b"[" * 200_000, b'"\\u0000"', b"[" + b"1," * 1_000_000 + b"1]"):
        with pytest.raises(Unreadable):
            read_json(data)


HOSTILE = {
    "deep lists": b"a: " + b"[" * 100_000,
    "deep mappings": b"{a: " * 100_000,
    "deep lists in blocks": b"- " * 100_000 + b"a",
    "deep keys": b"? " * 100_000 + b"a",
    "deep indentation": b"".join(b" " * depth + b"a:\n" for depth in range(2_000)),
    "deep json": b'{"a":' * 100_000,
    "a bomb of aliases": b"a0: &a0 [x, x]\n"
    + b"".join(b"a%d: &a%d [%s]\n" % (n + 1, n + 1, b", ".join([b"*a%d" % n] * 9)) for n in range(30)),
    "a long chain of aliases": b"- &a0 x\n" + b"".join(b"- &a%d [*a%d]\n" % (n + 1, n) for n in range(50_000)),
    "a circle": b"a: &a {b: &b [*a, *b]}\n",
    "50 MB": b"a: b\n" * 10_000_000,
    "100_000 documents": b"--- a\n" * 100_000,
    "100,000 broken documents": b"--- [\n" * 100_000,
    "100,000 documents with directives": b"%YAML 1.2\n---\na: 1\n...\n" * 100_000,
    "many values": b"a: [" + b"ab," * 1_600_000 + b"]",
    "many lines": b"- ab\n" * 1_000_000,
    "many values in many documents": (b"- ab\n" * 15_000 + b"---\n") * 60,
    "many odd values in many documents": (b'- "\\t"\n' * 15_000 + b"---\n") * 40,
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(400_000)),
    "many json values": b"[" + b"{}," * 1_500_000 + b"{}]",
    "keys that hash alike": b"{" + b",".join(b"%d: 1" % (n * (2**61 - 1)) for n in range(100_000)) + b"}",
    "a huge scalar": b"a: " + b"x" * 4_900_000,
    "a huge key": b"x" * 4_900_000 + b": 1",
    "a huge literal": b"a: |\n" + b"  x: y # z\n" * 400_000,
    "a huge quoted scalar": b'a: "' + b"\\n" * 2_400_000 + b'"',
    "an endless quoted scalar": b"a: '" + b"''\n" * 1_600_000,
    "a huge number": b"a: " + b"9" * 4_900_000,
    "a huge hexadecimal number": b"a: 0x" + b"f" * 4_900_000,
    "a huge fraction": b"a: 0." + b"9" * 4_900_000 + b"e-9",
    "a huge number in json": b'{"a": ' + b"9" * 4_900_000 + b"}",
    "blanks": b"a:" + b" " * 4_900_000 + b"b",
    "blank lines": b"a: x" + b"\n" * 4_900_000 + b"y",
    "lines of blanks": b"a: |\n" + (b" " * 2_000 + b"\n") * 2_400,
    "comments": b"#\n" * 2_400_000,
    "comments, then something": b"#\n" * 2_400_000 + b"%",
    "colons": b"a: " + b"b:" * 2_400_000,
    "hashes": b"a: " + b"b#" * 2_400_000 + b": c",
    "commas": b"a: [" + b"a ," * 1_600_000,
    "quotes": b"a: " + b"'" * 4_900_000,
    "tabs": b"a:\n" + b"\t" * 4_900_000,
    "NULs": b"a: 1\n---\n" + b"\0" * 4_900_000,
    "no UTF-8": b"\xff" * 4_900_000,
    "carriage returns": b"\r" * 4_900_000,
    "half a marker": b"\n--" * 1_600_000,
    "markers": b"\n---" * 1_200_000,
    "a little of everything": b"- {a: *x, b: [&y |, '\n" * 200_000,
}
HARMLESS = {"comments", "blanks", "markers", "carriage returns"}

READ_EACH_IN_A_CHILD = """
import json, os, signal, sys
from pathlib import Path
from homeport.catalog.adapters.documents import line_of, read_documents

def peak_kb():
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

def read(data):
    before = peak_kb()
    documents, broken = read_documents(data)
    for document in documents[:3]:
        line_of(document.text, ("spec", "owner", 0))
        json.dumps(document.value)
    return {"documents": len(documents), "broken": len(broken), "grown_mb": (peak_kb() - before) // 1024}

for path in sorted(Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    child = os.fork()
    if not child:
        signal.alarm(60)
        print(json.dumps({"name": path.name, **read(data)}), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    """What became of each hostile file in a process of its own; none for a process that crashed or was killed."""
    if not Path("/proc/self/status").exists():
        pytest.skip("measures memory through /proc")
    folder = tmp_path_factory.mktemp("hostile")
    for name, data in HOSTILE.items():
        (folder / name).write_bytes(data)
    child = [sys.executable, "-c", READ_EACH_IN_A_CHILD, str(folder)]
    told = subprocess.run(child, capture_output=True, check=True, timeout=600).stdout
    return {one["name"]: one for one in map(json.loads, told.splitlines())}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_contained(name: str, outcomes: dict[str, dict[str, int]]) -> None:
    assert name in outcomes, "reading it crashed, or took over a minute"
    assert outcomes[name]["documents"] or outcomes[name]["broken"] or name in HARMLESS
    assert outcomes[name]["grown_mb"] <= 100


def test_an_export_of_a_large_organisation_is_read_whole() -> None:
    data = "---\n".join(COMPONENT.replace("order-api", f"order-api-{number}") for number in range(5_000)).encode()
    documents, broken = read_documents(data)
    assert (len(documents), broken) == (5_000, [])
