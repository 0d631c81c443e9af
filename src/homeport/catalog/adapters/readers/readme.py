"""READMEs: the title, and the sentence that says what the project is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeport.catalog.domain.facts import Readme
from homeport.catalog.domain.fields import Place

_MAX_CHARACTERS = 100_000
_MAX_LINES = 400
_MAX_LINE_CHARACTERS = 2_000
_PROSE_WORDS = 6
_NAME = re.compile(r"readme(\.(md|markdown|rst|txt|adoc|ko\.md))?", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])")
_LINK = re.compile(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])")
_RST_ROLE = re.compile(r":[\w:]+:`([^`<]+?)(?:\s*<[^>]*>)?`|`([^`<]+?)\s*<[^>]*>`_{0,2}|\|[^|]+\|(_{0,2})")
_NO_PROSE = re.compile(
    r"^\s*([-*+]\s|[>|]|\d+[.)]\s|```|~~~|\.\.\s|:\w|#|<|={3,}|-{3,}|\$|>>>|\[!\[|\[[^\]]+\]:)|^( {4}|\t)"
)
_UNDERLINE = re.compile(r"^([=\-~^\"*#])\1{2,}\s*$")
_NO_TITLE = re.compile(
    r"(quick ?start|install|getting started|table of contents|contents|donat|sponsor|backers|open collective|usage"
    r"|license|features|about|overview|introduction|version\b|what is|why\b|documentation|news"
    r"|목차|설치|사용법|개요|소개)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(about|overview|introduction|what is|description|소개|개요|설명)", re.IGNORECASE)
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
    """The heading that all else is under, and the number of the line it ends on (0 without one)."""
    unfenced = list(_without_fences(lines[:60]))
    for index, line in enumerate(unfenced):
        heading = re.match(r"\s{0,3}#\s+(.+?)\s*#*\s*$", line) or re.search(r"<h1[^>]*>(.+?)</h1>", line)
        if heading and _NO_TITLE.match(_clean(heading[1])):
            return None, 0
        if heading and _clean(heading[1]):
            return _clean(heading[1]), index + 1
        if (
            not _NO_PROSE.match(line)
            and len(_clean(line).split()) >= _PROSE_WORDS
            and not _is_underlined(unfenced, index)
        ):
            return None, 0
        if _is_underlined(unfenced, index) and _clean(line) and not _NO_TITLE.match(_clean(line)):
            return _clean(line), index + 2
    return None, 0


def _is_underlined(lines: list[str], index: int) -> bool:
    line, following = lines[index], lines[index + 1] if index + 1 < len(lines) else ""
    return bool(line.strip() and _UNDERLINE.match(following) and not _UNDERLINE.match(line))


def _sentence(lines: list[str], start: int) -> tuple[str | None, int | None]:
    """The first sentence of the first paragraph of prose, and its line; nothing from a chapter on something else."""
    paragraph: list[str] = []
    first = 0
    unfenced = list(_without_fences(lines))
    for number, line in enumerate(unfenced[start:], start=start + 1):
        chapter = re.match(r"#{1,6}\s+(.+)", line)
        prose = "" if _NO_PROSE.match(line) else _clean(line)
        if prose and not _UNDERLINE.match(line):
            first = first or number
            paragraph.append(prose)
            continue
        sentence = _first_sentence(paragraph)
        if sentence:
            return sentence, first
        if chapter and start and not _ABOUT.match(_clean(chapter[1])):
            return None, None
        paragraph, first = [], 0
    sentence = _first_sentence(paragraph)
    return (sentence, first) if sentence else (None, None)


def _without_fences(lines: list[str]) -> Iterator[str]:
    """The lines, those of fenced code blocks empty."""
    fenced = False
    for line in lines:
        is_fence = re.match(r"\s*(```|~~~)", line) is not None
        fenced ^= is_fence
        yield "" if fenced or is_fence else line


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
