"""Approvals through REST: several people, one installation, both engines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef, EntityTraits
from homeport.kernel.base.errors import ApprovalNeeded, OutsideUnavailable
from homeport.kernel.base.events import Event
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import approvals, runs, timers
from homeport.kernel.work.approval_requests import ASKED, DECIDED
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Changes, Input, Plan
from homeport.kernel.work.runs import RunRow, RunState

from .conftest import HANEUL, ORDER_API, TEAM_ORDER, Portal, build

OPERATORS = {"rules": [{"procedure": "test.deploy", "by": {"role": "operator"}}]}


class DeployRequest(Input):
    """Where to deploy."""

    environment: str = "prod"


@dataclass
class Deploy:
    """A procedure whose plan a test can change under its hands."""

    name = "test.deploy"
    action = "catalog.read"
    input = DeployRequest
    version: int = 1
    changes: Changes | None = field(default_factory=Changes)
    trouble: Exception | None = None
    done: list[str] = field(default_factory=list)

    def plan(self, request: DeployRequest) -> Plan:
        if self.trouble:
            raise self.trouble
        committed = {"entity": str(ORDER_API), "environment": request.environment, "version": self.version}
        return Plan(committed, {"price": 3}, changes=self.changes)

    def run(self, run: Run, request: DeployRequest) -> dict[str, Any]:
        self.done.append(run.id)
        return {}


class Traits:
    """A catalog in which the order team owns the order API."""

    def traits_of(self, session: Any, entities: Any) -> dict[EntityRef, EntityTraits]:
        return {ORDER_API: EntityTraits(TEAM_ORDER, frozenset({"pci"}))}


@dataclass
class Company:
    """A portal with one procedure, and the people of a company."""

    portal: Portal
    deploy: Deploy

    def browser(self, name: str, role: Role = Role.VIEWER, entity: EntityRef | None = None) -> Any:
        return self.portal.signed_in(name, role, entity)

    def ask(self, client: Any, **more: Any) -> Any:
        return client.post("/api/v1/runs", json={"procedure": "test.deploy", **more})

    def run_ids(self) -> list[str]:
        with self.portal.database.reading() as session:
            return [row.id for row in runs.list_runs(session, SYSTEM).runs]

    def actions(self) -> list[tuple[str, str]]:
        with self.portal.database.reading() as session:
            return [(one.actor_name, one.action) for one in reversed(audit.entries(session, limit=100))]

    def settle(self) -> bool:
        services = self.portal.homeport.services
        return approvals.settle_one(services.database, services.procedures, "test", services.clock())

    @contextmanager
    def working(self) -> Iterator[None]:
        worker = self.portal.homeport.worker()
        worker.start()
        try:
            yield
        finally:
            worker.stop()

    def until_ended(self, run_id: str) -> RunRow:
        return self.until(run_id, *(state for state in RunState if state.has_ended))

    def until(self, run_id: str, *states: RunState) -> RunRow:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with self.portal.database.reading() as session:
                row = runs.get_run(session, run_id)
            if row.state in states:
                return row
            time.sleep(0.02)
        raise AssertionError(f"run {run_id} is {row.state}")


def company(database: Database, folder: Path, patch: pytest.MonkeyPatch, rules: dict[str, Any]) -> Company:
    portal, deploy = build(database, folder, patch, approvals=rules), Deploy()
    services = portal.homeport.services
    services.procedures.add(deploy)
    services.procedures.policy.directory = Traits()
    return Company(portal, deploy)


@pytest.fixture
def saebom(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company where operators approve deployments."""
    return company(database, tmp_path, monkeypatch, OPERATORS)


def test_without_rules_a_run_starts_at_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company(database, tmp_path, monkeypatch, {})
    assert one.ask(one.browser("Lee Jun")).status_code == 201


