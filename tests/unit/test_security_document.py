"""docs/security.md names tests: each of them is there, in both languages, for each of the ten risks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parent.parent.parent
_PAGES = ("security.md", "security.ko.md")
_NAMED = re.compile(r"- `(tests/[\w/]+\.py)::(test_\w+)`")


def _sections(page: str) -> dict[str, set[tuple[str, str]]]:
    """The risks of a page, with the tests that each names."""
    parts = re.split(r"^### (API\d+) .*$", (_ROOT / "docs" / page).read_text(encoding="utf-8"), flags=re.M)
    return {risk: set(_NAMED.findall(text)) for risk, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize("page", _PAGES)
def test_every_risk_names_tests_that_there_are(page: str) -> None:
    sections = _sections(page)
    assert list(sections) == [f"API{number}" for number in range(1, 11)]
    assert all(sections.values())
    for file, name in set.union(*sections.values()):
        assert f"def {name}(" in (_ROOT / file).read_text(encoding="utf-8"), f"{file}::{name}"


def test_both_languages_name_the_same_tests() -> None:
    assert _sections(_PAGES[0]) == _sections(_PAGES[1])
