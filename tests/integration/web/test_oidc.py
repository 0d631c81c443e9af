"""Signing in at a certified OpenID Connect provider, and what an evil one or another site gets by trying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk
from sqlalchemy import select

from homeport.kernel.base.database import Database
from homeport.kernel.trust import audit, identity
from homeport.kernel.trust.identity import SYSTEM, Person, Role
from homeport.web.identify import DEVICE_COOKIE, SESSION_COOKIE
from homeport.web.pages.oidc import BROWSER_COOKIE

from .conftest import BASE, HANEUL, TEAM_ORDER, Portal, build
from .providers import SECRET, EvilProvider, RealProvider, evil_provider, query_of, real_provider

_START = "/login/oidc/saebom"
_CALLBACK = f"{_START}/callback"


def settings_of(issuer: str, **more: Any) -> dict[str, Any]:
    """The settings of one provider."""
    return {"issuer": issuer, "client_id": "homeport", "client_secret": SECRET, "title": "Saebom ID", **more}


def portal_at(database: Database, folder: Path, patch: pytest.MonkeyPatch, issuer: str, **more: Any) -> Portal:
    """A portal whose people sign in at the provider; its clock shows the time."""
    oidc = {"saebom": settings_of(issuer, **more)}
    portal = build(database, folder, patch, base_url=BASE, identity={"oidc": oidc})
    portal.clock.now = datetime.now(UTC)
    return portal


@pytest.fixture(scope="module")
def real() -> Iterator[RealProvider]:
    with real_provider(BASE) as provider:
        yield provider


@pytest.fixture
def evil() -> Iterator[EvilProvider]:
    with evil_provider() as provider:
        yield provider


def sign_in(portal: Portal, real: RealProvider, login: str, client: Any = None, wanted: str = "/") -> Any:
    """Sign in at the real provider; the browser that holds the sign-in, and the last answer."""
    client = client or portal.client()
    client.last = client.get(back(client, real, login, wanted))
    return client


def back(client: Any, real: RealProvider, login: str, wanted: str = "/", **more: Any) -> str:
    """The address that the provider leads back to once somebody has signed in there."""
    begun = client.get(_START, params={"next": wanted})
    assert begun.status_code == 303, begun.text
    return real.browse(begun.headers["location"], login, **more)


def person_of(portal: Portal, subject: str) -> Person:
    with portal.database.reading() as session:
        return session.scalars(select(Person).where(Person.subject == subject)).one()


def is_signed_in(client: Any) -> bool:
    return bool(client.get("/me").status_code == 200)


class TestWithACertifiedProvider:
    @pytest.fixture
    def portal(self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real: RealProvider) -> Portal:
        return portal_at(
            database,
            tmp_path,
            monkeypatch,
            real.issuer,
            scopes=["openid", "profile", "email", "groups"],
            roles={"platform": "admin", "developers": "developer"},
            teams={"order": "group:default/order"},
        )

    def test_one_signs_in_and_is_led_on(self, portal: Portal, real: RealProvider) -> None:
        real.add("haneul", name="Kim Haneul", groups=["developers", "order"])
        client = sign_in(portal, real, "haneul", wanted="/findings?q=is:open")
        assert (client.last.status_code, client.last.headers["location"]) == (303, "/findings?q=is:open")
        me = client.get("/api/v1/me").json()
        assert (me["name"], me["role"], me["groups"]) == ("Kim Haneul", "developer", [str(TEAM_ORDER)])
        assert client.get("/api/v1/me/sessions").json()["items"][0]["way"] == "oidc"

    def test_the_provider_is_asked_with_pkce_a_nonce_and_the_exact_address(self, portal: Portal) -> None:
        asked = query_of(portal.client().get(_START, headers={"Host": "evil.example"}).headers["location"])
        assert asked["redirect_uri"] == f"{BASE}{_CALLBACK}"
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["state"]) >= 43
        assert len({asked["nonce"], asked["state"], asked["code_challenge"]}) == 3

    def test_role_and_groups_are_those_of_the_latest_sign_in(self, portal: Portal, real: RealProvider) -> None:
        real.add("bora", name="Lee Bora", groups=["platform", "order"])
        client = sign_in(portal, real, "bora")
        assert client.get("/admin").status_code == 200
        real.add("bora", name="Lee Bora", groups=[])
        again = sign_in(portal, real, "bora")
        me = again.get("/api/v1/me").json()
        assert (me["name"], me["role"], me["groups"]) == ("Lee Bora", "viewer", [])
        assert client.get("/admin").status_code == 403, "the sign-in that was open must lose the role too"
        with portal.database.reading() as session:
            changes = [one for one in audit.entries(session, limit=20) if one.action == "person.change"]
        assert [one.after["role"] for one in changes] == ["viewer", "admin"]

    def test_declining_is_told(self, portal: Portal, real: RealProvider) -> None:
        real.add("minjun", name="Park Minjun")
        client = portal.client()
        page = client.get(back(client, real, "minjun", agrees=False))
        assert page.status_code == 401
        assert "The sign-in was declined" in page.text
        assert not is_signed_in(client)

    def test_an_answer_serves_once(self, portal: Portal, real: RealProvider) -> None:
        real.add("once", name="Once")
        client = portal.client()
        address = back(client, real, "once")
        assert client.get(address).status_code == 303
        page = client.get(address)
        assert page.status_code == 401
        assert "no longer under way" in page.text

    def test_a_code_that_was_redeemed_elsewhere_serves_nobody(self, portal: Portal, real: RealProvider) -> None:
        """Somebody who catches a code can't spend it in a sign-in of their own: PKCE binds it to the first."""
        real.add("victim", name="Victim", groups=["platform"])
        caught = query_of(back(portal.client(), real, "victim"))
        thief = portal.client()
        state = query_of(thief.get(_START).headers["location"])["state"]
        page = thief.get(_CALLBACK, params=caught | {"state": state})
        assert page.status_code == 401
        assert not is_signed_in(thief)

    def test_an_answer_that_another_site_brings_signs_nobody_in(self, portal: Portal, real: RealProvider) -> None:
        """Login CSRF: the attacker's answer in the victim's browser, which has begun nothing or something else."""
        real.add("attacker", name="Attacker")
        address = back(portal.client(), real, "attacker")
        stranger, busy = portal.client(), portal.client()
        busy.get(_START)
        for victim in (stranger, busy):
            page = victim.get(address)
            assert page.status_code == 401
            assert SESSION_COOKIE not in page.headers.get("set-cookie", "")

    def test_signing_out_offers_to_sign_out_there_too(self, portal: Portal, real: RealProvider) -> None:
        real.add("leaving", name="Leaving")
        client = sign_in(portal, real, "leaving")
        page = client.post("/logout")
        assert page.status_code == 200
        link = page.text.split('href="' + real.issuer)[1].split('"')[0]
        assert query_of(link.replace("&amp;", "&")).keys() >= {"id_token_hint", "post_logout_redirect_uri"}
        assert not is_signed_in(client)

    def test_two_tabs_of_a_browser_end_each_its_own_sign_in(self, portal: Portal, real: RealProvider) -> None:
        real.add("tabs", name="Tabs")
        client = portal.client()
        first, second = back(client, real, "tabs", "/runs"), back(client, real, "tabs", "/catalog")
        assert [client.get(one).headers["location"] for one in (first, second)] == ["/runs", "/catalog"]

    @pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\tevil"])
    def test_it_leads_nobody_to_another_site(self, portal: Portal, real: RealProvider, wanted: str) -> None:
        real.add("led", name="Led")
        assert sign_in(portal, real, "led", wanted=wanted).last.headers["location"] == "/"


