"""A request for approval as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from homeport.kernel.work.approval_requests import ApprovalRow, ApprovalState
from homeport.kernel.work.procedures import Changes, Plan

_LOOKS = {
    ApprovalState.WAITING: "waiting",
    ApprovalState.APPROVED: "running",
    ApprovalState.REFUSED: "bad",
    ApprovalState.EXPIRED: "neutral",
    ApprovalState.WITHDRAWN: "neutral",
    ApprovalState.USED: "ok",
    ApprovalState.VOID: "warn",
}


@dataclass(frozen=True, slots=True)
class ApprovalFacts:
    """What a line about a request says."""

    row: ApprovalRow
    now: datetime

    @property
    def url(self) -> str:
        """The address of the request's page."""
        return f"/approvals/{self.row.id}"

    @property
    def state(self) -> ApprovalState:
        """Where it stands: expired from the moment on that it does, before anybody came by to note it."""
        state = ApprovalState(self.row.state)
        return ApprovalState.EXPIRED if state.is_open and self.row.expires_at <= self.now else state

    @property
    def look(self) -> str:
        """How the shell draws its state."""
        return _LOOKS[self.state]

    @property
    def plan(self) -> Plan:
        """The plan that is to be approved."""
        return Plan.from_json(self.row.plan)

    @property
    def changes(self) -> Changes | None:
        """How much it would add, change, replace and delete, if the procedure says so."""
        return self.plan.changes

    @property
    def subject(self) -> str:
        """What it is about: the first text of its input, such as a folder."""
        return next((value for value in self.row.input.values() if isinstance(value, str) and value), "")
