"""Everything that one repository tells, read from the few files that matter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from homeport.catalog.adapters.readers import (
    cloudformation,
    codeowners,
    descriptor,
    entry_points,
    kubernetes,
    large_specs,
    manifests,
    readme,
    specs,
)
from homeport.catalog.adapters.readers.committers import committers_of
from homeport.catalog.adapters.readers.layout import (
    TEMPLATE_ENDINGS,
    Layout,
    chosen_files,
    has_manifest_in,
    is_named_spec,
    large_files,
    layout_of,
    may_be_manifest,
    may_define_api,
    may_deploy,
)
from homeport.catalog.adapters.readers.own_apis import Source, own_apis
from homeport.catalog.adapters.readers.settings import Configuration
from homeport.catalog.adapters.readers.syntax import MAX_BYTES, BrokenFile, decode
from homeport.catalog.adapters.readers.terraform import read_terraform
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.facts import Facts, Manifest, Readme
from homeport.catalog.domain.fields import Candidate, Place, Problem
from homeport.catalog.domain.inference import guess_component, plain_name
from homeport.catalog.domain.paths import Role, role_of
from homeport.catalog.domain.reading import ApiDefinition, DeclaredResource, Dependency, OwnerRule, Reading
from homeport.forges.git import SourceTree

_NOT_STORABLE = re.compile(r"\\u0000|\\ud[89a-f]")
_SURE = 0.75
"""From here on it is acted upon that the type is library; below, what it connects to is kept."""
_DEVELOPERS = frozenset({"compose", "env"})
"""What a library has such files for: its developers' machines."""


def read_repository(tree: SourceTree) -> Reading:
    """Return everything that the repository tells on its own; what can't be read is a problem, never an exception.

    Raises:
        SourceUnreadable: the repository itself could not be read.
    """
    files = tree.files()
    head = tree.head()
    slug = "/".join((*tree.group, tree.name))
    if not files:
        empty = (Problem("catalog.empty-repository", None, {"repository": slug}),) if head is None else ()
        return Reading(slug, tree.group, head, problems=empty)
    sizes = {file.path: file.size_bytes for file in files if not file.is_symlink}
    found = _find(tree, sizes)
    described = descriptor.read_descriptors(
        _descriptors(sizes), set(sizes), lambda paths: _read_small(tree, sizes, paths)
    )
    guesses = guess_component(found.facts())
    kept = found.settled({one.path: one.chosen for one in guesses})
    reading = Reading(
        slug,
        tree.group,
        head,
        tuple(described.entities),
        (*described.problems, *kept.problems),
        guesses,
        tuple(kept.owner_rules),
        tuple(committers_of(tree.history())),
        tuple(kept.apis),
        tuple(kept.resources),
        tuple(kept.dependencies),
        (*_distinct(kept.systems), *_group_system(tree.group)),
    )
    return _storable(reading)


def facts_of(tree: SourceTree) -> Facts:
    """Return what inference decides on, of one repository."""
    return _find(tree, {file.path: file.size_bytes for file in tree.files() if not file.is_symlink}).facts()


def _find(tree: SourceTree, sizes: dict[str, int]) -> _Found:
    layout = layout_of(tree.name, sizes)
    found = _Found(tree.name, sizes, layout, has_manifest_in(sizes))
    for path, content in tree.read(chosen_files(sizes, layout)).items():
        found.take(path, content)
    for path, head in large_specs.read_heads(tree, sizes, large_files(sizes, layout)):
        found.take_head(path, head)
    return found


def _storable(reading: Reading) -> Reading:
    """The reading without what databases refuse: NUL and halves of surrogate pairs, which escapes can make."""
    text = json.dumps(reading.to_json())
    return Reading.from_json(_clean(json.loads(text))) if _NOT_STORABLE.search(text) else reading


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value.replace("\0", "\ufffd").encode(errors="replace").decode() if isinstance(value, str) else value


