"""Search: everything that modules made findable, by kind; and what the palette shows of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.knowledge import search
from homeport.kernel.knowledge.search import Hit
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.style import render

_READ_HITS = 200
_HITS_OF_A_KIND = 6
_PAGE_HITS = 50
_PALETTE_HITS = 8
_MOST_OFFSET = 10_000


def add(router: APIRouter, services: Services) -> None:
    """Add the route of search."""

    @router.get("/search")
    def page(
        request: Request,
        q: Annotated[str, Query(max_length=1000)] = "",
        kind: Annotated[str, Query(max_length=50)] = "",
        after: Annotated[int, Query(ge=0, le=_MOST_OFFSET)] = 0,
    ) -> Response:
        actor, asked = actor_of(request), q.strip()
        authorize(actor, "search")
        with services.database.reading() as session:
            groups, following = _found(session, actor, asked, kind, after)
        palette = [hit for _, hits, _ in groups for hit in hits][:_PALETTE_HITS]
        context: dict[str, Any] = {"q": asked, "kind": kind, "groups": groups, "after": following, "palette": palette}
        return render(request, "pages/search.html", fragment="found", **context)


def _found(
    session: Session, actor: Actor, asked: str, kind: str, after: int
) -> tuple[list[tuple[str, list[Hit], int]], int | None]:
    """The hits by kind, best kind first, with how many there are; of one kind a page, and where the next begins.

    Counts stop at the 200 hits that are read.
    """
    if not asked:
        return [], None
    if kind:
        hits = search.search(session, actor, asked, kinds=[kind], limit=_PAGE_HITS + 1, offset=after)
        has_more = len(hits) > _PAGE_HITS
        shown = hits[:_PAGE_HITS]
        return ([(kind, shown, len(shown))] if shown else []), after + _PAGE_HITS if has_more else None
    by_kind: dict[str, list[Hit]] = {}
    for hit in search.search(session, actor, asked, limit=_READ_HITS):
        by_kind.setdefault(hit.kind, []).append(hit)
    return [(name, hits[:_HITS_OF_A_KIND], len(hits)) for name, hits in by_kind.items()], None
