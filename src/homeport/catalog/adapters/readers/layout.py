"""Which files of a repository may tell something: chosen by path and size, before any of them is read."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from homeport.catalog.adapters.readers import (
    codeowners,
    configuration,
    descriptor,
    entry_points,
    large_specs,
    manifests,
    readme,
    specs,
)
from homeport.catalog.adapters.readers.settings import Reader
from homeport.catalog.adapters.readers.syntax import MAX_BYTES
from homeport.catalog.domain.inference import plain_name
from homeport.catalog.domain.paths import Role, depth_of, role_of
from homeport.catalog.domain.words import words

TEMPLATE_ENDINGS = (".tf", ".yaml", ".yml", ".template", ".json")
_MAX_TOTAL_BYTES = 64_000_000
_MAX_FILES = 400
_MAX_MANIFESTS = 60
_MAX_LARGE = 40
_DEPLOYMENT_FOLDERS = words(
    "infra infrastructure deploy deployment deployments cloudformation cfn iac terraform tf aws gcp azure ops stacks "
    "stack k8s kubernetes kube manifests helm chart charts environments env envs cdk sam .aws provisioning platform"
)
_TO_FILL_IN = re.compile(
    r"\{\{|\}\}|__\w+__(/|\.)|(^|/)[\w.-]*(cookiecutter|copier|archetype|yeoman)[\w.-]*(/|$)", re.IGNORECASE
)
"""Paths of templates for new projects: others fill them in."""
_SPEC_NAMES = re.compile(
    r"(^|[._-])((openapi|swagger|asyncapi)\d?-?(docs?|spec|schema)?|api|oas\d?|api-?docs?)([._-]|$)"
)
_SPEC_FOLDERS = words("api apis openapi swagger asyncapi spec specs contract contracts schema schemas definitions")
_STUB_SHARE = 0.1
"""So little code of its own beside what is built, a package is what is built."""


@dataclass(frozen=True, slots=True)
class Layout:
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


def chosen_files(sizes: dict[str, int], layout: Layout) -> list[str]:
    """The files that may tell something, shallow ones first where there are too many."""
    has_manifest = has_manifest_in(sizes)
    matter = [path for path in sizes if _matters(path, sizes, layout, has_manifest=has_manifest)]
    matter.sort(key=lambda path: (depth_of(path), path))
    named = [path for path in matter if manifests.is_manifest(path)][:_MAX_MANIFESTS]
    others = [path for path in matter if not manifests.is_manifest(path)][:_MAX_FILES]
    return _within_budget(named + others, sizes)


def large_files(sizes: dict[str, int], layout: Layout) -> list[str]:
    """Possible definitions of which only the beginning is read, shallow ones first."""
    matter = [
        path for path, size in sizes.items() if large_specs.is_large(path, size) and may_define_api(path, layout.own)
    ]
    return sorted(matter, key=lambda path: (depth_of(path), path))[:_MAX_LARGE]


def _within_budget(paths: list[str], sizes: dict[str, int]) -> list[str]:
    kept, total_bytes = [], 0
    for path in paths:
        total_bytes += sizes[path]
        if total_bytes <= _MAX_TOTAL_BYTES:
            kept.append(path)
    return kept


def _matters(path: str, sizes: dict[str, int], layout: Layout, *, has_manifest: bool) -> bool:
    if readme.is_readme(path) or path in codeowners.PLACES:
        return True
    if entry_points.is_entry_point(path):
        return sizes[path] <= MAX_BYTES
    if descriptor.is_descriptor(path):
        return False
    known = manifests.is_manifest(path) and may_be_manifest(path)
    known = known or layout.reader_of(path) is not None
    known = known or (specs.may_be_spec(path) and may_define_api(path, layout.own))
    known = known or (path.endswith(TEMPLATE_ENDINGS) and may_deploy(path, has_manifest))
    return known and (sizes[path] <= MAX_BYTES or (is_named_spec(path) and not large_specs.is_large(path, sizes[path])))


def is_named_spec(path: str) -> bool:
    return _SPEC_NAMES.search(path.rpartition("/")[2].lower()) is not None


_EGG_INFO = re.compile(r"(src/|lib/)?[^/]+\.egg-info/entry_points\.txt")


def may_be_manifest(path: str) -> bool:
    if path.endswith("requirements.txt"):
        return path == "requirements.txt"
    if path.endswith("entry_points.txt"):
        return _EGG_INFO.fullmatch(path) is not None
    return role_of(path) is Role.OWN and depth_of(path) <= (0 if path.endswith("PKG-INFO") else 3)


def may_define_api(path: str, own: Set[str]) -> bool:
    """Definitions lie among the project's own files, in `spec/` or a `generated/` at the root, or have their usual name
    in `docs/`, in `contrib/` and among what is built; those in `docs/` may also be called after the project.
    """
    folders = path.lower().rpartition("/")[0]
    if path.startswith("contrib/"):
        return is_named_spec(path)
    role = role_of(re.sub(r"^specs?/", "", path))
    if role is Role.GENERATED:
        return is_named_spec(path) or folders in ("generated", "gen")
    if role is Role.DOCS:
        name = path.rpartition("/")[2].lower()
        return is_named_spec(path) or ("spec" in name and any(one in name for one in own))
    is_named = is_named_spec(path) or bool(_SPEC_FOLDERS & set(folders.split("/")))
    return role is Role.OWN and (is_named or not path.endswith(".json"))


def may_deploy(path: str, has_manifest: bool) -> bool:
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


def has_manifest_in(sizes: dict[str, int]) -> bool:
    return any(manifests.is_manifest(path) for path in sizes if "/" not in path and path != "requirements.txt")


def layout_of(name: str, sizes: dict[str, int]) -> Layout:
    scripts = [path for path in sizes if path.endswith((".js", ".mjs", ".cjs", ".ts", ".py"))]
    kept = sum(sizes[path] for path in scripts if role_of(path) is Role.OWN)
    built = sum(sizes[path] for path in scripts if role_of(path) is Role.GENERATED)
    called = plain_name(name)
    names = frozenset({called, called.replace("_", "-"), called.replace("-", "_")})
    return Layout(_charts(sizes), names, kept < _STUB_SHARE * built)


def _charts(sizes: dict[str, int]) -> frozenset[str]:
    return frozenset(path.rpartition("/")[0] for path in sizes if path.rpartition("/")[2] == "Chart.yaml")
