"""The list of the catalog: tabs of kinds, filters with counts, sort, pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.models import EntityRow
from homeport.catalog.pages.links import EntityLink, link_to, short_of
from homeport.catalog.pages.style import render
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidEntityRef, InvalidFilter, NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Severity, Wanted
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.tables import Column, Facet, FacetValue, Page, Query, Table, Token
from homeport.web.views import menu_of

PAGE_SIZE = 50
_MOST_VALUES = 15
"""A menu of more is no help any more; the rest has a page of its own."""
_MOST_LISTED = 1_000
_PATH = "/catalog"
_ANY = "any"
_ME = "me"
_DEFAULT = Query((Token("kind", "component"),))
_FILTERS = {*repository.FACETS, "is", "location"}
_FACETS = ("type", "owner", "system", "lifecycle", "language", "origin")
_REFERENCES = {"owner": "group", "system": "system"}
"""Facets whose values are references, and the kind that needs not be written."""

KINDS = ("component", "api", "resource", "system", "domain", "group", "user", "template", "location")
"""The order of the tabs; other kinds come after these."""

_OWNABLE = ("component", "api", "resource", "system", "domain", "template")

_COLUMNS = (
    Column("name", "catalog-column-name", is_sortable=True),
    Column("kind", "catalog-column-kind", is_sortable=True),
    Column("type", "catalog-column-type", is_sortable=True),
    Column("owner", "catalog-column-owner", is_sortable=True),
    Column("system", "catalog-column-system", is_sortable=True),
    Column("lifecycle", "catalog-column-lifecycle", is_sortable=True),
    Column("language", "catalog-column-language"),
    Column("confidence", "catalog-column-source", is_sortable=True),
    Column("findings", "catalog-column-findings"),
)
_PEOPLE_COLUMNS = ("name", "type", "confidence", "findings")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list of entities."""

    entity: EntityRow
    link: EntityLink
    owner: EntityLink | None
    system: EntityLink | None
    findings: Mapping[Severity, int]
    is_stale: bool = False


Words = Callable[..., str]
"""The words of the reader's language: `t(key, …)` of templates."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers above the list; `owned` is the share of what can have an owner, `severe` are critical and high."""

    entities: int
    kinds: int
    owned: float
    unowned: int
    to_confirm: int
    open_findings: int
    severe: int

    @property
    def unowned_href(self) -> str:
        """The list of what could have an owner and has none."""
        kinds = "+".join(f"kind:{kind}" for kind in _OWNABLE)
        return f"{_PATH}?q={kinds}+owner:{repository.NOBODY}"


@dataclass(frozen=True, slots=True)
class EntityTable(Table):
    """The catalog's list: without a query it shows components, with an empty one everything."""

    def href(self, query: Query | None = None, sort: str | None = None, after: str | None = None) -> str:
        """The address of this list; an empty query is written, for none means components."""
        address = Table.href(self, query, sort, after)
        if str(self.query if query is None else query):
            return address
        return f"{address}{'&' if '?' in address else '?'}q="


def add(router: APIRouter, services: Services) -> None:
    """Add the list's routes."""

    @router.get("")
    def list_page(request: Request) -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        table, complaint = _table(request)
        with services.database.reading() as session:
            now = services.clock()
            query = _question(table, actor)
            page = _page(session, actor, query, table.after, now)
            counts = repository.all_facet_counts(session, actor, query, ("kind", *_FACETS))
            totals = _totals(session, actor, now)
            return render(
                request,
                "catalog/list.html",
                fragment="results",
                table=replace(table, columns=_columns(table)),
                all_columns=_COLUMNS,
                views=menu_of(session, actor, table),
                page=page,
                tabs=_tabs(table, counts["kind"]),
                facets=_facets(table, counts, actor, _MOST_VALUES),
                totals=totals,
                complaint=complaint,
                can_discover=may(actor, "catalog.discover"),
                who_may_discover=who_may("catalog.discover"),
            )

    @router.get("/values/{facet}")
    def values_page(request: Request, facet: str, find: str = "") -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        if facet not in _FACETS:
            raise NotFound(f"{facet!r} is no filter of the catalog; there are {', '.join(_FACETS)}.")
        table, _ = _table(request)
        with services.database.reading() as session:
            found = repository.facet_counts(session, actor, _question(table, actor), facet)
        counts = [(value, count) for value, count in found if find.lower() in (value or "").lower()]
        facets = _facets(table, {facet: counts[:_MOST_LISTED]}, actor, None)
        return render(
            request, "catalog/values.html", table=table, facets=facets, label=_label_of(facet), find=find, key=facet
        )


