"""YAML as Backstage reads it, decided event by event: the core schema of YAML 1.2, contained.

Backstage reads with npm `yaml` 2 (`parseAllDocuments`, `toJSON`, merge keys off). The same here: plain scalars by the
core schema, so that `on`, `2020-01-01` and `1_000` are text; keys become text the way JavaScript writes them; a key
given twice is an error; `<<` is an ordinary key; tags of one's own are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

WORDS: dict[str, Any] = {
    "": None,
    **dict.fromkeys(("~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_NUMBER_STARTS = frozenset("0123456789+-.")
_EXACT = 2**53
_WITHOUT_EXPONENT = 1e21
_LONGEST_INTEGER = 400
"""Decimal digits that a double can have: what is longer is infinite."""


class Unreadable(Exception):
    """A document can't be read; `line` counts from 1 in its text."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def typed(plain: str) -> Any:
    """Return the value that a plain scalar means. Source: YAML 1.2.2, section 10.3.2, core schema."""
    if plain in WORDS:
        return WORDS[plain]
    if plain[0] in _NUMBER_STARTS:
        if _INTEGER.fullmatch(plain):
            return integer(plain)
        if _FLOAT.fullmatch(plain):
            return decimal(plain)
    return plain


def integer(text: str) -> int | float | None:
    """Return a whole number, beyond 2^53 as JavaScript has it: the nearest double, and None where that is infinite."""
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    if len(text) > _LONGEST_INTEGER:
        text = text.lstrip("+-0ox") if base != 10 else text.lstrip("+-0")
        if len(text) > _LONGEST_INTEGER:
            return None
    whole = int(text or "0", base)
    if -_EXACT <= whole <= _EXACT:
        return whole
    try:
        return _as_javascript(float(whole))
    except OverflowError:
        return None


def decimal(text: str) -> int | float | None:
    """Return a number written with a point or exponent, as JSON.stringify has it: 1.0 is 1, infinite ones are None."""
    if text[-1:] in "fFnN":
        return None
    return _as_javascript(float(text))


def _as_javascript(number: float) -> int | float | None:
    """The number as JSON.stringify writes it: whole ones without a point up to 1e21, infinite ones as null."""
    if number.is_integer():
        return int(Decimal(repr(number))) if abs(number) < _WITHOUT_EXPONENT else number
    return None if number in (float("inf"), float("-inf")) else number


