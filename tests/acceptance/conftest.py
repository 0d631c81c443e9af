"""Saebom, discovered once for all acceptance tests, served, with a browser that is signed in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser

import browser as gate
from homeport import cli, saebom
from homeport.app import Homeport, create_app, installation
from homeport.demo import repositories
from homeport.demo.repositories import Truth
from homeport.kernel.console import Console
from homeport.kernel.trust.identity import Role
from homeport.web.identify import SESSION_COOKIE


@dataclass(frozen=True)
class Portal:
    """The served demo: its address, a signed-in admin's cookies, and what is true of its repositories."""

    homeport: Homeport
    base: str
    cookies: dict[str, str]
    truth: Truth


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo company, discovered the ordinary way."""
    home = tmp_path_factory.mktemp("saebom")
    truth = repositories.build(home / "repositories", 1, date(2026, 11, 20))
    with installation(home=home, zone="Asia/Seoul") as homeport:
        console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
        saebom.discover(homeport, console, home / "repositories", 0.0)
        with gate.serve(create_app(homeport, homeport.worker())) as base:
            yield Portal(homeport, base, {SESSION_COOKIE: _sign_in(homeport, base)}, truth)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's chromium; where it is missing the test is skipped, but not in CI."""
    missing = gate.missing_parts()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    with gate.started_browser() as started:
        yield started


def _sign_in(homeport: Homeport, base: str) -> str:
    """Redeem a login link as a browser does, and return the session's cookie."""
    import httpx

    name, entity = saebom.visitor(homeport)
    link = cli.first_login(homeport, name, Role.ADMIN, entity)
    path = re.sub(r"^https?://[^/]+", "", link)
    answer = httpx.post(base + path, headers={"Origin": base, "Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 303, answer.text
    return answer.cookies[SESSION_COOKIE]
