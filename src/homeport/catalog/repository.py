"""Every query of the catalog; lists go through `access.readable`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, false, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, defer

from homeport.catalog.counting import remembered
from homeport.catalog.domain.composition import Answer, Verdict, digest
from homeport.catalog.domain.described import fields_of_document
from homeport.catalog.domain.fields import DescribedEntity, Place
from homeport.catalog.domain.relations import COUNTERPARTS
from homeport.catalog.models import RELATIONS, VALUES, AnswerRow, EntityRow, FieldRow
from homeport.catalog.origins import is_stale
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidFilter
from homeport.kernel.knowledge.findings import Finding, Severity
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor

_T = TypeVar("_T")

NOBODY = "none"
"""The filter value that stands for an empty field: `owner:none`."""

FACETS: Mapping[str, SQLColumnExpression[Any]] = {
    "kind": func.lower(EntityRow.kind),
    "type": EntityRow.type,
    "owner": EntityRow.owner,
    "system": EntityRow.system,
    "lifecycle": EntityRow.lifecycle,
    "language": EntityRow.language,
    "origin": EntityRow.origin,
}
"""What lists can be filtered by, with counts; the words of the filter tokens."""

SORTS: Mapping[str, InstrumentedAttribute[Any]] = {
    "name": EntityRow.sort_name,
    "kind": EntityRow.kind,
    "type": EntityRow.type,
    "owner": EntityRow.owner,
    "system": EntityRow.system,
    "lifecycle": EntityRow.lifecycle,
    "confidence": EntityRow.lowest_confidence,
    "updated": EntityRow.updated_at,
}
"""What lists can be sorted by."""

_REFERENCES = ("owner", "system")
"""Facets whose values are in lower case already, and found by an index as they are."""

_MOST_ANCESTORS = 20
_FEW_SIGNS = 3

_DEPENDENCIES = ("dependsOn", "dependencyOf", "providesApi", "consumesApi")

_WITHOUT_DOCUMENTS = tuple(
    defer(column, raiseload=True) for column in (EntityRow.document, EntityRow.described, EntityRow.text)
)
"""Documents hold whole API definitions: lists leave them in the database."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the catalog: values of one facet are alternatives, facets all have to hold.

    `has_questions` keeps entities with a field that a person should confirm, `is_stale` those that may be old since
    what they come from can't be read now, `location_id` those that one location brought.
    """

    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    text: str = ""
    has_questions: bool = False
    is_stale: bool = False
    location_id: int | None = None
    sort: str = "name"
    descending: bool = False

    @property
    def narrowing(self) -> Hashable:
        """What is asked for, whatever its order; equal for questions that find the same."""
        facets = sorted((facet, tuple(values)) for facet, values in self.facets.items() if values)
        return tuple(facets), self.text, self.has_questions, self.location_id


@dataclass(frozen=True, slots=True)
class Page:
    """A page of entities; `offset` of the next one is None at the end, `total` counts all that match."""

    entities: Sequence[EntityRow]
    total: int
    next_offset: int | None


def list_entities(session: Session, actor: Actor | None, query: Query, limit: int, offset: int = 0) -> Page:
    """Return a page of what matches, in the order the query asks for; rows come without their documents.

    Raises:
        InvalidFilter: an unknown facet or sort.
    """
    column = _sort_column(query.sort)
    ordered = column.desc() if query.descending else column.asc()
    if column.nullable:  # said of others, it keeps SQLite from walking the index
        ordered = ordered.nulls_last()
    found = _matching(select(EntityRow), actor, query).order_by(ordered, EntityRow.id).limit(limit).offset(offset)
    total = count_where(session, actor, query)
    rows = session.scalars(found.options(*_WITHOUT_DOCUMENTS)).all()
    return Page(rows, total, offset + limit if offset + limit < total else None)


def facet_counts(session: Session, actor: Actor | None, query: Query, facet: str) -> list[tuple[str | None, int]]:
    """Return each value of `facet` with how many entities the query would find with it, most first.

    The facet's own tokens don't narrow it, so that one can see what else there is to choose.
    """
    column = _facet_column(facet)
    others = {name: values for name, values in query.facets.items() if name != facet}
    narrowed = replace(query, facets=others)

    def count() -> list[tuple[str | None, int]]:
        counted = _matching(select(column, func.count()), actor, narrowed).group_by(column)
        found = ((value, number) for value, number in session.execute(counted))
        return sorted(found, key=lambda pair: (-pair[1], pair[0] or ""))

    return _counted(session, actor, query, ("facet", facet, narrowed.narrowing), count)


def all_facet_counts(
    session: Session, actor: Actor | None, query: Query, facets: Iterable[str]
) -> dict[str, list[tuple[str | None, int]]]:
    """Return what `facet_counts` gives, for several facets at once.

    Facets that are not narrowed are counted here from one pass over the matching rows: at 10,000 entities a third
    of the time that the database takes to sort them into groups, facet by facet.
    """
    wanted = list(facets)
    narrowed = [facet for facet in wanted if query.facets.get(facet)]
    free = [facet for facet in wanted if facet not in narrowed]
    found = {facet: facet_counts(session, actor, query, facet) for facet in narrowed}

    def count() -> dict[str, list[tuple[str | None, int]]]:
        rows = session.execute(_matching(select(*map(_facet_column, free)), actor, query)).all()
        columns = zip(*rows, strict=True) if rows else ((),) * len(free)
        return {
            facet: sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0] or ""))
            for facet, values in zip(free, columns, strict=True)
        }

    return found | (_counted(session, actor, query, ("facets", *free, query.narrowing), count) if free else {})


def find_entity(session: Session, actor: Actor | None, ref: EntityRef) -> EntityRow | None:
    """Return the entity, or None where there is none that the actor may read."""
    return session.scalars(readable(actor, select(EntityRow).filter_by(ref=str(ref)), EntityRow.ref)).one_or_none()


def find_entities(session: Session, actor: Actor | None, refs: Iterable[str]) -> dict[str, EntityRow]:
    """Return those of the entities that exist, by reference, without their documents."""
    found: dict[str, EntityRow] = {}
    for chunk in _chunks(list(refs)):
        query = select(EntityRow).where(EntityRow.ref.in_(chunk)).options(*_WITHOUT_DOCUMENTS)
        found |= {row.ref: row for row in session.scalars(readable(actor, query, EntityRow.ref))}
    return found


def open_findings(
    session: Session, actor: Actor | None, refs: Iterable[str], now: datetime
) -> dict[str, dict[Severity, int]]:
    """Return how many open findings of each severity the entities have, worst first; those without are not in it."""
    is_open = and_(Finding.gone_at.is_(None), or_(Finding.suppressed_until.is_(None), Finding.suppressed_until <= now))
    query = select(Finding.entity_ref, Finding.severity, func.count()).where(
        Finding.entity_ref.in_(list(refs)), is_open
    )
    counted = readable(actor, query, Finding.entity_ref).group_by(Finding.entity_ref, Finding.severity)
    found: dict[str, dict[Severity, int]] = {}
    for ref, severity, count in session.execute(counted.order_by(Finding.severity)):
        found.setdefault(ref or "", {})[severity] = count
    return found


def entities_of_repository(session: Session, location_id: int, name: str) -> Sequence[EntityRow]:
    """Return what one repository of a location brought, by reference."""
    query = select(EntityRow).filter_by(location_id=location_id, repository=name).order_by(EntityRow.ref)
    return session.scalars(query).all()


def fields_of(session: Session, row: EntityRow) -> Sequence[FieldRow]:
    """Return the fields of an entity in the order of their paths; those of a described unit come from its document."""
    stored = session.scalars(select(FieldRow).filter_by(entity_id=row.id).order_by(FieldRow.path)).all()
    if stored or row.unit_id is None:
        return stored
    described = DescribedEntity(row.document, Place(row.file or row.repository, row.line))
    return [
        FieldRow(
            entity_id=row.id,
            path=found.path,
            discovered={"chosen": asdict(found.chosen), "others": []},
            settled=asdict(found.chosen),
            is_asked=False,
            read_at=row.updated_at,
        )
        for found in sorted(fields_of_document(described), key=lambda found: found.path)
    ]


def questions_for(
    session: Session, actor: Actor, owners: Iterable[str] | None, limit: int
) -> list[tuple[EntityRow, FieldRow]]:
    """Return fields to confirm, least sure entities first; only of entities of `owners` unless None."""
    query = _asked(select(EntityRow, FieldRow), owners)
    ordered = readable(actor, query, EntityRow.ref).order_by(EntityRow.lowest_confidence, EntityRow.ref).limit(limit)
    return list(session.execute(ordered.options(*_WITHOUT_DOCUMENTS)).all())


def relations_of(session: Session, refs: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return (source, type, target) of the relations that start at one of the entities, in that order.

    Whether the source's document states it or the target's makes no difference.
    """
    wanted = list(refs)
    stated = RELATIONS.c
    found: set[tuple[str, str, str]] = set()
    for chunk in _chunks(wanted):
        forth = select(EntityRow.ref, stated.type, stated.target).join(EntityRow, EntityRow.id == stated.entity_id)
        found.update(
            (one, type_, other) for one, type_, other in session.execute(forth.where(EntityRow.ref.in_(chunk)))
        )
        for source, type_, target in session.execute(forth.where(stated.target.in_(chunk))):
            found.add((target, COUNTERPARTS.get(type_, type_), source))
    return sorted(found)


