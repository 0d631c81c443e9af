"""Findings by what is wrong: worst rule first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.knowledge.findings import Finding, Severity
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize, readable
from homeport.kernel.trust.identity import Actor
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.tables import Column

_PATH = "/findings"

_BY_RULE = "/findings/by-rule"

_COLUMNS = (
    Column("rule", "pages-finding-rule"),
    Column("severity", "pages-finding-worst"),
    Column("count", "pages-finding-count", is_number=True),
    Column("overdue", "pages-finding-overdue", is_number=True),
    Column("seen", "pages-finding-oldest"),
)


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


def add(router: APIRouter, services: Services) -> None:
    """Add the route."""

    @router.get(_BY_RULE)
    def by_rule(request: Request) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "finding.read")
        with services.database.reading() as session:
            rules = _rules(session, actor, now)
        total = sum(one.count for one in rules)
        return render(request, "pages/findings_rules.html", rules=rules, rule_columns=_COLUMNS, total=total)


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