def test_another_persons_approval_starts_the_run_on_the_authority_of_who_asked(saebom: Company) -> None:
    jun, seoyeon = saebom.browser("Lee Jun"), saebom.browser("Park Seoyeon", Role.OPERATOR)
    asked = saebom.ask(jun, reason="release 4")
    assert asked.status_code == 202
    request = asked.json()
    assert asked.headers["location"] == f"/api/v1/approvals/{request['id']}"
    assert (request["state"], request["reason"], request["actor_name"]) == ("waiting", "release 4", "Lee Jun")
    assert request["requirements"][0]["missing"] == 1
    assert saebom.run_ids() == []
    answer = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve", json={"note": "fine"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "used"
    run = jun.get(f"/api/v1/runs/{answer.json()['run_id']}").json()
    assert (run["actor_name"], run["fingerprint"]) == ("Lee Jun", request["fingerprint"])
    assert run["authority"]["request"] == request["id"]
    assert (run["reason"], run["needs_approval"]) == ("release 4", None)
    assert "release 4" in jun.get(f"/runs/{run['id']}").text
    assert [(one["name"], one["note"]) for one in run["authority"]["approvals"]] == [("Park Seoyeon", "fine")]
    told = [("Lee Jun", "approval.ask"), ("Park Seoyeon", "approval.approve"), ("Lee Jun", "run.start")]
    assert [one for one in saebom.actions() if one in told] == told


def test_who_asked_may_not_approve_it(saebom: Company) -> None:
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    request = saebom.ask(seoyeon).json()
    answer = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve")
    assert answer.status_code == 403
    assert "somebody else" in answer.json()["detail"]
    assert saebom.run_ids() == []


def test_who_asked_may_approve_it_where_the_rule_says_so(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"by": {"role": "operator"}, "self_approval": True}
    one = company(database, tmp_path, monkeypatch, {"rules": [rule]})
    seoyeon = one.browser("Park Seoyeon", Role.OPERATOR)
    request = one.ask(seoyeon).json()
    assert seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()["state"] == "used"


def test_who_is_not_named_may_neither_approve_nor_refuse_and_reads_who_could(saebom: Company) -> None:
    jun = saebom.browser("Lee Jun")
    request = saebom.ask(jun).json()
    dana = saebom.browser("Dana", Role.DEVELOPER)
    for verb in ("approve", "refuse"):
        answer = dana.post(f"/api/v1/approvals/{request['id']}/{verb}")
        assert answer.status_code == 403
        assert "role operator or higher" in answer.json()["detail"]
    assert saebom.portal.client().post(f"/api/v1/approvals/{request['id']}/approve").status_code == 401


def test_a_token_may_ask_but_not_approve_nor_its_maker_what_it_asked(saebom: Company) -> None:
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    admin = saebom.browser("Admin", Role.ADMIN)
    secret = admin.post("/api/v1/tokens", json={"name": "bot", "role": "admin"}).json()["token"]
    bot = saebom.portal.client(Authorization=f"Bearer {secret}")
    asked = saebom.ask(seoyeon).json()
    answer = bot.post(f"/api/v1/approvals/{asked['id']}/approve")
    assert answer.status_code == 403
    assert "people approve" in answer.json()["detail"]
    by_bot = saebom.ask(bot).json()
    assert admin.post(f"/api/v1/approvals/{by_bot['id']}/approve").status_code == 403
    assert seoyeon.post(f"/api/v1/approvals/{by_bot['id']}/approve").status_code == 200


def test_as_many_approve_as_the_rule_says_and_nobody_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company(database, tmp_path, monkeypatch, {"rules": [{"by": {"role": "operator"}, "count": 2}]})
    request = one.ask(one.browser("Lee Jun")).json()
    path = f"/api/v1/approvals/{request['id']}/approve"
    first = one.browser("Park Seoyeon", Role.OPERATOR)
    assert first.post(path).json()["state"] == "waiting"
    assert first.post(path).status_code == 409
    assert one.run_ids() == []
    assert one.browser("Kim Admin", Role.ADMIN).post(path).json()["state"] == "used"
    assert len(one.run_ids()) == 1