def most_related(session: Session, actor: Actor | None) -> EntityRef | None:
    """Return the component whose document states most dependencies, or None where there is no component."""
    count = func.count(RELATIONS.c.target)
    joined = select(EntityRow.ref).outerjoin(
        RELATIONS, and_(RELATIONS.c.entity_id == EntityRow.id, RELATIONS.c.type.in_(_DEPENDENCIES))
    )
    query = joined.where(FACETS["kind"] == "component").group_by(EntityRow.ref).order_by(count.desc(), EntityRow.ref)
    found = session.scalars(readable(actor, query, EntityRow.ref).limit(1)).first()
    return EntityRef.parse(found) if found else None


def targets_of(session: Session, ref: EntityRef, relation: str) -> list[str]:
    """Return what the entity stands in `relation` to."""
    return [target for _, type_, target in relations_of(session, [str(ref)]) if type_ == relation]


def dangling_relations(session: Session) -> list[tuple[EntityRow, str, str]]:
    """Return (entity, type, target) of stated relations to entities that nobody knows; rows without documents."""
    target = aliased(EntityRow)
    query = select(EntityRow, RELATIONS.c.type, RELATIONS.c.target).join(
        RELATIONS, RELATIONS.c.entity_id == EntityRow.id
    )
    unknown = query.outerjoin(target, target.ref == RELATIONS.c.target).where(target.id.is_(None))
    return list(session.execute(unknown.order_by(EntityRow.id).options(*_WITHOUT_DOCUMENTS)).all())


