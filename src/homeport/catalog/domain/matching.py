"""From a host, topic or database in configuration to the entity that it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from homeport.catalog.domain.connections import is_general
from homeport.catalog.domain.fields import Candidate
from homeport.catalog.domain.reading import Dependency, Reading
from homeport.catalog.domain.resources import PRODUCT_TYPES, kebab

_CALLABLE = ("openapi", "grpc", "graphql")
_CALLED_BY = {"http": "openapi", "grpc": "grpc", "graphql": "graphql"}
_SERVICE_SUFFIX = re.compile(r"[-_](svc|service|server|headless|internal|lb)$")
_STAGE = re.compile(r"^(dev|stg|stage|staging|prod|prd|qa|uat)-|-(dev|stg|stage|staging|prod|prd|qa|uat)$")
_RESOLVED = 0.8
"""How sure a name is that leads to an entity: two places written by different hands agree."""
_OWN_DATABASE = 0.75
_NAMED_BY_ONE = 0.2
"""How much less sure a thing is that only one component names and nobody declares."""


@dataclass(frozen=True, slots=True)
class Link:
    """A relation to propose: the list's path, the target, and the type of the Resource to make where it is new."""

    path: str
    ref: str
    candidate: Candidate
    new_type: str | None = None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A name of which a template leaves parts open."""

    text: str
    kind: str
    ref: str
    repository: str


@dataclass(slots=True)
class Landscape:
    """What is there to be connected to, by name."""

    components: dict[str, str] = field(default_factory=dict)
    apis: dict[str, str] = field(default_factory=dict)
    provided: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    own: dict[str, list[str]] = field(default_factory=dict)
    patterns: list[_Pattern] = field(default_factory=list)
    channels: dict[str, dict[str, str]] = field(default_factory=dict)
    mentions: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add_named(self, kind: str, ref: str, name: str) -> None:
        """Let a component or API be found by a name; the first to have it keeps it."""
        (self.components if kind == "component" else self.apis).setdefault(_key(name), ref)

    def add_resource(self, ref: str, name: str, repository: str, kind: str) -> None:
        """Let a resource be found by a name, and by its repository."""
        self.resources.setdefault(_key(name), ref)
        self.types.setdefault(ref, kind)
        if ref not in self.own.setdefault(repository, []):
            self.own[repository].append(ref)

    def add_pattern(self, ref: str, pattern: str, repository: str, kind: str) -> None:
        """Let a resource be found by a name of which parts are only known when it is deployed."""
        self.patterns.append(_Pattern(pattern, kind, ref, repository))

    def add_channels(self, api: str, channels: Iterable[str], repository: str) -> None:
        """Let an AsyncAPI be found by what it publishes to."""
        for channel in channels:
            self.channels.setdefault(_key(channel), {}).setdefault(repository, api)

    def add_mentions(self, reading: Reading) -> None:
        """Count who names what: a thing that several repositories name is there, although nobody declares it."""
        self.mentions.update({(one.kind, _key(one.value)) for one in reading.dependencies})

    def find_resource(self, names: Sequence[str], kind: str, repository: str) -> str | None:
        """Return the resource of one of the names, else the only one of the kind whose pattern fits, the most literal.

        What the repository declares itself may leave anything open, what others declare only single words: stages.
        """
        known = next((self.resources[key] for key in map(_key, names) if key in self.resources), None)
        if known:
            return known
        own = [one for one in self.patterns if one.repository == repository and one.kind == kind]
        others = [one for one in self.patterns if one.repository != repository and one.kind == kind]
        fitting = [one for one in own if name_form(one.text).fullmatch(names[0].lower())]
        fitting = fitting or [one for one in others if name_form(one.text, "[a-z0-9]+").fullmatch(names[0].lower())]
        longest = max((len(one.text) for one in fitting), default=0)
        refs = {one.ref for one in fitting if len(one.text) == longest}
        return refs.pop() if len(refs) == 1 else None

    def find_publisher(self, name: str, repository: str) -> str | None:
        """Return the API of another repository that publishes to a topic or queue, None where none or several do."""
        publishers = self.channels.get(_key(name), {})
        others = {api for owner, api in publishers.items() if owner != repository}
        return others.pop() if len(others) == 1 and repository not in publishers else None


def name_form(pattern: str, open_part: str = "[a-z0-9._-]+") -> re.Pattern[str]:
    """Return what matches the names, in lower case, that a pattern with * stands for."""
    return re.compile(open_part.join(re.escape(part) for part in pattern.lower().split("*")))


def component_links(reading: Reading, ref: str, name: str, landscape: Landscape) -> Iterator[Link]:
    """Return what the configuration of the component `ref` connects it to, the surest mention of each first."""
    has_topics = any(one.kind == "topic" for one in reading.dependencies)
    own_types = {landscape.types.get(one, "") for one in landscape.own.get(reading.repository, [])}
    named = {one.product for one in reading.dependencies if one.kind not in ("product", "host", "sample-host")}
    for one in sorted(reading.dependencies, key=lambda dependency: -dependency.confidence):
        if one.kind in ("host", "sample-host"):
            yield from _to_host(one, ref, landscape)
        elif one.kind == "product":
            is_told = one.value in named or PRODUCT_TYPES.get(one.value) in own_types
            if not is_told and not (has_topics and one.value == "kafka"):
                yield from _to_product(one, name, landscape)
        else:
            yield from _to_resource(one, reading, name, landscape)


def _to_host(one: Dependency, ref: str, landscape: Landscape) -> Iterator[Link]:
    first, _, domain = one.value.partition(".")
    is_public = bool(domain) and not re.search(r"(^|\.)svc(\.|$)", domain)
    if is_public and is_general(first):
        return
    labels = [_key(one) for one in (first, _SERVICE_SUFFIX.sub("", first), _STAGE.sub("", first))]
    target = next((landscape.components[label] for label in labels if label in landscape.components), None)
    if target == ref:
        return
    if target is None:
        api = next((landscape.apis[label] for label in labels if label in landscape.apis), None)
        if api:
            yield Link("spec.consumesApis", api, _resolved(one, api))
        return
    apis = _callable_apis(landscape.provided.get(target, []), one.protocol)
    path = "spec.consumesApis" if apis else "spec.dependsOn"
    meant = apis[0] if apis else target
    yield Link(path, meant, _resolved(one, meant))


def _callable_apis(provided: Iterable[tuple[str, str]], protocol: str | None) -> list[str]:
    """The APIs of a component that can be called, those first that are called in the given way."""
    first = _CALLED_BY.get(protocol or "")
    kinds = sorted(_CALLABLE, key=lambda kind: kind != first)
    listed = list(provided)
    return [api for kind in kinds for api, type_ in listed if type_ == kind]


def _to_product(one: Dependency, component: str, landscape: Landscape) -> Iterator[Link]:
    """An engine that nobody declares: a broker is shared by all, everything else the component's own."""
    kind = PRODUCT_TYPES.get(one.value)
    if kind in ("database", "cache", "search", "broker"):
        ref = f"resource:default/{one.value if kind == 'broker' else f'{component}-{one.value}'}"
        is_shared = kind == "broker" and landscape.mentions[one.kind, _key(one.value)] > 1
        yield Link("spec.dependsOn", ref, _unresolved(one, ref, is_shared=is_shared), kind)


