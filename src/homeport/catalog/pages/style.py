"""The catalog's pages in the shell, with a style sheet of their own beside the shell's."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from homeport.web import shell

_CSS = (Path(__file__).parent.parent / "html/catalog.css").read_text(encoding="utf-8")
_YEAR_S = 365 * 24 * 3600
_ANY_LANGUAGE = "en"
"""Every language has the same keys; a test sees to that."""

_VERSION = sha256(_CSS.encode()).hexdigest()[:12]
"""Changes with the sheet, so that browsers may keep it."""


def add(router: APIRouter) -> None:
    """Add the route of the style sheet."""

    @router.get("/style.css")
    def style() -> Response:
        headers = {"Cache-Control": f"public, max-age={_YEAR_S}, immutable"}
        return Response(_CSS, media_type="text/css", headers=headers)


def render(request: Request, template: str, **context: Any) -> Response:
    """Answer with a page of the catalog; see Shell.render. Templates also get `is_known(key)`: has a key words."""
    messages = shell.shell_of(request).messages

    def is_known(key: str) -> bool:
        return messages.has(_ANY_LANGUAGE, key)

    return shell.render(request, template, style_version=_VERSION, is_known=is_known, **context)
