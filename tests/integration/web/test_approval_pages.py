"""The pages of requests for approval, and what the home and run pages say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.procedures import Changes
from homeport.kernel.work.runs import RunState

from .test_approvals import OPERATORS, Company, company


@pytest.fixture
def saebom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A company where operators approve deployments."""
    with sqlite_database(tmp_path) as database:
        yield company(database, tmp_path, monkeypatch, OPERATORS)


def buttons(text: str) -> dict[str, bool]:
    """The words of the buttons in the page's own part, and whether each can be pressed."""
    found = re.findall(
        r"<button([^>]*)>(?:<svg.*?</svg>)?<span>(.*?)</span>", text.split("<main")[1].split("</main>")[0], re.S
    )
    return {word: "disabled" not in attributes for attributes, word in found}


def asked(saebom: Company) -> str:
    return f"/approvals/{saebom.ask(saebom.browser('Lee Jun'), reason='release 4').json()['id']}"


def test_who_may_decide_reads_what_would_be_done_and_why(saebom: Company) -> None:
    saebom.deploy.changes = Changes(add=1, change=2, replace=3, delete=4)
    text = saebom.browser("Park Seoyeon", Role.OPERATOR).get(asked(saebom)).text
    for told in (
        "release 4",
        "Lee Jun",
        "3 replaced",
        "4 deleted",
        "prod",
        "operator or higher",
        "1 approval is missing",
    ):
        assert told in text
    assert buttons(text) == {"Approve": True, "Refuse": True, "Withdraw the request": True}


@pytest.mark.parametrize(
    ("name", "role", "hint"),
    [("Lee Jun", Role.VIEWER, "does not name you"), ("Dana", Role.DEVELOPER, "does not name you")],
)
def test_disabled_buttons_say_who_could(saebom: Company, name: str, role: Role, hint: str) -> None:
    text = saebom.browser(name, role).get(asked(saebom)).text
    assert hint in text
    assert "operator or higher" in text
    assert buttons(text)["Approve"] is False
    assert buttons(text)["Refuse"] is False
    assert buttons(text)["Withdraw the request"] is (name == "Lee Jun")


def test_who_asked_reads_that_somebody_else_decides(saebom: Company) -> None:
    seoyeon = saebom.browser("Park Seoyeon", Role.OPERATOR)
    text = seoyeon.get(f"/approvals/{saebom.ask(seoyeon).json()['id']}").text
    assert "somebody else has to decide" in text
    assert buttons(text)["Approve"] is False


def test_approving_leads_to_the_run_which_names_who_approved(saebom: Company) -> None:
    path, seoyeon = asked(saebom), saebom.browser("Park Seoyeon", Role.OPERATOR)
    answer = seoyeon.post(f"{path}/approve", data={"note": "fine by me"})
    assert answer.headers["location"].startswith("/runs/")
    run = seoyeon.get(answer.headers["location"]).text
    for told in ("Park Seoyeon", "fine by me", path, "Plan and what happened"):
        assert told in run
    assert "the run started" in seoyeon.get(path).text


def test_refusing_and_withdrawing_stay_on_the_page(saebom: Company) -> None:
    path, seoyeon = asked(saebom), saebom.browser("Park Seoyeon", Role.OPERATOR)
    assert seoyeon.post(f"{path}/refuse", data={"note": "no"}).headers["location"] == path
    text = seoyeon.get(path).text
    assert "Refused" in text
    assert buttons(text) == {}
    again = asked(saebom)
    assert saebom.browser("Lee Jun").post(f"{again}/withdraw").headers["location"] == again
    assert "Withdrawn" in seoyeon.get(again).text


def test_a_plan_that_changed_leads_to_the_new_request(saebom: Company) -> None:
    path, seoyeon = asked(saebom), saebom.browser("Park Seoyeon", Role.OPERATOR)
    saebom.deploy.version = 2
    assert seoyeon.post(f"{path}/approve").headers["location"] == path
    new = re.search(r'href="(/approvals/[a-z0-9]{10})">To the new request', seoyeon.get(path).text)
    assert new
    assert buttons(seoyeon.get(new[1]).text)["Approve"] is True


def test_home_shows_what_waits_for_the_reader_and_to_nobody_else(saebom: Company) -> None:
    saebom.portal.run("good1", RunState.SUCCEEDED)
    path = asked(saebom)
    assert path in saebom.browser("Park Seoyeon", Role.OPERATOR).get("/").text
    assert path not in saebom.browser("Lee Jun").get("/").text


def test_the_navigation_counts_what_waits_for_the_reader_until_they_decided(saebom: Company) -> None:
    def count(browser) -> str:
        return re.search(r'href="/approvals"[^>]*>.*?</a>', browser.get("/runs").text, re.S)[0]

    path, seoyeon, jun = asked(saebom), saebom.browser("Park Seoyeon", Role.OPERATOR), saebom.browser("Lee Jun")
    assert '<span class="nav-count">1</span>' in count(seoyeon)
    assert "nav-count" not in count(jun), "who asked may not decide"
    seoyeon.post(f"{path}/approve")
    assert "nav-count" not in count(seoyeon)


def test_the_list_shows_what_waits_what_waits_for_me_and_all(saebom: Company) -> None:
    seoyeon, jun = saebom.browser("Park Seoyeon", Role.OPERATOR), saebom.browser("Lee Jun")
    assert "homeport.yaml" in seoyeon.get("/approvals").text
    path = asked(saebom)
    assert path in jun.get("/approvals").text
    assert path in seoyeon.get("/approvals?show=me").text
    assert path not in jun.get("/approvals?show=me").text
    saebom.portal.clock.advance(seconds=72 * 3600)
    seoyeon, jun = saebom.browser("Park Seoyeon", Role.OPERATOR), saebom.browser("Lee Jun")
    assert "Expired" in jun.get("/approvals?show=all").text
    assert path not in seoyeon.get("/approvals?show=me").text
    assert "승인" in saebom.portal.signed_in().get("/approvals", headers={"Accept-Language": "ko"}).text


def test_strangers_see_no_request(saebom: Company) -> None:
    path = asked(saebom)
    assert saebom.portal.client().get(path).status_code == 303
    assert saebom.portal.client().get("/approvals").status_code == 303
