"""What an entity is found by: the leaves of its document as rows of key and value.

Upstream gives an array of texts two rows for each item, `metadata.tags` = java and `metadata.tags.java` = true. Ours
is one, with the key `metadata.tags[]`, and who compiles a query knows that both lead to it. Upstream leaves out a row
`path.item` whose key is longer than 200 characters, and ours can't tell.

Left out is what other columns serve: kind, name, namespace, uid, etag, where the entity came from, relations and
status, and spec.type and spec.lifecycle where they are text.

Source: catalog-backend 4.0, buildEntitySearch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

_LENGTH = 200
"""The longest key and value, in UTF-16 code units as JavaScript counts them."""

_SERVED = frozenset(
    {
        "attachments",
        "relations",
        "status",
        "kind",
        "metadata.name",
        "metadata.namespace",
        "metadata.uid",
        "metadata.etag",
        "metadata.annotations.backstage.io/managed-by-location",
        "metadata.annotations.backstage.io/managed-by-origin-location",
    }
)
_SERVED_AS_TEXT = frozenset({"spec.type", "spec.lifecycle"})
_EXACT = 2**53

_Rows = dict[tuple[str, str | None], str | None]


def indexed_values(document: Mapping[str, Any]) -> list[tuple[str, str | None, str | None]]:
    """Return (key, value, value as written) of each leaf, once each; key and value are in lower case.

    A key of texts in a list ends in `[]`. The values are None where the leaf is null or longer than 200 characters;
    leaves whose key is longer than that are left out.
    """
    rows: _Rows = {}
    for name, value in document.items():
        if name not in _SERVED:
            _visit(name, value, rows)
    return [(key, value, written) for (key, value), written in rows.items()]


def _visit(path: str, value: object, rows: _Rows) -> None:
    if isinstance(value, str):
        if path not in _SERVED_AS_TEXT:
            _add(path, value, rows)
    elif isinstance(value, (dict, Mapping)):
        if len(path) < _LENGTH:
            for name, one in value.items():
                below = f"{path}.{name}"
                if below not in _SERVED:
                    _visit(below, one, rows)
    elif isinstance(value, (list, tuple)):
        _visit_items(path, value, rows)
    elif value is None:
        if path != "metadata.annotations":
            _add_null(path, rows)
    else:
        _add(path, as_javascript(value), rows)


def _visit_items(path: str, items: Sequence[object], rows: _Rows) -> None:
    """Visit the items of a list and of lists in it; not by recursion, since a path does not grow with their depth."""
    pending = [items]
    while pending:
        for one in pending.pop():
            if isinstance(one, str):
                _add(path, one, rows, "[]")
            elif isinstance(one, (list, tuple)):
                pending.append(one)
            else:
                _visit(path, one, rows)


def _add(path: str, written: str, rows: _Rows, mark: str = "") -> None:
    value = written.lower() if len(written) <= _LENGTH else written
    if _is_long(value):
        _add_null(path, rows, mark)
        return
    key = path.lower()
    if not _is_long(key):
        rows.setdefault((key + mark, value), written)


def _add_null(path: str, rows: _Rows, mark: str = "") -> None:
    key = path.lower()
    if not _is_long(key):
        rows.setdefault((key + mark, None), None)


def _is_long(text: str) -> bool:
    length = len(text)
    if length <= _LENGTH // 2 or (length <= _LENGTH and text.isascii()):
        return False
    return length > _LENGTH or length + sum(letter > "\uffff" for letter in text) > _LENGTH


def as_javascript(value: object) -> str:
    """Return true, false or a number as JavaScript writes it, which has no integers beyond 2**53."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) and abs(value) <= _EXACT:
        return str(value)
    try:
        return _number(float(value))
    except OverflowError:
        return _number(math.inf if value > 0 else -math.inf)


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    sign = "-" if value < 0 else ""
    if math.isinf(value):
        return f"{sign}Infinity"
    digits, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, part = digits.partition(".")
    point = len(whole) + int(exponent or 0)
    figures = (whole + part).lstrip("0")
    point -= len(whole + part) - len(figures)
    figures = figures.rstrip("0")
    if not figures:
        return "0"
    if len(figures) <= point <= 21:
        return sign + figures.ljust(point, "0")
    if 0 < point <= 21:
        return f"{sign}{figures[:point]}.{figures[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{figures.rjust(len(figures) - point, '0')}"
    rest = f".{figures[1:]}" if len(figures) > 1 else ""
    return f"{sign}{figures[0]}{rest}e{point - 1:+d}"
