"""Errors as programs read them: always a problem, with a code, and a pointer to what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.kernel.base.errors import TooManyAttempts, Unavailable

from .conftest import BASE, Portal, build

TOKENS = "/api/v1/tokens"
DISCOVERY = {"procedure": "catalog.discover", "input": {"target": "/srv", "only": [7]}}
JSON = {"Content-Type": "application/json"}


def problem_of(answer: Any) -> dict[str, Any]:
    """The problem, with what every one has."""
    told: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told.keys() == {"type", "title", "status", "code", "detail", "instance", "errors"}
    assert told["status"] == answer.status_code
    assert told["type"] == f"urn:homeport:error:{told['code']}"
    assert told["detail"]
    return told


def test_what_is_away_for_now_says_when_to_try_again(portal: Portal) -> None:
    @portal.app.get("/api/v1/away")
    def away() -> None:
        raise Unavailable("The forge is away.")

    answer = portal.client().get("/api/v1/away")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert problem_of(answer)["code"] == "unavailable"


@pytest.mark.parametrize("path", ["/api/v1/guess", "/guess"])
def test_who_tries_too_often_is_told_how_long_to_wait(portal: Portal, path: str) -> None:
    @portal.app.get(path)
    def guess() -> None:
        raise TooManyAttempts("Too many tries.", 42)

    answer = portal.client().get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "42")


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code", "pointers"),
    [
        ("GET", "/api/v1/nothing", b"", 404, "not-found", []),
        ("GET", "/api/nothing", b"", 404, "not-found", []),
        ("GET", "/api/v1/runs/none", b"", 404, "not-found", []),
        ("PUT", TOKENS, b"", 405, "method-not-allowed", []),
        ("POST", TOKENS, b'{"name"', 422, "invalid-input", [""]),
        ("POST", TOKENS, b'{"name": "\xff"}', 400, "bad-request", [""]),
        ("POST", TOKENS, b"[]", 422, "invalid-input", [""]),
        ("POST", TOKENS, b"{}", 422, "invalid-input", ["/name", "/role"]),
        ("POST", TOKENS, b'{"name": "x", "role": "king", "a/b~c": 1}', 422, "invalid-input", ["/role", "/a~1b~0c"]),
        ("GET", "/api/v1/runs?limit=0", b"", 422, "invalid-input", ["/limit"]),
        ("GET", "/api/v1/findings/x", b"", 422, "invalid-input", ["/finding_id"]),
        ("POST", "/webhooks/nobody", b"{}", 404, "not-found", []),
        ("POST", "/metrics", b"", 405, "method-not-allowed", []),
        ("POST", "/healthz", b"", 405, "method-not-allowed", []),
        ("POST", "/readyz", b"", 405, "method-not-allowed", []),
    ],
)
def test_every_refusal_is_a_problem_that_points_at_its_place(
    portal: Portal, method: str, path: str, content: bytes, status: int, code: str, pointers: list[str]
) -> None:
    answer = portal.signed_in().request(method, path, content=content, headers=JSON)
    told = problem_of(answer)
    assert (answer.status_code, told["code"]) == (status, code)
    assert [error["pointer"] for error in told["errors"]] == pointers


def test_a_wrong_signature_is_a_problem_to_its_sender(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    webhooks = {"ci": {"type": "hmac", "secret": "shared-secret"}}
    opened = build(portal.database, portal.homeport.settings.home, monkeypatch, base_url=BASE, webhooks=webhooks)
    answer = opened.client().post("/webhooks/ci", json={}, headers={"X-Homeport-Signature": "sha256=wrong"})
    assert (answer.status_code, problem_of(answer)["code"]) == (401, "unauthenticated")


def test_a_method_that_is_not_there_is_told_with_those_that_are(portal: Portal) -> None:
    assert "GET" in portal.signed_in().put(TOKENS).headers["allow"]


def test_a_body_that_breaks_off_says_how_far_it_could_be_read(portal: Portal) -> None:
    [error] = problem_of(portal.signed_in().post(TOKENS, content=b'{"name"', headers=JSON))["errors"]
    assert error["detail"] == "no JSON after 7 characters, Expecting ':' delimiter"


@pytest.mark.parametrize(
    ("method", "path", "body", "detail"),
    [
        ("POST", TOKENS, {"name": "x"}, "The request does not fit: role: Field required."),
        ("POST", TOKENS, [], "The request does not fit: the body: Input should be a valid dictionary or object"),
        ("GET", "/api/v1/runs?limit=x", None, "The request does not fit: limit (query): Input should be a valid int"),
        ("POST", "/api/v1/plans", DISCOVERY, "The input does not fit catalog.discover: only.0: Input should be a "),
    ],
)
def test_the_detail_names_what_does_not_fit_in_plain_words(
    portal: Portal, method: str, path: str, body: Any, detail: str
) -> None:
    told = problem_of(portal.signed_in().request(method, path, json=body))
    assert told["detail"].startswith(detail)
    assert "/" not in told["errors"][0]["detail"]
    assert told["errors"][0]["detail"] in told["detail"]


def test_what_another_site_asks_for_is_a_problem_to_programs(portal: Portal) -> None:
    client = portal.signed_in()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    refused = client.post(TOKENS, json={"name": "x", "role": "viewer"}, headers=foreign)
    assert (refused.status_code, problem_of(refused)["code"]) == (403, "forbidden")
    assert client.post("/me", headers=foreign).headers["content-type"].startswith("text/plain")


def test_what_nobody_foresaw_is_a_problem_that_tells_nothing_of_it(portal: Portal) -> None:
    @portal.app.get("/api/v1/broken")
    def broken() -> None:
        raise RuntimeError("secret of the inside")

    client = portal.client()
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = client.get("/api/v1/broken")
    assert (answer.status_code, problem_of(answer)["code"]) == (500, "internal")
    assert "secret" not in answer.text
