"""Lists over REST: items, and a cursor to the next page, also as a Link header. Source: RFC 8288."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

from homeport.kernel.base.errors import no_cursor

ItemT = TypeVar("ItemT")
RowT = TypeVar("RowT")

_MOST_DIGITS = 10

Limit = Annotated[int, Query(ge=1, le=500, description="How many items at most.")]
After = Annotated[str | None, Query(description="The `after` of the page before.")]


class Paged(BaseModel, Generic[ItemT]):
    """A page of items; `after` is null on the last one."""

    items: list[ItemT]
    after: str | None = None


def link_next(request: Request, response: Response, after: str | None) -> None:
    """Add the Link header that leads to the next page, if there is one."""
    if after is not None:
        following = request.url.include_query_params(after=after)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'


def offset_of(after: str | None) -> int:
    """Return how many items the pages before had, where the cursor says just that.

    Raises:
        InvalidFilter: no page gave that cursor.
    """
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) < _MOST_DIGITS):
        raise no_cursor(after)
    return int(after)


def page_of(rows: Sequence[RowT], limit: int, after: str | None) -> tuple[Sequence[RowT], str | None]:
    """Return a page of a list so short that it was read whole, and the cursor of the next.

    Raises:
        InvalidFilter: no page gave the cursor `after`.
    """
    end = offset_of(after) + limit
    return rows[end - limit : end], str(end) if end < len(rows) else None
