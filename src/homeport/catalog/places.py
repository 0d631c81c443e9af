"""Where the fields of stored entities are written: file and line, for telling what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.adapters.documents import lines_at
from homeport.catalog.domain.fields import Place, item_path
from homeport.catalog.domain.relations import FieldPath, stating_fields
from homeport.catalog.models import EntityRow
from homeport.kernel.base.entities import EntityRef

MEMBERS: FieldPath = ("spec", "members")
_CHUNK = 200


def with_places(
    session: Session, wanted: Sequence[tuple[EntityRow, str, str]]
) -> Iterator[tuple[EntityRow, str, str, Place | None]]:
    """Yield each relation that an entity states, as (entity, type, target), with the place of the field that does.

    The type and the target may be empty: then it is the place of a group's members, or of what they are missing from.
    Documents are taken up some at a time, since they may hold whole API definitions.
    """
    for start in range(0, len(wanted), _CHUNK):
        rows: dict[int, EntityRow] = {}
        asked: dict[int, list[tuple[str, str]]] = {}
        for row, relation, target in wanted[start : start + _CHUNK]:
            rows[row.id] = row
            asked.setdefault(row.id, []).append((relation, target))
        written = repository.written(session, rows)
        read = repository.places_of_fields(session, [key for key, row in rows.items() if row.unit_id is None])
        for key, row in rows.items():
            places = _places(row, written[key], asked[key], read.get(key, {}))
            yield from ((row, *one, place) for one, place in places.items())


def lines_of_relations(
    ref: str, document: Mapping[str, object], text: str, first: int, relations: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], int]:
    """Return the line in the file of the field that states each relation; ("", "") is that of a group's members."""
    paths = _paths(ref, document, relations)
    lines = lines_at(text, paths.values())
    return {one: first + (lines[path] or 1) - 1 for one, path in paths.items()}


def _paths(
    ref: str, document: Mapping[str, object], relations: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], FieldPath]:
    stated = stating_fields(EntityRef.parse(ref), document)
    return {one: stated.get(one, ("spec",)) if any(one) else MEMBERS for one in relations}


def _places(
    row: EntityRow,
    written: repository.Written,
    relations: Sequence[tuple[str, str]],
    read: Mapping[str, Place],
) -> dict[tuple[str, str], Place | None]:
    whole = Place(row.file, row.line) if row.file else None
    if written.text is not None and row.file and row.line:
        lines = lines_of_relations(row.ref, written.document, written.text, row.line, relations)
        return {one: Place(row.file, line) for one, line in lines.items()}
    paths = _paths(row.ref, written.document, relations)
    return {one: _read_at(path, one[1], read) or whole for one, path in paths.items()}


def _read_at(path: FieldPath, target: str, read: Mapping[str, Place]) -> Place | None:
    """The place of a field that was read in a repository, where items of lists are fields of their own."""
    field = ".".join(map(str, path[:2]))
    return read.get(item_path(field, target) if len(path) > 2 else field)
