"""Everything that one repository tells, read from the few files that matter."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from homeport.catalog.adapters.readers import (
    cloudformation,
    codeowners,
    configuration,
    descriptor,
    entry_points,
    kubernetes,
    large_specs,
    manifests,
    readme,
    specs,
)
from homeport.catalog.adapters.readers.settings import Configuration, Reader
from homeport.catalog.adapters.readers.syntax import MAX_BYTES, BrokenFile, decode
from homeport.catalog.adapters.readers.terraform import read_terraform
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.facts import Facts, Manifest, Readme
from homeport.catalog.domain.fields import Candidate, Place, Problem
from homeport.catalog.domain.inference import guess_component, plain_name
from homeport.catalog.domain.paths import Role, depth_of, role_of
from homeport.catalog.domain.reading import ApiDefinition, Committer, DeclaredResource, Dependency, OwnerRule, Reading
from homeport.catalog.domain.words import words
from homeport.forges.git import Commit, SourceTree

_TEMPLATE_ENDINGS = (".tf", ".yaml", ".yml", ".template", ".json")
_NOT_STORABLE = re.compile(r"\\u0000|\\ud[89a-f]")
_MAX_TOTAL_BYTES = 64_000_000
_MAX_FILES = 400
_MAX_MANIFESTS = 60
_MAX_LARGE = 40
_WINDOW_DAYS = 365
_HALF_LIFE_DAYS = 90
_BOT = re.compile(
    r"\[bot\]|\b(dependabot|renovate|github-actions|greenkeeper|semantic-release|snyk|mergify|jenkins)\b"
    r"|^(bot|ci|noreply)@",
    re.IGNORECASE,
)
_DEPLOYMENT_FOLDERS = words(
    "infra infrastructure deploy deployment deployments cloudformation cfn iac terraform tf aws gcp azure ops stacks "
    "stack k8s kubernetes kube manifests helm chart charts environments env envs cdk sam .aws provisioning platform"
)
_TO_FILL_IN = re.compile(
    r"\{\{|\}\}|__\w+__(/|\.)|(^|/)[\w.-]*(cookiecutter|copier|archetype|yeoman)[\w.-]*(/|$)", re.IGNORECASE
)
"""Paths of templates for new projects: others fill them in."""
_SPEC_NAMES = re.compile(r"(^|[._-])((openapi|swagger|asyncapi)-?(docs?|spec|schema)?|api|oas\d?|api-?docs?)([._-]|$)")
_SURE = 0.6
"""From here on a type is acted upon; below, people are asked."""
_STUB_SHARE = 0.1
"""So little code of its own beside what is built, a package is what is built."""
_DEVELOPERS = frozenset({"compose", "env"})
"""What a library has such files for: its developers' machines."""
_SPEC_FOLDERS = words("api apis openapi swagger asyncapi spec specs contract contracts schema schemas definitions")
_OTHERS_PROTO = re.compile(
    r"(^|/)(google|grpc/(?:health|reflection)|validate|envoy|udpa|xds|opentelemetry/proto|gogoproto|buf/validate"
    r"|protoc-gen-[\w-]+|k8s\.io)/"
)
_CLIENT_WORDS = re.compile(r"\b(client|sdk)\b|클라이언트", re.IGNORECASE)


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
    layout = _layout(tree.name, sizes)
    found = _Found(tree.name, sizes, layout, _has_manifest(sizes))
    for path, content in tree.read(_chosen(sizes, layout)).items():
        found.take(path, content)
    for path, head in large_specs.read_heads(tree, sizes, _large(sizes, layout)):
        found.take_head(path, head)
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
        tuple(_committers(tree.history())),
        tuple(kept.apis),
        tuple(kept.resources),
        tuple(kept.dependencies),
        (*_distinct(kept.systems), *_group_system(tree.group)),
    )
    return _storable(reading)


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


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the files lie: folders of Helm charts, what the project is called, whether its code is only there built."""

    charts: frozenset[str]
    own: frozenset[str]
    is_built: bool

    def reader_of(self, path: str) -> Reader | None:
        """Return what reads a file of the project's own configuration, None for any other file."""
        role = role_of(path)
        if role is Role.OWN or (role is Role.GENERATED and self.is_built):
            return configuration.reader_of(path, self.charts, self.own)
        return None


