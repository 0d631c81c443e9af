"""Locations: what there is, adding and removing; and the operations on what a location would bring."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.responses import Response

from homeport.catalog import origins, repository
from homeport.catalog.backstage.answering import json_answer
from homeport.catalog.backstage.asking import Ask, count, field, required, understood
from homeport.catalog.domain.cursors import decode, encode
from homeport.catalog.domain.filters import Every, FilterRefused, FlatEntity, holds, keys_of
from homeport.catalog.domain.kinds import KNOWN_KINDS, violations
from homeport.catalog.domain.locations import LocationType, generated_location, repository_of
from homeport.catalog.domain.uids import id_of
from homeport.catalog.locations import Locations
from homeport.catalog.models import LocationRow
from homeport.forges.addresses import Forges
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, InvalidEntityRef, InvalidInput, NotFound
from homeport.kernel.module import Services
from homeport.kernel.work.approval_requests import ApprovalRow

_TYPES = (LocationType.URL, LocationType.GIT, LocationType.BACKSTAGE)
"""What may be added over the API; files and folders of this machine are for homeport.yaml."""
_PAGE = 1000
_CONFLICTS = ("reject", "refresh")
_FIELDS = ("id", "type", "target", "entityref")


class LocationOperations:
    """The locations of the catalog, as Backstage's API gives and takes them."""

    def __init__(self, services: Services, locations: Locations) -> None:
        self._database = services.database
        others = services.settings.section("catalog").other_kinds
        self._kinds = {kind.lower() for kind in (*KNOWN_KINDS, *others)}
        self._forges = Forges(services.settings.forges)
        self._locations = locations

    def list(self, ask: Ask) -> Response:
        """Every location."""
        with self._database.reading() as session:
            return json_answer([{"data": _shown(row)} for row in origins.list_locations(session, ask.actor)])

    def by_query(self, ask: Ask) -> Response:
        """A page of locations by a predicate or a cursor."""
        body: Mapping[str, Any] = ask.json() if ask.body else {}
        cursor = field(body, "cursor", str, "string")
        after = 0
        if cursor is not None:
            body = _unpacked(cursor)
            after = required(body, "afterId", int, "integer")
        limit = count(body, "limit")
        limit = _PAGE if limit is None else limit
        if limit < 1:
            raise InvalidInput("Limit must be a positive integer >= 1")
        query = field(body, "query", dict, "object")
        condition = understood(query) or Every()
        unknown = next((key for key in keys_of(condition) if key not in _FIELDS), None)
        if unknown is not None:
            raise InvalidInput(f"Invalid filter predicate, expected a key of {', '.join(_FIELDS)}, got '{unknown}'")
        with self._database.reading() as session:
            every = sorted(origins.list_locations(session, ask.actor), key=lambda row: row.id)
        found = [row for row in every if holds(condition, _flat(row))]
        left = [row for row in found if row.id > after]
        page_info = {}
        if len(left) > limit:
            said = {"limit": limit, "afterId": left[limit - 1].id}
            page_info["nextCursor"] = encode(said | ({"query": query} if query is not None else {}))
        items = [_shown(row) for row in left[:limit]]
        return json_answer({"items": items, "totalItems": len(found), "pageInfo": page_info})

    def show(self, ask: Ask) -> Response:
        """One location."""
        with self._database.reading() as session:
            return json_answer(_shown(origins.get_location(session, _id(ask))))

    def by_entity(self, ask: Ask) -> Response:
        """The location that brought an entity."""
        ref = _ref("{}:{}/{}".format(*(ask.name(part) for part in ("kind", "namespace", "name"))))
        with self._database.reading() as session:
            row = repository.find_entity(session, ask.actor, ref)
            if row is None:
                raise NotFound(f"found no entity for ref {ref}")
            return json_answer(_shown(origins.get_location(session, row.location_id)))

    def add(self, ask: Ask) -> Response:
        """Add a location, or read what it would bring without storing it."""
        type_, target = _spec(ask.json())
        on_conflict = ask.choice("onConflict", _CONFLICTS)
        if (ask.one("dryRun") or "").lower() in ("true", "1", "yes", "y", "on"):
            return json_answer(self._dry_run(ask, type_, target), HTTPStatus.CREATED)
        try:
            row = self._locations.register(ask.actor, type_, target)
        except Conflict:
            if on_conflict != "refresh":
                raise
            with self._database.reading() as session:
                row = _known(session, type_, target)
            begun = self._locations.read(ask.actor, row)
            if isinstance(begun, ApprovalRow):
                return _asked(begun)
        if isinstance(row, ApprovalRow):
            return _asked(row)
        return json_answer({"location": _shown(row), "entities": []}, HTTPStatus.CREATED)

    def move(self, ask: Ask) -> Response:
        """Let a location be read from elsewhere."""
        type_, target = _spec(ask.json())
        moved = self._locations.move(ask.actor, _id(ask), type_, target)
        return _asked(moved) if isinstance(moved, ApprovalRow) else json_answer(_shown(moved))

    def remove(self, ask: Ask) -> Response:
        """Let go of a location and of all that it brought."""
        with self._database.writing() as session:
            self._locations.remove(session, ask.actor, _id(ask))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def remove_entity(self, ask: Ask) -> Response:
        """Take an entity out of the catalog; also one that is not there."""
        entity_id = id_of(ask.name("uid"))
        if entity_id is not None:
            with self._database.writing() as session:
                self._locations.remove_entity(session, ask.actor, entity_id)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def refresh(self, ask: Ask) -> Response:
        """Read what describes an entity again, soon."""
        asked = self._locations.refresh(ask.actor, _ref(required(ask.json(), "entityRef", str, "string")))
        if asked is not None:
            return _asked(asked)
        return Response(status_code=HTTPStatus.OK)

    def analyze(self, ask: Ask) -> Response:
        """What could be registered for an address: a Component of the repository's name."""
        _, target = _location(required(ask.json(), "location", dict, "object"))
        parts = urlsplit(target)
        names = repository_of(target).split("/")
        if not parts.scheme or len(names) < 2:
            raise InvalidInput("The given location.target is not a URL")
        owner, name = "/".join(names[1:-1]), names[-1]
        metadata: dict[str, Any] = {"name": name}
        forge = self._forges.find(target)
        if forge is not None and forge.type != "git":
            metadata["annotations"] = {f"{forge.type}.com/project-slug": f"{owner}/{name}"}
        spec = {"type": "other", "lifecycle": "unknown"}
        entity = {
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Component",
            "metadata": metadata,
            "spec": spec,
        }
        return json_answer({"existingEntityFiles": [], "generateEntities": [{"entity": entity, "fields": []}]})

    def validate(self, ask: Ask) -> Response:
        """Whether an entity could be taken in; if not, why."""
        try:
            body = ask.json()
            location = required(body, "location", str, "string")
            if not location.startswith("url:") or location == "url:":
                raise InvalidInput(
                    f"Invalid location ref {location}, only 'url:<target>' is supported, e.g. url:https://host/path"
                )
            entity = _stored(body.get("entity"))
            wrong = [("InputError", one.message) for one in violations(entity)]
            if not wrong and entity["kind"].lower() not in self._kinds:
                wrong = [("InputError", f"No processor recognized the entity of kind {entity['kind']}")]
        except InvalidInput as error:
            wrong = [("InputError", error.message)]
        if wrong:
            told = [{"name": name, "message": message} for name, message in wrong]
            return json_answer({"errors": told}, HTTPStatus.BAD_REQUEST)
        return Response(status_code=HTTPStatus.OK)

    def _dry_run(self, ask: Ask, type_: str, target: str) -> dict[str, Any]:
        preview = self._locations.preview(ask.actor, type_, target)
        if preview.problems:
            told = preview.problems[0]
            reason = told.parameters.get("reason") or told.rule
            raise InvalidInput(f"{told.parameters.get('file', target)}: {reason}")
        described = (preview.itself, *(one.described for one in preview.entities))
        location = {
            "type": type_,
            "target": target,
            "id": f"{type_}:{target}",
            "entityRef": preview.itself.ref,
        }
        return {"exists": preview.is_known, "location": location, "entities": [one.document for one in described]}


