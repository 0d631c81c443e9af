"""What Backstage's API asks of the catalog, as SQL: conditions, order, full text and facets over any key.

A key is served by a column, by the annotations that say where an entity came from, by relations, or by the values that
have no column (`VALUES`). Each of these is a list of `_Rows`: a table with an entity's number and a value in each row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias
from typing import cast as typing_cast

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Dialect,
    FromClause,
    Row,
    Select,
    SQLColumnExpression,
    String,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from homeport.catalog.domain.cursors import Asked, FullText
from homeport.catalog.domain.filters import Condition, Either, Every, Has, HasPrefix, Not, kinds_only
from homeport.catalog.domain.kinds import KNOWN_KINDS
from homeport.catalog.domain.relations import COUNTERPARTS
from homeport.catalog.domain.uids import UID_START, id_of, ids_of_prefix
from homeport.catalog.models import RELATIONS, VALUES, EntityRow
from homeport.kernel.trust.access import readable, reads_everything
from homeport.kernel.trust.identity import Actor

Found: TypeAlias = Row[tuple[int, str, str, str]]
"""Number, reference, etag and document (JSON text) of an entity; in ordered pages also the value it stands there by."""

_ENTITIES = typing_cast(Table, EntityRow.__table__)
_E = _ENTITIES.c
_LONGEST_KEY = 200
_CHUNK = 500
_SPELLED = {kind.lower(): kind for kind in KNOWN_KINDS}
_TYPES = {type_.lower(): type_ for type_ in COUNTERPARTS}
_RELATIONS = "relations."
_ANNOTATIONS = "metadata.annotations."
_ORIGINS = ("backstage.io/managed-by-location", "backstage.io/managed-by-origin-location")


class _UidText(FunctionElement[str]):
    """The uid of the entity whose number is given, as text."""

    type = String()
    inherit_cache = True


@compiles(_UidText, "sqlite")
def _on_sqlite(element: _UidText, compiler: Any, **options: Any) -> str:
    return f"'{UID_START}' || printf('%012x', {compiler.process(element.clauses, **options)})"


@compiles(_UidText, "postgresql")
def _on_postgresql(element: _UidText, compiler: Any, **options: Any) -> str:
    return f"'{UID_START}' || lpad(to_hex({compiler.process(element.clauses, **options)}), 12, '0')"


class _List(TypeDecorator[list[Any]]):
    """A list of values as one parameter: an array, or JSON where there are none."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[TypeEngine[Any]]) -> None:
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(self.of) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        return value if value is None or dialect.name == "postgresql" else orjson.dumps(value).decode()


class _Items(FunctionElement[Any]):
    """The values of a parameter that is a list, to be one of."""

    inherit_cache = True


@compiles(_Items, "sqlite")
def _items_on_sqlite(element: _Items, compiler: Any, **options: Any) -> str:
    values = compiler.process(element.clauses, **options)
    return f"(SELECT value FROM json_each({values}))"  # noqa: S608 - the name of a parameter


@compiles(_Items, "postgresql")
def _items_on_postgresql(element: _Items, compiler: Any, **options: Any) -> str:
    values = compiler.process(element.clauses, **options)
    return f"(SELECT unnest({values}))"


def _any_of(column: Any, name: str, of: type[TypeEngine[Any]]) -> ColumnElement[bool]:
    """Whether the column has one of the values that the parameter `name` gives as a list.

    With `in_` there would be a text of SQL for each number of values, made and looked up each time.
    """
    found: ColumnElement[bool] = column.bool_op("IN")(_Items(bindparam(name, type_=_List(of))))
    return found


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the entity that serves a key: in lower case, and as written."""

    value: SQLColumnExpression[Any]
    original: SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of an entity's number and a value, in lower case and as written, where `where` holds."""

    table: FromClause
    entity_id: ColumnElement[Any]
    value: ColumnElement[Any]
    original: ColumnElement[Any]
    where: ColumnElement[bool]

    def select(self, *columns: Any) -> Select[Any]:
        return select(*columns).select_from(self.table).where(self.where)


_HERE, _THERE, _BACK = _ENTITIES.alias("here"), _ENTITIES.alias("there"), RELATIONS.alias("back")
_STATED_THERE = _Rows(
    _BACK.join(_THERE, _THERE.c.id == _BACK.c.entity_id).join(_HERE, _HERE.c.ref == _BACK.c.target),
    _HERE.c.id,
    _THERE.c.ref,
    _THERE.c.ref,
    true(),
)

