"""Reading a location of descriptors, unit by unit: only what changed is read, and each batch is stored as a whole.

A batch is one transaction with its entities, its units' versions and its findings: after a crash, what was stored is
unchanged and passed over, and the rest is read. What nothing describes any more goes at the end, all at once: only then
is it known how much that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from homeport.catalog import origins, storing
from homeport.catalog.adapters.sources import Source, TargetRefused
from homeport.catalog.adapters.units import led_to, read_unit, unreadable
from homeport.catalog.domain.described import Described, Target, UnitReading
from homeport.catalog.domain.fields import Problem
from homeport.catalog.domain.locations import generated_location
from homeport.catalog.findings import report_access, report_units
from homeport.catalog.models import LocationRow, UnitRow
from homeport.catalog.removals import Removals
from homeport.catalog.service import Catalog, PublishedUnits
from homeport.catalog.storing import Stored
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.module import Services
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work.execution import Run

FORMAT = 2
"""Grows when units are read otherwise than before: those read in another format are read again."""

ITSELF = ""
"""The key of the unit that holds the Location that stands for a location itself."""

_BATCH_ENTITIES = 500
_BATCH_UNITS = 200
_MOST_UNITS = 50_000


@dataclass(slots=True)
class _Read:
    """A unit that was looked at: `reading` is None where nothing changed, `error` says why it can't be read now."""

    key: str
    target: Target
    version: str | None = None
    reading: UnitReading | None = None
    error: str | None = None


@dataclass(slots=True)
class Tally:
    """What reading a location came to; `unreadable` are the keys that could not be read."""

    stored: Stored = field(default_factory=Stored)
    read: int = 0
    unchanged: int = 0
    unreadable: list[str] = field(default_factory=list)
    problems: int = 0


