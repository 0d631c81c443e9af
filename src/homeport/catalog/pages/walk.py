"""The graph of relations around an entity, which one can walk."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.domain.relations import COUNTERPARTS, PAIRS
from homeport.catalog.models import EntityRow
from homeport.catalog.pages.links import EntityLink, link_to, short_of, url_of
from homeport.catalog.pages.style import render
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidEntityRef
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor
from homeport.web.graph import MOST_NODES, Edge, Graph, Node, draw, fold
from homeport.web.identify import actor_of
from homeport.web.tables import Column

Words = Callable[..., str]

TYPES = ("dependsOn", "providesApi", "consumesApi", "partOf", "ownedBy", "parentOf", "memberOf")
"""What the picture can be narrowed to: every relation as it points forth, those of software first."""

assert set(TYPES) == set(PAIRS)

ALL = "all"
_NONE = "none"
_DEPENDENCIES = frozenset({"dependsOn", "providesApi", "consumesApi"})
_USUAL = {
    "system": frozenset({"partOf"}),
    "domain": frozenset({"partOf"}),
    "group": frozenset({"ownedBy", "parentOf", "memberOf"}),
    "user": frozenset({"ownedBy", "memberOf"}),
}

DEPTHS = (1, 2, 3)
_DEFAULT_DEPTH = 2
_MOST_FOUND = 150
"""The picture shows 30; the table beside it shows all that were found up to here."""

_COLUMNS = (
    Column("source", "web-graph-from"),
    Column("relation", "web-graph-relation"),
    Column("target", "web-graph-to"),
)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What lies around an entity: edges point forth (source, relation, target); `is_cut` if there was too much."""

    focus: EntityRef
    entities: Mapping[str, EntityRow]
    refs: Sequence[str]
    edges: Sequence[tuple[str, str, str]]
    is_cut: bool

    def link(self, ref: str) -> EntityLink | None:
        """The link to an entity of the table."""
        row, link = self.entities.get(ref), link_to(ref, is_known=ref in self.entities)
        return replace(link, name=row.name) if link and row else link


def add(router: APIRouter, services: Services) -> None:
    """Add the graph's route."""

    @router.get("/graph")
    def graph(request: Request, ref: str = "") -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with services.database.reading() as session:
            focus = _focus(session, actor, ref)
            shown = context(session, actor, focus, request) if focus else {}
        return render(request, "catalog/graph.html", focus=focus, focus_url=url_of(focus) if focus else "", **shown)


def context(session: Session, actor: Actor, ref: EntityRef, request: Request) -> dict[str, Any]:
    """What the template of a graph shows, as the address asks for it."""
    depth = _depth(request.query_params.get("depth", ""))
    here = types_at(session, ref)
    types = _types(request.query_params.get("relations"), default_types(ref.kind, here))
    return {
        "graph": neighbourhood(session, actor, ref, depth, types),
        "picture": picture,
        "depth": depth,
        "depths": DEPTHS,
        "types": types,
        "walk_on": _walk_on(request),
        "here": here,
        "written": _written(types),
        "toggles": {name: _written(types ^ {name}) for name in TYPES},
        "edge_columns": _COLUMNS,
    }


def default_types(kind: str, here: Collection[str]) -> frozenset[str]:
    """What the picture shows at first: what breaks what for software, who belongs where for the rest.

    Where the entity has nothing of that, it is whatever it has.
    """
    usual = usual_types(kind)
    return usual if usual.intersection(here) else frozenset(here) or usual


def usual_types(kind: str) -> frozenset[str]:
    """What matters most of an entity of that kind."""
    return _USUAL.get(kind, _DEPENDENCIES)


def types_at(session: Session, ref: EntityRef) -> frozenset[str]:
    """Return the relations that the entity stands in, as they point forth."""
    return frozenset(_forth(edge)[1] for edge in repository.relations_of(session, [str(ref)]))


