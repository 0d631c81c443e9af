"""The people who may sign in, and links with which they choose a password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select

from homeport.kernel.base.errors import Forbidden, InvalidInput
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.access import Rule, authorize, may, register
from homeport.kernel.trust.identity import Account, Person, Role
from homeport.web.identify import actor_of
from homeport.web.pages.admin import ACTION, refusal
from homeport.web.pages.style import render
from homeport.web.tables import Column

_INVITE = "person.invite"
register(Rule(_INVITE, Role.ADMIN))

_COLUMNS = (
    Column("name", "pages-person"),
    Column("login", "pages-login-login"),
    Column("role", "pages-token-role"),
    Column("way", "pages-sign-in-way"),
    Column("entity", "pages-person-entity"),
    Column("seen", "pages-person-seen"),
    Column("since", "pages-person-since"),
)
_EMPTY = {"login": "", "name": "", "role": str(Role.VIEWER)}


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of people."""

    @router.get("/admin/people")
    def people(request: Request) -> Response:
        if not may(actor_of(request), ACTION):
            return refusal(request)
        return _page(request, services)

    @router.post("/admin/people/password-link")
    def invite(
        request: Request,
        login: Annotated[str, Form()] = "",
        name: Annotated[str, Form()] = "",
        role: Annotated[str, Form()] = Role.VIEWER,
    ) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, _INVITE)
        if not services.settings.identity.passwords:
            raise Forbidden("Passwords are switched off here (identity.passwords).")
        form = {"login": login.strip(), "name": name.strip(), "role": role}
        if role not in list(Role):
            return _page(request, services, form=form, errors={"role": "pages-token-bad-role"})
        try:
            with services.database.writing() as session:
                made = identity.invite(session, actor, form["login"], now, name=form["name"], role=Role(role))
        except InvalidInput:
            return _page(request, services, form=form, errors={"login": "pages-people-bad-login"})
        link = f"{services.settings.base_url.rstrip('/')}/password/{made.secret}"
        return _page(request, services, link=link, who=made.person.name)


def _page(
    request: Request,
    services: Services,
    *,
    form: Mapping[str, str] = _EMPTY,
    errors: Mapping[str, str] | None = None,
    link: str = "",
    who: str = "",
) -> Response:
    query = select(Person, Account.login).outerjoin(Account, Account.person_id == Person.id)
    with services.database.reading() as session:
        rows = session.execute(query.order_by(Person.name, Person.id)).all()
    context: dict[str, Any] = {
        "people": rows,
        "columns": _COLUMNS,
        "roles": list(Role),
        "has_passwords": services.settings.identity.passwords,
        "form": form,
        "errors": errors or {},
        "link": link,
        "who": who,
    }
    response = render(request, "pages/admin/people.html", status_code=422 if errors else 200, tab="people", **context)
    response.headers["Cache-Control"] = "no-store"
    return response