@dataclass
class Attack:
    """A portal at a provider that lies, and a browser in which a sign-in there is under way."""

    portal: Portal
    evil: EvilProvider
    client: Any
    state: str = ""

    def begin(self) -> None:
        asked = query_of(self.client.get(_START).headers["location"])
        self.state, self.evil.nonce = asked["state"], asked["nonce"]

    def answer(self, **more: str) -> Any:
        return self.client.get(_CALLBACK, params={"state": self.state, "code": "a code", **more})


@pytest.fixture
def attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: EvilProvider) -> Iterator[Attack]:
    from homeport.kernel.testing import sqlite_database

    with sqlite_database(tmp_path) as database:
        portal = portal_at(database, tmp_path, monkeypatch, evil.issuer, roles={"platform": "admin"})
        attack = Attack(portal, evil, portal.client())
        attack.begin()
        yield attack


def test_what_the_attacks_begin_from_signs_in(attack: Attack) -> None:
    assert attack.answer().status_code == 303
    assert is_signed_in(attack.client)


_OTHER_KEY = jwk.RSAKey.generate_key(2048)
_FORGED = {
    "the key of somebody else": ({"forged_by": _OTHER_KEY}, "answer"),
    "no signature": ({"header": {"alg": "none"}}, "answer"),
    "our own secret as key": ({"header": {"alg": "HS256"}, "forged_by": jwk.OctKey.import_key(SECRET * 2)}, "answer"),
    "no token": ({"id_token": "x"}, "answer"),
    "another issuer": ({"claims": {"iss": "https://evil.example"}}, "answer"),
    "no issuer": ({"claims": {"iss": None}}, "answer"),
    "another audience": ({"claims": {"aud": "another client"}}, "answer"),
    "no audience": ({"claims": {"aud": None}}, "answer"),
    "several audiences and no party": ({"claims": {"aud": ["homeport", "another"]}}, "answer"),
    "another party": ({"claims": {"azp": "another client"}}, "answer"),
    "another sign-in": ({"claims": {"nonce": "of another"}}, "answer"),
    "no nonce": ({"claims": {"nonce": None}}, "answer"),
    "no subject": ({"claims": {"sub": None}}, "answer"),
    "an empty subject": ({"claims": {"sub": ""}}, "answer"),
    "no end": ({"claims": {"exp": None}}, "answer"),
    "expired": ({"claims": {"exp": timedelta(seconds=-120)}}, "clock"),
    "from the future": ({"claims": {"iat": timedelta(seconds=1200)}}, "clock"),
    "not yet": ({"claims": {"nbf": timedelta(seconds=1200)}}, "clock"),
    "never ends": ({"claims": {"exp": float("nan")}}, "answer"),
}
_TITLES = {"answer": "can&#39;t be believed", "clock": "The clocks differ"}


