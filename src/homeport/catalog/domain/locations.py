"""Locations: where entities come from, and the entity that stands for one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from enum import StrEnum

from homeport.catalog.domain.described import Described

_SCHEME = re.compile(r"^[a-z+]+://([^/@]*@)?")
_SCP = re.compile(r"(?:[^/@:]+@)?(?P<host>[^/:]+):(?P<path>[^/].*)")


class LocationType(StrEnum):
    """How a location is read: whole repositories with what can be inferred, or descriptors only."""

    REPOS = "repos"
    GIT = "git"
    FILE = "file"
    URL = "url"
    BACKSTAGE = "backstage"

    def reads_repositories(self, target: str) -> bool:
        """Whether repositories are read whole, so that entities are inferred as well.

        Of a Git URL that ends in `#ref:path`, only the descriptors at that path are read.
        """
        is_whole = self is LocationType.GIT and ":" not in target.partition("#")[2]
        return self is LocationType.REPOS or is_whole


def repository_of(url: str) -> str:
    """Return the repository that an address lies in as `host/owner/name`, so that its spellings compare equal.

    Takes https, ssh and `git@host:` addresses, links to files of a forge, and paths of this machine.
    """
    address = url.partition("#")[0].rstrip("/")
    scp = _SCP.fullmatch(address)
    address = f"{scp['host']}/{scp['path']}" if scp else _SCHEME.sub("", address)
    return re.split(r"/(?:-/)?(?:blob|tree|raw|edit)/", address)[0].removesuffix(".git").lower()


def is_touched(type_: str, target: str, repositories: Collection[str]) -> bool:
    """Whether a push to one of the repositories can change what the location gives."""
    kind, pushed = LocationType(type_), {repository_of(url) for url in repositories}
    if kind in (LocationType.GIT, LocationType.URL):
        return repository_of(target) in pushed
    if kind is LocationType.REPOS:
        return any(f"{one}/".startswith(f"{target.rstrip('/')}/".lower()) for one in pushed)
    return False


def generated_location(type_: str, target: str) -> Described:
    """Return the Location that stands for a location.

    Source: catalog-backend 4.0, `locationSpecToLocationEntity` and `locationSpecToMetadataName`.
    """
    origin = f"{type_}:{target}"
    name = f"generated-{hashlib.sha1(origin.encode(), usedforsecurity=False).hexdigest()}"
    document = {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Location",
        "metadata": {
            "name": name,
            "namespace": "default",
            "annotations": {
                "backstage.io/managed-by-location": origin,
                "backstage.io/managed-by-origin-location": origin,
            },
        },
        "spec": {"type": type_, "target": target},
    }
    return Described(f"location:default/{name}", document, "", 0)