_COLUMNS: Mapping[str, _Column] = {
    "kind": _Column(func.lower(_E.kind), _E.kind),
    "metadata.name": _Column(_E.sort_name, _E.name),
    "metadata.namespace": _Column(_E.namespace, _E.namespace),
    "metadata.uid": _Column(_UidText(_E.id), _UidText(_E.id)),
    "spec.type": _Column(func.lower(_E.type), _E.type),
    "spec.lifecycle": _Column(func.lower(_E.lifecycle), _E.lifecycle),
}
_FOUND = (_E.id, _E.ref, _E.etag, cast(_E.document, Text).label("document"))
_BY_REFS = select(*_FOUND).where(_any_of(_E.ref, "refs", String))
_RELATED = union_all(
    select(RELATIONS.c.entity_id, null(), RELATIONS.c.type, RELATIONS.c.target).where(
        _any_of(RELATIONS.c.entity_id, "ids", BigInteger)
    ),
    select(RELATIONS.c.entity_id, RELATIONS.c.target, RELATIONS.c.type, _E.ref)
    .join(_ENTITIES, _E.id == RELATIONS.c.entity_id)
    .where(_any_of(RELATIONS.c.target, "refs", String)),
)
"""The relations that entities state, and those that others state to them: then the second column is not empty."""
_NULLABLE = ("spec.type", "spec.lifecycle")


def page_of(
    session: Session, actor: Actor | None, asked: Asked, condition: Condition | None, limit: int, offset: int = 0
) -> list[Any]:
    """Return up to `limit` of what is asked for, in its order, from where its cursor stands; backwards if it says so.

    Rows are `Found`, with the value of the order field after it, if there is one. Where text is looked for, which takes
    a look at every entity, they also have the `total` of all that there are from the cursor on.
    """
    descending = asked.order_field is not None and asked.order_field.is_descending
    down = descending != asked.is_previous
    picked, value = _picked(asked)
    picked = readable(actor, picked.where(*_matching(asked, condition)), _E.ref)
    keys: list[Any] = [_E.id] if value is None else [value, _E.id]
    if asked.after is not None:
        picked = picked.where(_beyond(keys, asked.after, down))
    if asked.text is not None:
        picked = picked.add_columns(func.count().over().label("total"))
    page = picked.order_by(*(key.desc() if down else key.asc() for key in keys)).limit(limit).offset(offset).cte("page")
    query = select(*_FOUND, *(page.c[name] for name in ("value", "total") if name in page.c)).join_from(
        page, _ENTITIES, _E.id == page.c.id
    )
    keys = [page.c.id] if value is None else [page.c.value, page.c.id]
    return list(session.execute(query.order_by(*(key.desc() if down else key.asc() for key in keys))).all())


def count_of(session: Session, actor: Actor | None, asked: Asked, condition: Condition | None) -> int:
    """Return how many entities there are of what is asked for; those that an order leaves out are not counted."""
    query = select(func.count()).select_from(_ENTITIES).where(*_matching(asked, condition))
    order = asked.order_field
    if order is not None and order.field.lower() not in _COLUMNS:
        query = query.where(_exists(order.field.lower()))
    elif order is not None and order.field.lower() in _NULLABLE:
        query = query.where(_COLUMNS[order.field.lower()].value.is_not(None))
    return session.scalar(readable(actor, query, _E.ref)) or 0


def list_of(
    session: Session,
    actor: Actor | None,
    condition: Condition | None,
    order: Sequence[tuple[str, bool]],
    limit: int,
    offset: int,
) -> list[Any]:
    """Return up to `limit` entities by several fields, each (field, whether descending); those without come last.

    Without fields they come by reference.
    """
    keys = [_first_value(field.lower()) for field, _ in order]
    query = select(*_FOUND)
    for key, (_, is_descending) in zip(keys, order, strict=True):
        query = query.order_by((key.desc() if is_descending else key.asc()).nulls_last())
    query = query.order_by(_E.id if keys else _E.ref)
    if condition is not None:
        query = query.where(_compiled(condition))
    return list(session.execute(readable(actor, query, _E.ref).limit(limit).offset(offset)).all())


