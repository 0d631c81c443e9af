"""Every query about where entities come from: locations, their repositories and units, and which can not be read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from homeport.catalog.models import EntityRow, LocationRow, RejectedRow, RepositoryRow, UnitRow
from homeport.kernel.base.errors import NotFound
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor

_CHUNK = 500
_FIRST = func.min(case((func.lower(EntityRow.kind) == "component", "0"), else_="1").concat(EntityRow.ref))
"""The first reference, those of components before all others; behind one letter."""


def get_or_add_location(
    session: Session, type_: str, target: str, now: datetime, origin: str = "person"
) -> LocationRow:
    """Return the location of that type and target, made if it was not there."""
    row = find_location_of(session, type_, target)
    if row is None:
        row = LocationRow(type=type_, target=target, origin=origin, created_at=now)
        session.add(row)
        session.flush()
    return row


def find_location_of(session: Session, type_: str, target: str) -> LocationRow | None:
    """Return the location of that type and target, or None."""
    return session.scalars(select(LocationRow).filter_by(type=type_, target=target)).one_or_none()


def get_location(session: Session, location_id: int) -> LocationRow:
    """Return the location.

    Raises:
        NotFound: there is none of that number.
    """
    row = find_location(session, location_id)
    if row is None:
        raise NotFound(f"There is no location {location_id}. `homeport catalog locations` shows what there is.")
    return row


def find_location(session: Session, location_id: int) -> LocationRow | None:
    """Return the location, or None."""
    return session.get(LocationRow, location_id)


def delete_location(session: Session, location_id: int) -> None:
    """Let go of the location with its repositories and units; its entities have to be gone already."""
    for table in (RepositoryRow, UnitRow):
        session.execute(delete(table).where(table.location_id == location_id))
    session.execute(delete(LocationRow).where(LocationRow.id == location_id))


def list_locations(session: Session, actor: Actor | None) -> Sequence[LocationRow]:
    """Return every location that the actor may read, oldest first."""
    return session.scalars(readable(actor, select(LocationRow)).order_by(LocationRow.id)).all()


@dataclass(frozen=True, slots=True)
class LocationSummary:
    """A location with how much it has: `parts` are repositories or files, `unreadable` those that can't be read."""

    location: LocationRow
    parts: int
    unreadable: int
    entities: int


def describe_locations(session: Session, actor: Actor | None) -> list[LocationSummary]:
    """Return every location that the actor may read with its counts, oldest first."""
    parts: dict[int, tuple[int, int]] = {}
    for table in (RepositoryRow, UnitRow):
        query = select(table.location_id, func.count(), func.count(table.error)).group_by(table.location_id)
        if table is UnitRow:
            query = query.where(UnitRow.key != "")
        parts |= {key: (count, bad) for key, count, bad in session.execute(query)}
    entities = select(EntityRow.location_id, func.count()).group_by(EntityRow.location_id)
    entity_counts = dict(session.execute(entities).all())
    return [
        LocationSummary(row, *parts.get(row.id, (0, 0)), entity_counts.get(row.id, 0))
        for row in list_locations(session, actor)
    ]


@dataclass(frozen=True, slots=True)
class UnreadablePart:
    """A repository or file of a location that could not be read the last time; what it gave before stays."""

    key: str
    error: str
    error_since: datetime | None


def unreadable_parts(session: Session, location_id: int, limit: int) -> list[UnreadablePart]:
    """Return what of a location can't be read, by key."""
    found = []
    for table, key in ((RepositoryRow, RepositoryRow.path), (UnitRow, UnitRow.key)):
        query = select(key, table.error, table.error_since).where(
            table.location_id == location_id, table.error.is_not(None)
        )
        for name, error, since in session.execute(query.order_by(key).limit(limit)):
            found.append(UnreadablePart(name, error or "", since))
    return found[:limit]


def count_by_kind_of_location(session: Session, location_id: int) -> dict[str, int]:
    """Return how many entities of each kind a location brought, most first."""
    kind, count = func.lower(EntityRow.kind), func.count()
    query = select(kind, count).filter_by(location_id=location_id).group_by(kind).order_by(count.desc(), kind)
    return dict(session.execute(query).all())


def repositories_of(session: Session, location_id: int) -> dict[str, RepositoryRow]:
    """Return what is known of a location's repositories, by their path below it."""
    return {row.path: row for row in session.scalars(select(RepositoryRow).filter_by(location_id=location_id))}


def units_of(session: Session, location_id: int) -> dict[str, UnitRow]:
    """Return what is known of a location's units, by key."""
    return {row.key: row for row in session.scalars(select(UnitRow).filter_by(location_id=location_id))}


