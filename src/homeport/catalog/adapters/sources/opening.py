"""Which source a location is read through, as this installation's settings allow.

What calls out is imported when it is first used: an installation that reads files alone starts a tenth sooner.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from homeport.catalog.adapters.sources import Source
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.domain.locations import LocationType
from homeport.forges.addresses import Forges
from homeport.kernel.base.errors import AddressRefused, InvalidInput, SourceUnreadable
from homeport.kernel.base.settings import Settings

if TYPE_CHECKING:
    from homeport.catalog.adapters.sources.urls import UrlSource
    from homeport.forges.checkouts import Checkouts
    from homeport.forges.git import GitRepository
    from homeport.kernel.edge.outbound import Outbound


class Sources:
    """Opens locations; whoever writes homeport.yaml is believed as to addresses and files, all others are checked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self, type_: LocationType, target: str) -> Source:
        """Return the source of descriptors that the location names.

        Raises:
            InvalidInput: locations of that type are not read as descriptors.
        """
        match type_:
            case LocationType.FILE:
                source = FileSource(target, elsewhere=self._at)
                self._check_folder(source.root, target)
                return source
            case LocationType.URL:
                return self._at(target, trusted=self._is_named(target))
            case LocationType.GIT:
                from homeport.catalog.adapters.sources.git import GitFilesSource

                url, fragment = urldefrag(target)
                ref, _, pattern = fragment.partition(":")
                is_ours = self._is_named(target)
                return GitFilesSource(
                    url, pattern, self._checkouts, self._forges, ref or None, trusted=is_ours, elsewhere=self._at(url)
                )
            case LocationType.BACKSTAGE:
                from homeport.catalog.adapters.sources.backstage import BackstageSource

                token, is_ours = self._token_of(target), self._is_named(target)
                return BackstageSource(target, self._outbound, token, trusted=is_ours)
            case LocationType.REPOS:
                raise InvalidInput("A folder of repositories is read repository by repository.")

    def fetch(self, target: str) -> GitRepository:
        """Return the repository at a Git URL, as of the ref after `#` or where its HEAD stands.

        Raises:
            SourceUnreadable: it can't be reached or read.
        """
        url, ref = urldefrag(target)
        try:
            return self._checkouts.fetch(url, ref or None, trusted=self._is_named(target))
        except AddressRefused as refused:
            raise SourceUnreadable(refused.message) from None

    def _at(self, target: str, *, trusted: bool = False) -> UrlSource:
        from homeport.catalog.adapters.sources.urls import UrlSource

        return UrlSource(target, self._outbound, self._forges, self._checkouts, trusted=trusted)

    def _is_named(self, target: str) -> bool:
        """Whether homeport.yaml names the location."""
        return any(one.target == target for one in self._settings.section("catalog").locations)

    def _check_folder(self, root: str, target: str) -> None:
        """Return if files there may be read: who registers locations need not be who reads this machine."""
        folders = [folder.resolve() for folder in self._settings.section("catalog").folders]
        real = Path(root).resolve()
        if not (self._is_named(target) or any(real.is_relative_to(folder) for folder in folders)):
            raise SourceUnreadable(
                f"{target} lies in no folder whose files may be registered. In homeport.yaml, "
                f'`catalog: {{folders: ["{root}"]}}` allows it, or name it in catalog.locations.'
            )

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
