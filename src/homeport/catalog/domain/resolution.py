"""From what each repository tells to one catalog: entities, who owns them and how they hang together.

What somebody described stays as described; inference adds the fields that a description leaves out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from homeport.catalog.domain.described import described_fields
from homeport.catalog.domain.directory import Directory, build_directory, namespace_of, ref_of
from homeport.catalog.domain.fields import (
    Candidate,
    DescribedEntity,
    DiscoveredEntity,
    Field,
    Place,
    Problem,
    item_path,
)
from homeport.catalog.domain.matching import Landscape, component_links
from homeport.catalog.domain.merging import merged_apis, merged_resources
from homeport.catalog.domain.ownership import find_owner
from homeport.catalog.domain.parts import apis_of, resources_of
from homeport.catalog.domain.reading import ApiDefinition, DeclaredResource, Reading
from homeport.catalog.domain.resources import kebab
from homeport.catalog.domain.words import words

_NO_SYSTEMS = words(
    "backend frontend services service apps app applications libs libraries lib packages infra infrastructure platform "
    "tools repos repositories projects common shared internal archive sandbox web mobile data ops"
)
_LEAST_SYSTEM = 0.5
_AS_READ = 0.8
"""How sure name and type of a resource are that only configuration names: the doubt is whether it is one of its own."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """All entities, described and inferred, and everything that is wrong, each with its repository."""

    entities: tuple[DiscoveredEntity, ...]
    problems: tuple[Problem, ...]


def resolve(readings: Sequence[Reading], described: Iterable[DescribedEntity] = ()) -> Resolution:
    """Return the catalog that the repositories tell of together.

    Where two of them give one name, the first in `readings` keeps it.
    `described` are entities known from elsewhere: they count as people, teams and names, and are not in the result.
    """
    known = list(described)
    ordered = list(readings)
    everyone = [*known, *(entity for reading in ordered for entity in reading.described)]
    work = _Work(build_directory(everyone), {ref_of(entity.document) for entity in known})
    for reading in ordered:
        work.problems += [replace(problem, repository=reading.repository) for problem in reading.problems]
        work.add_described(reading)
    for reading in ordered:
        work.add_component(reading)
    for reading in ordered:
        work.add_parts(reading)
    work.connect(ordered)
    work.add_systems(ordered)
    work.add_teams()
    return Resolution(tuple(work.entities[ref].built() for ref in sorted(work.entities)), tuple(work.problems))


@dataclass(slots=True)
class Draft:
    """An entity while it is put together: candidates of each field."""

    kind: str
    name: str
    repository: str
    namespace: str = "default"
    place: Place | None = None
    described: DescribedEntity | None = None
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}".lower()

    def propose(self, path: str, *candidates: Candidate) -> None:
        """Add candidates; a list that the description gives is complete, so nothing is added to it."""
        listed = path.partition("[")[0]
        if self.described and listed != path and listed.rpartition(".")[2] in _section(self.described.document, listed):
            return
        self.candidates.setdefault(path, []).extend(candidates)

    def adopt(self, found: Field | None) -> None:
        if found:
            self.propose(found.path, found.chosen, *found.others)

    def chosen(self, path: str) -> Candidate | None:
        found = Field.among(path, self.candidates.get(path, []))
        return found.chosen if found else None

    def built(self) -> DiscoveredEntity:
        fields = [Field.among(path, candidates) for path, candidates in self.candidates.items()]
        return DiscoveredEntity(
            self.kind,
            self.name,
            tuple(sorted((one for one in fields if one), key=lambda one: one.path)),
            self.repository,
            self.namespace,
            self.place,
            self.described,
        )


@dataclass(slots=True)
class _Work:
    """The catalog in the making: drafts by reference."""

    directory: Directory
    foreign: set[str]
    entities: dict[str, Draft] = field(default_factory=dict)
    components: dict[str, Draft] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    declared: list[tuple[str, DeclaredResource, str]] = field(default_factory=list)
    channels: list[tuple[str, ApiDefinition, str]] = field(default_factory=list)

    # --- what was described ---

    def add_described(self, reading: Reading) -> None:
        for entity in reading.described:
            document = entity.document
            name, namespace = str(document["metadata"]["name"]), namespace_of(document)
            draft = Draft(str(document["kind"]), name, reading.repository, namespace, entity.place, entity)
            if draft.ref in self.entities:
                self._report_duplicate(draft, self.entities[draft.ref])
                continue
            for path, value, line in described_fields(entity):
                draft.candidates[path] = [Candidate(value, "yaml", 1.0, Place(entity.place.file, line))]
            self.entities[draft.ref] = draft

    # --- components ---

    def add_component(self, reading: Reading) -> None:
        name = reading.guess("metadata.name")
        draft = self._described_component(reading, name)
        if draft is None and name and reading.guess("kind") == "Component" and not self._describes_components(reading):
            draft = self._placed(Draft("Component", entity_name(name), reading.repository), reading)
        if draft is None:
            return
        self.components[reading.repository] = draft
        for guess in reading.guesses:
            if guess.path == "metadata.name":
                guess = replace(guess, chosen=replace(guess.chosen, value=draft.name))
            if guess.path not in ("kind", "metadata.name") or draft.described is None:
                draft.adopt(guess)
        if draft.described is None or "owner" not in _section(draft.described.document, "spec.owner"):
            ownership = find_owner(reading, draft.ref, self.directory)
            draft.adopt(ownership.field)
            self.problems += ownership.problems

    def _described_component(self, reading: Reading, name: str | None) -> Draft | None:
        """The described Component that the repository's code is: by name, the only one, or the only one at the root."""
        drafts = [
            draft for draft in self.entities.values()
            if draft.repository == reading.repository and draft.kind.lower() == "component" and draft.described
        ]  # fmt: skip
        own_names = {(name or "").lower(), reading.repository.rpartition("/")[2].lower()}
        named = [draft for draft in drafts if draft.name.lower() in own_names]
        at_root = [draft for draft in drafts if draft.place and "/" not in draft.place.file]
        return next((group[0] for group in (named, drafts, at_root) if len(group) == 1), None)

    def _describes_components(self, reading: Reading) -> bool:
        return any(str(entity.document.get("kind")).lower() == "component" for entity in reading.described)

    def _placed(self, draft: Draft, reading: Reading) -> Draft:
        """Give the draft its name; where that is taken, one with the group's or repository's name before it."""
        taken = self.entities.get(draft.ref)
        if taken or draft.ref in self.foreign:
            if taken:
                self._report_duplicate(draft, taken)
            qualifiers = [*reversed(reading.group), reading.repository.replace("/", "-")]
            names = [entity_name(f"{one}-{draft.name}") for one in qualifiers]
            names += [entity_name(f"{draft.name}-{number}") for number in range(2, 1_000)]
            draft.name = next(one for one in names if f"{draft.kind}:default/{one}".lower() not in self.entities)
        self.entities[draft.ref] = draft
        return draft

    def _report_duplicate(self, second: Draft, first: Draft) -> None:
        parameters = {
            "entity": second.ref,
            "first": _told(first.repository, first.place),
            "second": _told(second.repository, second.place),
        }
        self.problems.append(
            Problem("catalog.duplicate-entity", second.place, parameters, second.repository, second.ref)
        )

    # --- what a component provides and needs ---

    def add_parts(self, reading: Reading) -> None:
        component = self.components.get(reading.repository)
        owner = Field.among("spec.owner", component.candidates.get("spec.owner", [])) if component else None
        if component is None:
            owner = find_owner(reading, "", self.directory).field
        found = list(apis_of(reading, component.name if component else None))
        described = merged_apis(found, reading.described)
        for api, name in found:
            ref = described.get(api.place.file)
            if ref not in self.entities:
                draft = self._placed(Draft("API", name, reading.repository, place=api.place), reading)
                _describe_api(draft, api, owner, component)
                ref = draft.ref
            self.channels.append((ref, api, reading.repository))
            if component:
                component.propose(item_path("spec.providesApis", ref), Candidate(ref, api.type, 0.9, api.place))
        self._add_resources(reading, component, owner)

    def _add_resources(self, reading: Reading, component: Draft | None, owner: Field | None) -> None:
        """Add what templates declare; where the repository describes it too, to what is described."""
        found = list(resources_of(reading, component.name if component else None))
        base = component.name if component else reading.repository.rpartition("/")[2]
        described = merged_resources(found, reading.described, base)
        for declared, name in found:
            draft = self.entities.get(described.get(name, ""))
            if draft is None:
                draft = self._placed(Draft("Resource", name, reading.repository, place=declared.place), reading)
            self.declared.append((draft.ref, declared, reading.repository))
            own_name = name if draft.described else draft.name
            draft.propose("metadata.name", Candidate(own_name, declared.source, 0.8, declared.place))
            draft.propose("spec.type", Candidate(declared.type, declared.source, 0.9, declared.place))
            draft.propose(
                "metadata.description",
                Candidate(f"{declared.cloud_type} {declared.address}", declared.source, 0.8, declared.place),
            )
            draft.adopt(_weaker(owner))
            if component:
                dependency = Candidate(draft.ref, declared.source, 0.8, declared.place)
                component.propose(item_path("spec.dependsOn", draft.ref), dependency)

    def connect(self, readings: Sequence[Reading]) -> None:
        """Follow what configuration names to the entity that has that name."""
        landscape = self._landscape(readings)
        for reading in readings:
            component = self.components.get(reading.repository)
            if component is None:
                continue
            for link in component_links(reading, component.ref, component.name, landscape):
                if link.new_type and link.ref not in self.entities:
                    name, read = link.ref.rpartition("/")[2], replace(link.candidate, confidence=_AS_READ)
                    draft = Draft("Resource", name, reading.repository, place=link.candidate.place)
                    draft.propose("metadata.name", replace(read, value=name))
                    draft.propose("spec.type", replace(read, value=link.new_type))
                    draft.adopt(_weaker(Field.among("spec.owner", component.candidates.get("spec.owner", []))))
                    self.entities[draft.ref] = draft
                component.propose(item_path(link.path, link.ref), link.candidate)

    def _landscape(self, readings: Sequence[Reading]) -> Landscape:
        """All that configuration may name, by every name that it goes by."""
        landscape = Landscape()
        for draft in self.entities.values():
            kind = draft.kind.lower()
            if kind == "resource":
                landscape.add_resource(draft.ref, draft.name, draft.repository, _type_of(draft))
            elif kind in ("component", "api"):
                landscape.add_named(kind, draft.ref, draft.name)
            if kind == "component":
                landscape.provided[draft.ref] = list(self._provided(draft))
        for ref, declared, repository in self.declared:
            if declared.physical_name:
                landscape.add_resource(ref, declared.physical_name, repository, declared.type)
            if declared.name_pattern:
                landscape.add_pattern(ref, declared.name_pattern, repository, declared.type)
        for ref, api, repository in self.channels:
            landscape.add_channels(ref, api.channels, repository)
        for reading in readings:
            landscape.add_mentions(reading)
            component = self.components.get(reading.repository)
            if component:
                landscape.add_named("component", component.ref, reading.repository.rpartition("/")[2])
        return landscape

    def _provided(self, component: Draft) -> Iterable[tuple[str, str]]:
        """The APIs that a component provides, each with its type."""
        for path, candidates in component.candidates.items():
            if path.startswith("spec.providesApis["):
                api = self.entities.get(str(candidates[0].value))
                yield str(candidates[0].value), _type_of(api) if api else ""

    # --- systems and teams ---

    def add_systems(self, readings: Sequence[Reading]) -> None:
        """Put what belongs to a system into it, and infer the systems that nobody described."""
        sizes = Counter(str(one.value).lower() for reading in readings for one in reading.systems)
        for reading in readings:
            component = self.components.get(reading.repository)
            found = Field.among("spec.system", [*self._systems_of(reading, sizes)])
            if found is None:
                continue
            for draft in [draft for draft in self.entities.values() if draft.repository == reading.repository]:
                if draft.kind.lower() in ("component", "api", "resource") and (
                    draft is component or not draft.described
                ):
                    draft.adopt(found)
            if found.chosen.value not in self.entities:
                self._add_system(found.chosen, reading)
        self._own_systems()

    def _systems_of(self, reading: Reading, sizes: Mapping[str, int]) -> Iterable[Candidate]:
        for one in reading.systems:
            name = entity_name(kebab(str(one.value)))
            ref = f"system:default/{name}"
            is_described = ref in self.entities or ref in self.foreign
            repository_count = sizes[str(one.value).lower()]
            confidence = one.confidence if one.source != "path" else 0.4 + 0.1 * min(repository_count - 1, 2)
            if is_described:
                confidence = max(confidence + 0.1, 0.8 if repository_count > 1 else 0.0)
            if name and (is_described or name not in _NO_SYSTEMS) and confidence >= _LEAST_SYSTEM:
                yield Candidate(ref, one.source, round(min(confidence, 0.9), 2), one.place)

    def _add_system(self, candidate: Candidate, reading: Reading) -> None:
        name = str(candidate.value).rpartition("/")[2]
        draft = Draft("System", name, reading.repository, place=candidate.place)
        draft.propose("metadata.name", replace(candidate, value=name))
        if candidate.value not in self.foreign:
            self.entities[draft.ref] = draft

    def _own_systems(self) -> None:
        """An inferred system belongs to who owns most of its components, if that is more than half."""
        owners: dict[str, Counter[str]] = {}
        for component in self.components.values():
            system, owner = component.chosen("spec.system"), component.chosen("spec.owner")
            if system and owner:
                owners.setdefault(str(system.value), Counter())[str(owner.value)] += 1
        for ref, counted in owners.items():
            draft = self.entities.get(ref)
            best, count = counted.most_common(1)[0]
            if draft and not draft.described and count * 2 > counted.total():
                draft.propose("spec.owner", Candidate(best, "layout", 0.5))

    def add_teams(self) -> None:
        """Where nobody described a team, those that CODEOWNERS names are inferred."""
        if not self.directory.is_empty:
            return
        for component in list(self.components.values()):
            for one in component.candidates.get("spec.owner", []):
                if one.source == "codeowners" and str(one.value) not in self.entities:
                    name = str(one.value).rpartition("/")[2]
                    draft = Draft("Group", name, component.repository, place=one.place)
                    draft.propose("metadata.name", replace(one, value=name, confidence=0.7))
                    draft.propose("spec.type", replace(one, value="team", confidence=0.7))
                    self.entities[draft.ref] = draft


