"""`homeport serve` when its database fails: it says so to who asks, and is well again without a restart."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from homeport.app import installation
from homeport.demo import repositories
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role

from .processes import Server, free_port, postgresql_server, serving, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk can't be mounted here, so none can be filled up")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def server() -> Iterator[Server]:
    with postgresql_server() as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a repository to discover."""
    repository = tmp_path / "repositories" / "shop"
    repository.mkdir(parents=True)
    author = ("-c", "user.name=Kim", "-c", "user.email=kim@example.com")
    for command in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "Begin")):
        subprocess.run(["git", "-C", str(repository), *command], check=True)
    return repository.parent


def token(home: Path, **settings: Any) -> str:
    """A token of an operator in the installation at `home`, where somebody has signed in before."""
    with installation(home=home, **settings) as homeport, homeport.services.database.writing() as session:
        now = datetime.now(UTC)
        person = identity.ensure_person(session, "Kim", Role.ADMIN, now)
        identity.open_session(session, person, now, timedelta(days=1), "Firefox")
        return identity.create_token(session, SYSTEM, "faults", Role.OPERATOR, now)[1]


def client_of(base: str, secret: str) -> httpx.Client:
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {secret}"}, timeout=60)


def readiness(client: httpx.Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()


def is_ready(client: httpx.Client) -> bool:
    return readiness(client) == (200, {"status": "ok"})


def start(client: httpx.Client, target: Path) -> httpx.Response:
    """Ask for a discovery of the folder."""
    return client.post("/api/v1/runs", json={"procedure": "catalog.discover", "input": {"target": str(target)}})


def ended_as(client: httpx.Client, run_id: str) -> str | None:
    answer = client.get(f"/api/v1/runs/{run_id}")
    return answer.json()["state"] if answer.status_code == 200 and answer.json()["ended_at"] else None


def check_that_only_reading_works(client: httpx.Client, target: Path, reason: str) -> None:
    """Who looks around may; who wants a change is told why not; readiness says it too, and keeps the readers."""
    refused = start(client, target)
    assert refused.status_code == 503
    assert refused.headers["retry-after"]
    assert refused.json()["code"] == "database-unavailable"
    assert reason in refused.json()["detail"]
    assert client.get("/api/v1/runs").status_code == 200
    status, told = readiness(client)
    assert (status, told["status"]) == (200, "degraded")
    assert reason in told["troubles"]["database"]


def check_that_all_works(client: httpx.Client, target: Path) -> None:
    until(lambda: is_ready(client))
    run_id = start(client, target).json()["id"]
    until(lambda: ended_as(client, run_id) == "succeeded")


def test_a_full_disk(small_disk: Path, folder: Path) -> None:
    secret, filling = token(small_disk), small_disk / "filling"
    with serving(small_disk, free_port(), HOMEPORT_LOG="error") as base, client_of(base, secret) as client:
        until(lambda: is_ready(client))
        with filling.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"0" * 4096)
            except OSError:
                pass
        until(lambda: start(client, folder).status_code == 503)  # there is room in what is allocated already
        check_that_only_reading_works(client, folder, "full")
        filling.unlink()
        check_that_all_works(client, folder)


def test_a_database_file_that_may_only_be_read(tmp_path: Path, folder: Path) -> None:
    secret, file = token(tmp_path), tmp_path / "homeport.db"
    file.chmod(0o444)
    with serving(tmp_path, free_port()) as base, client_of(base, secret) as client:
        check_that_only_reading_works(client, folder, "readonly")
        for one in tmp_path.glob("homeport.db*"):  # SQLite gave those beside it the same permissions
            one.chmod(0o644)
        check_that_all_works(client, folder)


def test_postgresql_is_restarted_in_the_middle_of_a_run(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "repositories"
    repositories.build(folder, 1, date(2026, 11, 20))
    secret = token(tmp_path, database_url=server.url)
    with serving(tmp_path, free_port(), HOMEPORT_DATABASE_URL=server.url) as base, client_of(base, secret) as client:
        until(lambda: is_ready(client))
        run_id = start(client, folder).json()["id"]
        until(lambda: client.get(f"/api/v1/runs/{run_id}").json()["steps"])
        server.stop()
        status, told = readiness(client)
        assert (status, told["status"]) == (503, "degraded")
        assert told["troubles"]["database"]
        for path in ("/api/v1/runs", "/runs"):
            assert client.get(path).status_code == 503
        assert client.get("/healthz").status_code == 200
        server.start()
        until(lambda: is_ready(client))
        until(lambda: ended_as(client, run_id))
        assert ended_as(client, run_id) == "succeeded"
