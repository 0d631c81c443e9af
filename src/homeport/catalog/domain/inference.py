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
from homeport.catalog.domain.languages import is_wrapper, main_language
from homeport.catalog.domain.paths import depth_of
from homeport.catalog.domain.words import words

_GENERIC_NAMES = words(
    "package src repo repository app source code project main master work workspace checkout root tmp dist"
)
_NO_CODE = frozenset({"hcl", "shell", "css", "html", "powershell"})
_ECOSYSTEMS = {
    "python": ("pypi",), "javascript": ("npm",), "typescript": ("npm",), "go": ("go",), "rust": ("cargo",),
    "java": ("maven", "gradle"), "kotlin": ("gradle", "maven"), "php": ("composer",), "ruby": ("gem",),
    "csharp": ("nuget",),
}  # fmt: skip
Language = tuple[str, float] | None
_VERSION = re.compile(
    r"[-_.]v?(?:\d+(?:\.\d+)+|20\d{6})([-_.+]?(a|b|rc|alpha|beta|dev|post|final|release|snapshot|src|source)[\w.+]*)?$",
    re.IGNORECASE,
)
_HANGUL = re.compile(r"[가-힣]")
_DEPRECATED = re.compile(
    r"\b(is|has been|was|now) (deprecated|archived|unmaintained|no longer maintained|discontinued)\b|^\W*deprecated\b",
    re.IGNORECASE,
)


def guess_component(facts: Facts) -> tuple[Field, ...]:
    """Return the fields of the component that the repository holds, none where it has no name at all."""
    language = _language(facts)
    name = Field.among("metadata.name", list(_names(facts, language)))
    if name is None:
        return ()
    proposals = [
        Field.among("kind", list(_kinds(facts, language))),
        name,
        Field.among("spec.type", type_candidates(facts)),
        Field.among("spec.language", list(_languages(facts, language))),
        Field.among("metadata.title", list(_titles(facts, name.chosen.value))),
        Field.among("metadata.description", list(_descriptions(facts))),
        Field.among("spec.lifecycle", list(_lifecycles(facts))),
    ]
    return tuple(field for field in proposals if field)


def _main_manifest(manifests: Iterable[Manifest], language: Language) -> Manifest | None:
    """The manifest that speaks for the whole: the shallowest with a name, of equals that of the main language."""
    ecosystems = _ECOSYSTEMS.get(language[0], ()) if language else ()
    named = [one for one in manifests if one.name]
    return min(named, key=lambda one: (depth_of(one.place.file), one.ecosystem not in ecosystems), default=None)


def plain_name(name: str) -> str:
    """Return a name as repositories have it: no npm scope, no version, lower case."""
    bare = name.strip().rpartition("/")[2]
    return _VERSION.sub("", bare).lower().removesuffix(".git")


def _names(facts: Facts, language: Language) -> Iterable[Candidate]:
    """The folder's name counts, spelled as the manifest has it; a folder named like any other gives way.

    Archives of Python packages have underscores where the index has hyphens. Source: PEP 503, PEP 625.
    """
    folder = plain_name(facts.name)
    manifest = _main_manifest(facts.manifests, language)
    said = plain_name(manifest.name or "") if manifest else ""
    if manifest and manifest.ecosystem == "pypi" and folder != facts.name.lower():
        said = said.replace("_", "-")
    if manifest and said and folder in _GENERIC_NAMES:
        yield Candidate(said, "manifest", 0.9, manifest.place)
    elif manifest and said and _alike(folder, said):
        title = plain_name(facts.readme.title) if facts.readme and facts.readme.title else ""
        is_spelling = title.replace("_", "-") == said.replace("_", "-")
        yield Candidate(title if is_spelling else said, "manifest", 0.9, manifest.place)
    elif manifest and said:
        yield Candidate(said, "manifest", 0.6, manifest.place)
    if folder:
        yield Candidate(folder, "path", 0.4 if folder in _GENERIC_NAMES else 0.85)


def _alike(one: str, other: str) -> bool:
    return re.sub(r"[-_.]+", "", one) == re.sub(r"[-_.]+", "", other)


def _kinds(facts: Facts, language: Language) -> Iterable[Candidate]:
    """Source: Backstage, "System Model": a Component is software, a Resource what it needs at run time."""
    is_code = language is not None and language[0] not in _NO_CODE
    is_packaged = any("requirements" not in one.traits for one in facts.manifests)
    roots = [one for one in facts.manifests if depth_of(one.place.file) == 0]
    runs = facts.deployments or "dockerfile" in facts.traits or any(one.commands for one in roots)
    if facts.api_count and not runs and is_wrapper(facts.files, facts.api_bytes):
        yield Candidate("API", "layout", 0.8)
    elif is_code or is_packaged or facts.deployments:
        yield Candidate("Component", "layout", 0.9)
    elif facts.resource_count:
        yield Candidate("Resource", "layout", 0.8)
    elif facts.api_count:
        yield Candidate("API", "layout", 0.8)
    elif language is not None:
        yield Candidate("Component", "layout", 0.5)


def _language(facts: Facts) -> Language:
    said = [one for one in map(_is_typescript, facts.manifests) if one is not None]
    roots = {one.language for one in facts.manifests if one.language and depth_of(one.place.file) == 0}
    return main_language(facts.files, is_typescript=any(said) if said else None, preferred=frozenset(roots))


def _languages(facts: Facts, found: Language) -> Iterable[Candidate]:
    if found is None:
        return
    language, share = found
    yield Candidate(language, "layout", round(0.6 + 0.39 * share, 2))
    for manifest in facts.manifests:
        if manifest.language:
            yield Candidate(manifest.language, "manifest", 0.5, manifest.place)


def _is_typescript(manifest: Manifest) -> bool | None:
    """Whether an npm package is written in TypeScript, None where its manifest does not tell."""
    if manifest.ecosystem != "npm":
        return None
    told = f"{' '.join(manifest.keywords)} {manifest.description or ''}"
    builds = " ".join(manifest.scripts.values())
    compiles = re.search(r"\b(tsc|tsup|tsdown|unbuild|tshy|microbundle|tsdx|tsgo)\b", builds)
    if compiles and "typescript" in manifest.dev_dependencies:
        return True
    if re.search(r"\btypescript\b", told, re.IGNORECASE):
        return True
    return False if manifest.dev_dependencies and "typescript" not in manifest.dev_dependencies else None


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
    described = [one for one in facts.manifests if one.description]
    manifest = min(described, key=lambda one: depth_of(one.place.file), default=None)
    readme = facts.readme
    if readme and readme.sentence:
        korean = bool(_HANGUL.search(readme.sentence))
        yield Candidate(
            readme.sentence, "readme", 0.85 if korean else 0.78, Place(readme.place.file, readme.sentence_line)
        )
    if manifest and manifest.description and manifest.description.upper() != "UNKNOWN":
        yield Candidate(" ".join(manifest.description.split())[:300], "manifest", 0.8, manifest.place)


def _lifecycles(facts: Facts) -> Iterable[Candidate]:
    for manifest in facts.manifests:
        for classifier in manifest.classifiers:
            stage = re.match(r"Development Status :: (\d)", classifier)
            if stage:
                stages = {"5": "production", "6": "production", "7": "deprecated"}
                yield Candidate(stages.get(stage[1], "experimental"), "manifest", 0.8, manifest.place)
    if facts.readme and _DEPRECATED.search(facts.readme.text[:1_500]):
        yield Candidate("deprecated", "readme", 0.6, facts.readme.place)
    if facts.deployments:
        yield Candidate("production", facts.deployments[0].source, 0.75, facts.deployments[0].place)
