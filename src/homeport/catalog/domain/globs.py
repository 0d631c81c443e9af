"""Globs over paths, as Backstage's locations have them: `**/catalog-info.yaml`, `services/*/*.{yml,yaml}`.

A glob comes from data, so it is followed in all ways at once: the work is at most the length of the glob times that
of the path, whatever they are.

Source: minimatch, with its defaults: a star stays within a folder, two cross folders, neither takes a leading dot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_MAGIC = re.compile(r"[*?\[{]")
_TOKEN = re.compile(r"\*+|\?|\[[!^]?[^\]]+\]|.", re.DOTALL)
_BRACES = re.compile(r"\{([^{}]*)\}")
_MAX_ALTERNATIVES = 64
_MAX_LETTERS = 1_000


def is_glob(path: str) -> bool:
    """Whether the path means all files of a form, and not one."""
    return _MAGIC.search(path) is not None


def matching(glob: str, paths: Iterable[str]) -> list[str]:
    """Return the relative paths that the glob means, sorted; none for one too long to be meant."""
    if len(glob) > _MAX_LETTERS:
        return []
    alternatives = [alternative.split("/") for alternative in _alternatives(glob)]
    return sorted(path for path in paths if any(_is_path(parts, path.split("/")) for parts in alternatives))


def _alternatives(glob: str) -> list[str]:
    """The globs without braces that one with braces stands for."""
    waiting, done = [glob], list[str]()
    while waiting and len(waiting) + len(done) <= _MAX_ALTERNATIVES:
        one = waiting.pop()
        braces = _BRACES.search(one)
        if braces is None:
            done.append(one)
        else:
            waiting += [one[: braces.start()] + choice + one[braces.end() :] for choice in braces[1].split(",")]
    return done


def _is_path(parts: list[str], segments: list[str]) -> bool:
    at = _with_skips({0}, parts)
    for segment in segments:
        onward = set()
        for index in at:
            if index < len(parts) and parts[index] == "**":
                onward |= set() if segment.startswith(".") else {index, index + 1}
            elif index < len(parts) and _is_segment(parts[index], segment):
                onward.add(index + 1)
        at = _with_skips(onward, parts)
        if not at:
            return False
    return len(parts) in at


def _with_skips(at: set[int], parts: list[str]) -> set[int]:
    """The places `at`, and those behind a `**` that takes no folder; the last one takes at least a file."""
    for index in sorted(at):
        while index < len(parts) - 1 and parts[index] == "**":
            index += 1
            at.add(index)
    return at


def _is_segment(part: str, segment: str) -> bool:
    if not is_glob(part):
        return part == segment
    if segment.startswith(".") and not part.startswith("."):
        return False
    tokens = _tokens(part)
    at = _behind_stars({0}, tokens)
    for letter in segment:
        stay = {index for index in at if index < len(tokens) and tokens[index] is None}
        step = {index + 1 for index in at if index < len(tokens) and (takes := tokens[index]) and takes(letter)}
        at = _behind_stars(stay | step, tokens)
    return len(tokens) in at


def _behind_stars(at: set[int], tokens: tuple[Callable[[str], bool] | None, ...]) -> set[int]:
    return at | {index + 1 for index in at if index < len(tokens) and tokens[index] is None}


@lru_cache(maxsize=1_000)
def _tokens(part: str) -> tuple[Callable[[str], bool] | None, ...]:
    """What takes one letter each; None for a star."""
    return tuple(map(_letter_test, _TOKEN.findall(part)))


def _letter_test(text: str) -> Callable[[str], bool] | None:
    if text.startswith("*"):
        return None
    if text == "?":
        return lambda _letter: True
    if len(text) > 2 and text.startswith("["):
        negated = text[1] in "!^"
        letters = _letters(text[2:-1] if negated else text[1:-1])
        return lambda letter: (letter in letters) is not negated
    return lambda letter: letter == text


def _letters(inside: str) -> frozenset[str]:
    ranges = re.findall(r"(.)-(.)|(.)", inside, re.DOTALL)
    return frozenset(
        letter
        for first, last, one in ranges
        for letter in ([one] if one else map(chr, range(ord(first), min(ord(last), ord(first) + 255) + 1)))
    )
