"""Signing in with a password, choosing and changing it, ending sign-ins, and breaking the glass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from homeport.kernel.testing import sqlite_database
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import SYSTEM, Account, LoginLink, Person, PersonSession, Purpose, Role
from homeport.web.identify import DEVICE_COOKIE, SESSION_COOKIE

from .conftest import BASE, Portal, build

_GOOD, _NEW = "correct horse battery staple", "another horse in another stable"


@pytest.fixture
def jiwoo(portal: Portal) -> Person:
    person = portal.person("Jiwoo", Role.DEVELOPER)
    with portal.database.writing() as session:
        account = identity.ensure_account(session, person, "jiwoo")
        identity.set_password(session, SYSTEM, account, identity.hash_password(_GOOD), portal.clock())
    return person


def sign_in(client: Any, login: str = "jiwoo", password: str = _GOOD, **more: str) -> Any:
    return client.post("/login", data={"login": login, "password": password, **more})


def link(portal: Portal, person: Person, purpose: Purpose) -> str:
    with portal.database.writing() as session:
        return identity.create_login_link(
            session, SYSTEM, person, portal.clock(), timedelta(hours=1), purpose, reason="a test"
        )


def actions(portal: Portal) -> list[str]:
    with portal.database.reading() as session:
        return [entry.action for entry in audit.entries(session, limit=20)]


def test_the_form_is_there_once_somebody_has_a_password(portal: Portal) -> None:
    assert 'name="password"' not in portal.client().get("/login").text
    person = portal.person("Jiwoo", Role.DEVELOPER)
    with portal.database.writing() as session:
        account = identity.ensure_account(session, person, "jiwoo")
        identity.set_password(session, SYSTEM, account, identity.hash_password(_GOOD), portal.clock())
    assert 'name="password"' in portal.client().get("/login").text


def test_login_and_password_lead_on_to_where_one_wanted(portal: Portal, jiwoo: Person) -> None:
    client = portal.client()
    answer = sign_in(client, "JiWoo", next="/findings")
    assert (answer.status_code, answer.headers["location"]) == (303, "/findings")
    assert "Jiwoo" in client.get("/me").text


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example"])
def test_a_password_leads_nobody_to_another_site(portal: Portal, jiwoo: Person, wanted: str) -> None:
    assert sign_in(portal.client(), next=wanted).headers["location"] == "/"


def test_a_wrong_password_and_an_unknown_login_are_told_in_the_same_words(portal: Portal, jiwoo: Person) -> None:
    with portal.database.writing() as session:
        identity.ensure_account(session, identity.ensure_person(session, "No", Role.VIEWER, portal.clock()), "unset")
    pages = set()
    for login in ("jiwoo", "nobody", "unset"):
        answer = sign_in(portal.client(), login, "wrong " * 5)
        assert answer.status_code == 401
        assert SESSION_COOKIE not in answer.headers.get("set-cookie", "")
        pages.add(answer.text.replace(login, "LOGIN"))
    assert len(pages) == 1


def test_an_unknown_login_costs_a_hash_as_a_known_one_does(
    portal: Portal, jiwoo: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            costs.append(stored.rsplit("$", 2)[0])
            return _hasher.verify(stored, password)

    from homeport.kernel.trust.identity import passwords

    _hasher = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Counting())
    for login in ("jiwoo", "nobody"):
        sign_in(portal.client(), login, "wrong " * 5)
    assert costs == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_too_many_tries_wait_and_are_told_how_long(portal: Portal, jiwoo: Person) -> None:
    client = portal.client()
    for _ in range(5):
        assert sign_in(client, password="wrong " * 5).status_code == 401
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert "Wait one second" in answer.text
    portal.clock.advance(seconds=1)
    assert sign_in(client).status_code == 303


def test_the_owner_gets_in_where_they_were_before_while_somebody_else_guesses(portal: Portal, jiwoo: Person) -> None:
    owner, thief = portal.client(), portal.client()
    sign_in(owner)
    owner.post("/logout")
    for _ in range(8):
        sign_in(thief, password="wrong " * 5)
    assert sign_in(thief).status_code == 429
    assert sign_in(owner).status_code == 303


def test_a_link_lets_one_choose_a_password_once(portal: Portal) -> None:
    person = portal.person("Jiwoo", Role.DEVELOPER)
    with portal.database.writing() as session:
        identity.ensure_account(session, person, "jiwoo")
    path = f"/password/{link(portal, person, Purpose.PASSWORD)}"
    assert portal.client().get(path.replace("password", "login")).headers["location"] == path
    assert portal.client().post(path, data={"password": _GOOD, "again": _NEW}).status_code == 422
    assert portal.client().post(path, data={"password": "short", "again": "short"}).status_code == 422
    assert portal.client().post(path, data={"password": _GOOD, "again": _GOOD}).status_code == 303
    assert portal.client().post(path, data={"password": _NEW, "again": _NEW}).status_code == 401
    assert portal.client().get(path).status_code == 401
    assert sign_in(portal.client()).status_code == 303


def test_a_sign_in_link_sets_no_password(portal: Portal, jiwoo: Person) -> None:
    secret = link(portal, jiwoo, Purpose.SIGN_IN)
    assert portal.client().post(f"/password/{secret}", data={"password": _NEW, "again": _NEW}).status_code == 401
    assert sign_in(portal.client()).status_code == 303


def test_a_changed_password_signs_out_everywhere_else(portal: Portal, jiwoo: Person) -> None:
    here, there = portal.client(), portal.client()
    sign_in(here)
    sign_in(there)
    before = here.cookies[SESSION_COOKIE]
    answer = here.post("/me/password", data={"current": _GOOD, "password": _NEW, "again": _NEW})
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    assert here.get("/me").status_code == 200
    assert here.cookies[SESSION_COOKIE] != before
    assert there.get("/me").status_code == 303
    assert sign_in(portal.client()).status_code == 401
    assert sign_in(portal.client(), password=_NEW).status_code == 303


@pytest.mark.parametrize(
    "data",
    [
        {"current": "wrong " * 5, "password": _NEW, "again": _NEW},
        {"current": _GOOD, "password": _NEW, "again": _GOOD},
        {"current": _GOOD, "password": "short", "again": "short"},
    ],
)
def test_a_password_is_changed_only_by_who_knows_it_and_to_a_good_one(
    portal: Portal, jiwoo: Person, data: dict[str, str]
) -> None:
    client = portal.client()
    sign_in(client)
    assert client.post("/me/password", data=data).status_code == 422
    assert sign_in(portal.client()).status_code == 303


def test_the_current_password_is_not_guessed_either(portal: Portal, jiwoo: Person) -> None:
    client = portal.client()
    sign_in(client)
    wrong = {"current": "wrong " * 5, "password": _NEW, "again": _NEW}
    answers = [client.post("/me/password", data=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "1"


def test_over_tls_no_other_host_sets_the_cookies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite_database(tmp_path) as database:
        portal = build(database, tmp_path, monkeypatch, base_url="https://portal.example")
        answer = portal.client().post(portal.login_link())
        cookies = answer.headers.get_list("set-cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {f"__Host-{SESSION_COOKIE}", f"__Host-{DEVICE_COOKIE}"}
        for cookie in cookies:
            assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "domain" not in cookie.lower()
        secret = cookies[0].split("=")[1].split(";")[0]
        client = portal.client()
        assert client.get("/me", headers={"Cookie": f"{SESSION_COOKIE}={secret}"}).status_code == 303
        assert client.get("/me", headers={"Cookie": f"__Host-{SESSION_COOKIE}={secret}"}).status_code == 200


def test_one_ends_a_sign_in_of_ones_own_and_no_other(portal: Portal, jiwoo: Person) -> None:
    here, there, stranger = portal.client(), portal.client(), portal.signed_in("Someone", Role.VIEWER)
    sign_in(here)
    sign_in(there)
    sign_in_id = identity.hash_of(there.cookies[SESSION_COOKIE])[:16]
    assert stranger.post("/me/sessions/revoke", data={"id": sign_in_id}).status_code == 404
    assert there.get("/me").status_code == 200
    assert here.get("/me").text.count('/me/sessions/revoke"') == 1
    assert here.post("/me/sessions/revoke", data={"id": sign_in_id}).status_code == 303
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == 200


def test_one_signs_out_everywhere_else(portal: Portal, jiwoo: Person) -> None:
    here, there = portal.client(), portal.client()
    sign_in(here)
    sign_in(there)
    here.post("/me/sessions/revoke-others")
    assert (here.get("/me").status_code, there.get("/me").status_code) == (200, 303)


def test_an_admin_sees_and_ends_every_sign_in(portal: Portal, jiwoo: Person) -> None:
    admin, theirs = portal.signed_in(), portal.client()
    sign_in(theirs)
    text = admin.get("/admin/sign-ins").text
    assert "Jiwoo" in text
    assert "testclient" in text
    admin.post("/admin/sign-ins/revoke", data={"id": identity.hash_of(theirs.cookies[SESSION_COOKIE])[:16]})
    assert theirs.get("/me").status_code == 303


def test_sign_ins_of_others_are_for_admins(portal: Portal) -> None:
    client = portal.signed_in("Op", Role.OPERATOR)
    assert client.get("/admin/sign-ins").status_code == 403
    assert client.post("/admin/sign-ins/revoke", data={"id": "x"}).status_code == 403
    assert client.get("/api/v1/sessions").status_code == 403
    assert client.delete("/api/v1/sessions/x").status_code == 403


def test_programs_list_and_end_sign_ins(portal: Portal, jiwoo: Person) -> None:
    here, there, admin = portal.client(), portal.client(), portal.signed_in()
    sign_in(here)
    sign_in(there)
    mine = here.get("/api/v1/me/sessions").json()["items"]
    assert sorted(one["is_current"] for one in mine) == [False, True]
    assert {one["person"] for one in mine} == {"Jiwoo"}
    assert len(admin.get("/api/v1/sessions").json()["items"]) == 3
    other = next(one["id"] for one in mine if not one["is_current"])
    assert here.delete(f"/api/v1/me/sessions/{other}").status_code == 204
    assert there.get("/me").status_code == 303
    assert admin.delete(f"/api/v1/sessions/{identity.hash_of(here.cookies[SESSION_COOKIE])[:16]}").status_code == 204
    assert here.get("/me").status_code == 303


def test_breaking_the_glass_makes_an_admin_for_an_hour_and_is_told(portal: Portal) -> None:
    person = portal.person("Break glass", Role.ADMIN)
    client, admin = portal.client(), portal.signed_in()
    client.post(f"/login/{link(portal, person, Purpose.BREAK_GLASS)}")
    assert client.get("/admin").status_code == 200
    assert "break glass" in admin.get("/admin/sign-ins").text
    assert {"break-glass.create", "break-glass.use", "session.open"} <= set(actions(portal))
    portal.clock.advance(hours=1)
    assert client.get("/admin").status_code == 303


def test_how_and_from_where_one_signed_in_is_kept(portal: Portal, jiwoo: Person) -> None:
    sign_in(portal.client())
    with portal.database.reading() as session:
        row = session.query(PersonSession).one()
        account = session.get_one(Account, jiwoo.id)
    assert (row.way, row.address) == ("password", "testclient")
    assert account.changed_at == portal.clock()


def test_an_admin_makes_a_password_link_on_the_page_of_people(portal: Portal, jiwoo: Person) -> None:
    admin = portal.signed_in()
    page = admin.post("/admin/people/password-link", data={"login": "bora", "name": "Lee Bora", "role": "operator"})
    assert page.headers["cache-control"] == "no-store"
    path = page.text.split(f"{BASE}/password/")[1].split("<")[0]
    browser = portal.client()
    assert browser.post(f"/password/{path}", data={"password": _NEW, "again": _NEW}).status_code == 303
    me = browser.get("/api/v1/me").json()
    assert (me["name"], me["role"]) == ("Lee Bora", "operator")
    assert "login-link.create" in actions(portal)
    again = admin.post("/admin/people/password-link", data={"login": "jiwoo", "name": "Other", "role": "admin"})
    assert "Jiwoo" in again.text
    with portal.database.reading() as session:
        assert session.get_one(Person, jiwoo.id).role == "developer", "a login that is known keeps its person"


@pytest.mark.parametrize("form", [{"login": ""}, {"login": "a b"}, {"login": "x", "role": "king"}])
def test_a_login_name_or_role_that_can_not_be_is_told_at_its_field(portal: Portal, form: dict[str, str]) -> None:
    page = portal.signed_in().post("/admin/people/password-link", data=form)
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_made_up_password_links_make_their_address_wait(portal: Portal, jiwoo: Person) -> None:
    data = {"password": _NEW, "again": _NEW}
    answers = [portal.client().post(f"/password/guess-{number}", data=data) for number in range(31)]
    assert [one.status_code for one in answers[-2:]] == [401, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    secret = link(portal, jiwoo, Purpose.PASSWORD)
    portal.clock.advance(seconds=1)
    assert portal.client().post(f"/password/{secret}", data=data).status_code == 303


def test_what_ended_is_thrown_away_when_work_begins(portal_on_each: Portal) -> None:
    portal = portal_on_each
    person = portal.person("Jiwoo", Role.DEVELOPER)
    link(portal, person, Purpose.SIGN_IN)
    portal.signed_in()
    portal.clock.advance(hours=71)
    portal.signed_in("Kim Haneul")
    portal.clock.advance(hours=1)
    portal.homeport.start()
    with portal.database.reading() as session:
        rows = session.query(PersonSession).all()
        assert [session.get_one(Person, row.person_id).name for row in rows] == ["Kim Haneul"]
        assert session.query(LoginLink).count() == 0


def test_the_page_of_people_tells_login_and_role_in_the_readers_words(portal: Portal, jiwoo: Person) -> None:
    admin = portal.signed_in()
    admin.cookies.set("homeport_language", "ko")
    page = admin.get("/admin/people").text
    assert '<code class="breakable">jiwoo</code>' in page
    main, rest = page.partition("<main")[2].partition("</main>")[0], page.partition("<main")[0]
    assert "개발자" in main
    assert "<small>관리자</small>" in rest