@dataclass(slots=True)
class _Found:
    """What has been found so far, file by file."""

    name: str
    sizes: dict[str, int]
    layout: _Layout
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
        if api or _is_named_spec(path):
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
        apis = (
            [] if self._only_calls(component_type) else _distinct_apis([one for one in self.apis if self._is_own(one)])
        )
        written = [one for one in apis if role_of(one.place.file) is not Role.GENERATED]
        apis = written or apis
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

    def _only_calls(self, component_type: str | None) -> bool:
        """Whether definitions here are those of others: of what a website, a generated client or an SDK calls."""
        if component_type == "website" or ".openapi-generator/VERSION" in self.sizes:
            return True
        roots = [one for one in self.manifests if depth_of(one.place.file) == 0 and (one.name or one.description)]
        said = {one.ecosystem: "" for one in roots}
        for one in roots:
            said[one.ecosystem] += f" {one.name or ''} / {one.description or ''}".replace("_", "-")
        is_client = bool(said) and all(_CLIENT_WORDS.search(text) for text in said.values())
        return is_client and component_type == "library"

    def _is_own(self, api: ApiDefinition) -> bool:
        """Folders that usually hold others' protocols are one's own where the project is named after them.

        A definition that says which public repository it is from is that one's.
        """
        others = _OTHERS_PROTO.search(api.place.file)
        names = {one.name.lower().replace("_", "-") for one in self.manifests if one.name} | {self.name.lower()}
        if others is not None:
            return any(name.startswith(others[2].replace("/", "-")) for name in names)
        if api.type == "grpc" and specs.is_standard(api.definition):
            return any(name.startswith(("google", "grpc", "envoy", "opentelemetry")) for name in names)
        origin = specs.origin_of(api.definition)
        told = {word for name in names for word in re.findall(r"[a-z]{3,}", name)}
        return origin is None or any(word in origin for word in told)

    def _readers(self, path: str, text: str) -> Iterator[Callable[[str, str], None]]:
        if readme.is_readme(path):
            yield self._take_readme
        if entry_points.is_entry_point(path):
            yield self._take_entry_point
        if path in codeowners.PLACES:
            yield self._take_owners
        if manifests.is_manifest(path) and _may_be_manifest(path):
            yield self._take_manifest
        if specs.may_be_spec(path) and _may_define_api(path, self.layout.own):
            yield self._take_spec
        if path.endswith(_TEMPLATE_ENDINGS) and _may_deploy(path, self.has_manifest):
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


def _chosen(sizes: dict[str, int], layout: _Layout) -> list[str]:
    """The files that may tell something, shallow ones first where there are too many."""
    has_manifest = _has_manifest(sizes)
    matter = [path for path in sizes if _matters(path, sizes, layout, has_manifest=has_manifest)]
    matter.sort(key=lambda path: (depth_of(path), path))
    named = [path for path in matter if manifests.is_manifest(path)][:_MAX_MANIFESTS]
    others = [path for path in matter if not manifests.is_manifest(path)][:_MAX_FILES]
    return _within_budget(named + others, sizes)


def _large(sizes: dict[str, int], layout: _Layout) -> list[str]:
    """Possible definitions of which only the beginning is read, shallow ones first."""
    matter = [
        path for path, size in sizes.items() if large_specs.is_large(path, size) and _may_define_api(path, layout.own)
    ]
    return sorted(matter, key=lambda path: (depth_of(path), path))[:_MAX_LARGE]


def _within_budget(paths: list[str], sizes: dict[str, int]) -> list[str]:
    kept, total_bytes = [], 0
    for path in paths:
        total_bytes += sizes[path]
        if total_bytes <= _MAX_TOTAL_BYTES:
            kept.append(path)
    return kept


def _matters(path: str, sizes: dict[str, int], layout: _Layout, *, has_manifest: bool) -> bool:
    if readme.is_readme(path) or path in codeowners.PLACES:
        return True
    if entry_points.is_entry_point(path):
        return sizes[path] <= MAX_BYTES
    if descriptor.is_descriptor(path):
        return False
    known = manifests.is_manifest(path) and _may_be_manifest(path)
    known = known or layout.reader_of(path) is not None
    known = known or (specs.may_be_spec(path) and _may_define_api(path, layout.own))
    known = known or (path.endswith(_TEMPLATE_ENDINGS) and _may_deploy(path, has_manifest))
    return known and (
        sizes[path] <= MAX_BYTES or (_is_named_spec(path) and not large_specs.is_large(path, sizes[path]))
    )


def _is_named_spec(path: str) -> bool:
    return _SPEC_NAMES.search(path.rpartition("/")[2].lower()) is not None


_EGG_INFO = re.compile(r"(src/|lib/)?[^/]+\.egg-info/entry_points\.txt")


def _may_be_manifest(path: str) -> bool:
    if path.endswith("requirements.txt"):
        return path == "requirements.txt"
    if path.endswith("entry_points.txt"):
        return _EGG_INFO.fullmatch(path) is not None
    return role_of(path) is Role.OWN and depth_of(path) <= (0 if path.endswith("PKG-INFO") else 3)


