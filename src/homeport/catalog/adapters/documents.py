"""Descriptor files as JSON values: YAML and JSON that came from anywhere, fast where it is plain, contained where not.

A file is taken apart at its document markers first, so that a broken document does not hide the next. A document of the
plain kind is read by `yaml_plain`, any other by `yaml_core`; both give what Backstage reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from homeport.catalog.adapters import yaml_core, yaml_plain
from homeport.catalog.adapters.yaml_core import Budget, Unreadable


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file.

    `value` is a JSON value. `text` is the document as written, from its first line of content, which is line `line` of
    the file (from 1): the field at `line_of(text, path)` stands on line `line + line_of(text, path) - 1` of the file.
    """

    value: Any
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What could not be read, or not as it was written, and where; `line` counts from 1 in the file."""

    reason: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one file is read. What is within them takes about a second of CPU and 100 MB at worst.

    The largest honest files seen are exports of a whole organisation: 5,000 entities, 2 MB, 150,000 values. An API
    with its definition written inside of it is rarely over 1 MB, and few values: the definition is one text.
    """

    max_bytes: int = 5_000_000
    max_documents: int = 20_000
    max_values: int = 400_000
    """Of all documents together; aliases count as often as they are used."""
    max_depth: int = 100
    max_broken: int = 200
    """After so many broken documents the rest is not looked at."""


DEFAULT_LIMITS = Limits()

_MARKER = re.compile(r"\n(?=(?:---|\.\.\.)(?:[ \t\n]|\Z))")
_ONLY_MARKER = re.compile(r"(?:---|\.\.\.)[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_BEFORE_CONTENT = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\n)*+(?:[ \t]*+(?:#[^\n]*+)?\Z)?")
_LONGEST_PLAIN = 100_000
_JSON_SPACE = re.compile(r"[ \t\n]*+")
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"')


def read_documents(data: bytes, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Document], list[Broken]]:
    """Return the documents of a YAML or JSON file that can be read, and what is wrong with it; empty ones are left out.

    The items of a JSON array are documents of their own. What is not UTF-8 is read with � in its place, and told.
    """
    if len(data) > limits.max_bytes:
        return [], [Broken(f"{len(data)} bytes; files over {limits.max_bytes} bytes are not read", None)]
    text, broken = _decode(data)
    file = _File(limits, broken)
    if text.lstrip(" \t\n")[:1] in ("{", "[") and file.read_json(text):
        return file.documents, file.broken
    file.read_yaml(text)
    return file.documents, file.broken


