"""Every way to write an address that leads inside: refused before anything connects, also behind a redirect."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpcore
import pytest

from homeport.kernel.base.errors import AddressRefused, OutsideUnavailable
from homeport.kernel.base.settings import OutboundSettings
from homeport.kernel.edge.outbound import Outbound
from servers import Respond, answer, make_certificate, serving

Serve = Callable[[Respond], int]

NUMBERS = {
    "loopback": "127.0.0.1",
    "loopback, the far end": "127.255.255.254",
    "loopback as a number": "2130706433",
    "loopback in hex": "0x7f000001",
    "loopback in octal": "017700000001",
    "loopback, parts in hex": "0x7f.0x0.0x0.0x1",
    "loopback, parts in octal": "0177.0.0.01",
    "loopback, parts of each kind": "0x7f.0.00.1",
    "loopback of two parts": "127.1",
    "loopback of three parts": "127.0.1",
    "loopback with leading zeros": "0000177.0.0.1",
    "loopback in wide digits": "\uff11\uff12\uff17.0.0.1",
    "loopback with wide dots": "127\uff0e0\uff0e0\uff0e1",
    "loopback with ideographic dots": "127\u30020\u30020\u30021",
    "loopback in circled digits": "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    "unspecified": "0.0.0.0",
    "unspecified as a number": "0",
    "this network": "0.1.2.3",
    "private 10": "10.0.0.1",
    "private 10 as a number": "167772161",
    "private 172": "172.16.0.1",
    "private 172, the far end": "172.31.255.255",
    "private 192": "192.168.1.1",
    "private 192 in hex": "0xc0a80101",
    "link-local": "169.254.1.1",
    "metadata": "169.254.169.254",
    "metadata as a number": "2852039166",
    "metadata in hex": "0xa9fea9fe",
    "metadata in octal": "0251.0376.0251.0376",
    "metadata of Alibaba": "100.100.100.200",
    "metadata of Azure": "168.63.129.16",
    "CGNAT": "100.64.0.1",
    "benchmarks": "198.18.0.1",
    "documentation": "192.0.2.1",
    "multicast": "224.0.0.1",
    "multicast, the far end": "239.255.255.250",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "[::1]",
    "IPv6 loopback at length": "[0:0:0:0:0:0:0:1]",
    "IPv6 unspecified": "[::]",
    "IPv6 link-local": "[fe80::1]",
    "IPv6 metadata": "[fd00:ec2::254]",
    "ULA": "[fc00::1]",
    "site-local": "[fec0::1]",
    "IPv6 multicast": "[ff02::1]",
    "IPv6 documentation": "[2001:db8::1]",
    "mapped": "[::ffff:127.0.0.1]",
    "mapped in hex": "[::ffff:7f00:1]",
    "mapped metadata": "[::ffff:169.254.169.254]",
    "compatible": "[::127.0.0.1]",
    "NAT64": "[64:ff9b::7f00:1]",
    "NAT64, dotted": "[64:ff9b::169.254.169.254]",
    "NAT64 of local use": "[64:ff9b:1::a00:1]",
    "6to4": "[2002:7f00:1::]",
    "6to4 of metadata": "[2002:a9fe:a9fe::1]",
    "Teredo": "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "ISATAP": "[2606:4700::5efe:10.0.0.1]",
}
URLS = {
    "a public user": "http://example.com@127.0.0.1/",
    "a public user and password": "http://example.com:80@127.0.0.1/",
    "a public fragment": "http://127.0.0.1#@example.com/",
    "a public query": "http://127.0.0.1?@example.com/",
    "percent signs in the host": "http://127.0.0.1%2f@example.com/",
    "a zone": "http://[fe80::1%25eth0]/",
    "another protocol": "gopher://127.0.0.1:70/_GET",
    "a file": "file:///etc/passwd",
}
NAMES = {
    "a name of loopback": ("inside.example", ["127.0.0.1"]),
    "a name with a dot at its end": ("inside.example.", ["127.0.0.1"]),
    "a name in capitals": ("INSIDE.EXAMPLE", ["169.254.169.254"]),
    "a name of a public and a private address": ("both.example", ["8.8.8.8", "10.0.0.1"]),
    "a name of a private and a public address": ("both.example", ["10.0.0.1", "8.8.8.8"]),
    "a name of two families": ("both.example", ["8.8.8.8", "fd00::1"]),
    "a name of a mapped address": ("mapped.example", ["::ffff:10.0.0.1"]),
    "a name of a NAT64 address": ("nat64.example", ["64:ff9b::a00:1"]),
    "a name of a zone": ("zone.example", ["fe80::1%1"]),
}
FORMS = {what: f"http://{host}/" for what, host in NUMBERS.items()} | URLS


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that anything tried to connect to."""
    tried: list[str] = []
    real = httpcore.SyncBackend.connect_tcp

    def connect(backend: Any, host: str, *rest: Any, **options: Any) -> Any:
        tried.append(host)
        return real(backend, host, *rest, **options)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return tried


