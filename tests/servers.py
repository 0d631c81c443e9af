"""Servers on loopback that stand for the outside, and their certificates."""

from __future__ import annotations

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

Respond = Callable[[BaseHTTPRequestHandler], None]


def answer(handler: BaseHTTPRequestHandler, status: int = 200, body: bytes = b"", **headers: str) -> None:
    """Send a whole answer; underscores in the names of headers become dashes."""
    handler.send_response(status)
    for name, value in {"content-length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@contextlib.contextmanager
def serving(respond: Respond, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that answers every request with `respond`, over TLS if given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            respond(self)

        do_POST = do_CONNECT = do_GET  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Keep the tests quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no name below .invalid be found, without asking anybody."""
    real = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **options: Any) -> Any:
        if str(host).endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)


def make_certificate(folder: Path, *hosts: str) -> tuple[Path, ssl.SSLContext]:
    """A certificate for the hosts, signed by itself, and what a server needs to show it."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = ",".join(f"{'IP' if host[0].isdigit() else 'DNS'}:{host}" for host in hosts)
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    files = ("-keyout", key, "-out", certificate, "-subj", f"/CN={hosts[0]}", "-addext", f"subjectAltName={names}")
    subprocess.run(["openssl", "req", "-x509", *curve, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
