"""Two outside systems in a process of their own, which count what was done to them and sometimes lose the answer.

One honours idempotency keys and can't be asked; the other ignores keys, and can be asked by name.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote

from homeport.kernel.base.errors import OutsideUnavailable

LOST_ANSWERS = 0.05
"""The share of effects whose answer is lost after they happened."""


class Outside(ThreadingHTTPServer):
    """Both systems behind one port: /keyed and /asked."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.chance = random.Random(seed)
        self.lock = threading.Lock()
        self.done: dict[str, Counter[str]] = {"keyed": Counter(), "asked": Counter()}
        self.keys: set[str] = set()

    def act(self, system: str, name: str, key: str) -> bool:
        """Do the effect; return whether the answer gets through."""
        with self.lock:
            if system == "asked" or key not in self.keys:
                self.done[system][name] += 1
                self.keys.add(key)
            return self.chance.random() >= LOST_ANSWERS


class _Handler(BaseHTTPRequestHandler):
    server: Outside

    def do_POST(self) -> None:
        _, system, name = self.path.split("/", 2)
        if self.server.act(system, unquote(name), self.headers["Idempotency-Key"]):
            self._answer({})
        else:
            self.close_connection = True

    def do_GET(self) -> None:
        _, system, name = self.path.split("/", 2)
        with self.server.lock:
            self._answer(self.server.done[system][unquote(name)] if name else dict(self.server.done[system]))

    def log_message(self, *_arguments: Any) -> None:
        pass

    def _answer(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def act(url: str, system: str, name: str, key: str) -> None:
    """Do an effect.

    Raises:
        OutsideUnavailable: no answer came; it may have happened.
    """
    request = urllib.request.Request(
        f"{url}/{system}/{quote(name, '')}", method="POST", headers={"Idempotency-Key": key}
    )
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except (OSError, urllib.error.URLError) as error:
        raise OutsideUnavailable(f"No answer from {system}: {error}") from None


def count(url: str, system: str, name: str = "") -> Any:
    """How often an effect was done; without a name how often each was."""
    with urllib.request.urlopen(f"{url}/{system}/{quote(name, '')}", timeout=10) as answer:
        return json.load(answer)


@contextmanager
def outside(seed: int) -> Iterator[str]:
    """The URL of both systems, which live as long as the block."""
    process = subprocess.Popen([sys.executable, __file__, str(seed)], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    """Serve until killed; the first line tells the URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", type=int)
    server = Outside(parser.parse_args().seed)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
