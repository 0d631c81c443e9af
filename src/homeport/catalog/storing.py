"""How entities get into the tables: many at once, since a location can bring a hundred thousand.

Rows go in as they are, past the ORM: it would cost more than reading the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from homeport.catalog import counting
from homeport.catalog.domain.columns import columns_of
from homeport.catalog.domain.index_rows import indexed_values
from homeport.catalog.domain.relations import stated_relations
from homeport.catalog.models import RELATIONS, VALUES, EntityRow, FieldRow
from homeport.kernel.base.database import insert_rows, to_json
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import changes, search
from homeport.kernel.trust.identity import Actor

_ENTITIES = cast(Table, EntityRow.__table__)
_FIELDS = cast(Table, FieldRow.__table__)
_CHUNK = 500
_WRITER_LOCK = 1_796_219_404


@dataclass(frozen=True, slots=True)
class Entry:
    """An entity to be stored: its document, and what of the row the document does not say.

    `fields` are rows of `FieldRow` without entity and time; an entity that a file describes whole has none.
    """

    document: Mapping[str, Any]
    etag: str
    place: Mapping[str, Any]
    told: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence[Mapping[str, Any]] = ()
    ref: str = ""

    @property
    def written_at(self) -> str:
        """Where it is described: `repository: file:line`."""
        return written_at(self.place["repository"], self.place["file"], self.place["line"])


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an entity: enough to see if an entry changes it."""

    id: int
    etag: str
    owner: str | None
    location_id: int
    unit_id: int | None
    repository: str
    file: str | None
    line: int | None

    @property
    def written_at(self) -> str:
        """Where it is described: `repository: file:line`."""
        return written_at(self.repository, self.file, self.line)


@dataclass(slots=True)
class Stored:
    """How a publication changed the catalog, in entities."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0

    @property
    def has_changes(self) -> bool:
        """Whether the catalog is another one now."""
        return bool(self.added or self.changed or self.removed)

    def add(self, other: Stored) -> None:
        """Count the other's entities as well."""
        self.added += other.added
        self.changed += other.changed
        self.removed += other.removed
        self.unchanged += other.unchanged


def written_at(repository: str, file: str | None, line: int | None) -> str:
    """A place in words: `repository: file:line`."""
    return f"{repository}: {file}:{line}" if file else repository


def etag_of(document: Mapping[str, Any]) -> str:
    """A hash of a document that stands as it is written."""
    return hashlib.blake2b(to_json(document).encode(), digest_size=20).hexdigest()


def wait_for_other_writers(session: Session) -> None:
    """Return when nobody else changes entities, before one looks at what is there to change it."""
    if session.get_bind().dialect.name == "postgresql":  # on SQLite there is one writer at a time anyway
        session.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))


def known_by_ref(session: Session, refs: Iterable[str]) -> dict[str, Known]:
    """Return what is stored of those of the entities that exist."""
    return {ref: known for chunk in _chunks(list(refs)) for ref, known in _known(session, EntityRow.ref.in_(chunk))}


def known_of_location(session: Session, location_id: int) -> dict[str, Known]:
    """Return what is stored of a location's entities, by reference."""
    return dict(_known(session, EntityRow.location_id == location_id))


def known_of_units(session: Session, unit_ids: Iterable[int]) -> dict[str, Known]:
    """Return what is stored of the entities of some units, by reference."""
    return {
        ref: known for chunk in _chunks(list(unit_ids)) for ref, known in _known(session, EntityRow.unit_id.in_(chunk))
    }


def store(
    session: Session, actor: Actor, entries: Sequence[Entry], known: Mapping[str, Known], now: datetime
) -> Stored:
    """Let the catalog hold the entries; those that `known` has with the same etag stay as they are."""
    new = [one for one in entries if one.ref not in known]
    changed = [one for one in entries if one.ref in known and known[one.ref].etag != one.etag]
    ids = {one.ref: known[one.ref].id for one in changed}
    ids |= zip((one.ref for one in new), _take_ids(session, len(new)), strict=True)
    rows = {one.ref: _row(one, ids[one.ref], now) for one in (*new, *changed)}
    if new:
        session.execute(insert(_ENTITIES), [rows[one.ref] | {"created_at": now} for one in new])
    if changed:
        _delete_parts(session, [ids[one.ref] for one in changed])
        session.execute(_update_of(rows[changed[0].ref]), [_renamed(rows[one.ref]) for one in changed])
    _move(session, [one for one in entries if one.ref not in ids], known)
    if rows:
        counting.forget(session)
        _insert_parts(session, [*new, *changed], rows, now)
        search.index(session, [_search_document(rows[one.ref], one.document) for one in (*new, *changed)])
        noted = [*((one, "added") for one in new), *((one, _what_changed(one, rows, known)) for one in changed)]
        changes.record_all(
            session,
            [(one.ref, f"catalog.{what}", str(rows[one.ref]["repository"])) for one, what in noted],
            at=now,
            actor=actor,
        )
    return Stored(len(new), len(changed), 0, len(entries) - len(ids))


