"""The two catalogs that are measured, behind one interface: how to start each, and when it is ready."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from client import Ask, Client
from processes import Use, use_of_tree

ROOT = Path(__file__).parents[2]
_PEER_SOURCES = Path(__file__).with_name("peer")
_PEER = ROOT / ".cache" / "catalog-peer"
_READY_EVERY_S = 0.05
_STOP_WITHIN_S = 15.0


class ServerFailed(RuntimeError):
    """A server could not be installed, did not become ready in time, or ended while it was measured."""


class Side(Protocol):
    """A catalog to be measured; each object runs one server, once."""

    name: str
    started_at: float
    at_ready: Use

    def start(self, data: Path, home: Path, ready_within_s: float) -> None:
        """Serve the files of `data` from a new, empty `home` until it says that it is ready.

        Notes when that began (on the monotonic clock) and what was used by the time it was ready.

        Raises:
            ServerFailed: it ended, or was not ready in time.
        """

    def client(self) -> Client:
        """Return a connection for the catalog's API that is allowed to read everything."""

    def use(self) -> Use:
        """What the server's processes use now; nothing if it isn't running."""

    def last_words(self) -> str:
        """The end of what the server printed."""

    def stop(self) -> None:
        """End the server; nothing happens if it isn't running."""


class _Server:
    """One server process on a free port of this machine."""

    started_at: float
    at_ready: Use

    def __init__(self) -> None:
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, command: list[str], folder: Path, log: Path, more: dict[str, str]) -> None:
        """Start the command with its output in `log`."""
        self._log = log
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HOMEPORT_")} | more
        with log.open("wb") as output:
            self.started_at = time.monotonic()
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
            )

    def wait_until_ready(self, path: str, within_s: float) -> None:
        """Ask for `path` until it answers 200."""
        assert self._process is not None
        client = Client(self.port)
        while True:
            try:
                if client.send(Ask(path)).status == 200:
                    self.at_ready = self.use()
                    return
            except OSError:
                pass
            if self._process.poll() is not None or time.monotonic() - self.started_at > within_s:
                ended = "ended" if self._process.poll() is not None else f"was not ready within {within_s:.0f} s"
                raise ServerFailed(f"{self._process.args!r} {ended}:\n{self.last_words()}")
            time.sleep(_READY_EVERY_S)

    def last_words(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def use(self) -> Use:
        return use_of_tree(self._process.pid) if self._process else Use(time.monotonic(), 0.0, 0, 0)

    def stop(self) -> None:
        """Ask the process group to end, then make it."""
        process, self._process = self._process, None
        if process is None:
            return
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, wanted)
                process.wait(_STOP_WITHIN_S)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue


