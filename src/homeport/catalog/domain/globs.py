"""Globs over paths, as Backstage's locations have them: `**/catalog-info.yaml`, `services/*/*.{yml,yaml}`.

A glob comes from data: the work is at most the length of the glob times that of the path, whatever they are.

Source: minimatch, with its defaults: a star stays within a folder, two cross folders, neither takes a leading dot.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

_MAGIC = re.compile(r"[*?\[{]")
_TOKEN = re.compile(r"\*+|\?|\[[!^]?[^\]]+\]|.", re.DOTALL)
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_MAX_ALTERNATIVES = 200
_MAX_LETTERS = 1_000


def is_glob(path: str) -> bool:
    """Whether the path means all files of a form, and not one."""
    return _MAGIC.search(path) is not None


def before_wildcards(path: str) -> str:
    """Return what of the path stands before its first wildcard; all of it where there is none."""
    wild = _MAGIC.search(path)
    return path[: wild.start()] if wild else path


def matching(glob: str, paths: Iterable[str]) -> list[str]:
    """Return the relative paths that the glob means, sorted; none for one too long to be meant."""
    if len(glob) > _MAX_LETTERS:
        return []
    wanted = [alternative.split("/") for alternative in alternatives(glob)]
    return sorted(path for path in paths if any(_is_path(parts, path.split("/")) for parts in wanted))


def alternatives(glob: str) -> list[str]:
    """Return the globs without braces that one with braces stands for; none where there are too many to be meant."""
    waiting, done = [glob], list[str]()
    while waiting:
        if len(waiting) + len(done) > _MAX_ALTERNATIVES:
            return []
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
    return segment_test(part)(segment) if is_glob(part) else part == segment


@lru_cache(maxsize=1_000)
def segment_test(part: str) -> Callable[[str], bool]:
    """Return what says whether a name is one that this part of a glob, between two slashes, means."""
    fixed, *behind_stars = _between_stars(part)
    pattern = fixed
    if behind_stars:  # the first place where a piece fits will do: nothing is tried twice
        *middle, last = behind_stars
        pattern += "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}"
    matches = re.compile(pattern, re.DOTALL).fullmatch
    if part.startswith("."):
        return lambda name: matches(name) is not None
    return lambda name: not name.startswith(".") and matches(name) is not None


def _between_stars(part: str) -> list[str]:
    """The patterns of what stands between the stars."""
    pieces = [""]
    for text in _TOKEN.findall(part):
        if text.startswith("*"):
            pieces.append("")
        else:
            pieces[-1] += _letter_pattern(text)
    return pieces


def _letter_pattern(text: str) -> str:
    """The pattern of what takes one letter."""
    if text == "?":
        return "."
    if len(text) > 2 and text.startswith("["):
        is_negated = text[1] in "!^"
        letters = "".join(map(re.escape, sorted(_letters(text[2:-1] if is_negated else text[1:-1]))))
        if not letters:
            return "." if is_negated else "(?!)"
        return f"[{'^' if is_negated else ''}{letters}]"
    return re.escape(text)


def _letters(inside: str) -> frozenset[str]:
    ranges = re.findall(r"(.)-(.)|(.)", inside, re.DOTALL)
    return frozenset(
        letter
        for first, last, one in ranges
        for letter in ([one] if one else map(chr, range(ord(first), min(ord(last), ord(first) + 255) + 1)))
    )
