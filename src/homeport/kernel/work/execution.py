"""A run at work: its steps, effects, waits, children, targets and log, all recorded under its lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Cancelled, ChildFailed, HomeportError, LeaseLost, NeedsDecision
from homeport.kernel.base.wakeups import WAKEUPS, wake
from homeport.kernel.work import runs
from homeport.kernel.work.procedures import Plan, Procedures
from homeport.kernel.work.runs import (
    LogRow,
    RunRow,
    RunState,
    StepRow,
    TargetRow,
    get_run,
    log_topic,
    stop_topic,
    targets_of,
)

Clock = Callable[[], datetime]
_LOG_FLUSH_S = 0.25
_LOG_BUFFER_LINES = 200
_LOOK_FOR_CHILDREN_S = 60.0
"""As a net: a child that ends wakes the run that waits for it."""
_log = structlog.get_logger(__name__)


class Parked(BaseException):
    """The run waits for another run, and gives back the thread that works on it until then."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class Run:
    """A run at work, in the hands of its procedure.

    Everything it records is guarded by its lease: when another worker took the run over, LeaseLost is raised
    and nothing is kept. `is_other_code` says that another version of the procedure began it: then a new step that
    passes over one recorded before needs a person's decision.
    """

    def __init__(
        self,
        database: Database,
        procedures: Procedures,
        lease: leases.Lease,
        lease_s: float,
        clock: Clock,
        row: RunRow,
        steps: Sequence[StepRow],
        last_line: int,
        *,
        is_other_code: bool = False,
    ) -> None:
        self.id = row.id
        self.plan = Plan.from_json(row.plan)
        self.actor_id = row.actor_id
        self._database = database
        self._procedures = procedures
        self._lease = lease
        self._lease_s = lease_s
        self._clock = clock
        self._stop: HomeportError | None = None
        self._step: str | None = None
        self._lock = threading.Lock()
        self._lines: list[LogRow] = []
        self._here = threading.local()
        self._flushed_at = clock()
        self._renewed_at = time.monotonic()
        self._number = last_line
        self._begun = {step.name for step in steps}
        self._results = {step.name: step.result or {} for step in steps if step.ended_at}
        self._passed_over = set(self._begun) if is_other_code else set()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for what the run changes: committed only while the run is still ours.

        Raises:
            LeaseLost: another worker took the run over.
            Cancelled: somebody told the run to stop.
        """
        self.check()
        with self._guarded() as session:
            if session.get_one(RunRow, self.id).cancel_asked_at is not None:  # told since we were last kept alive
                self._stop = Cancelled(f"Run {self.id} was cancelled.")
                raise self._stop
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session to look at what there is."""
        self.check()
        with self._database.reading() as session:
            yield session

    def step(self, name: str, do: Callable[[], dict[str, Any]], *, is_of_targets: bool = False) -> dict[str, Any]:
        """Do the step and record its result (JSON values); a step done before returns what it recorded.

        A step that `is_of_targets` is done again when a target is tried again. One that was interrupted between its
        work and its record is done again: what changes the world outside of the database is an `effect`.
        """
        self._passed_over.discard(name)
        if name not in self._results:
            self._begin(name, is_of_targets)
            self._record(name, do)
        return self._results[name]

    def effect(
        self, key: str, do: Callable[[str], dict[str, Any]], find: Callable[[str], dict[str, Any] | None]
    ) -> dict[str, Any]:
        """Have an effect outside of the database, once; return what is known of it (JSON values).

        The intent is recorded before `do`, the result after it. Where an intent is found without a result, because of
        a crash, a lost answer or a failure, `find` is asked first: it returns what is there, or None when nothing is.
        Both are given an idempotency key, which stays the same however often the run is taken up and retried.
        """
        self._passed_over.discard(key)
        if key not in self._results:
            was_intended = self._begin(key, is_of_targets=False)
            self._record(key, lambda: self._find_or_do(f"{self.id}:{key}", do, find if was_intended else None))
        return self._results[key]

    def sleep(self, seconds: float) -> None:
        """Wait; a cancel ends it at once. For moments: what waits for long is a row with a timer.

        Raises:
            LeaseLost, Cancelled: the run has to stop.
        """
        self.wait_for(lambda: False, every_s=seconds, timeout_s=seconds)

    def wait_for(self, check: Callable[[], bool], *, every_s: float, timeout_s: float) -> bool:
        """Ask `check` every so often until it is so or the time is over; return whether it is.

        A cancel ends it at once.

        Raises:
            LeaseLost, Cancelled: the run has to stop.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            self.check()
            if check():
                return True
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                return False
            self._pause(min(every_s, left_s))

    def start_child(self, key: str, procedure: str, values: Mapping[str, Any]) -> str:
        """Start a run of `procedure` once, on the authority of whoever started this one, and return its id.

        `key` names it in this run. It goes on beside this run; `child` waits for it.
        """
        chosen = self._procedures.get(procedure)
        with self.reading() as session:
            known = session.scalars(select(RunRow).filter_by(parent_id=self.id, parent_key=key)).one_or_none()
        if known is not None:
            return known.id
        plan = chosen.plan(self._procedures.parse(procedure, values))
        with self.writing() as session:
            row = get_run(session, self.id)
            return runs.start_child(session, self._procedures, row, key, procedure, values, self._clock(), plan).id

    def child(self, key: str, procedure: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Start a run of `procedure` once, wait for its end and return its outcome.

        While it waits, the run holds no thread: it is taken up again from the top when the child has ended.

        Raises:
            ChildFailed: it did not succeed. Retrying this run retries the child.
        """
        child_id = self.start_child(key, procedure, values)
        with self.reading() as session:
            row = get_run(session, child_id)
        if not RunState(row.state).has_ended:
            raise Parked(self._clock() + timedelta(seconds=_LOOK_FOR_CHILDREN_S))
        if row.state != RunState.SUCCEEDED:
            raise ChildFailed(
                f"Run {row.id} ({procedure}) is {row.state}: {row.error_message or 'somebody stopped it'}"
            )
        return row.outcome or {}

    def pending_targets(self) -> list[str]:
        """Return the names of the targets that have not succeeded yet, in the order of the plan."""
        with self.reading() as session:
            return [row.name for row in targets_of(session, self.id) if row.state != RunState.SUCCEEDED]

    def finish_target(self, session: Session, name: str, result: dict[str, Any], detail: str) -> None:
        """Record that the target succeeded; `detail` is one line for people."""
        self._end_target(session, name, RunState.SUCCEEDED, detail, result)

    def fail_target(self, session: Session, name: str, detail: str) -> None:
        """Record that the target failed and why; the run goes on with the others."""
        self._end_target(session, name, RunState.FAILED, detail, None)

    def log(self, text: str, level: str = "info") -> None:
        """Add a line to the run's log; it is stored within a moment, or soon after the change that it is written in."""
        now = self._clock()
        with self._lock:
            self._number += 1
            line = LogRow(run_id=self.id, number=self._number, at=now, level=level, step=self._step, text=text)
            self._lines.append(line)
            due = len(self._lines) >= _LOG_BUFFER_LINES or (now - self._flushed_at).total_seconds() >= _LOG_FLUSH_S
        if due and not getattr(self._here, "is_writing", False):
            self.flush()

    def flush(self) -> None:
        """Store the log lines that wait."""
        if self._lines:
            with self._guarded() as session:
                self._store_lines(session)

    def check(self) -> None:
        """Do nothing unless the run has to stop.

        Raises:
            LeaseLost: another worker took the run over.
            Cancelled: somebody told the run to stop.
        """
        if self._stop is not None:
            raise self._stop

    def keep_alive(self) -> None:
        """Renew the lease, and learn whether to stop; called beside the procedure."""
        try:
            with self._database.writing() as session:
                leases.renew(session, self._lease, self._clock(), self._lease_s)
            self._renewed_at = time.monotonic()
        except LeaseLost as error:
            self._told_to(error)
        self.look_for_cancel()

    def look_for_cancel(self) -> None:
        """Learn whether somebody told the run to stop; called beside the procedure."""
        with self._database.reading() as session:
            asked_at = get_run(session, self.id).cancel_asked_at
        if asked_at is not None and self._stop is None:
            self._told_to(Cancelled(f"Run {self.id} was cancelled."))

    def _told_to(self, stop: HomeportError) -> None:
        self._stop = stop
        WAKEUPS.ring(stop_topic(self.id))

    def _pause(self, seconds: float) -> None:
        """Wait so long, or until the run has to stop."""
        topics, end = (stop_topic(self.id),), time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0:
            mark = WAKEUPS.seen(topics)
            self.look_for_cancel()
            self.check()
            WAKEUPS.wait(topics, mark, left_s)
        self.check()

    def _find_or_do(
        self, token: str, do: Callable[[str], dict[str, Any]], find: Callable[[str], dict[str, Any] | None] | None
    ) -> dict[str, Any]:
        found = find(token) if find else None
        if found is not None:
            self.log("It had been done already, before the run was interrupted.")
            return found
        if time.monotonic() - self._renewed_at > self._lease_s / 2:  # frozen perhaps, since the intent was recorded
            self.keep_alive()
        self.check()
        return do(token)

    @contextmanager
    def _guarded(self) -> Iterator[Session]:
        with self._database.writing() as session:
            leases.guard(session, self._lease)
            self._here.is_writing = True
            try:
                yield session
            finally:
                self._here.is_writing = False

    def _begin(self, name: str, is_of_targets: bool) -> bool:
        """Record that the step begins; return whether it had begun before."""
        if self._passed_over:
            raise NeedsDecision(
                f"Another version of homeport began this run: it recorded {', '.join(sorted(self._passed_over))}, and "
                f"this one comes to {name!r} first. Retry it to go on from here, or cancel it."
            )
        had_begun = name in self._begun
        with self.writing() as session:
            if had_begun:
                step = session.scalars(select(StepRow).filter_by(run_id=self.id, name=name)).one()
                step.state, step.started_at = RunState.RUNNING, self._clock()
            else:
                step = StepRow(run_id=self.id, name=name, state=RunState.RUNNING, started_at=self._clock())
                step.is_of_targets = is_of_targets
                session.add(step)
            wake(session, log_topic(self.id))
        self._begun.add(name)
        return had_begun

    def _record(self, name: str, do: Callable[[], dict[str, Any]]) -> None:
        """Do the step that has begun, and record its result."""
        outer, self._step = self._step, name
        try:
            result = do()
        except BaseException:
            self._flush_quietly()
            raise
        with self._guarded() as session:
            self._store_lines(session)
            step = session.scalars(select(StepRow).filter_by(run_id=self.id, name=name)).one()
            step.state, step.result, step.ended_at = RunState.SUCCEEDED, result, self._clock()
            leases.get_further(session, self._lease)
        self._results[name], self._step = result, outer

    def _end_target(
        self, session: Session, name: str, state: RunState, detail: str, result: dict[str, Any] | None
    ) -> None:
        row = session.scalars(select(TargetRow).filter_by(run_id=self.id, name=name)).one()
        row.state, row.detail, row.result, row.ended_at = state, detail, result, self._clock()
        leases.get_further(session, self._lease)
        wake(session, log_topic(self.id))

    def _store_lines(self, session: Session) -> None:
        with self._lock:
            lines, self._lines = self._lines, []
            self._flushed_at = self._clock()
        session.add_all(lines)
        wake(session, log_topic(self.id))

    def _flush_quietly(self) -> None:
        try:
            self.flush()
        except HomeportError as error:
            _log.warning("log lines of a run are lost", run=self.id, reason=error.message)
