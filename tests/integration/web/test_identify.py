"""Who a request comes from: tokens are remembered for a moment, and no longer than they are worth something."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session
from tests.integration.web.conftest import Portal

from homeport.kernel.base.errors import NotFound
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, ApiToken, Role


def token(portal: Portal, *, minutes: float | None = None) -> str:
    until = None if minutes is None else portal.clock() + timedelta(minutes=minutes)
    with portal.database.writing() as session:
        return identity.create_token(session, SYSTEM, "ci", Role.VIEWER, portal.clock(), until)[1]


def revoke(session: Session, *names: str, now: datetime) -> None:
    for name in names:
        identity.revoke_token(session, SYSTEM, name, now)


def test_a_token_in_use_that_this_process_revokes_is_refused_at_once(portal: Portal) -> None:
    secret, client = token(portal), portal.client()
    headers = {"Authorization": f"Bearer {secret}"}
    assert [client.get("/api/v1/me", headers=headers).status_code for _ in range(3)] == [200, 200, 200]
    with portal.database.writing() as session:
        identity.revoke_token(session, SYSTEM, "ci", portal.clock())
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_revocation_that_is_not_kept_changes_nothing(portal: Portal) -> None:
    headers, client = {"Authorization": f"Bearer {token(portal)}"}, portal.client()
    client.get("/api/v1/me", headers=headers)
    with pytest.raises(NotFound), portal.database.writing() as session:
        revoke(session, "ci", "a token that there is not", now=portal.clock())
    assert client.get("/api/v1/me", headers=headers).status_code == 200


def test_a_token_in_use_expires_to_the_second(portal: Portal) -> None:
    headers, client = {"Authorization": f"Bearer {token(portal, minutes=5)}"}, portal.client()
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    portal.clock.advance(minutes=5)
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_that_another_process_revokes_is_looked_up_again_after_a_second(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers, client = {"Authorization": f"Bearer {token(portal)}"}, portal.client()
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    with portal.database.writing() as session:  # past the function that tells this process
        session.query(ApiToken).update({"revoked_at": portal.clock()})
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    passed = time.monotonic() + 1.1
    monkeypatch.setattr("homeport.web.identify.time.monotonic", lambda: passed)
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_programs_make_tokens_with_scopes_and_are_told_of_their_own(portal: Portal) -> None:
    admin = portal.signed_in()
    asked = {"name": "ci", "role": "operator", "scopes": ["finding.import", "read"]}
    made = admin.post("/api/v1/tokens", json=asked).json()
    assert made["scopes"] == asked["scopes"]
    program = portal.client(Authorization=f"Bearer {made['token']}")
    assert program.get("/api/v1/me").json()["scopes"] == asked["scopes"]
    assert program.get("/api/v1/runs").status_code == 200
    refused = program.post("/api/v1/views", json={"list": "/catalog", "name": "mine"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    wrong = admin.post("/api/v1/tokens", json=asked | {"name": "x", "scopes": ["finding.inport"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/scopes")


def test_the_page_of_tokens_narrows_them_and_shows_how(portal: Portal) -> None:
    admin = portal.signed_in()
    form = {"name": "ci", "role": "operator", "scopes": "read, finding.import", "days": "90"}
    assert admin.post("/admin/tokens", data=form).status_code == 200
    assert "finding.import" in admin.get("/admin/tokens").text.split("<table")[1].split("</table")[0]
    wrong = admin.post("/admin/tokens", data=form | {"name": "x", "scopes": "reed"})
    assert wrong.status_code == 422
    assert "no such scope" in wrong.text
