"""Files as values: text, YAML, JSON, TOML and XML that came from anywhere, with limits instead of hangs and crashes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import yaml

MAX_BYTES = 1_000_000
MAX_NODES = 200_000
MAX_DEPTH = 100


class BrokenFile(Exception):
    """A file can't be read; `line` counts from 1."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Map(dict[str, Any]):
    """A YAML mapping that knows on which line each key stands."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class Items(list[Any]):
    """A YAML sequence that knows on which line each item begins."""

    __slots__ = ("lines",)

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a YAML file: its value, its first line, and keys that it gives twice with their lines."""

    value: Any
    line: int
    repeated: tuple[tuple[str, int], ...] = ()


def decode(content: bytes, *, legacy: str | None = None) -> str:
    """Return the text of a file, line ends as `\\n`; what is not UTF-8 or UTF-16 is tried as `legacy`.

    Raises:
        BrokenFile: it is too large or not text.
    """
    if len(content) > MAX_BYTES:
        raise BrokenFile(f"{len(content)} bytes; files over {MAX_BYTES} bytes are not read")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as wrong:
        if legacy:
            return content.decode(legacy, errors="replace").replace("\r\n", "\n")
        raise BrokenFile(f"not UTF-8 text ({wrong.reason})", content[: wrong.start].count(b"\n") + 1) from None
    if "\0" in text:
        raise BrokenFile("holds NUL characters, so it is no text", text[: text.index("\0")].count("\n") + 1)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        BrokenFile: it is none.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        raise BrokenFile(wrong.msg, wrong.lineno) from None
    except (RecursionError, ValueError) as wrong:
        raise BrokenFile(f"nested too deeply or a number too long ({type(wrong).__name__})") from None


_LONG_DOTTED_KEY = re.compile(r"(?:[\w\"'-]+[ \t]*\.[ \t]*){40}")


