"""Where an entity comes from: the location, the Locations that led on from there, and the line it is written on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.domain.locations import generated_location
from homeport.catalog.models import EntityRow, LocationRow
from homeport.catalog.pages.documents import is_web_address
from homeport.catalog.pages.links import EntityLink, link_to
from homeport.kernel.trust.identity import Actor

_ANNOTATIONS = ("backstage.io/view-url", "backstage.io/source-location")


@dataclass(frozen=True, slots=True)
class Ancestry:
    """The steps to an entity; `place` is `file:line`, `url` leads to it where it lies at an address."""

    location: LocationRow | None
    locations: Sequence[EntityLink]
    place: str
    url: str


def ancestry_of(session: Session, actor: Actor, row: EntityRow) -> Ancestry:
    """Return where the entity comes from."""
    location = origins.find_location(session, row.location_id)
    itself = generated_location(location.type, location.target).ref if location else ""
    above = [link_to(one.ref) for one in repository.locations_to(session, actor, row) if one.ref != itself]
    unit = origins.find_unit(session, row.unit_id) if row.unit_id is not None else None
    file = unit.key if unit else "/".join(filter(None, (row.repository, row.file)))
    place = f"{file}:{row.line}" if row.line else file
    return Ancestry(location, [one for one in above if one], place, _url(row, unit.key if unit else ""))


def _url(row: EntityRow, key: str) -> str:
    """The web address that the entity is written at, or else one that its document gives."""
    if is_web_address(key):
        return f"{key}#L{row.line}" if row.line and "#" not in key else key
    annotations = row.document["metadata"].get("annotations")
    for name in _ANNOTATIONS:
        value = annotations.get(name) if isinstance(annotations, dict) else None
        url = value.removeprefix("url:") if isinstance(value, str) else ""
        if is_web_address(url):
            return url
    return ""
