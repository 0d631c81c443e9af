"""SARIF over REST, and what the pages show of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.trust.identity import Role

from .conftest import HANEUL, ORDER_API, TEAM_ORDER, Portal

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def sarif(*, text: str = "eval() runs what it is given", rule: str = "S307", file: str = "src/a.py") -> dict[str, Any]:
    place = {"physicalLocation": {"artifactLocation": {"uri": file}, "region": {"startLine": 7}}}
    described = {"id": rule, "fullDescription": {"text": f"why: {text}"}, "help": {"text": f"fix: {text}"}}
    result = {"ruleId": rule, "level": "error", "message": {"text": text}, "locations": [place]}
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "t", "rules": [described]}}, "results": [result]}],
    }


def send(client: Any, log: Any, **query: str) -> Any:
    asked = {"source": "bandit", "entity": "order-api"} | query
    content = log if isinstance(log, bytes) else json.dumps(log).encode()
    return client.post("/api/v1/findings/import", params=asked, content=content)


def numbers(portal: Portal) -> list[int]:
    items = portal.signed_in().get("/api/v1/findings").json()["items"]
    return [item["id"] for item in items]


def test_what_a_tool_found_is_imported_and_shown_in_its_own_words(portal: Portal) -> None:
    client = portal.signed_in()
    answer = send(client, sarif())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["new"], answer.json()["scope"]) == (1, str(ORDER_API))
    (number,) = numbers(portal)
    told = client.get(f"/api/v1/findings/{number}").json()
    assert (told["source"], told["rule"], told["severity"]) == ("bandit", "bandit/S307", "high")
    assert told["words"]["title"] == "why: eval() runs what it is given"
    page = client.get(f"/findings/{number}").text
    assert "eval() runs what it is given" in page
    assert "fix: eval() runs what it is given" in page
    assert 'lang="en-US"' in page
    assert "eval() runs what it is given" in client.get("/findings").text
    assert send(client, sarif(rule="S1")).json()["gone"] == 1


def test_hostile_text_stays_text(portal: Portal) -> None:
    client = portal.signed_in()
    assert send(client, sarif(text=HOSTILE, rule=HOSTILE, file=HOSTILE)).status_code == 200
    (number,) = numbers(portal)
    for path in (f"/findings/{number}", "/findings", "/findings/by-rule", "/", "/findings/by-owner"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text


def test_the_rule_of_a_tool_leads_to_its_findings(portal: Portal) -> None:
    client = portal.signed_in()
    send(client, sarif(rule="py/sql&injection#1"))
    (number,) = numbers(portal)
    (href,) = set(re.findall(r'href="(/findings\?q=rule:[^"]+)"', client.get("/findings/by-rule").text))
    assert f'href="/findings/{number}"' in client.get(href.replace("&amp;", "&")).text


def test_an_entity_that_is_not_there_is_not_found(portal: Portal) -> None:
    portal.ownership.missing = {EntityRef.parse("component:typo-api"): ORDER_API}
    for named in ({"entity": "typo-api"}, {"path": "web=typo-api"}):
        answer = send(portal.signed_in(), sarif(), **named)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
        assert f"typo-api. Did you mean {ORDER_API}?" in answer.json()["detail"]
    assert numbers(portal) == []


@pytest.mark.parametrize(
    ("log", "pointer"),
    [
        (b"no json", ""),
        ({"version": "1.0.0", "runs": []}, "/version"),
        ({"version": "2.1.0", "runs": [{"tool": {"driver": {}}, "results": [7]}]}, "/runs/0/results/0"),
    ],
)
def test_what_is_no_sarif_is_a_problem_with_a_pointer(portal: Portal, log: Any, pointer: str) -> None:
    answer = send(portal.signed_in(), log)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


def test_a_body_that_is_too_large_is_refused(portal: Portal) -> None:
    answer = send(portal.signed_in(), b" " * 20_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_owners_import_for_what_is_theirs_and_strangers_nothing(portal: Portal) -> None:
    portal.ownership.owners = {ORDER_API: HANEUL}
    owner = portal.signed_in("Kim Haneul", Role.DEVELOPER, HANEUL)
    other = portal.signed_in("Lee Jun", Role.DEVELOPER)
    assert send(owner, sarif()).status_code == 200
    assert send(owner, sarif(), entity="stock-api").status_code == 403
    assert send(other, sarif()).status_code == 403
    assert send(portal.client(), sarif()).status_code == 401
    portal.ownership.owners = {ORDER_API: TEAM_ORDER}
    assert send(owner, sarif()).status_code == 403
