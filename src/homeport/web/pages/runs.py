"""The list of runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages import run_queries
from homeport.web.pages.run_facts import RunFacts, key_of
from homeport.web.pages.run_queries import WantedRuns
from homeport.web.pages.style import render
from homeport.web.tables import Column, Facet, FacetValue, Page, Table

_PAGE_ROWS = 50
_FACETS = {"state": "pages-run-state", "procedure": "pages-run-procedure", "by": "pages-run-by"}
_NEWEST = "-started"
_COLUMNS = (
    Column("run", "pages-run"),
    Column("state", "pages-run-state"),
    Column("targets", "pages-run-targets"),
    Column("by", "pages-run-by"),
    Column("started", "pages-run-asked", is_sortable=True),
    Column("duration", "pages-run-duration", is_number=True),
)

Words = Callable[..., str]
Facets = dict[str, list[tuple[str, int]]]


def add(router: APIRouter, services: Services) -> None:
    """Add the route of the list."""

    @router.get("/runs")
    def list_page(request: Request) -> Response:
        actor = actor_of(request)
        authorize(actor, "run.read")
        table = Table.from_request(request, _COLUMNS, _FACETS, _NEWEST)
        wanted = WantedRuns({facet: table.query.values(facet) for facet in _FACETS}, table.query.text)
        with services.database.reading() as session:
            page = _page(session, services, actor, table, wanted)
            counts = {facet: run_queries.facet_counts(session, actor, wanted, facet) for facet in _FACETS}
        has_any = bool(page.total or table.query.tokens or table.query.text)
        facets = partial(_facets, counts)
        return render(
            request, "pages/runs.html", fragment="results", table=table, page=page, facets=facets, has_any=has_any
        )


def _page(session: Session, services: Services, actor: Actor, table: Table, wanted: WantedRuns) -> Page[RunFacts]:
    is_oldest_first = table.sort != _NEWEST
    found = run_queries.list_runs(session, actor, wanted, _PAGE_ROWS, table.after, is_oldest_first=is_oldest_first)
    counts = run_queries.target_counts(session, [row.id for row in found.rows])
    now = services.clock()
    return Page([RunFacts(row, counts.get(row.id, {}), now) for row in found.rows], found.total, found.after)


def _facets(counts: Facets, t: Words, is_known: Callable[[str], bool]) -> list[Facet]:
    """The filters of the list in the reader's words."""

    def label(facet: str, value: str) -> str:
        key = {"state": f"pages-state-{value}", "procedure": key_of(value)}.get(facet, "")
        return t(key) if is_known(key) else value

    return [
        Facet(facet, name, [FacetValue(value, label(facet, value), count) for value, count in counts[facet]])
        for facet, name in _FACETS.items()
    ]
