"""A portal with nothing in it but what a test puts there, and browsers of an admin and a viewer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from homeport.app import Homeport, assemble, create_app
from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef, EntityTraits
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import EVERYTHING, Found, Severity
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock, sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Person, Role
from homeport.kernel.work.procedures import Procedures
from homeport.kernel.work.runs import LogRow, RunRow, RunState, StepRow, TargetRow
from homeport.web import pages
from homeport.web.identify import SESSION_COOKIE
from homeport.web.rest import findings as rest_findings

BASE = "http://portal.test"
ORDER_API = EntityRef.parse("component:default/order-api")
STOCK_API = EntityRef.parse("component:default/stock-api")
TEAM_ORDER = EntityRef.parse("group:default/order")
HANEUL = EntityRef.parse("user:default/haneul")


@dataclass
class FakeOwnership:
    """Owners that a test names, and what is not there."""

    owners: dict[EntityRef, EntityRef] = field(default_factory=dict)
    users: dict[str, EntityRef] = field(default_factory=dict)
    missing: dict[EntityRef, EntityRef] = field(default_factory=dict)

    def traits_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityTraits]:
        return {one: EntityTraits(self.owners.get(one)) for one in entities if one not in self.missing}

    def find_near(self, session: Session, missing: EntityRef) -> EntityRef | None:
        return self.missing[missing]

    def owners_of(self, session: Session, entities: Collection[EntityRef]) -> Mapping[EntityRef, EntityRef]:
        return {entity: self.owners[entity] for entity in entities if entity in self.owners}

    def owned_by(self, session: Session, owners: Collection[EntityRef]) -> Collection[EntityRef]:
        return [entity for entity, owner in self.owners.items() if owner in owners]

    def find_user(self, session: Session, email: str) -> EntityRef | None:
        return self.users.get(email)


@dataclass
class Portal:
    """The application with its parts, and helpers that put rows into it."""

    homeport: Homeport
    app: Any
    clock: FakeClock
    ownership: FakeOwnership

    @property
    def database(self) -> Database:
        return self.homeport.services.database

    def client(self, **headers: str) -> TestClient:
        """A browser that nobody is signed in with; it does not follow redirects."""
        spoken = {"Accept-Language": "en", "Origin": BASE, **headers}
        return TestClient(self.app, base_url=BASE, follow_redirects=False, headers=spoken)

    def person(self, name: str, role: Role, entity: EntityRef | None = None) -> Person:
        with self.database.writing() as session:
            return identity.ensure_person(session, name, role, self.clock(), entity=entity)

    def signed_in(self, name: str = "Park Seoyeon", role: Role = Role.ADMIN, entity: EntityRef | None = None) -> Any:
        """A browser with a session of that person."""
        person = self.person(name, role, entity)
        with self.database.writing() as session:
            secret = identity.open_session(session, person, self.clock(), timedelta(days=14), "Firefox/140 Linux")
        client = self.client()
        client.cookies.set(SESSION_COOKIE, secret)
        return client

    def login_link(self, name: str = "Park Seoyeon", role: Role = Role.ADMIN) -> str:
        person = self.person(name, role)
        with self.database.writing() as session:
            secret = identity.create_login_link(session, SYSTEM, person, self.clock(), timedelta(hours=24))
        return f"/login/{secret}"

    def run(self, run_id: str, state: RunState, *, actor: Person | None = None, **more: Any) -> None:
        """A run of the catalog's discovery, begun now."""
        now = self.clock()
        row = RunRow(
            id=run_id,
            procedure="catalog.discover",
            input={"target": "/srv/git", "only": []},
            plan={"commitments": {"target": "/srv/git"}, "observations": {"repositories": 2}, "targets": []},
            fingerprint="f" * 64,
            state=state,
            actor_kind="person" if actor else "system",
            actor_id=str(actor.id) if actor else "homeport",
            actor_name=actor.name if actor else "homeport",
            created_at=now,
            started_at=None if state == RunState.WAITING else now,
            ended_at=now if state.has_ended else None,
        )
        for name, value in more.items():
            setattr(row, name, value)
        with self.database.writing() as session:
            session.add(row)

    def targets(self, run_id: str, *targets: tuple[str, RunState, str]) -> None:
        with self.database.writing() as session:
            for name, state, detail in targets:
                session.add(TargetRow(run_id=run_id, name=name, title=name, state=state, detail=detail))

    def step(self, run_id: str, name: str, state: RunState) -> None:
        now = self.clock()
        with self.database.writing() as session:
            row = StepRow(run_id=run_id, name=name, state=state, is_of_targets=False, started_at=now)
            row.ended_at = now if state.has_ended else None
            session.add(row)

    def log(self, run_id: str, *lines: str, start: int = 1, level: str = "info") -> None:
        now = self.clock()
        rows = [
            LogRow(run_id=run_id, number=number, at=now, level=level, step=None, text=text)
            for number, text in enumerate(lines, start)
        ]
        with self.database.writing() as session:
            session.bulk_save_objects(rows)

    def findings(self, *found: Found) -> list[int]:
        """Report what was found, and nothing else; return the numbers in the same order."""
        with self.database.writing() as session:
            findings.report(session, "test", found, EVERYTHING, self.clock())
            session.flush()
            rows = session.query(findings.Finding).all()
        by_print = {row.fingerprint: row.id for row in rows}
        return [by_print[one.fingerprint] for one in found]


def unknown_owner(entity: EntityRef = ORDER_API, severity: Severity = Severity.HIGH) -> Found:
    parameters = {"entity": str(entity), "owner": "team-gone", "name": "team-gone", "source": "CODEOWNERS"}
    evidence = findings.Evidence(f"{entity.name}/CODEOWNERS", 3, "* @team-gone")
    return Found("catalog.unknown-owner", "repository", severity, entity, parameters=parameters, evidence=evidence)


def build(database: Database, folder: Path, patch: pytest.MonkeyPatch, **settings: Any) -> Portal:
    """A portal over the database."""
    modules, clock, ownership = installed_modules(), FakeClock(), FakeOwnership()
    sections = {module.name: module.settings for module in modules if module.settings}
    chosen = load_settings({}, sections, home=folder, **settings)
    services = Services(chosen, database, Procedures(), Subscribers(), clock)
    homeport = assemble(services, modules)
    routes, rest = pages.routes, rest_findings.routes
    patch.setattr(pages, "routes", lambda services, cards, inbox, *_rest: routes(services, cards, inbox, ownership))
    patch.setattr(rest_findings, "routes", lambda services, *_rest, **_more: rest(services, ownership))
    return Portal(homeport, create_app(homeport), clock, ownership)


@pytest.fixture
def portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    with sqlite_database(tmp_path) as database:
        yield build(database, tmp_path, monkeypatch, base_url=BASE)


@pytest.fixture
def portal_on_each(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Portal:
    """A portal on each engine, for what differs between them."""
    return build(database, tmp_path, monkeypatch, base_url=BASE)
