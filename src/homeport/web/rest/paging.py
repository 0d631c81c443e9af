"""Lists over REST: items, and a cursor to the next page, also as a Link header. Source: RFC 8288."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel

ItemT = TypeVar("ItemT")

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
