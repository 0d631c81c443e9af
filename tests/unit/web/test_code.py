"""Source text is shown line by line, coloured where its language is known, never as markup of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.web.code import highlight

printable = st.text(st.characters(exclude_categories=("C",), include_characters="\n"))


@given(printable)
def test_no_line_is_lost(text: str) -> None:
    lines = highlight(text, language="python")
    assert "\n".join(line.striptags() for line in lines).split() == text.split() or "<" in text or "&" in text


@pytest.mark.parametrize("filename", ["a.py", "a.yaml", "a.unknown", ""])
def test_markup_in_a_source_is_text(filename: str) -> None:
    assert "<script" not in "".join(highlight("<script>alert('x')</script>", filename=filename))


def test_a_token_has_its_class_and_a_line_its_place() -> None:
    lines = highlight('"""one\ntwo"""\nreturn 1\n', language="python")
    assert len(lines) == 3
    assert lines[2].startswith('<span class="k">return</span>')
    assert lines[0].startswith('<span class="sd">')
    assert lines[1].startswith('<span class="sd">')


def test_a_huge_text_is_shown_plain() -> None:
    assert highlight("return\n" * 40_000, language="python")[0] == "return"