@dataclass(frozen=True, slots=True)
class Written:
    """An entity's document, and how somebody wrote it; `text` is None where it was read in a repository."""

    document: Mapping[str, Any]
    text: str | None


def written(session: Session, ids: Iterable[int]) -> dict[int, Written]:
    """Return the documents of entities by their numbers."""
    query = select(EntityRow.id, EntityRow.document, EntityRow.text).where(EntityRow.id.in_(list(ids)))
    return {entity_id: Written(document, text) for entity_id, document, text in session.execute(query)}


def places_of_fields(session: Session, ids: Iterable[int]) -> dict[int, dict[str, Place]]:
    """Return where the fields of entities were read, by number and path, as far as that is known."""
    found: dict[int, dict[str, Place]] = {}
    query = select(FieldRow.entity_id, FieldRow.path, FieldRow.discovered).where(FieldRow.entity_id.in_(list(ids)))
    for entity_id, path, discovered in session.execute(query):
        place = discovered["chosen"]["place"]
        if place:
            found.setdefault(entity_id, {})[path] = Place(place["file"], place["line"])
    return found


def owners_without_members(session: Session) -> Sequence[EntityRow]:
    """Return the groups that own something and that nobody belongs to, themselves or through a group of theirs.

    Where no group of the catalog has members, nobody keeps them there, and nothing is said.
    """
    stated = RELATIONS.c
    edges = session.execute(
        select(EntityRow.ref, stated.type, stated.target)
        .join(EntityRow, EntityRow.id == stated.entity_id)
        .where(stated.type.in_(("memberOf", "hasMember", "parentOf", "childOf")))
    )
    with_members: set[str] = set()
    parents: dict[str, set[str]] = {}
    for ref, type_, target in edges:
        if type_ in ("memberOf", "hasMember"):
            with_members.add(target if type_ == "memberOf" else ref)
        else:
            child, parent = (target, ref) if type_ == "parentOf" else (ref, target)
            parents.setdefault(child, set()).add(parent)
    if not with_members:
        return []
    waiting = list(with_members)
    while waiting:
        new = parents.get(waiting.pop(), set()) - with_members
        with_members |= new
        waiting += new
    owning = select(EntityRow.owner).where(EntityRow.owner.is_not(None)).distinct()
    query = select(EntityRow).where(FACETS["kind"] == "group", EntityRow.ref.in_(owning)).order_by(EntityRow.ref)
    return [row for row in session.scalars(query.options(*_WITHOUT_DOCUMENTS)) if row.ref not in with_members]


