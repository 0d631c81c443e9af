"""Saebom, discovered once for all acceptance tests, served, with a browser that is signed in."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import browser as gate
from homeport import cli, saebom
from homeport.app import Homeport, create_app, installation
from homeport.demo import repositories
from homeport.demo.repositories import Truth
from homeport.kernel.console import Console
from homeport.kernel.edge.inbound import WebhookRow
from homeport.kernel.trust.identity import Role
from homeport.web.identify import SESSION_COOKIE

SHOP = """\
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: shop}
spec: {targets: [./gone.yaml]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop-api, title: Shop}
spec: {type: service, lifecycle: production, owner: order}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: order-api}
spec: {type: service, lifecycle: production, owner: order}
---
apiVersion: backstage.io/v1alpha1
kind: Compnent
metadata: {name: shop-web}
---
kind: Component
metadata: {name: "no name"}
"""
"""A file that leads to one that is not there; a new entity, one whose name is taken, and two that are none."""


@dataclass(frozen=True)
class Portal:
    """The served demo: its address, an admin's cookies, what is true of its repositories, and a file beside them."""

    homeport: Homeport
    base: str
    cookies: dict[str, str]
    truth: Truth
    shop: Path


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo company, discovered the ordinary way."""
    home = tmp_path_factory.mktemp("saebom")
    truth = repositories.build(home / "repositories", 1, date(2026, 11, 20))
    shop = home / "shop.yaml"
    shop.write_text(SHOP, encoding="utf-8")
    with installation(home=home, zone="Asia/Seoul", catalog={"folders": (home,)}) as homeport:
        console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
        saebom.discover(homeport, console, home / "repositories", 0.0)
        with homeport.services.database.writing() as session:
            session.add_all(deliveries(homeport.services.clock()))
        with gate.serve(create_app(homeport, homeport.worker())) as base:
            yield Portal(homeport, base, {SESSION_COOKIE: _sign_in(homeport, base)}, truth, shop)


def deliveries(now: datetime) -> list[WebhookRow]:
    """A push, which tells something, and a job of the CI, which does not."""
    push = {"ref": "refs/heads/main", "repository": {"html_url": "https://git.saebom.example/order/order-api"}}
    job = {"action": "completed", "workflow_job": {"name": "build " * 20}}
    return [
        WebhookRow(name="git", delivery=event, type="github", event=event, payload=payload, received_at=now)
        for event, payload in (("workflow_job", job), ("push", push))
    ]


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
