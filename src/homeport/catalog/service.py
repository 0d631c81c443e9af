"""Use cases of the catalog: publish what discovery found, take people's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from homeport.catalog import repository
from homeport.catalog.adapters.stored import described_from_json, field_from_json
from homeport.catalog.domain import composition
from homeport.catalog.domain.composition import Answer, ComposedEntity, Verdict, compose
from homeport.catalog.domain.fields import DiscoveredEntity, Field, Place
from homeport.catalog.domain.relations import relations_of
from homeport.catalog.events import FIELD_ANSWERED
from homeport.catalog.models import EntityRow, FieldRow
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput, NotFound
from homeport.kernel.base.events import Event
from homeport.kernel.knowledge import changes, search
from homeport.kernel.module import Services
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor

KOREAN_TITLE = "homeport.io/title.ko"
_OWNERS = {"group", "user"}
_NOBODY_OWNS = {"group", "user", "location"}


@dataclass(frozen=True, slots=True)
class Published:
    """How a publication changed the catalog, in entities."""

    added: int
    changed: int
    removed: int
    unchanged: int


class Catalog:
    """The catalog of this installation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._ask_below: float = services.settings.section("catalog").ask_below

    def publish(
        self, session: Session, actor: Actor, found: Mapping[int, Sequence[DiscoveredEntity]]
    ) -> tuple[Published, list[ComposedEntity]]:
        """Let the catalog hold exactly what was found, by location; return what changed and every entity composed."""
        now = self._services.clock()
        answers = repository.answers_by_ref(session)
        counts = {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
        composed = []
        for location_id, entities in found.items():
            known = repository.all_entities(session, location_id)
            for one in _compose_all(entities, answers):
                composed.append(one)
                row = known.pop(one.discovered.ref, None)
                counts[self._store(session, actor, location_id, row, one, now)] += 1
            for row in known.values():
                self._remove(session, actor, row, now)
                counts["removed"] += 1
        return Published(**counts), composed

    def answer(
        self, session: Session, actor: Actor, ref: EntityRef, path: str, value: Any, verdict: Verdict
    ) -> EntityRow:
        """Take a person's word on the value of a field; the entity shows it at once and after every refresh.

        Raises:
            NotFound: no such entity or field.
            Forbidden: the actor neither owns the entity nor is an operator.
            InvalidInput: the field is written in the repository; change it there.
        """
        row = repository.find_entity(session, actor, ref)
        if row is None:
            raise NotFound(f"There is no entity {ref}.")
        authorize(actor, "catalog.confirm", EntityRef.parse(row.owner) if row.owner else None)
        entity = self._discovered(session, row)
        field = entity.find(path)
        if field is None and (path != composition.OWNER or ref.kind in _NOBODY_OWNS):
            raise NotFound(f"{ref} has no field {path!r}.")
        if field is not None and field.chosen.source == composition.YAML:
            raise InvalidInput(f"{path} of {ref} is written in {field.chosen.place}; change it there.")
        if path == composition.OWNER:
            self._check_owner(session, actor, field, value)
        now = self._services.clock()
        repository.store_answer(session, row.ref, actor, Answer(path, value, verdict, actor.name, now))
        before = row.etag
        composed = compose(entity, repository.answers_by_ref(session, [row.ref])[row.ref])
        self._store(session, actor, row.location_id, row, composed, now)
        if path == composition.OWNER and ref.kind == "component":
            self._pass_on(session, actor, row, composed.confirmed_owner, now)
        told = {"path": path, "value": value, "verdict": str(verdict)}
        audit.record(session, actor, "catalog.answer", row.ref, after=told, now=now)
        if row.etag != before:
            self._services.subscribers.publish(session, Event(FIELD_ANSWERED, row.ref, told, now))
        return row

    def _pass_on(self, session: Session, actor: Actor, component: EntityRow, owner: str | None, now: datetime) -> None:
        """Let the APIs and resources of a component's repository have the owner that was just named, or lose it."""
        rows = repository.entities_of_repository(session, component.location_id, component.repository)
        answers = repository.answers_by_ref(session, [row.ref for row in rows])
        for row in rows:
            if row.ref != component.ref:
                entity = composition.inherit_owner(self._discovered(session, row), owner)
                self._store(session, actor, row.location_id, row, compose(entity, answers.get(row.ref, ())), now)

    def _check_owner(self, session: Session, actor: Actor, field: Field | None, value: Any) -> None:
        """Return if the value can be an owner: one that discovery proposed, or a team or person of the catalog."""
        if field is not None and value in [field.chosen.value, *(other.value for other in field.others)]:
            return
        owner = EntityRef.parse(value, "group") if isinstance(value, str) else None
        if owner is None or owner.kind not in _OWNERS or repository.find_entity(session, actor, owner) is None:
            raise InvalidInput(f"{value!r} is no team or person of the catalog; an owner is one of these.")

    def _discovered(self, session: Session, row: EntityRow) -> DiscoveredEntity:
        stored = (field_from_json(field.path, field.discovered) for field in repository.fields_of(session, row.id))
        fields = tuple(field for field in stored if field.chosen.source != composition.CONFIRMED)
        return DiscoveredEntity(
            kind=row.kind,
            name=row.name,
            namespace=EntityRef.parse(row.ref).namespace,
            fields=fields,
            repository=row.repository,
            place=Place(row.file, row.line) if row.file else None,
            described=described_from_json(row.described) if row.described else None,
        )

    def _store(
        self,
        session: Session,
        actor: Actor,
        location_id: int,
        row: EntityRow | None,
        one: ComposedEntity,
        now: datetime,
    ) -> str:
        if row is not None and row.etag == one.etag:
            return "unchanged"
        outcome = "added" if row is None else "changed"
        row = row or EntityRow(ref=one.discovered.ref, created_at=now)
        owner_before = row.owner
        _fill(row, one, location_id, self._ask_below, now)
        session.add(row)
        session.flush()
        self._replace_fields(session, row, one, now)
        ref = EntityRef.parse(row.ref)
        repository.replace_relations(session, {row.ref: relations_of(ref, one.document)})
        search.index(session, [_search_document(row)])
        self._note_change(session, actor, row, outcome, owner_before, now)
        return outcome

    def _replace_fields(self, session: Session, row: EntityRow, one: ComposedEntity, now: datetime) -> None:
        settled = {field.path: field for field in one.fields}
        asked = {field.path for field in one.questions(self._ask_below)}
        session.execute(delete(FieldRow).where(FieldRow.entity_id == row.id))
        named = [field for field in one.fields if one.discovered.find(field.path) is None]
        for field in (*one.discovered.fields, *named):
            stands = settled.get(field.path)
            session.add(
                FieldRow(
                    entity_id=row.id,
                    path=field.path,
                    discovered={"chosen": asdict(field.chosen), "others": [asdict(other) for other in field.others]},
                    settled=asdict(stands.chosen) if stands else None,
                    is_asked=field.path in asked,
                    read_at=now,
                )
            )

    def _remove(self, session: Session, actor: Actor, row: EntityRow, now: datetime) -> None:
        ref = EntityRef.parse(row.ref)
        repository.replace_relations(session, {row.ref: ()})
        search.remove(session, [row.ref])
        changes.record(session, ref, "catalog.removed", at=now, actor=actor, ref=row.repository)
        session.delete(row)

    def _note_change(
        self, session: Session, actor: Actor, row: EntityRow, outcome: str, owner_before: str | None, now: datetime
    ) -> None:
        ref = EntityRef.parse(row.ref)
        if outcome == "changed" and owner_before != row.owner:
            outcome = "owner"
        changes.record(session, ref, f"catalog.{outcome}", at=now, actor=actor, ref=row.repository)


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


def _fill(row: EntityRow, one: ComposedEntity, location_id: int, ask_below: float, now: datetime) -> None:
    entity, document = one.discovered, one.document
    metadata, spec = document["metadata"], document["spec"]
    annotations = metadata.get("annotations") or {}
    row.kind, row.name, row.sort_name = entity.kind, entity.name, entity.name.lower()
    profile = spec.get("profile")
    display_name = _text(profile.get("displayName")) if isinstance(profile, Mapping) else None
    row.title, row.title_ko = _text(metadata.get("title")) or display_name, _text(annotations.get(KOREAN_TITLE))
    row.description = _text(metadata.get("description"))
    row.type, row.lifecycle = _text(spec.get("type")), _text(spec.get("lifecycle"))
    row.language = _text(spec.get("language"))
    row.owner, row.system = _reference(spec.get("owner"), "group"), _reference(spec.get("system"), "system")
    row.origin = "yaml" if entity.described else "inferred"
    row.lowest_confidence = min((field.chosen.confidence for field in one.fields), default=1.0)
    row.question_count = len(one.questions(ask_below))
    row.document, row.etag = dict(document), one.etag
    row.described = asdict(entity.described) if entity.described else None
    row.location_id, row.repository = location_id, entity.repository
    row.file, row.line = (entity.place.file, entity.place.line) if entity.place else (None, None)
    row.updated_at = now


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _reference(value: Any, default_kind: str) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return str(EntityRef.parse(value, default_kind))
    except InvalidInput:
        return None


def _search_document(row: EntityRow) -> search.Document:
    words = (row.type, row.language, row.owner, row.system, row.repository)
    titles = {title.lower(): title for title in (row.title_ko, row.title, row.name) if title}
    tags = row.document["metadata"].get("tags") or []
    return search.Document(
        ref=row.ref,
        kind=row.kind.lower(),
        title=" · ".join(reversed(titles.values())),
        subtitle=row.description or "",
        body=" · ".join(filter(None, [*words, *map(str, tags)])),
        url=f"/catalog/{EntityRef.parse(row.ref).short_path}",
    )
