"""No page runs what somebody stored or sent, and every page and error page carries the policy that forbids it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from homeport.kernel.knowledge.findings import Evidence, Found, Severity
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.runs import RunState
from homeport.web.headers import CONTENT_SECURITY_POLICY

from .authorisation_table import AUDIENCES, PAGES
from .conftest import ORDER_API, Portal
from .test_authorisation import World, provider, world

__all__ = ["provider", "world"]

PROBE = "{{91*91}}${91*91}<%= 91*91 %>#{91*91}{% raise %}<b id=probe>"
RESULT = "8281"

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|<[^>]*\s(?:style|on[a-z]+)=", re.I)
_GETS = [page for page in PAGES if page.startswith("GET ") and not page.endswith("/live")]


@pytest.mark.parametrize("page", _GETS)
def test_every_page_and_refusal_carries_the_policy_and_no_inline_code(world: World, page: str) -> None:
    for audience in AUDIENCES:
        answer = world.ask(audience, "GET", PAGES[page])
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not _INLINE.search(answer.text), page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", f"/{PROBE}", 404),
        ("GET", f"/runs?q={PROBE}", 422),
        ("POST", "/runs", 405),
        ("GET", "/findings?sort=nothing", 422),
        ("GET", "/login/used", 410),
        ("GET", "/broken", 500),
    ],
)
def test_every_error_page_carries_the_policy_and_runs_nothing(
    portal: Portal, method: str, path: str, status: int
) -> None:
    @portal.app.get("/broken")
    def broken() -> None:
        raise RuntimeError(PROBE)

    client = portal.signed_in()
    client._transport.raise_server_exceptions = False
    answer = client.request(method, path)
    assert answer.status_code in {status, 401, 200, 422}, answer.text[:300]
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert not _INLINE.search(answer.text)
    assert RESULT not in answer.text
    assert "<b id=probe" not in answer.text


def stored(portal: Portal) -> Any:
    """The probe in every text that somebody may store; return an admin's browser."""
    person, now = portal.person(PROBE, Role.ADMIN), portal.clock()
    portal.run(
        "run-1",
        RunState.FAILED,
        actor=person,
        error_message=PROBE,
        plan={"commitments": {PROBE: PROBE}, "observations": {}, "targets": []},
    )
    portal.step("run-1", PROBE, RunState.FAILED)
    portal.targets("run-1", (PROBE, RunState.FAILED, PROBE))
    portal.log("run-1", PROBE)
    words = {"entity": str(ORDER_API), "owner": PROBE, "name": PROBE, "source": PROBE}
    evidence = Evidence(PROBE, 3, PROBE)
    portal.findings(Found("catalog.unknown-owner", "x", Severity.HIGH, ORDER_API, parameters=words, evidence=evidence))
    with portal.database.writing() as session:
        identity.create_token(session, SYSTEM, PROBE, Role.VIEWER, now)
    client = portal.signed_in(PROBE, Role.ADMIN)
    saved = client.post("/api/v1/views", json={"list": "/catalog", "name": PROBE[:60], "audience": "everyone"})
    assert saved.status_code == 201, saved.text
    return client


SHOWING = ("/me", "/runs", "/runs/run-1", "/findings/1", "/views", "/admin/tokens", "/admin/people", "/admin/sign-ins")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_looks_like_a_template_is_shown_as_it_was_stored(portal: Portal, language: str) -> None:
    client = stored(portal)
    for path in (*SHOWING, "/", "/findings", "/catalog", "/admin", "/runs/run-1/log.txt"):
        answer = client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, (path, answer.text[:300])
        assert RESULT not in answer.text, path
        if path in SHOWING:
            assert html.escape(PROBE[:30], quote=False)[:12] in answer.text, path
        if answer.headers["content-type"].startswith("text/html"):
            assert "<b id=probe" not in answer.text, path
            assert not _INLINE.search(answer.text), path


def test_every_cookie_is_kept_from_scripts_and_other_sites(portal: Portal) -> None:
    client = portal.signed_in()
    answers = [
        client.post("/preferences", data={"theme": "dark", "next": "/"}),
        client.post("/me", data={"language": "en", "theme": "", "zone": "UTC"}),
        portal.client().post(portal.login_link(), data={"next": "/"}),
        client.post("/logout"),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert len(cookies) >= 4
    for cookie in cookies:
        flags = cookie.lower()
        assert "samesite=lax" in flags, cookie
        assert "httponly" in flags or "max-age=0" in flags, cookie


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil",
    ],
)
def test_nobody_is_led_to_another_site_by_any_form(portal: Portal, wanted: str) -> None:
    answer = portal.client().post("/preferences", data={"theme": "dark", "next": wanted})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    entered = portal.client().post(portal.login_link(), data={"next": wanted})
    assert entered.headers["location"] == "/"