def remove(session: Session, actor: Actor, refs: Collection[str], now: datetime) -> None:
    """Take the entities and all that belongs to them out of the catalog."""
    if refs:
        counting.forget(session)
    for chunk in _chunks(list(refs)):
        found = session.execute(
            select(EntityRow.id, EntityRow.ref, EntityRow.repository).where(EntityRow.ref.in_(chunk))
        ).all()
        _delete_parts(session, [row.id for row in found])
        session.execute(delete(_ENTITIES).where(_ENTITIES.c.id.in_([row.id for row in found])))
        search.remove(session, [row.ref for row in found])
        gone = [(row.ref, "catalog.removed", row.repository) for row in found]
        changes.record_all(session, gone, at=now, actor=actor)


def _known(session: Session, condition: Any) -> Iterator[tuple[str, Known]]:
    columns = [getattr(EntityRow, one.name) for one in dataclass_fields(Known)]
    for ref, *values in session.execute(select(EntityRow.ref, *columns).where(condition)):
        yield ref, Known(*values)


def _row(entry: Entry, entity_id: int, now: datetime) -> dict[str, Any]:
    return {
        "id": entity_id,
        **columns_of(entry.document),
        "origin": "yaml",
        "lowest_confidence": 1.0,
        "question_count": 0,
        "document": entry.document,
        "described": None,
        "text": None,
        "etag": entry.etag,
        "unit_id": None,
        "parent": None,
        "updated_at": now,
        **entry.place,
        **entry.told,
    }


def _update_of(row: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in row if name not in ("id", "ref")}
    return update(_ENTITIES).where(_ENTITIES.c.id == bindparam("new_id")).values(values)


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}


def _move(session: Session, entries: Iterable[Entry], known: Mapping[str, Known]) -> None:
    """What stands elsewhere now, but says the same, is only told where."""
    for one in entries:
        was, place = known[one.ref], one.place
        if (was.location_id, was.unit_id, was.line) != (place["location_id"], place.get("unit_id"), place.get("line")):
            session.execute(update(_ENTITIES).where(_ENTITIES.c.id == was.id).values(**place))


def _insert_parts(session: Session, entries: Sequence[Entry], rows: Mapping[str, Any], now: datetime) -> None:
    values: list[tuple[Any, ...]] = []
    relations: list[tuple[Any, ...]] = []
    fields: list[dict[str, Any]] = []
    for one in entries:
        row = rows[one.ref]
        entity_id, kind = row["id"], row["kind"].lower()
        values += (
            (entity_id, kind, key, value, None if original == value else original)
            for key, value, original in indexed_values(one.document)
        )
        ref = EntityRef(kind, row["namespace"], row["sort_name"])
        relations += ((entity_id, type_, target) for type_, target in stated_relations(ref, one.document))
        fields += ({"entity_id": entity_id, "read_at": now, **told} for told in one.fields)
    insert_rows(session, VALUES, ("entity_id", "kind", "key", "value", "original"), values)
    insert_rows(session, RELATIONS, ("entity_id", "type", "target"), relations)
    if fields:
        session.execute(insert(_FIELDS), fields)


def _delete_parts(session: Session, ids: Sequence[int]) -> None:
    for chunk in _chunks(ids):
        for table in (VALUES, RELATIONS, _FIELDS):
            session.execute(delete(table).where(table.c.entity_id.in_(chunk)))


def _take_ids(session: Session, count: int) -> list[int]:
    """Numbers that no entity ever had."""
    if count == 0:
        return []
    if session.get_bind().dialect.name == "postgresql":
        taken = select(func.nextval(func.pg_get_serial_sequence("catalog_entity", "id")))
        return list(session.scalars(taken.select_from(func.generate_series(1, count))))
    last = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'catalog_entity'")) or 0
    return list(range(last + 1, last + 1 + count))


def _what_changed(entry: Entry, rows: Mapping[str, Any], known: Mapping[str, Known]) -> str:
    return "owner" if rows[entry.ref]["owner"] != known[entry.ref].owner else "changed"


def _search_document(row: Mapping[str, Any], document: Mapping[str, Any]) -> search.Document:
    words = (row["type"], row["language"], row["owner"], row["system"], row["repository"])
    titles = {title.lower(): title for title in (row["title_ko"], row["title"], row["name"]) if title}
    tags = document["metadata"].get("tags") or []
    ref = EntityRef(row["kind"].lower(), row["namespace"], row["sort_name"])
    return search.Document(
        ref=row["ref"],
        kind=ref.kind,
        title=" · ".join(reversed(titles.values())),
        subtitle=row["description"] or "",
        body=" · ".join(filter(None, [*words, *map(str, tags)])),
        url=f"/catalog/{ref.short_path}",
    )


def _chunks(items: Sequence[Any], size: int = _CHUNK) -> Iterator[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
