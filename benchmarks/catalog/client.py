"""A client that keeps one connection open, and the latency of what it asks."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; a body is sent as JSON with POST."""

    path: str
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and how long it took from the first byte sent to the last received."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    took_ms: float

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


@dataclass
class Latencies:
    """Milliseconds of each request, in the order they were made."""

    samples_ms: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The smallest sample that at least this share of all do not exceed (nearest rank)."""
        ordered = sorted(self.samples_ms)
        return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


class WrongAnswer(RuntimeError):
    """A server answered with another status than 200: its time would mean nothing."""


class Client:
    """One keep-alive connection over which requests go one after the other; it opens again if the server closes it."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self.headers = dict(headers or {})

    def send(self, ask: Ask, form: str | None = None) -> Answer:
        """Ask once and read the whole answer; redirects are not followed."""
        headers, body = dict(self.headers), None
        if ask.body is not None:
            headers["Content-Type"], body = "application/json", json.dumps(ask.body).encode()
        elif form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", form.encode()
        started = time.perf_counter()
        try:
            self._connection.request("GET" if body is None else "POST", ask.path, body, headers)
            response = self._connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        took_ms = (time.perf_counter() - started) * 1000
        return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, content, took_ms)

    def get(self, ask: Ask) -> Answer:
        """Ask once.

        Raises:
            WrongAnswer: the status is not 200.
        """
        answer = self.send(ask)
        if answer.status != 200:
            raise WrongAnswer(f"{ask.path} answered {answer.status}: {answer.body[:200]!r}")
        return answer

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def latencies_of(client: Client, asks: Sequence[Ask], warm_ups: int) -> tuple[Latencies, list[Answer]]:
    """Ask one after the other; the first `warm_ups` of `asks` are made once more before, and not counted."""
    for ask in asks[:warm_ups]:
        client.get(ask)
    answers = [client.get(ask) for ask in asks]
    return Latencies([answer.took_ms for answer in answers]), answers
