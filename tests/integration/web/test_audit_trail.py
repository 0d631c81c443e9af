"""The audit trail as a page and over REST: narrowed down, page by page, with the state of its chain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from homeport.kernel.trust import audit
from homeport.kernel.trust.audit import AuditEntry
from homeport.kernel.trust.identity import Actor, Role

from .conftest import Portal

KIM = Actor("person", "90", "Kim", Role.OPERATOR)


@pytest.fixture
def security(portal: Portal):
    """A browser of somebody of security, after Kim did some things on two days."""
    client = portal.signed_in("Jung", Role.SECURITY)
    with portal.database.writing() as session:
        for number in range(120):
            at = portal.clock() - timedelta(days=2 if number < 100 else 0)
            told = {"role": f"role-{number}", "password": "hunter2hunter2"}
            audit.record(session, KIM, "run.start" if number % 2 else "run.cancel", f"run:{number}", now=at, after=told)
    return client


def items(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_pages_of_the_trail_follow_each_other_by_link_and_miss_nothing(portal: Portal, security) -> None:
    url, seen = "/api/v1/audit?actor=Kim&limit=50", []
    while url:
        answer = security.get(url)
        seen += [one["object"] for one in items(answer)]
        url = answer.links.get("next", {}).get("url")
    assert seen == [f"run:{number}" for number in reversed(range(120))]
    assert security.get("/api/v1/audit?after=none").status_code == 422


def test_the_trail_is_narrowed_by_actor_action_object_and_time(portal: Portal, security) -> None:
    assert len(items(security.get("/api/v1/audit?action=run&actor=Kim&limit=500"))) == 120
    assert len(items(security.get("/api/v1/audit?action=run.start&limit=500"))) == 60
    assert items(security.get("/api/v1/audit?action=ru")) == []
    assert [one["after"]["role"] for one in items(security.get("/api/v1/audit?object=run:7"))] == ["role-7"]
    since = (portal.clock() - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert len(items(security.get(f"/api/v1/audit?actor=Kim&since={since}&limit=500"))) == 20
    assert len(items(security.get(f"/api/v1/audit?actor=Kim&until={since}&limit=500"))) == 100


def test_the_page_shows_who_did_what_and_leads_on(portal: Portal, security) -> None:
    text = security.get("/audit?action=run.start").text
    assert 'href="/runs/119"' in text
    assert "run.cancel</code>" not in text
    assert "hunter2" not in text
    assert "after=" in text
    day = (portal.clock() - timedelta(days=2)).date().isoformat()
    assert 'href="/runs/119"' not in security.get(f"/audit?since={day}&until={day}").text
    assert security.get("/audit?since=yesterday").status_code == 200


def test_the_page_says_whether_the_chain_is_whole(portal: Portal, security) -> None:
    with portal.database.writing() as session:
        while audit.seal(session):
            pass
    assert "The chain is whole" in security.get("/audit?verify=1").text
    assert security.get("/api/v1/audit/verification").json()["intact"] is True
    with portal.database.writing() as session:
        session.execute(update(AuditEntry).where(AuditEntry.object_ref == "run:7").values(actor_name="Lee"))
    assert "The chain is broken" in security.get("/audit?verify=1").text
    told = security.get("/api/v1/audit/verification").json()
    assert (told["intact"], len(told["breaks"])) == (False, 1)


def test_only_security_and_admins_are_led_there(portal: Portal, security) -> None:
    assert 'href="/audit"' in security.get("/").text
    operator = portal.signed_in("Oh", Role.OPERATOR)
    assert 'href="/audit"' not in operator.get("/").text
    refused = operator.get("/audit")
    assert refused.status_code == 403
    assert "run.start" not in refused.text
    assert "This page shows who did what" in refused.text