def answers_by_ref(session: Session, refs: Iterable[str] | None = None) -> dict[str, list[Answer]]:
    """Return people's answers by entity; of all entities if `refs` is None."""
    query = select(AnswerRow).order_by(AnswerRow.at)
    if refs is not None:
        query = query.where(AnswerRow.ref.in_(list(refs)))
    found: dict[str, list[Answer]] = {}
    for row in session.scalars(query):
        answer = Answer(row.path, row.value["value"], Verdict(row.verdict), row.actor_name, row.at)
        found.setdefault(row.ref, []).append(answer)
    return found


def store_answer(session: Session, ref: str, actor: Actor, answer: Answer) -> None:
    """Keep the answer; a newer one to the same value replaces it."""
    value_hash = digest(answer.value)
    row = session.scalars(select(AnswerRow).filter_by(ref=ref, path=answer.path, value_hash=value_hash)).one_or_none()
    row = row or AnswerRow(ref=ref, path=answer.path, value_hash=value_hash, value={"value": answer.value})
    row.verdict, row.actor_id, row.actor_name, row.at = answer.verdict, actor.id, answer.actor_name, answer.at
    session.add(row)
    session.flush()


def described_elsewhere(session: Session) -> list[DescribedEntity]:
    """Return the people, groups, systems and domains that were described outside of repositories."""
    query = select(EntityRow.document, EntityRow.file, EntityRow.line, EntityRow.repository).where(
        EntityRow.unit_id.is_not(None), FACETS["kind"].in_(("user", "group", "system", "domain"))
    )
    return [
        DescribedEntity(document, Place(f"{place}/{file}" if file else place, line))
        for document, file, line, place in session.execute(query.order_by(EntityRow.id))
    ]


def ref_of_id(session: Session, actor: Actor | None, entity_id: int) -> str | None:
    """Return the reference of the entity with that number, or None."""
    query = readable(actor, select(EntityRow.ref).where(EntityRow.id == entity_id), EntityRow.ref)
    return session.scalars(query).one_or_none()


def locations_to(session: Session, actor: Actor | None, row: EntityRow) -> list[EntityRow]:
    """Return the Locations that led to the entity, the first one first; rows without their documents."""
    found: list[EntityRow] = []
    seen = {row.ref}
    parent = row.parent
    while parent and parent not in seen and len(found) < _MOST_ANCESTORS:
        seen.add(parent)
        above = find_entities(session, actor, [parent]).get(parent)
        if above is None:
            break
        found.insert(0, above)
        parent = above.parent
    return found


