"""The one HTTP client to the outside.

Hosts that an admin names in homeport.yaml may be anywhere. Any other address came from data, and what it resolves to
is checked at the only place where it matters, in the call that connects: no second look-up lies between the check
and the connection, and a redirect connects anew. A proxy resolves names itself; then its rules count as well.
"""

from __future__ import annotations

import json
import logging
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx

from homeport import __version__
from homeport.kernel.base.errors import AddressRefused, AnswerTooLarge, OutsideUnavailable
from homeport.kernel.base.settings import OutboundSettings
from homeport.kernel.edge.addresses import inside_kind, is_meant

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_USUAL_PORTS = {"http": 80, "https": 443, "ssh": 22}
_GOES_ANYWHERE = frozenset({"accept", "accept-encoding", "if-none-match", "user-agent"})

_deadline: ContextVar[float] = ContextVar("deadline")

logging.getLogger("httpcore").setLevel(logging.WARNING)  # it tells of headers, which may hold secrets


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read to its end; `url` is where it came from after redirects, `etag` as the server wrote it."""

    status: int
    data: bytes
    etag: str | None
    url: str

    @property
    def is_unchanged(self) -> bool:
        """Whether the server said that what was known by its ETag still holds."""
        return self.status == HTTPStatus.NOT_MODIFIED

    @property
    def is_success(self) -> bool:
        """Whether the answer is what was asked for."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Outbound:
    """Calls to the outside as the settings allow them; safe to share between threads.

    `hosts` are allowed beside `settings.allow`: those of forges, say. `trusted=True` is for an address that an
    operator gave: its own host is not checked, a redirect to another host is.
    """

    def __init__(
        self, settings: OutboundSettings, hosts: Iterable[str] = (), *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.settings = settings
        self._allow = (*settings.allow, *hosts)
        # two, since what a trusted call connected to, another must not use
        self._checked = transport or _Transport(self, trusted=False)
        self._trusted = transport or _Transport(self, trusted=True)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, etag: str | None = None, trusted: bool = False
    ) -> Response:
        """Return what stands at the address; with `etag`, status 304 and no data where it is still that.

        Raises:
            AddressRefused: the address, or one it redirects to, must not be called.
            OutsideUnavailable: no answer, one too late or one too large.
        """
        known = {"if-none-match": etag} if etag else {}
        return self._call("GET", url, {**(headers or {}), **known}, None, trusted)

    def post(
        self, url: str, content: Any, *, headers: Mapping[str, str] | None = None, trusted: bool = False
    ) -> Response:
        """Return the answer to `content`, sent as JSON; redirects are not followed.

        Raises:
            AddressRefused: the address must not be called.
            OutsideUnavailable: no answer, one too late or one too large.
        """
        body = json.dumps(content).encode()
        return self._call("POST", url, {**(headers or {}), "content-type": "application/json"}, body, trusted)

    def post_form(
        self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None, trusted: bool = False
    ) -> Response:
        """Return the answer to the fields of a form; redirects are not followed.

        Raises:
            AddressRefused: the address must not be called.
            OutsideUnavailable: no answer, one too late or one too large.
        """
        sent = {**(headers or {}), "content-type": "application/x-www-form-urlencoded"}
        return self._call("POST", url, sent, urlencode(fields).encode(), trusted)

    def check(self, url: str, *, trusted: bool = False) -> None:
        """Return if the address may be called; one that can't be found now may be there tomorrow.

        Raises:
            AddressRefused: it is no address that is called, or leads inside, and nobody allowed that.
        """
        self._check_host(_address(url), trusted)

    def names(self, host: str, port: int | None = None) -> bool:
        """Whether an admin named the host in homeport.yaml."""
        return any(is_meant(entry, host, port) for entry in self._allow)

    def addresses_of(self, host: str, port: int, *, trusted: bool = False) -> list[str]:
        """Return the addresses of the host, fit to connect to; whoever connects must take one of these.

        Raises:
            AddressRefused: one of them leads inside, and nobody allowed that.
            OutsideUnavailable: the name can't be resolved.
        """
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise OutsideUnavailable(f"The host {host!r} can't be found; is it spelled right?") from None
        addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
        if not trusted and not self.names(host, port):
            for address in addresses:
                self._refuse_inside(host, port, address)
        return addresses

    def proxy_for(self, host: str, port: int) -> str | None:
        """Return the proxy to call the host through, a secret since it may hold a password; None without one."""
        if self.settings.proxy is None or any(is_meant(entry, host, port) for entry in self.settings.no_proxy):
            return None
        return self.settings.proxy.get_secret_value()

    def refusal(self, host: str, port: int | None, reason: str) -> AddressRefused:
        """Return the error that says why a host is not called, and the line that would allow it."""
        named = host if port in (None, *_USUAL_PORTS.values()) else _with_port(host, port)
        allow = json.dumps([*self.settings.allow, named], ensure_ascii=False)
        return AddressRefused(
            f"{reason} If homeport should call it, say so in homeport.yaml:\noutbound: {{allow: {allow}}}"
        )

    def close(self) -> None:
        """Close the connections kept for further calls."""
        self._checked.close()
        self._trusted.close()

    def _call(self, method: str, url: str, headers: dict[str, str], body: bytes | None, trusted: bool) -> Response:
        origin = address = _address(url)
        sent = {"user-agent": f"homeport/{__version__}", "accept-encoding": "identity", **_lower(headers)}
        _deadline.set(time.monotonic() + self.settings.time_limit_s)
        for _ in range(_MAX_REDIRECTS + 1):
            is_origin = _origin(address) == _origin(origin)
            carried = sent if is_origin else {name: sent[name] for name in sent if name in _GOES_ANYWHERE}
            response, location = self._exchange(method, address, carried, body, trusted and is_origin)
            if method != "GET" or response.status not in _REDIRECTS or not location:
                return response
            address = _address(location, address)
        raise OutsideUnavailable(f"{shown(url)} redirects more than {_MAX_REDIRECTS} times.")

    def _exchange(
        self, method: str, address: httpx.URL, headers: dict[str, str], body: bytes | None, trusted: bool
    ) -> tuple[Response, str | None]:
        if self.proxy_for(address.host, _port(address)):
            self._check_host(address, trusted)
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self.settings.time_limit_s)
        transport = self._trusted if trusted else self._checked
        try:
            request = httpx.Request(method, address, headers=headers, content=body, extensions={"timeout": limits})
            with closing(transport.handle_request(request)) as answer:
                data = b"".join(self._read(answer, address))
                response = Response(answer.status_code, data, answer.headers.get("etag"), str(address))
                return response, answer.headers.get("location")
        except (httpx.TimeoutException, httpcore.TimeoutException):
            late = f"{shown(address)} did not answer within {self.settings.time_limit_s:g} s (outbound.time_limit_s)."
            raise OutsideUnavailable(late) from None
        except (httpcore.ConnectError, httpx.ConnectError) as error:
            raise OutsideUnavailable(f"{shown(address)} can't be reached: {error}") from None
        except (*_HTTP_ERRORS, httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # their words may quote a header, and with it a token
            raise OutsideUnavailable(f"{shown(address)} could not be called: {type(error).__name__}.") from None

    def _read(self, answer: httpx.Response, address: httpx.URL) -> Iterator[bytes]:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise OutsideUnavailable(f"{shown(address)} answers compressed, though homeport did not ask for it.")
        size = 0
        for chunk in answer.iter_bytes():
            size += len(chunk)
            if size > self.settings.size_limit_bytes:
                limit = f"{self.settings.size_limit_bytes} bytes (outbound.size_limit_bytes)"
                raise AnswerTooLarge(f"{shown(address)} answers more than {limit}.")
            yield chunk

    def _check_host(self, address: httpx.URL, trusted: bool) -> None:
        """Refuse what is known to lead inside; a name that only a proxy can resolve is left to its rules."""
        try:
            self.addresses_of(address.host, _port(address), trusted=trusted)
        except OutsideUnavailable:
            return

    def _refuse_inside(self, host: str, port: int, address: str) -> None:
        kind = inside_kind(address)
        if kind and not self.names(address, port):
            where = f"{host} is" if host == address else f"{host} resolves to {address}, which is"
            raise self.refusal(host, port, f"{where} no public address but {kind}.")

    @cached_property
    def certificates(self) -> ssl.SSLContext:
        """The certificates that are trusted: the public ones and those of `outbound.ca_bundle`."""
        context = httpx.create_ssl_context(trust_env=False)
        if self.settings.ca_bundle is not None:
            context.load_verify_locations(self.settings.ca_bundle)
        return context


def shown(url: str | httpx.URL) -> str:
    """Return the address without what may be secret in it, for messages: no user, password, query or fragment."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "The address"
    return str(parsed.copy_with(username=None, password=None, query=None, fragment=None))


class _Transport(httpx.BaseTransport):
    """What httpx calls through: httpcore's connections, made by `_Network`."""

    def __init__(self, outbound: Outbound, *, trusted: bool) -> None:
        self._outbound = outbound
        self._trusted = trusted

    @cached_property
    def _direct(self) -> httpcore.ConnectionPool:
        network = _Network(self._outbound, self._trusted)
        return httpcore.ConnectionPool(ssl_context=self._outbound.certificates, network_backend=network)

    @cached_property
    def _proxied(self) -> httpcore.ConnectionPool:
        proxy = self._outbound.settings.proxy
        return httpcore.ConnectionPool(
            ssl_context=self._outbound.certificates,
            network_backend=_Network(self._outbound, trusted=True),
            proxy=_proxy(proxy.get_secret_value()) if proxy else None,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool(url).handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    def _pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        return self._proxied if self._outbound.proxy_for(url.host, _port(url)) else self._direct

    def close(self) -> None:
        for pool in ("_direct", "_proxied"):
            if pool in self.__dict__:
                getattr(self, pool).close()


class _Network(httpcore.NetworkBackend):
    """Connects to the very address that was checked, and lets no call outlive its deadline."""

    def __init__(self, outbound: Outbound, trusted: bool) -> None:
        self._outbound = outbound
        self._trusted = trusted
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *rest: Any, **options: Any) -> _Stream:
        addresses = self._outbound.addresses_of(host, port, trusted=self._trusted)
        for address in addresses[:-1]:
            try:
                return _Stream(self._sockets.connect_tcp(address, port, _remaining(), *rest, **options))
            except httpcore.ConnectError:
                continue
        return _Stream(self._sockets.connect_tcp(addresses[-1], port, _remaining(), *rest, **options))


class _Stream(httpcore.NetworkStream):
    """A connection on which nothing takes longer than the whole call may."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _remaining())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _remaining()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


_HTTP_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    httpcore.ConnectionNotAvailable,
)


def _remaining() -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


def _address(url: str, base: httpx.URL | None = None) -> httpx.URL:
    """The address, absolute, with a scheme we speak and no credentials."""
    try:
        address = base.join(url) if base is not None else httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise AddressRefused("The address is no URL; write it as https://host/path.") from None
    if address.scheme not in {"http", "https"} or not address.host or "%" in address.host:
        raise AddressRefused(f"{shown(address)} is not called: only http and https addresses are.")
    if address.userinfo:
        raise AddressRefused(f"{shown(address)} carries a password; put credentials into homeport.yaml (forges).")
    return address.copy_with(fragment=None)


def _origin(address: httpx.URL) -> tuple[str, str, int]:
    return address.scheme, address.host.lower(), _port(address)


def _port(address: httpx.URL) -> int:
    return address.port or _USUAL_PORTS[address.scheme]


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _proxy(url: str) -> httpcore.Proxy:
    proxy = httpx.Proxy(url)
    return httpcore.Proxy(
        httpcore.URL(scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target="/"),
        auth=proxy.raw_auth,
    )


def _with_port(host: str, port: int | None) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
