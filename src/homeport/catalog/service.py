"""Use cases of the catalog: publish what was read, take people's answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from homeport.catalog import repository, storing
from homeport.catalog.adapters.stored import described_from_json, field_from_json
from homeport.catalog.domain import composition
from homeport.catalog.domain.composition import Answer, ComposedEntity, Verdict, compose
from homeport.catalog.domain.described import Described, UnitReading, fields_of_document
from homeport.catalog.domain.fields import DescribedEntity, DiscoveredEntity, Field, Place, Problem
from homeport.catalog.events import FIELD_ANSWERED
from homeport.catalog.models import EntityRow, LocationRow, UnitRow
from homeport.catalog.storing import Entry, Known, Stored
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput, NotFound
from homeport.kernel.base.events import Event
from homeport.kernel.module import Services
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor

_OWNERS = {"group", "user"}
_NOBODY_OWNS = {"group", "user", "location"}


@dataclass(slots=True)
class Published:
    """What a publication changed, what it stands on, and which names it could not have.

    `withheld` says by location how many entities would have gone and how many stay, where so many may not go;
    `refused` why the database took in nothing of a location, which keeps what it had.
    """

    stored: Stored = field(default_factory=Stored)
    composed: list[ComposedEntity] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    withheld: dict[int, tuple[int, int]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, other: Published) -> None:
        """Count what was published of another location as well."""
        self.stored.add(other.stored)
        self.composed += other.composed
        self.problems += other.problems
        self.withheld |= other.withheld


def told_by_database(error: IntegrityError) -> str:
    """Return why the database took something not in, without the values, which it tells in the lines that follow."""
    return str(error.orig).splitlines()[0]


@dataclass(slots=True)
class PublishedUnits:
    """What publishing units came to.

    `refs` are described now; `gone` are described no longer, each with the unit that did; `duplicates` are names that
    others have already.
    """

    stored: Stored
    refs: set[str]
    gone: dict[str, int]
    duplicates: list[tuple[UnitRow, Problem]]


class Catalog:
    """The catalog of this installation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ask_below: float = services.settings.section("catalog").ask_below

    def publish(
        self,
        session: Session,
        actor: Actor,
        found: Mapping[int, Sequence[DiscoveredEntity]],
        may_go: Callable[[int, int, int], bool] = lambda _location, _gone, _kept: True,
    ) -> Published:
        """Let the catalog hold exactly what was found, by location; a name that another location has stays there.

        A location that can't be stored keeps what it had, and holds up no other.

        `may_go` says whether so many of a location's entities may go where so many stay; else they stay as well.
        """
        storing.wait_for_other_writers(session)
        answers = repository.answers_by_ref(session)
        published = Published()
        for location_id in found:
            try:
                with session.begin_nested():
                    one = self._publish_location(session, actor, found, location_id, answers, may_go)
            except IntegrityError as error:
                published.refused[location_id] = told_by_database(error)
            else:
                published.add(one)
        return published

    def _publish_location(
        self,
        session: Session,
        actor: Actor,
        found: Mapping[int, Sequence[DiscoveredEntity]],
        location_id: int,
        answers: Mapping[str, Sequence[Answer]],
        may_go: Callable[[int, int, int], bool],
    ) -> Published:
        now, entities, published = self._services.clock(), found[location_id], Published()
        known = storing.known_of_location(session, location_id)
        known |= storing.known_by_ref(session, {one.ref for one in entities} - set(known))
        for one in _compose_all(entities, answers):
            taken = known.get(one.discovered.ref)
            if taken is None or taken.location_id in found:
                published.composed.append(one)
            else:
                published.problems.append(_duplicate_of(one.discovered, taken))
        entries = [self._entry(one, location_id) for one in published.composed]
        published.stored.add(storing.store(session, actor, entries, known, now))
        gone = {ref for ref, one in known.items() if one.location_id == location_id} - {one.ref for one in entries}
        if may_go(location_id, len(gone), len(entries)):
            storing.remove(session, actor, gone, now)
            published.stored.removed += len(gone)
        else:
            published.withheld[location_id] = (len(gone), len(entries))
        return published

    def publish_units(
        self,
        session: Session,
        actor: Actor,
        location: LocationRow,
        read: Sequence[tuple[UnitRow, UnitReading]],
        free: Collection[str] = (),
    ) -> PublishedUnits:
        """Let the catalog hold what the units describe; what they describe no longer is returned and stays.

        The names `free` may be taken over, though they are there. What was known of a document that can't be read now
        stays; so does all of a unit of which a part is broken, as far as the rest does not say otherwise.
        """
        now = self._services.clock()
        storing.wait_for_other_writers(session)
        entries: dict[str, Entry] = {}
        duplicates = []
        known = storing.known_by_ref(session, [one.ref for _, reading in read for one in reading.entities])
        before = storing.known_of_units(session, [unit.id for unit, _ in read])
        answers = repository.answers_by_ref(session, known) if known else {}
        broken = {unit.id for unit, reading in read if reading.is_partial}
        kept = {ref for ref, one in before.items() if one.unit_id in broken}
        for unit, reading in read:
            for one in reading.entities:
                taken = known.get(one.ref)
                if one.is_kept:
                    kept.add(one.ref)
                elif one.ref in entries:
                    duplicates.append((unit, _duplicate_document(one, unit, entries[one.ref].written_at)))
                elif taken is not None and one.ref not in before and one.ref not in free:
                    duplicates.append((unit, _duplicate_document(one, unit, taken.written_at)))
                else:
                    entries[one.ref] = self._described_entry(one, location, unit, answers.get(one.ref, ()))
        stored = storing.store(session, actor, list(entries.values()), known, now)
        gone = {
            ref: one.unit_id
            for ref, one in before.items()
            if one.unit_id is not None and ref not in entries and ref not in kept
        }
        return PublishedUnits(stored, set(entries), gone, duplicates)

    def answer(
        self, session: Session, actor: Actor, ref: EntityRef, path: str, value: Any, verdict: Verdict
    ) -> EntityRow:
        """Take a person's word on the value of a field; the entity shows it at once and after every refresh.

        Raises:
            NotFound: no such entity or field.
            Forbidden: the actor neither owns the entity nor is an operator.
            InvalidInput: the field is written in the repository; change it there.
        """
        storing.wait_for_other_writers(session)
        row = repository.find_entity(session, actor, ref)
        if row is None:
            raise NotFound(f"There is no entity {ref}.")
        authorize(actor, "catalog.confirm", EntityRef.parse(row.owner) if row.owner else None)
        entity = self._discovered(session, row)
        found = entity.find(path)
        if found is None and (path != composition.OWNER or ref.kind in _NOBODY_OWNS):
            raise NotFound(f"{ref} has no field {path!r}.")
        if found is not None and found.chosen.source == composition.YAML:
            raise InvalidInput(f"{path} of {ref} is written in {found.chosen.place}; change it there.")
        if path == composition.OWNER:
            self._check_owner(session, actor, found, value)
        now = self._services.clock()
        repository.store_answer(session, row.ref, actor, Answer(path, value, verdict, actor.name, now))
        before = row.etag
        composed = compose(entity, repository.answers_by_ref(session, [row.ref])[row.ref])
        self._restore(session, actor, row, composed)
        if path == composition.OWNER and ref.kind == "component":
            self._pass_on(session, actor, row, composed.confirmed_owner)
        told = {"path": path, "value": value, "verdict": str(verdict)}
        audit.record(session, actor, "catalog.answer", row.ref, after=told, now=now)
        session.refresh(row)
        if row.etag != before:
            self._services.subscribers.publish(session, Event(FIELD_ANSWERED, row.ref, told, now))
        return row

    def _pass_on(self, session: Session, actor: Actor, component: EntityRow, owner: str | None) -> None:
        """Let the APIs and resources of a component's repository have the owner that was just named, or lose it."""
        rows = repository.entities_of_repository(session, component.location_id, component.repository)
        answers = repository.answers_by_ref(session, [row.ref for row in rows])
        for row in rows:
            if row.ref != component.ref:
                entity = composition.inherit_owner(self._discovered(session, row), owner)
                self._restore(session, actor, row, compose(entity, answers.get(row.ref, ())))

    def _restore(self, session: Session, actor: Actor, row: EntityRow, composed: ComposedEntity) -> None:
        entry = self._entry(composed, row.location_id)
        entry = replace(entry, place={**entry.place, "unit_id": row.unit_id, "parent": row.parent})
        entry = replace(entry, told={**entry.told, "text": row.text})
        storing.store(session, actor, [entry], storing.known_by_ref(session, [row.ref]), self._services.clock())

    def _check_owner(self, session: Session, actor: Actor, found: Field | None, value: Any) -> None:
        """Return if the value can be an owner: one that discovery proposed, or a team or person of the catalog."""
        if found is not None and value in [found.chosen.value, *(other.value for other in found.others)]:
            return
        owner = EntityRef.parse(value, "group") if isinstance(value, str) else None
        if owner is None or owner.kind not in _OWNERS or repository.find_entity(session, actor, owner) is None:
            raise InvalidInput(f"{value!r} is no team or person of the catalog; an owner is one of these.")

    def _discovered(self, session: Session, row: EntityRow) -> DiscoveredEntity:
        stored = (field_from_json(one.path, one.discovered) for one in repository.fields_of(session, row))
        fields = tuple(one for one in stored if one.chosen.source != composition.CONFIRMED)
        place = Place(row.file, row.line) if row.file else None
        described = described_from_json(row.described) if row.described else None
        if row.unit_id is not None:
            described = DescribedEntity(row.document, place or Place(row.repository))
        return DiscoveredEntity(
            kind=row.kind,
            name=row.name,
            namespace=row.namespace,
            fields=fields,
            repository=row.repository,
            place=place,
            described=described,
        )

    def _entry(self, one: ComposedEntity, location_id: int) -> Entry:
        entity = one.discovered
        return Entry(
            ref=entity.ref,
            document=one.document,
            etag=one.etag,
            place={
                "location_id": location_id,
                "repository": entity.repository,
                "file": entity.place.file if entity.place else None,
                "line": entity.place.line if entity.place else None,
            },
            told={
                "origin": "yaml" if entity.described else "inferred",
                "lowest_confidence": min((field.chosen.confidence for field in one.fields), default=1.0),
                "question_count": len(one.questions(self._ask_below)),
                "described": asdict(entity.described) if entity.described else None,
            },
            fields=self._field_rows(one),
        )

    def _described_entry(
        self, one: Described, location: LocationRow, unit: UnitRow, answers: Sequence[Answer]
    ) -> Entry:
        """The entry of a document; where a person named an owner that it leaves out, the owner is in it."""
        repository_, _, file = unit.key.rpartition("/")
        place = {
            "location_id": location.id,
            "unit_id": unit.id,
            "parent": unit.parent,
            "repository": repository_ or location.target,
            "file": file or None,
            "line": one.line,
        }
        if not answers:
            return Entry(one.document, storing.etag_of(one.document), place, {"text": one.text}, ref=one.ref)
        described = DescribedEntity(one.document, Place(file, one.line))
        ref = EntityRef.parse(one.ref)
        name = one.document["metadata"]["name"]
        entity = DiscoveredEntity(
            kind=one.document["kind"],
            name=name,
            namespace=ref.namespace,
            fields=tuple(fields_of_document(described)),
            repository=str(place["repository"]),
            place=described.place,
            described=described,
        )
        composed = compose(entity, answers)
        entry = self._entry(composed, location.id)
        return replace(entry, place=place, told={**entry.told, "text": one.text, "described": None})

    def _field_rows(self, one: ComposedEntity) -> list[dict[str, Any]]:
        settled = {field.path: field for field in one.fields}
        asked = {field.path for field in one.questions(self._ask_below)}
        named = [field for field in one.fields if one.discovered.find(field.path) is None]
        return [
            {
                "path": found.path,
                "discovered": {"chosen": asdict(found.chosen), "others": [asdict(other) for other in found.others]},
                "settled": asdict(settled[found.path].chosen) if found.path in settled else None,
                "is_asked": found.path in asked,
            }
            for found in (*one.discovered.fields, *named)
        ]


def _compose_all(
    entities: Sequence[DiscoveredEntity], answers: Mapping[str, Sequence[Answer]]
) -> Iterator[ComposedEntity]:
    """Compose the entities, components first: what people said of whose they are holds for all of a repository."""
    owners: dict[str, str | None] = {}
    for entity in sorted(entities, key=lambda entity: entity.kind != "Component"):
        one = compose(composition.inherit_owner(entity, owners.get(entity.repository)), answers.get(entity.ref, ()))
        if entity.kind == "Component":
            owners.setdefault(entity.repository, one.confirmed_owner)
        yield one


def _duplicate_of(entity: DiscoveredEntity, taken: Known) -> Problem:
    place = f"{entity.repository}: {entity.place}" if entity.place else entity.repository
    told = {"entity": entity.ref, "first": taken.written_at, "second": place}
    return Problem("catalog.duplicate-entity", entity.place, told, entity.repository, entity.ref)


def _duplicate_document(one: Described, unit: UnitRow, first: str) -> Problem:
    place = Place(unit.key, one.line)
    told = {"entity": one.ref, "first": first, "second": str(place)}
    return Problem("catalog.duplicate-entity", place, told, entity=one.ref)
