"""Lists: filter tokens in the address, facets, sorting and paging by cursor.

The address says everything a list shows: `?q=kind:component+owner:me+order&sort=-name&after=…`. Values of one key are
alternatives, keys add up, what has no key is searched as text. Forms send several `q`; they are read as one.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar
from urllib.parse import urlencode

from starlette.requests import Request

from homeport.kernel.base.errors import InvalidFilter

Row = TypeVar("Row")
_WORD = re.compile(r'(?:([a-z_]+):(?!//))?(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True, slots=True)
class Token:
    """One filter: `owner:team-order`."""

    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}:{_quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Query:
    """What a list is filtered by: tokens, and words to search for."""

    tokens: tuple[Token, ...] = ()
    text: str = ""

    @classmethod
    def parse(cls, written: str, keys: Collection[str]) -> Self:
        """Return the query that `kind:component owner:"team a" order` stands for.

        Raises:
            InvalidFilter: a token's key is not among `keys`.
        """
        tokens: dict[Token, None] = {}
        words = []
        for match in _WORD.finditer(written):
            key, quoted, bare = match.groups()
            value = quoted if quoted is not None else bare
            if key is None:
                words.append(value)
            elif key in keys:
                tokens[Token(key, value)] = None
            else:
                raise InvalidFilter(f"{key!r} is not a filter of this list; it takes {', '.join(sorted(keys))}.")
        return cls(tuple(tokens), " ".join(word for word in words if word))

    def values(self, key: str) -> list[str]:
        """The values asked for under one key; empty for any."""
        return [token.value for token in self.tokens if token.key == key]

    def toggled(self, token: Token) -> Self:
        """The query without the token where it has it, else with it."""
        if token in self.tokens:
            return replace(self, tokens=tuple(other for other in self.tokens if other != token))
        return replace(self, tokens=(*self.tokens, token))

    def without(self, key: str) -> Self:
        """The query without any token of this key."""
        return replace(self, tokens=tuple(token for token in self.tokens if token.key != key))

    def __str__(self) -> str:
        return " ".join([*map(str, self.tokens), *([self.text] if self.text else [])])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `label` is a message key, `is_number` aligns it to the right."""

    key: str
    label: str
    is_sortable: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet, with the number of rows that have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter one can pick from: `key` as in tokens, `label` a message key.

    Where there are more values than a menu takes, `total` counts all of them, and `more_href` leads to the rest.
    """

    key: str
    label: str
    values: Sequence[FacetValue]
    total: int = 0
    more_href: str = ""

    def label_of(self, value: str) -> str:
        """How a value is shown; one that no row has shows as it was written."""
        return next((known.label for known in self.values if known.value == value), value)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, how many there are in all, and the cursor after the last (None: these are the last)."""

    rows: Sequence[Row]
    total: int
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A list as its address asks for it, and the addresses that lead on from it."""

    path: str
    columns: Sequence[Column]
    query: Query
    sort: str
    default_sort: str
    after: str | None = None
    chosen: tuple[str, ...] = ()
    """The keys of the columns to show, where the address chooses; empty for those that the list shows by itself."""

    @classmethod
    def from_request(
        cls, request: Request, columns: Sequence[Column], filters: Collection[str], default_sort: str
    ) -> Self:
        """Read the list's state from `q`, `sort`, `columns` and `after`; `-` before a column's key sorts downwards.

        Raises:
            InvalidFilter: an unknown filter, or a column that can't be sorted.
        """
        sort = request.query_params.get("sort", default_sort)
        sortable = {column.key for column in columns if column.is_sortable}
        if sort.removeprefix("-") not in sortable:
            raise InvalidFilter(f"This list can't be sorted by {sort!r}; it takes {', '.join(sorted(sortable))}.")
        query = Query.parse(" ".join(request.query_params.getlist("q")), filters)
        chosen = _chosen(request.query_params.get("columns", ""), columns)
        return cls(request.url.path, columns, query, sort, default_sort, request.query_params.get("after"), chosen)

    def href(self, query: Query | None = None, sort: str | None = None, after: str | None = None) -> str:
        """The address of this list with another query, sort or page; a change of either begins at the first page."""
        parameters: dict[str, str] = {}
        written = str(self.query if query is None else query)
        order = sort or self.sort
        if written:
            parameters["q"] = written
        if order != self.default_sort:
            parameters["sort"] = order
        if self.chosen:
            parameters["columns"] = ",".join(self.chosen)
        if after:
            parameters["after"] = after
        return f"{self.path}?{urlencode(parameters, safe=':,')}" if parameters else self.path

    def sort_href(self, column: Column) -> str:
        """Where a click on the column's head leads: upwards first, downwards next."""
        return self.href(sort=f"-{column.key}" if self.sort == column.key else column.key)

    def direction(self, column: Column) -> str | None:
        """The value of `aria-sort`, or None where the list is not sorted by this column."""
        if self.sort.removeprefix("-") != column.key:
            return None
        return "descending" if self.sort.startswith("-") else "ascending"

    def has_column(self, column: Column) -> bool:
        """Whether the column is shown."""
        return column in self.columns

    def column_href(self, column: Column) -> str:
        """The address with the column added at its end, or taken away where it is shown."""
        keys = tuple(one.key for one in self.columns if one != column)
        return replace(self, chosen=keys if column in self.columns else (*keys, column.key)).href()

    def default_columns_href(self) -> str:
        """The address without a choice of columns."""
        return replace(self, chosen=()).href()

    def toggle_href(self, key: str, value: str) -> str:
        """The address with the filter added, or taken away where it is on."""
        return self.href(query=self.query.toggled(Token(key, value)))

    def clear_href(self, key: str) -> str:
        """The address without any filter of this key."""
        return self.href(query=self.query.without(key))

    def is_on(self, key: str, value: str) -> bool:
        """Whether the list is filtered by this value."""
        return Token(key, value) in self.query.tokens


def _chosen(written: str, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns that the address names, without those there are not; the first of the list is always there."""
    known = {column.key for column in columns}
    named = [key for key in written.split(",") if key in known]
    return tuple(dict.fromkeys((columns[0].key, *named))) if named else ()


def encode_cursor(values: Mapping[str, str | int | float | None]) -> str:
    """The sort keys of a page's last row as one opaque word for the address."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> dict[str, str | int | float | None]:
    """The sort keys that `encode_cursor` was given.

    Raises:
        InvalidFilter: the word is no cursor of ours.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise InvalidFilter("The cursor after= is damaged; go back to the first page.") from error
    if not isinstance(values, dict):
        raise InvalidFilter("The cursor after= is damaged; go back to the first page.")
    return values


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r"\s", value) or value.startswith("//") or not value else value
