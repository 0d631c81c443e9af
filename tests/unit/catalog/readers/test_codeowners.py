"""Who owns everything, as GitHub and GitLab read CODEOWNERS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.codeowners import read_codeowners


@pytest.mark.parametrize(
    ("text", "owners", "line"),
    [
        ("* @saebom/team-order\n", ["@saebom/team-order"], 1),
        ("* @saebom/a\n*.py @saebom/py\n/docs/ @saebom/docs\n", ["@saebom/a"], 1),
        ("* @saebom/a\n\n# later wins\n* @saebom/b @kim  # both\n", ["@saebom/b", "@kim"], 4),
        ("/ @saebom/a\n", ["@saebom/a"], 1),
        ("** kim@saebom.example\n", ["kim@saebom.example"], 1),
        ("*\t@saebom/a\n", ["@saebom/a"], 1),
        ("[Backend] @saebom/back\n*\n", ["@saebom/back"], 2),
        ("[Backend][2] @saebom/back\n* @saebom/x\n", ["@saebom/x"], 2),
        ("^[Docs]\n* @saebom/docs\n[Code]\n* @saebom/code\n", ["@saebom/code"], 4),
        ("* @saebom/all\n[Docs]\n* @saebom/docs\n", ["@saebom/all"], 1),
        ("* @@maintainer\n", ["@@maintainer"], 1),
    ],
)
def test_the_last_rule_that_matches_everything_decides(text: str, owners: list[str], line: int) -> None:
    rule = read_codeowners("CODEOWNERS", text).rules[0]
    assert list(rule.owners) == owners
    assert rule.place.line == line


@pytest.mark.parametrize("text", ["", "# nobody\n", "/src/ @saebom/a\n", "* @saebom/a\n*\n", "*.py @saebom/a\n"])
def test_nobody_owns_everything(text: str) -> None:
    assert read_codeowners("CODEOWNERS", text).rules == ()


def test_a_line_that_names_no_owner_is_told() -> None:
    found = read_codeowners("CODEOWNERS", "* @saebom/a\n/src/ somebody\n")
    assert found.rules[0].owners == ("@saebom/a",)
    assert [(one.line, "somebody" in one.reason) for one in found.broken] == [(2, True)]


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    read_codeowners("CODEOWNERS", text)
