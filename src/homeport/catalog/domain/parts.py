"""The names of what a repository defines beside its component: APIs and resources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeport.catalog.domain.reading import ApiDefinition, DeclaredResource, Reading
from homeport.catalog.domain.resources import kebab

_SUFFIXES = {"openapi": "", "asyncapi": "-events", "grpc": "-grpc", "graphql": "-graphql"}


def apis_of(reading: Reading, component: str | None) -> Iterator[tuple[ApiDefinition, str]]:
    """Return the repository's APIs with their names: that of the component, with the type where it is not OpenAPI.

    A second API of the same type has the name of its file or service after it.
    """
    taken: set[str] = set()
    base = component or reading.guess("metadata.name") or reading.repository.rpartition("/")[2]
    for api in reading.apis:
        name = f"{base}{_SUFFIXES[api.type]}"
        if name in taken:
            stem = api.place.file.rpartition("/")[2].partition(".")[0]
            parts = [kebab(api.title.rpartition(".")[2]) if api.type == "grpc" else kebab(stem), kebab(api.place.file)]
            name = next((one for one in (f"{base}-{part}" for part in parts) if one not in taken), name)
        taken.add(name)
        yield api, _valid(name)


def resources_of(reading: Reading, component: str | None) -> Iterator[tuple[DeclaredResource, str]]:
    """Return the resources worth an entity with their names, each name once: what is declared again for another
    environment is the same.

    The physical name counts where the template says it; else the logical one after the component's.
    """
    seen: set[tuple[str, str]] = set()
    base = component or reading.guess("metadata.name") or reading.repository.rpartition("/")[2]
    for declared in reading.resources:
        if not declared.type:
            continue
        logical = kebab(declared.address.rpartition(".")[2])
        name = _valid(declared.physical_name or (logical if logical.startswith(base) else f"{base}-{logical}"))
        if (declared.type, name) not in seen and name not in {one for _, one in seen}:
            seen.add((declared.type, name))
            yield declared, name


def _valid(name: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:63].rstrip("-._") or "unnamed"
