"""Saved views: naming one, sharing it, and looking after those there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput, NotFound
from homeport.kernel.knowledge import views
from homeport.kernel.knowledge.views import EVERYONE, MINE, SavedView
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.shell import redirect
from homeport.web.tables import Column
from homeport.web.views import LISTS, PATH, query_of, sharing_of

_COLUMNS = (
    Column("name", "pages-view"),
    Column("list", "pages-view-list"),
    Column("sharing", "pages-view-audience"),
    Column("by", "pages-view-by"),
    Column("act", "pages-view-act"),
)


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """A view as the page of views shows it."""

    row: SavedView
    sharing: str
    may_change: bool

    @classmethod
    def of(cls, row: SavedView, actor: Actor) -> ViewFacts:
        """The view, as the actor sees it."""
        return cls(row, sharing_of(row.audience), views.may_change(actor, row))


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of saved views."""
    database = services.database

    @router.get(PATH)
    def list_page(request: Request) -> Response:
        actor = actor_of(request)
        authorize(actor, "view.save")
        with database.reading() as session:
            found = [ViewFacts.of(row, actor) for row in views.list_views(session, actor)]
        return render(request, "pages/views.html", found=found, view_columns=_COLUMNS, lists=LISTS)

    @router.get(f"{PATH}/new")
    def new(request: Request, list: str = "/catalog", query: str = "") -> Response:  # noqa: A002 - the form's word
        form = {"name": "", "audience": MINE, "list": _known(list), "query": query_of(query)}
        return _form(request, actor_of(request), form, {})

    @router.post(PATH)
    def save(
        request: Request,
        list: Annotated[str, Form()],  # noqa: A002 - the form's word
        query: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        audience: Annotated[str, Form()] = MINE,
    ) -> Response:
        actor, path, kept = actor_of(request), _known(list), query_of(query)
        try:
            with database.writing() as session:
                href = views.save_view(session, actor, path, name, kept, audience, services.clock()).href
        except InvalidInput as error:
            form = {"name": name, "audience": audience, "list": path, "query": kept}
            return _form(request, actor, form, _errors(error))
        return redirect(request, href, notice="pages-notice-view-saved", name=name.strip())

    @router.get(f"{PATH}/{{view_id:int}}")
    def open_view(request: Request, view_id: int) -> Response:
        actor = actor_of(request)
        authorize(actor, "view.save")
        with database.reading() as session:
            href = views.get_view(session, actor, view_id).href
        return RedirectResponse(href, status_code=303)

    @router.get(f"{PATH}/{{view_id:int}}/edit")
    def edit(request: Request, view_id: int) -> Response:
        actor = actor_of(request)
        with database.reading() as session:
            row = views.get_view(session, actor, view_id)
            return _form(request, actor, _form_of(row), {}, ViewFacts.of(row, actor))

    @router.post(f"{PATH}/{{view_id:int}}")
    def change(
        request: Request,
        view_id: int,
        name: Annotated[str, Form()] = "",
        audience: Annotated[str, Form()] = MINE,
    ) -> Response:
        actor = actor_of(request)
        try:
            with database.writing() as session:
                views.change_view(session, actor, view_id, name, audience, services.clock())
        except InvalidInput as error:
            with database.reading() as session:
                row = views.get_view(session, actor, view_id)
                form = {**_form_of(row), "name": name, "audience": audience}
                return _form(request, actor, form, _errors(error), ViewFacts.of(row, actor))
        return redirect(request, PATH, notice="pages-notice-view-changed", name=name.strip())

    @router.post(f"{PATH}/{{view_id:int}}/delete")
    def delete(request: Request, view_id: int) -> Response:
        with database.writing() as session:
            name = _delete(session, actor_of(request), view_id, services)
        return redirect(request, PATH, notice="pages-notice-view-deleted", name=name)


def _delete(session: Session, actor: Actor, view_id: int, services: Services) -> str:
    return views.delete_view(session, actor, view_id, services.clock()).name


def _form(
    request: Request,
    actor: Actor,
    form: Mapping[str, str],
    errors: Mapping[str, str],
    view: ViewFacts | None = None,
) -> Response:
    authorize(actor, "view.save")
    audiences = views.audiences_of(actor)
    if form["audience"] not in audiences and view is not None:
        audiences.append(form["audience"])
    context: dict[str, Any] = {
        "form": form,
        "errors": errors,
        "view": view,
        "audiences": [(one, None if one in (MINE, EVERYONE) else EntityRef.parse(one)) for one in audiences],
        "may_share": may(actor, "view.share"),
        "who": who_may("view.share"),
        "lists": LISTS,
    }
    return render(request, "pages/view.html", status_code=422 if errors else 200, **context)


def _form_of(row: SavedView) -> dict[str, str]:
    return {"name": row.name, "audience": row.audience, "list": row.path, "query": row.query}


def _errors(error: InvalidInput) -> dict[str, str]:
    return {one.pointer.strip("/"): one.detail for one in error.errors} or {"name": error.message}


def _known(path: str) -> str:
    if path not in LISTS:
        raise NotFound(f"There is no list {path!r} that views can be saved of; there are {', '.join(LISTS)}.")
    return path
