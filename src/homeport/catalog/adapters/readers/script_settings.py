"""Configuration written as JavaScript or TypeScript modules, read without running anything."""

from __future__ import annotations

import re
from dataclasses import replace

from homeport.catalog.domain.evidence import Where
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.settings import Setting

_MODULE = re.compile(
    r"(.*/)?(config|configs|configuration)/(default|production|prod|index|database|db|cache|redis|queue|app|env|environment)\.(js|cjs|mjs|ts)"
    r"|(.*/)?((default|server|app|[\w-]+\.(example|sample|default|prod))\.)?(config|environment|knexfile|ormconfig|data-source|datasource)"
    r"(\.(default|prod|production|example|sample))?\.(js|cjs|mjs|ts)"
)
_MAX_CHARACTERS = 200_000
_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)"
    r"|(?P<key>(?<![\w$])[A-Za-z_$][\w$]{0,80}+|\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')[ \t]*+[:=][ \t\n]*+"
    r"(?:process\.env(?:\.(?P<variable>\w+)|\[[\"'](?P<quoted>\w+)[\"']\])[ \t\n]*"
    r"(?:\|\||\?\?|\?[ \t]*(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.]+)\s*:)[ \t\n]*)?"
    r"(?:(?P<open>\{)|(?P<mark>[\"'])(?P<value>[^\"'`\n]{1,2000})(?P=mark)"
    r"|`(?P<template>[^`\n]{1,2000})`|(?P<off>false\b)|(?P<number>\d{2,5}\b))"
    r"|(?P<nested>\{)|(?P<close>\})|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)


_INSERTED = re.compile(r"\$\{[^{}]*\}")
"""What a template puts in when it runs: not known."""


def is_script_of_settings(path: str) -> bool:
    """Whether programs for Node usually keep their configuration in the file at `path`."""
    return _MODULE.fullmatch(path.lower()) is not None


def read_script_settings(place: Place, text: str) -> list[Setting]:
    """Return what the module says literally, nested objects by dotted names.

    What is read from the environment counts by its default: `process.env.CACHE_URL || "redis://cache"`. An object that
    says `enabled: false` is off, with all that is in it.
    """
    found: list[tuple[Setting, tuple[int, ...]]] = []
    names: list[tuple[int, str]] = []
    switched_off: set[int] = set()
    line = 1
    seen = opened = 0
    for token in _TOKEN.finditer(text[:_MAX_CHARACTERS]):
        if token["open"] or token["nested"]:
            opened += 1
            names.append((opened, _bare(token["key"] or "")))
        elif token["close"]:
            del names[-1:]
        elif token["off"] and _bare(token["key"]) in ("enable", "enabled") and names:
            switched_off.add(names[-1][0])
        elif token["value"] or token["template"] or token["number"]:
            line, seen = line + text.count("\n", seen, token.start()), token.start()
            dotted = ".".join(one for one in (*(name for _, name in names), _bare(token["key"])) if one)
            name = token["variable"] or token["quoted"] or dotted
            value = token["value"] or token["number"] or _INSERTED.sub("${}", token["template"])
            setting = Setting(name, value, "configuration", Place(place.file, line), where=Where.SCRIPT)
            found.append((setting, tuple(number for number, _ in names)))
    return [replace(one, is_off=bool(switched_off & set(objects))) for one, objects in found]


def _bare(key: str) -> str:
    return key.strip("\"'")