@pytest.mark.parametrize("forgery", _FORGED)
def test_a_forged_id_token_signs_nobody_in(attack: Attack, forgery: str) -> None:
    changes, trouble = _FORGED[forgery]
    for name, value in changes.items():
        setattr(attack.evil, name, value)
    page = attack.answer()
    assert page.status_code == 401
    assert _TITLES[trouble] in page.text
    assert not is_signed_in(attack.client)


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"exp": timedelta(seconds=-30)}, {}),
        ({"iat": timedelta(seconds=30)}, {}),
        ({"aud": ["homeport"]}, {}),
        ({"aud": ["homeport", "another"], "azp": "homeport"}, {}),
        ({}, {"alg": "PS256"}),
    ],
)
def test_what_the_standard_allows_is_taken(attack: Attack, claims: dict[str, Any], header: dict[str, str]) -> None:
    attack.evil.claims, attack.evil.header = claims, header
    assert attack.answer().status_code == 303


def test_an_answer_of_another_issuer_is_refused_before_its_code_is_sent_anywhere(attack: Attack) -> None:
    assert attack.answer(iss="https://other.example").status_code == 401
    attack.begin()
    attack.portal.clock.advance(hours=1)
    attack.evil.metadata = {"authorization_response_iss_parameter_supported": True}
    attack.begin()
    assert attack.answer().status_code == 401
    assert "/token" not in attack.evil.asked
    attack.begin()
    assert attack.answer(iss=attack.evil.issuer).status_code == 401, "the token's times are of an hour ago"


def test_an_answer_in_another_browser_is_refused_before_its_code_is_sent_anywhere(attack: Attack) -> None:
    other = attack.portal.client()
    other.get(_START)
    assert other.get(_CALLBACK, params={"state": attack.state, "code": "a code"}).status_code == 401
    assert "/token" not in attack.evil.asked


def test_an_answer_for_another_provider_of_ours_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: EvilProvider, database: Database
) -> None:
    """Mix-up: each provider has an address of its own, and what began at one does not end at the other."""
    both = {"saebom": settings_of(evil.issuer), "other": settings_of(evil.issuer)}
    portal = build(database, tmp_path, monkeypatch, base_url=BASE, identity={"oidc": both})
    client = portal.client()
    state = query_of(client.get(_START).headers["location"])["state"]
    assert client.get("/login/oidc/other/callback", params={"state": state, "code": "x"}).status_code == 401
    assert client.get("/login/oidc/third/callback", params={"state": state, "code": "x"}).status_code == 404
    assert "/token" not in evil.asked


def test_a_document_of_another_issuer_is_refused(attack: Attack) -> None:
    attack.portal.clock.advance(hours=1)
    attack.evil.metadata = {"issuer": "https://other.example"}
    page = attack.client.get(_START)
    assert page.status_code == 503
    assert "do not fit together" in page.text


def test_a_sign_in_that_took_too_long_is_told(attack: Attack) -> None:
    attack.portal.clock.advance(minutes=15)
    page = attack.answer()
    assert page.status_code == 401
    assert "no longer under way" in page.text


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=x", "?error=access_denied"])
def test_an_address_from_a_bookmark_is_told(attack: Attack, query: str) -> None:
    page = attack.portal.client().get(f"{_CALLBACK}{query}")
    assert page.status_code == 401
    assert "no longer under way" in page.text
    assert f'href="{_START}?next=/"' in page.text