class LocationReading:
    """One reading of a location of descriptors, within a run."""

    def __init__(self, services: Services, catalog: Catalog, run: Run, location: LocationRow, source: Source) -> None:
        self._services = services
        self._catalog = catalog
        self._run = run
        self._location = location
        self._source = source
        self._other_kinds = frozenset(kind.lower() for kind in services.settings.section("catalog").other_kinds)
        self._origin = f"{location.type}:{location.target}"
        self._tally = Tally()
        self._removals = Removals(services)
        self._seen: set[str] = set()
        self._contested: list[_Read] = []
        self._gone: set[str] = set()
        self._versions: dict[int, str] = {}

    def read(self, starts: Sequence[str], only: Sequence[str] = ()) -> Tally:
        """Read what changed, from `starts` on; with `only` these keys, changed or not, and nothing else.

        Raises:
            Cancelled: somebody told the run to stop; what was stored stays.
            MoreThanApproved: more would go than may; nothing is gone.
        """
        forgotten: list[UnitRow] = []
        with self._run.reading() as session:
            known = origins.units_of(session, self._location.id)
        if only:
            waiting = [(key, self._target_of(key, known)) for key in only]
            self._store_in_batches(self._look(waiting, known, only))
        else:
            itself = generated_location(self._location.type, self._location.target)
            waiting = [(key, Target(itself.ref)) for key in starts]
            self._store_in_batches(self._everything(itself, waiting, known))
            forgotten = [row for key, row in known.items() if key not in self._seen]
            with self._run.reading() as session:
                self._gone |= set(storing.known_of_units(session, [row.id for row in forgotten]))
        contested, self._contested = self._contested, []
        for one in contested:  # whoever had the name may have given it up in a later batch
            self._store([one])
        self._contested = []
        self._let_go(forgotten)
        return self._tally

    def _target_of(self, key: str, known: Mapping[str, UnitRow]) -> Target:
        """How the unit was led to when all of the location was read."""
        parent = (known[key].parent or "") if key in known else ""
        for unit, row in known.items() if parent else ():
            named = {text: Target(**told) for text, told in row.targets.items() if told["by"] == parent}
            for found, target in led_to(self._source, unit, named):
                if found == key:
                    return target
        return Target(parent)

    def _everything(
        self, itself: Described, waiting: list[tuple[str, Target]], known: Mapping[str, UnitRow]
    ) -> Iterator[_Read]:
        self._seen.add(ITSELF)
        if ITSELF not in known or known[ITSELF].reader_version != FORMAT:
            yield _Read(ITSELF, Target(""), str(FORMAT), UnitReading([itself]))
        yield from self._look(waiting, known, ())

    def _look(
        self, waiting: list[tuple[str, Target]], known: Mapping[str, UnitRow], forced: Sequence[str]
    ) -> Iterator[_Read]:
        """Each unit once, those that Locations lead to after those that lead there."""
        while waiting:
            following: list[tuple[str, Target]] = []
            for key, target in waiting:
                if key in self._seen or len(self._seen) > _MOST_UNITS:
                    continue
                self._seen.add(key)
                self._run.check()
                one = self._look_at(key, target, known.get(key), is_forced=key in forced)
                if one.reading is not None or key not in known:
                    targets = one.reading.targets if one.reading else {}
                else:
                    targets = {text: Target(**told) for text, told in known[key].targets.items()}
                following += led_to(self._source, key, targets)
                yield one
            waiting = following

    def _look_at(self, key: str, target: Target, row: UnitRow | None, *, is_forced: bool) -> _Read:
        is_known = row is not None and row.version is not None and row.reader_version == FORMAT and not is_forced
        try:
            if is_known and row is not None and not self._has_new_includes(row):
                content = self._source.fetch(key, row.version)
            else:
                content = self._source.fetch(key)
            if content is None:
                return _Read(key, target)
            reading = read_unit(self._source, key, content.data, self._origin, self._other_kinds)
            return _Read(key, target, content.version, reading)
        except SourceUnreadable as trouble:
            return _Read(key, target, error=trouble.message)
        except TargetRefused as refused:
            return _Read(key, target, error=refused.reason)

    def _has_new_includes(self, row: UnitRow) -> bool:
        try:
            return any(self._source.fetch(key, version) is not None for key, version in row.includes.items())
        except (SourceUnreadable, TargetRefused):
            return True

    def _store_in_batches(self, looked_at: Iterator[_Read]) -> None:
        batch: list[_Read] = []
        count = 0
        for one in looked_at:
            batch.append(one)
            count += len(one.reading.entities) if one.reading else 0
            if count >= _BATCH_ENTITIES or len(batch) >= _BATCH_UNITS:
                self._store(batch)
                batch, count = [], 0
        if batch:
            self._store(batch)

    def _store(self, batch: Sequence[_Read]) -> None:
        """Store a batch in one transaction: units, entities and findings."""
        now = self._services.clock()
        with self._run.writing() as session:
            rows = self._unit_rows(session, batch, now)
            changed = [(rows[one.key], one.reading) for one in batch if one.reading is not None]
            published = self._catalog.publish_units(session, SYSTEM, self._location, changed, self._gone)
            origins.replace_rejected(session, {row.id: reading.rejected for row, reading in changed})
            problems = {row.key: list(reading.problems) for row, reading in changed}
            for row, problem in published.duplicates:
                problems[row.key].append(problem)
                row.version = None  # read again at the next look: by then the name may be free
            self._withhold(published, rows)
            report_units(session, self._location.id, problems, now, self._services.due_days)
            refused = {
                one.key: unreadable(one.key, one.error, one.target)
                if one.error and not one.target.is_optional
                else None
                for one in batch
            }
            report_access(session, self._location.id, refused, now, self._services.due_days)
        self._count(batch, published.stored, problems)
        contested = {row.key for row, _ in published.duplicates}
        self._contested += [one for one in batch if one.key in contested]

    def _unit_rows(self, session: Session, batch: Sequence[_Read], now: datetime) -> dict[str, UnitRow]:
        known = origins.units_by_key(session, self._location.id, [one.key for one in batch])
        for one in batch:
            row = known.get(one.key)
            if row is None:
                row = UnitRow(
                    location_id=self._location.id, key=one.key, reader_version=FORMAT, includes={}, targets={}
                )
                session.add(row)
                known[one.key] = row
            row.parent, row.read_at = one.target.by or None, now
            if one.error is not None:
                row.error_since = row.error_since or now
                row.error = one.error
                continue
            row.error = row.error_since = None
            if one.reading is not None:
                row.version, row.reader_version = one.version, FORMAT
                row.includes = dict(one.reading.includes)
                row.targets = {text: asdict(target) for text, target in one.reading.targets.items()}
        session.flush()
        return known

    def _withhold(self, published: PublishedUnits, rows: Mapping[str, UnitRow]) -> None:
        """Keep what is described no longer until the end; until it is gone, its units are to be read again."""
        units = set(published.gone.values())
        for row in rows.values():
            if row.id in units and row.version is not None:
                self._versions[row.id], row.version = row.version, None
        self._gone = (self._gone | set(published.gone)) - published.refs

    def _let_go(self, forgotten: Sequence[UnitRow]) -> None:
        """Let go of what nothing describes any more, and of the units that nothing leads to."""
        if not forgotten and not self._gone:
            return
        with self._run.reading() as session:
            kept = origins.count_described(session, self._location.id) - len(self._gone)
        self._removals.ask_unless_approved(self._run, len(self._gone), kept)
        now, keys, due_days = self._services.clock(), [row.key for row in forgotten], self._services.due_days
        with self._run.writing() as session:
            storing.remove(session, SYSTEM, list(self._gone), now)
            report_units(session, self._location.id, {key: [] for key in keys}, now, due_days)
            report_access(session, self._location.id, dict.fromkeys(keys), now, due_days)
            origins.delete_units(session, [row.id for row in forgotten])
            origins.note_versions(session, self._versions)
        self._tally.stored.removed += len(self._gone)
        for key in keys:
            self._run.log(f"{key} is no longer there")
        if self._gone:
            self._run.log(f"{len(self._gone)} entities removed")

    def _count(self, batch: Sequence[_Read], stored: Stored, problems: Mapping[str, Sequence[Problem]]) -> None:
        self._tally.stored.add(stored)
        for one in batch:
            if one.error is not None:
                self._tally.unreadable.append(one.key)
                self._run.log(f"{one.key}: {one.error}", level="error")
            elif one.reading is None:
                self._tally.unchanged += 1
            else:
                self._tally.read += 1
        told = sum(map(len, problems.values()))
        self._tally.problems += told
        read = sum(one.reading is not None for one in batch)
        if read:
            self._run.log(f"{read} read: {stored.added} new, {stored.changed} changed, {told} problems")
