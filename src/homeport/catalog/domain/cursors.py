"""Cursors of Backstage's API: where a page ends, and what was asked, so that the next request needs nothing else.

Upstream's own form, since its client decodes a cursor: one with a `query` it sends by POST, others by GET. A cursor
gives nobody more than they may ask for anyway, so it is checked but not signed.

Source: catalog-backend 4.0, cursorParser; catalog-client 1.16, cursorContainsQuery.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from homeport.catalog.domain.filters import FilterRefused, Predicate

_MOST = 2**53


@dataclass(frozen=True, slots=True)
class OrderField:
    """A field that entities are ordered by; those without it are left out."""

    field: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class FullText:
    """Text that one of the fields holds; without fields, the one that is ordered by, else the uid."""

    term: str
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the catalog, and where its answer goes on.

    `after` is the place of the last row of the page before (of the first, if `is_previous`), `first` that of the very
    first row: the value of the order field, if there is one, and the uid.
    """

    query: Predicate | None = None
    order: tuple[OrderField, ...] = ()
    text: FullText | None = None
    after: tuple[str, ...] | None = None
    first: tuple[str, ...] | None = None
    is_previous: bool = False
    total: int | None = None

    @property
    def order_field(self) -> OrderField | None:
        """The field that counts: only the first."""
        return self.order[0] if self.order else None


def encode_cursor(asked: Asked) -> str:
    """Return the cursor."""
    said: dict[str, Any] = {
        "orderFields": [{"field": one.field, "order": "desc" if one.is_descending else "asc"} for one in asked.order],
        "orderFieldValues": asked.after,
        "firstSortFieldValues": asked.first,
        "isPrevious": asked.is_previous,
    }
    if asked.total is not None:
        said["totalItems"] = asked.total
    if asked.query is not None:
        said["query"] = asked.query
    if asked.text is not None:
        said["fullTextFilter"] = {"term": asked.text.term}
        if asked.text.fields is not None:
            said["fullTextFilter"]["fields"] = asked.text.fields
    return encode(said)


def decode_cursor(cursor: str) -> Asked:
    """Return what the cursor stands for; its query is not looked at.

    Raises:
        FilterRefused: it is none of ours.
    """
    said = decode(cursor)
    order = tuple(_order_field(one) for one in _list(said, "orderFields"))
    width = 2 if order else 1
    after, first = (_place(said, name, width) for name in ("orderFieldValues", "firstSortFieldValues"))
    total, is_previous, query = said.get("totalItems"), said.get("isPrevious"), said.get("query")
    if not isinstance(is_previous, bool) or (query is not None and not isinstance(query, Mapping)):
        raise FilterRefused("Malformed cursor")
    if total is not None and (not isinstance(total, int) or isinstance(total, bool) or not 0 <= total < _MOST):
        raise FilterRefused("Malformed cursor")
    return Asked(query, order, _text(said.get("fullTextFilter")), after, first, is_previous, total)


def turned(asked: Asked, place: tuple[str, ...], first: tuple[str, ...], total: int, *, back: bool) -> str:
    """Return the cursor of the page that follows the row at `place`, or goes before it."""
    return encode_cursor(replace(asked, after=place, first=first, total=total, is_previous=back))


def encode(said: Mapping[str, Any]) -> str:
    """Return a value as cursors and `after` parameters carry it."""
    return base64.b64encode(json.dumps(said, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str) -> Mapping[str, Any]:
    """Return the value of what `encode` made; of either alphabet, with or without padding.

    Raises:
        FilterRefused: it is none.
    """
    text = cursor.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
        said = json.loads(data.replace(rb"\u0000", rb"\ufffd"))
        json.dumps(said, ensure_ascii=False).encode()  # half a surrogate is no text
    except (binascii.Error, ValueError, RecursionError):
        raise FilterRefused("Malformed cursor, could not be parsed") from None
    if not isinstance(said, dict):
        raise FilterRefused("Malformed cursor, could not be parsed")
    return said


def _order_field(one: object) -> OrderField:
    if isinstance(one, Mapping) and isinstance(one.get("field"), str) and one.get("order") in ("asc", "desc"):
        return OrderField(one["field"], one["order"] == "desc")
    raise FilterRefused("Malformed cursor")


def _place(said: Mapping[str, Any], name: str, width: int) -> tuple[str, ...]:
    values = _list(said, name)
    if len(values) != width or not all(isinstance(value, str) for value in values):
        raise FilterRefused("Malformed cursor")
    return tuple(values)


def _text(said: object) -> FullText | None:
    if said is None:
        return None
    if isinstance(said, Mapping) and isinstance(said.get("term"), str):
        fields = said.get("fields")
        if fields is None:
            return FullText(said["term"])
        if isinstance(fields, list) and all(isinstance(one, str) for one in fields):
            return FullText(said["term"], tuple(fields))
    raise FilterRefused("Malformed cursor")


def _list(said: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = said.get(name)
    if not isinstance(found, list):
        raise FilterRefused("Malformed cursor")
    return found
