"""Calls to the outside on real sockets: who is called, who is not, and what never leaks."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeport.kernel.base.errors import AddressRefused, OutsideUnavailable
from homeport.kernel.base.settings import OutboundSettings
from homeport.kernel.edge.outbound import Outbound
from servers import Respond, answer, make_certificate, serving, unknown

Serve = Callable[[Respond], int]
SECRET = "s3cr3t-of-the-forge"


def outbound(*allow: str, **settings: Any) -> Outbound:
    return Outbound(OutboundSettings(allow=allow, **settings))


def resolve(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[str]]) -> list[str]:
    """Let names resolve as told, each look-up to the next answer; return the list of names asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in answers:
            return real(host, port, *rest, **options)
        asked.append(name)
        left = answers[name]
        return real(left.pop(0) if len(left) > 1 else left[0], port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def test_a_host_that_an_admin_named_is_called_though_private(serve: Serve) -> None:
    port = serve(lambda handler: answer(handler, body=b"hello", etag='"v1"'))
    response = outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/a")
    assert (response.status, response.data, response.etag) == (200, b"hello", '"v1"')


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    ],
)
def test_loopback_is_refused_however_it_is_spelled(serve: Serve, host: str) -> None:
    called: list[str] = []
    port = serve(lambda handler: called.append(handler.path))
    with pytest.raises(AddressRefused):
        outbound().get(f"http://{host}:{port}/")
    assert called == []


def test_a_refusal_prints_the_line_that_would_allow_it(serve: Serve) -> None:
    port = serve(lambda handler: answer(handler, body=b"hello"))
    with pytest.raises(AddressRefused) as refused:
        outbound("wiki.internal").get(f"http://127.0.0.1:{port}/")
    line = refused.value.message.splitlines()[-1]
    settings = OutboundSettings.model_validate(yaml.safe_load(line)["outbound"])
    assert settings.allow == ("wiki.internal", f"127.0.0.1:{port}")
    assert Outbound(settings).get(f"http://127.0.0.1:{port}/").data == b"hello"


def test_a_name_that_turns_private_after_the_check_wins_nothing(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    port = serve(lambda handler: called.append(handler.path))
    asked = resolve(monkeypatch, {"rebind.example": ["192.0.0.8", "127.0.0.1"]})
    monkeypatch.setattr("homeport.kernel.edge.outbound.inside_kind", lambda address: address == "127.0.0.1" or None)
    connected: list[Any] = []
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *_, **__: connected.append(address) or _unreachable()
    )
    with pytest.raises(OutsideUnavailable):
        outbound().get(f"http://rebind.example:{port}/")
    assert (asked, connected, called) == (["rebind.example"], [("192.0.0.8", port)], [])


def _unreachable() -> Any:
    raise OSError("unreachable")


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, 1, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")],
    )
    with pytest.raises(AddressRefused, match=r"resolves to 10\.0\.0\.1, which is no public address but private"):
        outbound().addresses_of("mixed.example", 80)
    assert outbound("10.0.0.0/8").addresses_of("mixed.example", 80) == ["8.8.8.8", "10.0.0.1"]


def test_a_redirect_is_checked_as_the_address_was(serve: Serve) -> None:
    called: list[str] = []
    inside = serve(lambda handler: called.append(handler.path))
    port = serve(lambda handler: answer(handler, 302, location=f"http://127.0.0.1:{inside}/metadata"))
    with pytest.raises(AddressRefused):
        outbound(f"127.0.0.1:{port}").get(f"http://127.0.0.1:{port}/")
    with pytest.raises(AddressRefused):
        outbound().get(f"http://127.0.0.1:{port}/", trusted=True)
    assert called == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_x"])
def test_a_redirect_to_another_protocol_is_refused(serve: Serve, location: str) -> None:
    port = serve(lambda handler: answer(handler, 301, location=location))
    with pytest.raises(AddressRefused):
        outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/")


def test_credentials_stay_with_their_host_and_come_along_on_it(serve: Serve) -> None:
    seen: dict[str, Any] = {}

    def other(handler: BaseHTTPRequestHandler) -> None:
        seen["other"] = dict(handler.headers)
        answer(handler, body=b"there")

    elsewhere = serve(other)

    def first(handler: BaseHTTPRequestHandler) -> None:
        seen[handler.path] = dict(handler.headers)
        to = f"http://127.0.0.1:{elsewhere}/" if handler.path == "/two" else "/two"
        answer(handler, 302, location=to, set_cookie="session=1")

    port = serve(first)
    headers = {"Authorization": f"Bearer {SECRET}", "PRIVATE-TOKEN": SECRET, "Accept": "text/yaml"}
    response = outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/one", headers=headers)
    assert (response.data, response.url) == (b"there", f"http://127.0.0.1:{elsewhere}/")
    assert SECRET in str(seen["/two"])
    assert SECRET not in str(seen["other"])
    assert seen["other"]["accept"] == "text/yaml"
    assert "cookie" not in str(seen).lower().replace("set-cookie", "")