def _to_resource(one: Dependency, reading: Reading, component: str, landscape: Landscape) -> Iterator[Link]:
    """The API that publishes to a topic or queue of that name; else the resource of that name; else for a database the
    one that the repository itself declares; else a new one."""
    publisher = landscape.find_publisher(one.value, reading.repository) if one.kind in ("topic", "queue") else None
    if publisher:
        yield Link("spec.consumesApis", publisher, _resolved(one, publisher))
        return
    names = [one.value]
    if one.kind == "database":
        names += [f"{one.value}-{end}" for end in ("db", "database", one.product or "db")]
    known = landscape.find_resource(names, one.kind, reading.repository)
    if known:
        yield Link("spec.dependsOn", known, _resolved(one, known))
        return
    own = [ref for ref in landscape.own.get(reading.repository, []) if landscape.types.get(ref) == "database"]
    if one.kind == "database" and len(own) == 1:
        yield Link("spec.dependsOn", own[0], replace(_resolved(one, own[0]), confidence=_OWN_DATABASE))
        return
    name = f"{component}-{one.product}" if one.kind == "database" else kebab_dots(one.value)
    ref = f"resource:default/{name}"
    is_shared = one.kind != "database" and landscape.mentions[one.kind, _key(one.value)] > 1
    yield Link("spec.dependsOn", ref, _unresolved(one, ref, is_shared=is_shared), one.kind)


def _resolved(one: Dependency, ref: str) -> Candidate:
    return Candidate(ref, one.source, _RESOLVED, one.place)


def _unresolved(one: Dependency, ref: str, *, is_shared: bool) -> Candidate:
    confidence = _RESOLVED if is_shared else round(one.confidence - _NAMED_BY_ONE, 2)
    return Candidate(ref, one.source, confidence, one.place)


def kebab_dots(name: str) -> str:
    """Return the name of a topic or queue as an entity's name; its dots stay."""
    return ".".join(kebab(part) for part in name.split(".") if kebab(part))[:63].strip("-.")


def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
