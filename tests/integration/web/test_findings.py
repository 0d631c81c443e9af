"""The pages and REST endpoints of findings."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

from homeport.catalog.findings import SEVERITIES
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Found, Severity, State
from homeport.kernel.knowledge.sarif.log import parse
from homeport.kernel.knowledge.sarif.reading import read
from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.web.shell import Shell

from .conftest import HANEUL, ORDER_API, STOCK_API, TEAM_ORDER, Portal, build, unknown_owner

PARTS = ("name", "title", "why", "fix")


def shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'<a href="/findings/(\d+)"', text)]


def state_of(portal: Portal, number: int) -> State:
    with portal.database.reading() as session:
        return findings.get_finding(session, SYSTEM, number).state(portal.clock())


@pytest.mark.parametrize("rule", sorted(SEVERITIES))
@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_rule_of_the_catalog_has_words(portal: Portal, rule: str, language: str) -> None:
    shell: Shell = portal.app.state.shell
    for part in PARTS:
        assert shell.messages.has(language, f"finding-{rule.replace('.', '-')}-{part}")


def test_before_anything_was_looked_at_the_list_says_what_to_do(portal: Portal) -> None:
    assert "/catalog/locations/new" in portal.signed_in().get("/findings").text


def test_worst_comes_first_with_names_in_place_of_references(portal: Portal) -> None:
    mild, bad = portal.findings(unknown_owner(STOCK_API, Severity.LOW), unknown_owner(ORDER_API, Severity.CRITICAL))
    text = portal.signed_in().get("/findings").text
    assert shown(text) == [bad, mild]
    assert "The owner team-gone is not in the directory" in text
    assert "order-api/CODEOWNERS:3" in text.replace("<wbr>", "")  # where a long path may be broken


def test_a_rule_that_nobody_worded_shows_its_name(portal: Portal) -> None:
    (number,) = portal.findings(Found("other.strange", "part", Severity.LOW))
    client = portal.signed_in()
    assert "other.strange" in client.get("/findings").text
    assert client.get(f"/findings/{number}").status_code == 200


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"order", "stock", "other"}),
        ("severity:high", {"order"}),
        ("severity:high severity:low", {"order", "stock"}),
        ("rule:other.strange", {"other"}),
        ("owner:me", {"order"}),
        ("owner:order", {"order"}),
        ("owner:none", {"stock"}),
        ("owner:me owner:none", {"order", "stock"}),
        ("entity:stock-api", {"stock"}),
        ("stock", {"stock"}),
        ("state:gone", set()),
        ("state:all", {"order", "stock", "other"}),
    ],
)
def test_findings_are_filtered_by_tokens_and_words(portal: Portal, query: str, expected: set[str]) -> None:
    portal.ownership.owners[ORDER_API] = HANEUL
    order, stock, other = portal.findings(
        unknown_owner(ORDER_API, Severity.HIGH),
        unknown_owner(STOCK_API, Severity.LOW),
        Found("other.strange", "part", Severity.MEDIUM),
    )
    if query == "owner:order":
        portal.ownership.owners[ORDER_API] = TEAM_ORDER
    client = portal.signed_in("Kim Haneul", Role.VIEWER, HANEUL)
    names = {order: "order", stock: "stock", other: "other"}
    assert {names[number] for number in shown(client.get("/findings", params={"q": query}).text)} == expected


@pytest.mark.parametrize("query", ["severity:worst", "state:maybe", "colour:red", "entity:???"])
def test_a_filter_that_there_is_not_is_told(portal: Portal, query: str) -> None:
    portal.findings(unknown_owner())
    assert portal.signed_in().get("/findings", params={"q": query}).status_code == 422


def test_pages_of_findings_lead_through_all_of_them(portal: Portal) -> None:
    numbers = portal.findings(*(Found("other.strange", "part", Severity.LOW, key=str(key)) for key in range(120)))
    client, href, seen = portal.signed_in(), "/findings", []
    while href:
        text = client.get(href).text
        seen += shown(text)
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', text)
        href = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(numbers)


def test_by_rule_counts_what_is_open_and_late(portal: Portal) -> None:
    portal.findings(unknown_owner(ORDER_API, Severity.CRITICAL), unknown_owner(STOCK_API, Severity.LOW))
    portal.clock.advance(days=8)
    text = portal.signed_in().get("/findings/by-rule").text
    assert "Unknown owner" in text
    assert "Critical" in text
    assert re.search(r'data-label="Open">2<', text)
    assert re.search(r'data-label="Overdue"><span class="due is-bad">1<', text)


def test_a_finding_says_why_it_matters_and_what_to_write(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    text = portal.signed_in().get(f"/findings/{number}").text
    assert "CODEOWNERS names team-gone as the owner of order-api" in text
    assert "kind: Group" in text
    assert "name: team-gone" in text
    assert "@team-gone" in text


def test_a_late_finding_says_by_how_much(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner(severity=Severity.CRITICAL))
    portal.clock.advance(days=10)
    assert "4 days late" in portal.signed_in().get(f"/findings/{number}").text


def test_accepting_needs_a_reason_and_says_so_where_it_is_missing(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    answer = portal.signed_in().post(f"/findings/{number}/suppress", data={"reason": " ", "days": "14"})
    assert answer.status_code == 422
    assert 'id="error-reason"' in answer.text
    assert re.search(r'<option value="14" selected', answer.text)
    assert state_of(portal, number) is State.OPEN


@pytest.mark.parametrize("days", ["0", "-1", "9999", "soon", "30 "])
def test_only_the_offered_durations_are_taken(portal: Portal, days: str) -> None:
    (number,) = portal.findings(unknown_owner())
    answer = portal.signed_in().post(f"/findings/{number}/suppress", data={"reason": "a test", "days": days})
    assert answer.status_code == 422
    assert state_of(portal, number) is State.OPEN


def test_an_accepted_finding_says_who_why_and_until_when_and_opens_by_itself(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    client = portal.signed_in()
    client.post(f"/findings/{number}/suppress", data={"reason": "the team is <founded> next week", "days": "7"})
    text = client.get(f"/findings/{number}").text
    assert state_of(portal, number) is State.SUPPRESSED
    assert "Accepted by Park Seoyeon" in text
    assert "the team is &lt;founded&gt; next week" in text
    assert shown(client.get("/findings").text) == []
    assert shown(client.get("/findings?q=state:suppressed").text) == [number]
    portal.clock.advance(days=8)
    assert state_of(portal, number) is State.OPEN
    assert "Open again: the time" in portal.signed_in().get(f"/findings/{number}").text


def test_accepting_can_be_taken_back(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    client = portal.signed_in()
    client.post(f"/findings/{number}/suppress", data={"reason": "a test", "days": "30"})
    client.post(f"/findings/{number}/unsuppress")
    assert state_of(portal, number) is State.OPEN


def test_who_does_not_own_it_sees_who_may(portal: Portal) -> None:
    portal.ownership.owners[ORDER_API] = TEAM_ORDER
    (number,) = portal.findings(unknown_owner())
    client = portal.signed_in("Lee Jun", Role.DEVELOPER)
    text = client.get(f"/findings/{number}").text
    assert "This takes order, who own it, or the role security, operator or higher." in text
    assert 'name="reason"' not in text
    assert client.post(f"/findings/{number}/suppress", data={"reason": "a test", "days": "30"}).status_code == 403


def test_the_owner_may_accept_whatever_their_role(portal: Portal) -> None:
    portal.ownership.owners[ORDER_API] = HANEUL
    (number,) = portal.findings(unknown_owner())
    client = portal.signed_in("Kim Haneul", Role.VIEWER, HANEUL)
    client.post(f"/findings/{number}/suppress", data={"reason": "a test", "days": "30"})
    assert state_of(portal, number) is State.SUPPRESSED


def test_what_is_gone_cannot_be_accepted(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    portal.findings()
    client = portal.signed_in()
    assert "nothing left to do" in client.get(f"/findings/{number}").text
    assert client.post(f"/findings/{number}/suppress", data={"reason": "a test", "days": "30"}).status_code == 409


def token(portal: Portal, role: Role = Role.OPERATOR) -> dict[str, str]:
    with portal.database.writing() as session:
        return {"Authorization": f"Bearer {identity.create_token(session, SYSTEM, 'ci', role, portal.clock())[1]}"}


def test_rest_lists_by_cursor_and_link(portal: Portal) -> None:
    numbers = portal.findings(*(Found("other.strange", "part", Severity.LOW, key=str(key)) for key in range(5)))
    client, headers = portal.client(), token(portal)
    answer = client.get("/api/v1/findings?limit=3&severity=low", headers=headers)
    following = re.match(r'<(.+)>; rel="next"', answer.headers["link"])
    assert following
    rest = client.get(following[1], headers=headers).json()
    assert sorted(item["id"] for item in answer.json()["items"] + rest["items"]) == sorted(numbers)
    assert rest["after"] is None


def test_rest_filters_by_owner_and_entity(portal: Portal) -> None:
    portal.ownership.owners[ORDER_API] = TEAM_ORDER
    order, stock = portal.findings(unknown_owner(ORDER_API), unknown_owner(STOCK_API))
    client, headers = portal.client(), token(portal)

    def found(query: str) -> list[int]:
        return [item["id"] for item in client.get(f"/api/v1/findings?{query}", headers=headers).json()["items"]]

    assert found("owner=order") == [order]
    assert found(f"entity={STOCK_API}") == [stock]
    assert found(f"owner=order&entity={STOCK_API}") == []
    assert found("owner=me") == []


def test_rest_suppresses_until_a_day_and_back(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    client, headers = portal.client(), token(portal)
    until = (portal.clock() + timedelta(days=3)).isoformat()
    path = f"/api/v1/findings/{number}"
    suppressed = client.post(f"{path}/suppress", headers=headers, json={"reason": "a test", "until": until}).json()
    assert (suppressed["state"], suppressed["suppressed_by"]) == ("suppressed", "ci")
    assert client.post(f"{path}/unsuppress", headers=headers).json()["state"] == "open"
    assert client.get(path, headers=headers).json()["evidence"]["line"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "", "until": "2030-01-01T00:00:00Z"},
        {"reason": "x", "until": "2020-01-01T00:00:00Z"},
        {"reason": "x", "until": "2030-01-01T00:00:00"},
        {"reason": "x"},
        {"reason": "x", "until": "2030-01-01T00:00:00Z", "more": 1},
    ],
)
def test_rest_refuses_a_suppression_that_does_not_fit(portal: Portal, body: dict[str, object]) -> None:
    (number,) = portal.findings(unknown_owner())
    answer = portal.client().post(f"/api/v1/findings/{number}/suppress", headers=token(portal), json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


def test_rest_does_not_let_viewers_suppress(portal: Portal) -> None:
    (number,) = portal.findings(unknown_owner())
    until = (portal.clock() + timedelta(days=3)).isoformat()
    body = {"reason": "x", "until": until}
    answer = portal.client().post(f"/api/v1/findings/{number}/suppress", headers=token(portal, Role.VIEWER), json=body)
    assert answer.status_code == 403


def test_findings_by_owner_are_worst_first_and_what_nobody_owns_stands_apart(portal: Portal) -> None:
    other = EntityRef.parse("component:default/cart-api")
    portal.ownership.owners |= {ORDER_API: TEAM_ORDER, other: HANEUL}
    portal.findings(
        unknown_owner(ORDER_API, Severity.LOW),
        unknown_owner(other, Severity.CRITICAL),
        unknown_owner(STOCK_API, Severity.HIGH),
        Found("other.strange", "part", Severity.LOW),
    )
    text = portal.signed_in().get("/findings/by-owner").text
    order = ["/findings?q=owner:user:default/haneul", "/findings?q=owner:order", "owner:none", "entity:none"]
    places = [text.index(f'{address}"') if "/" in address else text.index(f"q={address}") for address in order]
    assert places == sorted(places)
    assert 'href="/findings?q=owner:user:default/haneul+severity:critical"' in text


def test_what_is_about_no_entity_is_listed_by_itself(portal: Portal) -> None:
    _, number = portal.findings(unknown_owner(ORDER_API), Found("other.strange", "part", Severity.LOW))
    assert shown(portal.signed_in().get("/findings?q=entity:none").text) == [number]


def test_many_findings_are_accepted_at_once_for_one_reason(portal: Portal) -> None:
    one, two, three = portal.findings(
        unknown_owner(ORDER_API), unknown_owner(STOCK_API), Found("other.strange", "part", Severity.LOW)
    )
    client = portal.signed_in()
    assert f'name="finding" value="{one}"' in client.get("/findings").text
    form = {"finding": [one, two], "reason": "the migration ends in May", "days": "30", "next": "/findings?q=order"}
    answer = client.post("/findings/suppress", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/findings?q=order")
    assert [state_of(portal, number) for number in (one, two, three)] == [State.SUPPRESSED] * 2 + [State.OPEN]
    assert "2 findings are accepted for 30 days." in client.get("/findings").text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"reason": "x", "days": "30"}, "Select at least one finding first."),
        ({"finding": [1], "reason": " ", "days": "30"}, "Say why it is accepted."),
        ({"finding": [1], "reason": "x", "days": "9999"}, "Choose one of the durations."),
    ],
)
def test_accepting_many_takes_findings_a_reason_and_a_duration(
    portal: Portal, form: dict[str, object], said: str
) -> None:
    (number,) = portal.findings(unknown_owner(ORDER_API))
    client = portal.signed_in()
    assert client.post("/findings/suppress", data=form).status_code == 303
    assert said in client.get("/findings").text
    assert state_of(portal, number) is State.OPEN


def test_nothing_is_accepted_where_one_of_many_is_not_mine(portal: Portal) -> None:
    mine, other = portal.findings(unknown_owner(ORDER_API), unknown_owner(STOCK_API))
    portal.ownership.owners[ORDER_API] = HANEUL
    client = portal.signed_in("Haneul", Role.DEVELOPER, HANEUL)
    text = client.get("/findings").text
    assert f'name="finding" value="{mine}"' in text
    assert f'name="finding" value="{other}"' not in text
    form = {"finding": [mine, other], "reason": "both", "days": "30"}
    assert client.post("/findings/suppress", data=form).status_code == 403
    assert state_of(portal, mine) is State.OPEN


def test_a_list_is_narrowed_by_source_age_and_what_is_overdue(portal: Portal) -> None:
    (old,) = portal.findings(unknown_owner(severity=Severity.HIGH))
    portal.clock.advance(days=31)
    both = portal.findings(unknown_owner(severity=Severity.HIGH), Found("trivy/CVE-1", "part", Severity.HIGH))
    client = portal.signed_in()
    new = both[1]
    assert shown(client.get("/findings?q=source:trivy").text) == [new]
    assert shown(client.get("/findings?q=age:30").text) == [old]
    assert shown(client.get("/findings?q=age:180").text) == []
    assert shown(client.get("/findings?q=due:overdue").text) == [old]
    for query, expected in (("source=trivy", [new]), ("overdue=true", [old]), ("sort=-seen", [new, old])):
        assert [item["id"] for item in client.get(f"/api/v1/findings?{query}").json()["items"]] == expected
    for wrong in ("age:old", "due:soon"):
        assert client.get(f"/findings?q={wrong}").status_code == 422


@pytest.mark.parametrize("sort", ["severity", "-severity", "due", "-due", "seen", "-seen"])
def test_a_sorted_list_leads_through_all_findings_once(portal_on_each: Portal, sort: str) -> None:
    portal, severities, expected = portal_on_each, list(Severity), []
    for number in range(115):
        found = Found(f"test.{number}", "part", severities[number % 5])
        with portal.database.writing() as session:
            findings.report(session, f"s{number}", [found], findings.EVERYTHING, portal.clock())
        portal.clock.advance(minutes=number % 2)
    with portal.database.reading() as session:
        everything = session.query(findings.Finding).all()
    never = portal.clock().replace(year=9999)
    keys = {
        "severity": lambda row: severities.index(row.severity),
        "due": lambda row: row.due_at or never,
        "seen": lambda row: row.first_seen_at,
    }
    expected = sorted(everything, key=lambda row: row.id, reverse=True)
    expected = sorted(expected, key=keys[sort.strip("-")], reverse=sort.startswith("-"))
    client, href, seen = portal.signed_in(), f"/findings?sort={sort}", []
    while href:
        text = client.get(href).text
        seen += shown(text)
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', text)
        href = following[1].replace("&amp;", "&") if following else ""
    assert seen == [row.id for row in expected]
    assert client.get(f"/findings?sort={sort}&after=nonsense").status_code == 422


def test_a_list_is_taken_along_as_csv_json_and_sarif(portal: Portal) -> None:
    kept, _ = portal.findings(unknown_owner(), Found("other.rule", "part", Severity.LOW))
    client = portal.signed_in()
    written = client.get("/findings/export/csv?q=severity:high")
    assert written.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(written.text.lstrip("\ufeff")))
    assert (row["id"], row["file"], row["line"]) == (str(kept), "order-api/CODEOWNERS", "3")
    (item,) = client.get("/findings/export/json?q=severity:high").json()["items"]
    assert item["entity"] == str(ORDER_API)
    log = parse(client.get("/findings/export/sarif").content, 10**6)
    assert {one.rule_id: one.severity for one in read(log).results} == {
        "catalog.unknown-owner": Severity.HIGH,
        "other.rule": Severity.LOW,
    }
    assert client.get("/findings/export/xml").status_code == 404
    assert "@team-gone" not in client.get("/findings/export/sarif").text


def test_no_cell_of_a_csv_is_a_formula(portal: Portal) -> None:
    words = findings.Words('=HYPERLINK("https://evil.example")')
    portal.findings(Found("trivy/x", "part", Severity.LOW, words=words))
    (row,) = csv.DictReader(io.StringIO(portal.signed_in().get("/findings/export/csv").text.lstrip("\ufeff")))
    assert row["title"].startswith("'=")


def test_due_dates_follow_the_settings_when_homeport_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_database(tmp_path) as database:
        portal = build(database, tmp_path, monkeypatch, findings={"due_days": {"high": 3}})
        (number,) = portal.findings(unknown_owner())
        portal.homeport.start()
        with database.reading() as session:
            row = findings.get_finding(session, SYSTEM, number)
            assert row.due_at == portal.clock() + timedelta(days=3)
