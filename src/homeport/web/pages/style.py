"""The portal's own pages in the shell, with a style sheet of their own beside the shell's."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from homeport.web import shell
from homeport.web.shell import shell_of

_CSS = (Path(__file__).parent / "html/pages.css").read_text(encoding="utf-8")
_YEAR_S = 365 * 24 * 3600
_ANY_LANGUAGE = "en"

_VERSION = sha256(_CSS.encode()).hexdigest()[:12]
"""Changes with the sheet, so that browsers may keep it."""


def add(router: APIRouter) -> None:
    """Add the route of the style sheet."""

    @router.get("/pages.css")
    def style() -> Response:
        headers = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
        return Response(_CSS, media_type="text/css", headers=headers)


def render(
    request: Request, template: str, *, fragment: str | None = None, status_code: int = 200, **context: Any
) -> HTMLResponse:
    """Answer with a page; see Shell.render. Templates also get `is_known(key)`: whether anybody words that key."""
    messages = shell_of(request).messages

    def is_known(key: str) -> bool:
        return messages.has(_ANY_LANGUAGE, key)

    more = {"style_version": _VERSION, "is_known": is_known}
    return shell.render(request, template, fragment=fragment, status_code=status_code, **more, **context)