def units_by_key(session: Session, location_id: int, keys: Sequence[str]) -> dict[str, UnitRow]:
    """Return those of the units that are known, by key."""
    query = select(UnitRow).filter_by(location_id=location_id).where(UnitRow.key.in_(keys))
    return {row.key: row for row in session.scalars(query)}


def delete_units(session: Session, unit_ids: Iterable[int]) -> None:
    """Let go of the units; their entities have to be gone already."""
    ids = list(unit_ids)
    for start in range(0, len(ids), _CHUNK):
        session.execute(delete(UnitRow).where(UnitRow.id.in_(ids[start : start + _CHUNK])))


def forget_itself(session: Session, location_id: int) -> None:
    """Let the Location that stands for a location be made again when that is read."""
    session.execute(
        update(UnitRow).where(UnitRow.location_id == location_id, UnitRow.key == "").values(reader_version=0)
    )


def forget_version(session: Session, entity_id: int) -> None:
    """Let the unit that describes the entity be read again, changed or not."""
    unit = select(EntityRow.unit_id).where(EntityRow.id == entity_id).scalar_subquery()
    session.execute(update(UnitRow).where(UnitRow.id == unit).values(version=None, reader_version=0))


def note_versions(session: Session, versions: Mapping[int, str]) -> None:
    """Note by unit which version of it the catalog holds."""
    for unit_id, version in versions.items():
        session.execute(update(UnitRow).where(UnitRow.id == unit_id).values(version=version))


def count_described(session: Session, location_id: int) -> int:
    """Return how many entities a location brought, without the Location that stands for it."""
    itself = select(UnitRow.id).where(UnitRow.location_id == location_id, UnitRow.key == "")
    query = select(func.count()).select_from(EntityRow).where(EntityRow.location_id == location_id)
    return session.scalar(query.where(or_(EntityRow.unit_id.is_(None), EntityRow.unit_id.not_in(itself)))) or 0


def count_missing(session: Session, location_id: int, there: Collection[str]) -> int:
    """Return how many entities a location brought from repositories and files that are not `there` any more.

    Files that other files lead to are not counted: only reading tells of them.
    """
    itself = select(EntityRow.ref).join(UnitRow, EntityRow.unit_id == UnitRow.id)
    itself = itself.where(UnitRow.location_id == location_id, UnitRow.key == "")
    units = select(UnitRow.key, func.count()).join(EntityRow, EntityRow.unit_id == UnitRow.id)
    units = units.where(UnitRow.location_id == location_id, UnitRow.parent.in_(itself)).group_by(UnitRow.key)
    gone = sum(count for key, count in session.execute(units) if key not in there)
    paths = [path for path in repositories_of(session, location_id) if path not in there]
    inferred = select(EntityRow.repository, func.count()).filter_by(location_id=location_id, unit_id=None)
    for repository, count in session.execute(inferred.group_by(EntityRow.repository)) if paths else ():
        gone += count if any(repository == path or repository.endswith(f"/{path}") for path in paths) else 0
    return gone


def find_unit(session: Session, unit_id: int) -> UnitRow | None:
    """Return the unit, or None."""
    return session.get(UnitRow, unit_id)


@dataclass(frozen=True, slots=True)
class Staleness:
    """Why what is shown of an entity may be old: its file, repository or whole location can't be read since `since`.

    `key` is the file or repository, "" where it is the location.
    """

    location_id: int
    key: str
    reason: str
    since: datetime


def staleness_of(session: Session, row: EntityRow) -> Staleness | None:
    """Return why the entity may be old, the nearest cause first; None where all it comes from could be read."""
    unit = find_unit(session, row.unit_id) if row.unit_id is not None else None
    if unit is not None and unit.error and unit.error_since:
        return Staleness(row.location_id, unit.key, unit.error, unit.error_since)
    if unit is None:
        bad = select(RepositoryRow.path, RepositoryRow.error, RepositoryRow.error_since).where(
            RepositoryRow.location_id == row.location_id, RepositoryRow.error.is_not(None)
        )
        for path, error, since in session.execute(bad.order_by(RepositoryRow.path)):
            if _is_of(row, row.location_id, path):
                return Staleness(row.location_id, path, error or "", since or row.updated_at)
    location = find_location(session, row.location_id)
    if location is not None and location.error and location.error_since:
        return Staleness(row.location_id, "", location.error, location.error_since)
    return None


