"""What a module brings: the kernel and the shell find it here, and a third party's just the same.

A package names its module under the entry point group `homeport.modules`. Its tables are found in its
`models.py`, its pages' templates in `html/`, its words in `locales/ko` and `locales/en`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from starlette.routing import BaseRoute
from typer import Typer

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Handler, Subscribers
from homeport.kernel.base.settings import Section, Settings
from homeport.kernel.trust.access import Rule
from homeport.kernel.work.approval_rules import StandingApproval
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

    @property
    def due_days(self) -> Mapping[str, int]:
        """Days in which a finding is to be mended, by severity."""
        return self.settings.findings.due_days.by_severity


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the navigation: `label` is a message key, `icon` one of Lucide's, lit up on its address and below it.

    `count` is asked on every page: keep it one fast query, or leave it out.
    """

    label: str
    href: str
    icon: str
    order: int
    group: str = ""
    count: Callable[[Request], int | None] | None = None
    is_for: Callable[[Request], bool] | None = None

    def is_current(self, path: str) -> bool:
        """Whether a page of this address belongs to the item."""
        return path == self.href or (self.href != "/" and path.startswith(self.href + "/"))


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
    folder: Path
    settings: type[Section] | None = None
    rules: Sequence[Rule] = ()
    commands: Typer | None = None
    procedures: Callable[[Services], Sequence[Procedure[Any]]] = field(default=lambda _services: ())
    subscriptions: Callable[[Services], Sequence[Subscription]] = field(default=lambda _services: ())
    routes: Callable[[Services], APIRouter] | None = None
    mounts: Callable[[Services], Sequence[BaseRoute]] = field(default=lambda _services: ())
    """Addresses outside /api/v1 that clients of other systems expect, with errors in the words of those."""
    pages: Callable[[Services], APIRouter] | None = None
    navigation: Callable[[Services], Sequence[NavItem]] = field(default=lambda _services: ())
    home_cards: Sequence[HomeCard] = ()
    standing_approvals: Sequence[StandingApproval] = ()
    """What the module's own timers and events start without anybody being asked."""
    start: Callable[[Services], None] | None = None
    """What is done once when a worker starts, such as taking in what homeport.yaml says now."""


def installed_modules() -> list[Module]:
    """Return the modules of every installed package, by name."""
    return sorted((point.load() for point in entry_points(group="homeport.modules")), key=lambda module: module.name)
