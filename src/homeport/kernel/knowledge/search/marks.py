"""Showing where a text answers a question: fragments, some of them marked, and an excerpt around the first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from homeport.kernel.knowledge.search.words import Term, matching_spans

_EXCERPT_LENGTH = 180
_BEFORE_MATCH = 50
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text; `is_match` if it is what was searched for."""

    text: str
    is_match: bool = False


def marked(text: str, wanted: Iterable[Term]) -> tuple[Fragment, ...]:
    """Return the whole text in fragments, those that a term matches marked."""
    fragments, done = [], 0
    for start, end in _merged(matching_spans(text, wanted)):
        if start > done:
            fragments.append(Fragment(text[done:start]))
        fragments.append(Fragment(text[start:end], is_match=True))
        done = end
    if done < len(text):
        fragments.append(Fragment(text[done:]))
    return tuple(fragments)


def excerpt(text: str, wanted: Iterable[Term]) -> tuple[Fragment, ...]:
    """Return about 180 characters of the text around the first match, or its beginning, marked."""
    wanted = tuple(wanted)
    first, _ = next(matching_spans(text, wanted), (0, 0))
    start = _word_start(text, max(0, first - _BEFORE_MATCH), first)
    end = _word_end(text, start + _EXCERPT_LENGTH)
    before, after = _ELLIPSIS if start > 0 else "", _ELLIPSIS if end < len(text) else ""
    return marked(f"{before}{' '.join(text[start:end].split())}{after}", wanted)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    merged: tuple[int, int] | None = None
    for start, end in sorted(spans):
        if merged is not None and start <= merged[1]:
            merged = (merged[0], max(merged[1], end))
            continue
        if merged is not None:
            yield merged
        merged = (start, end)
    if merged is not None:
        yield merged


def _word_start(text: str, earliest: int, latest: int) -> int:
    if earliest == 0:
        return 0
    space = text.find(" ", earliest, latest)
    return earliest if space < 0 else space + 1


def _word_end(text: str, latest: int) -> int:
    if latest >= len(text):
        return len(text)
    space = text.rfind(" ", latest - _BEFORE_MATCH, latest)
    return latest if space < 0 else space