def resolving(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Let every name resolve to the first answer, then to the next; return the names that were asked for."""
    asked: list[str] = []

    def lookup(host: str, port: int, *_rest: Any, **_options: Any) -> list[Any]:
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


def outbound(*allow: str, **settings: Any) -> Outbound:
    return Outbound(OutboundSettings(allow=allow, time_limit_s=5, **settings))


@pytest.mark.parametrize("what", FORMS)
def test_an_address_that_leads_inside_is_refused_before_connecting(what: str, connected: list[str]) -> None:
    with pytest.raises(AddressRefused):
        outbound().get(FORMS[what])
    assert connected == []


@pytest.mark.parametrize("what", NAMES)
def test_a_name_that_leads_inside_is_refused_before_connecting(
    what: str, connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name, addresses = NAMES[what]
    resolving(monkeypatch, addresses)
    with pytest.raises(AddressRefused):
        outbound().get(f"http://{name}/")
    assert connected == []


@pytest.mark.parametrize("what", FORMS)
def test_a_redirect_to_an_address_that_leads_inside_is_refused(what: str, serve: Serve, connected: list[str]) -> None:
    location = FORMS[what].encode("utf-8").decode("latin-1")
    port = serve(lambda handler: answer(handler, 302, location=location))
    with pytest.raises(AddressRefused):
        outbound(f"127.0.0.1:{port}").get(f"http://127.0.0.1:{port}/")
    assert connected == ["127.0.0.1"]


def test_a_name_is_asked_once_and_what_it_turns_into_does_not_matter(
    connected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolving(monkeypatch, ["192.0.0.8"], ["127.0.0.1"])
    monkeypatch.setattr("homeport.kernel.edge.outbound.inside_kind", lambda address: address == "127.0.0.1" or None)
    monkeypatch.setattr(socket, "create_connection", _unreachable)
    with pytest.raises(OutsideUnavailable):
        outbound().get("http://rebind.example/")
    assert (asked, connected) == (["rebind.example"], ["192.0.0.8"])


def _unreachable(*_: Any, **__: Any) -> Any:
    raise OSError("unreachable")


def test_at_least_forty_forms_were_tried() -> None:
    forms = {*FORMS.values(), *(f"{name} {addresses}" for name, addresses in NAMES.values()), "rebinding"}
    print(f"forbidden addresses: {len(forms)} forms, {len(FORMS)} of them also as redirects")
    assert len(forms) >= 40
    assert len(forms) == len(FORMS) + len(NAMES) + 1


@pytest.fixture
def tunnel() -> Iterator[tuple[int, list[str]]]:
    """The port of a proxy that passes CONNECT on, and the requests that it was sent."""
    asked: list[str] = []

    def pass_on(handler: BaseHTTPRequestHandler) -> None:
        asked.append(f"{handler.command} {handler.path}")
        if handler.command != "CONNECT":
            answer(handler, body=b"through the proxy")
            return
        there = socket.create_connection(("127.0.0.1", int(handler.path.rpartition(":")[2])))
        handler.send_response(200)
        handler.end_headers()
        here = handler.connection
        while True:
            readable, _, _ = select.select([here, there], [], [], 10)
            data = readable[0].recv(65536) if readable else b""
            if not data:
                break
            (there if readable[0] is here else here).sendall(data)
        there.close()
        handler.close_connection = True

    with serving(pass_on) as port:
        yield port, asked


def test_a_proxy_carries_tls_through_a_tunnel_that_only_the_own_ca_opens(
    tmp_path: Path, tunnel: tuple[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, asked = tunnel
    certificate, context = make_certificate(tmp_path, "forge.example")
    settings = {"proxy": f"http://127.0.0.1:{proxy}"}
    with serving(lambda handler: answer(handler, body=b"from the forge"), context) as port:
        url = f"https://forge.example:{port}/"
        assert outbound("forge.example", ca_bundle=certificate, **settings).get(url).data == b"from the forge"
        assert asked == [f"CONNECT forge.example:{port}"]
        with pytest.raises(OutsideUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            outbound("forge.example", **settings).get(url)


@pytest.mark.parametrize("what", NUMBERS)
def test_a_proxy_is_not_asked_for_an_address_that_leads_inside(what: str, tunnel: tuple[int, list[str]]) -> None:
    proxy, asked = tunnel
    with pytest.raises(AddressRefused):
        outbound(proxy=f"http://127.0.0.1:{proxy}").get(FORMS[what])
    assert asked == []


def test_what_an_admin_named_is_called_wherever_it_is(serve: Serve) -> None:
    port = serve(lambda handler: answer(handler, body=b"hello"))
    for allow, url in (
        ("127.0.0.1", f"http://127.0.0.1:{port}/"),
        ("127.0.0.0/8", f"http://127.0.0.1:{port}/"),
        (f"localhost:{port}", f"http://localhost:{port}/"),
    ):
        assert outbound(allow).get(url).data == b"hello"
