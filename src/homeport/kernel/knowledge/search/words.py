"""How text becomes tokens, and questions become terms: the same on both databases, for Korean and Latin.

A run of CJK characters gives its bigrams and its last character, so that any two neighbouring syllables are a
token and any single one begins a token: 주문을 -> 주문, 문을, 을. A run of Latin letters and digits gives its words
in lower case, split at `-_.` and at humps, and the words joined: OrderApi-v2 -> order, api, orderapi, v2, orderapiv2.
Tokens hold letters and digits only, so no text of a user is ever syntax of a database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_TOKEN_LENGTH = 64
_QUESTION_LENGTH = 200
_CJK = "\u3005\u3040-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
_LATIN = rf"[^\W_{_CJK}]{{1,{_TOKEN_LENGTH}}}"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_COMPOUND = re.compile(rf"{_LATIN}(?:[-_.]+{_LATIN})*")
_CHUNK = re.compile(f"{_CJK_RUN.pattern}|{_COMPOUND.pattern}")
_SEPARATORS = re.compile("[-_.]+")
_PART = re.compile(_LATIN)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Term:
    """A token that has to be there, or with `is_prefix` any token that begins with it."""

    token: str
    is_prefix: bool = False

    def matches(self, token: str) -> bool:
        """Whether `token` is what the term asks for."""
        return token.startswith(self.token) if self.is_prefix else token == self.token


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part has to hold."""

    parts: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part has to hold."""

    parts: tuple[Question, ...]


Question = Term | AllOf | AnyOf


def normal(text: str) -> str:
    """Return `text` with syllables and accents composed (NFC): macOS writes 주 as ㅈ and ㅜ."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def tokens(text: str) -> set[str]:
    """Return the tokens of a text in normal form."""
    found: set[str] = set()
    for run in _CJK_RUN.findall(text):
        found.add(run[-1])
        found.update([run[at : at + 2] for at in range(len(run) - 1)])
    for compound in set(_COMPOUND.findall(text)):
        if (
            compound.isascii() and compound.islower() and compound.isalnum()
        ):  # most are; the others cost five times as much
            found.add(compound)
        else:
            found.update(_tokens_of(compound))
    return found


def question(text: str, *, is_finished: bool = False) -> AllOf | None:
    """Return what a document must hold to be found by `text`, or None if it has no words.

    Somebody may still be typing: the last word is a prefix, unless `is_finished`.
    """
    chunks = _CHUNK.findall(normal(text[:_QUESTION_LENGTH]))
    if not chunks:
        return None
    last = None if is_finished else len(chunks) - 1
    return AllOf(tuple(_asked(chunk, is_last=at == last) for at, chunk in enumerate(chunks)))


def terms(asked: Question) -> Iterator[Term]:
    """Return every term of a question."""
    if isinstance(asked, Term):
        yield asked
    else:
        for part in asked.parts:
            yield from terms(part)


def matching_spans(text: str, wanted: Iterable[Term]) -> Iterator[tuple[int, int]]:
    """Return where in `text` a term is met, as (start, end); spans may touch or overlap.

    Of a word the smallest part that answers: `order` in OrderApi, the whole only where nothing less does.
    """
    wanted = tuple(wanted)
    whole = {term.token for term in wanted}
    prefixes = tuple(term.token for term in wanted if term.is_prefix)
    any_of_them = re.compile("|".join(map(re.escape, whole)) or r"(?!)")
    for chunk in _CHUNK.finditer(text):
        if not any_of_them.search(_SEPARATORS.sub("", chunk[0].casefold())):
            continue  # nine chunks of ten: looking closer costs ten times as much
        if _CJK_RUN.match(chunk[0]):
            met = [(start, end) for start, end, token in _syllable_spans(chunk[0]) if token in whole]
        else:
            words = [word for word in _word_spans(chunk[0]) if word[2] in whole or word[2].startswith(prefixes)]
            met = _innermost([(start, end) for start, end, _ in words])
        yield from ((chunk.start() + start, chunk.start() + end) for start, end in met)


@lru_cache(maxsize=1 << 15)
def _tokens_of(compound: str) -> list[str]:
    parts = _PART.findall(compound)
    found = [_token(part) for part in parts]
    if len(parts) > 1:
        found.append(_token("".join(parts)))
    for part in parts:
        if not part[1:].islower():
            found += map(_token, _HUMP.split(part))
    return found


def _innermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    innermost, latest_start = [], -1
    for start, end in sorted(spans, key=lambda span: (span[1], -span[0])):
        if start > latest_start:  # else one that ends no later starts no earlier: it lies within
            innermost.append((start, end))
            latest_start = start
    return innermost


def _syllable_spans(run: str) -> Iterator[tuple[int, int, str]]:
    for start in range(len(run)):
        yield start, start + 1, run[start]
        if start + 1 < len(run):
            yield start, start + 2, run[start : start + 2]


def _word_spans(compound: str) -> Iterator[tuple[int, int, str]]:
    parts = list(_PART.finditer(compound))
    if len(parts) > 1:
        yield 0, len(compound), _token("".join(part[0] for part in parts))
    for part in parts:
        yield part.start(), part.end(), _token(part[0])
        start = part.start()
        for hump in _HUMP.split(part[0]):
            yield start, start + len(hump), _token(hump)
            start += len(hump)


def _asked(chunk: str, *, is_last: bool) -> Question:
    if _CJK_RUN.match(chunk):
        if len(chunk) == 1:
            return Term(chunk, is_prefix=True)
        return AllOf(tuple(Term(chunk[at : at + 2]) for at in range(len(chunk) - 1)))
    parts = _PART.findall(chunk)
    apart = AllOf(tuple(_asked_part(part, is_last and at == len(parts) - 1) for at, part in enumerate(parts)))
    if len(parts) == 1:
        return apart
    return AnyOf((Term(_token("".join(parts)), is_last), apart))


def _asked_part(part: str, is_last: bool) -> Question:
    humps = _HUMP.split(part)
    whole = Term(_token(part), is_last)
    if len(humps) == 1:
        return whole
    apart = AllOf(tuple(Term(_token(hump), is_last and at == len(humps) - 1) for at, hump in enumerate(humps)))
    return AnyOf((whole, apart))


def _token(word: str) -> str:
    return word.casefold()[:_TOKEN_LENGTH]
