"""Where descriptors come from: one Protocol, one file for each kind of source.

A source gives contents under keys. A key is absolute and stays the same from one reading to the next: the path of a
file, an address. What a descriptor points to (Location targets, `$text`) is asked of the source that it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Content:
    """What stands under a key; `version` is equal as long as it is: a hash, an ETag or a commit."""

    data: bytes
    version: str


class TargetRefused(Exception):
    """A target must not be followed, whatever is there: it leads out of the source, or to a private address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Source(Protocol):
    """A place that descriptors are read from."""

    def starts(self) -> Sequence[str]:
        """Return the keys that reading begins with, sorted.

        Raises:
            SourceUnreadable: the source can't be reached or is not there.
        """

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        """Return the content under the key, or None where it is still at `known_version`.

        Raises:
            SourceUnreadable: it is not there, too large, or can't be reached.
            TargetRefused: it must not be read.
        """

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        """Return the keys that `target` means where it stands in the descriptor at `base`, globs expanded, sorted.

        Raises:
            TargetRefused: the target must not be followed.
            SourceUnreadable: the source can't be reached to look what a glob matches.
        """

    def location_of(self, key: str) -> str:
        """Return the key as Backstage's annotations write it, `type:target`: `url:https://…`, `file:/…`."""
