"""Administration: how homeport is doing, tokens, people, events that were given up, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.engine import make_url

from homeport import __version__
from homeport.kernel.base import events
from homeport.kernel.base.errors import Conflict
from homeport.kernel.base.settings import FILE, Settings, redacted
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.access import Rule, authorize, known_scopes, may, parse_scopes, register, who_may
from homeport.kernel.trust.identity import Actor, ApiToken, Role
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.queues import queues_of
from homeport.web.shell import redirect
from homeport.web.tables import Column

ACTION = "admin.read"
_TOKENS = "token.manage"
register(Rule(ACTION, Role.ADMIN))

_TOKEN_DAYS = ("30", "90", "365", "")
_LONGEST_NAME = 100

_TOKEN_COLUMNS = (
    Column("name", "pages-token-name"),
    Column("role", "pages-token-role"),
    Column("by", "pages-token-by"),
    Column("used", "pages-token-used"),
    Column("expires", "pages-token-expires"),
    Column("revoke", "pages-token-action"),
)
_EVENT_COLUMNS = (
    Column("event", "pages-event"),
    Column("subscriber", "pages-event-subscriber"),
    Column("error", "pages-event-error"),
    Column("at", "pages-event-at"),
)
_SETTING_COLUMNS = (Column("key", "pages-setting"), Column("value", "pages-setting-value"))
_QUEUE_COLUMNS = (
    Column("queue", "pages-queue"),
    Column("due", "pages-queue-due", is_number=True),
    Column("working", "pages-queue-working", is_number=True),
    Column("later", "pages-queue-later", is_number=True),
    Column("wait", "pages-queue-wait"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force: its name in homeport.yaml, its value (secrets as stars) and what it is for."""

    key: str
    value: str
    description: str
    is_default: bool


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of administration."""
    database, settings = services.database, services.settings

    @router.get("/admin")
    def overview(request: Request) -> Response:
        if not may(actor_of(request), ACTION):
            return refusal(request)
        with database.reading() as session:
            queues = queues_of(session, services.clock())
            context: dict[str, Any] = {"database": _database(services), "parked": len(events.parked(session))}
        context |= {"queues": queues, "queue_columns": _QUEUE_COLUMNS, "settings": settings, "version": __version__}
        return render(request, "pages/admin/overview.html", tab="overview", **context)

    @router.get("/admin/tokens")
    def tokens(request: Request) -> Response:
        if not may(actor_of(request), _TOKENS):
            return refusal(request)
        return _tokens(request, services)

    @router.post("/admin/tokens")
    def create_token(
        request: Request,
        name: Annotated[str, Form()] = "",
        role: Annotated[str, Form()] = Role.VIEWER,
        scopes: Annotated[str, Form()] = "",
        days: Annotated[str, Form()] = "90",
    ) -> Response:
        actor = actor_of(request)
        authorize(actor, _TOKENS)
        form = {"name": name.strip(), "role": role, "scopes": scopes, "days": days}
        errors = _problems(**form)
        if errors:
            return _tokens(request, services, form=form, errors=errors)
        try:
            secret = _create(services, actor, form)
        except Conflict:
            return _tokens(request, services, form=form, errors={"name": "pages-token-taken"})
        return _tokens(request, services, secret=secret, secret_name=form["name"])

    @router.post("/admin/tokens/revoke")
    def revoke_token(request: Request, name: Annotated[str, Form()]) -> Response:
        actor = actor_of(request)
        authorize(actor, _TOKENS)
        with database.writing() as session:
            identity.revoke_token(session, actor, name, services.clock())
        return redirect(request, "/admin/tokens", notice="pages-notice-token-revoked", name=name)

    @router.get("/admin/events")
    def parked_events(request: Request) -> Response:
        if not may(actor_of(request), ACTION):
            return refusal(request)
        with database.reading() as session:
            rows = events.parked(session)
        return render(request, "pages/admin/events.html", tab="events", rows=rows, columns=_EVENT_COLUMNS)

    @router.get("/admin/settings")
    def show_settings(request: Request) -> Response:
        if not may(actor_of(request), ACTION):
            return refusal(request)
        context: dict[str, Any] = {
            "rows": _settings(settings),
            "columns": _SETTING_COLUMNS,
            "file": settings.home / FILE,
        }
        return render(request, "pages/admin/settings.html", tab="settings", **context)


def refusal(request: Request) -> Response:
    """The page that says who may administer."""
    return render(request, "pages/admin/refusal.html", status_code=403, who=who_may(ACTION))


def _tokens(
    request: Request,
    services: Services,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    secret: str = "",
    secret_name: str = "",
) -> Response:
    now = services.clock()
    with services.database.reading() as session:
        rows: Sequence[ApiToken] = identity.list_tokens(session)
    context: dict[str, Any] = {
        "tokens": rows,
        "columns": _TOKEN_COLUMNS,
        "roles": list(Role),
        "token_days": _TOKEN_DAYS,
        "form": form or {"name": "", "role": str(Role.VIEWER), "scopes": "", "days": "90"},
        "known_scopes": known_scopes(),
        "errors": errors or {},
        "secret": secret,
        "secret_name": secret_name,
        "now": now,
    }
    response = render(request, "pages/admin/tokens.html", status_code=422 if errors else 200, tab="tokens", **context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _create(services: Services, actor: Actor, form: Mapping[str, str]) -> str:
    now = services.clock()
    expires_at = now + timedelta(days=int(form["days"])) if form["days"] else None
    with services.database.writing() as session:
        role, scopes = Role(form["role"]), parse_scopes(_words(form["scopes"]))
        return identity.create_token(session, actor, form["name"], role, now, expires_at, scopes)[1]


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _problems(name: str, role: str, scopes: str, days: str) -> dict[str, str]:
    """What is wrong in the form: field -> key of what to say."""
    problems = {}
    if not name:
        problems["name"] = "pages-token-no-name"
    elif len(name) > _LONGEST_NAME or not name.isprintable():
        problems["name"] = "pages-token-bad-name"
    if role not in list(Role):
        problems["role"] = "pages-token-bad-role"
    if not set(_words(scopes)) <= set(known_scopes()):
        problems["scopes"] = "pages-token-bad-scopes"
    if days not in _TOKEN_DAYS:
        problems["days"] = "pages-suppress-bad-days"
    return problems


def _database(services: Services) -> dict[str, Any]:
    """Which database it is, where, and how large its file is in bytes."""
    database = services.database
    if not database.is_sqlite:
        return {"engine": "PostgreSQL", "place": make_url(database.url).render_as_string(), "size_bytes": None}
    file = Path(database.url.removeprefix("sqlite:///"))
    size_bytes = sum(part.stat().st_size for part in file.parent.glob(f"{file.name}*"))
    return {"engine": "SQLite", "place": str(file), "size_bytes": size_bytes}


def _settings(settings: Settings) -> list[Setting]:
    return _rows("", settings, redacted(settings))


def _rows(prefix: str, section: BaseModel, values: Mapping[str, Any]) -> list[Setting]:
    rows: list[Setting] = []
    for name, field in type(section).model_fields.items():
        chosen = getattr(section, name)
        if isinstance(chosen, BaseModel):
            rows += _rows(f"{prefix}{name}.", chosen, values[name])
            continue
        shown = "" if values[name] is None else str(values[name])
        is_default = chosen == field.get_default(call_default_factory=False)
        rows.append(Setting(prefix + name, shown, field.description or "", is_default))
    return rows
