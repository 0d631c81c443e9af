"""What a module brings: the kernel and the shell find it here, and a third party's just the same.

A package names its module under the entry point group `homeport.modules`. Its tables are found in its
`models.py`, its pages' templates in `html/`, its words in `locales/ko` and `locales/en`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from typer import Typer

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Handler, Subscribers
from homeport.kernel.base.settings import Section, Settings
from homeport.kernel.trust.access import Rule
from homeport.kernel.work.procedures import Procedure, Procedures

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from homeport.kernel.trust.identity import Actor


@dataclass(frozen=True, slots=True)
class Services:
    """What the composition root hands to every module."""

    settings: Settings
    database: Database
    procedures: Procedures
    subscribers: Subscribers
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the portal's navigation: `label` is a message key, `icon` a lucide name, `order` its place."""

    label: str
    href: str
    icon: str
    order: int


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler of an event type; `name` stays the same across versions."""

    name: str
    event_type: str
    handler: Handler


@dataclass(frozen=True, slots=True)
class HomeCard:
    """A card of the home page: `load` gives what its template shows."""

    template: str
    order: int
    load: Callable[[Session, Actor], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Module:
    """A part of homeport with its own tables, pages, commands and procedures."""

    name: str
    package: str
    settings: type[Section] | None = None
    rules: Sequence[Rule] = ()
    commands: Typer | None = None
    navigation: Sequence[NavigationItem] = ()
    procedures: Callable[[Services], Sequence[Procedure[Any]]] = field(default=lambda _services: ())
    subscriptions: Callable[[Services], Sequence[Subscription]] = field(default=lambda _services: ())
    routes: Callable[[Services], APIRouter] | None = None
    pages: Callable[[Services], APIRouter] | None = None
    home_cards: Sequence[HomeCard] = ()


def installed_modules() -> list[Module]:
    """Return the modules of every installed package, by name."""
    return sorted((point.load() for point in entry_points(group="homeport.modules")), key=lambda module: module.name)
