"""Events arrive in order, a silent stream stays open, and its source is always closed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator

import anyio
import pytest

from homeport.web import live
from homeport.web.live import Events, ServerEvent, event_stream, fragment


def test_an_event_is_written_as_the_standard_says() -> None:
    event = ServerEvent("7", "append", "one\ntwo\r\nthree")
    assert event.encode() == b"id: 7\nevent: append\ndata: one\ndata: two\ndata: three\n\n"


def test_an_id_cannot_smuggle_in_a_line() -> None:
    assert ServerEvent("7\nevent: end", "log", "x").encode() == b"id: 7 event: end\nevent: log\ndata: x\n\n"


def test_a_stream_tells_when_to_come_back_and_gives_the_events() -> None:
    closed: list[str] = []
    assert _read(_counting(closed)) == [
        b"retry: 2000\n\n",
        b"id: 1\nevent: log\ndata: a\n\n",
        b"id: 2\nevent: end\ndata: b\n\n",
    ]
    assert closed == ["closed"]


def test_an_asynchronous_source_works_the_same() -> None:
    async def source() -> AsyncIterator[ServerEvent | None]:
        yield ServerEvent("1", "log", "a")

    assert _read(source())[1:] == [b"id: 1\nevent: log\ndata: a\n\n"]


def test_a_silent_stream_sends_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.0)
    assert _read(iter([None, None]))[1:] == [b": still here\n\n", b": still here\n\n"]


def test_a_client_that_leaves_closes_the_source() -> None:
    closed: list[str] = []

    async def leave() -> None:
        stream = event_stream(_counting(closed)).body_iterator
        async for part in stream:
            if b"id: 1" in bytes(part):  # type: ignore[arg-type]
                break
        await stream.aclose()  # type: ignore[attr-defined]

    anyio.run(leave)
    assert closed == ["closed"]


def test_a_fragment_names_its_target() -> None:
    assert json.loads(fragment("log-3", "<li>주문</li>")) == {"target": "log-3", "html": "<li>주문</li>"}


def _counting(closed: list[str]) -> Iterator[ServerEvent | None]:
    try:
        yield ServerEvent("1", "log", "a")
        yield None
        yield ServerEvent("2", "end", "b")
    finally:
        closed.append("closed")


def _read(events: Events) -> list[bytes]:
    async def read() -> list[bytes]:
        return [bytes(part) async for part in event_stream(events).body_iterator]  # type: ignore[arg-type]

    return anyio.run(read)