def test_all_rules_that_fit_have_to_be_met(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [
        {"environment": "prod", "by": {"role": "admin"}},
        {"entity": {"tag": "pci"}, "by": {"people": "user:haneul"}},
        {"environment": "stage", "by": {"role": "operator"}},
    ]
    one = company(database, tmp_path, monkeypatch, {"rules": rules})
    path = f"/api/v1/approvals/{one.ask(one.browser('Lee Jun')).json()['id']}/approve"
    assert one.browser("Kim Haneul", Role.VIEWER, HANEUL).post(path).json()["state"] == "waiting"
    assert one.browser("Kim Admin", Role.ADMIN).post(path).json()["state"] == "used"


def test_nothing_is_done_after_a_refusal(saebom: Company) -> None:
    request = saebom.ask(saebom.browser("Lee Jun")).json()
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    refused = seoyeon.post(f"/api/v1/approvals/{request['id']}/refuse", json={"note": "not on a Friday"}).json()
    assert (refused["state"], refused["note"]) == ("refused", "not on a Friday")
    assert saebom.browser("Kim", Role.ADMIN).post(f"/api/v1/approvals/{request['id']}/approve").status_code == 409
    assert saebom.run_ids() == []


def test_who_asked_may_withdraw_and_others_not(saebom: Company) -> None:
    jun = saebom.browser("Lee Jun")
    request = saebom.ask(jun).json()
    path = f"/api/v1/approvals/{request['id']}/withdraw"
    assert saebom.browser("Dana", Role.DEVELOPER).post(path).status_code == 403
    assert jun.post(path).json()["state"] == "withdrawn"
    assert jun.post(path).status_code == 409


def test_a_plan_that_changed_voids_the_request_and_asks_anew(saebom: Company) -> None:
    jun, seoyeon = saebom.browser("Lee Jun"), saebom.browser("Park Seoyeon", Role.OPERATOR)
    request = saebom.ask(jun, reason="release 4").json()
    saebom.deploy.version = 2
    answer = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "plan-changed")
    void = jun.get(f"/api/v1/approvals/{request['id']}").json()
    assert void["state"] == "void"
    assert void["replaced_by"] in answer.json()["detail"]
    assert saebom.run_ids() == []
    anew = jun.get(f"/api/v1/approvals/{void['replaced_by']}").json()
    assert (anew["state"], anew["reason"], anew["plan"]["commitments"]["version"]) == ("waiting", "release 4", 2)
    assert seoyeon.post(f"/api/v1/approvals/{anew['id']}/approve").json()["state"] == "used"


def test_a_request_of_somebody_who_may_not_start_it_any_more_is_void(saebom: Company) -> None:
    admin = saebom.browser("Admin", Role.ADMIN)
    secret = admin.post("/api/v1/tokens", json={"name": "bot", "role": "developer"}).json()["token"]
    request = saebom.ask(saebom.portal.client(Authorization=f"Bearer {secret}")).json()
    admin.delete("/api/v1/tokens/bot")
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    assert seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").status_code == 409
    assert saebom.run_ids() == []
    assert seoyeon.get(f"/api/v1/approvals/{request['id']}").json()["state"] == "void"


def test_the_same_is_not_asked_twice(saebom: Company) -> None:
    jun = saebom.browser("Lee Jun")
    first = saebom.ask(jun).json()["id"]
    assert saebom.ask(jun).json()["id"] == first
    assert saebom.ask(saebom.browser("Dana")).json()["id"] != first
    assert saebom.ask(jun, input={"environment": "stage"}).json()["id"] != first


def test_a_request_expires_by_itself_and_can_not_be_approved_after(saebom: Company) -> None:
    request = saebom.ask(saebom.browser("Lee Jun")).json()
    assert not saebom.settle()
    saebom.portal.clock.advance(seconds=72 * 3600)
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    late = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve")
    assert late.status_code == 409
    assert "expired" in late.json()["detail"]
    assert saebom.settle()
    assert seoyeon.get(f"/api/v1/approvals/{request['id']}").json()["state"] == "expired"
    assert not saebom.settle()
    assert ("homeport", "approval.expire") in saebom.actions()