def _asked(request: ApprovalRow) -> Response:
    """Say that somebody has to approve it first, and where that stands."""
    address = f"/api/v1/approvals/{request.id}"
    told = {"id": request.id, "state": request.state, "needs": [str(one) for one in request.required], "url": address}
    return json_answer({"approval": told}, HTTPStatus.ACCEPTED, {"Location": address})


def _stored(entity: Any) -> Any:
    """The entity without what the server adds: clients validate what they were given as well."""
    if not isinstance(entity, dict):
        return entity
    kept = {key: value for key, value in entity.items() if key not in ("relations", "status")}
    if isinstance(kept.get("metadata"), dict):
        kept["metadata"] = {key: value for key, value in kept["metadata"].items() if key not in ("uid", "etag")}
    return kept


def _shown(row: LocationRow) -> dict[str, str]:
    ref = generated_location(row.type, row.target).ref
    return {"id": str(row.id), "type": row.type, "target": row.target, "entityRef": ref}


def _flat(row: LocationRow) -> FlatEntity:
    return {key.lower(): value.lower() for key, value in _shown(row).items()}


def _known(session: Session, type_: str, target: str) -> LocationRow:
    row = origins.find_location_of(session, type_, target)
    if row is None:
        raise NotFound(f"There is no location {type_}:{target}.")
    return row


def _id(ask: Ask) -> int:
    text = ask.name("id")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise NotFound(f"Found no location with ID {text}")
    return int(text)


def _ref(text: str) -> EntityRef:
    try:
        return EntityRef.parse(text)
    except InvalidEntityRef:
        raise NotFound(f"There is no entity {text}.") from None


def _spec(body: Mapping[str, Any]) -> tuple[str, str]:
    """The type and target of a location to be read.

    Raises:
        InvalidInput: locations of that type are not added over the API.
    """
    type_, target = _location(body)
    if type_ not in _TYPES:
        raise InvalidInput(
            f"Registered locations must be of an allowed type {', '.join(_TYPES)}, and {type_!r} is none. "
            "Files and folders of homeport's machine are named in homeport.yaml, under catalog.locations."
        )
    return type_, target


def _location(body: Mapping[str, Any]) -> tuple[str, str]:
    type_, target = (required(body, key, str, "string") for key in ("type", "target"))
    if not target:
        raise InvalidInput("request/body/target must not be empty")
    return type_, target


def _unpacked(cursor: str) -> Mapping[str, Any]:
    try:
        return decode(cursor)
    except FilterRefused as refused:
        raise InvalidInput(refused.reason) from None
