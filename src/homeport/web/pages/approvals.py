"""The list of requests for approval: what waits for the reader, what waits at all, everything."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.work import approval_decisions, approval_requests
from homeport.kernel.work.approval_requests import ApprovalState
from homeport.web.identify import actor_of
from homeport.web.pages.approval_facts import ApprovalFacts
from homeport.web.pages.style import render
from homeport.web.tables import Column

_PAGE_ROWS = 50
_SHOWN = ("waiting", "me", "all")
_COLUMNS = (
    Column("request", "approvals-request"),
    Column("state", "pages-run-state"),
    Column("by", "pages-run-by"),
    Column("asked", "pages-run-asked"),
    Column("until", "approvals-until"),
)


def add(router: APIRouter, services: Services) -> None:
    """Add the route of the list."""

    @router.get("/approvals")
    def list_page(request: Request, show: str = _SHOWN[0], after: str | None = None) -> Response:
        actor, now = actor_of(request), services.clock()
        authorize(actor, "approval.read")
        show = show if show in _SHOWN else _SHOWN[0]
        with services.database.reading() as session:
            mine = approval_decisions.waiting_for(session, actor, now)
            state = ApprovalState.WAITING if show == "waiting" else None
            page = approval_requests.list_requests(session, actor, state, _PAGE_ROWS, after)
        chosen = approval_requests.Page(mine, None) if show == "me" else page
        return render(
            request,
            "pages/approvals.html",
            rows=[ApprovalFacts(row, now) for row in chosen.requests],
            after=chosen.after,
            show=show,
            mine_count=len(mine),
            columns=_COLUMNS,
        )
