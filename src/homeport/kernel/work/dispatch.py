"""Taking runs from their queue and bringing each to an end: done, failed, cancelled, or with somebody to decide."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from homeport.kernel.base import leases
from homeport.kernel.base.children import stopping_by
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import (
    Cancelled,
    DatabaseUnavailable,
    HomeportError,
    InvalidInput,
    LeaseLost,
    NeedsDecision,
    NotFound,
    Unavailable,
)
from homeport.kernel.base.wakeups import WAKEUPS, wake
from homeport.kernel.work.approvals import stop_if_more
from homeport.kernel.work.execution import Clock, Parked, Run
from homeport.kernel.work.procedures import Input, Plan, Procedure, Procedures
from homeport.kernel.work.runs import (
    RUN_QUEUE,
    RunRow,
    RunState,
    end_run,
    get_run,
    last_line_of,
    log_topic,
    steps_of,
    stop_topic,
)

_TAKEOVERS_BEFORE_GIVING_UP = 10
_LONGEST_PAUSE_S = 60.0
_LONGEST_DATABASE_PAUSE_S = 4.0
_TRY_RECORDING_EVERY_S = 1.0
_LOOK_FOR_CANCEL_EVERY_S = 0.5
_log = structlog.get_logger(__name__)


class Dispatcher:
    """Takes runs, and brings each to its end or gives it back."""

    def __init__(self, database: Database, procedures: Procedures, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._procedures = procedures
        self._clock = clock
        self._lease_s = lease_s
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Wait no longer for a database that is away."""
        self._stopping.set()

    def work_on_next(self, owner: str, keys: frozenset[str] | None = None) -> bool:
        """Take the run that is due, one of `keys` if given, do it and record how it ended; return whether one was."""
        with leases.taking(self._database, RUN_QUEUE, owner, self._clock(), self._lease_s, keys) as taken:
            if taken is None:
                return False
            session, lease = taken
            row = self._take_up(session, lease)
            run = self._run(session, lease, row) if row else None
        if row is not None and run is not None:
            try:
                with Heartbeat(run, self._lease_s):
                    self._carry_out(run, row, lease)
            except LeaseLost as lost:
                _log.warning("a run was taken over by another worker", run=lease.key, reason=lost.message)
        return True

    def _take_up(self, session: Session, lease: leases.Lease) -> RunRow | None:
        """Return the run's row, or None when there is nothing to do for it now."""
        row = session.get(RunRow, lease.key)
        if row is None or RunState(row.state).has_ended:
            leases.finish(session, lease)
            return None
        if row.cancel_asked_at is not None:
            self._end(session, lease, row, RunState.CANCELLED)
            return None
        if lease.attempts > _TAKEOVERS_BEFORE_GIVING_UP:
            row.error_code = "taken-over-too-often"
            reason = row.error_message or "No worker said why."
            row.error_message = f"The run was taken up {lease.attempts} times without getting further. {reason}"
            self._end(session, lease, row, RunState.FAILED)
            return None
        trouble = self._unknown_here(row)
        if trouble is not None:
            row.error_code, row.error_message = trouble.code, trouble.message
            self._end(session, lease, row, RunState.NEEDS_DECISION)
            return None
        row.code = row.code or self._procedures.code_of(row.procedure)
        row.state, row.started_at = RunState.RUNNING, row.started_at or self._clock()
        wake(session, log_topic(row.id))
        return row

    def _run(self, session: Session, lease: leases.Lease, row: RunRow) -> Run:
        is_other_code = row.code != self._procedures.code_of(row.procedure)
        return Run(
            self._database,
            self._procedures,
            lease,
            self._lease_s,
            self._clock,
            row,
            steps_of(session, row.id),
            last_line_of(session, row.id),
            is_other_code=is_other_code,
        )

    def _unknown_here(self, row: RunRow) -> NeedsDecision | None:
        """Why this version of homeport can't do the run, if so."""
        try:
            self._procedures.parse(row.procedure, row.input)
            Plan.from_json(row.plan)
        except (NotFound, InvalidInput) as error:
            reason = error.message
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"Its plan can't be read ({error})."
        else:
            return None
        return NeedsDecision(
            f"Another version of homeport started this run, and this one can't do it: {reason} "
            "Cancel it, or retry it once the version that can is there."
        )

    def _carry_out(self, run: Run, row: RunRow, lease: leases.Lease) -> None:
        """Do the work of the run and record how it ended."""
        procedure: Procedure[Input] = self._procedures.get(row.procedure)
        try:
            stop_if_more(self._database, self._procedures, row, self._clock())
            with stopping_by(run.check):
                outcome = procedure.run(run, self._procedures.parse(row.procedure, row.input))
        except Parked as parked:
            until = parked.until
            self._patiently(run.flush)
            self._record(lambda session: leases.park(session, lease, until, self._clock()))
        except Cancelled:
            self._conclude(run, lease, RunState.CANCELLED)
        except NeedsDecision as error:
            self._conclude(run, lease, RunState.NEEDS_DECISION, error=(error.code, error.message))
        except Unavailable as error:
            self._give_back(run, lease, error)
        except HomeportError as error:
            self._conclude(run, lease, RunState.FAILED, error=(error.code, error.message))
        except Exception as error:  # a procedure may fail in any way; the run says so and the worker lives on
            _log.exception("a run failed in a way nobody foresaw", run=run.id)
            told = f"{type(error).__name__}, which nobody foresaw: it is in the log of homeport; look for run {run.id}."
            self._conclude(run, lease, RunState.FAILED, error=(HomeportError.code, told))
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

        def record(session: Session) -> None:
            row = get_run(session, run.id)
            row.outcome = outcome
            row.error_code, row.error_message = error or (None, None)
            self._end(session, lease, row, state)

        self._patiently(run.flush)
        self._record(record)

    def _give_back(self, run: Run, lease: leases.Lease, error: Unavailable) -> None:
        """Something the run needs is away for now: it is taken up again a little later."""
        _log.warning("a run waits for something that is away", run=run.id, reason=error.message)
        longest_s = _LONGEST_DATABASE_PAUSE_S if isinstance(error, DatabaseUnavailable) else _LONGEST_PAUSE_S

        def give_back(session: Session) -> None:
            pause_s = min(2.0 ** leases.guard(session, lease), longest_s)
            leases.postpone(session, lease, self._clock() + timedelta(seconds=pause_s))
            get_run(session, run.id).error_message = error.message

        self._record(give_back)

    def _record(self, change: Callable[[Session], None]) -> None:
        """Record what became of the run, as soon as the database takes it."""

        def write() -> None:
            with self._database.writing() as session:
                change(session)

        self._patiently(write)

    def _patiently(self, write: Callable[[], None]) -> None:
        while True:
            try:
                return write()
            except DatabaseUnavailable as error:
                _log.warning("what became of a run can't be recorded yet", reason=error.message)
                if self._stopping.wait(_TRY_RECORDING_EVERY_S):
                    raise

    def _end(self, session: Session, lease: leases.Lease, row: RunRow, state: RunState) -> None:
        leases.finish(session, lease)
        end_run(session, row, state, self._clock())


class Heartbeat:
    """Keeps a run's lease while its procedure works, and brings it the word to stop."""

    def __init__(self, run: Run, lease_s: float) -> None:
        self._run = run
        self._renew_every_s = min(lease_s / 3, 5.0)
        self._is_done = False
        self._topics = (stop_topic(run.id),)
        self._thread = threading.Thread(target=self._beat, name="run-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._is_done = True
        WAKEUPS.ring(self._topics[0])
        self._thread.join()

    def _beat(self) -> None:
        waited_s, pause_s = 0.0, min(_LOOK_FOR_CANCEL_EVERY_S, self._renew_every_s)
        while True:
            mark = WAKEUPS.seen(self._topics)
            if self._is_done:
                return
            WAKEUPS.wait(self._topics, mark, pause_s)
            if self._is_done:
                return
            waited_s += pause_s
            try:
                if waited_s >= self._renew_every_s:
                    self._run.keep_alive()
                    waited_s = 0.0
                else:
                    self._run.look_for_cancel()
                self._run.flush()
            except Exception:
                _log.warning("a heartbeat failed; it is tried again", run=self._run.id, exc_info=True)
