"""What readers of configuration have in common: what a file tells, and nested values as flat settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from homeport.catalog.adapters.readers.syntax import BrokenFile, line_of, parse_yaml
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.reading import DeclaredResource, Dependency
from homeport.catalog.domain.settings import Setting

ENV_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(.*)")
_SEVERAL = re.compile(r"[\w ]{1,40}=[^;\s]*[;\s]\s*\w[\w ]{0,40}=")
"""A connection string of several words (`host=db dbname=shop`), no assignment."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one file tells."""

    dependencies: tuple[Dependency, ...] = ()
    deployments: tuple[Candidate, ...] = ()
    systems: tuple[Candidate, ...] = ()
    resources: tuple[DeclaredResource, ...] = ()
    traits: frozenset[str] = frozenset()


Reader = Callable[[Place, str], Configuration]


def lenient(reader: Reader) -> Reader:
    """Files of a configuration folder may be of any dialect: what can't be read there is no problem."""

    def read(place: Place, text: str) -> Configuration:
        try:
            return reader(place, text)
        except BrokenFile:
            return Configuration()

    return read


def flat(
    value: Any, path: str, source: str, name: str = "", line: int | None = None, *, off: bool = False
) -> Iterator[Setting]:
    """All texts and numbers below `value` as settings; `{name: A, value: b}` and `A=b` are the setting A."""
    if isinstance(value, dict):
        if isinstance(value.get("name"), str) and isinstance(value.get("value"), str):
            yield Setting(value["name"], value["value"], source, Place(path, line_of(value, "value")), off)
            return
        off = off or is_off(value)
        for key, item in value.items():
            yield from flat(item, path, source, f"{name}.{key}" if name else str(key), line_of(value, key), off=off)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from flat(item, path, source, name, line_of(value, index), off=off)
    elif isinstance(value, str):
        is_one = "=" in value and "://" not in value.split("=")[0] and not _SEVERAL.match(value)
        assigned = ENV_LINE.fullmatch(value) if is_one else None
        said = (assigned[1], assigned[2]) if assigned else (name, value)
        yield Setting(*said, source, Place(path, line), off)
    elif isinstance(value, bool | int):
        yield Setting(name, str(value).lower(), source, Place(path, line), off)


def is_off(value: Mapping[str, Any]) -> bool:
    """Whether a section says of itself that it is switched off."""
    return value.get("enabled") is False or value.get("enable") is False or value.get("disabled") is True


def first(text: str) -> Any:
    """The value of the first document of a YAML text."""
    documents = parse_yaml(text)
    return documents[0].value if documents else None


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, or nothing where it is no mapping."""
    return value if isinstance(value, dict) else {}
