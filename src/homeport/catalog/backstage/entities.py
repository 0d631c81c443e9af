"""Entities: lists, pages, one by one, ancestry and facets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from homeport.catalog import queries
from homeport.catalog.backstage.answering import Fields, entities, facets_json, json_answer
from homeport.catalog.backstage.asking import Ask, count, field, required, texts, understood
from homeport.catalog.counting import remembered
from homeport.catalog.domain.cursors import Asked, FullText, OrderField, decode, decode_cursor, encode, turned
from homeport.catalog.domain.filters import Condition, FilterRefused, Predicate, predicate_of
from homeport.catalog.domain.uids import id_of, uid_of
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import InvalidInput, NotFound
from homeport.kernel.module import Services

_PAGE = 200
_STREAMED = 1000
_MODES = ("include", "exclude")
_ORDERS = ("asc", "desc")


@dataclass(frozen=True, slots=True)
class _Paged:
    """What a request for a page asks for."""

    asked: Asked
    fields: Fields
    limit: int
    offset: int
    with_total: bool


class Entities:
    """The entities of the catalog, as Backstage's API gives them."""

    def __init__(self, services: Services) -> None:
        self._database: Database = services.database

    def by_name(self, ask: Ask) -> Response:
        """One entity by kind, namespace and name."""
        kind, namespace, name = (ask.name(part) for part in ("kind", "namespace", "name"))
        ref = f"{kind}:{namespace}/{name}".lower()
        with self._database.reading() as session:
            row = queries.find_by_refs(session, ask.actor, [ref]).get(ref)
            if row is None:
                raise NotFound(f"No entity named '{name}' found, with kind '{kind}' in namespace '{namespace}'")
            return json_answer(entities(session, [row], Fields())[0])

    def by_uid(self, ask: Ask) -> Response:
        """One entity by uid."""
        uid = ask.name("uid")
        entity_id = id_of(uid)
        with self._database.reading() as session:
            row = None if entity_id is None else queries.find_by_id(session, ask.actor, entity_id)
            if row is None:
                raise NotFound(f"No entity with uid {uid}")
            return json_answer(entities(session, [row], Fields())[0])

    def by_refs(self, ask: Ask) -> Response:
        """Several entities by reference, in the order asked for; null for those that there are not."""
        body = ask.json()
        refs = [ref.lower() for ref in required(body, "entityRefs", list, "array") if isinstance(ref, str)]
        if len(refs) != len(body["entityRefs"]):
            raise InvalidInput("request/body/entityRefs must be an array of strings")
        fields = Fields(texts(body, "fields"), ask.query.get("fields"))
        wanted = [one for one in (_filters(ask), field(body, "query", dict, "object")) if one is not None]
        condition = understood({"$all": wanted} if len(wanted) > 1 else wanted[0] if wanted else None)
        with self._database.reading() as session:
            found = queries.find_by_refs(session, ask.actor, refs, condition)
            shown = dict(zip(found, entities(session, list(found.values()), fields), strict=True))
        return json_answer({"items": [shown.get(ref) for ref in refs]})

    def list(self, ask: Ask) -> Response:
        """All that match, or with a limit so many of them and a link to the following."""
        fields = Fields(ask.all("fields"))
        predicate = _filters(ask)
        condition = understood(predicate)
        order = [_order(text) for text in ask.all("order")]
        limit, offset, after = ask.count("limit"), ask.count("offset"), ask.one("after")
        if limit is None and offset is None and after is None:
            asked = Asked(predicate, tuple(OrderField(name, descending) for name, descending in order))
            return self._streamed(ask, asked, fields)
        if limit == 0:
            raise InvalidInput("Invalid limit, must be greater than zero")
        if after is not None:
            limit, offset = _unpacked(after)
        most = limit if limit is not None else 2**31 - 1
        with self._database.reading() as session:
            rows = queries.list_of(session, ask.actor, condition, order, most + 1, offset or 0)
            shown = entities(session, rows[:most], fields)
        headers = {}
        if len(rows) > most:
            following = encode({"limit": most, "offset": (offset or 0) + most})
            headers["Link"] = f'<{ask.with_parameter("after", following, without="offset")}>; rel="next"'
        return json_answer(shown, headers=headers)

    def by_query(self, ask: Ask) -> Response:
        """A page by parameters or a cursor."""
        fields = Fields(ask.all("fields"))
        limit, cursor = ask.count("limit"), ask.one("cursor")
        if cursor is not None:
            return self._page(ask, _continued(cursor, fields, limit))
        term, named = ask.one("fullTextFilterTerm"), ask.words("fullTextFilterFields")
        text = FullText(term, None if named is None else tuple(named)) if term else None
        order = tuple(_order_field(text) for text in ask.all("orderField"))
        mode = ask.choice("totalItems", _MODES)
        return self._page(
            ask,
            _Paged(
                Asked(_filters(ask), order, text),
                fields,
                _PAGE if limit is None else limit,
                ask.count("offset") or 0,
                mode != "exclude",
            ),
        )

    def by_predicate(self, ask: Ask) -> Response:
        """A page by a predicate or a cursor."""
        body = ask.json() if ask.body else {}
        fields = Fields(texts(body, "fields"))
        limit, cursor = count(body, "limit"), field(body, "cursor", str, "string")
        if cursor is not None:
            return self._page(ask, _continued(cursor, fields, limit))
        mode = body.get("totalItems")
        if mode is not None and mode not in _MODES:
            raise InvalidInput(f'Invalid totalItems value "{mode}", expected one of: {", ".join(_MODES)}')
        asked = Asked(
            field(body, "query", dict, "object"),
            tuple(map(_ordered_by, field(body, "orderBy", list, "array") or ())),
            _full_text(field(body, "fullTextFilter", dict, "object")),
        )
        return self._page(
            ask,
            _Paged(asked, fields, _PAGE if limit is None else limit, count(body, "offset") or 0, mode != "exclude"),
        )

    def ancestry(self, ask: Ask) -> Response:
        """An entity with all the Locations that led to it."""
        ref = "{}:{}/{}".format(*(ask.name(part) for part in ("kind", "namespace", "name"))).lower()
        items: list[dict[str, Any]] = []
        seen: set[str] = set()
        with self._database.reading() as session:
            current: str | None = ref
            while current is not None and current not in seen:
                seen.add(current)
                row = queries.find_by_refs(session, ask.actor, [current]).get(current)
                if row is None:
                    break
                parent = queries.parent_of(session, current)
                shown = entities(session, [row], Fields())[0]
                items.append({"entity": shown, "parentEntityRefs": [] if parent is None else [parent]})
                current = parent
        if not items:
            raise NotFound(f"No such entity {ref}")
        return json_answer({"rootEntityRef": ref, "items": items})

    def facets(self, ask: Ask) -> Response:
        """How many entities have which values, by parameters."""
        named = [facet for facet in ask.query.get("facet", []) if facet]
        if not named:
            raise InvalidInput("Missing facet parameter")
        return self._facets(ask, named, _filters(ask))

    def facets_by_predicate(self, ask: Ask) -> Response:
        """How many entities have which values, by a predicate."""
        body = ask.json()
        named = [facet for facet in required(body, "facets", list, "array") if facet]
        if not named or texts(body, "facets") is None:
            raise InvalidInput("Missing or empty facets parameter")
        return self._facets(ask, named, field(body, "query", dict, "object"))

    def _facets(self, ask: Ask, named: Sequence[str], predicate: Predicate | None) -> Response:
        condition = understood(predicate)
        with self._database.reading() as session:
            key = ("facets", tuple(named), condition)
            found = remembered(session, ask.actor, key, lambda: queries.facets_of(session, ask.actor, named, condition))
            return json_answer(facets_json(found))

    def _page(self, ask: Ask, paged: _Paged) -> Response:
        asked, limit = paged.asked, paged.limit
        condition = understood(asked.query)
        with self._database.reading() as session:
            most = limit if asked.is_previous else limit + 1
            rows = queries.page_of(session, ask.actor, asked, condition, most, paged.offset) if limit else []
            total = asked.total
            if total is None and paged.with_total:
                total = _total_of(paged, rows)
                if total is None:
                    total = _counted(session, ask, asked, condition)
            has_more = bool(limit) and (asked.is_previous or len(rows) > limit)
            rows = rows[:limit]
            if asked.is_previous:
                rows.reverse()
            shown = entities(session, rows, paged.fields)
        return json_answer(
            {"items": shown, "totalItems": total or 0, "pageInfo": _page_info(asked, rows, total or 0, has_more)}
        )

    def _streamed(self, ask: Ask, asked: Asked, fields: Fields) -> Response:
        """All that is asked for, part by part, so that a large catalog does not have to fit into memory twice."""
        condition = understood(asked.query)

        def parts() -> Iterator[bytes]:
            left, start = asked, b"["
            while True:
                with self._database.reading() as session:
                    rows = queries.page_of(session, ask.actor, left, condition, _STREAMED)
                    part = orjson.dumps(entities(session, rows, fields))[1:-1]
                if part:
                    yield start + part
                    start = b","
                if len(rows) < _STREAMED:
                    yield b"[]" if start == b"[" else b"]"
                    return
                left = replace(left, after=_place(left, rows[-1]))

        return StreamingResponse(parts(), headers={"Content-Type": "application/json; charset=utf-8"})


