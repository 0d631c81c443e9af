"""READMEs: title and first sentence, in English and Korean, in Markdown and reStructuredText."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.readme import read_readme


@pytest.mark.parametrize(
    ("text", "title", "sentence"),
    [
        ("# order-api\n\nTakes orders of the mall. More.\n", "order-api", "Takes orders of the mall."),
        ("# 주문 API\n\n주문을 받고 결제를 요청합니다. 두 번째 문장.\n", "주문 API", "주문을 받고 결제를 요청합니다."),
        (
            "Requests\n========\n\n**Requests** is a simple HTTP library.\n",
            "Requests",
            "Requests is a simple HTTP library.",
        ),
        (
            "=====\nFlask\n=====\n\nA `web <https://x.example>`_ framework for all.\n",
            "Flask",
            "A web framework for all.",
        ),
        ("<h1 align='center'>Tool</h1>\n\n<p>html</p>\n\nDoes one thing well.\n", "Tool", "Does one thing well."),
        (
            "# [![logo](a.png)](b) Title 🚀\n[![ci](x)](y)\n\nReads files of all kinds.\n",
            "Title",
            "Reads files of all kinds.",
        ),
        (
            "# T\n```sh\nnot this line at all\n```\n- nor this item\n\nBut this one counts.\n",
            "T",
            "But this one counts.",
        ),
        ("<!-- # hidden -->\n# Shown\n", "Shown", None),
        ("# Installation\n\nRun the installer first.\n", None, "Run the installer first."),
        (
            "A long first sentence of prose without any title.\n\n# Later\n",
            None,
            "A long first sentence of prose without any title.",
        ),
        ("# Tool\n## Install\n\nThen follow the prompts of it.\n", "Tool", None),
        ("```\n# not a title\n```\n# Title\n", "Title", None),
        ("", None, None),
        ("Just a line of plain text.", None, "Just a line of plain text."),
    ],
)
def test_title_and_first_sentence(text: str, title: str | None, sentence: str | None) -> None:
    readme = read_readme("README.md", text)
    assert (readme.title, readme.sentence) == (title, sentence)


def test_the_sentence_knows_its_line() -> None:
    assert read_readme("README.md", "# A\n\n\nThis is the sentence.\n").sentence_line == 4


@pytest.mark.parametrize(
    "text", ["![" * 100_000, "[" * 200_000, "<!--" * 50_000, "a " * 100_000, "*" * 200_000, "=" * 200_000]
)
def test_hostile_text_takes_no_time(text: str) -> None:
    started = time.process_time()
    read_readme("README.md", text)
    assert time.process_time() - started < 5


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read_readme("README.md", text)
