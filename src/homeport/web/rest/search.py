"""Search over REST."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from homeport.kernel.knowledge import search
from homeport.kernel.knowledge.search import Fragment, Hit
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.web.identify import actor_of
from homeport.web.rest.paging import After, Limit, Paged, link_next, offset_of


class FragmentModel(BaseModel):
    """A piece of a text; `is_match` if it is what was searched for."""

    text: str
    is_match: bool

    @classmethod
    def all(cls, fragments: tuple[Fragment, ...]) -> list[FragmentModel]:
        """The fragments of one text, in order."""
        return [cls(text=one.text, is_match=one.is_match) for one in fragments]


class HitModel(BaseModel):
    """Something that was found; `url` is its page."""

    ref: str
    kind: str
    url: str
    title: list[FragmentModel]
    subtitle: list[FragmentModel]
    excerpt: list[FragmentModel]

    @classmethod
    def of(cls, hit: Hit) -> HitModel:
        """The hit as the wire has it."""
        texts = {name: FragmentModel.all(getattr(hit, name)) for name in ("title", "subtitle", "excerpt")}
        return cls(ref=hit.ref, kind=hit.kind, url=hit.url, **texts)


def routes(services: Services) -> APIRouter:
    """The endpoint /search."""
    router = APIRouter(tags=["search"])

    @router.get("/search", summary="Search everything")
    def find(
        request: Request,
        response: Response,
        q: Annotated[str, Query(min_length=1, max_length=200, description="What to search for.")],
        kind: Annotated[list[str], Query(default_factory=list, description="Only of these kinds.")],
        limit: Limit = 20,
        after: After = None,
    ) -> Paged[HitModel]:
        actor = actor_of(request)
        authorize(actor, "search")
        offset = offset_of(after)
        with services.database.reading() as session:
            hits = search.search(session, actor, q, kinds=kind, limit=limit + 1, offset=offset)
        following = str(offset + limit) if len(hits) > limit else None
        link_next(request, response, following)
        return Paged(items=[HitModel.of(hit) for hit in hits[:limit]], after=following)

    return router
