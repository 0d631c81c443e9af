"""Documents as text to read: YAML with long texts in blocks, cut where a page would grow too long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import yaml

_MOST_LINES = 1_500
_MOST_CHARACTERS = 150_000


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a text; `total_lines` counts the whole."""

    text: str
    shown_lines: int
    total_lines: int

    @property
    def is_cut(self) -> bool:
        """Whether there is more than is shown."""
        return self.shown_lines < self.total_lines


@dataclass(frozen=True, slots=True)
class OutsideLink:
    """A link that a document gives, to another site."""

    title: str
    url: str
    host: str


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and repeats what is shared instead of naming it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_yaml(document: Mapping[str, Any]) -> str:
    """The document as YAML, keys in their own order."""
    return str(yaml.dump(dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


def excerpt(text: str) -> Excerpt:
    """As much of the text as a page takes."""
    lines = text.splitlines()
    shown = text[:_MOST_CHARACTERS].splitlines()[:_MOST_LINES]
    return Excerpt("\n".join(shown), len(shown), len(lines))


def links_of(document: Mapping[str, Any]) -> list[OutsideLink]:
    """The links of `metadata.links` that lead to a web site; others are left out."""
    links = document["metadata"].get("links")
    found = []
    for link in links if isinstance(links, list) else []:
        url = link.get("url") if isinstance(link, Mapping) else None
        if isinstance(url, str) and (host := _host(url)):
            found.append(OutsideLink(str(link.get("title") or host), url, host))
    return found


def is_web_address(url: str) -> bool:
    """Whether a browser can be sent there."""
    return bool(_host(url))


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
