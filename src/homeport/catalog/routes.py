"""REST endpoints of the catalog, under /api/v1/catalog."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.schemas import (
    AnswerRequest,
    EntityDetail,
    EntityModel,
    Facets,
    FacetValue,
    LocationModel,
)
from homeport.catalog.service import Catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import NotFound
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next, offset_of, page_of

Values = Annotated[list[str], Query(default_factory=list)]


def routes(services: Services, catalog: Catalog) -> APIRouter:
    """The endpoints."""
    router = APIRouter(prefix="/catalog", tags=["catalog"])
    database = services.database

    @router.get("/entities", summary="List entities")
    def list_entities(
        request: Request,
        response: Response,
        kind: Values,
        type: Values,  # noqa: A002 - the word of the field
        owner: Values,
        system: Values,
        lifecycle: Values,
        language: Values,
        origin: Values,
        text: str = "",
        stale: Annotated[
            bool, Query(description="Only those that may be old: what they come from can't be read.")
        ] = False,
        sort: str = "name",
        descending: bool = False,
        limit: Limit = 100,
        after: After = None,
    ) -> Paged[EntityModel]:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        facets = {
            "kind": kind,
            "type": type,
            "owner": owner,
            "system": system,
            "lifecycle": lifecycle,
            "language": language,
            "origin": origin,
        }
        query = repository.Query(facets, text, is_stale=stale, sort=sort, descending=descending)
        with database.reading() as session:
            page = repository.list_entities(session, actor, query, limit, offset_of(after))
        following = None if page.next_offset is None else str(page.next_offset)
        link_next(request, response, following)
        return Paged(items=[EntityModel.of(row) for row in page.entities], after=following)

    @router.get("/facets/{facet}", summary="Count entities by the values of a facet")
    def count_facet(request: Request, facet: str) -> Facets:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with database.reading() as session:
            counts = repository.facet_counts(session, actor, repository.Query(), facet)
        return Facets(items=[FacetValue(value=value, count=count) for value, count in counts])

    @router.get("/entities/{kind}/{namespace}/{name}", summary="Show an entity", responses=TAGGED)
    def show_entity(request: Request, response: Response, kind: str, namespace: str, name: str) -> EntityDetail:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        ref = EntityRef.parse(f"{kind}:{namespace}/{name}")
        with database.reading() as session:
            return tagged(response, _detail(session, actor, ref))

    @router.post("/entities/{kind}/{namespace}/{name}/answers", summary="Confirm or refuse the value of a field")
    def answer(
        request: Request,
        response: Response,
        kind: str,
        namespace: str,
        name: str,
        asked: AnswerRequest,
        if_match: IfMatch = None,
    ) -> EntityDetail:
        actor, ref = actor_of(request), EntityRef.parse(f"{kind}:{namespace}/{name}")
        with database.writing() as session:
            check_match(if_match, lambda: _detail(session, actor, ref))
            row = catalog.answer(session, actor, ref, asked.path, asked.value, asked.verdict)
            return kept(request, response, session, EntityDetail.load(session, row))

    @router.get("/locations", summary="List what is discovered")
    def list_locations(
        request: Request, response: Response, limit: Limit = 100, after: After = None
    ) -> Paged[LocationModel]:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with database.reading() as session:
            rows, following = page_of(origins.list_locations(session, actor), limit, after)
        link_next(request, response, following)
        return Paged(items=[LocationModel.model_validate(row) for row in rows], after=following)

    return router


def _detail(session: Session, actor: Actor, ref: EntityRef) -> EntityDetail:
    row = repository.find_entity(session, actor, ref)
    if row is None:
        raise NotFound(f"There is no entity {ref}.")
    return EntityDetail.load(session, row)
