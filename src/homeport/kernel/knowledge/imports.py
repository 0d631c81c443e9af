"""Findings that other tools bring: taken in by source and scope, closed in that scope alone when they are gone."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import Directory, EntityRef
from homeport.kernel.base.errors import FieldError, InvalidInput, NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import DueDays, Finding, Found, Reported
from homeport.kernel.knowledge.sarif.log import Log
from homeport.kernel.knowledge.sarif.reading import Reading, ToolResult, read
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor

_SOURCE = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SCOPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:/@._-]{0,199}")
_PREFIX = "import:"


@dataclass(frozen=True, slots=True)
class Import:
    """What a file is: `source` names the tool, `scope` what it looked at, such as a repository or a branch.

    What lies below a path of `paths` is about that entity (the longest path that fits), all else about `entity`.
    `root` is taken off the start of paths.
    """

    source: str
    entity: EntityRef | None = None
    scope: str = ""
    paths: Mapping[str, EntityRef] = field(default_factory=dict)
    root: str = ""

    @property
    def part(self) -> str:
        """The scope, or the entity where none is named."""
        return self.scope or str(self.entity or "everything")

    def entity_of(self, file: str | None) -> EntityRef | None:
        """Which entity a finding in `file` is about."""
        fitting = [path for path in self.paths if file and _lies_in(file, path)]
        return self.paths[max(fitting, key=len)] if fitting else self.entity


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed; `accepted` are results that the tool itself had accepted, which are left out.

    Where `is_complete` is False the tool said that it failed, and nothing was closed.
    """

    source: str
    scope: str
    new: int
    seen_again: int
    reopened: int
    gone: int
    accepted: int
    is_complete: bool


def path_of(written: str) -> tuple[str, EntityRef]:
    """Return the path and the entity that `services/order=component:order-api` stands for.

    Raises:
        InvalidInput: there is no `=` in it.
        InvalidEntityRef: what follows is no reference.
    """
    path, is_there, ref = written.rpartition("=")
    if not is_there:
        raise _invalid("/path", f"{written!r} maps nothing; write it as FOLDER=ENTITY: services/order=order-api.")
    return path, EntityRef.parse(ref, "component")


def import_sarif(
    session: Session, actor: Actor, log: Log, asked: Import, directory: Directory, now: datetime, due_days: DueDays
) -> Imported:
    """Take in what a tool found in a scope; what it found there before and no longer does is gone.

    Raises:
        InvalidInput: a source or scope that can't be one.
        NotFound: an entity that the import names is not there.
        Forbidden: the actor is no operator and does not own all that the scope is about.
    """
    _check_names(asked)
    _check_entities(session, asked, directory)
    reading = read(log, asked.root)
    found = [_found(asked, result) for result in reading.results]
    scope = f"{_PREFIX}{asked.source}"
    about = {one.entity for one in found} | _entities_in(session, scope, asked.part)
    _authorize(session, actor, about or {asked.entity}, directory)
    covered = {asked.part} if reading.is_complete else set[str]()
    reported = findings.report(session, scope, found, covered, now, due_days)
    imported = _imported(asked, reported, reading)
    counts = {"new": reported.new, "gone": reported.gone, "reopened": reported.reopened}
    object_ref = f"import:{asked.source}/{asked.part}"
    audit.record(session, actor, "finding.import", object_ref, now=now, after=counts)
    return imported


def _found(asked: Import, result: ToolResult) -> Found:
    return Found(
        rule=f"{asked.source}/{result.rule_id}",
        part=asked.part,
        severity=result.severity,
        entity=asked.entity_of(result.evidence.file),
        key=result.identity,
        evidence=result.evidence,
        words=result.words,
    )


def _imported(asked: Import, reported: Reported, reading: Reading) -> Imported:
    return Imported(
        source=asked.source,
        scope=asked.part,
        new=reported.new,
        seen_again=reported.seen_again,
        reopened=reported.reopened,
        gone=reported.gone,
        accepted=reading.accepted_count,
        is_complete=reading.is_complete,
    )


def _entities_in(session: Session, scope: str, part: str) -> set[EntityRef | None]:
    """What the findings are about that an import could close."""
    query = select(Finding.entity_ref).where(Finding.scope == scope, Finding.part == part, Finding.gone_at.is_(None))
    return {EntityRef.parse(ref) if ref else None for ref in session.scalars(query.distinct())}


def _authorize(session: Session, actor: Actor, about: Collection[EntityRef | None], directory: Directory) -> None:
    traits = directory.traits_of(session, [entity for entity in about if entity])
    for entity in about:
        known = traits.get(entity) if entity else None
        authorize(actor, "finding.import", known.owner if known else None)


def _check_names(asked: Import) -> None:
    if not _SOURCE.fullmatch(asked.source):
        raise _invalid("/source", f"{asked.source!r} can't name a tool; write it like trivy: a-z, 0-9 and -, up to 40.")
    if not _SCOPE.fullmatch(asked.part):
        raise _invalid("/scope", f"{asked.part!r} can't name a scope; write it like order-api/main, up to 200 signs.")


def _check_entities(session: Session, asked: Import, directory: Directory) -> None:
    named = {"/path": set(asked.paths.values()), "/entity": {asked.entity} if asked.entity else set[EntityRef]()}
    known = directory.traits_of(session, set().union(*named.values()))
    missing = [(pointer, entity) for pointer, entities in named.items() for entity in sorted(entities - known.keys())]
    problems = tuple(FieldError(pointer, _missing(session, entity, directory)) for pointer, entity in missing)
    if problems:
        raise NotFound(" ".join(one.detail for one in problems), errors=problems)


def _missing(session: Session, entity: EntityRef, directory: Directory) -> str:
    near = directory.find_near(session, entity)
    return f"There is no entity {entity}." + (f" Did you mean {near}?" if near else "")


def _lies_in(file: str, path: str) -> bool:
    folder = path.strip("/")
    return not folder or file == folder or file.startswith(folder + "/")


def _invalid(pointer: str, problem: str) -> InvalidInput:
    return InvalidInput(problem, errors=(FieldError(pointer, problem),))