def entity_name(text: str) -> str:
    """Return the text as a name that the catalog allows, lower case; "" where nothing is left of it."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")[:63].rstrip("-._")


def _section(document: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    section = document.get(path.partition(".")[0])
    return section if isinstance(section, Mapping) else {}


def _describe_api(draft: Draft, api: Any, owner: Field | None, component: Draft | None) -> None:
    def told(value: Any, confidence: float) -> Candidate:
        return Candidate(value, api.type, confidence, api.place)

    draft.propose("metadata.name", told(draft.name, 0.8))
    draft.propose("spec.type", told(api.type, 0.95))
    draft.propose("spec.definition", told(api.definition, 0.95))
    if api.title:
        draft.propose("metadata.title", told(api.title, 0.9))
    if api.description:
        draft.propose("metadata.description", told(api.description, 0.9))
    lifecycle = component.chosen("spec.lifecycle") if component else None
    if lifecycle:
        draft.propose("spec.lifecycle", lifecycle)
    draft.adopt(_weaker(owner))


def _weaker(owner: Field | None) -> Field | None:
    """The owner of a component as the owner of its parts: never certain, but no question of its own."""
    if owner is None:
        return None
    chosen, *others = [replace(one, confidence=min(one.confidence, 0.9)) for one in (owner.chosen, *owner.others)]
    return Field(owner.path, chosen, tuple(others))


def _type_of(draft: Draft) -> str:
    chosen = draft.chosen("spec.type")
    return str(chosen.value) if chosen else ""


def _told(repository: str, place: Place | None) -> str:
    return f"{repository}: {place}" if place else repository
