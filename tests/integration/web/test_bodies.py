"""Bodies that are too large, too slow or of another kind are refused, and nobody else waits for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.types import Message

from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.web import bodies

from .conftest import BASE, Portal, build

JSON = {"Content-Type": "application/json"}
LIMITS = {
    "/api/v1/tokens": bodies.LIMIT_BYTES,
    "/api/v1/runs": bodies.LIMIT_BYTES,
    "/login": bodies.LIMIT_BYTES,
    "/me": bodies.LIMIT_BYTES,
    "/preferences": bodies.LIMIT_BYTES,
    "/api/v1/findings/import?source=x": 20_000_000,
    "/api/catalog/validate-entity": bodies.CATALOG_LIMIT_BYTES,
    "/webhooks/git": bodies.WEBHOOK_LIMIT_BYTES,
}


@pytest.mark.parametrize("path", LIMITS)
def test_a_body_that_says_it_is_too_large_is_not_read(portal: Portal, path: str) -> None:
    sent = {**JSON, "Content-Length": str(LIMITS[path] + 1)}
    refused = portal.signed_in().post(path, content=b"{}", headers=sent)
    assert refused.status_code == 413
    allowed = portal.signed_in().post(path, content=b"{}", headers={**JSON, "Content-Length": str(LIMITS[path])})
    assert allowed.status_code != 413


@pytest.mark.parametrize("path", ["/api/v1/tokens", "/me", "/api/catalog/validate-entity"])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "one"}])
def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(
    portal: Portal, path: str, headers: dict[str, str]
) -> None:
    chunks = [b" " * 100_000] * 100
    sent: list[int] = []

    def drip() -> Any:
        for chunk in chunks:
            sent.append(len(chunk))
            yield chunk

    kind = JSON if path.startswith("/api") else {"Content-Type": "application/x-www-form-urlencoded"}
    refused = portal.signed_in().post(path, content=drip(), headers={**kind, **headers})
    assert refused.status_code == 413
    if path.startswith("/api/v1"):
        assert refused.json()["code"] == "too-large"
        assert [one["pointer"] for one in refused.json()["errors"]] == [""]


def test_the_limit_of_imports_is_that_of_the_settings(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = build(portal.database, tmp_path, monkeypatch, base_url=BASE, findings={"import_limit_bytes": 10})
    path = "/api/v1/findings/import?source=x&entity=component:default/x"
    refused = small.signed_in().post(path, content=b" " * 11, headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
    assert "more than the 10 bytes" in refused.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"idempotency-key": "one"}])
@pytest.mark.parametrize("path", ["/api/v1/tokens", "/preferences"])
def test_a_body_that_does_not_come_is_not_waited_for(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], path: str
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_S", 0.05)
    with portal.database.writing() as session:
        _, secret = identity.create_token(session, SYSTEM, "slow", Role.ADMIN, portal.clock())
    sent: list[Message] = []
    begun: list[Message] = [{"type": "http.request", "body": b'{"name', "more_body": True}]

    async def receive() -> Message:
        if begun:
            return begun.pop()
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Message) -> None:
        sent.append(message)

    kind = "application/json" if path.startswith("/api") else "application/x-www-form-urlencoded"
    told = {"host": "portal.test", "authorization": f"Bearer {secret}", "content-type": kind, **headers}
    raw = [(name.encode(), value.encode()) for name, value in told.items()]
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
    anyio.run(portal.app, scope | {"headers": raw, "scheme": "http", "server": ("portal.test", 80)}, receive, send)
    assert sent[0]["status"] == 408


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_the_api_reads_json_alone(portal: Portal, kind: str) -> None:
    refused = portal.signed_in().post(
        "/api/v1/tokens", content=b'{"name": "x", "role": "admin"}', headers={"Content-Type": kind}
    )
    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported-media-type")
    assert [one["pointer"] for one in refused.json()["errors"]] == [""]
    for taken in ("application/json", "application/json; charset=utf-8", "application/merge-patch+json"):
        answer = portal.signed_in().post("/api/v1/tokens", content=b"{}", headers={"Content-Type": taken})
        assert answer.status_code == 422
