"""The runs that the catalog offers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import Field
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.adapters.readers import read_repository
from homeport.catalog.adapters.sources import Source
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.domain.locations import LocationType
from homeport.catalog.domain.reading import FORMAT, Reading
from homeport.catalog.domain.resolution import Resolution, resolve
from homeport.catalog.events import LOCATION_DISCOVERED
from homeport.catalog.findings import found_problems, report_graph, report_location, report_repositories
from homeport.catalog.ingestion import LocationReading
from homeport.catalog.models import LocationRow, RepositoryRow
from homeport.catalog.moving import move_location
from homeport.catalog.removals import Removals, approved_in
from homeport.catalog.service import Catalog, told_by_database
from homeport.forges.git import GitRepository, find_repositories
from homeport.kernel.base.errors import Conflict, HomeportError, SourceUnreadable
from homeport.kernel.base.events import Event
from homeport.kernel.module import Services
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Pace, Plan, PlannedTarget

DISCOVER = "catalog.discover"

_MOST_TARGETS = 500
"""More files than that are read as well, but the run's page does not list each."""
_NOTHING = {
    LocationType.REPOS: "No Git repository was found below {}.",
    LocationType.GIT: "Nothing was found in {}.",
    LocationType.FILE: "No file matches {}.",
    LocationType.URL: "Nothing was found at {}.",
    LocationType.BACKSTAGE: "{} has no entities.",
}
_NOT_STORED = "It can't be stored: {}"
_HINTS = {
    LocationType.REPOS: "Name a folder that holds Git repositories.",
    LocationType.GIT: "Name the URL of a Git repository.",
    LocationType.FILE: "Name a file, or a pattern such as /srv/catalog/**/*.yaml.",
    LocationType.URL: "Name the address of a catalog-info.yaml.",
    LocationType.BACKSTAGE: "Name the address of a Backstage that has entities.",
}


class DiscoverRequest(Input):
    """What to read: a location; only some repositories or files of it, and again even if unchanged, if given."""

    type: LocationType = Field(LocationType.REPOS, description="How the location is read.")
    target: str = Field(
        min_length=1, description="Folder of Git repositories, glob of files, Git URL, address, or a Backstage's URL."
    )
    only: tuple[str, ...] = Field(
        (), description="Paths of repositories, or keys of files: only these are read, and again even if unchanged."
    )
    moves: int | None = Field(None, description="Number of the location that is read from here instead, if one is.")

    @property
    def reads_repositories(self) -> bool:
        """Whether whole repositories are read, and not only descriptors."""
        return self.type.reads_repositories(self.target)


