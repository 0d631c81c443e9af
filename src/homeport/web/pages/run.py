"""The page of a run: how it stands, its steps and targets, and its log as it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from homeport.kernel.module import Services
from homeport.kernel.trust.access import WhoMay, authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work import runs
from homeport.kernel.work.approvals import open_request_of
from homeport.kernel.work.runs import LogRow, RunState, StepRow, TargetRow
from homeport.web.identify import actor_of
from homeport.web.live import event_stream
from homeport.web.pages import run_queries
from homeport.web.pages.run_facts import LOOKS, RunFacts, shown
from homeport.web.pages.run_live import follow
from homeport.web.pages.run_queries import WINDOW_LINES, Window, window_of
from homeport.web.pages.style import render
from homeport.web.shell import redirect
from homeport.web.tables import Column

PARTS = ("actions", "head", "targets", "side")
"""What changes on the page while the run works: `html/run/<part>.html` in the element `run-<part>`."""

_FEW_TARGETS = 50
_MOST_TARGETS = 2_000
_URGENCY = (RunState.FAILED, RunState.RUNNING, RunState.WAITING, RunState.CANCELLED, RunState.SUCCEEDED)
_TARGET_COLUMNS = (
    Column("target", "pages-run-target"),
    Column("state", "pages-run-state"),
    Column("detail", "pages-run-detail"),
)


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether the reader may do something, and who may."""

    is_given: bool
    who: WhoMay


def add(router: APIRouter, services: Services) -> None:
    """Add the routes of a run."""
    database = services.database

    @router.get("/runs/{run_id}")
    def page(
        request: Request,
        run_id: str,
        after: Annotated[int | None, Query(ge=0)] = None,
        find: str = "",
        targets: str = "",
    ) -> Response:
        actor = actor_of(request)
        authorize(actor, "run.read")
        with database.reading() as session:
            context = _context(session, services, actor, run_id, has_all_targets=targets == "all")
            log = _log(session, run_id, after, find.strip())
        return render(request, "pages/run/page.html", **context, **log)

    @router.get("/runs/{run_id}/live")
    def live(
        request: Request, run_id: str, after: int = 0, last_event_id: Annotated[int | None, Header()] = None
    ) -> Response:
        actor = actor_of(request)
        authorize(actor, "run.read")

        def parts(session: Session) -> dict[str, str]:
            context = _context(session, services, actor, run_id)
            return {f"run-{part}": _html(request, part, context) for part in PARTS}

        def lines(rows: Sequence[LogRow], total: int) -> str:
            return _html(request, "lines", {"lines": rows, "line_href": _href(rows[0].number - 1, total)})

        with database.reading() as session:
            runs.get_run(session, run_id)
        return event_stream(follow(database, run_id, after if last_event_id is None else last_event_id, parts, lines))

    @router.post("/runs/{run_id}/cancel")
    def cancel(request: Request, run_id: str) -> Response:
        with database.writing() as session:
            runs.cancel_run(session, actor_of(request), run_id, services.clock())
        return redirect(request, f"/runs/{run_id}", notice="pages-notice-run-cancelled")

    @router.post("/runs/{run_id}/retry")
    def retry(request: Request, run_id: str) -> Response:
        with database.writing() as session:
            runs.retry_run(session, actor_of(request), run_id, services.clock())
        return redirect(request, f"/runs/{run_id}", notice="pages-notice-run-retried")


def _context(
    session: Session, services: Services, actor: Actor, run_id: str, *, has_all_targets: bool = False
) -> dict[str, Any]:
    row, now = runs.get_run(session, run_id), services.clock()
    counts = run_queries.target_counts(session, [run_id]).get(run_id, {})
    targets = sorted(runs.targets_of(session, run_id), key=_urgency)
    most = _MOST_TARGETS if has_all_targets else _FEW_TARGETS
    return {
        "run": RunFacts(row, counts, now),
        "steps": [(step, _step_look(step), _step_duration(step, now)) for step in runs.steps_of(session, run_id)],
        "targets": targets[:most],
        "hidden_targets": len(targets) - len(targets[:most]),
        "target_columns": _TARGET_COLUMNS,
        "looks": LOOKS,
        "asked": shown(row.input),
        "committed": [pair for pair in shown(row.plan["commitments"]) if pair not in shown(row.input)],
        "observed": shown(row.plan["observations"]),
        "outcome": shown(row.outcome),
        "open_request": open_request_of(session, row.id),
        "approvals": [(datetime.fromisoformat(one["at"]), one) for one in (row.authority or {}).get("approvals", ())],
        "may_cancel": Permission(may(actor, "run.cancel"), who_may("run.cancel")),
        "may_retry": Permission(may(actor, "run.retry"), who_may("run.retry")),
    }


def _log(session: Session, run_id: str, after: int | None, find: str) -> dict[str, Any]:
    """The lines to show: a window of the log, or those that hold the text."""
    window = run_queries.log_window(session, run_id, after)
    if not find:
        is_followed = after is None
        href = _href(window.after, window.total)
        return {"log": window, "lines": window.lines, "line_href": href, "find": "", "is_followed": is_followed}
    lines, count = run_queries.find_lines(session, run_id, find)

    def to_context(number: int) -> str:
        return f"?after={window_of(number, window.total)}#L{number}"

    found = Window(lines, 0, window.total)
    return {"log": found, "lines": lines, "line_href": to_context, "find": find, "found": count, "is_followed": False}


def _href(start: int, total: int) -> Callable[[int], str]:
    """Where a line's number leads: an address that still shows the line when the log has grown past one page."""
    window = "" if total <= WINDOW_LINES else f"?after={start}"
    return lambda number: f"{window}#L{number}"


def _html(request: Request, part: str, context: dict[str, Any]) -> str:
    return bytes(render(request, f"pages/run/{part}.html", **context).body).decode()


def _urgency(target: TargetRow) -> tuple[int, int]:
    return _URGENCY.index(RunState(target.state)), target.id


def _step_look(step: StepRow) -> str:
    return LOOKS[RunState(step.state)]


def _step_duration(step: StepRow, now: Any) -> float | None:
    if step.ended_at is None and step.state != RunState.RUNNING:
        return None
    return max(0.0, ((step.ended_at or now) - step.started_at).total_seconds())
