"""Which source a location is read through, as this installation's settings allow.

What calls out is imported when it is first used: an installation that reads files alone starts a tenth sooner.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from homeport.catalog.adapters.sources import Source
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.domain.locations import LocationType
from homeport.forges.addresses import Forges
from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.base.settings import Settings

if TYPE_CHECKING:
    from homeport.catalog.adapters.sources.urls import UrlSource
    from homeport.forges.checkouts import Checkouts
    from homeport.forges.git import GitRepository
    from homeport.kernel.edge.outbound import Outbound


class Sources:
    """Opens locations; whoever may register one is believed as to its address, not as to what it leads to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self, type_: LocationType, target: str) -> Source:
        """Return the source of descriptors that the location names.

        Raises:
            InvalidInput: locations of that type are not read as descriptors.
        """
        match type_:
            case LocationType.FILE:
                return FileSource(target)
            case LocationType.URL:
                return self._at(target)
            case LocationType.GIT:
                from homeport.catalog.adapters.sources.git import GitFilesSource

                url, fragment = urldefrag(target)
                ref, _, pattern = fragment.partition(":")
                return GitFilesSource(
                    url, pattern, self._checkouts, self._forges, ref or None, trusted=True, elsewhere=self._at(url)
                )
            case LocationType.BACKSTAGE:
                from homeport.catalog.adapters.sources.backstage import BackstageSource

                return BackstageSource(target, self._outbound, self._token_of(target))
            case LocationType.REPOS:
                raise InvalidInput("A folder of repositories is read repository by repository.")

    def fetch(self, target: str) -> GitRepository:
        """Return the repository at a Git URL, as of the ref after `#` or where its HEAD stands.

        Raises:
            SourceUnreadable: it can't be reached or read.
        """
        url, ref = urldefrag(target)
        return self._checkouts.fetch(url, ref or None, trusted=True)

    def _at(self, target: str) -> UrlSource:
        from homeport.catalog.adapters.sources.urls import UrlSource

        return UrlSource(target, self._outbound, self._forges, self._checkouts)

    def _token_of(self, target: str) -> str | None:
        locations = self._settings.section("catalog").locations
        token = next((one.token for one in locations if one.target == target), None)
        return token.get_secret_value() if token else None

    @cached_property
    def _forges(self) -> Forges:
        return Forges(self._settings.forges)

    @cached_property
    def _outbound(self) -> Outbound:
        from homeport.kernel.edge.outbound import Outbound

        return Outbound(self._settings.outbound, self._forges.hosts)

    @cached_property
    def _checkouts(self) -> Checkouts:
        from homeport.forges.checkouts import Checkouts

        folder = self._settings.home / "checkouts"
        return Checkouts(folder.resolve(), self._settings.checkouts, self._outbound, self._forges)