def test_a_provider_that_is_away_is_told_before_and_after(attack: Attack) -> None:
    attack.evil.is_away = True
    attack.portal.clock.advance(hours=2)
    for page in (attack.client.get(_START), attack.client.get(_START)):
        assert (page.status_code, page.headers["retry-after"]) == (503, "30")
        assert "does not answer" in page.text


def test_a_provider_that_goes_away_meanwhile_is_told(attack: Attack) -> None:
    attack.evil.is_away = True
    assert "does not answer" in attack.answer().text


@pytest.mark.parametrize(
    ("error", "words"),
    [("invalid_client", "do not fit together"), ("invalid_grant", "no longer under way"), ("x", "do not fit together")],
)
def test_what_the_token_endpoint_refuses_is_told(attack: Attack, error: str, words: str) -> None:
    attack.evil.token_error, attack.evil.token_status = error, 400
    assert words in attack.answer().text


@pytest.mark.parametrize(
    ("error", "words"),
    [("temporarily_unavailable", "does not answer"), ("invalid_scope", "do not fit together"), ("<b>", "do not fit")],
)
def test_what_the_provider_refuses_is_told_in_our_words(attack: Attack, error: str, words: str) -> None:
    page = attack.answer(error=error, error_description="<script>alert(1)</script>")
    assert words in page.text
    assert "alert(1)" not in page.text


def test_new_keys_of_the_provider_are_found(attack: Attack) -> None:
    assert attack.answer().status_code == 303
    attack.evil.key = jwk.RSAKey.generate_key(2048, auto_kid=True)
    attack.portal.clock.advance(seconds=31)
    attack.begin()
    assert attack.answer().status_code == 303


def test_made_up_keys_do_not_let_the_provider_be_asked_again_and_again(attack: Attack) -> None:
    attack.evil.header = {"kid": "made up"}
    for _ in range(5):
        attack.begin()
        assert attack.answer().status_code == 401
    assert attack.evil.asked.count("/jwks") == 1


def test_claims_that_only_userinfo_has_are_asked_for(attack: Attack) -> None:
    attack.evil.metadata = {"userinfo_endpoint": f"{attack.evil.issuer}/userinfo"}
    attack.evil.userinfo = {"sub": "mallory", "groups": ["platform"], "name": "Not this"}
    _forget_what_is_known(attack)
    assert attack.answer().status_code == 303
    me = attack.client.get("/api/v1/me").json()
    assert (me["role"], me["name"]) == ("admin", "Mallory")


def test_userinfo_of_somebody_else_is_refused(attack: Attack) -> None:
    attack.evil.metadata = {"userinfo_endpoint": f"{attack.evil.issuer}/userinfo"}
    attack.evil.userinfo = {"sub": "admin", "groups": ["platform"]}
    _forget_what_is_known(attack)
    assert "can&#39;t be believed" in attack.answer().text


def _forget_what_is_known(attack: Attack) -> None:
    """Let an hour pass, in which the discovery document grows old, and begin anew at that time."""
    attack.portal.clock.advance(hours=1)
    attack.evil.claims = {"iat": timedelta(seconds=3600), "exp": timedelta(seconds=4200)}
    attack.begin()


def test_a_name_that_somebody_chose_there_makes_them_nobody_else(attack: Attack) -> None:
    """Whoever calls themselves as the break-glass admin is called must not become them, now or later."""
    attack.evil.claims = {"name": "Break glass"}
    attack.answer()
    assert attack.client.get("/api/v1/me").json()["role"] == "viewer"
    with attack.portal.database.writing() as session:
        glass = identity.ensure_person(session, "Break glass", Role.ADMIN, attack.portal.clock())
    assert glass.id != person_of(attack.portal, "mallory").id


def test_an_address_makes_nobody_somebody_where_the_settings_do_not_say_so(attack: Attack) -> None:
    attack.portal.ownership.users["m@saebom.example"] = HANEUL
    attack.evil.claims = {"email_verified": True}
    attack.answer()
    assert attack.client.get("/api/v1/me").json()["entity"] is None