class Discover:
    """Reads every repository or descriptor of a location and publishes the entities it tells of."""

    name = DISCOVER
    action = "catalog.discover"
    input = DiscoverRequest
    pace = Pace(at_most=1, per="target", is_bulk=True)

    def __init__(self, services: Services, catalog: Catalog, sources: Sources) -> None:
        self._services = services
        self._catalog = catalog
        self._sources = sources
        self._removals = Removals(services)

    def plan(self, request: DiscoverRequest) -> Plan:
        """Return the repositories or files that would be looked at; of a known location also why it can't be read.

        Raises:
            SourceUnreadable: the location is not there, or holds nothing, and never did.
        """
        try:
            found = self._starts(request)
        except SourceUnreadable as trouble:
            if not self._is_known(request):
                raise
            return Plan(_commitments(request), {"trouble": trouble.message})
        chosen = [path for path in found if not request.only or path in request.only]
        observed = {"repositories" if request.reads_repositories else "files": len(found)}
        missing = 0 if request.only else self._count_missing(request, found)
        return Plan(
            commitments=_commitments(request),
            observations=observed | ({"entities_missing": missing} if missing else {}),
            targets=tuple(PlannedTarget(path, path) for path in chosen[:_MOST_TARGETS]),
        )

    def run(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        """Read what changed, then publish it."""
        if request.moves is not None:
            self._move(run, request, request.moves)
        if request.reads_repositories:
            return self._read_repositories(run, request)
        return self._read_descriptors(run, request)

    def _move(self, run: Run, request: DiscoverRequest, location_id: int) -> None:
        """Move the location, unless it is gone by now or was moved when the run began."""
        with run.writing() as session:
            row = origins.find_location(session, location_id)
            other = origins.find_location_of(session, request.type, request.target)
            if row is not None and other is None:
                move_location(session, SYSTEM, row, request.type, request.target, self._services.clock())

    def _read_repositories(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        with self._noting_trouble(run, request):
            location_id = run.step("find", lambda: self._find(run, request))["location"]
        failed = self._read_all(run, request, location_id)
        approved = approved_in(run.plan)
        published = run.step("publish", lambda: self._publish(run, request, approved), is_of_targets=True)
        if failed:
            raise Conflict(
                f"{len(failed)} of {len(run.plan.targets)} repositories could not be read: {', '.join(failed[:3])}. "
                "What was known of them stays. Retry the run when they can be read again."
            )
        return published

    def _read_descriptors(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        with self._noting_trouble(run, request):
            source = self._sources.open(request.type, request.target)
            starts = source.starts() if request.only else self._starts(request)
        with run.writing() as session:
            location = origins.get_or_add_location(session, request.type, request.target, self._services.clock())
        with self._noting_trouble(run, request):
            outcome = run.step(
                "read", lambda: self._read_units(run, request, location, source, starts), is_of_targets=True
            )
        if outcome["failed"]:
            raise Conflict(
                f"{outcome['failed']} of {len(starts)} could not be read; findings say why. "
                "What was known of them stays. Retry the run when they can be read again."
            )
        return outcome

    def _read_units(
        self, run: Run, request: DiscoverRequest, location: LocationRow, source: Source, starts: Sequence[str]
    ) -> dict[str, Any]:
        reading = LocationReading(self._services, self._catalog, run, location, source)
        tally = reading.read(starts, request.only)
        now = self._services.clock()
        with run.writing() as session:
            row = origins.get_or_add_location(session, request.type, request.target, now)
            is_first, row.discovered_at = row.discovered_at is None, now
            row.error = row.error_since = None
            report_location(session, row.id, row.target, None, now, self._services.due_days)
            if tally.stored.has_changes or is_first:
                count = report_graph(session, now, self._services.due_days)
                run.log(f"{count} relations lead nowhere or to groups without members")
            unreadable = set(tally.unreadable)
            for target in run.plan.targets:
                if target.name in unreadable:
                    run.fail_target(session, target.name, "could not be read")
                else:
                    run.finish_target(session, target.name, {}, "read")
            self._announce(session, row, now)
        told = {"findings": tally.problems, "unreadable": len(unreadable), "failed": len(unreadable & set(starts))}
        run.log(f"{tally.read} read, {tally.unchanged} unchanged, {len(tally.unreadable)} unreadable")
        return asdict(tally.stored) | told

    @contextmanager
    def _noting_trouble(self, run: Run, request: DiscoverRequest) -> Iterator[None]:
        """Where the location can't be reached or stored, note since when and why; what it gave stays."""
        try:
            yield
        except SourceUnreadable as trouble:
            self._note_trouble(run, request, trouble.message)
            raise
        except IntegrityError as error:
            reason = told_by_database(error)
            self._note_trouble(run, request, _NOT_STORED.format(reason))
            raise _refused(request.target, reason) from error

    def _note_trouble(self, run: Run, request: DiscoverRequest, reason: str) -> None:
        now = self._services.clock()
        with run.writing() as session:
            row = origins.find_location_of(session, request.type, request.target)
            if row is not None:
                self._note(session, row, reason, now)
                self._announce(session, row, now)

    def _note(self, session: Session, location: LocationRow, reason: str, now: datetime) -> None:
        """Say of a location since when and why it can't be read or stored."""
        location.error, location.error_since = reason, location.error_since or now
        report_location(session, location.id, location.target, reason, now, self._services.due_days)

    def _announce(self, session: Session, location: LocationRow, now: datetime) -> None:
        told = {"type": location.type, "target": location.target}
        event = Event(LOCATION_DISCOVERED, f"location:{location.id}", told, now)
        self._services.subscribers.publish(session, event)

    def _is_known(self, request: DiscoverRequest) -> bool:
        """Whether the location was there before: then a run tells that it can't be read, and what it gave stays."""
        with self._services.database.reading() as session:
            return origins.find_location_of(session, request.type, request.target) is not None

    def _count_missing(self, request: DiscoverRequest, starts: Collection[str]) -> int:
        """How many entities came from repositories or files that are not there now; others may describe them."""
        with self._services.database.reading() as session:
            location = origins.find_location_of(session, request.type, request.target)
            return origins.count_missing(session, location.id, set(starts)) if location else 0

    def _starts(self, request: DiscoverRequest) -> list[str]:
        if request.reads_repositories:
            found = [_path_of(one) for one in self._repositories(request)]
        else:
            found = list(self._sources.open(request.type, request.target).starts())
        if not found:
            raise SourceUnreadable(f"{_NOTHING[request.type].format(request.target)} {_HINTS[request.type]}")
        return found

    def _repositories(self, request: DiscoverRequest) -> list[GitRepository]:
        if request.type is LocationType.GIT:
            return [self._sources.fetch(request.target)]
        return _repositories(request.target)

    def _find(self, run: Run, request: DiscoverRequest) -> dict[str, Any]:
        there = set(self._starts(request))
        with run.writing() as session:
            location = origins.get_or_add_location(session, request.type, request.target, self._services.clock())
            known = origins.repositories_of(session, location.id)
            for path, row in known.items():
                if path not in there:
                    run.log(f"{path} is no longer there", level="warning")
                    session.delete(row)
        run.log(f"{len(there)} repositories below {request.target}")
        return {"location": location.id}

    def _read_all(self, run: Run, request: DiscoverRequest, location_id: int) -> list[str]:
        there = {_path_of(one): one for one in self._repositories(request)}
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
                known = origins.find_repository(session, location_id, path)
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
        row = origins.find_repository(session, location_id, path)
        row = row or RepositoryRow(location_id=location_id, path=path)
        row.head, row.reader_version, row.reading = head, FORMAT, reading.to_json()
        row.read_at, row.error, row.error_since = self._services.clock(), None, None
        session.add(row)

    def _note_failure(self, run: Run, location_id: int, path: str, error: HomeportError) -> None:
        with run.writing() as session:
            row = origins.find_repository(session, location_id, path)
            row = row or RepositoryRow(location_id=location_id, path=path, head=None, reader_version=FORMAT)
            row.read_at, row.error = self._services.clock(), error.message
            row.error_since = row.error_since or row.read_at
            session.add(row)
            run.fail_target(session, path, error.message)
        run.log(f"{path}: {error.message}", level="error")

    def _publish(self, run: Run, request: DiscoverRequest, approved: int) -> dict[str, Any]:
        with run.reading() as session:
            readings, unreadable = _all_readings(session)
            described = repository.described_elsewhere(session)
        resolution = resolve([reading for _, reading in readings], described)
        run.log(f"{len(resolution.entities)} entities found, {len(resolution.problems)} problems")
        now = self._services.clock()
        with run.writing() as session:
            location = origins.get_or_add_location(session, request.type, request.target, now)

            def may_go(location_id: int, gone: int, kept: int) -> bool:
                return self._removals.may_go(gone, kept, approved if location_id == location.id else 0)

            published = self._catalog.publish(session, SYSTEM, _by_location(readings, resolution), may_go)
            problems = found_problems(resolution, published.composed, published.problems, unreadable)
            report_repositories(session, problems, now, self._services.due_days)
            dangling = report_graph(session, now, self._services.due_days)
            if location.id not in published.refused:
                location.discovered_at = now
                location.error = location.error_since = None
                report_location(session, location.id, location.target, None, now, self._services.due_days)
            for refused, reason in published.refused.items():
                other = origins.get_location(session, refused)
                self._note(session, other, _NOT_STORED.format(reason), now)
                run.log(f"What {other.target} holds can't be stored: {reason}", level="error")
            self._announce(session, location, now)
        if location.id in published.refused:
            raise _refused(location.target, published.refused[location.id])
        if location.id in published.withheld:
            gone, kept = published.withheld[location.id]
            self._removals.ask_unless_approved(run, gone, kept)
            return self._publish(run, request, gone)
        stored = published.stored
        run.log(f"published: {stored.added} new, {stored.changed} changed, {stored.removed} removed")
        return asdict(stored) | {"findings": len(problems) + dangling}


def _refused(target: str, reason: str) -> Conflict:
    return Conflict(f"What {target} holds can't be stored: {reason}. What was known stays.")


def _commitments(request: DiscoverRequest) -> dict[str, Any]:
    moved = {"moves": request.moves} if request.moves is not None else {}
    return {"type": request.type, "target": request.target, **moved}


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
    for location in origins.list_locations(session, SYSTEM):
        for path, row in sorted(origins.repositories_of(session, location.id).items()):
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