def listed(session: Session, actor: Actor, rows: Sequence[EntityRow], now: datetime) -> list[Listed]:
    """Rows for a table of entities, with what they are linked to and their open findings."""
    found = repository.open_findings(session, actor, [row.ref for row in rows], now)
    stale = origins.stale_refs(session, rows)
    return [
        Listed(row, _link(row), link_to(row.owner), link_to(row.system), found.get(row.ref, {}), row.ref in stale)
        for row in rows
    ]


def short_filter(facet: str, value: str) -> str:
    """A filter's value as addresses have it: references lose what goes without saying."""
    if facet not in _REFERENCES or value in (_ME, repository.NOBODY):
        return value
    try:
        return short_of(EntityRef.parse(value, _REFERENCES[facet]), _REFERENCES[facet])
    except InvalidEntityRef:
        return value


def _table(request: Request) -> tuple[EntityTable, str]:
    """The list as the address asks for it, and what is wrong with the address."""
    try:
        table = EntityTable.from_request(request, _COLUMNS, _FILTERS, "name")
    except InvalidFilter as error:
        return EntityTable(_PATH, _COLUMNS, _DEFAULT, "name", "name"), error.message
    if "q" not in request.query_params:
        return replace(table, query=_DEFAULT), ""
    tokens = (Token(token.key, short_filter(token.key, token.value)) for token in table.query.tokens)
    kept = tuple(dict.fromkeys(token for token in tokens if token != Token("kind", _ANY)))
    return replace(table, query=Query(kept, table.query.text)), ""


def _question(table: Table, actor: Actor) -> repository.Query:
    facets = {facet: _values(facet, table.query.values(facet), actor) for facet in repository.FACETS}
    return repository.Query(
        {facet: values for facet, values in facets.items() if values},
        table.query.text,
        has_questions="asked" in table.query.values("is"),
        is_stale="stale" in table.query.values("is"),
        location_id=_number(table.query.values("location")),
        sort=table.sort.removeprefix("-"),
        descending=table.sort.startswith("-"),
    )


def _values(facet: str, written: Sequence[str], actor: Actor) -> list[str]:
    values: list[str] = []
    for value in written:
        if facet == "owner" and value == _ME:
            values += mine(actor) or ["nobody at all"]
        else:
            values.append(_full(facet, value))
    return values


def mine(actor: Actor) -> list[str]:
    """The references under which the actor owns things."""
    own = [actor.entity] if actor.entity else []
    return [str(ref) for ref in (*sorted(actor.groups), *own)]


def _full(facet: str, value: str) -> str:
    if facet not in _REFERENCES or value == repository.NOBODY:
        return value
    try:
        return str(EntityRef.parse(value, _REFERENCES[facet]))
    except InvalidEntityRef:
        return value


def _page(session: Session, actor: Actor, query: repository.Query, after: str | None, now: datetime) -> Page[Listed]:
    found = repository.list_entities(session, actor, query, PAGE_SIZE, _offset(after))
    following = None if found.next_offset is None else str(found.next_offset)
    return Page(listed(session, actor, found.entities, now), found.total, following)


def _offset(after: str | None) -> int:
    return _whole(after or "") or 0


def _number(written: Sequence[str]) -> int | None:
    """The number of the location that the list is narrowed to; 0, which none has, for what is no number."""
    return (_whole(written[-1]) or 0) if written else None


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _link(row: EntityRow) -> EntityLink:
    link = link_to(row.ref)
    assert link is not None
    return replace(link, name=row.name)


def _columns(table: Table) -> Sequence[Column]:
    """The columns that tell rows apart: no kind where all are of one, no language where they are of several."""
    if table.chosen:
        by_key = {column.key: column for column in _COLUMNS}
        return [by_key[key] for key in table.chosen]
    kinds = table.query.values("kind")
    if kinds in (["group"], ["user"]):
        return [column for column in _COLUMNS if column.key in _PEOPLE_COLUMNS]
    needless = "kind" if len(kinds) == 1 else "language"
    return [column for column in _COLUMNS if column.key != needless]


