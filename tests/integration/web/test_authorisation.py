"""The authorisation matrix: every route of homeport, asked by everyone there is.

The routes come from the application (and those of REST are compared with the OpenAPI document), the expected answers
from `authorisation_table`, which knows nothing of the code.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from tests.integration.web.authorisation_table import AUDIENCES, EVERYBODY, PAGES, PASSWORD, TABLE, Row
from tests.integration.web.conftest import BASE, ORDER_API, FakeOwnership, Portal, unknown_owner
from tests.integration.web.providers import evil_provider

from homeport.app import assemble, create_app
from homeport.catalog.domain.fields import Candidate, DescribedEntity, DiscoveredEntity, Field, Place
from homeport.catalog.domain.uids import uid_of
from homeport.catalog.models import LocationRow
from homeport.catalog.service import Catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.edge.inbound import WebhookRow
from homeport.kernel.knowledge import views
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock, sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Person, Purpose, Role
from homeport.kernel.work import runs
from homeport.kernel.work.approval_requests import ApprovalRow, ApprovalState
from homeport.kernel.work.approval_rules import Requirement
from homeport.kernel.work.procedures import Procedures
from homeport.kernel.work.runs import RunState
from homeport.web.identify import SESSION_COOKIE

_PEOPLE = {
    "viewer": (Role.VIEWER, None),
    "developer": (Role.DEVELOPER, None),
    "owner": (Role.VIEWER, "haneul"),
    "other team": (Role.VIEWER, "bora"),
    "operator": (Role.OPERATOR, None),
    "security": (Role.SECURITY, None),
    "admin": (Role.ADMIN, None),
}
_HASH = identity.hash_password(PASSWORD)
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ENDS_THE_SIGN_IN = ("/logout", "/login", "/login/{link}", "/password/{password_link}")
_ENDS_ALL = ("/me/password", "/me/sessions/revoke-others")
_REFUSALS = frozenset({401, 403})


class World:
    """A portal with a catalog of two teams, and makers of what requests name."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal = portal
        self._folder = folder
        self._numbers = itertools.count(1)
        self._asking = ""
        self._secrets = {name: self._sign_in(name) for name in _PEOPLE}
        with portal.database.writing() as session:
            row = LocationRow(type="repos", target="/srv/git", origin="person", created_at=portal.clock())
            session.add(row)
            session.flush()
            Catalog(portal.homeport.services).publish(session, SYSTEM, {row.id: _CATALOG})
        self._finding = portal.findings(unknown_owner(ORDER_API))[0]
        self._makers: dict[str, Callable[[int], object]] = {
            "finding": lambda _: self._finding,
            "running": lambda number: self._run(number, RunState.RUNNING),
            "failed": lambda number: self._run(number, RunState.FAILED),
            "approval": self._approval,
            "folder": self._make_folder,
            "address": lambda number: f"https://203.0.114.{number % 250}:8443/{number}/catalog-info.yaml",
            "location": self._location,
            "name": lambda number: f"name-{number}",
            "token": self._token,
            "link": lambda _: portal.login_link().rpartition("/")[2],
            "view": self._view,
            "delivery": self._delivery,
            "sign_in": lambda _: identity.hash_of(self._sign_in("viewer"))[:16],
            "own_sign_in": lambda _: identity.hash_of(self._sign_in(self._asking))[:16] if self._asking else "none",
            "login": lambda number: self._with_password(f"login-{number}"),
            "own_password": lambda _: self._with_password(self._asking) and PASSWORD,
            "password_link": self._password_link,
            "uid": lambda _: self._uid,
            "no_uid": lambda _: uid_of(10**9),
        }

    def ask(self, audience: str, method: str, row: Row) -> Any:
        """The answer to the row's request, in a browser of the audience."""
        self._asking = audience if audience in self._secrets else ""
        client = self.portal.client()
        if audience in self._secrets:
            ends_it = row.url in _ENDS_THE_SIGN_IN
            client.cookies.set(SESSION_COOKIE, self._sign_in(audience) if ends_it else self._secrets[audience])
        url, json, form = (self._filled(part) for part in (row.url, row.json, row.form))
        answer = client.request(method, url, json=json, data=form)
        if row.url in _ENDS_ALL and audience in self._secrets:
            self._secrets[audience] = self._sign_in(audience)
        return answer

    def ask_by_token(self, scopes: set[str], method: str, row: Row) -> Any:
        """The answer to a program that sends a token of the role admin, narrowed to the scopes."""
        self._asking = "admin"
        name, now = f"scoped-{next(self._numbers)}", self.portal.clock()
        with self.portal.database.writing() as session:
            _, secret = identity.create_token(session, SYSTEM, name, Role.ADMIN, now, None, frozenset(scopes))
        url, json, form = (self._filled(part) for part in (row.url, row.json, row.form))
        client = self.portal.client(Authorization=f"Bearer {secret}")
        return client.request(method, url, json=json, data=form)

    def _filled(self, part: Any) -> Any:
        if isinstance(part, dict):
            return {key: self._filled(value) for key, value in part.items()}
        if isinstance(part, list):
            return [self._filled(value) for value in part]
        if not isinstance(part, str):
            return part
        return _PLACEHOLDER.sub(lambda found: str(self._makers[found[1]](next(self._numbers))), part)

    def _person(self, name: str) -> Person:
        role, who = _PEOPLE.get(name, (Role.VIEWER, None))
        return self.portal.person(name, role, EntityRef("user", "default", who) if who else None)

    def _sign_in(self, name: str) -> str:
        person, now = self._person(name), self.portal.clock()
        with self.portal.database.writing() as session:
            return identity.open_session(session, person, now, timedelta(days=1), "test")

    def _with_password(self, name: str) -> str:
        """The login name of that person, or of somebody new, whose password is known."""
        person = self._person(name)
        with self.portal.database.writing() as session:
            account = identity.ensure_account(session, person, name.replace(" ", "-") or "nobody")
            identity.set_password(session, SYSTEM, account, _HASH, self.portal.clock())
            return account.login

    def _password_link(self, number: int) -> str:
        self._with_password(f"login-{number}")
        now, lasts = self.portal.clock(), timedelta(hours=1)
        with self.portal.database.writing() as session:
            person = session.get_one(Person, identity.get_account(session, f"login-{number}").person_id)
            return identity.create_login_link(session, SYSTEM, person, now, lasts, Purpose.PASSWORD)

    def _run(self, number: int, state: RunState) -> str:
        self.portal.run(f"run-{number}", state, input={"type": "repos", "target": "/srv/git", "only": []})
        return f"run-{number}"

    def _approval(self, number: int) -> str:
        """A request of homeport itself that takes one operator."""
        services, values = self.portal.homeport.services, {"type": "file", "target": str(self._make_folder(number))}
        plan, now = runs.plan_run(services.procedures, SYSTEM, "catalog.discover", values), self.portal.clock()
        row = ApprovalRow(
            id=f"approval-{number}",
            procedure="catalog.discover",
            input=values,
            plan=plan.to_json(),
            fingerprint=plan.fingerprint,
            requirements={"all": [Requirement(role=Role.OPERATOR).to_json()]},
            state=ApprovalState.WAITING,
            actor_kind="system",
            actor_id="homeport",
            actor_name="homeport",
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        with self.portal.database.writing() as session:
            session.add(row)
        return row.id

    def _make_folder(self, number: int) -> Path:
        file = self._folder / f"folder-{number}" / "catalog-info.yaml"
        file.parent.mkdir()
        text = f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: c{number}}}\n"
        file.write_text(text + "spec: {type: service, lifecycle: production, owner: order}\n")
        return file

    def _location(self, number: int) -> int:
        with self.portal.database.writing() as session:
            target = str(self._make_folder(number))
            row = LocationRow(type="file", target=target, origin="person", created_at=self.portal.clock())
            session.add(row)
            session.flush()
            return row.id

    def _token(self, number: int) -> str:
        with self.portal.database.writing() as session:
            identity.create_token(session, SYSTEM, f"token-{number}", Role.VIEWER, self.portal.clock())
        return f"token-{number}"

    def _view(self, number: int) -> int:
        with self.portal.database.writing() as session:
            name, now = f"view {number}", self.portal.clock()
            return views.save_view(session, SYSTEM, "/catalog", name, "q=kind:api", views.EVERYONE, now).id

    def _delivery(self, number: int) -> int:
        now = self.portal.clock()
        row = WebhookRow(name="git", delivery=str(number), type="github", event="ping", payload={}, received_at=now)
        with self.portal.database.writing() as session:
            session.add(row)
            session.flush()
            return row.id

    @cached_property
    def _uid(self) -> str:
        client = self.portal.signed_in()
        answer = client.get("/api/catalog/entities/by-name/component/default/order-api")
        return str(answer.json()["metadata"]["uid"])