def test_what_is_approved_while_something_is_away_starts_when_it_is_back(saebom: Company) -> None:
    request = saebom.ask(saebom.browser("Lee Jun")).json()
    saebom.deploy.trouble = OutsideUnavailable("The forge does not answer.")
    approved = saebom.browser("Park Seoyeon", Role.OPERATOR).post(f"/api/v1/approvals/{request['id']}/approve").json()
    assert (approved["state"], approved["note"]) == ("approved", "The forge does not answer.")
    saebom.portal.clock.advance(seconds=31)
    assert saebom.settle()
    assert saebom.run_ids() == []
    saebom.deploy.trouble = None
    saebom.portal.clock.advance(seconds=31)
    assert saebom.settle()
    assert len(saebom.run_ids()) == 1


def test_a_request_outlives_the_process_that_took_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = company(database, tmp_path, monkeypatch, OPERATORS)
    request = before.ask(before.browser("Lee Jun")).json()
    again = Database(database.engine.url.render_as_string(hide_password=False))
    try:
        after = company(again, tmp_path, monkeypatch, OPERATORS)
        seoyeon = after.browser("Park Seoyeon", Role.OPERATOR)
        with after.working():
            used = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()
            assert after.until_ended(used["run_id"]).state == RunState.SUCCEEDED
        assert after.deploy.done == [used["run_id"]]
    finally:
        again.close()


def test_nobody_starts_a_run_past_the_rules(saebom: Company) -> None:
    services = saebom.portal.homeport.services
    plan = runs.plan_run(services.procedures, SYSTEM, "test.deploy", {})
    with pytest.raises(ApprovalNeeded), services.database.writing() as session:
        runs.start_run(session, services.procedures, SYSTEM, "test.deploy", {}, services.clock(), plan)


def test_a_run_that_would_delete_more_than_approved_stops_and_asks(saebom: Company) -> None:
    jun, seoyeon = saebom.browser("Lee Jun"), saebom.browser("Park Seoyeon", Role.OPERATOR)
    saebom.deploy.changes = Changes(change=3, delete=1)
    request = saebom.ask(jun).json()
    run_id = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()["run_id"]
    saebom.deploy.changes = Changes(change=3, delete=2)
    with saebom.working():
        stopped = saebom.until_ended(run_id)
        assert (stopped.state, stopped.error_code) == (RunState.NEEDS_DECISION, "more-than-approved")
        assert saebom.deploy.done == []
        waiting = jun.get("/api/v1/approvals?state=waiting").json()["items"]
        assert [(one["run_id"], one["plan"]["changes"]["delete"]) for one in waiting] == [(run_id, 2)]
        told = jun.get(f"/api/v1/runs/{run_id}").json()["needs_approval"]
        assert told == {"request": waiting[0]["id"], "lacks": ["1 of role operator or higher, not who asked"]}
        assert seoyeon.post(f"/api/v1/approvals/{waiting[0]['id']}/approve").status_code == 200
        assert saebom.until_ended(run_id).state == RunState.SUCCEEDED
    assert saebom.deploy.done == [run_id]


def test_a_run_that_nobody_had_to_approve_stops_too_and_asks_who_may_start_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company(database, tmp_path, monkeypatch, {})
    jun = one.browser("Lee Jun")
    run_id = one.ask(jun).json()["id"]
    one.deploy.changes = Changes(replace=1)
    with one.working():
        assert one.until_ended(run_id).error_code == "more-than-approved"
        (waiting,) = jun.get("/api/v1/approvals?state=waiting").json()["items"]
        assert jun.post(f"/api/v1/approvals/{waiting['id']}/approve").status_code == 200
        assert one.until_ended(run_id).state == RunState.SUCCEEDED


def test_a_run_that_was_cancelled_after_it_asked_is_not_brought_back(saebom: Company) -> None:
    jun, seoyeon = saebom.browser("Lee Jun", Role.DEVELOPER), saebom.browser("Park Seoyeon", Role.OPERATOR)
    request = saebom.ask(jun).json()
    run_id = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()["run_id"]
    saebom.deploy.changes = Changes(delete=1)
    with saebom.working():
        saebom.until_ended(run_id)
        (waiting,) = jun.get("/api/v1/approvals?state=waiting").json()["items"]
        assert jun.post(f"/api/v1/runs/{run_id}/cancel").status_code == 200
        assert saebom.until(run_id, RunState.CANCELLED)
        assert seoyeon.post(f"/api/v1/approvals/{waiting['id']}/approve").status_code == 409
    assert jun.get(f"/api/v1/approvals/{waiting['id']}").json()["state"] == "void"
    assert saebom.deploy.done == []


