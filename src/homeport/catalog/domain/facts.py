"""What was seen in one repository, file by file: the material that inference decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from homeport.catalog.domain.fields import Candidate, Place


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package manifest says.

    `ecosystem` is pypi, npm, go, maven, gradle, cargo, composer, gem or nuget; `commands` are the programs it
    installs; `importable` tells whether other code can import it, None where the manifest does not show it.
    """

    place: Place
    ecosystem: str
    name: str | None = None
    description: str | None = None
    language: str | None = None
    commands: tuple[str, ...] = ()
    importable: bool | None = None
    dependencies: tuple[str, ...] = ()
    dev_dependencies: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    classifiers: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Readme:
    """What a README says: its title, first sentence, and how its code blocks use the project."""

    place: Place
    title: str | None
    sentence: str | None
    sentence_line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was seen in one repository.

    `files` are paths and sizes in bytes of everything in the tree; `deployments` are candidates of spec.type that
    deployment files speak for; `api_count`, `api_bytes` and `resource_count` what was found of these.
    """

    name: str
    files: tuple[tuple[str, int], ...]
    manifests: tuple[Manifest, ...] = ()
    readme: Readme | None = None
    deployments: tuple[Candidate, ...] = ()
    api_count: int = 0
    api_bytes: int = 0
    resource_count: int = 0
    traits: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that speaks for a type; 1.0 is enough alone, what tells for sure weighs 3."""

    type: str
    weight: float
    source: str
    place: Place | None = None
