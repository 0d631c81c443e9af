"""Saved views over REST: those that one sees, saving one, letting go of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from homeport.kernel.knowledge import views
from homeport.kernel.knowledge.views import MINE, SavedView
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next, page_of
from homeport.web.views import ViewedList, query_of

_LIST = "The list that it is a view of."


class ViewModel(BaseModel):
    """A saved view: `query` is what the address of its list has after the question mark."""

    id: int
    list: ViewedList = Field(description=_LIST)
    name: str
    query: str
    url: str
    audience: str = Field(description="me, everyone or a group, such as group:default/order")
    made_by: str
    created_at: datetime
    may_change: bool = Field(description="whether whoever asks may delete it")

    @classmethod
    def of(cls, row: SavedView, actor: Actor) -> ViewModel:
        """The view as the actor sees it."""
        return cls(
            id=row.id,
            list=ViewedList(row.path),
            name=row.name,
            query=row.query,
            url=row.href,
            audience=row.audience,
            made_by=row.made_by,
            created_at=row.created_at,
            may_change=views.may_change(actor, row),
        )


class ViewRequest(BaseModel):
    """A view to save; of the query, filter, order and columns are kept."""

    model_config = ConfigDict(extra="forbid")

    list: ViewedList = Field(description=_LIST)
    name: str = Field(min_length=1, max_length=views.MOST_LETTERS)
    query: str = Field("", max_length=2_000, examples=["q=kind:api owner:me&sort=-name"])
    audience: str = Field(MINE, description="me, everyone or a group; tokens have no views of their own")


def routes(services: Services) -> APIRouter:
    """The endpoints under /views."""
    router = APIRouter(prefix="/views", tags=["views"])
    database, clock = services.database, services.clock

    @router.get("", summary="List saved views")
    def list_views(
        request: Request,
        response: Response,
        of: Annotated[ViewedList | None, Query(alias="list", description="Only of this list.")] = None,
        limit: Limit = 100,
        after: After = None,
    ) -> Paged[ViewModel]:
        actor = actor_of(request)
        authorize(actor, "view.save")
        with database.reading() as session:
            rows, following = page_of(views.list_views(session, actor, of), limit, after)
        link_next(request, response, following)
        return Paged(items=[ViewModel.of(row, actor) for row in rows], after=following)

    @router.post("", status_code=201, summary="Save a view")
    def save_view(request: Request, response: Response, asked: ViewRequest) -> ViewModel:
        actor, query = actor_of(request), query_of(asked.query)
        with database.writing() as session:
            row = views.save_view(session, actor, asked.list, asked.name, query, asked.audience, clock())
            return kept(request, response, session, ViewModel.of(row, actor))

    @router.get("/{view_id}", summary="Show a saved view", responses=TAGGED)
    def show_view(request: Request, response: Response, view_id: int) -> ViewModel:
        actor = actor_of(request)
        authorize(actor, "view.save")
        with database.reading() as session:
            return tagged(response, ViewModel.of(views.get_view(session, actor, view_id), actor))

    @router.delete("/{view_id}", status_code=204, summary="Delete a saved view")
    def delete_view(request: Request, view_id: int, if_match: IfMatch = None) -> Response:
        actor = actor_of(request)
        with database.writing() as session:
            check_match(if_match, lambda: ViewModel.of(views.get_view(session, actor, view_id), actor))
            views.delete_view(session, actor, view_id, clock())
        return Response(status_code=204)

    return router
