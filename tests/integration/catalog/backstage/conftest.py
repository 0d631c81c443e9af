"""A catalog behind Backstage's own API under /api/catalog, on both engines, and clients that ask it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select
from starlette.testclient import TestClient

from homeport.app import assemble, create_app
from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.procedures import Procedures

from ..conftest import Installation

API = "/api/catalog"
BACKSTAGE = "backstage.io/v1alpha1"


def entity(kind: str, name: str, spec: Mapping[str, Any], **metadata: Any) -> dict[str, Any]:
    """A document."""
    return {"apiVersion": BACKSTAGE, "kind": kind, "metadata": {"name": name, **metadata}, "spec": dict(spec)}


def component(name: str, type_: str = "service", owner: str = "team-a", **rest: Any) -> dict[str, Any]:
    """A component; `spec` is more of its spec, the rest metadata."""
    spec = {"type": type_, "lifecycle": "production", "owner": owner, **rest.pop("spec", {})}
    return entity("Component", name, spec, **rest)


DOCUMENTS = [
    component("orders", tags=["java", "grpc"], title="Orders", spec={"providesApis": ["orders-api"], "system": "shop"}),
    component("Payments", "Service", tags=["java"], annotations={"example.com/tier": "1", "example.com/Team": "X Y"}),
    component("web", "website", "team-b", labels={"tier": "front"}, spec={"consumesApis": ["orders-api"]}),
    component(
        "archive",
        "library",
        "nobody",
        namespace="other",
        description="Old %_ things",
        links=[{"url": "https://a.example"}],
    ),
    entity(
        "API",
        "orders-api",
        {"type": "openapi", "lifecycle": "experimental", "owner": "team-a", "definition": "x" * 300},
    ),
    entity("Group", "team-a", {"type": "team", "children": [], "profile": {"displayName": "Team A"}}),
    entity("Group", "team-b", {"type": "team", "children": [], "parent": "team-a"}),
    entity("User", "kim", {"memberOf": ["team-a"]}),
    entity("System", "shop", {"owner": "team-a"}),
]


@dataclass
class Catalog:
    """An installation with entities, and clients of its API."""

    installation: Installation
    app: Any
    target: str
    anonymous: TestClient
    admin: TestClient
    viewer: TestClient

    def names(self, path: str) -> list[str]:
        """The names of the entities that a GET answers with, in its order."""
        found = self.admin.get(f"{API}{path}")
        assert found.status_code == 200, found.text
        body = found.json()
        return [one["metadata"]["name"] for one in (body["items"] if isinstance(body, dict) else body)]

    def asked(self, **body: Any) -> list[str]:
        """The names of the entities that a POST to by-query answers with."""
        found = self.admin.post(f"{API}/entities/by-query", json=body)
        assert found.status_code == 200, found.text
        return [one["metadata"]["name"] for one in found.json()["items"]]


def assembled(database: Database, clock: FakeClock, home: Path, **catalog: Any) -> Installation:
    """homeport with these settings of the catalog."""
    modules = installed_modules()
    sections = {module.name: module.settings for module in modules if module.settings}
    settings = load_settings(
        {}, sections, home=home, catalog={"folders": (home.parent,), **catalog}, outbound={"allow": ["127.0.0.1"]}
    )
    return Installation(assemble(Services(settings, database, Procedures(), Subscribers(), clock), modules))


@pytest.fixture
def catalog(database: Database, clock: FakeClock, tmp_path: Path) -> Iterator[Catalog]:
    """The catalog of DOCUMENTS, read from a file."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "catalog.yaml").write_text(yaml.safe_dump_all(DOCUMENTS), encoding="utf-8")
    installation = assembled(database, clock, tmp_path / "home")
    target = f"{folder}/*.yaml"
    installation.discover(target, type="file")
    app = create_app(installation.homeport)
    with (
        TestClient(app) as anonymous,
        TestClient(app, headers=token(installation, "admin", Role.ADMIN)) as admin,
        TestClient(app, headers=token(installation, "viewer", Role.VIEWER)) as viewer,
    ):
        yield Catalog(installation, app, target, anonymous, admin, viewer)


def token(installation: Installation, name: str, role: Role) -> dict[str, str]:
    """The header of a new API token."""
    with installation.database.writing() as session:
        _, secret = identity.create_token(session, SYSTEM, name, role, installation.services.clock())
    return {"Authorization": f"Bearer {secret}"}


def work_on_all(catalog: Catalog) -> list[str]:
    """Do every run that waits; return how each ended."""
    with catalog.installation.database.reading() as session:
        waiting = session.scalars(select(runs.RunRow.id).where(runs.RunRow.ended_at.is_(None))).all()
    return [str(catalog.installation.work_on(run).state) for run in waiting]
