"""From what discovery and people disagree on to findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from homeport.catalog.domain.composition import CONFIRMED, ComposedEntity
from homeport.catalog.domain.fields import Problem
from homeport.catalog.domain.resolution import Resolution
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.events import Event
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Evidence, Found, Severity

SCOPE = "catalog"

SEVERITIES = {
    "catalog.broken-file": Severity.MEDIUM,
    "catalog.empty-repository": Severity.LOW,
    "catalog.invalid-entity": Severity.MEDIUM,
    "catalog.unresolved-reference": Severity.MEDIUM,
    "catalog.duplicate-entity": Severity.HIGH,
    "catalog.unknown-owner": Severity.HIGH,
    "catalog.ambiguous-owner": Severity.MEDIUM,
    "catalog.orphan": Severity.HIGH,
    "catalog.contradicts-confirmation": Severity.MEDIUM,
    "catalog.dangling-relation": Severity.LOW,
    "catalog.unreadable-repository": Severity.HIGH,
}
"""Every rule of the catalog and how bad it is."""

_OWNER_RULES = {"catalog.unknown-owner", "catalog.ambiguous-owner", "catalog.orphan"}
_OWNER = "spec.owner"


def found_problems(
    resolution: Resolution,
    composed: Sequence[ComposedEntity],
    dangling: Iterable[tuple[str, str, str]],
    unreadable: Iterable[tuple[str, str]],
) -> list[Found]:
    """Return everything that is wrong in the catalog now; what a person has settled is not."""
    by_ref = {one.discovered.ref: one for one in composed}
    settled = {ref for ref, one in by_ref.items() if _is_owner_confirmed(one)}
    problems = [one for one in resolution.problems if not (one.rule in _OWNER_RULES and one.entity in settled)]
    return [
        *map(_of_problem, problems),
        *(found for one in composed for found in _contradictions(one)),
        *(_dangling(by_ref.get(source), source, kind, target) for source, kind, target in dangling),
        *(_unreadable(repository, reason) for repository, reason in unreadable),
    ]


def settle_owner(session: Session, event: Event) -> None:
    """Close the owner's findings of an entity that a person has just named the owner of."""
    if event.payload["path"] == _OWNER and event.payload["verdict"] == CONFIRMED:
        findings.report(session, SCOPE, [], {_owner_part(event.entity)}, event.at)


def _of_problem(problem: Problem) -> Found:
    place = problem.place
    told = ":".join(problem.parameters.get(name, "") for name in ("file", "target", "second", "owner"))
    return Found(
        rule=problem.rule,
        part=_owner_part(problem.entity) if problem.rule in _OWNER_RULES else problem.repository,
        severity=SEVERITIES[problem.rule],
        entity=EntityRef.parse(problem.entity) if problem.entity else None,
        key=f"{problem.repository}:{told}",
        parameters={"repository": problem.repository, **problem.parameters, **_words(problem)},
        evidence=_evidence(problem.repository, place.file if place else None, place.line if place else None),
    )


def _words(problem: Problem) -> dict[str, str]:
    """What the messages say beside a problem's own parameters: a valid name for an owner nobody described."""
    if problem.rule != "catalog.unknown-owner":
        return {}
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", problem.parameters["owner"].rpartition("/")[2]).strip("-_.@")
    source = {"codeowners": "CODEOWNERS", "yaml": "catalog-info.yaml"}
    return {
        "name": name.lower() or "team",
        "source": source.get(problem.parameters["source"], problem.parameters["source"]),
    }


def _contradictions(one: ComposedEntity) -> Iterable[Found]:
    entity = one.discovered
    for found in one.contradictions:
        place = found.described.place or entity.place
        yield Found(
            rule="catalog.contradicts-confirmation",
            part=entity.repository,
            severity=SEVERITIES["catalog.contradicts-confirmation"],
            entity=EntityRef.parse(entity.ref),
            key=f"{entity.ref}:{found.path}",
            parameters={
                "repository": entity.repository,
                "entity": entity.ref,
                "field": found.path,
                "described": str(found.described.value),
                "confirmed": str(found.confirmed.value),
                "person": found.confirmed.actor_name,
            },
            evidence=_evidence(entity.repository, place.file if place else None, place.line if place else None),
        )


def _dangling(one: ComposedEntity | None, source: str, kind: str, target: str) -> Found:
    repository = one.discovered.repository if one else ""
    place = one.discovered.place if one else None
    return Found(
        rule="catalog.dangling-relation",
        part=repository,
        severity=SEVERITIES["catalog.dangling-relation"],
        entity=EntityRef.parse(source),
        key=f"{source}:{kind}:{target}",
        parameters={"repository": repository, "entity": source, "relation": kind, "target": target},
        evidence=_evidence(repository, place.file if place else None, place.line if place else None),
    )


def _unreadable(repository: str, reason: str) -> Found:
    return Found(
        rule="catalog.unreadable-repository",
        part=repository,
        severity=SEVERITIES["catalog.unreadable-repository"],
        key=repository,
        parameters={"repository": repository, "reason": reason},
        evidence=_evidence(repository, None, None),
    )


def _evidence(repository: str, file: str | None, line: int | None) -> Evidence:
    return Evidence(file=f"{repository}/{file}" if file else repository, line=line)


def _owner_part(ref: str) -> str:
    return f"owner:{ref}"


def _is_owner_confirmed(one: ComposedEntity) -> bool:
    return any(field.path == _OWNER and field.chosen.source == CONFIRMED for field in one.fields)
