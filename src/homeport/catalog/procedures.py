"""The runs that the catalog offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.adapters.readers import read_repository
from homeport.catalog.domain.reading import FORMAT, Reading
from homeport.catalog.domain.resolution import Resolution, resolve
from homeport.catalog.events import LOCATION_DISCOVERED
from homeport.catalog.findings import found_problems
from homeport.catalog.models import RepositoryRow
from homeport.catalog.service import Catalog
from homeport.forges.git import GitRepository, find_repositories
from homeport.kernel.base.errors import Conflict, HomeportError, SourceUnreadable
from homeport.kernel.base.events import Event
from homeport.kernel.knowledge import findings
from homeport.kernel.module import Services
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, PlannedTarget

DISCOVER = "catalog.discover"


class DiscoverRequest(Input):
    """What to discover: a folder of Git repositories; only the named ones, and again even if unchanged, if given."""

    target: str = Field(min_length=1, description="Folder of Git repositories on the machine that homeport runs on.")
    only: tuple[str, ...] = Field(
        (), description="Paths of repositories below it: only these are read, and again even if unchanged."
    )


class Discover:
    """Reads every repository of a folder and publishes the entities it tells of."""

    name = DISCOVER
    action = "catalog.discover"
    input = DiscoverRequest

    def __init__(self, services: Services, catalog: Catalog) -> None:
        self._services = services
        self._catalog = catalog

    def plan(self, request: DiscoverRequest) -> Plan:
        """Return the repositories that would be read.

        Raises:
            SourceUnreadable: the folder is not there, or holds no repository.
        """
        found = [_path_of(one) for one in _repositories(request.target)]
        if not found:
            raise SourceUnreadable(
                f"No Git repository was found below {request.target}. Name a folder that holds repositories."
            )
        chosen = [path for path in found if not request.only or path in request.only]
        return Plan(
            commitments={"target": request.target},
            observations={"repositories": len(found)},
            targets=tuple(PlannedTarget(path, path) for path in chosen),
        )

    def run(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        """Read the repositories, then publish what they tell together."""
        location_id = run.step("find", lambda: self._find(run, request))["location"]
        failed = self._read_all(run, request, location_id)
        published = run.step("publish", lambda: self._publish(run, request), is_of_targets=True)
        if failed:
            raise Conflict(
                f"{len(failed)} of {len(run.plan.targets)} repositories could not be read: {', '.join(failed[:3])}. "
                "What was known of them stays. Retry the run when they can be read again."
            )
        return published

    def _find(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        there = {_path_of(one) for one in _repositories(request.target)}
        with run.writing() as session:
            location = repository.get_or_add_location(session, request.target, self._services.clock())
            known = repository.repositories_of(session, location.id)
            for path, row in known.items():
                if path not in there:
                    run.log(f"{path} is no longer there", level="warning")
                    session.delete(row)
        run.log(f"{len(there)} repositories below {request.target}")
        return {"location": location.id}

    def _read_all(self, run: Run, request: DiscoverRequest, location_id: int) -> list[str]:
        there = {_path_of(one): one for one in _repositories(request.target)}
        return [
            path
            for path in run.pending_targets()
            if not self._read_one(run, location_id, path, there.get(path), path in request.only)
        ]

    def _read_one(self, run: Run, location_id: int, path: str, source: GitRepository | None, is_forced: bool) -> bool:
        run.check()
        try:
            if source is None:
                raise SourceUnreadable(f"{path} is no longer there.")
            with run.reading() as session:
                known = repository.find_repository(session, location_id, path)
            head = source.head()
            is_known = known is not None and known.reading is not None and not is_forced
            if known is not None and is_known and known.head == head and known.reader_version == FORMAT:
                reading, told = Reading.from_json(known.reading or {}), "unchanged"
            else:
                reading = read_repository(source)
                told = summary(reading)
        except SourceUnreadable as error:
            self._note_failure(run, location_id, path, error)
            return False
        with run.writing() as session:
            self._keep(session, location_id, path, head, reading)
            run.finish_target(session, path, {}, told)
        run.log(f"{path}: {told}")
        return True

    def _keep(self, session: Session, location_id: int, path: str, head: str | None, reading: Reading) -> None:
        row = repository.find_repository(session, location_id, path)
        row = row or RepositoryRow(location_id=location_id, path=path)
        row.head, row.reader_version, row.reading = head, FORMAT, reading.to_json()
        row.read_at, row.error = self._services.clock(), None
        session.add(row)

    def _note_failure(self, run: Run, location_id: int, path: str, error: HomeportError) -> None:
        with run.writing() as session:
            row = repository.find_repository(session, location_id, path)
            row = row or RepositoryRow(location_id=location_id, path=path, head=None, reader_version=FORMAT)
            row.read_at, row.error = self._services.clock(), error.message
            session.add(row)
            run.fail_target(session, path, error.message)
        run.log(f"{path}: {error.message}", level="error")

    def _publish(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        with run.reading() as session:
            readings, unreadable = _all_readings(session)
        resolution = resolve([reading for _, reading in readings])
        run.log(f"{len(resolution.entities)} entities found, {len(resolution.problems)} problems")
        now = self._services.clock()
        with run.writing() as session:
            published, composed = self._catalog.publish(session, SYSTEM, _by_location(readings, resolution))
            session.flush()
            problems = found_problems(resolution, composed, repository.dangling_relations(session), unreadable)
            findings.report(session, "catalog", problems, findings.EVERYTHING, now)
            location = repository.get_or_add_location(session, request.target, now)
            location.discovered_at = now
            event = Event(LOCATION_DISCOVERED, f"location:{location.id}", {"target": request.target}, now)
            self._services.subscribers.publish(session, event)
        run.log(f"published: {published.added} new, {published.changed} changed, {published.removed} removed")
        return asdict(published) | {"findings": len(problems)}


def summary(reading: Reading) -> str:
    """What a repository holds, in one line for people."""
    parts = [" ".join(filter(None, (reading.guess("spec.language"), reading.guess("spec.type"))))]
    parts += [_counted(len(reading.apis), "API"), _counted(len(reading.resources), "resource")]
    parts += [_counted(len(reading.described), "described entity"), _counted(len(reading.problems), "problem")]
    return ", ".join(filter(None, parts)) or "nothing known"


def _counted(count: int, what: str) -> str:
    """`2 APIs`, `1 described entity`, or nothing."""
    if count == 0:
        return ""
    many = what.removesuffix("y") + "ies" if what.endswith("y") else what + "s"
    return f"{count} {what if count == 1 else many}"


def _repositories(target: str) -> list[GitRepository]:
    root = Path(target)
    if not root.is_dir():
        what = "is a file" if root.is_file() else "is not there"
        raise SourceUnreadable(f"{target} {what}. Name a folder that holds Git repositories.")
    return list(find_repositories(root))


def _path_of(source: GitRepository) -> str:
    return "/".join((*source.group, source.name))


def _all_readings(session: Session) -> tuple[list[tuple[int, Reading]], list[tuple[str, str]]]:
    """Every reading with its location, and (repository, reason) of those that could not be read the last time.

    The oldest location comes first: where two give one name, the one that was there keeps it.
    """
    readings, unreadable = [], []
    labels: set[str] = set()
    for location in repository.list_locations(session):
        for path, row in sorted(repository.repositories_of(session, location.id).items()):
            label = path if path not in labels else f"{Path(location.target).name}/{path}"
            label = label if label not in labels else f"{location.id}/{label}"
            labels.add(label)
            if row.error is not None:
                unreadable.append((label, row.error))
            if row.reading is not None:
                readings.append((location.id, replace(Reading.from_json(row.reading), repository=label)))
    return readings, unreadable


def _by_location(readings: Iterable[tuple[int, Reading]], resolution: Resolution) -> dict[int, Sequence[Any]]:
    location_of = {reading.repository: location_id for location_id, reading in readings}
    found: dict[int, list[Any]] = {location_id: [] for location_id in location_of.values()}
    for entity in resolution.entities:
        found[location_of[entity.repository]].append(entity)
    return dict(found)
