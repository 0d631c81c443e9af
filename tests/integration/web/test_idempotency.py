"""A request that is sent again with its Idempotency-Key: done once, answered the same, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text

from homeport.app import create_app
from homeport.kernel.edge.idempotency import IdempotencyRow
from homeport.kernel.trust.identity import ApiToken, Role
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan
from homeport.kernel.work.runs import RunRow
from homeport.web.rest import idempotency

from .conftest import ORDER_API, Portal, unknown_owner

KEY = {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
TOKEN = {"name": "ci", "role": "viewer"}


def count(portal: Portal, model: Any) -> int:
    with portal.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


class Waiting:
    """A procedure whose plan waits until the test lets it go on."""

    name = "test.wait"
    action = "catalog.read"
    input = Input

    def __init__(self) -> None:
        self.is_planning, self.go_on = threading.Event(), threading.Event()

    def plan(self, request: Input) -> Plan:
        self.is_planning.set()
        assert self.go_on.wait(30)
        return Plan({})

    def run(self, run: Run, request: Input) -> dict[str, Any]:
        return {}


@pytest.fixture
def waiting(portal_on_each: Portal) -> Waiting:
    procedure = Waiting()
    portal_on_each.homeport.services.procedures.add(procedure)
    return procedure


def test_a_run_is_started_once_and_answered_the_same(portal_on_each: Portal, waiting: Waiting) -> None:
    portal, client, asked = portal_on_each, portal_on_each.signed_in(), {"procedure": waiting.name}
    waiting.go_on.set()
    first = client.post("/api/v1/runs", json=asked, headers=KEY)
    again = client.post("/api/v1/runs", json=asked, headers=KEY)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    assert count(portal, RunRow) == 1
    assert client.post("/api/v1/runs", json=asked).status_code == 201, "without a key each request is its own"
    assert count(portal, RunRow) == 2


def test_the_answer_is_the_same_after_a_restart(portal_on_each: Portal) -> None:
    portal = portal_on_each
    first = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    portal.app = create_app(portal.homeport)
    again = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert count(portal, ApiToken) == 1


def test_a_token_that_is_answered_again_lies_nowhere_in_clear(portal_on_each: Portal) -> None:
    portal = portal_on_each
    secret = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY).json()["token"]
    with portal.database.reading() as session:
        row = session.scalars(select(IdempotencyRow)).one()
        assert row.answer is not None
        held = repr([getattr(row, column.key) for column in IdempotencyRow.__table__.columns])
    assert secret not in held
    assert secret.removeprefix("hp_")[:10] not in held
    assert KEY["Idempotency-Key"].strip('"') not in held


def test_an_answer_whose_master_key_is_gone_is_not_done_again(portal: Portal) -> None:
    portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    (portal.homeport.settings.home / "secrets.key").unlink()
    again = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    assert (again.status_code, again.json()["code"]) == (409, "answer-lost")
    assert count(portal, ApiToken) == 1


@pytest.mark.parametrize(
    ("path", "body"), [("/api/v1/tokens", {"name": "other", "role": "viewer"}), ("/api/v1/tokens?x=1", TOKEN)]
)
def test_the_key_of_another_request_is_refused(portal_on_each: Portal, path: str, body: dict[str, str]) -> None:
    client = portal_on_each.signed_in()
    client.post("/api/v1/tokens", json=TOKEN, headers=KEY)
    refused = client.post(path, json=body, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency-key-reused")
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_key_is_its_actors_alone(portal_on_each: Portal) -> None:
    portal = portal_on_each
    view = {"list": "/catalog", "name": "mine"}
    made = [
        portal.signed_in(name, Role.VIEWER).post("/api/v1/views", json=view, headers=KEY).json()["id"]
        for name in ("Kim Haneul", "Lee Jun", "Kim Haneul")
    ]
    assert made[0] != made[1]
    assert made[0] == made[2]


def test_a_key_is_forgotten_after_a_day(portal_on_each: Portal) -> None:
    portal = portal_on_each
    view = {"list": "/catalog", "name": "mine"}
    first = portal.signed_in().post("/api/v1/views", json=view, headers=KEY).json()["id"]
    portal.clock.advance(hours=23)
    assert portal.signed_in().post("/api/v1/views", json=view, headers=KEY).json()["id"] == first
    portal.clock.advance(hours=2)
    assert portal.signed_in().post("/api/v1/views", json=view, headers=KEY).json()["id"] != first
    assert count(portal, IdempotencyRow) == 1


def test_what_was_refused_may_be_sent_again_with_its_key(portal_on_each: Portal) -> None:
    portal = portal_on_each
    [number] = portal.findings(unknown_owner(ORDER_API))
    client, path = portal.signed_in(), f"/api/v1/findings/{number}/suppress"
    accepted = {"reason": "known", "until": portal.clock().replace(year=2000).isoformat()}
    assert client.post(path, json=accepted, headers=KEY).status_code == 422
    accepted["until"] = portal.clock().replace(year=2100).isoformat()
    done = client.post(path, json=accepted, headers=KEY)
    assert (done.status_code, done.json()["state"]) == (200, "suppressed")
    assert client.post(path, json=accepted, headers=KEY).json() == done.json()


def test_of_two_requests_at_once_one_is_carried_out(portal_on_each: Portal, waiting: Waiting) -> None:
    portal, asked, answers = portal_on_each, {"procedure": waiting.name}, list[Any]()
    clients = [portal.signed_in(), portal.signed_in()]
    first = threading.Thread(target=lambda: answers.append(clients[0].post("/api/v1/runs", json=asked, headers=KEY)))
    first.start()
    assert waiting.is_planning.wait(30)
    second = clients[1].post("/api/v1/runs", json=asked, headers=KEY)
    waiting.go_on.set()
    first.join(30)
    assert (second.status_code, second.json()["code"], second.headers["retry-after"]) == (409, "still-running", "2")
    assert answers[0].status_code == 201
    assert clients[1].post("/api/v1/runs", json=asked, headers=KEY).json() == answers[0].json()
    assert count(portal, RunRow) == 1


def test_many_requests_at_once_make_one_token(portal_on_each: Portal) -> None:
    portal = portal_on_each
    clients, start, answers = [portal.signed_in() for _ in range(6)], threading.Barrier(6), []

    def send(client: Any) -> None:
        start.wait()
        answers.append(client.post("/api/v1/tokens", json=TOKEN, headers=KEY))

    threads = [threading.Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 6
    assert {answer.status_code for answer in answers} <= {201, 409}
    secrets = {answer.json()["token"] for answer in answers if answer.status_code == 201}
    assert len(secrets) == 1
    assert count(portal, ApiToken) == 1


def test_no_crash_comes_between_what_is_done_and_its_answer(
    portal_on_each: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = portal_on_each
    client = portal.signed_in()

    class Died(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(idempotency.Idempotency, "_end", die)  # the process dies once the change is committed
        with pytest.raises(Died):
            client.post("/api/v1/tokens", json=TOKEN, headers=KEY)
    assert count(portal, ApiToken) == 1
    again = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    used = portal.client(Authorization=f"Bearer {again.json()['token']}").get("/api/v1/me")
    assert used.json()["name"] == "ci"


def test_a_claim_whose_process_died_is_free_after_a_minute(
    portal_on_each: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal = portal_on_each
    with monkeypatch.context() as patch:
        patch.setattr(idempotency.Idempotency, "_end", lambda *_: None)  # neither kept nor let go
        assert portal.signed_in().post("/api/v1/tokens", json={"name": "x"}, headers=KEY).status_code == 422
    waiting = portal.signed_in().post("/api/v1/tokens", json={"name": "x"}, headers=KEY)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "still-running")
    portal.clock.advance(seconds=61)
    assert portal.signed_in().post("/api/v1/tokens", json={"name": "x"}, headers=KEY).status_code == 422


def test_who_was_overtaken_does_nothing(portal_on_each: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = portal_on_each
    keep: Callable[..., None] = idempotency._Once.keep

    def overtaken(once: Any, session: Any, answer: Any) -> None:
        session.execute(text("UPDATE kernel_idempotency_keys SET claim = 'of another'"))
        keep(once, session, answer)

    monkeypatch.setattr(idempotency._Once, "keep", overtaken)
    answer = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=KEY)
    assert (answer.status_code, count(portal, ApiToken)) == (409, 0)


@pytest.mark.parametrize("key", ["", '""', '"', "a b", "x" * 256, "한"])
def test_what_is_no_key_is_told_with_its_place(portal: Portal, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}
    refused = portal.signed_in().post("/api/v1/tokens", json=TOKEN, headers=headers)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")
    assert count(portal, ApiToken) == 0


def test_every_post_of_the_document_takes_a_key(portal: Portal) -> None:
    paths = portal.signed_in().get("/api/v1/openapi.json").json()["paths"]
    posts = [path["post"] for path in paths.values() if "post" in path]
    assert len(posts) >= 12
    assert all(any(one["name"] == "Idempotency-Key" for one in post["parameters"]) for post in posts)