def test_redirects_end(serve: Serve) -> None:
    port = serve(lambda handler: answer(handler, 302, location="/again"))
    with pytest.raises(OutsideUnavailable, match="redirects more than 5 times"):
        outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/")


def test_an_etag_saves_the_data(serve: Serve) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("if-none-match") == '"v1"'
        answer(handler, 304 if known else 200, b"" if known else b"data", etag='"v1"')

    port = serve(respond)
    first = outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/")
    again = outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/", etag=first.etag)
    assert (first.data, again.is_unchanged, again.data) == (b"data", True, b"")


def test_json_is_posted(serve: Serve) -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, body=handler.rfile.read(int(handler.headers["content-length"])))

    port = serve(respond)
    response = outbound("127.0.0.1").post(f"http://127.0.0.1:{port}/", {"a": [1]})
    assert json.loads(response.data) == {"a": [1]}


def test_an_answer_that_is_too_large_is_cut_off(serve: Serve) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            handler.close_connection = True

    port = serve(endless)
    with pytest.raises(OutsideUnavailable, match="more than 100000 bytes"):
        outbound("127.0.0.1", size_limit_bytes=100_000).get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("where", ["header", "body"])
def test_a_server_that_drips_is_left_in_time(serve: Serve, where: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if where == "body" else b""))
        try:
            while True:
                handler.wfile.write(b"x")
                handler.wfile.flush()
                time.sleep(0.02)  # the server drips: what is tested is that the client leaves
        except OSError:
            handler.close_connection = True

    port = serve(drip)
    with pytest.raises(OutsideUnavailable, match=r"did not answer within 0\.3 s"):
        outbound("127.0.0.1", time_limit_s=0.3).get(f"http://127.0.0.1:{port}/")


def test_a_compressed_bomb_is_not_unpacked(serve: Serve) -> None:
    port = serve(lambda handler: answer(handler, body=b"\x1f\x8b", content_encoding="gzip"))
    with pytest.raises(OutsideUnavailable, match="compressed"):
        outbound("127.0.0.1").get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://example.com/", "/etc/passwd", "http://", "", "http://[::1%25eth0]/", "http://[zz]/"],
)
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(AddressRefused):
        outbound().get(url)


def test_what_is_secret_is_in_no_error_and_no_log(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    port = serve(lambda handler: answer(handler, 302, location=f"/?token={SECRET}"))
    calls: list[tuple[str, dict[str, str]]] = [
        (f"http://127.0.0.1:{port}/?private_token={SECRET}", {}),
        (f"http://me:{SECRET}@127.0.0.1:{port}/", {}),
        (f"http://127.0.0.1:{port}/", {"Authorization": f"Bearer {SECRET}\nx"}),
        (f"http://127.0.0.1:{port}/", {"Authorization": f"Bearer {SECRET}한"}),
        (f"http://127.0.0.1:1/?x={SECRET}", {"Authorization": SECRET}),
    ]
    for url, headers in calls:
        with pytest.raises((AddressRefused, OutsideUnavailable)) as failed:
            outbound("127.0.0.1").get(url, headers=headers)
        assert SECRET not in str(failed.value)
        assert failed.value.__suppress_context__ or failed.value.__context__ is None
    assert SECRET not in caplog.text


def test_a_proxy_is_called_in_place_of_the_host_but_for_those_without(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown(monkeypatch)
    asked: list[tuple[str, str]] = []

    def proxy(handler: BaseHTTPRequestHandler) -> None:
        asked.append((handler.path, handler.headers.get("proxy-authorization", "")))
        answer(handler, body=b"by proxy")

    through = serve(proxy)
    port = serve(lambda handler: answer(handler, body=b"direct"))
    settings = {"proxy": f"http://me:{SECRET}@127.0.0.1:{through}"}
    assert outbound(**settings).get("http://only-the-proxy-knows.invalid/a").data == b"by proxy"
    assert asked[0][0] == "http://only-the-proxy-knows.invalid/a"
    assert asked[0][1].startswith("Basic ")
    with pytest.raises(AddressRefused):
        outbound(**settings).get("http://127.0.0.1:81/metadata")
    direct = outbound("127.0.0.1", no_proxy=("127.0.0.1",), **settings)
    assert direct.get(f"http://127.0.0.1:{port}/").data == b"direct"


def test_https_checks_the_name_against_the_own_ca_and_sends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, context = make_certificate(tmp_path, "forge.example")
    named: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    resolve(monkeypatch, {"forge.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    with serving(lambda handler: answer(handler, body=str(handler.headers["host"]).encode()), context) as port:
        trusting = outbound("forge.example", "other.example", ca_bundle=certificate)
        assert trusting.get(f"https://forge.example:{port}/").data == f"forge.example:{port}".encode()
        assert named == ["forge.example"]
        with pytest.raises(OutsideUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            trusting.get(f"https://other.example:{port}/")
        with pytest.raises(OutsideUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            outbound("forge.example").get(f"https://forge.example:{port}/")