@pytest.fixture
def by_email(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attack:
    """The same with `match_email`, and Haneul in the catalog under the address."""
    portal = portal_at(attack.portal.database, tmp_path, monkeypatch, attack.evil.issuer, match_email=True)
    attack.portal.ownership.users["m@saebom.example"] = HANEUL  # whom the pages ask since the first was built
    made = Attack(portal, attack.evil, portal.client())
    made.begin()
    return made


@pytest.mark.parametrize("claims", [{}, {"email_verified": False}, {"email": None, "email_verified": True}])
def test_an_address_that_nobody_verified_joins_nobody(by_email: Attack, claims: dict[str, Any]) -> None:
    by_email.evil.claims = claims
    page = by_email.answer()
    assert page.status_code == 403
    assert "tells no verified e-mail address" in page.text


def test_a_verified_address_joins_whom_the_catalog_has_with_the_role_of_the_settings(by_email: Attack) -> None:
    known = by_email.portal.person("Kim Haneul", Role.ADMIN, HANEUL)
    by_email.evil.claims = {"email_verified": True}
    assert by_email.answer().status_code == 303
    me = by_email.client.get("/api/v1/me").json()
    assert (me["entity"], me["role"]) == (str(HANEUL), "viewer")
    assert person_of(by_email.portal, "mallory").id == known.id


def test_two_subjects_of_one_address_are_two_people(by_email: Attack) -> None:
    by_email.evil.claims = {"email_verified": True}
    by_email.answer()
    by_email.evil.claims = {"email_verified": True, "sub": "another"}
    by_email.begin()
    by_email.answer()
    assert by_email.client.get("/api/v1/me").json()["entity"] is None


def test_who_is_in_no_group_that_may_is_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: EvilProvider
) -> None:
    portal = portal_at(database, tmp_path, monkeypatch, evil.issuer, roles={"platform": "admin"}, default_role=None)
    attack = Attack(portal, evil, portal.client())
    attack.begin()
    page = attack.answer()
    assert page.status_code == 403
    assert "in no group that may come in" in page.text
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_sign_ins_that_are_begun_and_not_ended_make_their_address_wait(attack: Attack) -> None:
    answers = [attack.portal.client().get(_START) for _ in range(30)]
    assert [one.status_code for one in answers[-2:]] == [303, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert "Wait" in answers[-1].text


def test_made_up_answers_make_their_address_wait(attack: Attack) -> None:
    answers = [attack.portal.client().get(_CALLBACK, params={"state": "guess", "code": "x"}) for _ in range(30)]
    assert [one.status_code for one in answers[-2:]] == [401, 429]
    assert "retry-after" in answers[-1].headers


def test_where_somebody_signed_in_before_they_get_in_while_others_make_the_address_wait(attack: Attack) -> None:
    attack.answer()
    assert DEVICE_COOKIE in attack.client.cookies
    for _ in range(32):
        attack.portal.client().get(_START)
    assert attack.portal.client().get(_START).status_code == 429
    attack.begin()
    assert attack.answer().status_code == 303


def test_a_house_that_shares_an_address_signs_in_without_waiting(attack: Attack) -> None:
    for _ in range(40):
        attack.client = attack.portal.client()
        attack.begin()
        assert attack.answer().status_code == 303


def test_the_page_leads_to_the_provider_first_and_passwords_can_be_off(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: EvilProvider
) -> None:
    chosen = {"oidc": {"saebom": settings_of(evil.issuer)}, "passwords": False}
    portal = build(database, tmp_path, monkeypatch, base_url=BASE, identity=chosen)
    person = portal.person("Jiwoo", Role.DEVELOPER)
    with portal.database.writing() as session:
        account = identity.ensure_account(session, person, "jiwoo")
        identity.set_password(session, SYSTEM, account, identity.hash_password("correct horse battery"), portal.clock())
    page = portal.client().get("/login?next=/runs").text
    assert f'href="{_START}?next=/runs"' in page
    assert 'name="password"' not in page
    refused = portal.client().post("/login", data={"login": "jiwoo", "password": "correct horse battery"})
    assert refused.status_code == 403
    assert portal.client().post(portal.login_link()).status_code == 303, "a link made on the machine works"


def test_over_tls_the_browser_is_known_by_a_cookie_that_nobody_else_can_set(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evil: EvilProvider
) -> None:
    chosen = {"oidc": {"saebom": settings_of(evil.issuer)}}
    portal = build(database, tmp_path, monkeypatch, base_url="https://portal.test", identity=chosen)
    cookie = portal.client().get(_START).headers["set-cookie"]
    assert cookie.startswith(f"__Host-{BROWSER_COOKIE}=")
    assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(cookie.split("; "))


def test_nothing_secret_of_a_sign_in_under_way_is_kept(attack: Attack) -> None:
    from homeport.kernel.trust.identity.flows import FlowRow

    with attack.portal.database.reading() as session:
        row = session.scalars(select(FlowRow)).one()
    held = {attack.state, attack.evil.nonce, attack.client.cookies[BROWSER_COOKIE]}
    assert not held & {row.key_hash, row.wanted, row.provider}
