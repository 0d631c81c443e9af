"""The page of a run: how it stands, its steps and targets, and its log as it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy.orm import Session

from homeport.kernel.base.errors import InvalidFilter
from homeport.kernel.module import Services
from homeport.kernel.trust.access import WhoMay, authorize, may, who_may
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work import runs
from homeport.kernel.work.approval_requests import open_request_of
from homeport.kernel.work.runs import LogRow, RunRow, RunState, StepRow, TargetRow
from homeport.web import run_log
from homeport.web.identify import actor_of
from homeport.web.live import event_stream
from homeport.web.pages import run_queries
from homeport.web.pages.run_facts import LOOKS, RunFacts, shown
from homeport.web.pages.run_live import follow
from homeport.web.pages.style import render
from homeport.web.run_log import WINDOW_LINES, Level, Wanted, as_text
from homeport.web.shell import redirect

PARTS = ("actions", "head", "targets", "side")
"""What changes on the page while the run works: `html/run/<part>.html` in the element `run-<part>`."""

_FEW_TARGETS = 300
_MOST_LINES = 2**31 - 1
_SHOWN_LEVELS, _MOST_DESCENDANTS = 3, 50
_MOST_TARGETS = 2_000
_TOLD_STATES = frozenset({RunState.FAILED, RunState.RUNNING})
"""The states whose targets are told one by one with what happened; the others are cells of a grid."""
_URGENCY = (
    RunState.NEEDS_DECISION,
    RunState.FAILED,
    RunState.RUNNING,
    RunState.WAITING,
    RunState.CANCELLED,
    RunState.SUCCEEDED,
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
        after: Annotated[int | None, Query(ge=0, le=_MOST_LINES)] = None,
        line: Annotated[int | None, Query(ge=1, le=_MOST_LINES)] = None,
        find: str = "",
        level: str = "",
        targets: str = "",
    ) -> Response:
        actor = actor_of(request)
        authorize(actor, "run.read")
        wanted = Wanted(find.strip(), _level(level))
        with database.reading() as session:
            context = _context(session, services, actor, run_id, has_all_targets=targets == "all")
            log = _log(session, run_id, wanted, after, line)
        return render(request, "pages/run/page.html", **context, **log)

    @router.get("/runs/{run_id}/log.txt")
    def download(request: Request, run_id: str) -> Response:
        authorize(actor_of(request), "run.read")
        with database.reading() as session:
            runs.get_run(session, run_id)
        headers = {"Content-Disposition": f'attachment; filename="run-{run_id}.txt"', "Cache-Control": "private"}
        return StreamingResponse(as_text(database, run_id), media_type="text/plain; charset=utf-8", headers=headers)

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
            return _html(request, "lines", {"lines": rows, "line_href": _href(total), "marked_line": None})

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
            runs.retry_run(session, services.procedures, actor_of(request), run_id, services.clock())
        return redirect(request, f"/runs/{run_id}", notice="pages-notice-run-retried")


def _context(
    session: Session, services: Services, actor: Actor, run_id: str, *, has_all_targets: bool = False
) -> dict[str, Any]:
    row, now = runs.get_run(session, run_id), services.clock()
    counts = run_queries.target_counts(session, [run_id]).get(run_id, {})
    targets = sorted(runs.targets_of(session, run_id), key=_urgency)
    retry = runs.retry_action(services.procedures, row)
    most = _MOST_TARGETS if has_all_targets else _FEW_TARGETS
    return {
        "run": RunFacts(row, counts, now),
        "parent": session.get(RunRow, row.parent_id) if row.parent_id else None,
        "descendants": [
            (level, RunFacts(child, {}, now))
            for level, child in run_queries.descendants(session, run_id, _SHOWN_LEVELS, _MOST_DESCENDANTS)
        ],
        "steps": [(step, _step_look(step), _step_duration(step, now)) for step in runs.steps_of(session, run_id)],
        "target_groups": [(state, counts[state], list(rows)) for state, rows in groupby(targets[:most], _state)],
        "hidden_targets": len(targets) - len(targets[:most]),
        "told_states": _TOLD_STATES,
        "planned_targets": len(row.plan["targets"]),
        "compared": _compared(row),
        "looks": LOOKS,
        "asked": shown(row.input),
        "committed": [pair for pair in shown(row.plan["commitments"]) if pair not in shown(row.input)],
        "observed": shown(row.plan["observations"]),
        "outcome": shown(row.outcome),
        "open_request": open_request_of(session, row.id),
        "approvals": [(datetime.fromisoformat(one["at"]), one) for one in (row.authority or {}).get("approvals", ())],
        "may_cancel": Permission(runs.may_cancel(actor, row), who_may("run.cancel")),
        "may_retry": Permission(may(actor, retry), who_may(retry)),
    }


def _log(session: Session, run_id: str, wanted: Wanted, after: int | None, line: int | None) -> dict[str, Any]:
    """The lines to show: a window of the log, or those that are wanted of it, each leading to the lines around."""
    window = run_log.window(session, run_id, wanted, after, line)
    return {
        "log": window,
        "lines": window.lines,
        "line_href": _href(window.total) if wanted.is_all else _to_line,
        "wanted": wanted,
        "levels": [(level, f"pages-log-level-{level or 'any'}") for level in Level],
        "log_href": partial(_log_href, run_id, wanted),
        "marked_line": line,
        "most_counted": run_log.MOST_COUNTED,
        "is_followed": after is None and line is None and wanted.is_all,
    }


def _log_href(run_id: str, wanted: Wanted, after: int | None = None) -> str:
    """The address of another window of the same lines."""
    asked = {"find": wanted.text, "level": str(wanted.level), "after": "" if after is None else str(after)}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/runs/{run_id}{'?' if query else ''}{query}#log"


def _href(total: int) -> Callable[[int], str]:
    """Where a line's number leads: an address that still shows the line when the log has grown past one page."""
    return _to_line if total > WINDOW_LINES else lambda number: f"#L{number}"


def _to_line(number: int) -> str:
    return f"?line={number}#L{number}"


def _level(written: str) -> Level:
    try:
        return Level(written)
    except ValueError:
        raise InvalidFilter(f"{written!r} is no level of a log; there are warning and error.") from None


def _html(request: Request, part: str, context: dict[str, Any]) -> str:
    return bytes(render(request, f"pages/run/{part}.html", **context).body).decode()


def _compared(row: RunRow) -> list[tuple[str, int, int]]:
    """What was counted when the run was planned and again when it had ended: key, planned, happened."""
    planned, happened = {**row.plan["commitments"], **row.plan["observations"]}, row.outcome or {}
    return [
        (key, number, happened[key])
        for key, number in planned.items()
        if _is_count(number) and _is_count(happened.get(key))
    ]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _state(target: TargetRow) -> str:
    return target.state


def _urgency(target: TargetRow) -> tuple[int, int]:
    return _URGENCY.index(RunState(target.state)), target.id


def _step_look(step: StepRow) -> str:
    return LOOKS[RunState(step.state)]


def _step_duration(step: StepRow, now: Any) -> float | None:
    if step.ended_at is None and step.state != RunState.RUNNING:
        return None
    return max(0.0, ((step.ended_at or now) - step.started_at).total_seconds())
