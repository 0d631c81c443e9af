"""Reading SARIF: what a tool says, whatever it is made of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.kernel.base.errors import InvalidInput, TooLarge
from homeport.kernel.knowledge.findings import Severity
from homeport.kernel.knowledge.sarif.log import MOST_RESULTS, parse
from homeport.kernel.knowledge.sarif.reading import Reading, ToolResult, read

LIMIT_BYTES = 1_000_000


def sarif(*results: dict[str, Any], rules: list[dict[str, Any]] | None = None, **run: Any) -> dict[str, Any]:
    """A log of one run of a tool named lint."""
    driver = {"name": "lint", "rules": rules or []}
    told = [{"message": {"text": "m"}, "ruleId": "r"} | one for one in results]
    return {"version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": told, **run}]}


def at(uri: str, line: int = 1, snippet: str | None = None) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": line} | ({"snippet": {"text": snippet}} if snippet else {})
    return {"locations": [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]}


def reading(log: dict[str, Any], root: str = "") -> Reading:
    return read(parse(json.dumps(log).encode(), LIMIT_BYTES), root)


def only(*results: dict[str, Any], root: str = "", **more: Any) -> ToolResult:
    (one,) = reading(sarif(*results, **more), root).results
    return one


def identities(*results: dict[str, Any]) -> list[str]:
    return [one.identity for one in reading(sarif(*results)).results]


@pytest.mark.parametrize(
    ("score", "level", "expected"),
    [
        ("9.8", "note", Severity.CRITICAL),
        ("9.0", None, Severity.CRITICAL),
        ("8.9", None, Severity.HIGH),
        (7, None, Severity.HIGH),
        ("4.0", None, Severity.MEDIUM),
        ("0.1", "error", Severity.LOW),
        ("0.0", "error", Severity.INFO),
        (None, "error", Severity.HIGH),
        (None, "warning", Severity.MEDIUM),
        (None, "note", Severity.LOW),
        (None, "none", Severity.INFO),
        (None, None, Severity.MEDIUM),
        ("eleven", "error", Severity.HIGH),
        ("nan", "error", Severity.HIGH),
        ("99", "note", Severity.LOW),
        (True, "error", Severity.HIGH),
    ],
)
def test_severity_is_the_score_of_the_rule_or_else_the_level(score: Any, level: str | None, expected: Severity) -> None:
    rule = {"id": "r", "properties": {"security-severity": score} if score is not None else {}}
    assert only({"level": level} if level else {}, rules=[rule]).severity is expected


def test_a_rule_says_how_bad_its_results_usually_are() -> None:
    rule = {"id": "r", "defaultConfiguration": {"level": "error"}}
    assert only({}, rules=[rule]).severity is Severity.HIGH
    assert only({"level": "note"}, rules=[rule]).severity is Severity.LOW


def test_words_come_from_the_rule_and_the_result() -> None:
    rule = {
        "id": "r",
        "shortDescription": {"text": "SQL from input"},
        "fullDescription": {"text": "An attacker can read it all."},
        "help": {"text": "Use parameters."},
        "helpUri": "https://lint.example/r",
    }
    words = only({"message": {"text": "query() takes [user input](1)"}}, rules=[rule], language="ko-KR").words
    assert (words.title, words.message) == ("SQL from input", "query() takes user input")
    assert (words.why, words.fix) == ("An attacker can read it all.", "Use parameters.")
    assert (words.url, words.language) == ("https://lint.example/r", "ko-KR")


def test_a_message_of_the_rule_is_filled_with_arguments() -> None:
    rule = {"id": "r", "messageStrings": {"bad": {"text": "{0} calls {1} {{}} {2}"}}}
    message = {"id": "bad", "arguments": ["a", "b"]}
    assert only({"message": message}, rules=[rule]).words.message == "a calls b {} {2}"


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ({"shortDescription": {"text": "Move `{}` up"}, "name": "import-order"}, "import-order"),
        (
            {"shortDescription": {"text": "Semgrep Finding: r"}, "fullDescription": {"text": "No [eval](u)\nX"}},
            "No eval",
        ),
        ({"name": "r"}, "r"),
        ({}, "r"),
    ],
)
def test_a_title_is_of_the_rule_and_never_quotes_the_place(rule: dict[str, Any], title: str) -> None:
    words = only({"message": {"text": "password is 'hunter2'"}}, rules=[{"id": "r", **rule}]).words
    assert (words.title, words.message) == (title, "password is 'hunter2'")


def test_how_to_mend_this_one_place_is_part_of_its_message() -> None:
    fixes = [{"description": {"text": "Replace 'hunter2'"}}]
    words = only({"message": {"text": "bad"}, "fixes": fixes}).words
    assert (words.message, words.fix) == ("bad\n\nReplace 'hunter2'", "")


@pytest.mark.parametrize(
    "rule",
    [
        {"properties": {"tags": ["security", "external/cwe/cwe-079", "CWE-89: SQL Injection", 7, "cwe-79"]}},
        {"relationships": [{"target": {"id": "CWE-79"}}, {"target": {"id": "89"}}, {"target": {"id": "CWE-89"}}]},
    ],
)
def test_weaknesses_are_read_from_tags_and_relationships(rule: dict[str, Any]) -> None:
    assert only({}, rules=[{"id": "r", **rule}]).words.cwes == ["CWE-79", "CWE-89"]


def test_what_semgrep_writes_in_place_of_a_fingerprint_makes_no_two_results_one() -> None:
    def result(file: str) -> dict[str, Any]:
        place = {"artifactLocation": {"uri": file}, "region": {"startLine": 3}}
        return {
            "ruleId": "r",
            "message": {"text": "bad"},
            "fingerprints": {"matchBasedId/v1": "requires login"},
            "locations": [{"physicalLocation": place}],
        }

    run = {"tool": {"driver": {"name": "t"}}, "results": [result("a.py"), result("b.py")]}
    log = parse(json.dumps({"version": "2.1.0", "runs": [run]}).encode(), 10**6)
    assert len({one.identity for one in read(log).results}) == 2


def test_one_fingerprint_at_two_places_is_two_results() -> None:
    results = [
        {
            "ruleId": "r",
            "message": {"text": "bad"},
            "fingerprints": {"v1": "same"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 3}}}],
        }
        for file in ("a.py", "b.py")
    ]
    log = parse(
        json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": results}]}).encode(),
        10**6,
    )
    assert len(read(log).results) == 2


@pytest.mark.parametrize(
    "result",
    [
        {"ruleId": "r2"},
        {"ruleId": None, "ruleIndex": 1},
        {"ruleId": None, "rule": {"index": 1}},
        {"ruleId": None, "rule": {"id": "r2"}},
        {"ruleId": "r2/sub"},
    ],
)
def test_the_rule_is_found_however_the_result_names_it(result: dict[str, Any]) -> None:
    rules = [{"id": "r1", "name": "One"}, {"id": "r2", "name": "Two"}]
    assert only(result, rules=rules).words.title == "Two"


@pytest.mark.parametrize(
    ("uri", "root", "expected"),
    [
        ("src/a.py", "", "src/a.py"),
        ("./src/a%20b.py", "", "src/a b.py"),
        ("file:///work/shop/src/a.py", "/work/shop", "src/a.py"),
        ("file:///work/shopping/a.py", "/work/shop", "/work/shopping/a.py"),
        ("src\\a.py", "", "src/a.py"),
        ("../../etc/passwd", "", "../../etc/passwd"),
    ],
)
def test_paths_are_told_as_people_write_them(uri: str, root: str, expected: str) -> None:
    assert only(at(uri, 7), root=root).evidence.file == expected
    assert only(at(uri, 7), root=root).evidence.line == 7


def test_a_base_that_the_log_names_is_taken_off() -> None:
    bases = {"SRCROOT": {"uri": "file:///builds/17/"}}
    assert only(at("file:///builds/17/a.py"), originalUriBaseIds=bases).evidence.file == "a.py"


def test_a_place_named_by_index_is_looked_up() -> None:
    location = {"locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]}
    assert only(location, artifacts=[{"location": {"uri": "a.py"}}]).evidence.file == "a.py"
    assert only(location).evidence.file is None


def test_what_is_no_problem_is_left_out() -> None:
    passed, absent = {"kind": "pass"}, {"baselineState": "absent"}
    suppressed = {"suppressions": [{"kind": "inSource"}]}
    disputed = {"suppressions": [{"kind": "external", "status": "rejected"}]}
    found = reading(sarif(passed, absent, suppressed, disputed))
    assert (len(found.results), found.accepted_count) == (1, 1)


def test_a_tool_that_failed_says_that_it_did_not_look_at_everything() -> None:
    assert not reading(sarif(invocations=[{"executionSuccessful": False}])).is_complete
    assert reading(sarif(invocations=[{"executionSuccessful": True}])).is_complete


def test_a_result_is_known_again_when_lines_above_it_change() -> None:
    assert identities(at("a.py", 3, "x = eval(y)")) == identities(at("a.py", 9, "  x =  eval(y)"))
    assert identities(at("a.py", 3, "x = eval(y)")) != identities(at("b.py", 3, "x = eval(y)"))


def test_fingerprints_of_the_tool_come_first() -> None:
    full = {"fingerprints": {"v1": "f"}}
    assert identities(full | at("a.py")) == identities(full | at("moved.py"))
    partial = {"partialFingerprints": {"primaryLocationLineHash": "abc:1"}}
    assert identities(partial | at("a.py", 1, "old")) == identities(partial | at("a.py", 9, "new"))
    assert identities(partial | at("a.py")) != identities(partial | at("moved.py"))


def test_two_alike_on_different_lines_are_two_and_the_same_twice_is_one() -> None:
    first, second = at("a.py", 3, "eval(y)"), at("a.py", 9, "eval(y)")
    assert len(set(identities(first, second))) == 2
    assert identities(first, second) == identities(second, first)[::-1]
    assert len(identities(first, first)) == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"version": "2.0.0"}, "/version"),
        ({"version": None}, "/version"),
        ({"runs": None}, "/runs"),
        ({"runs": [{}]}, "/runs/0/tool"),
        ({"runs": [{"tool": {"driver": {}}, "results": [{}]}]}, "/runs/0/results/0/message"),
        ({"runs": [{"tool": {"driver": {}}, "results": [{"message": "m"}]}]}, "/runs/0/results/0/message"),
        (
            {"runs": [{"tool": {"driver": {}}, "results": [{"message": {}, "fingerprints": {"a/b~c": 1}}]}]},
            "/runs/0/results/0/fingerprints/a~1b~0c",
        ),
        ({"runs": [{"tool": {"driver": {}}}] * 21}, "/runs"),
    ],
)
def test_what_is_no_sarif_is_refused_with_the_place(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(json.dumps(sarif({}) | change).encode(), LIMIT_BYTES)
    assert [one.pointer for one in caught.value.errors] == [pointer]


@pytest.mark.parametrize("document", [b"", b"<xml/>", b"[]", b"null", b'{"version": "2.1.0"', b"\xff\xfe", b"[" * 9999])
def test_what_is_no_json_object_is_refused(document: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(document, LIMIT_BYTES)


def test_a_file_that_is_too_large_is_refused() -> None:
    document = json.dumps(sarif({})).encode()
    parse(document, len(document))
    with pytest.raises(TooLarge, match="import_limit_bytes"):
        parse(document, len(document) - 1)


def test_too_many_results_are_refused() -> None:
    with pytest.raises(InvalidInput, match="/runs/0/results"):
        parse(json.dumps(sarif(*[{}] * (MOST_RESULTS + 1))).encode(), 100 * LIMIT_BYTES)


def test_a_byte_order_mark_is_no_trouble() -> None:
    parse(b"\xef\xbb\xbf" + json.dumps(sarif({})).encode(), LIMIT_BYTES)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\n", "file:///etc/passwd"]
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert only({}, rules=[{"id": "r", "helpUri": url}]).words.url is None


def test_text_that_hides_or_turns_what_follows_is_made_visible() -> None:
    words = only({"message": {"text": "a\u202eb\x00c\x1b[31m"}}).words
    assert not set(words.message) & set("\u202e\x00\x1b")


def test_a_message_that_grows_when_it_is_filled_stays_bounded() -> None:
    rule = {"id": "r", "messageStrings": {"bomb": {"text": "{0}" * 10_000}}}
    assert len(only({"message": {"id": "bomb", "arguments": ["x" * 10_000]}}, rules=[rule]).words.message) <= 4_000


@given(rule_id=st.text(min_size=1), text=st.text(), uri=st.text(), snippet=st.text())
def test_whatever_a_tool_writes_is_read(rule_id: str, text: str, uri: str, snippet: str) -> None:
    log = sarif({"ruleId": rule_id, "message": {"text": text}} | at(uri, 1, snippet))
    document = json.dumps(log).encode()
    (one,) = read(parse(document, LIMIT_BYTES)).results
    assert one.rule_id
    assert not set(one.rule_id) & set(" \"'`\n\t")


def test_a_real_tool_is_read(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("import os\nprint(undefined)\n")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F", "--output-format", "sarif", "."]
    written = subprocess.run(command, cwd=tmp_path, capture_output=True).stdout
    found = {one.rule_id: one for one in read(parse(written, LIMIT_BYTES), str(tmp_path)).results}
    assert set(found) == {"F401", "F821"}
    assert found["F821"].evidence.file == "shop.py"
    assert found["F821"].evidence.line == 2
    assert "undefined" in found["F821"].words.title
    assert found["F821"].words.url is not None