@dataclass(slots=True)
class _Found:
    """What has been found so far, file by file."""

    name: str
    sizes: dict[str, int]
    layout: Layout
    has_manifest: bool
    manifests: list[Manifest] = field(default_factory=list)
    readme: Readme | None = None
    owner_rules: list[OwnerRule] = field(default_factory=list)
    apis: list[ApiDefinition] = field(default_factory=list)
    resources: list[DeclaredResource] = field(default_factory=list)
    deployments: list[Candidate] = field(default_factory=list)
    dependencies: list[Dependency] = field(default_factory=list)
    systems: list[Candidate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    traits: set[str] = field(default_factory=set)

    def take(self, path: str, content: bytes) -> None:
        """Let every reader that knows the file have it; the first that finds it broken speaks for all."""
        try:
            text = decode(content, legacy="cp949" if readme.is_readme(path) else None)
            for reader in self._readers(path, text):
                reader(path, text)
        except BrokenFile as wrong:
            if path not in {problem.parameters["file"] for problem in self.problems}:
                self.problems.append(_broken(path, wrong))

    def take_head(self, path: str, head: str | None) -> None:
        """Let the beginning of a definition too large to be kept tell what it defines; say what is left out."""
        api = large_specs.read_head(path, head, self.sizes[path]) if head else None
        if api:
            self.apis.append(api)
        if api or is_named_spec(path):
            reason = "only the beginning of definitions" if api else "files"
            reason += f" over {MAX_BYTES} bytes {'is' if api else 'are not'} read"
            self.problems.append(_broken(path, BrokenFile(f"{self.sizes[path]} bytes; {reason}")))

    def facts(self) -> Facts:
        """Return what inference decides on."""
        return Facts(
            self.name,
            tuple(self.sizes.items()),
            tuple(self.manifests),
            self.readme,
            tuple(self.deployments),
            len(self.apis),
            sum(self.sizes[one.place.file] for one in self.apis),
            len([one for one in self.resources if one.type]),
            frozenset(self.traits),
        )

    def settled(self, guessed: Mapping[str, Candidate]) -> _Found:
        """Return the same without what a repository of that type only uses for itself or takes from others."""
        guess = guessed.get("spec.type")
        component_type = guess.value if guess else None
        apis = own_apis(self.apis, Source(self.name, component_type, self.manifests, self.sizes.keys()))
        is_library = guess is not None and component_type == "library"
        dependencies = [one for one in self.dependencies if not (is_library and one.source in _DEVELOPERS)]
        if guess and is_library and guess.confidence >= _SURE:
            dependencies = []  # whoever runs it connects it
        own = {one.name.lower() for one in self.manifests if one.name} | {plain_name(self.name)}
        namespaces = own | {command.lower() for one in self.manifests for command in one.commands}
        dependencies = [one for one in dependencies if not self._is_own_host(one, own, namespaces)]
        return replace(self, apis=apis, dependencies=dependencies)

    def _is_own_host(self, one: Dependency, own: Set[str], namespaces: Set[str]) -> bool:
        """Whether a host is the project's: named after it, in a namespace named so, or as a process configured beside.

        Configurations of several processes lie side by side: `cache.yml` and `storage.yml` name each other.
        """
        if not one.kind.endswith("host"):
            return False
        folder, _, name = one.place.file.rpartition("/")
        ending = name.rpartition(".")[2]
        labels = one.value.split(".")
        is_beside = len(labels) == 1 and folder and f"{folder}/{one.value}.{ending}" in self.sizes
        return bool(labels[0] in own or (len(labels) > 1 and labels[-1] in namespaces) or is_beside)

    def _readers(self, path: str, text: str) -> Iterator[Callable[[str, str], None]]:
        if readme.is_readme(path):
            yield self._take_readme
        if entry_points.is_entry_point(path):
            yield self._take_entry_point
        if path in codeowners.PLACES:
            yield self._take_owners
        if manifests.is_manifest(path) and may_be_manifest(path):
            yield self._take_manifest
        if specs.may_be_spec(path) and may_define_api(path, self.layout.own):
            yield self._take_spec
        if path.endswith(TEMPLATE_ENDINGS) and may_deploy(path, self.has_manifest):
            if path.endswith(".tf"):
                yield self._take_terraform
            elif cloudformation.is_template(text):
                yield self._take_template
        if self.layout.reader_of(path):
            yield self._take_configuration
        elif role_of(path) is Role.OWN and path.endswith((".yaml", ".yml")) and kubernetes.is_manifest(text):
            yield self._take_kubernetes

    def _take_readme(self, path: str, text: str) -> None:
        if self.readme is None or path.lower() < self.readme.place.file.lower():
            self.readme = readme.read_readme(path, text)

    def _take_entry_point(self, path: str, text: str) -> None:
        self.traits |= entry_points.read_entry_point(path, text)

    def _take_owners(self, path: str, text: str) -> None:
        if path == next(place for place in codeowners.PLACES if place in self.sizes):
            found = codeowners.read_codeowners(path, text)
            self.owner_rules += found.rules
            self.problems += [_broken(path, wrong) for wrong in found.broken]

    def _take_manifest(self, path: str, text: str) -> None:
        manifest = manifests.read_manifest(path, text)
        if manifest:
            self.manifests.append(manifest)

    def _take_spec(self, path: str, text: str) -> None:
        api = specs.read_spec(path, text)
        if api:
            self.apis.append(api)

    def _take_template(self, path: str, text: str) -> None:
        self._take_declared(path, cloudformation.read_template(path, text))

    def _take_terraform(self, path: str, text: str) -> None:
        self._take_declared(path, read_terraform(path, text))

    def _take_declared(self, path: str, template: cloudformation.Template) -> None:
        self.resources += template.resources
        self.systems += template.systems
        self.deployments += () if self._is_payload(path) else template.deployments
        self.dependencies += connections(template.settings)

    def _take_configuration(self, path: str, text: str) -> None:
        reader = self.layout.reader_of(path)
        if reader:
            self._take_configured(path, reader(Place(path), text))

    def _take_kubernetes(self, path: str, text: str) -> None:
        self._take_configured(path, kubernetes.read_kubernetes(path, text))

    def _take_configured(self, path: str, found: Configuration) -> None:
        is_payload = self._is_payload(path)
        self.dependencies += [one for one in found.dependencies if not (is_payload and one.source in _DEVELOPERS)]
        self.systems += found.systems
        self.resources += found.resources
        if not is_payload:
            self.deployments += found.deployments
            self.traits |= found.traits

    def _is_payload(self, path: str) -> bool:
        """Whether the file lies in a folder inside a Python package: it is handed out, not what starts the package."""
        if not self.has_manifest:
            return False
        folders = path.split("/")[:-1]
        above = ("/".join(folders[:end]) for end in range(1, len(folders)))
        return any(f"{folder}/__init__.py" in self.sizes for folder in above)


def _descriptors(sizes: dict[str, int]) -> list[str]:
    return sorted(path for path in sizes if descriptor.is_descriptor(path) and role_of(path) is Role.OWN)


def _read_small(tree: SourceTree, sizes: dict[str, int], paths: Iterable[str]) -> dict[str, bytes]:
    """The contents of the files; one over the limit is not fetched whole, only marked as too large by its length."""
    wanted = list(paths)
    contents = tree.read([path for path in wanted if sizes.get(path, 0) <= MAX_BYTES])
    return contents | {path: bytes(sizes[path]) for path in wanted if sizes.get(path, 0) > MAX_BYTES}


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    kept: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: -one.confidence):
        kept.setdefault(str(one.value), one)
    return list(kept.values())


def _group_system(group: tuple[str, ...]) -> list[Candidate]:
    return [Candidate(group[-1], "path", 0.5)] if group else []


def _broken(path: str, wrong: BrokenFile) -> Problem:
    parameters = {"file": path, "line": str(wrong.line or ""), "reason": wrong.reason}
    return Problem("catalog.broken-file", Place(path, wrong.line), parameters)