def _described(kind: str, name: str, spec: dict[str, Any]) -> DiscoveredEntity:
    place = Place("org.yaml", 1)
    described = DescribedEntity({"kind": kind, "metadata": {"name": name}, "spec": spec}, place)
    return DiscoveredEntity(kind, name, (), "org", place=place, described=described)


def _sure(path: str, value: Any, confidence: float = 0.95) -> Field:
    return Field(path, Candidate(value, "commits", confidence, Place("a.txt", 3)), ())


_CATALOG = [
    _described("Group", "order", {"type": "team", "members": ["haneul"]}),
    _described("Group", "payment", {"type": "team", "members": ["bora"]}),
    _described("User", "haneul", {}),
    _described("User", "bora", {}),
    DiscoveredEntity(
        "Component",
        "order-api",
        (_sure("spec.owner", "group:default/order"), _sure("spec.type", "service", 0.5)),
        "order/order-api",
    ),
    DiscoveredEntity(
        "API",
        "orders",
        (_sure("spec.type", "openapi"), _sure("spec.definition", "openapi: 3.1.0\ninfo: {title: a, version: '1'}")),
        "order/order-api",
    ),
]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Where people can begin to sign in."""
    with evil_provider() as one:
        yield one.issuer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    modules, clock = installed_modules(), FakeClock()
    sections = {module.name: module.settings for module in modules if module.settings}
    settings = load_settings(
        {},
        sections,
        home=folder / "home",
        base_url=BASE,
        catalog={"folders": (folder,)},
        webhooks={"git": {"type": "github", "secret": "of the sender"}},
        identity={"oidc": {"saebom": {"issuer": provider, "client_id": "homeport"}}},
    )
    with sqlite_database(folder) as database:
        services = Services(settings, database, Procedures(), Subscribers(), clock)
        homeport = assemble(services, modules)
        yield World(Portal(homeport, create_app(homeport), clock, FakeOwnership()), folder)


def _endpoints(routes: Any, prefix: str = "") -> Iterator[str]:
    """Every route of the application as METHOD PATH, also of what is included and mounted."""
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that FastAPI included
            yield from _endpoints(route.effective_candidates(), prefix)
            yield from _endpoints(route.effective_low_priority_routes(), prefix)
        elif getattr(route, "methods", None):
            yield from (f"{method} {prefix}{route.path}" for method in route.methods if method != "HEAD")
        elif hasattr(route, "routes"):
            yield from _endpoints(route.routes, prefix + route.path)
        else:
            raise AssertionError(f"{route!r} is a kind of route that the matrix does not know")


def test_every_route_has_a_row_and_every_row_a_route(world: World) -> None:
    routes = set(_endpoints(world.portal.app.routes))
    assert sorted(routes - TABLE.keys()) == [], "say in authorisation_table.py whom these are for"
    assert sorted(TABLE.keys() - routes) == []


def test_every_operation_of_the_openapi_document_has_a_row(world: World) -> None:
    told = world.portal.signed_in().get("/api/v1/openapi.json").json()["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in told.items() for method in methods}
    assert operations
    assert sorted(operations - TABLE.keys()) == []


def test_a_route_that_nobody_spoke_of_is_seen() -> None:
    app = FastAPI()
    app.get("/forgotten")(lambda: None)
    assert "GET /forgotten" in set(_endpoints(app.routes)) - TABLE.keys()


@pytest.mark.parametrize("endpoint", TABLE)
def test_a_route_is_for_whom_the_table_says(world: World, endpoint: str) -> None:
    row, method = TABLE[endpoint], endpoint.partition(" ")[0]
    answers = {audience: world.ask(audience, method, row) for audience in AUDIENCES}
    let_in = {audience for audience, answer in answers.items() if not _is_refusal(answer)}
    assert let_in == row.who, {audience: answer.status_code for audience, answer in answers.items()}
    failed = {
        name: (answers[name].status_code, answers[name].text[:300]) for name in let_in if _is_failure(answers[name])
    }
    assert not failed, "who is let in must get what they asked for, or the row proves nothing"


_ASKED_BY_POST = {
    *(f"POST /api/catalog/{path}" for path in ("entities/by-query", "entities/by-refs", "entities/by-refs/")),
    *(f"POST /api/catalog/{path}" for path in ("entity-facets", "locations/by-query", "validate-entity")),
}
_NO_LOOKS = {
    *(f"GET /api/v1/{path}" for path in ("sessions", "tokens", "views", "views/{view_id}")),
    *(f"GET {path}" for path in ("/views", "/views/new", "/views/{view_id:int}", "/views/{view_id:int}/edit")),
    *(f"GET /admin/{path}" for path in ("sign-ins", "tokens")),
}
_SHOWS_FINDINGS = "/api/v1/findings", "/findings"
_NEEDS_NO_SCOPE = {
    *(f"GET {path}" for path in ("/api/v1/me", "/api/v1/openapi.json", "/api/catalog/openapi.json", "/me")),
    "GET /catalog/{kind}",
    "POST /me",
}
"""What tells of the token itself, of the API, or nothing: it leads on to what needs one."""
_FOR_PEOPLE = {
    *(f"{method} /api/v1/me/sessions{rest}" for method, rest in (("GET", ""), ("DELETE", "/{session_id}"))),
    *(f"POST /me/{path}" for path in ("password", "sessions/revoke", "sessions/revoke-others")),
    "GET /me/password",
}
"""What a token is let in to, and then told that it is no person."""


@pytest.mark.parametrize("endpoint", [endpoint for endpoint, row in TABLE.items() if "admin" in row.who])
def test_a_token_may_what_its_scopes_say_and_nothing_else(world: World, endpoint: str) -> None:
    """Tokens of the role admin, one to read, one for findings alone: what their role may does not help them."""
    row, (method, _, path) = TABLE[endpoint], endpoint.partition(" ")
    is_free = row.who == EVERYBODY or endpoint in _NEEDS_NO_SCOPE | _FOR_PEOPLE
    may_read = is_free or endpoint in _ASKED_BY_POST or (method == "GET" and endpoint not in _NO_LOOKS)
    may_see_findings = is_free or (method == "GET" and path.startswith(_SHOWS_FINDINGS))
    answers = [world.ask_by_token({scope}, method, row) for scope in ("read", "finding.read")]
    assert [not _is_refusal(answer) for answer in answers] == [may_read, may_see_findings]
    if endpoint in _FOR_PEOPLE - {"GET /me/password"}:
        assert {answer.status_code for answer in answers} == {422}


def test_a_disabled_button_says_who_could(world: World) -> None:
    seen = set()
    for endpoint, row in PAGES.items():
        if endpoint.startswith("GET /") and "viewer" in row.who:
            main = world.ask("viewer", "GET", row).text.partition("<main")[2].partition("</main>")[0]
            if re.search(r"<button[^>]* disabled", main):
                seen.add(endpoint)
                assert re.search(r'<p class="(form-hint with-icon|hint-line)"><svg', main), endpoint
    assert {"GET /runs/{run_id}", "GET /approvals/{request_id}", "GET /catalog/locations"} <= seen


def test_the_matrix_is_told(world: World, record_testsuite_property: Callable[[str, object], None]) -> None:
    summary = f"authorisation matrix: {len(TABLE)} routes x {len(AUDIENCES)} audiences = {len(TABLE) * len(AUDIENCES)}"
    record_testsuite_property("authorisation matrix", summary)
    print(summary)
    assert len(TABLE) > 100


def _is_refusal(answer: Any) -> bool:
    if answer.status_code in _REFUSALS:
        return True
    return answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")


def _is_failure(answer: Any) -> bool:
    return answer.status_code >= 400
