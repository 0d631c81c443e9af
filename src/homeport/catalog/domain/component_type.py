"""What type of component a repository holds, by signs that weigh against each other.

service: a long-running process that listens or consumes; website: a front end for browsers; library: imported by
other code; tool: run by people or CI; job: runs to completion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import exp

from homeport.catalog.domain.facts import Facts, Sign
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.languages import is_wrapper
from homeport.catalog.domain.paths import Role, role_of
from homeport.catalog.domain.type_manifests import is_front_end, manifest_signs
from homeport.catalog.domain.type_running import running_signs
from homeport.catalog.domain.type_words import name_signs, word_signs
from homeport.catalog.domain.words import words

_TYPES = ("service", "website", "library", "tool", "job")
_BY_WEIGHT = 2.11
"""The logarithm of how many times likelier a type is for each 1.0 of weight that its signs have. It makes the labels of
302 published releases likeliest: learned by `benchmarks/inference/learn_types.py`, which also tells what it is worth on
releases that it was not learned on."""
_SITE = words("_config.yml hugo.toml hugo.yaml mkdocs.yml book.toml .eleventy.js antora.yml")
"""What static sites are made with: where there is no package beside it, the site is what the repository holds."""


def type_candidates(facts: Facts) -> list[Candidate]:
    """Return the types that the signs speak for, the likeliest first, each with how likely it is (0 to 1)."""
    strongest: dict[str, Sign] = {}
    for sign in _signs(facts):
        if sign.type not in strongest or sign.weight > strongest[sign.type].weight:
            strongest[sign.type] = sign
    chances = chances_of(weights_of(facts))
    return [
        Candidate(kind, strongest[kind].source, round(chances[kind], 2), strongest[kind].place)
        for kind in sorted(strongest, key=lambda kind: -chances[kind])
    ]


def weights_of(facts: Facts) -> dict[str, float]:
    """Return how much speaks for each type."""
    weights = dict.fromkeys(_TYPES, 0.0)
    for sign in _signs(facts):
        weights[sign.type] += sign.weight
    return weights


def chances_of(weights: Mapping[str, float], by_weight: float = _BY_WEIGHT) -> dict[str, float]:
    """Return how likely each type is (0 to 1) by how much speaks for it."""
    odds = {kind: exp(by_weight * weight) for kind, weight in weights.items()}
    total = sum(odds.values())
    return {kind: one / total for kind, one in odds.items()}


def _signs(facts: Facts) -> Iterator[Sign]:
    yield from _deployed(facts)
    yield from manifest_signs(facts)
    yield from name_signs(facts)
    yield from word_signs(facts)
    yield from running_signs(facts)
    if facts.api_count and facts.manifests and is_wrapper(facts.files, facts.api_bytes):
        yield Sign("library", 1.0, "layout")
    yield from _started(facts)
    yield from _laid_out(facts)


def _deployed(facts: Facts) -> Iterator[Sign]:
    """Deployment files: beside a service, jobs are its helpers."""
    kinds = {one.value: one for one in reversed(facts.deployments)}
    if "service" in kinds:
        kinds.pop("job", None)
    is_front = is_front_end(facts)
    for kind, one in kinds.items():
        shown = "website" if kind == "service" and is_front else kind
        yield Sign(shown, 3.0, one.source, one.place)
    if "compose:serves" in facts.traits and "dockerfile:listens" not in facts.traits:
        yield Sign("website" if is_front else "service", 0.8, "compose")
    if "dockerfile:web-server" in facts.traits and is_front:
        yield Sign("website", 2.0, "dockerfile")
    elif "dockerfile:listens" in facts.traits:
        yield Sign("website" if is_front else "service", 2.0, "dockerfile")


def _started(facts: Facts) -> Iterator[Sign]:
    """What the program's first file does; what is published to be imported may only show how."""
    is_published = any(one.classifiers or (one.importable and "private" not in one.traits) for one in facts.manifests)
    if "entry:listens" in facts.traits and not is_front_end(facts) and not is_published:
        yield Sign("service", 1.4, "layout")
    elif "entry:commands" in facts.traits:
        yield Sign("tool", 0.3 if is_published else 0.7, "layout")


def _laid_out(facts: Facts) -> Iterator[Sign]:
    paths = {path for path, _ in facts.files}
    if {"action.yml", "action.yaml"} & paths and "runs" not in facts.traits:
        yield Sign("tool", 1.6, "layout")
    if ".pre-commit-hooks.yaml" in paths:
        yield Sign("tool", 1.0, "layout", Place(".pre-commit-hooks.yaml"))
    if "dbt_project.yml" in paths:
        yield Sign("job", 1.2, "layout", Place("dbt_project.yml"))
    if any("requirements" not in one.traits for one in facts.manifests) or facts.deployments:
        return
    if any(re.fullmatch(r"(dags|jobs?|batch)/.*\.(py|sql|sh)", path) and role_of(path) is Role.OWN for path in paths):
        yield Sign("job", 1.0, "layout")
    if "scrapy.cfg" in paths:
        yield Sign("job", 1.0, "layout", Place("scrapy.cfg"))
    if "index.html" in paths:
        yield Sign("website", 1.2, "layout", Place("index.html"))
    elif _SITE & paths:
        yield Sign("website", 1.2, "layout", Place(min(_SITE & paths)))
