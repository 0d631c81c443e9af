"""From what discovery and people disagree on to findings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.domain.composition import CONFIRMED, ComposedEntity
from homeport.catalog.domain.fields import Place, Problem
from homeport.catalog.domain.resolution import Resolution
from homeport.catalog.models import EntityRow
from homeport.catalog.places import with_places
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidEntityRef
from homeport.kernel.base.events import Event
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import DueDays, Evidence, Found, Severity

SCOPE = "catalog"
GRAPH_SCOPE = "catalog.graph"
"""What is wrong between entities, wherever each was read; looked at as a whole."""

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
    "catalog.unreadable-source": Severity.HIGH,
    "catalog.unknown-kind": Severity.MEDIUM,
    "catalog.owner-without-members": Severity.LOW,
}
"""Every rule of the catalog and how bad it is."""

_UNIT = "unit:"
_OWNER_RULES = {"catalog.unknown-owner", "catalog.ambiguous-owner", "catalog.orphan"}
_OWNER = "spec.owner"


class _NotUnits(Container[str]):
    def __contains__(self, part: object) -> bool:
        return not str(part).startswith(_UNIT)


_NOT_UNITS = _NotUnits()


class _UnitsOf(Container[str]):
    def __init__(self, location_id: int) -> None:
        self._part = f"{_UNIT}{location_id}"

    def __contains__(self, part: object) -> bool:
        return part == self._part or str(part).startswith(f"{self._part}:")


def found_problems(
    resolution: Resolution,
    composed: Sequence[ComposedEntity],
    duplicates: Iterable[Problem],
    unreadable: Iterable[tuple[str, str]],
) -> list[Found]:
    """Return everything that is wrong in repositories now; what a person has settled is not."""
    by_ref = {one.discovered.ref: one for one in composed}
    settled = {ref for ref, one in by_ref.items() if _is_owner_confirmed(one)}
    problems = [one for one in resolution.problems if not (one.rule in _OWNER_RULES and one.entity in settled)]
    return [
        *map(_of_problem, problems),
        *map(_of_problem, duplicates),
        *(found for one in composed for found in _contradictions(one)),
        *(
            _unreadable(repository, reason, entity)
            for repository, reason in unreadable
            for entity in _owned(composed, repository) or [""]
        ),
    ]


def report_repositories(session: Session, found: Iterable[Found], now: datetime, due_days: DueDays) -> None:
    """Take in what is wrong in repositories, all of them."""
    findings.report(session, SCOPE, found, _NOT_UNITS, now, due_days)


def report_units(
    session: Session, location_id: int, problems: Mapping[str, Iterable[Problem]], now: datetime, due_days: DueDays
) -> None:
    """Take in what is wrong in units of a location, by key; nothing else was looked at."""
    parts = {key: f"{_UNIT}{location_id}:{key}" for key in problems}
    found = [found for key, told in problems.items() for found in _of_units(parts[key], told)]
    findings.report(session, SCOPE, found, set(parts.values()), now, due_days)


def report_access(
    session: Session, location_id: int, refused: Mapping[str, Problem | None], now: datetime, due_days: DueDays
) -> None:
    """Take in which units of those looked at could not be read, by key: what is wrong, or None where they could.

    Each owner of what came from a unit is told, at one of their entities.
    """
    parts = {key: f"{_UNIT}{location_id}:{key}#access" for key in refused}
    problems = {key: problem for key, problem in refused.items() if problem}
    owned = origins.owned_of_units(session, location_id, list(problems)) if problems else {}
    found = [_of_unit(parts[key], one) for key, told in problems.items() for one in _to_owners(told, owned.get(key))]
    findings.report(session, SCOPE, found, set(parts.values()), now, due_days)


def report_location(
    session: Session, location_id: int, target: str, reason: str | None, now: datetime, due_days: DueDays
) -> None:
    """Take in whether a location could be reached; `reason` says why not. Each owner of what it gave is told."""
    part = f"{_UNIT}{location_id}"
    found = []
    if reason:
        problem = Problem("catalog.unreadable-source", Place(target), {"file": target, "reason": reason})
        told = _to_owners(problem, origins.owned_of_location(session, location_id))
        found = [_of_unit(part, one) for one in told]
    findings.report(session, SCOPE, found, {part}, now, due_days)


def forget_location(session: Session, location_id: int, now: datetime) -> None:
    """Let everything that was wrong in a location's units be gone with it."""
    findings.report(session, SCOPE, [], _UnitsOf(location_id), now)


