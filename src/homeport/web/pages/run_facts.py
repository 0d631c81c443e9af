"""A run as pages show it: its state in one word, how far it is, how long it took, what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeport.kernel.work.runs import RunRow, RunState

LOOKS = {
    RunState.WAITING: "waiting",
    RunState.RUNNING: "running",
    RunState.SUCCEEDED: "ok",
    RunState.FAILED: "bad",
    RunState.CANCELLED: "neutral",
    RunState.NEEDS_DECISION: "warn",
}
"""How the shell draws each state."""

_STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a line about a run says; `counts` are its targets by state."""

    row: RunRow
    counts: Mapping[str, int]
    now: datetime

    @property
    def url(self) -> str:
        """The address of the run's page."""
        return f"/runs/{self.row.id}"

    @property
    def word(self) -> str:
        """The last part of the key of its state's word; a run that was told to stop and still works is `stopping`."""
        return _STOPPING if self.is_stopping else self.row.state

    @property
    def look(self) -> str:
        """How the shell draws its state."""
        return "warn" if self.is_stopping else LOOKS[RunState(self.row.state)]

    @property
    def is_stopping(self) -> bool:
        """Whether it was told to stop and has not yet."""
        return self.row.cancel_asked_at is not None and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen unless somebody retries."""
        return RunState(self.row.state).has_ended

    @property
    def is_retryable(self) -> bool:
        """Whether it can be taken up again."""
        return RunState(self.row.state).is_retryable

    @property
    def is_cancellable(self) -> bool:
        """Whether it can be told to stop."""
        return RunState(self.row.state).is_cancellable and not self.is_stopping

    @property
    def duration_s(self) -> float | None:
        """How long it has worked, in seconds; None before it began."""
        if self.row.started_at is None:
            return None
        return max(0.0, ((self.row.ended_at or self.now) - self.row.started_at).total_seconds())

    @property
    def target_count(self) -> int:
        """How many targets it has."""
        return sum(self.counts.values())

    @property
    def done_count(self) -> int:
        """How many of its targets have succeeded."""
        return self.counts.get(RunState.SUCCEEDED, 0)

    @property
    def failed_count(self) -> int:
        """How many of its targets have failed."""
        return self.counts.get(RunState.FAILED, 0)

    @property
    def subject(self) -> str:
        """What it is about: the first text of its input, such as a folder."""
        return next((value for value in self.row.input.values() if isinstance(value, str) and value), "")


def key_of(procedure: str) -> str:
    """The key of a procedure's words: `procedure-catalog-discover`."""
    return f"procedure-{procedure.replace('.', '-')}"


def step_key(procedure: str, step: str) -> str:
    """The key of the words of a step: `step-catalog-discover-publish`."""
    return f"step-{procedure.replace('.', '-')}-{step.replace(' ', '-')}"


def shown(values: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    """The values of a plan, input or outcome that say something, in their own order."""
    return [(key, value) for key, value in (values or {}).items() if value not in (None, "", [], {}, ())]