def find_by_refs(
    session: Session, actor: Actor | None, refs: Iterable[str], condition: Condition | None = None
) -> dict[str, Any]:
    """Return those of the entities that there are, as `Found` rows by reference."""
    found: dict[str, Any] = {}
    wanted = list(dict.fromkeys(refs))
    for start in range(0, len(wanted), _CHUNK):
        query = _BY_REFS if condition is None else _BY_REFS.where(_compiled(condition))
        refs = {"refs": wanted[start : start + _CHUNK]}
        found |= {row.ref: row for row in session.execute(readable(actor, query, _E.ref), refs).all()}
    return found


def find_by_id(session: Session, actor: Actor | None, entity_id: int) -> Any:
    """Return the entity with the number as a `Found` row, or None."""
    return session.execute(readable(actor, select(*_FOUND).where(_E.id == entity_id), _E.ref)).first()


def parent_of(session: Session, ref: str) -> str | None:
    """Return the reference of the Location that led to the entity, if it is in the catalog."""
    parent = _ENTITIES.alias()
    query = select(parent.c.ref).join(_ENTITIES, _E.parent == parent.c.ref).where(_E.ref == ref)
    return session.scalars(query).first()


def relations_of(session: Session, rows: Iterable[Any]) -> dict[int, list[tuple[str, str]]]:
    """Return (type, target) of the relations of each of the entities, in that order, whichever end states them."""
    by_ref = {row.ref: row.id for row in rows}
    found: dict[int, set[tuple[str, str]]] = {entity_id: set() for entity_id in by_ref.values()}
    refs = list(by_ref)
    for start in range(0, len(refs), _CHUNK):
        chunk = refs[start : start + _CHUNK]
        asked = {"ids": [by_ref[ref] for ref in chunk], "refs": chunk}
        for entity_id, ref, type_, other in session.execute(_RELATED, asked).all():
            if ref is None:
                found[entity_id].add((type_, other))
            else:
                found[by_ref[ref]].add((COUNTERPARTS.get(type_, type_), other))
    return {entity_id: sorted(relations) for entity_id, relations in found.items()}


def facets_of(
    session: Session, actor: Actor | None, facets: Sequence[str], condition: Condition | None
) -> dict[str, list[tuple[str, int]]]:
    """Return for each key the values as written, with how many entities have them, by value."""
    keys = {facet: facet.lower() for facet in facets}
    columns = [key for key in dict.fromkeys(keys.values()) if key in _COLUMNS]
    counts: dict[str, Counter[str]] = {key: Counter() for key in keys.values()}
    if columns:
        _count_columns(session, actor, columns, condition, counts)
    others = [key for key in counts if key not in _COLUMNS]
    plain = [key for key in others if _is_plain(key)]
    if plain:
        _count_values(session, actor, plain, condition, counts)
    for key in others:
        if key not in plain:
            _count_rows(session, actor, key, condition, counts[key])
    return {facet: sorted(counts[key].items()) for facet, key in keys.items()}


def _count_columns(
    session: Session,
    actor: Actor | None,
    keys: Sequence[str],
    condition: Condition | None,
    counts: Mapping[str, Counter[str]],
) -> None:
    """Count all columns in one pass, by what they have together."""
    columns = [_COLUMNS[key].original for key in keys]
    query = select(*columns, func.count()).select_from(_ENTITIES).group_by(*columns)
    if condition is not None:
        query = query.where(_by_spelling(condition))
    for *values, count in session.execute(readable(actor, query, _E.ref)):
        for key, value in zip(keys, values, strict=True):
            if value is not None:
                counts[key][value] += count


def _count_values(
    session: Session,
    actor: Actor | None,
    keys: Sequence[str],
    condition: Condition | None,
    counts: Mapping[str, Counter[str]],
) -> None:
    """Count values in the order of their index; with no condition but kinds without a look at the entities."""
    values = VALUES.c
    groups = (values.key, values.value, values.kind, values.original)
    both = [name for key in keys for name in (key, f"{key}[]")]
    query = select(*groups, func.count()).where(values.key.in_(both), values.value.is_not(None)).group_by(*groups)
    kinds = kinds_only(condition)
    if kinds is not None:
        query = query.where(values.kind.in_(kinds))
    if not reads_everything(actor) or (condition is not None and kinds is None):
        query = query.where(values.entity_id.in_(_ids(actor, condition)))
    for key, value, _, original, count in session.execute(query):
        counts[key.removesuffix("[]")][value if original is None else original] += count
    for key in keys:
        for list_key, item in _items(key):
            having = select(func.count()).where(values.key == list_key, values.value == item)
            if condition is not None or not reads_everything(actor):
                having = having.where(values.entity_id.in_(_ids(actor, condition)))
            count = session.scalar(having)
            if count:
                counts[key]["true"] += count


