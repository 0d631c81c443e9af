"""Shapes that values of a document must have, told as checks, and what is said of a value that has another one.

A check looks at one value and adds to `found` what is wrong with it. Checks are put together once, when a module is
loaded, so that looking at a document runs plain functions and interprets no schema.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a document breaks: where, as a path such as ("spec", "dependsOn", 0), and what in one sentence."""

    path: Path
    message: str


Check: TypeAlias = Callable[[object, Path, "list[Violation]"], None]

OBJECT = (dict, Mapping)
"""What counts as an object of JSON; dict is first because it nearly always is one."""

_ABSENT: Any = object()
_SHOWN_LENGTH = 80


def shown(value: object) -> str:
    """Return the value for a message: text in quotes and cut to 80 characters; of objects and lists only that."""
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= _SHOWN_LENGTH else f"'{value[:_SHOWN_LENGTH]}…'"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, OBJECT):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "a list"
    return str(value)[:_SHOWN_LENGTH]


def dotted(path: Path) -> str:
    """Return the path as people write it: `spec.dependsOn[0]`."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".") or "the document"


def complain(found: list[Violation], path: Path, value: object, wanted: str) -> None:
    """Add that the value is not what is wanted there."""
    found.append(Violation(path, f"{dotted(path)} is {shown(value)}, but must be {wanted}."))


def lacks(found: list[Violation], path: Path) -> None:
    """Add that nothing is there, where something must be."""
    found.append(Violation(path, f"{dotted(path)} is missing."))


def text(value: object, path: Path, found: list[Violation]) -> None:
    """Take any text."""
    if not isinstance(value, str):
        complain(found, path, value, "text (in quotes, where it would be read as a number, true, false or null)")


def filled(value: object, path: Path, found: list[Violation]) -> None:
    """Take any text but the empty one."""
    if not isinstance(value, str) or not value:
        complain(found, path, value, "text that is not empty")


def text_or_boolean(value: object, path: Path, found: list[Violation]) -> None:
    """Take a text, true or false."""
    if not isinstance(value, (str, bool)):
        complain(found, path, value, "text, true or false")


def one_of(*choices: str) -> Check:
    """Return the check that takes exactly these texts."""
    wanted = " or ".join(f"'{choice}'" for choice in choices)

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if not isinstance(value, str) or value not in choices:
            complain(found, path, value, wanted)

    return check


def at_most(length: int) -> Check:
    """Return the check that takes a text of 1 to `length` characters."""

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if not isinstance(value, str) or not 1 <= len(value) <= length:
            complain(found, path, value, f"text of 1 to {length} characters")

    return check


def list_of(item: Check, least: int = 0) -> Check:
    """Return the check that takes a list of at least `least` such items."""

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if not isinstance(value, (list, tuple)):
            complain(found, path, value, "a list")
            return
        if len(value) < least:
            complain(found, path, value, f"a list of at least {least}")
        for at, one in enumerate(value):
            item(one, (*path, at), found)

    return check


def fields(known: Mapping[str, Check], required: tuple[str, ...] = (), others: Check | None = None) -> Check:
    """Return the check that takes an object with these fields; any others are free, unless `others` judges them."""
    named = tuple(known.items())

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if not isinstance(value, OBJECT):
            complain(found, path, value, "an object")
            return
        for name in required:
            if name not in value:
                lacks(found, (*path, name))
        for name, judge in named:
            one = value.get(name, _ABSENT)
            if one is not _ABSENT:
                judge(one, (*path, name), found)
        if others is not None:
            for name, one in value.items():
                if name not in known:
                    others(one, (*path, name), found)

    return check


def object_or_list_of(shape: Check) -> Check:
    """Return the check that takes one such object or a list of them."""
    listed = list_of(shape)

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if isinstance(value, (list, tuple)):
            listed(value, path, found)
        elif isinstance(value, OBJECT):
            shape(value, path, found)
        else:
            complain(found, path, value, "an object or a list of objects")

    return check
