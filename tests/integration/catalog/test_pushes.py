"""A push to a forge is read when it happens."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from homeport.catalog import origins, repository
from homeport.forges.pushes import READERS
from homeport.kernel.base.settings import WebhookSettings
from homeport.kernel.edge.inbound import Inbox
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work import runs, timers

from .conftest import Installation, Repositories

SECRET = "a secret of both"


def push(installation: Installation, repository_path: Path) -> None:
    """Send what a plain Git hook would."""
    settings = {"hooks": WebhookSettings(type="hmac", secret=SecretStr(SECRET))}
    services = installation.services
    inbox = Inbox(services.database, services.subscribers, settings, READERS, services.clock)
    body = json.dumps({"repository": str(repository_path)}).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    inbox.receive("hooks", {"x-homeport-signature": signature, "x-homeport-event": "push"}, body)
    while services.subscribers.deliver_one(services.database, "test", services.clock()):
        pass


def fire(installation: Installation) -> int:
    """Fire what is due and work on it; return how many runs that started."""
    services, count = installation.services, 0
    while timers.fire_one(services.database, services.procedures, "test", services.clock()):
        with services.database.reading() as session:
            waiting = runs.list_runs(session, SYSTEM, state="waiting").runs
        for run in waiting:
            installation.work_on(run.id)
            count += 1
    return count


def test_a_push_has_its_location_read_now_and_only_then(
    installation: Installation, repositories: Repositories, clock
) -> None:
    folder = repositories.commit("order-api", {"main.py": "import fastapi\n"})
    installation.discover(repositories.root)
    assert fire(installation) == 0
    clock.advance(minutes=1)
    repositories.commit(
        "order-api",
        {
            "catalog-info.yaml": "apiVersion: backstage.io/v1alpha1\nkind: System\n"
            "metadata: {name: shop}\nspec: {owner: a}\n"
        },
    )
    push(installation, folder)
    assert fire(installation) == 1
    with installation.database.reading() as session:
        assert "system" in repository.count_by_kind(session, SYSTEM)


def test_a_push_elsewhere_changes_nothing(installation: Installation, repositories: Repositories, tmp_path) -> None:
    repositories.commit("order-api", {"main.py": "import fastapi\n"})
    installation.discover(repositories.root)
    push(installation, tmp_path / "elsewhere" / "order-api")
    assert fire(installation) == 0


@pytest.mark.parametrize("is_done", [True, False])
def test_a_push_while_a_run_goes_on_is_read_after_it(
    installation: Installation, repositories: Repositories, clock, is_done: bool
) -> None:
    folder = repositories.commit("order-api", {"main.py": "import fastapi\n"})
    installation.discover(repositories.root)
    services = installation.services
    with services.database.reading() as session:
        location = origins.list_locations(session, SYSTEM)[0]
    values = {"type": location.type, "target": location.target}
    plan = runs.plan_run(services.procedures, SYSTEM, "catalog.discover", values)
    with services.database.writing() as session:
        run = runs.start_run(session, services.procedures, SYSTEM, "catalog.discover", values, clock(), plan)
    push(installation, folder)
    timers.fire_one(services.database, services.procedures, "test", clock())
    if is_done:
        installation.work_on(run.id)
    clock.advance(seconds=6)
    timers.fire_one(services.database, services.procedures, "test", clock())
    with services.database.reading() as session:
        started = [one for one in runs.list_runs(session, SYSTEM).runs if one.procedure == "catalog.discover"]
    assert len(started) == (3 if is_done else 2)
