"""The threads that do what is due: runs, timers, events, and sealing of the audit trail."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.events import EVENT_LEASE_S, EVENT_QUEUE, Subscribers
from homeport.kernel.base.wakeups import WAKEUPS, Listener
from homeport.kernel.trust import audit
from homeport.kernel.work import approvals, timers
from homeport.kernel.work.approval_requests import APPROVAL_QUEUE
from homeport.kernel.work.dispatch import Dispatcher
from homeport.kernel.work.execution import Clock
from homeport.kernel.work.procedures import Procedures
from homeport.kernel.work.runs import RUN_QUEUE, needed_for

_SEAL_EVERY_S = 1.0
_PAUSE_AFTER_ERROR_S = 1.0
_CLOCK_JUMP_S = 2.0
_log = structlog.get_logger(__name__)


class Worker:
    """Works on what is due until it is stopped.

    `only` keeps it to the run of that id, those it starts, and what has to end before these may begin: what the CLI
    uses to follow a run when no server is there.
    """

    def __init__(
        self,
        database: Database,
        procedures: Procedures,
        subscribers: Subscribers,
        clock: Clock,
        *,
        run_workers: int,
        lease_s: float,
        poll_s: float,
        only: str | None = None,
    ) -> None:
        self._database = database
        self._procedures = procedures
        self._subscribers = subscribers
        self._clock = clock
        self._dispatcher = Dispatcher(database, procedures, clock, lease_s)
        self._lease_s = lease_s
        self._poll_s = poll_s
        self._only = only
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._stopping = threading.Event()
        self._listener = Listener(database)
        self._clock_ahead_s = self._ahead_s()
        self._threads = self._make_threads(run_workers)

    def start(self) -> None:
        """Begin to work."""
        self._listener.start()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Take no new work, let what goes on come to its end or to its next lease, and return."""
        self._stopping.set()
        self._dispatcher.stop()
        for topic in (RUN_QUEUE, timers.TIMER_QUEUE, APPROVAL_QUEUE, EVENT_QUEUE):
            WAKEUPS.ring(topic)
        for thread in self._threads:
            thread.join(timeout=self._lease_s)
        self._listener.stop()

    def wait(self, timeout_s: float) -> bool:
        """Wait until the worker is told to stop; return whether it was before the time ran out."""
        return self._stopping.wait(timeout_s)

    @property
    def is_alive(self) -> bool:
        """Whether every thread still works."""
        return not self.dead_loops

    @property
    def dead_loops(self) -> list[str]:
        """The names of the threads that ended; what they did is left undone until homeport starts again."""
        return sorted({thread.name for thread in self._threads if not thread.is_alive()})

    @property
    def set_back_s(self) -> float:
        """By how many seconds the clock was set back since what waits was last brought into the present; 0 if not."""
        jump_s = self._clock_ahead_s - self._ahead_s()
        return jump_s if jump_s >= _CLOCK_JUMP_S else 0.0

    def _make_threads(self, run_workers: int) -> list[threading.Thread]:
        loops: list[tuple[Sequence[str], Callable[[], bool]]] = [((RUN_QUEUE,), self._work_on_run)] * run_workers
        loops.append(((EVENT_QUEUE,), self._deliver))
        if self._only is None:
            loops.append(((timers.TIMER_QUEUE,), self._fire))
            loops.append(((APPROVAL_QUEUE,), self._settle))
        threads = [
            threading.Thread(target=self._loop, args=loop, name=f"{loop[0][0]}-worker", daemon=True) for loop in loops
        ]
        return [*threads, threading.Thread(target=self._seal, name="audit-sealer", daemon=True)]

    def _loop(self, topics: Sequence[str], work_once: Callable[[], bool]) -> None:
        while not self._stopping.is_set():
            mark = WAKEUPS.seen(topics)
            try:
                found = work_once()
            except Exception:  # whatever happens, the loop must live: a dead loop strands all work
                _log.exception("a worker loop stumbled", loop=topics[0])
                self._stopping.wait(_PAUSE_AFTER_ERROR_S)
                continue
            if not found:
                WAKEUPS.wait(topics, mark, self._poll_s)

    def _work_on_run(self) -> bool:
        keys = self._needed() if self._only else None
        return self._dispatcher.work_on_next(self._owner, keys)

    def _needed(self) -> frozenset[str]:
        assert self._only
        with self._database.reading() as session:
            return needed_for(session, self._only)

    def _deliver(self) -> bool:
        return self._subscribers.deliver_one(self._database, self._owner, self._clock())

    def _fire(self) -> bool:
        return timers.fire_one(self._database, self._procedures, self._owner, self._clock())

    def _settle(self) -> bool:
        return approvals.settle_one(self._database, self._procedures, self._owner, self._clock())

    def _seal(self) -> None:
        while not self._stopping.wait(_SEAL_EVERY_S):
            try:
                self._settle_if_set_back()
                self._seal_waiting()
            except Exception:
                _log.exception("sealing the audit trail failed; it is tried again")

    def _settle_if_set_back(self) -> None:
        """Let nothing wait for a time that the clock, set back, has still to reach again."""
        ahead_s, jump_s = self._ahead_s(), self.set_back_s
        if jump_s:
            _log.warning("the clock was set back; what waits is brought into the present", seconds=round(jump_s, 1))
            now = self._clock()
            with self._database.writing() as session:
                leases.settle(session, {RUN_QUEUE: self._lease_s, EVENT_QUEUE: EVENT_LEASE_S}, now)
                timers.settle(session, timedelta(seconds=jump_s), now)
        self._clock_ahead_s = ahead_s  # now at last: should the database be away, it is tried again

    def _ahead_s(self) -> float:
        """By how much the time of day is ahead of a clock that nobody sets."""
        return self._clock().timestamp() - time.monotonic()

    def _seal_waiting(self) -> None:
        with self._database.reading() as session:
            if not audit.is_seal_due(session):
                return
        with self._database.writing() as session:
            audit.seal(session)
