"""Server-sent events: what happens reaches the page as it happens, and a page that was away catches up.

Source: HTML standard, 9.2 Server-sent events. The browser sends the id of the last event it saw as `Last-Event-ID`
when it comes back; the route passes it on to where its events come from. A page listens with `data-live="<address>"`:
`append` and `replace` carry `{"target": <id of an element>, "html": …}` (see `fragment`), `end` closes the connection.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import StreamingResponse

HEARTBEAT_S = 15.0
"""Silence after which a comment is sent, so that proxies keep the connection and a lost client is noticed."""

RETRY_MS = 2000
"""How long a browser waits before it comes back."""

MOST_STREAMS = 250
"""How many streams may wait in a thread of their own at a time; the threads of ordinary requests are not theirs."""

Events = Iterator["ServerEvent | None"] | AsyncIterator["ServerEvent | None"]


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: the id a client resumes after, its name and its text."""

    id: str
    event: str
    data: str

    def encode(self) -> bytes:
        """The event as it goes over the wire."""
        lines = [f"id: {_one_line(self.id)}", f"event: {_one_line(self.event)}"]
        lines += [f"data: {line}" for line in self.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


def fragment(target: str, html: str) -> str:
    """The data of an `append` or `replace` event."""
    return json.dumps({"target": target, "html": html}, ensure_ascii=False)


def event_stream(events: Events) -> StreamingResponse:
    """Answer with the events as they come until their iterator ends or the client leaves.

    The iterator gives None every second or so while nothing happens: time for a heart-beat, to notice a lost client.
    A blocking iterator runs in threads; it is closed in every case, so its `finally` runs.
    """
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(_encoded(events), media_type="text/event-stream", headers=headers)


async def _encoded(events: Events) -> AsyncIterator[bytes]:
    yield f"retry: {RETRY_MS}\n\n".encode()
    sent_at = time.monotonic()
    source = events if isinstance(events, AsyncIterator) else _in_threads(events)
    try:
        async for event in source:
            if event is not None:
                yield event.encode()
            elif time.monotonic() - sent_at >= HEARTBEAT_S:
                yield b": still here\n\n"
            else:
                continue
            sent_at = time.monotonic()
    finally:
        await _close(source)


async def _in_threads(events: Iterator[ServerEvent | None]) -> AsyncIterator[ServerEvent | None]:
    limiter = _limiter()
    over = object()
    try:
        while (event := await to_thread.run_sync(next, events, over, limiter=limiter)) is not over:
            yield event  # type: ignore[misc]
    finally:
        if hasattr(events, "close"):
            events.close()


async def _close(source: AsyncIterator[ServerEvent | None]) -> None:
    if hasattr(source, "aclose"):
        await source.aclose()


def _limiter() -> CapacityLimiter:
    """The limiter of this process: made late, since it belongs to the running event loop."""
    try:
        return _streams.get()
    except LookupError:
        limiter = CapacityLimiter(MOST_STREAMS)
        _streams.set(limiter)
        return limiter


_streams: RunVar[CapacityLimiter] = RunVar("homeport_streams")


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").replace("\0", "")
