"""From what was seen in one repository to the component it holds: name, kind, type, language, words.

Every rule gives candidates; the surest is chosen, the others are kept. Where signs disagree there is no answer:
silence is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from homeport.catalog.domain.component_type import type_candidates
from homeport.catalog.domain.facts import Facts, Manifest
from homeport.catalog.domain.fields import Candidate, Field, Place
from homeport.catalog.domain.languages import main_language
from homeport.catalog.domain.paths import depth_of

_GENERIC_NAMES = frozenset(
    "package src repo repository app source code project main master work workspace checkout root tmp dist".split()
)
_VERSION = re.compile(
    r"[-_.]v?\d+(\.\d+)+([-_.+]?(a|b|rc|alpha|beta|dev|post|final|release|snapshot|src|source)[\w.+]*)?$", re.IGNORECASE
)
_HANGUL = re.compile(r"[가-힣]")
_DEPRECATED = re.compile(
    r"\b(is|has been|was|now) (deprecated|archived|unmaintained|no longer maintained|discontinued)\b|^\W*deprecated\b",
    re.IGNORECASE,
)


def guess_component(facts: Facts) -> tuple[Field, ...]:
    """Return the fields of the component that the repository holds, none where it holds nothing to run or import."""
    name = Field.among("metadata.name", list(_names(facts)))
    if name is None:
        return ()
    type_field = Field.among("spec.type", type_candidates(facts))
    proposals = [
        Field.among("kind", list(_kinds(facts))),
        name,
        type_field,
        Field.among("spec.language", list(_languages(facts))),
        Field.among("metadata.title", list(_titles(facts, name.chosen.value))),
        Field.among("metadata.description", list(_descriptions(facts))),
        Field.among("spec.lifecycle", list(_lifecycles(facts))),
    ]
    return tuple(field for field in proposals if field)


def main_manifest(manifests: Iterable[Manifest]) -> Manifest | None:
    """Return the manifest that speaks for the whole: the shallowest with a name."""
    named = [one for one in manifests if one.name]
    return min(named, key=lambda one: depth_of(one.place.file), default=None)


def plain_name(name: str) -> str:
    """Return a name as repositories have it: no npm scope, no version, lower case."""
    bare = name.strip().rpartition("/")[2]
    return _VERSION.sub("", bare).lower().removesuffix(".git")


def _names(facts: Facts) -> Iterable[Candidate]:
    folder = plain_name(facts.name)
    manifest = main_manifest(one for one in facts.manifests if depth_of(one.place.file) == 0)
    if manifest is None and folder in _GENERIC_NAMES:
        manifest = main_manifest(facts.manifests)
    said = plain_name(manifest.name) if manifest and manifest.name else ""
    if manifest and said and (folder in _GENERIC_NAMES or not folder or _alike(folder, said)):
        yield Candidate(
            said if folder in _GENERIC_NAMES or _alike(folder, said) else folder, "manifest", 0.9, manifest.place
        )
    if folder and folder not in _GENERIC_NAMES:
        yield Candidate(folder, "path", 0.85)
    if manifest and said:
        yield Candidate(said, "manifest", 0.6, manifest.place)
    if not said and folder:
        yield Candidate(folder, "path", 0.4)


def _alike(one: str, other: str) -> bool:
    return re.sub(r"[-_.]+", "", one) == re.sub(r"[-_.]+", "", other)


def _kinds(facts: Facts) -> Iterable[Candidate]:
    """Source: Backstage, "System Model": a Component is software, a Resource what it needs at run time."""
    has_code = main_language(facts.files)
    is_code = has_code is not None and has_code[0] not in ("hcl", "shell", "css", "html", "powershell")
    if is_code or facts.manifests or facts.deployments:
        yield Candidate("Component", "layout", 0.9)
    elif facts.resource_count:
        yield Candidate("Resource", "layout", 0.8)
    elif facts.api_count:
        yield Candidate("API", "layout", 0.8)
    elif has_code is not None:
        yield Candidate("Component", "layout", 0.5)


def _languages(facts: Facts) -> Iterable[Candidate]:
    typescript = any(_is_typescript(one) for one in facts.manifests)
    found = main_language(facts.files, prefers_typescript=typescript)
    if found:
        language, share = found
        yield Candidate(language, "layout", round(0.6 + 0.39 * share, 2))
    for manifest in facts.manifests:
        if manifest.language:
            yield Candidate(manifest.language, "manifest", 0.5, manifest.place)


def _is_typescript(manifest: Manifest) -> bool:
    """Whether a released npm package was built from TypeScript."""
    builds = " ".join(manifest.scripts.values())
    return manifest.ecosystem == "npm" and "typescript" in manifest.dev_dependencies and bool(
        {"types", "typings"} & manifest.traits and re.search(r"\b(tsc|tsup|tsdown|unbuild|tshy|rollup|vite|esbuild|microbundle|tsdx)\b", builds)
    )  # fmt: skip


def _titles(facts: Facts, name: str) -> Iterable[Candidate]:
    readme = facts.readme
    if readme is None or not readme.title or len(readme.title) > 80:
        return
    title = re.sub(rf"^\W*{re.escape(name)}\W+(?=.*[가-힣])", "", readme.title, flags=re.IGNORECASE).strip(
        " ()[]:-–—·|"
    )
    title = (
        re.sub(rf"\s*[(\[|:·–—-]+\s*{re.escape(name)}\W*$", "", title, flags=re.IGNORECASE)
        if _HANGUL.search(title)
        else title
    )
    if title and title.lower() != name:
        yield Candidate(title, "readme", 0.8, readme.place)


def _descriptions(facts: Facts) -> Iterable[Candidate]:
    manifest = main_manifest(one for one in facts.manifests if one.description) or next(
        (one for one in facts.manifests if one.description), None
    )
    readme = facts.readme
    if readme and readme.sentence:
        korean = bool(_HANGUL.search(readme.sentence))
        yield Candidate(
            readme.sentence, "readme", 0.85 if korean else 0.7, Place(readme.place.file, readme.sentence_line)
        )
    if manifest and manifest.description and manifest.description.upper() != "UNKNOWN":
        yield Candidate(" ".join(manifest.description.split())[:300], "manifest", 0.8, manifest.place)


def _lifecycles(facts: Facts) -> Iterable[Candidate]:
    for manifest in facts.manifests:
        for classifier in manifest.classifiers:
            stage = re.match(r"Development Status :: (\d)", classifier)
            if stage:
                stages = {"5": "production", "6": "production", "7": "deprecated"}
                yield Candidate(stages.get(stage[1], "experimental"), "manifest", 0.7, manifest.place)
    if facts.readme and _DEPRECATED.search(facts.readme.text[:1_500]):
        yield Candidate("deprecated", "readme", 0.6, facts.readme.place)
    if facts.deployments:
        yield Candidate("production", facts.deployments[0].source, 0.6, facts.deployments[0].place)