def _count_rows(
    session: Session, actor: Actor | None, key: str, condition: Condition | None, counts: Counter[str]
) -> None:
    for rows in _rows(key):
        query = rows.select(rows.original, func.count()).where(rows.value.is_not(None)).group_by(rows.original)
        if condition is not None or not reads_everything(actor):
            query = query.where(rows.entity_id.in_(_ids(actor, condition)))
        for value, count in session.execute(query):
            counts[value] += count


def _ids(actor: Actor | None, condition: Condition | None) -> Select[Any]:
    query = readable(actor, select(_E.id), _E.ref)
    return query if condition is None else query.where(_compiled(condition))


def _picked(asked: Asked) -> tuple[Select[Any], SQLColumnExpression[Any] | None]:
    """The entities that a page is picked from, and what they are ordered by besides their number."""
    if asked.order_field is None:
        return select(_E.id), None
    key = asked.order_field.field.lower()
    if key in _COLUMNS:
        value = _COLUMNS[key].value
        return select(_E.id, value.label("value")).where(value.is_not(None) if key in _NULLABLE else true()), value
    parts = [rows.select(rows.entity_id.label("id"), rows.value.label("value")) for rows in _rows(key)]
    table = (parts[0] if len(parts) == 1 else union_all(*parts)).subquery("ordered")
    query: Select[Any] = select(_E.id, table.c.value).select_from(table).join(_ENTITIES, _E.id == table.c.id)
    return query.where(table.c.value.is_not(None)), table.c.value


def _beyond(keys: Sequence[Any], place: Sequence[str], down: bool) -> ColumnElement[bool]:
    """What comes after `place`, whose last part is a uid."""
    entity_id = id_of(place[-1])
    wanted: list[Any] = [*place[:-1], -1 if entity_id is None else entity_id]
    here, there = tuple_(*keys), tuple_(*map(literal, wanted))
    return here < there if down else here > there


def _matching(asked: Asked, condition: Condition | None) -> Iterator[ColumnElement[bool]]:
    if condition is not None:
        yield _compiled(condition)
    term = asked.text.term.strip().lower() if asked.text else ""
    if asked.text is not None and term:
        yield _contains(asked, asked.text, f"%{term}%")


def _contains(asked: Asked, text: FullText, pattern: str) -> ColumnElement[bool]:
    fields = text.fields
    if fields is None:
        fields = (asked.order_field.field if asked.order_field else "metadata.uid",)
    found: list[ColumnElement[bool]] = []
    others: list[str] = []
    for key in dict.fromkeys(field.lower() for field in fields):
        if key in _COLUMNS:
            found.append(_true(_COLUMNS[key].value.like(pattern), key))
        elif _is_plain(key):
            others += (key, f"{key}[]")
        else:
            found += (_E.id.in_(_ids_of(rows, rows.value.like(pattern))) for rows in _rows(key))
    if others:
        values = VALUES.c
        found.append(_E.id.in_(_ids_with(values.key.in_(others), values.value.like(pattern))))
    return or_(false(), *found)


def _compiled(condition: Condition) -> ColumnElement[bool]:
    match condition:
        case Has(key, values):
            return _exists(key) if values is None else _has(key, values)
        case HasPrefix(key, prefix):
            return _has_prefix(key, prefix)
        case Every(parts):
            return and_(true(), *map(_compiled, parts))
        case Either(parts):
            return or_(false(), *map(_compiled, parts))
        case Not(inner):
            return ~_compiled(inner)


def _has(key: str, values: tuple[str, ...]) -> ColumnElement[bool]:
    if key == "metadata.uid":
        return _E.id.in_([found for found in map(id_of, values) if found is not None])
    if key in _COLUMNS:
        column = _COLUMNS[key].value
        return _true(column == values[0] if len(values) == 1 else column.in_(values), key)
    found: list[ColumnElement[bool]] = [_E.id.in_(_ids_of(rows, rows.value.in_(values))) for rows in _rows(key)]
    if "true" in values:
        found += map(_has_item, _items(key))
    return or_(false(), *found)


