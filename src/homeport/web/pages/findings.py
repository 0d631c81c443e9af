"""The list of findings, one by one, and the same as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, Order, State, Wanted
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may
from homeport.kernel.trust.identity import Actor
from homeport.web.finding_export import exported, words_for
from homeport.web.identify import actor_of
from homeport.web.pages.finding_facts import FindingFacts
from homeport.web.pages.findings_asked import Asked
from homeport.web.pages.findings_facets import facet_counts, facets_of
from homeport.web.pages.ownership import Ownership
from homeport.web.pages.style import render
from homeport.web.tables import Column, Page, Table
from homeport.web.views import menu_of

_PATH = "/findings"
_PAGE_ROWS = 50
SUPPRESSION_DAYS = (7, 14, 30, 90, 180, 365)
"""For how long a finding can be accepted."""

_FILTERS = ("severity", "rule", "owner", "entity", "state", "source", "due", "age")
_FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "sarif": "application/sarif+json"}
_COLUMNS = (
    Column("severity", "pages-finding-severity", is_sortable=True),
    Column("finding", "pages-finding"),
    Column("entity", "pages-finding-entity"),
    Column("owner", "pages-finding-owner"),
    Column("seen", "pages-finding-first-seen", is_sortable=True),
    Column("due", "pages-finding-due", is_sortable=True),
)


def add(router: APIRouter, services: Services, ownership: Ownership) -> None:
    """Add the routes of the lists."""

    @router.get(_PATH)
    def list_page(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        table = _table(request)
        with services.database.reading() as session:
            context = _listed(Asked(session, actor, ownership, table.query, now), table)
        return render(request, "pages/findings.html", fragment="results", table=table, **context)

    @router.get("/findings/export/{form}")
    def export(request: Request, form: str) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        if form not in _FORMATS:
            raise NotFound(f"Findings can't be had as {form!r}; there are {', '.join(_FORMATS)}.")
        table = _table(request)
        with services.database.reading() as session:
            wanted = Asked(session, actor, ownership, table.query, now).wanted()
            content = exported(session, ownership, actor, wanted, now, Order(table.sort), form, words_for(request))
        headers = {
            "Content-Disposition": f'attachment; filename="findings.{form}"',
            "Cache-Control": "private, no-cache",
        }
        return Response(content, media_type=_FORMATS[form], headers=headers)


def _table(request: Request) -> Table:
    return replace(Table.from_request(request, _COLUMNS, _FILTERS, Order.WORST), path=_PATH)


def _listed(asked: Asked, table: Table) -> dict[str, Any]:
    session, actor, now = asked.session, asked.actor, asked.now
    wanted = asked.wanted()
    order = Order(table.sort)
    found = findings.list_findings(session, actor, wanted, now, limit=_PAGE_ROWS, after=table.after, order=order)
    rows = facts_of(session, asked.ownership, actor, found.findings, now)
    by_severity = findings.count_by_severity(session, actor, asked.wanted(without="severity"), now)
    total = sum(count for level, count in by_severity.items() if level in wanted.severities or not wanted.severities)
    return {
        "page": Page(rows, total, found.after),
        "views": menu_of(session, actor, table),
        "pickable": {
            one.row.id for one in rows if one.state is State.OPEN and may(actor, "finding.suppress", one.owner)
        },
        "days": SUPPRESSION_DAYS,
        "by_severity": by_severity,
        "facets": partial(facets_of, facet_counts(asked, by_severity)),
        "open_total": sum(findings.count_by_severity(session, actor, Wanted(), now).values()),
        "has_any": session.scalar(select(Finding.id).limit(1)) is not None,
        "export_href": partial(_export_href, table),
        "is_filtered": bool(table.query.tokens or table.query.text),
    }


def facts_of(
    session: Session, ownership: Ownership, actor: Actor, rows: Sequence[Finding], now: datetime
) -> list[FindingFacts]:
    """Return the findings as lists show them to `actor`, in their order."""
    owner_of = ownership.owners_of(session, {row.entity for row in rows if row.entity})
    owners = [owner_of.get(row.entity) if row.entity else None for row in rows]
    return [
        FindingFacts(row, owner, now, findings.shown_to(actor, row, owner))
        for row, owner in zip(rows, owners, strict=True)
    ]


def _export_href(table: Table, form: str) -> str:
    """The address of all that the list shows, as a file."""
    return replace(table, path=f"{_PATH}/export/{form}", after=None).href()