def _counted(session: Session, ask: Ask, asked: Asked, condition: Condition | None) -> int:
    key = ("total", condition, asked.order_field, asked.text)
    return remembered(session, ask.actor, key, lambda: queries.count_of(session, ask.actor, asked, condition))


def _total_of(paged: _Paged, rows: Sequence[Any]) -> int | None:
    """How many there are in all, if the rows of the first page tell."""
    if paged.asked.after is not None or not paged.limit:
        return None
    if paged.offset == 0 and len(rows) <= paged.limit:
        return len(rows)
    return int(rows[0].total) if rows and paged.asked.text is not None else None


def _page_info(asked: Asked, rows: Sequence[Any], total: int, has_more: bool) -> dict[str, str]:
    """The cursors before and after the rows, where there is something."""
    if not rows:
        return {}
    start, end = _place(asked, rows[0]), _place(asked, rows[-1])
    first = asked.first or start
    found = {}
    if has_more:
        found["nextCursor"] = turned(asked, end, first, total, back=False)
    if asked.first is not None and start != asked.first:
        found["prevCursor"] = turned(asked, start, asked.first, total, back=True)
    return found


def _place(asked: Asked, row: Any) -> tuple[str, ...]:
    uid = uid_of(row.id)
    return (uid,) if asked.order_field is None else (row.value, uid)