class Homeport(_Server):
    """homeport as `homeport serve` starts it for a newcomer: empty home, embedded database on disk, worker inside."""

    name = "homeport"

    def start(self, data: Path, home: Path, ready_within_s: float) -> None:
        settings = {"catalog": {"locations": [{"type": "file", "target": f"{data}/*.yaml"}]}}
        (home / "homeport.yaml").write_text(json.dumps(settings), encoding="utf-8")
        command = [str(ROOT / ".venv/bin/homeport"), "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        self.run(command, home, home / "serve.log", {"HOMEPORT_HOME": str(home)})
        self.wait_until_ready("/readyz", ready_within_s)
        self._cookie = self._sign_in()
        self._token = self._create_token()

    def client(self) -> Client:
        return Client(self.port, {"Authorization": f"Bearer {self._token}"})

    def browser(self) -> Client:
        """A connection that asks for pages as the person who signed in first."""
        return Client(self.port, {"Cookie": self._cookie, "Accept": "text/html", "Accept-Language": "en"})

    def _sign_in(self) -> str:
        """Open the link that `serve` shows who starts it first; return the session's cookie."""
        found = re.search(r"\S+/login/\S+", self.last_words())
        if found is None:
            raise ServerFailed(f"`homeport serve` printed no link to sign in:\n{self.last_words()}")
        answer = Client(self.port).send(Ask(urlsplit(found[0]).path), form="next=/")
        cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        if answer.status != 303 or not cookie:
            raise ServerFailed(f"Signing in answered {answer.status}.")
        return cookie

    def _create_token(self) -> str:
        answer = Client(self.port, {"Cookie": self._cookie}).send(
            Ask("/api/v1/tokens", {"name": "benchmark", "role": "viewer"})
        )
        token = next((str(value) for value in answer.json.values() if str(value).startswith("hp_")), None)
        if token is None:
            raise ServerFailed(f"Making a token answered {answer.status}.")
        return token


class Backstage(_Server):
    """Backstage's own back end with its catalog, in production mode, logging warnings, its database in memory."""

    name = "backstage"

    def start(self, data: Path, home: Path, ready_within_s: float) -> None:
        self._token = secrets.token_hex(16)
        more = {
            "NODE_ENV": "production",
            "LOG_LEVEL": "warn",  # as quiet as homeport is by default; by its own it writes a line for each request
            "PEER_PORT": str(self.port),
            "PEER_DATA": str(data),
            "PEER_TOKEN": self._token,
        }
        command = ["node", "index.js", "--config", "app-config.yaml"]
        self.run(command, _PEER, home / "serve.log", more)
        self.wait_until_ready("/.backstage/health/v1/readiness", ready_within_s)

    def client(self) -> Client:
        return Client(self.port, {"Authorization": f"Bearer {self._token}"})


SIDES: dict[str, type[Homeport] | type[Backstage]] = {"homeport": Homeport, "backstage": Backstage}


@dataclass(frozen=True, slots=True)
class Installed:
    """What installing the peer took, and what it left on disk."""

    at: str
    node: str
    took_s: float
    cpu_s: float
    packages: int
    size_bytes: int
    files: int


def install_backstage() -> Installed:
    """Install the peer beside the repository's other caches, unless what is there is of the same lock and Node.

    Raises:
        ServerFailed: npm failed.
    """
    sources = [_PEER_SOURCES / name for name in ("package.json", "package-lock.json", ".npmrc")]
    wanted = hashlib.sha256(b"".join(file.read_bytes() for file in sources) + _node_version().encode()).hexdigest()
    _PEER.mkdir(parents=True, exist_ok=True)
    for file in _PEER_SOURCES.iterdir():
        shutil.copy(file, _PEER / file.name)
    noted = _PEER / "installed.json"
    if noted.exists():
        note = json.loads(noted.read_text(encoding="utf-8"))
        if note.pop("of") == wanted:
            return Installed(**note)
        noted.unlink()
    installed = _npm_install()
    noted.write_text(json.dumps({"of": wanted, **_fields(installed)}), encoding="utf-8")
    return installed


def _npm_install() -> Installed:
    print("Installing Backstage's back end with npm; better-sqlite3 is compiled …", file=sys.stderr)
    shutil.rmtree(_PEER / "node_modules", ignore_errors=True)
    with (_PEER / "npm.log").open("wb") as log:
        started = time.monotonic()
        process = subprocess.Popen(["npm", "ci", "--no-audit", "--no-fund"], cwd=_PEER, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        took_s = time.monotonic() - started
    if status:
        tail = (_PEER / "npm.log").read_text(encoding="utf-8", errors="replace")[-2000:]
        raise ServerFailed(f"`npm ci` in {_PEER} failed:\n{tail}")
    if not list(_PEER.glob("node_modules/better-sqlite3/build/Release/*.node")):
        raise ServerFailed("npm did not compile better-sqlite3; it needs a C++ compiler, make and Python.")
    modules = _PEER / "node_modules"
    sizes = [file.lstat().st_blocks * 512 for file in modules.rglob("*") if not file.is_dir()]
    packages = json.loads((modules / ".package-lock.json").read_text(encoding="utf-8"))["packages"]
    at = datetime.now(UTC).isoformat(timespec="minutes")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Installed(at, _node_version(), took_s, cpu_s, len(packages), sum(sizes), len(sizes))


def _fields(installed: Installed) -> dict[str, Any]:
    return {name: getattr(installed, name) for name in Installed.__slots__}


def _node_version() -> str:
    try:
        return subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServerFailed("Backstage needs Node 20 or newer on the path.") from error


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
