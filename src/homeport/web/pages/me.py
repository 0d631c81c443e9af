"""The reader's own page: how they want the portal, and where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from anyio import to_thread
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Account, Actor, PersonSession, Preferences
from homeport.web import shell
from homeport.web.door import Door
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.shell import redirect
from homeport.web.viewer import LANGUAGE_COOKIE, LANGUAGES, THEME_COOKIE, THEMES

_COMMON_ZONES = (
    "Asia/Seoul", "Asia/Tokyo", "Asia/Shanghai", "Asia/Singapore", "Asia/Kolkata", "Europe/Berlin", "Europe/London",
    "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip
_ALL_ZONES = tuple(sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")))
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ("curl/", "curl"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


_SWITCHES = {"theme": THEMES, "language": tuple(LANGUAGES)}
"""What the shell's switches offer."""


@dataclass(frozen=True, slots=True)
class ShownSignIn:
    """A sign-in of a person; `is_this` marks the browser that the reader looks with."""

    row: PersonSession
    name: str
    is_this: bool

    @property
    def browser(self) -> str:
        """The browser and system in words, as far as it told: `Firefox, Linux`."""
        return browser_of(self.row.user_agent)


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of the page, and keep the shell's switches in the profile of who is signed in."""
    database = services.database

    @router.get("/me")
    def page(request: Request) -> Response:
        return _page(request, services, {})

    @router.post("/me")
    def save(
        request: Request,
        language: Annotated[str, Form()] = "",
        theme: Annotated[str, Form()] = "",
        zone: Annotated[str, Form()] = "",
    ) -> Response:
        actor = actor_of(request)
        try:
            with database.writing() as session:
                identity.set_preferences(session, actor, Preferences(language or None, zone or None, theme or None))
        except InvalidInput as error:
            return _page(request, services, {item.pointer.strip("/"): item.detail for item in error.errors})
        response = redirect(request, "/me", notice="pages-notice-saved")
        for cookie in (LANGUAGE_COOKIE, THEME_COOKIE):
            response.delete_cookie(cookie)
        return response

    @router.post("/preferences")
    async def switch(request: Request) -> Response:
        form = await request.form()
        actor = request.state.actor
        if actor is not None and actor.kind == "person":
            chosen = {name: str(form[name]) for name, known in _SWITCHES.items() if form.get(name) in known}
            await to_thread.run_sync(_keep, services, actor, chosen)
        return await shell.set_preferences(request)


def browser_of(user_agent: str) -> str:
    """The browser and system that a User-Agent header names, or its beginning."""
    named = [next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, named)) or user_agent[:60]


def _page(request: Request, services: Services, errors: Mapping[str, str]) -> Response:
    actor, now = actor_of(request), services.clock()
    with services.database.reading() as session:
        person = identity.person_of(session, actor)
        has_passwords = services.settings.identity.passwords
        account = session.get(Account, person.id) if person and has_passwords else None
    sign_ins = shown_sign_ins(request, services, person.id) if person else []
    context: dict[str, Any] = {
        "actor": actor,
        "person": person,
        "wishes": person.preferences if person else Preferences(),
        "sign_ins": sign_ins,
        "account": account,
        "languages": LANGUAGES,
        "common_zones": [(zone, _offset(zone, now)) for zone in _COMMON_ZONES],
        "all_zones": _ALL_ZONES,
        "errors": errors,
    }
    return render(request, "pages/me.html", status_code=422 if errors else 200, **context)


def shown_sign_ins(request: Request, services: Services, person_id: int | None = None) -> list[ShownSignIn]:
    """Return the live sign-ins, of one person if given, the latest used first."""
    this = identity.hash_of(Door(services).secret(request))
    idle = timedelta(hours=services.settings.session_idle_hours)
    with services.database.reading() as session:
        found = identity.list_sign_ins(session, services.clock(), idle, person_id)
    return [ShownSignIn(one.row, one.person.name, one.row.token_hash == this) for one in found]


def _keep(services: Services, actor: Actor, chosen: Mapping[str, str]) -> None:
    """Store what a switch of the shell chose."""
    with services.database.writing() as session:
        person = identity.person_of(session, actor)
        if person is None:
            return
        theme = chosen.get("theme", person.theme)
        language = chosen.get("language", person.language)
        wishes = Preferences(language, person.zone, None if theme == "system" else theme)
        identity.set_preferences(session, actor, wishes)


def _offset(zone: str, now: datetime) -> str:
    """The zone's distance from UTC now: `UTC+09:00`."""
    text = now.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"UTC{text[:3]}:{text[3:]}"
