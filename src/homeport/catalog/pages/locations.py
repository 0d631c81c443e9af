"""Locations: what the catalog is read from, what is wrong with it, and what a new one would add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.domain.fields import Problem
from homeport.catalog.domain.locations import LocationType, generated_location
from homeport.catalog.locations import CONFIG, Locations
from homeport.catalog.pages.links import EntityLink, link_to
from homeport.catalog.pages.style import render
from homeport.catalog.previewing import Preview, PreviewedEntity, Standing
from homeport.catalog.procedures import DISCOVER
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Forbidden, HomeportError, PlanChanged
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work import runs
from homeport.kernel.work.approval_requests import ApprovalRow
from homeport.kernel.work.approvals import start_or_ask
from homeport.kernel.work.runs import RunRow
from homeport.web.identify import actor_of
from homeport.web.pages.finding_facts import readable
from homeport.web.shell import redirect
from homeport.web.tables import Column

PATH = "/catalog/locations"
_ACTION = "catalog.discover"
_MOST_ENTITIES = 100
_MOST_PROBLEMS = 50
_MOST_REPOSITORIES = 200
_MOST_PARTS = 100
_UNREADABLE = {True: "catalog.unreadable-repository", False: "catalog.unreadable-source"}
_COLUMNS = (
    Column("target", "catalog-column-location"),
    Column("origin", "catalog-column-named-by"),
    Column("entities", "catalog-column-entities", is_number=True),
    Column("checked", "catalog-column-checked"),
    Column("state", "catalog-column-state"),
    Column("act", "catalog-column-again"),
)
_PART_COLUMNS = (
    Column("key", "catalog-column-part"),
    Column("error", "catalog-column-reason"),
    Column("since", "catalog-column-since"),
    Column("act", "catalog-column-again"),
)
_PREVIEW_COLUMNS = (
    Column("name", "catalog-column-name"),
    Column("kind", "catalog-column-kind"),
    Column("standing", "catalog-column-standing"),
    Column("place", "catalog-column-place"),
)
_STANDINGS = (Standing.NEW, Standing.TAKEN, Standing.PRESENT)
"""The order of the preview: what would come, what would not, what is there anyway."""


@dataclass(frozen=True, slots=True)
class Told:
    """A problem as the preview tells it: the key of its words, what fills them, why, and where."""

    key: str
    parameters: Mapping[str, str]
    reason: str
    place: str

    @classmethod
    def of(cls, problem: Problem) -> Told:
        """The problem in words."""
        key = f"finding-{problem.rule.replace('.', '-')}"
        parameters = {"repository": problem.repository, **problem.parameters}
        return cls(key, readable(parameters), parameters.get("reason", ""), str(problem.place or ""))


@dataclass(frozen=True, slots=True)
class Seen:
    """A preview as the page shows it, cut where there is too much."""

    preview: Preview
    entities: Sequence[PreviewedEntity]
    problems: Sequence[Told]
    repositories: Sequence[str]

    @classmethod
    def of(cls, preview: Preview) -> Seen:
        """What of the preview is shown."""
        ordered = [one for standing in _STANDINGS for one in preview.of(standing)]
        return cls(
            preview,
            ordered[:_MOST_ENTITIES],
            [Told.of(problem) for problem in preview.problems[:_MOST_PROBLEMS]],
            [one.title for one in preview.plan.targets[:_MOST_REPOSITORIES]] if preview.reads_repositories else (),
        )

    @property
    def unshown_count(self) -> int:
        """How many entities are not shown."""
        return len(self.preview.entities) - len(self.entities)


def add(router: APIRouter, services: Services, locations: Locations) -> None:
    """Add the routes of locations."""
    database = services.database

    @router.get("/locations")
    def list_page(request: Request) -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with database.reading() as session:
            found = origins.describe_locations(session, actor)
        return render(
            request, "catalog/locations.html", locations=found, columns=_COLUMNS, unreadable=_UNREADABLE, **_who(actor)
        )

    @router.get("/locations/new")
    def form(request: Request, type: str = "repos", target: str = "") -> Response:  # noqa: A002 - the form's word
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        target = target.strip()
        seen, trouble = _look(locations, actor, type, target) if target else (None, "")
        return _form(request, actor, type, target, seen, trouble)

    @router.post("/locations")
    def register(
        request: Request,
        type: Annotated[str, Form()],  # noqa: A002 - the form's word
        target: Annotated[str, Form()],
        fingerprint: Annotated[str, Form()] = "",
    ) -> Response:
        actor = actor_of(request)
        values = {"type": type, "target": target}
        try:
            plan = runs.plan_run(services.procedures, actor, DISCOVER, values)
            with database.writing() as session:
                begun = start_or_ask(
                    session, services.procedures, actor, DISCOVER, values, services.clock(), plan, fingerprint or None
                )
        except PlanChanged:
            seen, trouble = _look(locations, actor, type, target)
            return _form(request, actor, type, target, seen, trouble, has_changed=True)
        except Forbidden:
            raise
        except HomeportError as error:
            return _form(request, actor, type, target, None, error.message)
        return redirect(request, _address_of(begun))

    @router.get("/locations/{location_id:int}")
    def page(request: Request, location_id: int) -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        with database.reading() as session:
            row = origins.get_location(session, location_id)
            summary = next(one for one in origins.describe_locations(session, actor) if one.location.id == location_id)
            ref = generated_location(row.type, row.target).ref
            context: dict[str, Any] = {
                "one": summary,
                "stale_count": _stale_count(session, actor, summary),
                "stale_href": f"/catalog?q=is:stale+location:{location_id}",
                "kinds": origins.count_by_kind_of_location(session, location_id),
                "parts": origins.unreadable_parts(session, location_id, _MOST_PARTS),
                "part_columns": _PART_COLUMNS,
                "itself": _link(ref) if repository.find_entity(session, actor, EntityRef.parse(ref)) else None,
                "is_config": row.origin == CONFIG,
                "reads_repositories": LocationType(row.type).reads_repositories(row.target),
            }
        return render(request, "catalog/location.html", **context, **_who(actor))

    @router.post("/locations/{location_id:int}/read")
    def read(request: Request, location_id: int, only: Annotated[str, Form()] = "") -> Response:
        with database.reading() as session:
            row = origins.get_location(session, location_id)
        return redirect(request, _address_of(locations.read(actor_of(request), row, [only] if only else [])))

    @router.post("/locations/{location_id:int}/remove")
    def remove(request: Request, location_id: int) -> Response:
        with database.writing() as session:
            target = origins.get_location(session, location_id).target
            locations.remove(session, actor_of(request), location_id)
        return redirect(request, PATH, notice="catalog-notice-location-removed", target=target)


def _address_of(begun: RunRow | ApprovalRow) -> str:
    return f"/approvals/{begun.id}" if isinstance(begun, ApprovalRow) else f"/runs/{begun.id}"


def _stale_count(session: Session, actor: Actor, summary: origins.LocationSummary) -> int:
    """How many entities of the location may be old."""
    if not (summary.location.error or summary.unreadable):
        return 0
    return repository.count_where(session, actor, repository.Query(is_stale=True, location_id=summary.location.id))


def _look(locations: Locations, actor: Actor, type_: str, target: str) -> tuple[Seen | None, str]:
    """What the location would add, or why that can't be said."""
    try:
        return Seen.of(locations.preview(actor, type_, target)), ""
    except Forbidden:
        raise
    except HomeportError as error:
        return None, error.message


def _form(
    request: Request,
    actor: Actor,
    type_: str,
    target: str,
    seen: Seen | None,
    trouble: str,
    *,
    has_changed: bool = False,
) -> Response:
    context: dict[str, Any] = {
        "types": [str(one) for one in LocationType],
        "type": type_,
        "target": target,
        "seen": seen,
        "trouble": trouble,
        "has_changed": has_changed,
        "preview_columns": _PREVIEW_COLUMNS,
    }
    return render(request, "catalog/register.html", status_code=422 if trouble else 200, **context, **_who(actor))


def _who(actor: Actor) -> dict[str, Any]:
    return {"may_discover": may(actor, _ACTION), "who_may_discover": who_may(_ACTION)}


def _link(ref: str) -> EntityLink | None:
    return link_to(ref)