def report_graph(session: Session, now: datetime, due_days: DueDays) -> int:
    """Take in what is wrong between entities, and return how much that is."""
    empty = [(row, "", "") for row in repository.owners_without_members(session)]
    found = [
        *(_dangling(*one) for one in with_places(session, repository.dangling_relations(session))),
        *(_without_members(row, place) for row, _, _, place in with_places(session, empty)),
    ]
    findings.report(session, GRAPH_SCOPE, found, findings.EVERYTHING, now, due_days)
    return len(found)


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
        evidence=_evidence(problem.repository, place),
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
            evidence=_evidence(entity.repository, place),
        )


def _of_units(part: str, problems: Iterable[Problem]) -> Iterable[Found]:
    """What is wrong in a unit; one rule at one place is one finding for each reason, told apart by their order."""
    reasons = defaultdict[str, set[str]](set)
    for problem in problems:
        found, reason = _of_unit(part, problem), problem.parameters.get("reason", "")
        known = reasons[found.fingerprint]
        if reason not in known:
            known.add(reason)
            yield found if len(known) == 1 else replace(found, key=f"{found.key}#{len(known)}")


def _of_unit(part: str, problem: Problem) -> Found:
    """A finding is the rule and the place: a 404 that becomes a 503 is still the same unreadable source."""
    place = problem.place or Place("")
    told = ":".join(problem.parameters.get(name, "") for name in ("file", "target", "entity"))
    return Found(
        rule=problem.rule,
        part=part,
        severity=SEVERITIES[problem.rule],
        entity=_entity(problem.entity),
        key=told,
        parameters={"repository": place.file.rpartition("/")[0], **problem.parameters},
        evidence=Evidence(file=place.file, line=place.line),
    )


def _to_owners(problem: Problem, owned: Sequence[str] | None) -> list[Problem]:
    """The problem, told at an entity of each owner; as it is where nobody owns anything."""
    return [replace(problem, entity=ref) for ref in sorted(owned)] if owned else [problem]


def _entity(ref: str) -> EntityRef | None:
    """The entity a problem is about, where it has a name that can be one."""
    try:
        return EntityRef.parse(ref) if ref else None
    except InvalidEntityRef:
        return None


def _dangling(row: EntityRow, kind: str, target: str, place: Place | None) -> Found:
    return Found(
        rule="catalog.dangling-relation",
        part=row.ref,
        severity=SEVERITIES["catalog.dangling-relation"],
        entity=EntityRef.parse(row.ref),
        key=f"{kind}:{target}",
        parameters={"repository": row.repository, "entity": row.ref, "relation": kind, "target": target},
        evidence=_evidence(row.repository, place),
    )


def _without_members(row: EntityRow, place: Place | None) -> Found:
    return Found(
        rule="catalog.owner-without-members",
        part=row.ref,
        severity=SEVERITIES["catalog.owner-without-members"],
        entity=EntityRef.parse(row.ref),
        parameters={"repository": row.repository, "entity": row.ref},
        evidence=_evidence(row.repository, place),
    )


def _owned(composed: Sequence[ComposedEntity], repository: str) -> list[str]:
    """What a repository told of and somebody owns: one entity of each owner, a component where there is one."""
    first: dict[str, str] = {}
    told = (one for one in composed if one.discovered.repository == repository)
    for one in sorted(told, key=lambda one: (one.discovered.kind.lower() != "component", one.discovered.ref)):
        owner = (one.document.get("spec") or {}).get("owner")
        if isinstance(owner, str):
            first.setdefault(owner, one.discovered.ref)
    return list(first.values())


def _unreadable(repository: str, reason: str, entity: str) -> Found:
    return Found(
        rule="catalog.unreadable-repository",
        part=repository,
        severity=SEVERITIES["catalog.unreadable-repository"],
        entity=EntityRef.parse(entity) if entity else None,
        key=repository,
        parameters={"repository": repository, "reason": reason},
        evidence=_evidence(repository, None),
    )


def _evidence(repository: str, place: Place | None) -> Evidence:
    return Evidence(file=f"{repository}/{place.file}", line=place.line) if place else Evidence(file=repository)


def _owner_part(ref: str) -> str:
    return f"owner:{ref}"


def _is_owner_confirmed(one: ComposedEntity) -> bool:
    return any(field.path == _OWNER and field.chosen.source == CONFIRMED for field in one.fields)