def refs_like(session: Session, ref: EntityRef) -> list[str]:
    """Return the references of the same kind that are about as long, and those of any kind with the same name."""
    length = len(str(ref))
    is_close = func.length(EntityRow.ref).between(length - _FEW_SIGNS, length + _FEW_SIGNS)
    of_kind = EntityRow.ref.startswith(f"{ref.kind}:", autoescape=True)
    query = select(EntityRow.ref).where(or_(and_(of_kind, is_close), func.lower(EntityRow.name) == ref.name))
    return list(session.scalars(query.order_by(EntityRow.ref)))


def refs_owned_by(session: Session, owners: Iterable[str]) -> list[str]:
    """Return the references of what one of the owners owns."""
    return list(session.scalars(select(EntityRow.ref).where(EntityRow.owner.in_(list(owners))).order_by(EntityRow.ref)))


def users_of_email(session: Session, email: str) -> list[str]:
    """Return the references of the users whose profile has that address, in any case; more than two are not told."""
    theirs = VALUES.c.kind == "user", VALUES.c.key == "spec.profile.email", VALUES.c.value == email.lower()
    query = select(EntityRow.ref).join(VALUES, VALUES.c.entity_id == EntityRow.id).where(*theirs)
    return list(session.scalars(query.order_by(EntityRow.ref).limit(2)))


def count_by_kind(session: Session, actor: Actor | None) -> dict[str, int]:
    """Return how many entities there are of each kind, in lower case."""
    kind = func.lower(EntityRow.kind)
    query = readable(actor, select(kind, func.count()), EntityRow.ref).group_by(kind)
    return remembered(session, actor, "kinds", lambda: dict(session.execute(query).all()))


def count_where(session: Session, actor: Actor | None, query: Query) -> int:
    """Return how many entities match."""
    counted = _matching(select(func.count()).select_from(EntityRow), actor, query)
    return _counted(session, actor, query, ("count", query.narrowing), lambda: session.scalar(counted) or 0)


def _counted(session: Session, actor: Actor | None, query: Query, key: Hashable, count: Callable[[], _T]) -> _T:
    """What `count` gives, remembered until the catalog changes; what can be read changes without it."""
    return count() if query.is_stale else remembered(session, actor, key, count)


def _asked(query: Any, owners: Iterable[str] | None) -> Select[Any]:
    asked: Select[Any] = query.join(FieldRow, FieldRow.entity_id == EntityRow.id).where(FieldRow.is_asked)
    if owners is None:
        return asked
    return asked.where(or_(EntityRow.owner.in_(list(owners)), EntityRow.owner.is_(None)))


def _matching(query: Select[Any], actor: Actor | None, asked: Query) -> Select[Any]:
    conditions = [_one_of(facet, values) for facet, values in asked.facets.items() if values]
    if asked.has_questions:
        conditions.append(EntityRow.question_count > 0)
    if asked.is_stale:
        conditions.append(is_stale())
    if asked.location_id is not None:
        conditions.append(EntityRow.location_id == asked.location_id)
    conditions += [_contains(word) for word in asked.text.split()]
    return readable(actor, query.where(and_(*conditions)) if conditions else query, EntityRow.ref)


def _one_of(facet: str, values: Sequence[str]) -> ColumnElement[bool]:
    column = _facet_column(facet)
    named = [value.lower() for value in values if value != NOBODY]
    comparable = column if facet in _REFERENCES else func.lower(column)
    alternatives: list[ColumnElement[bool]] = [comparable.in_(named)] if named else [false()]
    if NOBODY in values:
        alternatives.append(column.is_(None))
    return or_(*alternatives)


def _contains(word: str) -> ColumnElement[bool]:
    columns = (EntityRow.name, EntityRow.title, EntityRow.title_ko, EntityRow.description)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _facet_column(facet: str) -> SQLColumnExpression[Any]:
    try:
        return FACETS[facet]
    except KeyError:
        raise InvalidFilter(f"{facet!r} is no filter of the catalog; there are {', '.join(FACETS)}.") from None


def _sort_column(sort: str) -> InstrumentedAttribute[Any]:
    try:
        return SORTS[sort]
    except KeyError:
        raise InvalidFilter(f"{sort!r} is no order of the catalog; there are {', '.join(SORTS)}.") from None


def _chunks(items: Sequence[_T], size: int = 500) -> Iterable[Sequence[_T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
