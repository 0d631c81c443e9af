"""`$text`, `$json` and `$yaml`: a mapping of that one key is replaced by the content of the file it names.

Source: plugin-catalog-backend 4.0, PlaceholderProcessor: anywhere in the document; what was put in is not looked
through again, so files can't include each other for ever; other keys that begin with `$` are left alone, with all
that is below them. Unlike upstream, one that leads nowhere does not cost the entity: it stays as written and is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from homeport.catalog.adapters.documents import read_documents, read_json
from homeport.catalog.adapters.sources import Source, TargetRefused
from homeport.catalog.adapters.yaml_core import Unreadable
from homeport.kernel.base.errors import SourceUnreadable

MAX_INCLUDES = 200
MAX_INCLUDED_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Include:
    """A file whose content stands in a document; another version of it makes another document."""

    key: str
    version: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A placeholder that stays as it is: where it stands, what it names and why that can't be put in."""

    path: tuple[str | int, ...]
    target: str
    reason: str


def substitute(document: Any, base: str, source: Source) -> tuple[Any, list[Include], list[Unresolved]]:
    """Return the document with its placeholders replaced, what was read for it, and which could not be replaced.

    `base` is the key of the file that the document stands in. The document itself is not changed; where it has no
    placeholder it is returned as it is. A text without `$` has none: whoever has the text at hand may skip the call.
    """
    substitution = _Substitution(base, source)
    value = substitution.of(document, ())
    return value, list(substitution.includes.values()), substitution.unresolved


class _Substitution:
    def __init__(self, base: str, source: Source) -> None:
        self._base = base
        self._source = source
        self._contents: dict[str, bytes] = {}
        self._left_bytes = MAX_INCLUDED_BYTES
        self._left = MAX_INCLUDES
        self.includes: dict[str, Include] = {}
        self.unresolved: list[Unresolved] = []

    def of(self, value: Any, path: tuple[str | int, ...]) -> Any:
        """The value with placeholders replaced; the same object where it has none."""
        if isinstance(value, dict):
            if any(key[:1] == "$" for key in value):
                return self._of_placeholder(value, path)
            changed = {key: new for key, item in value.items() if (new := self.of(item, (*path, key))) is not item}
            return value | changed if changed else value
        if isinstance(value, list):
            items = [self.of(item, (*path, index)) for index, item in enumerate(value)]
            return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
        return value

    def _of_placeholder(self, value: dict[str, Any], path: tuple[str | int, ...]) -> Any:
        name, target = next(iter(value.items()))
        if len(value) != 1 or name not in _READERS:
            return value
        try:
            if not isinstance(target, str):
                raise NotIncluded("names no file: it must be a path or an address")
            return included(name, self._read(target))
        except (NotIncluded, TargetRefused, SourceUnreadable) as wrong:
            self.unresolved.append(Unresolved(path, str(target)[:1000], str(wrong)))
            return value

    def _read(self, target: str) -> bytes:
        keys = self._source.keys_of(self._base, target)
        if len(keys) != 1:
            raise NotIncluded(f"leads to {len(keys)} files instead of one" if keys else "leads to no file")
        key = keys[0]
        if self._left <= 0:
            raise NotIncluded(f"a document may include {MAX_INCLUDES} files")
        self._left -= 1
        if key not in self._contents:
            content = self._source.fetch(key)
            if content is None:
                raise NotIncluded("has no content")
            self._contents[key] = content.data
            self.includes[key] = Include(key, content.version)
        data = self._contents[key]
        if len(data) > self._left_bytes:
            raise NotIncluded(f"a document may include {MAX_INCLUDED_BYTES} bytes")
        self._left_bytes -= len(data)
        return data


class NotIncluded(Exception):
    """A placeholder can't be replaced by what it names."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def included(placeholder: str, data: bytes) -> Any:
    """Return the value that takes the place of `$text`, `$json` or `$yaml` if the file it names holds `data`.

    Raises:
        NotIncluded: the file is not of that kind.
    """
    return _READERS[placeholder](data)


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise NotIncluded("leads to a file with NUL characters, which is no text")
    return data.decode(errors="replace")


def _json(data: bytes) -> Any:
    try:
        return read_json(data)
    except Unreadable as wrong:
        raise NotIncluded(f"leads to a file that is no JSON: {wrong.reason}, line {wrong.line or 1}") from None


def _yaml(data: bytes) -> Any:
    return _only_document(data)


def _only_document(data: bytes) -> Any:
    documents, broken = read_documents(data)
    if broken:
        raise NotIncluded(f"leads to a file that can't be read: {broken[0].reason}, line {broken[0].line or 1}")
    if len(documents) != 1:
        raise NotIncluded(f"leads to a file of {len(documents)} documents; it must hold one")
    return documents[0].value


_READERS: dict[str, Callable[[bytes], Any]] = {"$text": _text, "$json": _json, "$yaml": _yaml}
