"""HTML pages of the catalog."""

from __future__ import annotations

from fastapi import APIRouter

from homeport.catalog.locations import Locations
from homeport.catalog.pages import answers, entity, listing, locations, style, walk
from homeport.catalog.pages.cards import HOME_CARDS
from homeport.catalog.service import Catalog
from homeport.kernel.module import Services

__all__ = ["HOME_CARDS", "routes"]


def routes(services: Services, catalog: Catalog, located: Locations) -> APIRouter:
    """Every page of the catalog, under /catalog."""
    router = APIRouter(prefix="/catalog")
    style.add(router)
    listing.add(router, services)
    locations.add(router, services, located)
    walk.add(router, services)
    answers.add(router, services, catalog)
    entity.add(router, services)
    return router
