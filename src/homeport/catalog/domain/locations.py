"""Locations: where entities come from, and the entity that stands for one."""

from __future__ import annotations

import hashlib
from enum import StrEnum

from homeport.catalog.domain.described import Described


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