def _tabs(
    table: Table, counts: Sequence[tuple[str | None, int]]
) -> Callable[[Words], list[tuple[str, str, int, bool]]]:
    """The kinds to look at, as `ui.tabs` takes them: word, address, count under the other filters, is it shown."""
    by_kind = {kind: count for kind, count in counts if kind}
    chosen, others = table.query.values("kind"), table.query.without("kind")
    shown = sorted({*by_kind, *chosen}, key=lambda kind: (place_of(kind), kind))

    def tab(kind: str, t: Words) -> tuple[str, str, int, bool]:
        href = table.href(query=Query((Token("kind", kind), *others.tokens), others.text))
        return kind_word(kind, t), href, by_kind.get(kind, 0), chosen == [kind]

    def tabs(t: Words) -> list[tuple[str, str, int, bool]]:
        everything = (t("catalog-kinds-all"), table.href(query=others), sum(by_kind.values()), not chosen)
        return [*(tab(kind, t) for kind in shown), everything]

    return tabs


def place_of(kind: str) -> int:
    """Where a kind stands among the others."""
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def kind_word(kind: str, t: Words) -> str:
    """The word for all entities of a kind, the kind itself where it is none of ours."""
    return t(f"catalog-kinds-{kind}") if kind in KINDS else kind


def _facets(
    table: Table, counts: Mapping[str, Sequence[tuple[str | None, int]]], actor: Actor, most: int | None
) -> Callable[[Words], list[Facet]]:
    """The filters that leave a choice, to be called with the words of the reader's language; `most` values of each."""

    def facets(t: Words) -> list[Facet]:
        found = []
        for facet in (one for one in _FACETS if one in counts):
            shown = _shown(counts[facet], most, _values(facet, table.query.values(facet), actor))
            values = [_facet_value(facet, value, count, t) for value, count in shown]
            if facet == "owner":
                values = [*_owned_by_me(counts["owner"], actor, t), *values]
            if len(values) > 1 or table.query.values(facet):
                is_cut = len(shown) < len(counts[facet])
                more_href = table.href().replace(_PATH, f"{_PATH}/values/{facet}", 1) if is_cut else ""
                found.append(Facet(facet, _label_of(facet), values, len(counts[facet]), more_href))
        return found

    return facets


def _shown(
    counts: Sequence[tuple[str | None, int]], most: int | None, chosen: Sequence[str]
) -> Sequence[tuple[str | None, int]]:
    """The most frequent values, and those that are chosen; one more than `most` is no reason to leave it out."""
    if most is None or len(counts) <= most + 1:
        return counts
    return [pair for place, pair in enumerate(counts) if place < most or pair[0] in chosen]


def _label_of(facet: str) -> str:
    return f"catalog-column-{'source' if facet == 'origin' else facet}"


def _facet_value(facet: str, value: str | None, count: int, t: Words) -> FacetValue:
    if value is None:
        return FacetValue(repository.NOBODY, t("catalog-facet-none"), count)
    short = short_filter(facet, value)
    return FacetValue(short, t(f"catalog-origin-{value}") if facet == "origin" else short, count)


def _owned_by_me(counts: Sequence[tuple[str | None, int]], actor: Actor, t: Words) -> list[FacetValue]:
    owners = mine(actor)
    if not owners:
        return []
    return [FacetValue(_ME, t("catalog-facet-me"), sum(count for owner, count in counts if owner in owners))]


def _totals(session: Session, actor: Actor, now: datetime) -> Totals:
    by_kind = repository.count_by_kind(session, actor)
    ownable = sum(by_kind.get(kind, 0) for kind in _OWNABLE)
    unowned = repository.Query({"kind": _OWNABLE, "owner": [repository.NOBODY]})
    without = repository.count_where(session, actor, unowned) if ownable else 0
    found = findings.count_by_severity(session, actor, Wanted(), now)
    return Totals(
        entities=sum(by_kind.values()),
        kinds=len(by_kind),
        owned=(ownable - without) / ownable if ownable else 0.0,
        unowned=without,
        to_confirm=repository.count_where(session, actor, repository.Query(has_questions=True)),
        open_findings=sum(found.values()),
        severe=found[Severity.CRITICAL] + found[Severity.HIGH],
    )
