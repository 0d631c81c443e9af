"""Every list goes through `access.readable`: a policy that hides rows from somebody hides them in all lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

import homeport
from homeport.catalog import origins, queries, repository
from homeport.catalog.models import EntityRow, LocationRow
from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.edge import inbound
from homeport.kernel.knowledge import changes, findings, views
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import access, secrets, trail
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work import approval_decisions, approval_requests, runs
from homeport.kernel.work.approval_rules import Requirement
from homeport.web.pages import run_queries

_ROOT = Path(homeport.__file__).parent
_NOW = FakeClock()()
_READER = Actor("person", "1", "Kim", Role.ADMIN)
_STRANGER = Actor("person", "2", "Lee", Role.ADMIN)
_ORDER = EntityRef.parse("component:default/order-api")
_ANY_RUN = run_queries.WantedRuns({})
_REQUIREMENT = Requirement(Role.ADMIN)

_Read = Callable[[Session, Actor], Sequence[Any]]

_LISTS: dict[str, _Read] = {
    "catalog.origins.list_locations": origins.list_locations,
    "catalog.queries.list_of": lambda session, actor: queries.list_of(session, actor, None, [], 9, 0),
    "catalog.repository.list_entities": lambda session, actor: (
        repository.list_entities(session, actor, repository.Query(), 9).entities
    ),
    "kernel.edge.inbound.list_deliveries": lambda session, actor: inbound.list_deliveries(session, actor, None, 9),
    "kernel.knowledge.findings.listing.list_findings": lambda session, actor: (
        findings.list_findings(session, actor, findings.Wanted(), _NOW, limit=9).findings
    ),
    "kernel.knowledge.views.list_views": views.list_views,
    "kernel.trust.secrets.list_secrets": secrets.list_secrets,
    "kernel.trust.trail.list_entries": lambda session, actor: trail.list_entries(session, actor, trail.Wanted(), 9)[0],
    "kernel.work.approval_requests.list_requests": lambda session, actor: (
        approval_requests.list_requests(session, actor).requests
    ),
    "kernel.work.runs.list_runs": lambda session, actor: runs.list_runs(session, actor).runs,
    "web.pages.run_queries.list_runs": lambda session, actor: (
        run_queries.list_runs(session, actor, _ANY_RUN, 9, None, is_oldest_first=False).rows
    ),
}
"""Every function `list_...` that takes a session."""

_OTHERS: dict[str, _Read] = {
    "inbound.senders": inbound.senders,
    "changes.around": lambda session, actor: changes.around(session, actor, [_ORDER], _NOW + timedelta(days=1), 9),
    "changes.recent": lambda session, actor: changes.recent(session, actor, 9),
    "origins.describe_locations": origins.describe_locations,
    "approval_decisions.waiting_for": lambda session, actor: approval_decisions.waiting_for(session, actor, _NOW),
    "run_queries.facet_counts": lambda session, actor: run_queries.facet_counts(session, actor, _ANY_RUN, "state"),
}
"""Lists by another name."""

_OF_THEIR_OWN_RULE = {
    "kernel.trust.identity.sessions.list_sign_ins",
    "kernel.trust.identity.tokens.list_tokens",
}
"""Identity knows no rules, they know it: its lists are for oneself and for who may `session.manage`, `token.manage`."""


def _lists() -> set[str]:
    """The functions of our code that are called list_... and take a session."""
    return {
        ".".join((*path.relative_to(_ROOT).with_suffix("").parts, one.name))
        for path in _ROOT.rglob("*.py")
        for one in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(one, ast.FunctionDef) and one.name.startswith("list_")
        if one.args.args and one.args.args[0].arg == "session"
    }


def _fill(session: Session) -> None:
    """One row for each list."""
    location = LocationRow(type="repos", target="/src", origin="person", created_at=_NOW)
    by = {"actor_kind": "person", "actor_id": "3", "actor_name": "Park"}
    asked = {"procedure": "catalog.discover", "input": {}, "plan": {}, "fingerprint": "f", "created_at": _NOW, **by}
    session.add_all(
        [
            location,
            runs.RunRow(id="run", state="failed", **asked),
            approval_requests.ApprovalRow(
                id="request",
                state="waiting",
                expires_at=_NOW + timedelta(days=1),
                requirements={"all": [_REQUIREMENT.to_json()]},
                **asked,
            ),
            inbound.WebhookRow(name="forge", delivery="1", type="github", event="push", payload={}, received_at=_NOW),
            secrets.Secret(name="token", sealed=b"sealed", changed_at=_NOW, changed_by="Kim"),
        ]
    )
    session.flush()
    session.add(_entity(location.id, _NOW))
    found = findings.Found("catalog.unknown-owner", "order-api", findings.Severity.HIGH, _ORDER)
    findings.report(session, "catalog", [found], {"order-api"}, _NOW)
    views.save_view(session, _READER, "/runs", "Failed", "q=state:failed", views.EVERYONE, _NOW)
    changes.record(session, _ORDER, "catalog.owner", at=_NOW, actor=SYSTEM, ref="1f3")


def _entity(location_id: int, now: datetime) -> EntityRow:
    return EntityRow(
        ref=str(_ORDER),
        kind="Component",
        namespace="default",
        name="order-api",
        sort_name="order-api",
        origin="described",
        lowest_confidence=1.0,
        question_count=0,
        document={},
        etag="1",
        location_id=location_id,
        repository="order-api",
        created_at=now,
        updated_at=now,
    )


def _hides_all_from_the_stranger(actor: Actor | None, _entity_ref: object) -> ColumnElement[bool]:
    return false() if actor is _STRANGER else true()


def test_every_list_is_known_here():
    assert _lists() == _LISTS.keys() | _OF_THEIR_OWN_RULE


def test_a_policy_holds_in_every_list(database: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(access, "_visible", _hides_all_from_the_stranger)
    with database.writing() as session:
        _fill(session)
    with database.reading() as session:
        every = _LISTS | _OTHERS
        assert {name for name, read in every.items() if not read(session, _READER)} == set()
        assert {name for name, read in every.items() if read(session, _STRANGER)} == set()
