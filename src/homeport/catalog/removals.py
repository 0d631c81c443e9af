"""What a run takes out of the catalog: few entities at once by itself, more than that when somebody approved it."""

from __future__ import annotations

from homeport.catalog.domain.removals import may_go_unasked
from homeport.kernel.module import Services
from homeport.kernel.work.approvals import stop_unless_approved
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Changes, Plan


class Removals:
    """What may be removed in this installation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._limit: int = services.settings.section("catalog").removal_limit

    def may_go(self, gone: int, kept: int, approved: int = 0) -> bool:
        """Whether `gone` entities of a location may be removed where `kept` stay and `approved` removals are."""
        return may_go_unasked(gone - approved, kept, self._limit)

    def ask_unless_approved(self, run: Run, gone: int, kept: int) -> None:
        """Return if the run may remove so many entities.

        Raises:
            MoreThanApproved: somebody has to approve it, and was asked; nothing is removed.
        """
        if self.may_go(gone, kept, approved_in(run.plan)):
            return
        run.log(f"{gone} entities would be removed and {kept} would stay; nothing is removed before that is approved")
        services = self._services
        stop_unless_approved(services.database, services.procedures, run.id, Changes(delete=gone), services.clock())


def approved_in(plan: Plan) -> int:
    """Return how many removals the plan says."""
    return plan.changes.delete if plan.changes else 0
