"""The lists of findings: one by one, and by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidFilter, NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, Order, Severity, State, Wanted
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, may, readable
from homeport.kernel.trust.identity import Actor
from homeport.web.finding_export import exported, words_for
from homeport.web.identify import actor_of
from homeport.web.pages.finding_facts import FindingFacts
from homeport.web.pages.ownership import Ownership, selves_of
from homeport.web.pages.style import render
from homeport.web.tables import Column, Facet, FacetValue, Page, Query, Table
from homeport.web.views import menu_of

_PATH = "/findings"
_BY_RULE = "/findings/by-rule"
_PAGE_ROWS = 50
_ME, _NOBODY, _EVERY_STATE = "me", "none", "all"
SUPPRESSION_DAYS = (7, 14, 30, 90, 180, 365)
"""For how long a finding can be accepted."""

_FILTERS = ("severity", "rule", "owner", "entity", "state", "source", "due", "age")
_OVERDUE = "overdue"
_AGES_DAYS = (7, 30, 90, 180)
_FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/json", "sarif": "application/sarif+json"}
_COLUMNS = (
    Column("severity", "pages-finding-severity", is_sortable=True),
    Column("finding", "pages-finding"),
    Column("entity", "pages-finding-entity"),
    Column("owner", "pages-finding-owner"),
    Column("seen", "pages-finding-first-seen", is_sortable=True),
    Column("due", "pages-finding-due", is_sortable=True),
)
_RULE_COLUMNS = (
    Column("rule", "pages-finding-rule"),
    Column("severity", "pages-finding-worst"),
    Column("count", "pages-finding-count", is_number=True),
    Column("overdue", "pages-finding-overdue", is_number=True),
    Column("seen", "pages-finding-oldest"),
)

Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule with its open findings: the worst severity, how many, how many are late, the first sight of the oldest."""

    rule: str
    severity: Severity
    count: int
    overdue: int
    oldest_at: datetime

    @property
    def message_key(self) -> str:
        """The key of its words."""
        return f"finding-{self.rule.replace('.', '-')}"

    @property
    def url(self) -> str:
        """The list of its findings."""
        return f"{_PATH}?q=rule:{quote(self.rule)}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the list asks for, and what it needs to know to answer."""

    session: Session
    actor: Actor
    ownership: Ownership
    query: Query
    now: datetime

    def wanted(self, *, without: str = "") -> Wanted:
        """Which findings to list, leaving one filter out.

        Raises:
            InvalidFilter: a severity or state that there is not.
        """
        query = self.query.without(without) if without else self.query
        return Wanted(
            state=_state(query),
            severities=[_severity(value) for value in query.values("severity")],
            rule=next(iter(query.values("rule")), None),
            entities=self._entities(query),
            has_entity=None if _NOBODY not in query.values("entity") else False,
            source=next(iter(query.values("source")), None),
            is_overdue=_is_overdue(query),
            seen_before=self.now - timedelta(days=_age_days(query)) if query.values("age") else None,
        )

    def owners(self) -> Mapping[EntityRef, tuple[EntityRef | None, int]]:
        """Every entity that has findings, with its owner and how many; the owner's filter left out."""
        wanted = self.wanted(without="owner")
        counts = findings.count_by_entity(self.session, self.actor, wanted, self.now)
        owners = self.ownership.owners_of(self.session, counts)
        return {entity: (owners.get(entity), count) for entity, count in counts.items()}

    def _entities(self, query: Query) -> set[EntityRef] | None:
        sets = [*self._named(query), *self._owned(query)]
        return set.intersection(*sets) if sets else None

    def _named(self, query: Query) -> list[set[EntityRef]]:
        named = [{EntityRef.parse(value, "component") for value in query.values("entity") if value != _NOBODY}]
        words = query.text.split()
        with_words = [{ref for ref in self._all_entities() if all(word in str(ref) for word in words)}]
        return (named if named[0] else []) + (with_words if words else [])

    def _owned(self, query: Query) -> list[set[EntityRef]]:
        values = query.values("owner")
        if not values:
            return []
        owned = set(self.ownership.owned_by(self.session, _owners(self.actor, values)))
        if _NOBODY in values:
            everything = self._all_entities()
            owned |= everything - set(self.ownership.owners_of(self.session, everything))
        return [owned]

    def _all_entities(self) -> set[EntityRef]:
        query = select(Finding.entity_ref).where(Finding.entity_ref.is_not(None)).distinct()
        found = self.session.scalars(readable(self.actor, query, Finding.entity_ref))
        return {EntityRef.parse(ref) for ref in found if ref}


