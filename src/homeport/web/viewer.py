"""Who looks at a page, and how they want to see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote
from zlib import crc32
from zoneinfo import ZoneInfo, available_timezones

from starlette.requests import Request

LANGUAGES = {"ko": "한국어", "en": "English"}
"""The languages of the portal, each by its own name."""

THEMES = ("system", "light", "dark")

LANGUAGE_COOKIE = "homeport_language"
THEME_COOKIE = "homeport_theme"
ZONE_COOKIE = "homeport_zone"
KEYS_COOKIE = "homeport_keys"

_HANGUL_NAME = re.compile(r"[가-힣]{2,4}")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person as the pages need to know them: `request.state.viewer`.

    What is None was not set by the person in their profile; cookie, browser and organisation are asked in this order.
    """

    name: str = ""
    role: str = ""
    language: str | None = None
    zone: str | None = None
    theme: str | None = None
    is_signed_in: bool = False

    @property
    def initials(self) -> str:
        """One or two letters that stand for the name in an avatar."""
        return initials(self.name)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How one page is written: language (`ko`, `en`), time zone, theme, and whether single keys are shortcuts."""

    language: str
    zone: ZoneInfo
    theme: str
    has_shortcuts: bool


def viewer_of(request: Request) -> Viewer:
    """The viewer that the sign-in middleware left on the request, or a stranger."""
    viewer = getattr(request.state, "viewer", None)
    return viewer if isinstance(viewer, Viewer) else Viewer()


def preferences_of(request: Request, default_language: str, default_zone: str) -> Preferences:
    """The viewer's own settings, else this browser's cookies, else what the browser asks for, else the defaults."""
    viewer = viewer_of(request)
    cookies = request.cookies
    asked = accepted_language(request.headers.get("accept-language", ""))
    theme = viewer.theme or cookies.get(THEME_COOKIE, "")
    return Preferences(
        language=_known_language(viewer.language, cookies.get(LANGUAGE_COOKIE), asked) or default_language,
        zone=ZoneInfo(_known_zone(viewer.zone, unquote(cookies.get(ZONE_COOKIE, ""))) or default_zone),
        theme=theme if theme in THEMES else "system",
        has_shortcuts=cookies.get(KEYS_COOKIE) != "off",
    )


def accepted_language(header: str) -> str | None:
    """The language of ours an Accept-Language header likes best, or None. Source: RFC 9110, 12.5.4."""
    weighed = []
    for position, part in enumerate(header.split(",")):
        tag, _, parameters = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = _quality(parameters)
        if language in LANGUAGES and weight > 0:
            weighed.append((-weight, position, language))
    return min(weighed)[2] if weighed else None


def initials(name: str) -> str:
    """The letters an avatar shows: the given name in Hangul, else the first letters of two words.

    `김하늘` is 하늘, `Park Seoyeon` is PS, `team-order` is TO, `platform` is PL.
    """
    bare = name.strip()
    if _HANGUL_NAME.fullmatch(bare):
        return bare[-2:]
    words: list[str] = re.findall(r"\w+", bare.replace("_", " "))
    if len(words) >= 2:
        return f"{words[0][0]}{words[1][0]}".upper()
    return words[0][:2].upper() if words else "?"


def color_of(name: str) -> int:
    """One of the eight avatar colours, always the same for a name."""
    return crc32(name.encode()) % 8


def _quality(parameters: str) -> float:
    if not parameters.strip():
        return 1.0
    match = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", parameters)
    return float(match[1]) if match else 0.0


def _known_language(*candidates: str | None) -> str | None:
    return next((language for language in candidates if language in LANGUAGES), None)


def _known_zone(*candidates: str | None) -> str | None:
    return next((zone for zone in candidates if zone and zone in _ZONES), None)


_ZONES = available_timezones()
