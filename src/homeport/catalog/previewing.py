"""What a location would add, read without storing anything: enough of it to decide, in files and in time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from homeport.catalog import origins, storing
from homeport.catalog.adapters.sources import Source, TargetRefused
from homeport.catalog.adapters.units import led_to, read_unit, unreadable
from homeport.catalog.domain.described import Described, Target, UnitReading
from homeport.catalog.domain.fields import Problem
from homeport.catalog.domain.locations import LocationType, generated_location
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.work.procedures import Plan

MOST_FILES = 200
MOST_SECONDS = 10.0


class Standing(StrEnum):
    """How an entity of a location stands to the catalog: not there yet, there from it, or there from elsewhere."""

    NEW = "new"
    PRESENT = "present"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class PreviewedEntity:
    """An entity that a location describes; `taken_by` is the place that has its name already, as `repository: file`."""

    described: Described
    key: str
    standing: Standing
    taken_by: str = ""

    @property
    def ref(self) -> str:
        """The full reference, lower case."""
        return self.described.ref

    @property
    def kind(self) -> str:
        """The kind, lower case."""
        return self.ref.partition(":")[0]

    @property
    def title(self) -> str:
        """What people call it; "" where the document does not say."""
        return str((self.described.document.get("metadata") or {}).get("title") or "")


@dataclass(frozen=True, slots=True)
class Preview:
    """What reading a location would bring.

    `itself` is the Location that would stand for it. Of repositories only the `plan` tells: their paths are its
    targets. `problems` are of what would be left out, each with its file and line. `unread_count` is how many of the
    files that were found are not in it, because there are too many; there may be more behind those.
    """

    type: LocationType
    target: str
    is_known: bool
    plan: Plan
    itself: Described
    entities: Sequence[PreviewedEntity] = ()
    problems: Sequence[Problem] = ()
    read_count: int = 0
    unread_count: int = 0

    @property
    def reads_repositories(self) -> bool:
        """Whether repositories are read whole, so that what they hold is known only after the run."""
        return self.type.reads_repositories(self.target)

    def of(self, standing: Standing) -> list[PreviewedEntity]:
        """The entities that stand so to the catalog."""
        return [one for one in self.entities if one.standing == standing]

    def count_by_kind(self, standing: Standing) -> dict[str, int]:
        """How many entities of each kind stand so, most first."""
        return dict(Counter(one.kind for one in self.of(standing)).most_common())


@dataclass(slots=True)
class Look:
    """What was read of a location, file by file; `read` are the keys of the files."""

    found: list[tuple[str, Described]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    unread_count: int = 0


def look(
    source: Source,
    starts: Sequence[str],
    origin: str,
    other_kinds: Collection[str],
    seen: Look | None = None,
    monotonic: Callable[[], float] = time.monotonic,
    *,
    most_files: float = MOST_FILES,
    most_seconds: float = MOST_SECONDS,
) -> Look:
    """Read what a source holds from `starts` on, Location by Location, until it is enough; nothing is stored.

    What was `seen` of another source is added to, and not read again.
    """
    seen = seen or Look()
    ends_at = monotonic() + most_seconds
    known = set(seen.read)
    waiting = [key for key in dict.fromkeys(starts) if key not in known]
    known.update(waiting)
    led_by: dict[str, Target] = {}
    while waiting and len(seen.read) < most_files and monotonic() < ends_at:
        key = waiting.pop(0)
        reading = _read(source, key, origin, other_kinds, led_by.get(key, Target("")))
        seen.read.append(key)
        seen.problems += reading.problems
        seen.found += ((key, one) for one in reading.entities if not one.is_kept)
        following = {one: target for one, target in led_to(source, key, reading.targets) if one not in known}
        led_by.update(following)
        known.update(following)
        waiting += following
    seen.unread_count = len(waiting)
    return seen


def preview_of(session: Session, type_: LocationType, target: str, plan: Plan, seen: Look) -> Preview:
    """Return what was seen of a location beside what the catalog has."""
    row = origins.find_location_of(session, type_, target)
    known = storing.known_by_ref(session, {one.ref for _, one in seen.found})
    return Preview(
        type=type_,
        target=target,
        is_known=row is not None,
        plan=plan,
        itself=generated_location(type_, target),
        entities=list(_compared(seen.found, known, row.id if row else None)),
        problems=seen.problems,
        read_count=len(seen.read),
        unread_count=seen.unread_count,
    )


def _compared(
    found: Sequence[tuple[str, Described]], known: Mapping[str, storing.Known], location_id: int | None
) -> Iterator[PreviewedEntity]:
    first: dict[str, str] = {}
    for key, one in found:
        taken = known.get(one.ref)
        if one.ref in first:
            yield PreviewedEntity(one, key, Standing.TAKEN, first[one.ref])
        elif taken is None:
            yield PreviewedEntity(one, key, Standing.NEW)
        elif taken.location_id == location_id:
            yield PreviewedEntity(one, key, Standing.PRESENT)
        else:
            yield PreviewedEntity(one, key, Standing.TAKEN, taken.written_at)
        first.setdefault(one.ref, f"{key}:{one.line}")


def _read(source: Source, key: str, origin: str, other_kinds: Collection[str], target: Target) -> UnitReading:
    try:
        content = source.fetch(key)
    except SourceUnreadable as trouble:
        return UnitReading() if target.is_optional else UnitReading(problems=[unreadable(key, trouble.message, target)])
    except TargetRefused as refused:
        return UnitReading(problems=[unreadable(key, refused.reason, target)])
    assert content is not None, "only a known version can be unchanged"
    return read_unit(source, key, content.data, origin, other_kinds)
