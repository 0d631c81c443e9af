"""Doing a run: its steps, targets and log, and what happens when it fails, is cancelled or taken over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import Cancelled, HomeportError, LeaseLost, Unavailable
from homeport.kernel.base.wakeups import wake
from homeport.kernel.work.approvals import stop_if_more
from homeport.kernel.work.procedures import Plan, Procedures
from homeport.kernel.work.runs import (
    LogRow,
    RunRow,
    RunState,
    StepRow,
    TargetRow,
    get_run,
    log_topic,
    steps_of,
    targets_of,
)

Clock = Callable[[], datetime]
_TAKEOVERS_BEFORE_GIVING_UP = 10
_LONGEST_PAUSE_S = 60.0
_LOG_FLUSH_S = 0.25
_LOG_BUFFER_LINES = 200
_log = structlog.get_logger(__name__)


class Run:
    """A run at work, in the hands of its procedure.

    Everything it records is guarded by its lease: when another worker took the run over, LeaseLost is raised
    and nothing is kept.
    """

    def __init__(self, database: Database, lease: leases.Lease, row: RunRow, clock: Clock) -> None:
        self.id = row.id
        self.plan = Plan.from_json(row.plan)
        self.actor_id = row.actor_id
        self._database = database
        self._lease = lease
        self._clock = clock
        self._stop: HomeportError | None = None
        self._step: str | None = None
        self._lock = threading.Lock()
        self._lines: list[LogRow] = []
        self._here = threading.local()
        self._flushed_at = clock()
        with database.reading() as session:
            self._results = {step.name: step.result for step in steps_of(session, row.id) if step.ended_at}
            self._number = session.scalar(select(func.max(LogRow.number)).filter_by(run_id=row.id)) or 0

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

        A step that `is_of_targets` is done again when a target is tried again.
        """
        if name in self._results:
            return self._results[name] or {}
        with self.writing() as session:
            self._begin(session, name, is_of_targets)
        self._step = name
        try:
            result = do()
        except BaseException:
            self._flush_quietly()
            raise
        with self._guarded() as session:
            self._store_lines(session)
            step = session.scalars(select(StepRow).filter_by(run_id=self.id, name=name)).one()
            step.state, step.result, step.ended_at = RunState.SUCCEEDED, result, self._clock()
        self._results[name], self._step = result, None
        return result

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

    def keep_alive(self, lease_s: float) -> None:
        """Renew the lease and learn whether to stop; called by the worker beside the procedure."""
        try:
            with self._database.writing() as session:
                leases.renew(session, self._lease, self._clock(), lease_s)
                asked = get_run(session, self.id).cancel_asked_at
            self.flush()
        except LeaseLost as error:
            self._stop = error
            return
        if asked is not None:
            self._stop = Cancelled(f"Run {self.id} was cancelled.")

    @contextmanager
    def _guarded(self) -> Iterator[Session]:
        with self._database.writing() as session:
            leases.guard(session, self._lease)
            self._here.is_writing = True
            try:
                yield session
            finally:
                self._here.is_writing = False

    def _begin(self, session: Session, name: str, is_of_targets: bool) -> None:
        step = session.scalars(select(StepRow).filter_by(run_id=self.id, name=name)).one_or_none()
        if step is None:
            row = StepRow(run_id=self.id, name=name, state=RunState.RUNNING, started_at=self._clock())
            row.is_of_targets = is_of_targets
            session.add(row)
        else:
            step.state, step.started_at = RunState.RUNNING, self._clock()
        wake(session, log_topic(self.id))

    def _end_target(
        self, session: Session, name: str, state: RunState, detail: str, result: dict[str, Any] | None
    ) -> None:
        row = session.scalars(select(TargetRow).filter_by(run_id=self.id, name=name)).one()
        row.state, row.detail, row.result, row.ended_at = state, detail, result, self._clock()
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


class Execution:
    """Takes runs from their queue and brings each to an end."""

    def __init__(self, database: Database, procedures: Procedures, clock: Clock) -> None:
        self._database = database
        self._procedures = procedures
        self._clock = clock

    def take_up(self, lease: leases.Lease) -> Run | None:
        """Return the run that the lease stands for, or None when there is nothing left to do for it."""
        with self._database.writing() as session:
            leases.guard(session, lease)
            row = get_run(session, lease.key)
            if RunState(row.state).has_ended:
                leases.finish(session, lease)
                return None
            if row.cancel_asked_at is not None:
                self._end(session, lease, row, RunState.CANCELLED)
                return None
            if lease.attempts > _TAKEOVERS_BEFORE_GIVING_UP:
                row.error_code = "taken-over-too-often"
                row.error_message = f"The run was taken up {lease.attempts} times without coming to an end."
                self._end(session, lease, row, RunState.FAILED)
                return None
            row.state, row.started_at = RunState.RUNNING, row.started_at or self._clock()
            wake(session, log_topic(row.id))
        return Run(self._database, lease, row, self._clock)

    def carry_out(self, run: Run, lease: leases.Lease) -> None:
        """Do the work of the run and record how it ended."""
        with self._database.reading() as session:
            row = get_run(session, run.id)
        try:
            procedure = self._procedures.get(row.procedure)
            stop_if_more(self._database, self._procedures, row, self._clock())
            outcome = procedure.run(run, self._procedures.parse(row.procedure, row.input))
        except LeaseLost:
            _log.warning("a run was taken over by another worker", run=run.id)
        except Cancelled:
            self._conclude(run, lease, RunState.CANCELLED)
        except Unavailable as error:
            self._give_back(run, lease, error)
        except HomeportError as error:
            self._conclude(run, lease, RunState.FAILED, error=(error.code, error.message))
        except Exception as error:  # a procedure may fail in any way; the run says so and the worker lives on
            _log.exception("a run failed in a way nobody foresaw", run=run.id)
            self._conclude(run, lease, RunState.FAILED, error=("internal", f"{type(error).__name__}: {error}"))
        else:
            self._conclude(run, lease, RunState.SUCCEEDED, outcome=outcome)

    def _conclude(
        self,
        run: Run,
        lease: leases.Lease,
        state: RunState,
        outcome: dict[str, Any] | None = None,
        error: tuple[str, str] | None = None,
    ) -> None:
        if error is not None:
            run.log(error[1], level="error")
        try:
            run.flush()
            with self._database.writing() as session:
                row = get_run(session, run.id)
                row.outcome = outcome
                row.error_code, row.error_message = error or (None, None)
                self._end(session, lease, row, state)
        except LeaseLost:
            _log.warning("a run was taken over by another worker", run=run.id)

    def _give_back(self, run: Run, lease: leases.Lease, error: Unavailable) -> None:
        """Something the run needs is away for now: it is taken up again a little later."""
        _log.warning("a run waits for something that is away", run=run.id, reason=error.message)
        pause_s = min(2.0**lease.attempts, _LONGEST_PAUSE_S)
        with self._database.writing() as session:
            leases.postpone(session, lease, self._clock() + timedelta(seconds=pause_s))

    def _end(self, session: Session, lease: leases.Lease, row: RunRow, state: RunState) -> None:
        row.state, row.ended_at = state, self._clock()
        _close_open_rows(session, row.id, state, self._clock())
        leases.finish(session, lease)
        wake(session, log_topic(row.id))


def _close_open_rows(session: Session, run_id: str, state: RunState, now: datetime) -> None:
    for step in steps_of(session, run_id):
        if step.state == RunState.RUNNING:
            step.state, step.ended_at = state, None
    for target in targets_of(session, run_id):
        if not RunState(target.state).has_ended:
            target.state, target.ended_at = RunState.CANCELLED, now
