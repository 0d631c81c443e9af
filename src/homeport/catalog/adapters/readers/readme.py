"""READMEs: the title, and the sentence that says what the project is."""

from __future__ import annotations

import re

from homeport.catalog.domain.facts import Readme
from homeport.catalog.domain.fields import Place

_MAX_CHARACTERS = 100_000
_MAX_LINES = 400
_MAX_LINE_CHARACTERS = 2_000
_NAME = re.compile(r"readme(\.(md|markdown|rst|txt|adoc|ko\.md))?", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])")
_RST_ROLE = re.compile(r":[\w:]+:`([^`<]+?)(?:\s*<[^>]*>)?`|`([^`<]+?)\s*<[^>]*>`_{0,2}|\|[^|]+\|(_{0,2})")
_NO_PROSE = re.compile(
    r"^\s*([-*+]\s|[>|]|\d+[.)]\s|```|~~~|\.\.\s|:\w|#|<|={3,}|-{3,}|\$|>>>|\[!\[|\[[^\]]+\]:)|^( {4}|\t)"
)
_UNDERLINE = re.compile(r"^([=\-~^\"*#])\1{2,}\s*$")
_NO_TITLE = re.compile(
    r"(quick ?start|install|getting started|table of contents|contents|donat|sponsor|usage|license|features|about"
    r"|overview|introduction|version\b|what is|why\b|documentation|news|목차|설치|사용법|개요|소개)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[^.\s][.!?])\s+(?=[A-Z가-힣\"'(\[])|(?<=다\.)\s+|(?<=요\.)\s+|(?<=。)")


def is_readme(path: str) -> bool:
    """Whether the file is the README of the whole repository."""
    return _NAME.fullmatch(path) is not None


def read_readme(path: str, text: str) -> Readme:
    """Return title and first sentence of a README in Markdown, reStructuredText or plain text."""
    text = text[:_MAX_CHARACTERS]
    uncommented = re.sub(r"<!--.*?(?:-->|\Z)", lambda gone: "\n" * gone[0].count("\n"), text, flags=re.DOTALL)
    lines = [line[:_MAX_LINE_CHARACTERS] for line in uncommented.split("\n")[:_MAX_LINES]]
    title, after = _title(lines)
    sentence, line = _sentence(lines, after)
    return Readme(Place(path, after or None), title, sentence, line, text)


def _title(lines: list[str]) -> tuple[str | None, int]:
    """The first heading, and the number of the line it ends on (0 without one)."""
    for index, line in enumerate(lines[:60]):
        heading = re.match(r"\s{0,3}#\s+(.+?)\s*#*\s*$", line) or re.search(r"<h1[^>]*>(.+?)</h1>", line)
        if heading and _NO_TITLE.match(_clean(heading[1])):
            return None, 0
        if heading and _clean(heading[1]):
            return _clean(heading[1]), index + 1
        following = lines[index + 1] if index + 1 < len(lines) else ""
        is_underlined = line.strip() and _UNDERLINE.match(following) and not _UNDERLINE.match(line)
        if is_underlined and _clean(line) and not _NO_TITLE.match(_clean(line)):
            return _clean(line), index + 2
    return None, 0


def _sentence(lines: list[str], start: int) -> tuple[str | None, int | None]:
    """The first sentence of the first paragraph of prose, and its line."""
    paragraph: list[str] = []
    first = 0
    fenced = False
    for number, line in enumerate(lines[start:], start=start + 1):
        if re.match(r"\s*(```|~~~)", line):
            fenced = not fenced
        prose = "" if fenced or _NO_PROSE.match(line) else _clean(line)
        if prose and not _UNDERLINE.match(line):
            first = first or number
            paragraph.append(prose)
            continue
        sentence = _first_sentence(paragraph)
        if sentence:
            return sentence, first
        paragraph, first = [], 0
    sentence = _first_sentence(paragraph)
    return (sentence, first) if sentence else (None, None)


def _first_sentence(paragraph: list[str]) -> str | None:
    text = " ".join(paragraph)
    sentence = _SENTENCE_END.split(text, maxsplit=1)[0].strip()
    is_prose = len(sentence) >= 12 and len(re.findall(r"[\w가-힣]+", sentence)) >= 3
    return sentence[:300] if is_prose else None


def _clean(line: str) -> str:
    """The words of a line without images, links, mark-up and emoji."""
    text = re.sub(r"<[^>]+>", "", _LINK.sub(r"\1", _IMAGE.sub("", line)))
    text = _RST_ROLE.sub(lambda role: role[1] or role[2] or "", text)
    text = re.sub(r"[*`]+|(?<!\w)_+|_+(?!\w)", "", text)
    text = re.sub(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F]|:[a-z_]+:", "", text)
    return " ".join(text.split())
