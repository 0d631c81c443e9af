"""Which source a location is read through."""

from __future__ import annotations

from homeport.catalog.adapters.sources import Source
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.domain.locations import LocationType
from homeport.forges.git import GitRepository
from homeport.kernel.base.errors import InvalidInput


class Sources:
    """Opens locations as this installation may."""

    def open(self, type_: LocationType, target: str) -> Source:
        """Return the source of descriptors that the location names.

        Raises:
            InvalidInput: locations of that type are not read as descriptors.
        """
        if type_ is LocationType.FILE:
            return FileSource(target)
        raise InvalidInput(f"Locations of type {type_} are not read yet.")

    def fetch(self, url: str) -> GitRepository:
        raise InvalidInput(f"{url} can't be read yet.")
