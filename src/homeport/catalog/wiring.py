"""What the catalog brings to homeport, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from pydantic import Field, SecretStr
from sqlalchemy.orm import Session
from starlette.routing import BaseRoute

from homeport.catalog import origins, pages, repository, routes
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.backstage import application as backstage
from homeport.catalog.commands import commands
from homeport.catalog.domain.locations import LocationType, is_touched
from homeport.catalog.events import FIELD_ANSWERED, LOCATION_DISCOVERED
from homeport.catalog.findings import settle_owner
from homeport.catalog.locations import Locations
from homeport.catalog.moving import timer_of
from homeport.catalog.procedures import DISCOVER, Discover
from homeport.catalog.service import Catalog
from homeport.forges.pushes import PUSHED
from homeport.kernel.base.events import Event
from homeport.kernel.base.settings import Paths, Section
from homeport.kernel.module import Module, NavItem, Services, Subscription
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.approval_rules import StandingApproval
from homeport.kernel.work.procedures import Procedure
from homeport.kernel.work.timers import hasten, set_timer


class LocationSetting(Section):
    """A location that is read."""

    type: LocationType = Field(description="repos, git, file, url or backstage.")
    target: str = Field(min_length=1, description="Folder, Git URL, glob of files, address, or a Backstage's URL.")
    token: SecretStr | None = Field(None, description="Token that a Backstage lets in for reading its catalog.")


class CatalogSettings(Section):
    """Settings of the catalog."""

    ask_below: float = Field(
        0.6, ge=0, le=1, description="Fields less sure than this (0 to 1) are put to people: confirm or wrong."
    )
    removal_limit: int = Field(
        50,
        ge=0,
        description="Entities that reading a location may remove without asking; never all that a location has.",
    )
    refresh_cron: str = Field("0 3 * * *", description="When every location is checked in full, as cron, in `zone`.")
    locations: tuple[LocationSetting, ...] = Field(
        (), description="What is read: `[{type: repos|git|file|url|backstage, target: …}]`."
    )
    anonymous_read: bool = Field(
        False, description="Whether Backstage's API under /api/catalog lets everybody read, without a token."
    )
    folders: Paths = Field((), description="Folders whose files may be registered as locations, beside `locations`.")
    other_kinds: tuple[str, ...] = Field((), description="Kinds of entities beside the usual ones that are let in.")


def _sources(services: Services) -> Sources:
    return Sources(services.settings)


def _procedures(services: Services) -> Sequence[Procedure[Any]]:
    return [Discover(services, Catalog(services), _sources(services))]


def _subscriptions(services: Services) -> Sequence[Subscription]:
    settings = services.settings

    def keep_fresh(session: Session, event: Event) -> None:
        cron, location = settings.section("catalog").refresh_cron, dict(event.payload)
        key = timer_of(int(event.entity.rpartition(":")[2]))
        set_timer(session, key, cron, settings.zone, DISCOVER, location, event.at)

    def read_what_was_pushed(session: Session, event: Event) -> None:
        urls = event.payload.get("urls") or [event.entity]
        for row in origins.list_locations(session, SYSTEM):
            if is_touched(row.type, row.target, urls):
                hasten(session, timer_of(row.id), event.at)

    return [
        Subscription("catalog.read-pushed", PUSHED, read_what_was_pushed),
        Subscription("catalog.settle-owner", FIELD_ANSWERED, settle_owner),
        Subscription("catalog.keep-fresh", LOCATION_DISCOVERED, keep_fresh),
    ]


def _navigation(services: Services) -> Sequence[NavItem]:
    def count(request: Request) -> int | None:
        if request.state.actor is None:
            return None
        with services.database.reading() as session:
            return sum(repository.count_by_kind(session, request.state.actor).values())

    return [NavItem("nav-catalog", "/catalog", "boxes", 20, count=count)]


def _start(services: Services) -> None:
    Locations(services, _sources(services)).take_in_settings()


def _routes(services: Services) -> APIRouter:
    return routes.routes(services, Catalog(services))


def _mounts(services: Services) -> Sequence[BaseRoute]:
    return backstage.mounts(services, Locations(services, _sources(services)))


def _pages(services: Services) -> APIRouter:
    return pages.routes(services, Catalog(services), Locations(services, _sources(services)))


module = Module(
    name="catalog",
    folder=Path(__file__).parent,
    settings=CatalogSettings,
    rules=(
        Rule("catalog.read", Role.VIEWER),
        Rule("catalog.confirm", Role.OPERATOR, or_owner=True),
        Rule("catalog.discover", Role.OPERATOR),
    ),
    commands=commands,
    navigation=_navigation,
    procedures=_procedures,
    subscriptions=_subscriptions,
    routes=_routes,
    mounts=_mounts,
    pages=_pages,
    home_cards=pages.HOME_CARDS,
    standing_approvals=(StandingApproval("catalog.keep-fresh", "homeport", DISCOVER),),
    start=_start,
)