def parse_toml(text: str) -> dict[str, Any]:
    """Return the table of a TOML text. Keys of many dotted parts are refused: reading them takes quadratic time.

    Raises:
        BrokenFile: it is none.
    """
    if _LONG_DOTTED_KEY.search(text):
        raise BrokenFile("a dotted key has more than 40 parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        line = re.search(r"at line (\d+)", str(wrong))
        raise BrokenFile(str(wrong), int(line[1]) if line else None) from None
    except RecursionError:
        raise BrokenFile("nested too deeply") from None


def parse_xml(text: str) -> ElementTree.Element:
    """Return the root of an XML text, names without namespaces. Entity declarations are refused.

    Raises:
        BrokenFile: it is none.
    """
    if "<!ENTITY" in text:
        raise BrokenFile("declares XML entities, which are not read", text[: text.index("<!ENTITY")].count("\n") + 1)
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - entities are refused above
    except ElementTree.ParseError as wrong:
        raise BrokenFile(str(wrong), wrong.position[0]) from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def parse_yaml(text: str) -> list[Document]:
    """Return the documents of a YAML text.

    Raises:
        BrokenFile: one of them is broken.
    """
    documents, broken = read_yaml(text)
    if broken:
        raise broken[0]
    return documents


def read_yaml(text: str) -> tuple[list[Document], list[BrokenFile]]:
    """Return the documents that can be read and what is wrong with the others: a broken one does not hide the next."""
    documents: list[Document] = []
    broken: list[BrokenFile] = []
    start = 0
    while True:
        try:
            for document in _compose(text[start:], text.count("\n", 0, start)):
                documents += [document]  # one by one: those before a broken one are kept
            return documents, broken
        except BrokenFile as wrong:
            broken.append(wrong)
            lines = text.splitlines(keepends=True)
            seen = sum(map(len, lines[: wrong.line - 1 if wrong.line else len(lines)]))
            separator = re.compile(r"^---(?=\s|$)", re.MULTILINE).search(text, max(seen, start + 1))
            if separator is None or len(broken) >= 20:
                return documents, broken
            start = separator.start()


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come yet."""

    value: Map | Items
    anchor: str | None
    tag: str | None
    size_before: int
    line: int
    key: str | None = None
    key_line: int = 0
    merged: list[Any] = field(default_factory=list)


def _compose(text: str, line_offset: int) -> Iterator[Document]:
    try:
        events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        yield from _Composer(line_offset).documents(events)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        reason = wrong.problem or wrong.context or "not YAML"
        last = max(len(text.splitlines()), 1)
        raise BrokenFile(reason, line_offset + min(mark.line + 1, last) if mark else None) from None
    except yaml.YAMLError as wrong:
        raise BrokenFile(str(wrong).splitlines()[0]) from None


class _Composer:
    """Builds values from YAML events without recursion; aliases count as often as they are used.

    PyYAML's own composer recurses in C and takes the process down on deep nesting.
    """

    def __init__(self, line_offset: int) -> None:
        self._offset = line_offset
        self._reset()

    def _reset(self) -> None:
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._repeated: list[tuple[str, int]] = []
        self._size = 0
        self._root: Any = None

    def documents(self, events: Iterator[yaml.Event]) -> Iterator[Document]:
        for event in events:
            line = self._offset + (event.start_mark.line if event.start_mark else 0) + 1
            match event:
                case yaml.DocumentStartEvent():
                    self._reset()
                    first = line
                    explicit = event.explicit
                case yaml.DocumentEndEvent():
                    if self._root is not None:
                        yield Document(self._root, first + 1 if explicit else first, tuple(self._repeated))
                case yaml.ScalarEvent():
                    self._grow(1, line)
                    value = _scalar(event, is_key=self._awaits_key())
                    self._put(_tagged(event.tag, value), event.anchor, 1, line)
                case yaml.AliasEvent():
                    value, size = self._anchors.get(event.anchor or "", (None, 0))
                    if not size:
                        raise BrokenFile(f"alias *{event.anchor} refers to nothing complete before it", line)
                    self._grow(size, line)
                    self._put(value, None, size, line)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._open(event, line)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close()

    def _grow(self, size: int, line: int) -> None:
        self._size += size
        if self._size > MAX_NODES:
            raise BrokenFile(f"more than {MAX_NODES} values, aliases counted as often as they are used", line)

    def _awaits_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, Map) and self._stack[-1].key is None

    def _open(self, event: Any, line: int) -> None:
        if self._awaits_key():
            raise BrokenFile("a key is a list or mapping; keys must be text", line)
        if len(self._stack) >= MAX_DEPTH:
            raise BrokenFile(f"nested more than {MAX_DEPTH} levels deep", line)
        value = Map() if isinstance(event, yaml.MappingStartEvent) else Items()
        self._stack.append(_Open(value, event.anchor, event.tag, self._size, line))
        self._grow(1, line)

    def _close(self) -> None:
        done = self._stack.pop()
        if isinstance(done.value, Map):
            for merged in done.merged:
                for key in merged.keys() - done.value.keys():
                    done.value[key] = merged[key]
                    done.value.lines[key] = merged.lines.get(key, done.line)
        self._put(_tagged(done.tag, done.value), done.anchor, self._size - done.size_before, done.line)

    def _put(self, value: Any, anchor: str | None, size: int, line: int) -> None:
        if anchor:
            self._anchors[anchor] = (value, size)
        if not self._stack:
            self._root = value
            return
        top = self._stack[-1]
        if isinstance(top.value, Items):
            top.value.append(value)
            top.value.lines.append(line)
        elif top.key is None:
            top.key, top.key_line = str(value), line
        else:
            self._set(top, value)

    def _set(self, top: _Open, value: Any) -> None:
        key, top.key = top.key or "", None
        assert isinstance(top.value, Map)
        if key == "<<":
            top.merged += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Map)]
            return
        if key in top.value:
            self._repeated.append((key, top.key_line))
        top.value[key] = value
        top.value.lines[key] = top.key_line


_STANDARD_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _scalar(event: yaml.ScalarEvent, *, is_key: bool) -> Any:
    """Source: YAML 1.2.2, section 10.3 (core schema), so that `on` is text and `22:22` no number; keys are text."""
    text: str = event.value
    if is_key or not event.implicit[0] or event.style:
        return text
    if text == "":
        return None
    if text in _WORDS:
        return _WORDS[text]
    if len(text) <= 40 and _INTEGER.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if len(text) <= 40 and _FLOAT.fullmatch(text):
        return float(text)
    return text


def _tagged(tag: str | None, value: Any) -> Any:
    """CloudFormation's short forms written out: `!Ref A` is `{"Ref": "A"}`. Other tags of one's own likewise."""
    if not tag or tag == "!" or tag.startswith(_STANDARD_TAG):
        return value
    if not tag.startswith("!"):
        raise BrokenFile(f"tag {tag} is not read")
    name = tag[1:]
    tagged = Map()
    tagged[name if name in ("Ref", "Condition") else f"Fn::{name}"] = value
    return tagged


def line_of(value: Any, *path: str | int) -> int | None:
    """Return the line of what lies at `path` in a YAML value, or of the nearest thing above it that has one."""
    line = None
    for step in path:
        if isinstance(value, Map) and isinstance(step, str) and step in value:
            line = value.lines.get(step, line)
        elif isinstance(value, Items) and isinstance(step, int) and step < len(value):
            line = value.lines[step]
        else:
            break
        value = value[step]
    return line


def plain(value: Any) -> Any:
    """Return the value as ordinary dictionaries and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