def _exists(key: str) -> ColumnElement[bool]:
    if key in _COLUMNS:
        return _COLUMNS[key].value.is_not(None) if key in _NULLABLE else true()
    found: list[ColumnElement[bool]] = [_E.id.in_(_ids_of(rows)) for rows in _rows(key)]
    return or_(false(), *found, *map(_has_item, _items(key)))


def _has_prefix(key: str, prefix: str) -> ColumnElement[bool]:
    if key == "metadata.uid":
        ids = ids_of_prefix(prefix)
        return _E.id.between(*ids) if ids else false()
    if key in _COLUMNS:
        return _true(_COLUMNS[key].value.startswith(prefix, autoescape=True), key)
    found: list[ColumnElement[bool]] = [
        _E.id.in_(_ids_of(rows, rows.value.startswith(prefix, autoescape=True))) for rows in _rows(key)
    ]
    if "true".startswith(prefix):
        found += map(_has_item, _items(key))
    return or_(false(), *found)


def _true(comparison: ColumnElement[bool], key: str) -> ColumnElement[bool]:
    """The comparison, false rather than unknown where the column is empty, so that it can be negated."""
    return and_(_COLUMNS[key].value.is_not(None), comparison) if key in _NULLABLE else comparison


def _has_item(item: tuple[str, str]) -> ColumnElement[bool]:
    key, value = item
    return _E.id.in_(_ids_with(VALUES.c.key == key, VALUES.c.value == value))


def _items(key: str) -> Iterator[tuple[str, str]]:
    """The items of lists that `key` could mean: of `metadata.tags.java`, java in `metadata.tags`, for one.

    What stands at the root of a document is no list.
    """
    if _is_plain(key) and len(key) <= _LONGEST_KEY:
        at = key.find(".", key.find(".") + 1)
        while at > 0:
            yield f"{key[:at]}[]", key[at + 1 :]
            at = key.find(".", at + 1)


def _by_spelling(condition: Condition) -> ColumnElement[bool]:
    """The condition; where it only asks for kinds that are always spelled alike, so that a narrow index serves it."""
    kinds = kinds_only(condition)
    if kinds and all(kind in _SPELLED for kind in kinds):
        return _E.kind.in_([_SPELLED[kind] for kind in kinds])
    return _compiled(condition)


def _first_value(key: str) -> SQLColumnExpression[Any]:
    """The smallest value of an entity under the key, or NULL."""
    if key in _COLUMNS:
        return _COLUMNS[key].value
    least = [
        rows.select(func.min(rows.value)).where(rows.entity_id == _E.id).correlate(_ENTITIES).scalar_subquery()
        for rows in _rows(key)
    ]
    return least[0] if len(least) == 1 else func.coalesce(*least)


def _is_plain(key: str) -> bool:
    """Whether values serve the key, and nothing else."""
    return key not in _COLUMNS and not key.startswith(_RELATIONS) and key.removeprefix(_ANNOTATIONS) not in _ORIGINS


def _ids_with(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(VALUES.c.entity_id).where(*conditions).correlate(None)


def _ids_of(rows: _Rows, *conditions: ColumnElement[bool]) -> Select[Any]:
    return rows.select(rows.entity_id).where(*conditions).correlate(None)


def _rows(key: str) -> list[_Rows]:
    """The rows that serve a key that has no column."""
    if key.startswith(_RELATIONS):
        return _related(key.removeprefix(_RELATIONS))
    annotation = key.removeprefix(_ANNOTATIONS)
    if annotation in _ORIGINS:
        entity = _ENTITIES.alias()
        written = entity.c.document[("metadata", "annotations", annotation)].as_string()
        return [_Rows(entity, entity.c.id, func.lower(written), written, written.is_not(None))]
    values = VALUES.c
    original = func.coalesce(values.original, values.value)
    return [_Rows(VALUES, values.entity_id, values.value, original, values.key.in_((key, f"{key}[]")))]


def _related(type_: str) -> list[_Rows]:
    """The relations of a type: those that entities state, and those that others state of them the other way round."""
    stated = RELATIONS.c
    spelled = _TYPES.get(type_)
    if spelled is None:
        return [_Rows(RELATIONS, stated.entity_id, stated.target, stated.target, func.lower(stated.type) == type_)]
    stated_here = _Rows(RELATIONS, stated.entity_id, stated.target, stated.target, stated.type == spelled)
    return [stated_here, replace(_STATED_THERE, where=_BACK.c.type == COUNTERPARTS[spelled])]
