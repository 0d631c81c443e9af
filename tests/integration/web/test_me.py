"""The reader's own page."""

from __future__ import annotations

import pytest

from homeport.kernel.trust.identity import Person, Role
from homeport.web.pages.me import browser_of

from .conftest import Portal


def stored(portal: Portal) -> tuple[str | None, str | None, str | None]:
    with portal.database.reading() as session:
        person = session.query(Person).one()
    return person.language, person.theme, person.zone


def test_preferences_are_kept_and_used_at_once(portal: Portal) -> None:
    client = portal.signed_in()
    client.post("/me", data={"language": "ko", "theme": "dark", "zone": "Asia/Seoul"})
    text = client.get("/me").text
    assert '<html lang="ko" data-theme="dark"' in text
    assert "Asia/Seoul 시간" in text
    assert stored(portal) == ("ko", "dark", "Asia/Seoul")


def test_nothing_chosen_leaves_it_to_the_browser(portal: Portal) -> None:
    client = portal.signed_in()
    client.post("/me", data={"language": "ko", "theme": "dark", "zone": "Asia/Seoul"})
    client.post("/me", data={"language": "", "theme": "", "zone": ""})
    assert stored(portal) == (None, None, None)
    assert '<html lang="en" data-theme="system"' in client.get("/me").text


def test_a_zone_that_there_is_not_is_told_where_it_stands(portal: Portal) -> None:
    answer = portal.signed_in().post("/me", data={"zone": "Mars/Olympus"})
    assert answer.status_code == 422
    assert "Mars/Olympus" in answer.text
    assert stored(portal) == (None, None, None)


def test_the_switches_of_the_shell_change_the_profile_too(portal: Portal) -> None:
    client = portal.signed_in()
    client.post("/me", data={"language": "ko", "theme": "dark", "zone": "Asia/Seoul"})
    assert client.post("/preferences", data={"theme": "light", "next": "/runs"}).headers["location"] == "/runs"
    assert client.post("/preferences", data={"language": "en"}).status_code == 303
    assert stored(portal) == ("en", "light", "Asia/Seoul")
    client.post("/preferences", data={"theme": "system"})
    assert stored(portal) == ("en", None, "Asia/Seoul")


@pytest.mark.parametrize("data", [{"theme": "purple"}, {"language": "tlh"}, {}])
def test_the_switches_take_only_what_they_offer(portal: Portal, data: dict[str, str]) -> None:
    client = portal.signed_in()
    assert client.post("/preferences", data=data).status_code == 303
    assert stored(portal) == (None, None, None)


def test_strangers_keep_their_choice_in_the_browser(portal: Portal) -> None:
    assert "homeport_theme=dark" in portal.client().post("/preferences", data={"theme": "dark"}).headers["set-cookie"]


def test_it_says_where_one_is_signed_in(portal: Portal) -> None:
    portal.signed_in()
    text = portal.signed_in(role=Role.ADMIN).get("/me").text
    assert text.count("<strong>Firefox, Linux</strong>") == 2
    assert text.count("this browser") == 1


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/18 Safari/605", "Safari, macOS"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140 Mobile Safari/537", "Chrome, Android"),
        ("something else", "something else"),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_people_know_it(header: str, expected: str) -> None:
    assert browser_of(header) == expected