def stale_refs(session: Session, rows: Sequence[EntityRow]) -> set[str]:
    """Return those of the entities that may be old, since what they come from can't be read."""
    unit_ids = [row.unit_id for row in rows if row.unit_id is not None]
    units = set(session.scalars(select(UnitRow.id).where(UnitRow.id.in_(unit_ids), UnitRow.error.is_not(None))))
    location_ids = {row.location_id for row in rows}
    locations = set(
        session.scalars(select(LocationRow.id).where(LocationRow.id.in_(location_ids), LocationRow.error.is_not(None)))
    )
    bad = select(RepositoryRow.location_id, RepositoryRow.path).where(
        RepositoryRow.location_id.in_(location_ids), RepositoryRow.error.is_not(None)
    )
    repositories = session.execute(bad).all()
    return {
        row.ref
        for row in rows
        if row.unit_id in units
        or row.location_id in locations
        or (row.unit_id is None and any(_is_of(row, one.location_id, one.path) for one in repositories))
    }


def is_stale() -> ColumnElement[bool]:
    """What holds for entities that may be old, as `stale_refs` says it of some."""
    units = select(UnitRow.id).where(UnitRow.error.is_not(None))
    locations = select(LocationRow.id).where(LocationRow.error.is_not(None))
    path: ColumnElement[str] = RepositoryRow.path.expression
    for letter in ("\\", "%", "_"):
        path = func.replace(path, letter, f"\\{letter}")
    repository = exists().where(
        RepositoryRow.location_id == EntityRow.location_id,
        RepositoryRow.error.is_not(None),
        or_(EntityRow.repository == RepositoryRow.path, EntityRow.repository.like("%/" + path, escape="\\")),
    )
    return or_(
        EntityRow.unit_id.in_(units),
        EntityRow.location_id.in_(locations),
        and_(EntityRow.unit_id.is_(None), repository),
    )


def _is_of(row: EntityRow, location_id: int, path: str) -> bool:
    """Whether the entity comes from that repository; its name may have the location's before it."""
    return row.location_id == location_id and (row.repository == path or row.repository.endswith(f"/{path}"))


def owned_of_units(session: Session, location_id: int, keys: Sequence[str]) -> dict[str, list[str]]:
    """Return by unit what it describes and somebody owns: one entity of each owner, a component where there is one."""
    query = (
        select(UnitRow.key, _FIRST)
        .join(EntityRow, EntityRow.unit_id == UnitRow.id)
        .where(UnitRow.location_id == location_id, UnitRow.key.in_(keys), EntityRow.owner.is_not(None))
        .group_by(UnitRow.key, EntityRow.owner)
    )
    found: dict[str, list[str]] = {}
    for key, ref in session.execute(query):
        found.setdefault(key, []).append(ref[1:])
    return found


def owned_of_location(session: Session, location_id: int) -> list[str]:
    """Return what a location brought and somebody owns: one entity of each owner, a component where there is one."""
    query = select(_FIRST).where(EntityRow.location_id == location_id, EntityRow.owner.is_not(None))
    return [ref[1:] for ref in session.scalars(query.group_by(EntityRow.owner))]


def path_of(session: Session, row: EntityRow) -> str:
    """Return the path of the entity's repository below its location; its name may have the location's before it."""
    paths = repositories_of(session, row.location_id)
    if row.repository in paths:
        return row.repository
    return next((path for path in sorted(paths) if row.repository.endswith(f"/{path}")), row.repository)


def find_repository(session: Session, location_id: int, path: str) -> RepositoryRow | None:
    """Return what is known of one repository of a location, or None."""
    return session.scalars(select(RepositoryRow).filter_by(location_id=location_id, path=path)).one_or_none()


def replace_rejected(session: Session, rejected: Mapping[int, Mapping[str, str | None]]) -> None:
    """Let what units describe and the catalog could not take in be exactly this: by unit, each with its owner."""
    session.execute(delete(RejectedRow).where(RejectedRow.unit_id.in_(list(rejected))))
    session.add_all(
        RejectedRow(unit_id=unit_id, ref=ref, owner=owner)
        for unit_id, owners in rejected.items()
        for ref, owner in owners.items()
    )


def owners_of_rejected(session: Session, refs: Iterable[str]) -> dict[str, str]:
    """Return the owner that the document of each of these names, where the catalog could not take it in."""
    query = select(RejectedRow.ref, RejectedRow.owner).where(RejectedRow.ref.in_(list(refs)))
    return {ref: owner for ref, owner in session.execute(query) if owner}


def rejected_of(session: Session, owners: Iterable[str]) -> list[str]:
    """Return the references of what could not be taken in and names one of the owners."""
    query = select(RejectedRow.ref).where(RejectedRow.owner.in_(list(owners))).distinct()
    return list(session.scalars(query.order_by(RejectedRow.ref)))
