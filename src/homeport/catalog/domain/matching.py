"""From a host, topic or database in configuration to the entity that it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from homeport.catalog.domain.fields import Candidate
from homeport.catalog.domain.reading import Dependency, Reading
from homeport.catalog.domain.resources import PRODUCT_TYPES, kebab

_CALLABLE = ("openapi", "grpc", "graphql")
_SERVICE_SUFFIX = re.compile(r"[-_](svc|service|server|headless|internal|lb)$")


@dataclass(frozen=True, slots=True)
class Link:
    """A relation to propose: the list's path, the target, and the type of the Resource to make where it is new."""

    path: str
    ref: str
    candidate: Candidate
    new_type: str | None = None


@dataclass(slots=True)
class Landscape:
    """What is there to be connected to, by name."""

    components: dict[str, str] = field(default_factory=dict)
    apis: dict[str, str] = field(default_factory=dict)
    provided: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)

    def add_named(self, kind: str, ref: str, name: str) -> None:
        """Let a component or API be found by a name; the first to have it keeps it."""
        (self.components if kind == "component" else self.apis).setdefault(_key(name), ref)

    def add_resource(self, ref: str, name: str, repository: str, kind: str) -> None:
        """Let a resource be found by a name, and by its repository."""
        self.resources.setdefault(_key(name), ref)
        self.types.setdefault(ref, kind)
        if ref not in self.own.setdefault(repository, []):
            self.own[repository].append(ref)


def component_links(reading: Reading, ref: str, name: str, landscape: Landscape) -> Iterator[Link]:
    """Return what the configuration of the component `ref` connects it to, the surest mention of each first."""
    has_topics = any(one.kind == "topic" for one in reading.dependencies)
    own_types = {landscape.types.get(one, "") for one in landscape.own.get(reading.repository, [])}
    named = {one.product for one in reading.dependencies if one.kind != "product"}
    for one in sorted(reading.dependencies, key=lambda dependency: -dependency.confidence):
        if one.kind == "host":
            yield from _to_host(one, ref, landscape)
        elif one.kind == "product":
            is_told = one.value in named or PRODUCT_TYPES.get(one.value) in own_types
            if not is_told and not (has_topics and one.value == "kafka"):
                yield from _to_product(one, name)
        else:
            yield from _to_resource(one, reading, name, landscape)


def _to_host(one: Dependency, ref: str, landscape: Landscape) -> Iterator[Link]:
    label = _key(_host_name(one.value))
    short = _key(_SERVICE_SUFFIX.sub("", _host_name(one.value)))
    target = landscape.components.get(label) or landscape.components.get(short)
    if target == ref:
        return
    if target is None:
        api = landscape.apis.get(label)
        if api:
            yield Link("spec.consumesApis", api, Candidate(api, one.source, one.confidence, one.place))
        return
    callable_apis = [
        api for kind in _CALLABLE for api, source in landscape.provided.get(target, []) if source in (kind, "yaml")
    ]
    path = "spec.consumesApis" if callable_apis else "spec.dependsOn"
    meant = callable_apis[0] if callable_apis else target
    yield Link(path, meant, Candidate(meant, one.source, one.confidence, one.place))


def _to_product(one: Dependency, component: str) -> Iterator[Link]:
    """An engine that nobody declares: a broker is shared by all, everything else the component's own."""
    kind = PRODUCT_TYPES.get(one.value)
    if kind in ("database", "cache", "search", "broker"):
        ref = f"resource:default/{one.value if kind == 'broker' else f'{component}-{one.value}'}"
        yield Link("spec.dependsOn", ref, Candidate(ref, one.source, round(one.confidence - 0.2, 2), one.place), kind)


def _to_resource(one: Dependency, reading: Reading, component: str, landscape: Landscape) -> Iterator[Link]:
    """A resource of that name; else for a database the one that the repository itself declares; else a new one."""
    names = [one.value]
    if one.kind == "database":
        names += [f"{one.value}-{end}" for end in ("db", "database", one.product or "db")]
    known = next((landscape.resources[key] for key in map(_key, names) if key in landscape.resources), None)
    if known is None and one.kind == "database":
        own = [ref for ref in landscape.own.get(reading.repository, []) if landscape.types.get(ref) == "database"]
        known = own[0] if len(own) == 1 else None
    if known:
        yield Link("spec.dependsOn", known, Candidate(known, one.source, one.confidence, one.place))
        return
    name = f"{component}-{one.product}" if one.kind == "database" else kebab_dots(one.value)
    ref = f"resource:default/{name}"
    yield Link("spec.dependsOn", ref, Candidate(ref, one.source, round(one.confidence - 0.2, 2), one.place), one.kind)


def kebab_dots(name: str) -> str:
    """Return the name of a topic or queue as an entity's name; its dots stay."""
    return ".".join(kebab(part) for part in name.split(".") if kebab(part))[:63].strip("-.")


def _host_name(host: str) -> str:
    return host.split(".")[0]


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