def read_json(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the value of a JSON file, within the same limits.

    Raises:
        Unreadable: it is no JSON, or too much of it.
    """
    if len(data) > limits.max_bytes:
        raise Unreadable(f"{len(data)} bytes; files over {limits.max_bytes} bytes are not read")
    text, broken = _decode(data)
    if broken and not text:
        raise Unreadable(broken[0].reason, broken[0].line)
    if _more_values(text, limits.max_values):
        raise Unreadable(f"more than {limits.max_values} values")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as wrong:
        raise Unreadable(wrong.msg, wrong.lineno) from None
    except RecursionError:
        raise Unreadable(f"nested more than {limits.max_depth} levels deep") from None
    _check_json(value, text, limits)
    return value


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line of what lies at `path` in a document's text, or of the nearest thing above it; None without one.

    It parses the text again: for telling a problem, not for every field.
    """
    wanted = tuple(path)
    return lines_at(text, [wanted])[wanted]


def lines_at(text: str, paths: Iterable[tuple[str | int, ...]]) -> dict[tuple[str | int, ...], int | None]:
    """Return for each path what `line_of` does; the text is parsed once, and no further than it takes."""
    wanted = set(paths)
    left, lines = set(wanted), dict[tuple[str | int, ...], int]()
    for place, line in yaml_core.places(text):
        lines[place] = line
        left.discard(place)
        if not left:
            break
    return {
        path: next((lines[path[:length]] for length in range(len(path), 0, -1) if path[:length] in lines), None)
        for path in wanted
    }


def lines_of(text: str) -> dict[tuple[str | int, ...], int]:
    """Return the line of every field and item of a document's text, by its path."""
    return dict(yaml_core.places(text))


def _decode(data: bytes) -> tuple[str, list[Broken]]:
    """The text with `\\n` as line ends and without a byte order mark, and what is no UTF-8 in it."""
    broken = []
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        if b"\0" in data:
            return "", [Broken("holds NUL bytes and bytes that are not UTF-8, so it is no text", line)]
        broken.append(Broken("holds bytes that are not UTF-8; they are read as �", line))
        text = data.decode(errors="replace")
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text, broken


class _File:
    """The reading of one file: what was found, and what may still be read."""

    def __init__(self, limits: Limits, broken: list[Broken]) -> None:
        self.documents: list[Document] = []
        self.broken = broken
        self._limits = limits
        self._budget = Budget(limits.max_values, limits.max_depth)
        self._most_broken = limits.max_broken + len(broken)

    def read_yaml(self, text: str) -> None:
        for line, document in _split(text):
            if not self._may_go_on(line):
                return
            try:
                value = self._value(document)
                _check_text(value, document)
            except Unreadable as wrong:
                self.broken.append(Broken(wrong.reason, line if wrong.line is None else line + wrong.line - 1))
                if self._budget.values < 0:
                    self._stop(line, f"{self._limits.max_values} values")
                    return
                continue
            if value is not None:
                self.documents.append(Document(value, line, document))

    def _value(self, document: str) -> Any:
        text = document if document.endswith("\n") else document + "\n"
        if len(text) <= _LONGEST_PLAIN and text[0] not in "%-.":
            value, count = yaml_plain.read(text, self._limits.max_depth)
            if value is not yaml_plain.ODD:
                self._budget.values -= count
                return value
        return yaml_core.read(text, self._budget)

    def _may_go_on(self, line: int) -> bool:
        if len(self.documents) >= self._limits.max_documents:
            self._stop(line, f"{self._limits.max_documents} documents")
        elif len(self.broken) >= self._most_broken:
            self._stop(line, f"{self._limits.max_broken} broken documents")
        elif self._budget.values <= 0:
            self._stop(line, f"{self._limits.max_values} values")
        else:
            return True
        return False

    def _stop(self, line: int, limit: str) -> None:
        self.broken.append(Broken(f"the rest is not read: a file may hold {limit}", line))

    def read_json(self, text: str) -> bool:
        """Read the text as JSON; False if it is none, and then nothing is kept of it."""
        start = _end_of_space(text, 0)
        try:
            found = list(self._json_items(text, start))
        except (json.JSONDecodeError, RecursionError):
            return False
        except Unreadable as wrong:
            self.broken.append(Broken(wrong.reason, wrong.line))
            return True
        line = position = 0
        for value, begin, end in found:
            line += text.count("\n", position, begin)
            position = begin
            if not self._may_go_on(line + 1):
                break
            document = text[begin:end]
            try:
                _check_json(value, document, self._limits)
            except Unreadable as wrong:
                self.broken.append(Broken(wrong.reason, line + 1))
                continue
            if value is not None:
                self.documents.append(Document(value, line + 1, document))
        return True

    def _json_items(self, text: str, start: int) -> Iterator[tuple[Any, int, int]]:
        """The value of an object, or the items of an array, each with the place where it begins and ends."""
        if _more_values(text, self._limits.max_values):
            raise Unreadable(f"more than {self._limits.max_values} values", 1)
        if text[start] == "{":
            value, end = _DECODER.raw_decode(text, start)
            yield value, start, end
        else:
            end = _end_of_space(text, start + 1)
            while text[end : end + 1] != "]":
                begin = end
                value, end = _DECODER.raw_decode(text, begin)
                yield value, begin, end
                end = _end_of_space(text, end)
                if text[end : end + 1] == ",":
                    end = _end_of_space(text, end + 1)
                    if text[end : end + 1] != "]":
                        continue
                if text[end : end + 1] != "]":
                    raise json.JSONDecodeError("Expecting ',' delimiter", text, end)
            end += 1

        if _end_of_space(text, end) != len(text):
            raise json.JSONDecodeError("Extra data", text, end)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """Yield each document that has content: its first line in the file and its text from there.

    `---` and `...` at the beginning of a line end a document wherever they stand, in literal text as well. Directives
    go with the document that they stand before.
    """
    line = 1
    begin = 0
    directives = ""
    while begin < len(text):
        marker = _MARKER.search(text, begin)
        end = marker.end() if marker else len(text)
        chunk = text[begin:end]
        line_after = line + chunk.count("\n")
        begin = end
        heading = _ONLY_MARKER.match(chunk)
        start = heading.end() if heading else 0
        content = _BEFORE_CONTENT.match(chunk, start)
        start = content.end() if content else start
        if directives:
            yield line, directives + chunk
            directives = ""
        elif start < len(chunk):
            if chunk[start] == "%" and marker and _are_directives(chunk[start:]):
                directives = chunk[start:]
            else:
                yield line + chunk.count("\n", 0, start), chunk[start:]
        line = line_after


def _are_directives(text: str) -> bool:
    return all(line[:1] in ("%", "#", "") for line in text.split("\n"))


def _check_json(value: Any, text: str, limits: Limits) -> None:
    if _deeper_than(value, limits.max_depth):
        raise Unreadable(f"nested more than {limits.max_depth} levels deep")
    _check_text(value, text)


def _check_text(value: Any, written: str) -> None:
    """Refuse characters that no database keeps: NUL, and halves of surrogate pairs."""
    if "\\" not in written and "\0" not in written:
        return
    for text in _texts(value):
        if "\0" in text:
            raise Unreadable("holds a NUL character, so it is no text", _line_within(written, "\0"))
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise Unreadable("holds half of a surrogate pair, which is no character") from None


def _line_within(written: str, part: str) -> int | None:
    place = written.find(part)
    return None if place < 0 else written.count("\n", 0, place) + 1


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _deeper_than(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        inner = [list(one.values()) if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level = [item for items in inner for item in items if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def _end_of_space(text: str, start: int) -> int:
    found = _JSON_SPACE.match(text, start)
    return found.end() if found else start


def _more_values(text: str, limit: int) -> bool:
    """Whether the JSON text may hold more values: they are counted by what separates them, first without a parser."""
    return _separators(text) > limit and _separators(_JSON_TEXT.sub("", text)) > limit


def _separators(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{") + 1


def _json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise json.JSONDecodeError(f"the key {twice[:80]} stands twice in one mapping", twice, 0)
    return value


def _no_json(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is no JSON", constant, 0)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_json_object,
    parse_int=yaml_core.integer,
    parse_float=yaml_core.decimal,
    parse_constant=_no_json,
)
