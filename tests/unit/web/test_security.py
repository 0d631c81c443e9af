"""Every answer carries the headers, and no other site changes anything in a viewer's name."""

from __future__ import annotations

import anyio
import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from homeport.web.headers import CONTENT_SECURITY_POLICY, HEADERS
from homeport.web.security import SameOriginWrites, SecurityHeaders, is_foreign_write

HOST = {"host": "homeport.example:8000"}


@pytest.mark.parametrize(
    ("method", "headers", "is_refused"),
    [
        ("GET", {"sec-fetch-site": "cross-site"}, False),
        ("HEAD", {"origin": "https://evil.example"}, False),
        ("POST", {"sec-fetch-site": "same-origin"}, False),
        ("POST", {"sec-fetch-site": "none"}, False),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site", "origin": "http://homeport.example:8000"}, True),
        ("DELETE", {"origin": "https://evil.example"}, True),
        ("POST", {"origin": "http://homeport.example:8000"}, False),
        ("POST", {"origin": "https://HOMEPORT.example:8000"}, False),
        ("POST", {"origin": "http://homeport.example"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {}, False),
        ("FROB", {"sec-fetch-site": "cross-site"}, True),
    ],
)
def test_a_change_is_refused_when_another_origin_asks(method: str, headers: dict[str, str], is_refused: bool) -> None:
    assert is_foreign_write(method, Headers(HOST | headers)) is is_refused


def test_a_refused_change_never_reaches_the_application() -> None:
    reached: list[str] = []
    status, _ = _ask(SameOriginWrites(_app(reached)), "POST", {"sec-fetch-site": "cross-site"})
    assert (status, reached) == (403, [])


def test_an_allowed_change_reaches_the_application() -> None:
    reached: list[str] = []
    status, _ = _ask(SameOriginWrites(_app(reached)), "POST", {"sec-fetch-site": "same-origin"})
    assert (status, reached) == (200, ["POST"])


def test_every_answer_carries_the_headers() -> None:
    _, headers = _ask(SecurityHeaders(_app([])), "GET", {})
    assert {name: headers[name] for name in HEADERS} == HEADERS


def test_an_answer_may_set_a_header_of_its_own() -> None:
    _, headers = _ask(SecurityHeaders(_app([], {"Referrer-Policy": "no-referrer"})), "GET", {})
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_policy_allows_nothing_inline_and_no_eval() -> None:
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in CONTENT_SECURITY_POLICY


def _app(reached: list[str], headers: dict[str, str] | None = None) -> SecurityHeaders:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        reached.append(Request(scope).method)
        await PlainTextResponse("done", headers=headers)(scope, receive, send)

    return app  # type: ignore[return-value]


def _ask(app: SecurityHeaders | SameOriginWrites, method: str, headers: dict[str, str]) -> tuple[int, Headers]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in (HOST | headers).items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw}
    anyio.run(app, scope, None, send)
    return sent[0]["status"], Headers(raw=sent[0]["headers"])