def neighbourhood(
    session: Session, actor: Actor, focus: EntityRef, depth: int, types: Collection[str]
) -> Neighbourhood:
    """Return what is related to the entity within `depth` steps, by one query for each step."""
    seen, edges = {str(focus): None}, {}
    frontier = [str(focus)]
    for _ in range(depth):
        told = (_forth(edge) for edge in repository.relations_of(session, frontier))
        found = [edge for edge in told if edge[1] in types]
        edges.update(dict.fromkeys(found))
        frontier = [ref for edge in found for ref in (edge[0], edge[2]) if ref not in seen]
        seen.update(dict.fromkeys(frontier))
        if len(seen) > _MOST_FOUND:
            break
    refs = list(seen)[:_MOST_FOUND]
    kept = [edge for edge in edges if edge[0] in seen and edge[2] in seen and {edge[0], edge[2]} <= set(refs)]
    return Neighbourhood(focus, repository.find_entities(session, actor, refs), refs, kept, len(seen) > _MOST_FOUND)


def count_neighbours(session: Session, ref: EntityRef) -> int:
    """Return how many entities it depends on, or depend on it, directly."""
    told = (_forth(edge) for edge in repository.relations_of(session, [str(ref)]))
    return len({(edge[0], edge[2]) for edge in told if edge[1] in _DEPENDENCIES})


def picture(
    around: Neighbourhood, t: Words, walk_on: Callable[[EntityRef], str] = url_of, most: int = MOST_NODES
) -> Markup:
    """The neighbourhood as SVG in the reader's words; `walk_on` is where a node leads."""
    nodes = [_node(ref, around.entities.get(ref), t, walk_on) for ref in around.refs]
    edges = [Edge(source, target, t(f"catalog-edge-{relation}")) for source, relation, target in around.edges]
    whole = Graph(nodes, edges, str(around.focus))
    folded = fold(whole, more=lambda count: t("catalog-graph-more", count=count), most=most)
    description = t("catalog-graph-description", name=around.focus.name, count=len(around.refs) - 1)
    return draw(folded, t("catalog-graph-of", name=around.focus.name), description)


def _node(ref: str, row: EntityRow | None, t: Words, walk_on: Callable[[EntityRef], str]) -> Node:
    link = link_to(ref)
    assert link is not None
    if row is None:
        return Node(ref, link.name, link.ref.kind, "", state="warn", note=t("catalog-unknown-entity"))
    owner = EntityRef.parse(row.owner) if row.owner else None
    note = row.type or link.ref.kind
    if owner and link.ref.kind != "group":
        note = f"{note} · {short_of(owner, 'group')}"
    return Node(ref, row.name, link.ref.kind, walk_on(link.ref), note=note)


def _forth(edge: tuple[str, str, str]) -> tuple[str, str, str]:
    """The relation as it points forth: what a thing needs, belongs to or is owned by."""
    source, relation, target = edge
    back = None if relation in PAIRS else COUNTERPARTS.get(relation)
    return (target, back, source) if back else edge


def _walk_on(request: Request) -> Callable[[EntityRef], str]:
    """Where a click on a node leads: the same picture, around that node."""
    kept = {key: value for key, value in request.query_params.items() if key in ("depth", "relations")}
    is_tab = not request.url.path.endswith("/graph")

    def walk_on(ref: EntityRef) -> str:
        if is_tab:
            return f"{url_of(ref)}?{urlencode({'tab': 'dependencies', **kept})}"
        return f"{request.url.path}?{urlencode({'ref': str(ref), **kept}, safe=':/')}"

    return walk_on


def _depth(written: str) -> int:
    return int(written) if written in map(str, DEPTHS) else _DEFAULT_DEPTH


def _types(written: str | None, default: frozenset[str]) -> frozenset[str]:
    if written is None:
        return default
    if written == ALL:
        return frozenset(TYPES)
    return frozenset(name for name in written.split(",") if name in TYPES)


def _written(types: Collection[str]) -> str:
    """The types as the address has them, in their order."""
    if len(types) == len(TYPES):
        return ALL
    return ",".join(name for name in TYPES if name in types) or _NONE


def _focus(session: Session, actor: Actor, written: str) -> EntityRef | None:
    """The entity to begin with: the one asked for, else the component that most others are related to."""
    if written:
        try:
            return EntityRef.parse(written, "component")
        except InvalidEntityRef:
            return None
    return repository.most_related(session, actor)
