"""Discoveries that were killed are taken up after the restart, and none is started beside them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from homeport import saebom
from homeport.app import installation
from homeport.catalog.procedures import DISCOVER
from homeport.demo import repositories
from homeport.kernel.base.database import Database
from homeport.kernel.console import Console
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work import runs
from homeport.kernel.work.runs import RunRow

from .processes import free_port, postgresql_server, serving, until

QUICK = {"HOMEPORT_LEASE_S": "2", "HOMEPORT_POLL_S": "0.2"}
AGAIN_NEXT_YEAR = '"0 0 1 1 *"'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of 160 repositories, of which many have the same name."""
    repositories.build(tmp_path / "repositories" / "copy-0", 1, date(2026, 11, 20))
    for number in range(1, 4):
        shutil.copytree(tmp_path / "repositories" / "copy-0", tmp_path / "repositories" / f"copy-{number}")
    return tmp_path / "repositories"


@pytest.fixture
def home(tmp_path: Path, folder: Path) -> Path:
    """The home of an installation that reads the folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "homeport.yaml").write_text(
        f"catalog:\n  refresh_cron: {AGAIN_NEXT_YEAR}\n  locations: [{{type: repos, target: {folder}}}]\n"
    )
    return tmp_path / "home"


@pytest.fixture(params=["sqlite", "postgresql"])
def environment(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a process is told so that it uses the engine, and takes over soon."""
    if request.param == "sqlite":
        yield QUICK
        return
    with postgresql_server() as server:
        yield {**QUICK, "HOMEPORT_DATABASE_URL": server.url}


@pytest.fixture
def database(home: Path, environment: dict[str, str]) -> Iterator[Database]:
    url = environment.get("HOMEPORT_DATABASE_URL")
    with installation(home=home, **({"database_url": url} if url else {})) as homeport:
        yield homeport.services.database


def discoveries(database: Database) -> list[RunRow]:
    with database.reading() as session:
        return list(runs.list_runs(session, SYSTEM, procedure=DISCOVER).runs)


def is_in_the_middle(database: Database) -> bool:
    """Whether a discovery has read some repositories."""
    with database.reading() as session:
        return any(
            target.ended_at
            for run in runs.list_runs(session, SYSTEM).runs
            for target in runs.targets_of(session, run.id)
        )


def have_ended(database: Database) -> bool:
    found = discoveries(database)
    return bool(found) and all(run.ended_at for run in found)


def test_a_discovery_killed_with_its_server_is_taken_up_and_the_only_one(
    home: Path, database: Database, environment: dict[str, str]
) -> None:
    for _ in range(2):
        with serving(home, free_port(), **environment):
            until(lambda: is_in_the_middle(database))
    (killed,) = discoveries(database)
    assert killed.ended_at is None
    with serving(home, free_port(), **environment):
        until(lambda: have_ended(database), timeout_s=60)
    assert [(run.id, run.state) for run in discoveries(database)] == [(killed.id, "succeeded")]


def test_who_discovers_again_after_a_kill_needs_no_server_to_get_on(tmp_path: Path, folder: Path) -> None:
    home = tmp_path / "alone"
    command = [sys.executable, "-m", "homeport", "--home", str(home), "catalog", "discover", str(folder)]
    environment = {**os.environ, **QUICK}
    with installation(home=home) as homeport:
        database = homeport.services.database
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        until(lambda: is_in_the_middle(database))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not have_ended(database)
        told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60).stderr
        again, killed = discoveries(database)
        assert f"Run {again.id} may have to wait for {killed.id}, begun before it." in told
        assert (killed.state, again.state) == ("succeeded", "succeeded")
        assert again.started_at >= killed.ended_at


def test_a_demo_that_was_killed_goes_on_with_the_discovery_it_began(tmp_path: Path, folder: Path) -> None:
    home = tmp_path / "demo"
    with installation(home=home) as homeport:
        console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
        begun = console.start(homeport.services, DISCOVER, {"target": str(folder / "copy-0")})
        assert saebom.discover(homeport, console, folder / "copy-0", 0.0).kinds["component"] == 40
        assert [(run.id, run.state) for run in discoveries(homeport.services.database)] == [(begun, "succeeded")]
