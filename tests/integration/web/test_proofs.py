"""The proof of a finding may be a secret itself: its owner, security and admin see it, and nobody else."""

from __future__ import annotations

import json

import pytest

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings import Evidence, Found, Severity, Words
from homeport.kernel.trust.identity import Role

from .conftest import HANEUL, ORDER_API, Portal

PROOF = "password = pl4ntedpr00f"
WORDS = Words("Hardcoded password", "Possible hardcoded password: 'pl4ntedpr00f'", language="en")
OLD_WORDS = Words("Possible hardcoded password: 'pl4nted…", "Possible hardcoded password: 'pl4ntedpr00f'")
"""As homeport took it in before titles were of the rule."""
STRANGER = EntityRef.parse("user:default/bora")

WITH_PROOF = ("/findings/{}", "/api/v1/findings/{}", "/api/v1/findings")
EXPORTS = tuple(f"/findings/export/{form}" for form in ("csv", "json", "sarif"))
EVERY_WAY = (*WITH_PROOF, "/findings", "/", "/findings/by-rule", "/api/v1/search?q=pl4ntedpr00f", *EXPORTS)
"""Where a finding is shown; none but its owner, security and admin sees a proof there."""


def planted(portal: Portal, words: Words | None = None) -> int:
    portal.ownership.owners[ORDER_API] = HANEUL
    evidence = Evidence("app.py", 3, None if words else PROOF)
    rule = "bandit/B105" if words else "other.secret"
    return portal.findings(Found(rule, "repository", Severity.HIGH, ORDER_API, evidence=evidence, words=words))[0]


@pytest.mark.parametrize("words", [None, WORDS, OLD_WORDS], ids=["lines", "message", "old title"])
@pytest.mark.parametrize(
    ("role", "entity", "sees"),
    [
        (Role.VIEWER, None, False),
        (Role.DEVELOPER, None, False),
        (Role.VIEWER, STRANGER, False),
        (Role.OPERATOR, None, False),
        (Role.VIEWER, HANEUL, True),
        (Role.SECURITY, None, True),
        (Role.ADMIN, None, True),
    ],
    ids=["viewer", "developer", "other team", "operator", "owner", "security", "admin"],
)
def test_a_proof_is_shown_to_its_owner_security_and_admin_only(
    portal: Portal, role: Role, entity: EntityRef | None, sees: bool, words: Words | None
) -> None:
    number = planted(portal, words)
    client = portal.signed_in(role=role, entity=entity)
    answers = {way: client.get(way.format(number)) for way in EVERY_WAY}
    assert {answer.status_code for answer in answers.values()} == {200}
    shown = {way for way, answer in answers.items() if "pl4nted" in answer.text.replace("q=pl4ntedpr00f", "")}
    assert shown >= set(WITH_PROOF) if sees else not shown
    assert not shown & set(EXPORTS)  # a file is sent on


def test_what_is_hidden_is_said_with_who_may_see_it(portal: Portal) -> None:
    number = planted(portal)
    text = portal.signed_in(role=Role.OPERATOR).get(f"/findings/{number}").text
    assert "This takes haneul, who own it, or the role security or admin." in text
    assert "app.py:3" in text


def test_an_operator_who_accepts_a_finding_does_not_learn_its_proof(portal: Portal) -> None:
    number, client = planted(portal), portal.signed_in(role=Role.OPERATOR)
    body = {"reason": "known", "until": "2026-12-23T00:00:00Z"}
    for way, sent in (("suppress", body), ("unsuppress", None)):
        answer = client.post(f"/api/v1/findings/{number}/{way}", json=sent)
        assert answer.status_code == 200
        assert json.loads(answer.text)["evidence"] == {"file": "app.py", "line": 3, "snippet": None, "url": None}
