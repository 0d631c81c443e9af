"""The page of an entity, tab by tab; each tab loads only what it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.models import EntityRow
from homeport.catalog.pages import activity, ancestry, definitions, documents, listing, walk
from homeport.catalog.pages.facts import Fact, facts_of
from homeport.catalog.pages.links import EntityLink, link_to, url_of
from homeport.catalog.pages.style import render
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Severity, Wanted
from homeport.kernel.module import Services
from homeport.kernel.trust.access import WhoMay, authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.finding_facts import readable
from homeport.web.tables import Column

_MOST_ROWS = 100
_MOST_FINDINGS = 100
_SMALL_GRAPH = 10
_NO_GRAPH = {"location"}
_TABLES = ("ownerOf", "hasPart", "hasMember")
"""Relations that are shown as tables of entities of their own."""

_ORDER = (
    "providesApi",
    "consumesApi",
    "dependsOn",
    "apiProvidedBy",
    "apiConsumedBy",
    "dependencyOf",
    "partOf",
    "childOf",
    "parentOf",
    "memberOf",
)
"""The other relations in the order they are listed; whose it is and its system are said elsewhere on the page."""

_ENTITY_COLUMNS = (
    Column("name", "catalog-column-name"),
    Column("kind", "catalog-column-kind"),
    Column("type", "catalog-column-type"),
    Column("findings", "catalog-column-findings"),
)
_ITEM_FIELDS = {"dependsOn": "spec.dependsOn", "providesApi": "spec.providesApis", "consumesApi": "spec.consumesApis"}
"""Where a document states a relation item by item, so that each has a source of its own."""


@dataclass(frozen=True, slots=True)
class Head:
    """What every tab shows of the entity: `counts` are the tabs that have something, with how much."""

    row: EntityRow
    ref: EntityRef
    url: str
    owner: EntityLink | None
    system: EntityLink | None
    tabs: Mapping[str, int | None]
    may_answer: bool
    who_may_answer: WhoMay
    findings: Mapping[Severity, int]
    stale: origins.Staleness | None


@dataclass(frozen=True, slots=True)
class Visit:
    """What a tab is loaded with."""

    session: Session
    actor: Actor
    head: Head
    now: datetime
    request: Request


@dataclass(frozen=True, slots=True)
class Related:
    """A relation of the entity to another: `fact` is the field that says so, where this entity's document does."""

    relation: str
    link: EntityLink
    entity: EntityRow | None
    owner: EntityLink | None
    fact: Fact | None


