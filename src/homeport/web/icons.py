"""Lucide's icons as inline SVG. Source: lucide-static, icon-nodes.json."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import lru_cache

from markupsafe import Markup, escape

from homeport.web.assets import STATIC

_PLAIN = {"menu": "☰", "x": "×", "search": "⌕", "check": "✓", "copy": "⧉", "chevron-down": "▾", "ellipsis": "…"}
"""What stands in for icons that come without a word, where the front-end files are missing."""


def icon(name: str, css: str = "") -> Markup:
    """An icon by its Lucide name, hidden from screen readers: the word beside it says what it means.

    Raises:
        LookupError: Lucide has no icon of this name.
    """
    drawing = _drawing(name)
    if drawing is None:
        return Markup('<span class="icon" aria-hidden="true">{}</span>').format(_PLAIN.get(name, ""))
    return Markup(
        '<svg class="icon {}" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{}</svg>'
    ).format(css, drawing)


@lru_cache(maxsize=512)
def _drawing(name: str) -> Markup | None:
    nodes = _nodes()
    if not nodes:
        return None
    if name not in nodes:
        near = ", ".join(get_close_matches(name, nodes)) or "see lucide.dev/icons"
        raise LookupError(f"Lucide has no icon {name!r}: {near}.")
    return Markup("").join(_element(tag, attributes) for tag, attributes in nodes[name])


def _element(tag: str, attributes: dict[str, str]) -> Markup:
    written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return Markup(f"<{escape(tag)}{written}/>")  # noqa: S704 - every part is escaped


@lru_cache(maxsize=1)
def _nodes() -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Every icon's shapes by its name; empty where the front-end files are missing."""
    file = STATIC / "vendor/icon-nodes.json"
    if not file.is_file():
        return {}
    nodes: dict[str, list[tuple[str, dict[str, str]]]] = json.loads(file.read_text(encoding="utf-8"))
    return nodes
