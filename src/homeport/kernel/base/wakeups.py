"""Waking those who wait: at once inside the process, by LISTEN/NOTIFY across processes on PostgreSQL.

A wake-up is a hint, never a fact: who waits looks again when woken and, as a net, after a while anyway.
On SQLite other processes are not woken; their slow poll finds the work.
"""

from __future__ import annotations

import secrets
import select
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database, after_commit

_CHANNEL = "homeport"
_THIS_PROCESS = secrets.token_hex(4)
_log = structlog.get_logger(__name__)


class Wakeups:
    """Counts wake-ups by topic and lets threads wait for the next one; who waits for others sleeps on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._waiting: defaultdict[str, set[threading.Event]] = defaultdict(set)

    def ring(self, topic: str) -> None:
        """Wake whoever waits for `topic` in this process."""
        with self._lock:
            self._counts[topic] += 1
            for rung in self._waiting.get(topic, ()):
                rung.set()

    def seen(self, topics: Iterable[str]) -> int:
        """Return a mark to give to `wait`; take it before looking for work, so that no wake-up is missed."""
        with self._lock:
            return self._count(topics)

    def wait(self, topics: Iterable[str], mark: int, timeout_s: float) -> bool:
        """Wait until one of `topics` rang since `mark`; return whether it did before the time ran out."""
        watched, rung = tuple(topics), threading.Event()
        with self._lock:
            if self._count(watched) != mark:
                return True
            for topic in watched:
                self._waiting[topic].add(rung)
        try:
            return rung.wait(timeout_s)
        finally:
            with self._lock:
                for topic in watched:
                    self._waiting[topic].discard(rung)
                    if not self._waiting[topic]:
                        del self._waiting[topic]

    def _count(self, topics: Iterable[str]) -> int:
        return sum(self._counts[topic] for topic in topics)


WAKEUPS = Wakeups()


def wake(session: Session, topic: str) -> None:
    """Ring `topic` when the transaction of `session` commits, here and in other processes."""
    after_commit(session, lambda: WAKEUPS.ring(topic))
    if session.get_bind().dialect.name == "postgresql":
        told = {"channel": _CHANNEL, "payload": f"{_THIS_PROCESS} {topic}"}
        session.execute(text("SELECT pg_notify(:channel, :payload)"), told)


class Listener:
    """A thread that passes PostgreSQL's notifications on to this process; on SQLite it does nothing."""

    def __init__(self, database: Database) -> None:
        self._url = None if database.is_sqlite else database.url.replace("postgresql+psycopg://", "postgresql://")
        self._stopping = threading.Event()
        self._told_to_stop, self._tell_to_stop = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, name="wakeups", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if self._url:
            self._thread.start()

    def stop(self) -> None:
        """Stop listening and wait for the thread."""
        self._stopping.set()
        self._tell_to_stop.close()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._told_to_stop.close()

    def _listen(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen_once()
            except Exception as error:  # the connection may break in any way; the slow poll goes on meanwhile
                _log.warning("listening for wake-ups broke off; trying again", reason=str(error).strip())
                self._stopping.wait(1.0)

    def _listen_once(self) -> None:
        import psycopg  # an extra that SQLite does not need

        assert self._url
        with psycopg.connect(self._url, autocommit=True) as connection:
            watch = select.poll()  # select() knows no more than 1,024 files
            for watched in (connection, self._told_to_stop):
                watch.register(watched.fileno(), select.POLLIN)
            connection.execute("LISTEN homeport")
            while not self._stopping.is_set():
                for notification in connection.notifies(timeout=0):  # with a timeout it looks ten times a second
                    sender, _, topic = notification.payload.partition(" ")
                    if sender != _THIS_PROCESS:  # which has rung already
                        WAKEUPS.ring(topic)
                watch.poll()
