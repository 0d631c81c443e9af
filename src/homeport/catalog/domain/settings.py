"""Settings of configuration: their names as words, and what those beside each other say of one another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from homeport.catalog.domain.evidence import Where
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.words import words

_BROWSER_PREFIX = re.compile(
    r"^(next_public|nuxt_public|expo_public|public|react_app|vue_app|vite|gatsby)_", re.IGNORECASE
)
"""What front ends put before a setting's name so that it reaches the browser."""
_PORT = re.compile(r"\d{2,5}")
_NO = words("false no off 0")
_HOST_WORDS = words("host hostname server address ip addr")
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of configuration: its name with dots for nesting (`spring.datasource.url`), and its text.

    Of a section that `is_off` only the hosts of others count: they say what the component can call.
    """

    name: str
    value: str
    source: str
    place: Place
    is_off: bool = False
    where: Where = Where.FILE


def together(settings: list[Setting]) -> Iterator[Setting]:
    """Return the settings, hosts with the port beside them, those that a switch beside them turns off marked as off.

    `CACHE_HOST` and `CACHE_PORT` are one address; `SEARCH_ENABLED=false` and `USE_SEARCH=false` turn off what is called
    `SEARCH_...`.
    """
    ports: dict[tuple[str, ...], str] = {}
    off: set[tuple[str, ...]] = set()
    for one in settings:
        if _PORT.fullmatch(one.value) or one.value.strip().lower() in _NO:
            parts = words_of(one.name)
            if parts[-1:] == ("port",) and _PORT.fullmatch(one.value):
                ports[parts[:-1]] = one.value
            elif subject := _switched(parts):
                off.add(subject)
    for one in settings:
        if not (ports or off):
            yield one
            continue
        parts = words_of(one.name)
        port = ports.get(parts[:-1]) if parts and parts[-1] in _HOST_WORDS else None
        is_off = one.is_off or any(parts[: len(subject)] == subject for subject in off)
        has_port = port is not None and _HOST.fullmatch(one.value.strip().lower()) is not None
        yield replace(one, value=f"{one.value.strip()}:{port}" if has_port else one.value, is_off=is_off)


def _switched(parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """What a switch turns on or off, by its name: `search` for `SEARCH_ENABLED`, `ENABLE_SEARCH` and `USE_SEARCH`."""
    if parts[-1:] in (("enabled",), ("enable",)):
        return parts[:-1] or None
    for word in ("enable", "use"):
        if word in parts[:-1]:
            at = parts.index(word)
            return (*parts[:at], *parts[at + 1 :])
    return None


@lru_cache(maxsize=20_000)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: `STOCK_API_URL`, `stock.apiUrl` and `stock-api-url` are alike."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", _BROWSER_PREFIX.sub("", name))
    return tuple(word for word in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if word)