def test_fewer_deletions_than_approved_are_fine(saebom: Company) -> None:
    saebom.deploy.changes = Changes(delete=2)
    request = saebom.ask(saebom.browser("Lee Jun")).json()
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    run_id = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()["run_id"]
    saebom.deploy.changes = Changes(delete=1, add=4)
    with saebom.working():
        assert saebom.until_ended(run_id).state == RunState.SUCCEEDED


def fire(one: Company, **values: Any) -> None:
    """Let a timer start the procedure now."""
    services = one.portal.homeport.services
    with services.database.writing() as session:
        timers.set_timer(session, "test.nightly", "0 3 * * *", "UTC", "test.deploy", values, services.clock())
        timers.hasten(session, "test.nightly", services.clock())
    assert timers.fire_one(services.database, services.procedures, "test", services.clock())


def standing(**more: Any) -> dict[str, Any]:
    one = {"owner": "group:default/order", "procedure": "test.deploy", "expires_on": "2099-01-01", **more}
    return {"rules": OPERATORS["rules"], "standing": {"nightly": one}}


def test_a_timer_starts_what_a_standing_approval_covers(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = company(database, tmp_path, monkeypatch, standing(input={"environment": ["stage"]}))
    fire(one, environment="stage")
    (run_id,) = one.run_ids()
    with one.portal.database.reading() as session:
        assert runs.get_run(session, run_id).authority == {"standing": "nightly", "owner": "group:default/order"}


@pytest.mark.parametrize(
    "rules",
    [
        {},
        {"standing": standing(input={"environment": ["stage"]})["standing"]},
        {"standing": standing(expires_on="2020-01-01")["standing"]},
        OPERATORS,
    ],
)
def test_what_a_timer_may_not_start_by_itself_is_asked_for(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any]
) -> None:
    one = company(database, tmp_path, monkeypatch, rules)
    fire(one)
    assert one.run_ids() == []
    seoyeon = one.browser("Park Seoyeon", Role.OPERATOR)
    (request,) = seoyeon.get("/api/v1/approvals?state=waiting").json()["items"]
    assert (request["actor_name"], request["reason"]) == ("homeport", "timer test.nightly")
    used = seoyeon.post(f"/api/v1/approvals/{request['id']}/approve").json()
    assert one.run_ids() == [used["run_id"]]


def test_events_tell_what_was_asked_and_decided(saebom: Company) -> None:
    heard: list[Event] = []
    services = saebom.portal.homeport.services
    for kind in (ASKED, DECIDED):
        services.subscribers.add(f"test.{kind}", kind, lambda _session, event: heard.append(event))
    request = saebom.ask(saebom.browser("Lee Jun")).json()
    saebom.browser("Park Seoyeon", Role.OPERATOR).post(f"/api/v1/approvals/{request['id']}/refuse")
    while services.subscribers.deliver_one(services.database, "test", services.clock()):
        pass
    told = [(event.type, event.entity, event.payload["state"]) for event in heard]
    about = f"approval:{request['id']}"
    assert sorted(told) == [(ASKED, about, "waiting"), (DECIDED, about, "refused")]


def test_approvals_at_the_same_moment_start_one_run(saebom: Company) -> None:
    path = f"/api/v1/approvals/{saebom.ask(saebom.browser('Lee Jun')).json()['id']}/approve"
    clients = [saebom.browser(f"Operator {number}", Role.OPERATOR) for number in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(lambda client: client.post(path).status_code, clients))
    assert sorted(answers) == [200, 409, 409, 409]
    assert len(saebom.run_ids()) == 1


def test_a_plan_tells_how_much_it_changes_only_where_it_says_so(saebom: Company) -> None:
    def planned() -> Any:
        told = saebom.browser("Jun").post("/api/v1/plans", json={"procedure": "test.deploy"}).json()
        return told.get("changes", "left out")

    assert planned() == {"add": 0, "change": 0, "replace": 0, "delete": 0}
    saebom.deploy.changes = None
    assert planned() == "left out"
