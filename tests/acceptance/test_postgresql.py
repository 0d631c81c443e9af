"""The whole portal on PostgreSQL: discovery, and every page of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from homeport import cli, saebom
from homeport.app import create_app, installation
from homeport.demo import repositories
from homeport.kernel.console import Console
from homeport.kernel.testing import postgresql_database
from homeport.kernel.trust.identity import Role

from .conftest import SHOP, deliveries
from .test_pages import OTHER_CONTENTS, PAGES, resolved


class Served:
    """What `resolved` needs to know of a portal."""

    def __init__(self, homeport, shop: Path) -> None:
        self.homeport = homeport
        self.shop = shop


@pytest.fixture(scope="module")
def served(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, httpx.Client]]:
    """Saebom on PostgreSQL, and a client that is signed in."""
    home: Path = tmp_path_factory.mktemp("saebom-postgresql")
    repositories.build(home / "repositories", 4, date(2026, 11, 20))
    with postgresql_database(postgresql_url) as database:
        url = database.engine.url.render_as_string(hide_password=False)
        with installation(home=home, database_url=url, catalog={"folders": (home,)}) as homeport:
            console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
            saebom.discover(homeport, console, home / "repositories", 0.0)
            with homeport.services.database.writing() as session:
                session.add_all(deliveries(homeport.services.clock()))
            client = TestClient(create_app(homeport), base_url=homeport.settings.base_url)
            name, entity = saebom.visitor(homeport)
            path = cli.first_login(homeport, name, Role.ADMIN, entity).removeprefix(homeport.settings.base_url)
            assert client.post(path, follow_redirects=False).status_code == 303
            shop = home / "shop.yaml"
            shop.write_text(SHOP, encoding="utf-8")
            yield Served(homeport, shop), client


@pytest.mark.parametrize("path", PAGES + OTHER_CONTENTS)
def test_a_page_answers_on_postgresql(served, path: str) -> None:
    portal, client = served
    assert client.get(resolved(portal, path)).status_code == 200