def add(router: APIRouter, services: Services, ownership: Ownership) -> None:
    """Add the routes of the lists."""

    @router.get(_PATH)
    def list_page(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        table = _table(request)
        with services.database.reading() as session:
            context = _listed(Asked(session, actor, ownership, table.query, now), table)
        return render(request, "pages/findings.html", fragment="results", table=table, **context)

    @router.get("/findings/export/{form}")
    def export(request: Request, form: str) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        if form not in _FORMATS:
            raise NotFound(f"Findings can't be had as {form!r}; there are {', '.join(_FORMATS)}.")
        table = _table(request)
        with services.database.reading() as session:
            wanted = Asked(session, actor, ownership, table.query, now).wanted()
            content = exported(session, ownership, actor, wanted, now, Order(table.sort), form, words_for(request))
        headers = {
            "Content-Disposition": f'attachment; filename="findings.{form}"',
            "Cache-Control": "private, no-cache",
        }
        return Response(content, media_type=_FORMATS[form], headers=headers)

    @router.get(_BY_RULE)
    def by_rule(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        with services.database.reading() as session:
            rules = _rules(session, actor, now)
        total = sum(one.count for one in rules)
        return render(request, "pages/findings_rules.html", rules=rules, rule_columns=_RULE_COLUMNS, total=total)


def _table(request: Request) -> Table:
    return replace(Table.from_request(request, _COLUMNS, _FILTERS, Order.WORST), path=_PATH)


def _listed(asked: Asked, table: Table) -> dict[str, Any]:
    session, actor, now = asked.session, asked.actor, asked.now
    wanted = asked.wanted()
    order = Order(table.sort)
    found = findings.list_findings(session, actor, wanted, now, limit=_PAGE_ROWS, after=table.after, order=order)
    rows = facts_of(session, asked.ownership, actor, found.findings, now)
    by_severity = findings.count_by_severity(session, actor, asked.wanted(without="severity"), now)
    total = sum(count for level, count in by_severity.items() if level in wanted.severities or not wanted.severities)
    return {
        "page": Page(rows, total, found.after),
        "views": menu_of(session, actor, table),
        "pickable": {
            one.row.id for one in rows if one.state is State.OPEN and may(actor, "finding.suppress", one.owner)
        },
        "days": SUPPRESSION_DAYS,
        "by_severity": by_severity,
        "facets": partial(_facets, _counts(asked, by_severity)),
        "open_total": sum(findings.count_by_severity(session, actor, Wanted(), now).values()),
        "has_any": session.scalar(select(Finding.id).limit(1)) is not None,
        "export_href": partial(_export_href, table),
        "is_filtered": bool(table.query.tokens or table.query.text),
    }


def facts_of(
    session: Session, ownership: Ownership, actor: Actor, rows: Sequence[Finding], now: datetime
) -> list[FindingFacts]:
    """Return the findings as lists show them to `actor`, in their order."""
    owner_of = ownership.owners_of(session, {row.entity for row in rows if row.entity})
    owners = [owner_of.get(row.entity) if row.entity else None for row in rows]
    return [
        FindingFacts(row, owner, now, findings.shown_to(actor, row, owner))
        for row, owner in zip(rows, owners, strict=True)
    ]


def _counts(asked: Asked, by_severity: Mapping[Severity, int]) -> dict[str, list[tuple[str, int]]]:
    """The values of every facet, with how many findings each would leave."""
    session, actor, now = asked.session, asked.actor, asked.now

    def count(wanted: Wanted) -> int:
        return sum(findings.count_by_severity(session, actor, wanted, now).values())

    any_state, any_age = asked.wanted(without="state"), asked.wanted(without="age")
    aged = [(str(days), count(replace(any_age, seen_before=now - timedelta(days=days)))) for days in _AGES_DAYS]
    overdue = count(replace(asked.wanted(without="due"), is_overdue=True))
    return {
        "severity": [(str(level), number) for level, number in by_severity.items() if number],
        "source": list(findings.count_by_source(session, actor, asked.wanted(without="source"), now).items()),
        "rule": list(findings.count_by_rule(session, actor, asked.wanted(without="rule"), now).items()),
        "owner": _owner_counts(asked),
        "due": [(_OVERDUE, overdue)] if overdue else [],
        "age": [(days, number) for days, number in aged if number],
        "state": [(str(state), count(replace(any_state, state=state))) for state in State],
    }


def _owner_counts(asked: Asked) -> list[tuple[str, int]]:
    selves, mine, by_owner = selves_of(asked.actor), 0, Counter[str]()
    for owner, count in asked.owners().values():
        by_owner[short_owner(owner) if owner else _NOBODY] += count
        mine += count if owner in selves else 0
    return [*([(_ME, mine)] if selves else []), *by_owner.most_common()]


def _facets(counts: Mapping[str, Sequence[tuple[str, int]]], t: Words, is_known: Callable[[str], bool]) -> list[Facet]:
    """The filters of the list in the reader's words."""

    def label(facet: str, value: str) -> str:
        keys = {
            "severity": f"web-severity-{value}",
            "state": f"pages-finding-state-{value}",
            "rule": f"finding-{value.replace('.', '-')}-name",
            "owner": f"pages-owner-{value}",
            "source": f"pages-source-{value}",
            "due": f"pages-finding-due-{value}",
            "age": f"pages-finding-age-{value}",
        }
        return t(keys[facet]) if is_known(keys[facet]) else value

    return [
        Facet(facet, f"pages-finding-{facet}", [FacetValue(value, label(facet, value), n) for value, n in values])
        for facet, values in counts.items()
    ]


def _rules(session: Session, actor: Actor, now: datetime) -> list[RuleFacts]:
    query = select(Finding.rule, Finding.severity, Finding.first_seen_at, Finding.due_at)
    is_open = Finding.gone_at.is_(None) & (Finding.suppressed_until.is_(None) | (Finding.suppressed_until <= now))
    by_rule: dict[str, list[Any]] = {}
    for row in session.execute(readable(actor, query.where(is_open), Finding.entity_ref)):
        by_rule.setdefault(row.rule, []).append(row)
    order = list(Severity)
    facts = [
        RuleFacts(
            rule=rule,
            severity=min((row.severity for row in rows), key=order.index),
            count=len(rows),
            overdue=sum(row.due_at is not None and row.due_at < now for row in rows),
            oldest_at=min(row.first_seen_at for row in rows),
        )
        for rule, rows in by_rule.items()
    ]
    return sorted(facts, key=lambda one: (order.index(one.severity), -one.count, one.rule))


def _owners(actor: Actor, values: Collection[str]) -> set[EntityRef]:
    named = {EntityRef.parse(value, "group") for value in values if value not in (_ME, _NOBODY)}
    return named | (selves_of(actor) if _ME in values else set())


def short_owner(owner: EntityRef) -> str:
    """The shortest text that `owner:` understands: `order`, `user:default/kim`."""
    return owner.name if (owner.kind, owner.namespace) == ("group", "default") else str(owner)


def _export_href(table: Table, form: str) -> str:
    """The address of all that the list shows, as a file."""
    return replace(table, path=f"{_PATH}/export/{form}", after=None).href()


def _is_overdue(query: Query) -> bool:
    values = query.values("due")
    if any(value != _OVERDUE for value in values):
        raise InvalidFilter(f"`due:` takes {_OVERDUE} only.")
    return bool(values)


def _age_days(query: Query) -> int:
    """For how many days at least the findings are known; the most where several are asked for."""
    values = query.values("age")
    if not all(value.isascii() and value.isdigit() and len(value) < 5 for value in values):
        raise InvalidFilter("`age:` takes a number of days: age:30 is what was first seen over 30 days ago.")
    return max(map(int, values))


def _severity(value: str) -> Severity:
    try:
        return Severity(value)
    except ValueError:
        raise InvalidFilter(f"{value!r} is no severity; there are {', '.join(Severity)}.") from None


def _state(query: Query) -> State | None:
    value = next(iter(query.values("state")), str(State.OPEN))
    if value == _EVERY_STATE:
        return None
    try:
        return State(value)
    except ValueError:
        raise InvalidFilter(f"{value!r} is no state; there are {', '.join(State)} and {_EVERY_STATE}.") from None