def _continued(cursor: str, fields: Fields, limit: int | None) -> _Paged:
    try:
        asked = decode_cursor(cursor)
    except FilterRefused as refused:
        raise InvalidInput(refused.reason) from None
    if asked.after is None or id_of(asked.after[-1]) is None:
        raise InvalidInput("Malformed cursor")
    return _Paged(asked, fields, _PAGE if limit is None else limit, 0, False)


def _filters(ask: Ask) -> Predicate | None:
    try:
        return predicate_of(ask.all("filter"))
    except FilterRefused as refused:
        raise InvalidInput(refused.reason) from None


def _order(text: str) -> tuple[str, bool]:
    order, colon, name = text.partition(":")
    if not colon or not name or order not in _ORDERS:
        raise InvalidInput(f'Invalid order parameter "{text}", expected "<asc or desc>:<field name>"')
    return name, order == "desc"


def _order_field(text: str) -> OrderField:
    name, *rest = text.split(",")
    if rest and rest[0] not in _ORDERS:
        raise InvalidInput("Invalid order field order, must be asc or desc")
    return OrderField(name, bool(rest) and rest[0] == "desc")


def _ordered_by(said: Any) -> OrderField:
    if not isinstance(said, dict) or not isinstance(said.get("field"), str) or said.get("order") not in _ORDERS:
        raise InvalidInput("Invalid order field order, must be asc or desc")
    return OrderField(said["field"], said["order"] == "desc")


def _full_text(said: dict[str, Any] | None) -> FullText | None:
    if said is None:
        return None
    named = texts(said, "fields")
    return FullText(field(said, "term", str, "string") or "", None if named is None else tuple(named))


def _unpacked(after: str) -> tuple[int | None, int]:
    """The limit and offset that `after` carries."""
    try:
        said = decode(after)
    except FilterRefused:
        raise InvalidInput("Malformed after cursor, could not be parsed") from None
    limit, offset = count(said, "limit"), count(said, "offset")
    return limit or None, offset or 0
