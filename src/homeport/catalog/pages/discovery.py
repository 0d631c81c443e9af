"""The page that starts a discovery: name a folder, look at the plan, start the run."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from homeport.catalog import repository
from homeport.catalog.pages.style import render
from homeport.catalog.procedures import DISCOVER
from homeport.kernel.base.errors import Forbidden, HomeportError, PlanChanged
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work import runs
from homeport.kernel.work.procedures import Plan
from homeport.web.identify import actor_of
from homeport.web.shell import redirect
from homeport.web.tables import Column

_ACTION = "catalog.discover"
_COLUMNS = (
    Column("target", "catalog-column-folder"),
    Column("repositories", "catalog-column-repositories", is_number=True),
    Column("entities", "catalog-column-entities", is_number=True),
    Column("discovered", "catalog-column-discovered"),
    Column("again", "catalog-column-again"),
)


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of discovery."""

    @router.get("/discover")
    def preview(request: Request, target: str = "") -> Response:
        actor = actor_of(request)
        authorize(actor, "catalog.read")
        target = target.strip()
        plan, trouble = _plan(services, actor, target) if target else (None, "")
        return _page(request, services, actor, target=target, plan=plan, trouble=trouble)

    @router.post("/discover")
    def start(request: Request, target: Annotated[str, Form()], fingerprint: Annotated[str, Form()] = "") -> Response:
        actor = actor_of(request)
        plan, trouble = _plan(services, actor, target)
        if plan is None:
            return _page(request, services, actor, target=target, plan=None, trouble=trouble)
        values, now = {"target": target}, services.clock()
        try:
            with services.database.writing() as session:
                run = runs.start_run(
                    session, services.procedures, actor, DISCOVER, values, now, plan, fingerprint or None
                )
        except PlanChanged:
            return _page(request, services, actor, target=target, plan=plan, trouble="", has_changed=True)
        return redirect(request, f"/runs/{run.id}")


def _plan(services: Services, actor: Actor, target: str) -> tuple[Plan | None, str]:
    """What a discovery would do, or why it can't."""
    try:
        return runs.plan_run(services.procedures, actor, DISCOVER, {"target": target}), ""
    except Forbidden:
        raise
    except HomeportError as error:
        return None, error.message


def _page(
    request: Request,
    services: Services,
    actor: Actor,
    *,
    target: str,
    plan: Plan | None,
    trouble: str,
    has_changed: bool = False,
) -> Response:
    with services.database.reading() as session:
        locations = repository.describe_locations(session)
    context: dict[str, Any] = {
        "target": target,
        "plan": plan,
        "trouble": trouble,
        "has_changed": has_changed,
        "locations": locations,
        "columns": _COLUMNS,
        "may_discover": may(actor, _ACTION),
        "who_may_discover": who_may(_ACTION),
    }
    return render(request, "catalog/discover.html", status_code=422 if trouble else 200, **context)
