"""How far a repository of Saebom has come: everything its files say that changes from commit to commit."""

from __future__ import annotations

from dataclasses import dataclass, field

from homeport.demo.company import Component, Person
from homeport.demo.interfaces import INTERFACES, Interface, Operation


@dataclass(frozen=True)
class Plan:
    """What is decided about a repository before its first commit.

    `fate` is `catalog` (has catalog-info.yaml), `codeowners`, `committers` (owned by who commits), `handover` (the
    same, after another team left it), `ambiguous` or `orphan`. `teams` are those whose people commit, the first most.
    """

    component: Component
    fate: str
    commit_count: int
    codeowners_path: str | None
    codeowners_person: Person | None
    teams: tuple[str, ...]

    @property
    def interface(self) -> Interface:
        return INTERFACES[self.component.name]


@dataclass(frozen=True)
class State:
    """One point in the life of a repository. Memory is in MiB, times in milliseconds, capacity in GiB."""

    version: tuple[int, int, int] = (0, 1, 0)
    shipped: int = 1
    depths: tuple[int, ...] = ()
    pins: tuple[int, ...] = ()
    wired: int = 0
    declared: int = 0
    replicas: int = 2
    memory_mb: int = 512
    timeout_ms: int = 800
    retries: int = 1
    pool: int = 10
    capacity_gb: int = 100
    notes: int = 0
    ci: int = 0
    has_specification: bool = False
    has_codeowners: bool = False
    has_catalog_entry: bool = False
    unreleased: tuple[str, ...] = ()
    releases: tuple[str, ...] = field(default=())

    @property
    def version_text(self) -> str:
        return ".".join(str(part) for part in self.version)

    def operations(self, interface: Interface) -> tuple[tuple[Operation, int], ...]:
        """The operations there are so far, each with how often its code was improved (0 to 3)."""
        return tuple(zip(interface.operations[: self.shipped], self.depths, strict=False))


# Released versions of what each stack is built on, oldest first.
LADDERS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "python": (
        ("fastapi", ("0.104.1", "0.108.0", "0.110.1", "0.111.0", "0.112.2", "0.115.0", "0.115.6")),
        ("pydantic", ("2.5.2", "2.6.4", "2.7.1", "2.8.2", "2.9.2", "2.10.4")),
        ("httpx", ("0.25.2", "0.26.0", "0.27.0", "0.27.2", "0.28.1")),
        ("boto3", ("1.34.11", "1.34.69", "1.34.131", "1.35.16", "1.35.87")),
        ("uvicorn", ("0.24.0", "0.27.1", "0.29.0", "0.30.6", "0.34.0")),
    ),
    "go": (
        ("github.com/go-chi/chi/v5", ("v5.0.10", "v5.0.11", "v5.0.12", "v5.1.0", "v5.2.0")),
        ("github.com/prometheus/client_golang", ("v1.17.0", "v1.18.0", "v1.19.1", "v1.20.5")),
        ("google.golang.org/grpc", ("v1.59.0", "v1.62.1", "v1.64.0", "v1.67.1", "v1.69.2")),
        ("github.com/jackc/pgx/v5", ("v5.5.0", "v5.5.5", "v5.6.0", "v5.7.1", "v5.7.2")),
    ),
    "jvm": (
        ("spring-boot", ("3.1.6", "3.2.3", "3.2.7", "3.3.2", "3.3.6", "3.4.1")),
        ("aws-sdk", ("2.21.40", "2.25.11", "2.26.20", "2.28.6", "2.29.43")),
        ("springdoc", ("2.2.0", "2.3.0", "2.5.0", "2.6.0", "2.7.0")),
        ("kotlin", ("1.9.21", "1.9.24", "2.0.10", "2.0.21", "2.1.0")),
    ),
    "nest": (
        ("@nestjs/core", ("10.2.10", "10.3.7", "10.3.10", "10.4.4", "10.4.15")),
        ("axios", ("1.6.2", "1.6.8", "1.7.2", "1.7.7", "1.7.9")),
        ("typescript", ("5.3.2", "5.4.5", "5.5.4", "5.6.3", "5.7.2")),
        ("class-validator", ("0.14.0", "0.14.1")),
    ),
    "express": (
        ("express", ("4.18.2", "4.18.3", "4.19.2", "4.21.0", "4.21.2")),
        ("zod", ("3.22.4", "3.23.6", "3.23.8", "3.24.1")),
        ("undici", ("5.28.2", "6.13.0", "6.19.8", "7.2.0")),
        ("typescript", ("5.3.2", "5.4.5", "5.5.4", "5.6.3", "5.7.2")),
    ),
    "next": (
        ("next", ("14.0.4", "14.1.4", "14.2.3", "14.2.15", "15.1.2")),
        ("react", ("18.2.0", "18.3.1")),
        ("@tanstack/react-query", ("5.13.4", "5.28.9", "5.45.1", "5.59.0", "5.62.10")),
        ("typescript", ("5.3.2", "5.4.5", "5.5.4", "5.6.3", "5.7.2")),
    ),
    "vite": (
        ("react", ("18.2.0", "18.3.1")),
        ("vite", ("5.0.7", "5.2.8", "5.3.1", "5.4.8", "6.0.6")),
        ("react-router-dom", ("6.20.1", "6.22.3", "6.24.0", "6.26.2", "6.28.1")),
        ("typescript", ("5.3.2", "5.4.5", "5.5.4", "5.6.3", "5.7.2")),
    ),
}


def ladder(component: Component) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the dependencies of a component with the versions its team goes through."""
    if component.language in {"java", "kotlin"}:
        return LADDERS["jvm"]
    return LADDERS[component.stack] if component.stack in LADDERS else LADDERS[component.language]


def pinned(component: Component, state: State) -> dict[str, str]:
    """Return the version of each dependency at this point."""
    return {name: versions[pin] for (name, versions), pin in zip(ladder(component), state.pins, strict=True)}