@dataclass(frozen=True, slots=True)
class Group:
    """Entities that stand in one relation to this one, as a table; `total` may be more than are shown."""

    relation: str
    rows: Sequence[listing.Listed]
    total: int
    more_href: str


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of entity pages; they match most of what lies below /catalog, so they come last."""

    @router.get("/{kind}")
    def list_kind(request: Request, kind: str) -> Response:
        actor_of(request)
        return RedirectResponse(f"/catalog?q=kind:{kind}" if kind.isidentifier() else "/catalog", status_code=303)

    @router.get("/{kind}/{name}")
    def short(request: Request, kind: str, name: str, tab: str = "overview") -> Response:
        return _page(request, services, EntityRef.parse(f"{kind}:{name}"), tab)

    @router.get("/{kind}/{namespace}/{name}")
    def full(request: Request, kind: str, namespace: str, name: str, tab: str = "overview") -> Response:
        return _page(request, services, EntityRef.parse(f"{kind}:{namespace}/{name}"), tab)

    @router.get("/{kind}/{namespace}/{name}/definition")
    def definition(request: Request, kind: str, namespace: str, name: str) -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with services.database.reading() as session:
            row = _get(session, actor, EntityRef.parse(f"{kind}:{namespace}/{name}"))
        return PlainTextResponse(definitions.text_of(row.document), headers={"Content-Disposition": "inline"})


def _page(request: Request, services: Services, ref: EntityRef, tab: str) -> Response:
    actor = actor_of(request)
    authorize(actor, "catalog.read")
    now = services.clock()
    with services.database.reading() as session:
        if repository.find_entity(session, actor, ref) is None:
            return _missing(request, session, actor, ref, now)
        head = _head(session, actor, ref, now)
        shown = tab if tab in head.tabs else "overview"
        context = _LOADERS[shown](Visit(session, actor, head, now, request))
    context |= {"may_discover": may(actor, "catalog.discover"), "who_may_discover": who_may("catalog.discover")}
    response = render(request, f"catalog/entity/{shown}.html", head=head, tab=shown, **context)
    response.headers["Link"] = f'<{request.base_url.replace(path=head.url)}>; rel="canonical"'
    return response


def _missing(request: Request, session: Session, actor: Actor, ref: EntityRef, now: datetime) -> Response:
    """What is known of something that is not in the catalog: the findings that say why it was left out.

    Raises:
        NotFound: nothing is known of it.
    """
    page = findings.list_findings(session, actor, Wanted(entities=[ref]), now, limit=_MOST_FINDINGS)
    if not page.findings:
        raise NotFound(f"There is no entity {ref} in the catalog.")
    context = {"ref": ref, "found": page.findings, "readable": readable, "public": findings.without_proof}
    return render(request, "catalog/entity/missing.html", status_code=404, **context)


def _get(session: Session, actor: Actor, ref: EntityRef) -> EntityRow:
    row = repository.find_entity(session, actor, ref)
    if row is None:
        raise NotFound(f"There is no entity {ref} in the catalog.")
    return row


def _head(session: Session, actor: Actor, ref: EntityRef, now: datetime) -> Head:
    row = _get(session, actor, ref)
    owner = EntityRef.parse(row.owner) if row.owner else None
    counts = repository.open_findings(session, actor, [row.ref], now).get(row.ref, {})
    known = repository.find_entities(session, actor, filter(None, (row.owner, row.system)))
    tabs: dict[str, int | None] = {"overview": None}
    if ref.kind not in _NO_GRAPH and walk.types_at(session, ref):
        tabs["dependencies"] = walk.count_neighbours(session, ref) or None
    if definitions.text_of(row.document):
        tabs["api"] = None
    if counts:
        tabs["findings"] = sum(counts.values())
    tabs |= {"activity": None, "yaml": None}
    return Head(
        row=row,
        ref=ref,
        url=url_of(ref),
        owner=link_to(row.owner, is_known=row.owner in known),
        system=link_to(row.system, is_known=row.system in known),
        tabs=tabs,
        may_answer=may(actor, "catalog.confirm", owner),
        who_may_answer=who_may("catalog.confirm", owner),
        findings=counts,
        stale=origins.staleness_of(session, row),
    )


def _overview(visit: Visit) -> dict[str, Any]:
    session, actor, row = visit.session, visit.actor, visit.head.row
    answers = repository.answers_by_ref(session, [row.ref]).get(row.ref, [])
    facts = facts_of(row, repository.fields_of(session, row), answers)
    related, groups = _relations(visit, facts)
    asked = [fact for fact in facts.values() if fact.is_asked or (fact.is_owner and fact.chosen is None)]
    stated = {one.fact.path for ones in related.values() for one in ones if one.fact}
    return {
        "facts": [fact for path, fact in facts.items() if path not in stated],
        "questions": asked,
        "teams": _teams(session, actor) if visit.head.ref.kind not in ("group", "user", "location") else [],
        "related": related,
        "groups": groups,
        "entity_columns": _ENTITY_COLUMNS,
        "links": documents.links_of(row.document),
        "ancestry": ancestry.ancestry_of(session, actor, row),
        "graph": None if groups else _small_graph(visit),
        "picture": partial(walk.picture, most=_SMALL_GRAPH),
    }


def _small_graph(visit: Visit) -> walk.Neighbourhood | None:
    """What lies one step around; None where there is nothing."""
    ref = visit.head.ref
    graph = walk.neighbourhood(visit.session, visit.actor, ref, 1, walk.usual_types(ref.kind))
    return graph if graph.edges else None


def _relations(visit: Visit, facts: Mapping[str, Fact]) -> tuple[dict[str, list[Related]], list[Group]]:
    told = repository.relations_of(visit.session, [visit.head.row.ref])
    entities = repository.find_entities(visit.session, visit.actor, {target for _, _, target in told})
    related = {relation: _of_relation(relation, visit.head, told, entities, facts) for relation in _ORDER}
    groups = [_group(visit, relation, told, entities) for relation in _TABLES]
    return {relation: ones for relation, ones in related.items() if ones}, [group for group in groups if group.rows]


def _of_relation(
    relation: str,
    head: Head,
    told: Sequence[tuple[str, str, str]],
    entities: Mapping[str, EntityRow],
    facts: Mapping[str, Fact],
) -> list[Related]:
    targets = (target for _, kind, target in told if kind == relation and target != head.row.system)
    found = (_related(relation, target, entities, facts) for target in targets)
    return [one for one in found if one is not None]


def _group(
    visit: Visit, relation: str, told: Sequence[tuple[str, str, str]], entities: Mapping[str, EntityRow]
) -> Group:
    rows = [entities[target] for _, kind, target in told if kind == relation and target in entities]
    rows.sort(key=lambda row: (listing.place_of(row.kind.lower()), row.sort_name))
    shown = listing.listed(visit.session, visit.actor, rows[:_MOST_ROWS], visit.now) if rows else []
    return Group(relation, shown, len(rows), _more_href(visit.head.ref, relation))


def _related(
    relation: str, target: str, entities: Mapping[str, EntityRow], facts: Mapping[str, Fact]
) -> Related | None:
    link, entity = link_to(target, is_known=target in entities), entities.get(target)
    if link is None:
        return None
    fact = facts.get(f"{_ITEM_FIELDS[relation]}[{target}]") if relation in _ITEM_FIELDS else None
    link = replace(link, name=entity.name) if entity else link
    return Related(relation, link, entity, link_to(entity.owner) if entity else None, fact)


def _more_href(ref: EntityRef, relation: str) -> str:
    facet = {"ownerOf": "owner", "hasPart": "system"}.get(relation)
    return f"/catalog?q={facet}:{listing.short_filter(facet, str(ref))}" if facet else ""


def _teams(session: Session, actor: Actor) -> Sequence[EntityRow]:
    """The groups an owner can be chosen from, by name."""
    return repository.list_entities(session, actor, repository.Query({"kind": ["group"]}), limit=500).entities


def _dependencies(visit: Visit) -> dict[str, Any]:
    return walk.context(visit.session, visit.actor, visit.head.ref, visit.request)


def _api(visit: Visit) -> dict[str, Any]:
    row = visit.head.row
    text = definitions.text_of(row.document)
    return {"api": definitions.read(row.type or "", text), "raw": documents.excerpt(text), "api_text": text}


def _findings(visit: Visit) -> dict[str, Any]:
    wanted = Wanted(entities=[visit.head.ref])
    page = findings.list_findings(visit.session, visit.actor, wanted, visit.now, limit=_MOST_FINDINGS)
    return {"found": page.findings, "readable": readable, "public": findings.without_proof}


def _activity(visit: Visit) -> dict[str, Any]:
    return {"items": activity.items_of(visit.session, visit.actor, visit.head.ref, visit.now)}


def _yaml(visit: Visit) -> dict[str, Any]:
    row = visit.head.row
    described = row.text or (documents.as_yaml(row.described["document"]) if row.described else None)
    return {
        "composed": documents.excerpt(documents.as_yaml(row.document)),
        "described": documents.excerpt(described) if described else None,
        "place": {"file": row.file, "line": row.line} if described else None,
        "first_line": (row.line or 1) if row.text else 1,
    }


_LOADERS = {
    "overview": _overview,
    "dependencies": _dependencies,
    "api": _api,
    "findings": _findings,
    "activity": _activity,
    "yaml": _yaml,
}