def _may_define_api(path: str, own: Set[str]) -> bool:
    """Definitions lie among the project's own files, in `spec/` or a `generated/` at the root, or have their usual name
    in `docs/`, in `contrib/` and among what is built; those in `docs/` may also be called after the project.
    """
    folders = path.lower().rpartition("/")[0]
    if path.startswith("contrib/"):
        return _is_named_spec(path)
    role = role_of(re.sub(r"^specs?/", "", path))
    if role is Role.GENERATED:
        return _is_named_spec(path) or folders in ("generated", "gen")
    if role is Role.DOCS:
        name = path.rpartition("/")[2].lower()
        return _is_named_spec(path) or ("spec" in name and any(one in name for one in own))
    is_named = _is_named_spec(path) or bool(_SPEC_FOLDERS & set(folders.split("/")))
    return role is Role.OWN and (is_named or not path.endswith(".json"))


def _may_deploy(path: str, has_manifest: bool) -> bool:
    """Whether templates at the path are the project's own, not fillings of others' projects.

    What lies in `data/` is data. JSON is more often than not: beside a manifest it counts in folders for deployment.
    """
    if role_of(path) not in (Role.OWN, Role.TOOLING) or _TO_FILL_IN.search(path):
        return False
    folders = path.lower().split("/")[:-1]
    if path.endswith(".json"):
        is_named = re.search(r"template|stack|cloudformation|cfn|infra", path.lower()) is not None
        return is_named and (not folders or bool(_DEPLOYMENT_FOLDERS & set(folders)) or not has_manifest)
    is_named = re.search(r"infrastructure|cloudformation|cfn", path.rpartition("/")[2].lower()) is not None
    return "data" not in folders or is_named or bool(_DEPLOYMENT_FOLDERS & set(folders))


def _has_manifest(sizes: dict[str, int]) -> bool:
    return any(manifests.is_manifest(path) for path in sizes if "/" not in path and path != "requirements.txt")


def _layout(name: str, sizes: dict[str, int]) -> _Layout:
    scripts = [path for path in sizes if path.endswith((".js", ".mjs", ".cjs", ".ts", ".py"))]
    kept = sum(sizes[path] for path in scripts if role_of(path) is Role.OWN)
    built = sum(sizes[path] for path in scripts if role_of(path) is Role.GENERATED)
    called = plain_name(name)
    names = frozenset({called, called.replace("_", "-"), called.replace("-", "_")})
    return _Layout(_charts(sizes), names, kept < _STUB_SHARE * built)


def _charts(sizes: dict[str, int]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[0] for path in sizes if path.rpartition("/")[2] == "Chart.yaml")


def _descriptors(sizes: dict[str, int]) -> list[str]:
    return sorted(path for path in sizes if descriptor.is_descriptor(path) and role_of(path) is Role.OWN)


def _read_small(tree: SourceTree, sizes: dict[str, int], paths: Iterable[str]) -> dict[str, bytes]:
    """The contents of the files; one over the limit is not fetched whole, only marked as too large by its length."""
    wanted = list(paths)
    contents = tree.read([path for path in wanted if sizes.get(path, 0) <= MAX_BYTES])
    return contents | {path: bytes(sizes[path]) for path in wanted if sizes.get(path, 0) > MAX_BYTES}


def _distinct_apis(apis: list[ApiDefinition]) -> list[ApiDefinition]:
    """One for each definition: the same written in YAML and JSON side by side is one, YAML first."""
    ordered = sorted(apis, key=lambda api: (api.place.file.endswith(".json"), api.place.file))
    kept = {(api.type, api.place.file.rpartition(".")[0]): api for api in reversed(ordered)}
    return sorted(kept.values(), key=lambda api: api.place.file)


def _distinct(candidates: list[Candidate]) -> list[Candidate]:
    kept: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: -one.confidence):
        kept.setdefault(str(one.value), one)
    return list(kept.values())


def _group_system(group: tuple[str, ...]) -> list[Candidate]:
    return [Candidate(group[-1], "path", 0.5)] if group else []


def _committers(commits: list[Commit]) -> list[Committer]:
    """Who worked here in the year before the last commit, most weight first; machines are left out."""
    people = [one for one in commits if not _BOT.search(f"{one.author_name} {one.author_email}")]
    if not people:
        return []
    last = max(one.at for one in people)
    by_email: dict[str, list[Commit]] = {}
    for one in people:
        if (last - one.at).days <= _WINDOW_DAYS:
            by_email.setdefault(one.author_email, []).append(one)
    committers = [_committer(email, theirs, last) for email, theirs in by_email.items()]
    return sorted(committers, key=lambda one: (-one.weight, one.email))


def _committer(email: str, commits: list[Commit], last: datetime) -> Committer:
    weight = sum(0.5 ** ((last - one.at).days / _HALF_LIFE_DAYS) for one in commits)
    newest = max(commits, key=lambda one: one.at)
    return Committer(email, newest.author_name, len(commits), round(weight, 4), newest.at.astimezone(UTC).isoformat())


def _broken(path: str, wrong: BrokenFile) -> Problem:
    parameters = {"file": path, "line": str(wrong.line or ""), "reason": wrong.reason}
    return Problem("catalog.broken-file", Place(path, wrong.line), parameters)
