"""Who owns what a repository holds: whom CODEOWNERS names, else who works on it."""

from __future__ import annotations

from dataclasses import dataclass

from homeport.catalog.domain.directory import Directory
from homeport.catalog.domain.fields import Candidate, Field, Problem
from homeport.catalog.domain.reading import Reading

_MAJORITY = 0.5
_MAX_TOLD = 5


@dataclass(frozen=True, slots=True)
class Ownership:
    """The field spec.owner, if anything is known, and what is wrong with the ownership."""

    field: Field | None
    problems: tuple[Problem, ...] = ()


def find_owner(reading: Reading, entity: str, directory: Directory) -> Ownership:
    """Return who owns the component `entity` of the repository, by CODEOWNERS (0.9) and by commits (0.6 to 0.8).

    Without a clear majority of commits the likeliest team is a question, not an answer: its confidence stays below 0.5.
    Where nobody has described a team, `@org/team` is believed as written, and commits tell nothing.
    """
    named, unknown = _by_rules(reading, directory)
    shares, unknown_share = _team_shares(reading, directory)
    worked = _by_commits(shares)
    problems = [_problem("catalog.unknown-owner", reading, entity, owner=one, source="codeowners") for one in unknown]
    if not named and reading.committers and directory.knows_people:
        if not shares:
            problems.append(_orphan(reading, entity))
        elif worked[0].confidence < _MAJORITY:
            problems.append(_ambiguous(reading, entity, shares, unknown_share))
    return Ownership(Field.among("spec.owner", [*named, *worked]), tuple(problems))


def _by_rules(reading: Reading, directory: Directory) -> tuple[list[Candidate], list[str]]:
    """Candidates by CODEOWNERS, the deciding rule's first, and handles that nobody is known by."""
    found: list[Candidate] = []
    unknown: list[str] = []
    for rule in reading.owner_rules:
        for handle in rule.owners:
            confidence = max(0.9 - 0.05 * len(found), 0.6)
            owner = directory.find_owner(handle)
            if owner:
                found.append(Candidate(owner.ref, "codeowners", confidence, rule.place))
            elif directory.is_empty and handle.count("/"):
                found.append(Candidate(team_of_handle(handle), "codeowners", confidence, rule.place))
            elif not directory.is_empty:
                unknown.append(handle)
    return found, unknown


def team_of_handle(handle: str) -> str:
    """Return the group that a team's handle stands for where no group is described: `@saebom/order` is order."""
    return f"group:default/{handle.rpartition('/')[2]}".lower()


def _team_shares(reading: Reading, directory: Directory) -> tuple[dict[str, float], float]:
    """The share of each team in the weight of all commits, most first, and the share of unknown people."""
    total = sum(one.weight for one in reading.committers)
    shares: dict[str, float] = {}
    unknown = 0.0
    for committer in reading.committers:
        person = directory.find_person(committer.email)
        groups = directory.groups_of_person.get(person, []) if person else []
        for group in groups:
            shares[group] = shares.get(group, 0.0) + committer.weight / total / len(groups)
        if not groups:
            unknown += committer.weight / total
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))), unknown


def _by_commits(shares: dict[str, float]) -> list[Candidate]:
    return [
        Candidate(
            group, "commits", round(0.6 + 0.4 * (share - _MAJORITY) if share > _MAJORITY else 0.2 + 0.4 * share, 2)
        )
        for group, share in shares.items()
    ]


def _ambiguous(reading: Reading, entity: str, shares: dict[str, float], unknown: float) -> Problem:
    told = [f"{group} {share:.0%}" for group, share in list(shares.items())[:_MAX_TOLD]]
    if unknown >= 0.005:
        told.append(f"? {unknown:.0%}")
    best, share = next(iter(shares.items()))
    return _problem(
        "catalog.ambiguous-owner", reading, entity, candidates=", ".join(told), best=best, share=f"{share:.0%}"
    )


def _orphan(reading: Reading, entity: str) -> Problem:
    people = ", ".join(f"{one.name} <{one.email}>" for one in reading.committers[:_MAX_TOLD])
    last_at = max(one.last_at for one in reading.committers)[:10]
    return _problem("catalog.orphan", reading, entity, committers=people, last_at=last_at)


def _problem(rule: str, reading: Reading, entity: str, **parameters: str) -> Problem:
    place = reading.owner_rules[0].place if rule == "catalog.unknown-owner" and reading.owner_rules else None
    return Problem(rule, place, {"entity": entity, **parameters}, reading.repository, entity)