def _key(value: Any) -> str:
    """The key as JavaScript writes the value: null is empty, 1.0 is "1", true is "true"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return re.sub(r"e([-+])0+", r"e\1", repr(value)) if isinstance(value, float) else str(value)


_STANDARD_TAG = "tag:yaml.org,2002:"


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.tag and event.tag != "!":
        return _tagged(text, event.tag.removeprefix(_STANDARD_TAG))
    return typed(text) if event.implicit[0] and not event.style else text


def _tagged(text: str, tag: str) -> Any:
    """A standard tag counts where the text fits it; all others leave the text as it is, as upstream does."""
    if tag == "int" and _INTEGER.fullmatch(text):
        return integer(text)
    if tag == "float" and _FLOAT.fullmatch(text) and not _INTEGER.fullmatch(text):
        return decimal(text)
    if tag == "null" and text in WORDS and WORDS[text] is None:
        return None
    if tag == "bool" and isinstance(WORDS.get(text), bool):
        return WORDS[text]
    return text


@dataclass(slots=True)
class Budget:
    """What may still be read: values of all documents together, aliases counted as often as they are used."""

    values: int
    depth: int


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    value: dict[str, Any] | list[Any]
    anchor: str | None
    size_before: int
    height: int = 1
    key: str | None = None
    awaits_key: bool = False
    keys: set[Any] | None = None


def read(text: str, budget: Budget) -> Any:
    """Return the value of a YAML text of one document; None if it is empty.

    Raises:
        Unreadable: it is no YAML, has a key twice, goes around in a circle, or is more than the budget allows.
    """
    composer = _Composer(budget)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else None
        raise Unreadable(wrong.problem or wrong.context or "not YAML", line) from None
    except yaml.YAMLError as wrong:
        raise Unreadable(str(wrong).splitlines()[0]) from None
    return composer.root


class _Composer:
    """Builds a value from events without recursion: PyYAML's own composer takes the process down on deep nesting."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._allowed = budget.values
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._size = 0
        self._begun = False
        self.root: Any = None

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
            self._grow(1, event)
            self._put(value, event.anchor, 1, 0, event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._open(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self._stack.pop()
            self._put(done.value, done.anchor, self._size - done.size_before, done.height, event)
        elif isinstance(event, yaml.AliasEvent):
            value, size, height = self._named(event)
            self._grow(size, event)
            self._put(_copy(value), None, size, height, event)
        elif isinstance(event, yaml.DocumentStartEvent):
            if self._begun:
                raise Unreadable("goes on after the end of the document", _line(event))
            self._begun = True

    def _named(self, event: Any) -> tuple[Any, int, int]:
        if event.anchor not in self._anchors:
            inside = any(one.anchor == event.anchor for one in self._stack)
            why = "stands inside of what it names" if inside else "names nothing before it"
            raise Unreadable(f"the alias *{event.anchor[:80]} {why}", _line(event))
        return self._anchors[event.anchor]

    def _grow(self, size: int, event: Any) -> None:
        self._size += size
        self._budget.values = self._allowed - self._size
        if self._budget.values < 0:
            raise Unreadable("too many values, aliases counted as often as they are used", _line(event))

    def _open(self, event: Any) -> None:
        if self._stack and self._stack[-1].awaits_key:
            raise Unreadable("a key is a list or mapping; keys must be text", _line(event))
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        opened = _Open({} if is_mapping else [], event.anchor, self._size, awaits_key=is_mapping)
        if event.anchor:
            self._anchors.pop(event.anchor, None)
        self._stack.append(opened)
        self._grow(1, event)
        self._check_depth(0, event)

    def _check_depth(self, height: int, event: Any) -> None:
        if len(self._stack) + height > self._budget.depth:
            raise Unreadable(f"nested more than {self._budget.depth} levels deep", _line(event))

    def _put(self, value: Any, anchor: str | None, size: int, height: int, event: Any) -> None:
        if anchor:
            self._anchors[anchor] = (value, size, height)
        if not self._stack:
            self.root = value
            return
        top = self._stack[-1]
        if height:
            self._check_depth(height, event)
            top.height = max(top.height, height + 1)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.awaits_key:
            self._take_key(top, value, event)
        else:
            top.value[top.key or ""] = value
            top.awaits_key = True

    def _take_key(self, top: _Open, value: Any, event: Any) -> None:
        if isinstance(value, dict | list):
            raise Unreadable("a key is a list or mapping; keys must be text", _line(event))
        top.key, top.awaits_key = _key(value), False
        if top.keys is None:
            top.keys = set()
        same = (type(value), value)
        if same in top.keys:
            raise Unreadable(f"the key {top.key[:80]} stands twice in one mapping", _line(event))
        top.keys.add(same)


def _copy(value: Any) -> Any:
    """A copy, so that no two places of a document share a value that somebody may change."""
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _line(event: Any) -> int | None:
    return event.start_mark.line + 1 if event.start_mark else None


_MAX_PLACES = 200_000


def places(text: str) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield the path and line of every field and item of a document, those above before those below.

    What an alias stands for is not entered; what can't be read ends it.
    """
    path: list[str | int] = []
    awaits_key: list[bool | None] = []
    try:
        for count, event in enumerate(yaml.parse(text, Loader=_LOADER)):
            if count > _MAX_PLACES or len(path) > 100 or isinstance(event, yaml.DocumentEndEvent):
                return
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                awaits_key.pop()
                path.pop()
            elif isinstance(event, yaml.NodeEvent):
                yield from _place(event, path, awaits_key)
    except yaml.YAMLError:
        return


def _place(
    event: Any, path: list[str | int], awaits_key: list[bool | None]
) -> Iterator[tuple[tuple[str | int, ...], int]]:
    line = event.start_mark.line + 1
    if awaits_key and awaits_key[-1]:
        if isinstance(event, yaml.CollectionStartEvent):
            raise yaml.YAMLError("a key is a list or mapping")
        path[-1] = _key(_scalar(event)) if isinstance(event, yaml.ScalarEvent) else ""
        awaits_key[-1] = False
        yield tuple(path), line
        return
    if awaits_key and awaits_key[-1] is None:
        path[-1] = int(path[-1]) + 1
        yield tuple(path), line
    elif awaits_key:
        awaits_key[-1] = True
    if isinstance(event, yaml.MappingStartEvent):
        path.append("")
        awaits_key.append(True)
    elif isinstance(event, yaml.SequenceStartEvent):
        path.append(-1)
        awaits_key.append(None)
