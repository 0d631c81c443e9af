"""Runs over REST: plan, start, look, follow, cancel, retry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from homeport.kernel.base.wakeups import WAKEUPS
from homeport.kernel.module import Services
from homeport.kernel.trust.access import authorize
from homeport.kernel.work import runs
from homeport.kernel.work.approval_decisions import missing_of
from homeport.kernel.work.approval_requests import ApprovalRow, open_request_of
from homeport.kernel.work.approvals import start_or_ask
from homeport.kernel.work.runs import LogRow, RunRow, RunState, log_topic
from homeport.web import run_log
from homeport.web.identify import actor_of
from homeport.web.live import ServerEvent, event_stream
from homeport.web.rest.approvals import ApprovalModel
from homeport.web.rest.conditional import TAGGED, IfMatch, check_match, tagged
from homeport.web.rest.idempotency import kept
from homeport.web.rest.paging import After, Limit, Paged, link_next
from homeport.web.run_log import Level, Wanted

_FOLLOW_POLL_S = 1.0
_MOST_LINES = 2**31 - 1


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class RunRequest(BaseModel):
    """What to do: a procedure and its input; `fingerprint` is that of the plan that was shown, if one was."""

    model_config = ConfigDict(extra="forbid")

    procedure: str = Field(examples=["catalog.discover"])
    input: dict[str, Any] = Field(default_factory=dict)
    fingerprint: str | None = None
    reason: str | None = Field(
        None, max_length=2000, description="Why; told to those who have to approve, and kept with the run."
    )


class PlanModel(BaseModel):
    """What a run would do."""

    procedure: str
    fingerprint: str
    commitments: dict[str, Any]
    observations: dict[str, Any]
    targets: list[dict[str, str]]
    changes: dict[str, int] | None = Field(
        None, description="How much it would add, change, replace and delete, where it says so."
    )


class RunModel(_Model):
    """A run: who asked for what, how it stands and how it ended."""

    id: str
    procedure: str
    input: dict[str, Any]
    state: RunState
    fingerprint: str
    actor_kind: str
    actor_name: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: dict[str, Any] | None
    error_code: str | None
    error_message: str | None
    reason: str | None = Field(description="Why it was started, as who started it said.")
    authority: dict[str, Any] | None = Field(description="Who approved it, or the standing approval it runs under.")


class StepModel(_Model):
    """A step of a run."""

    name: str
    state: RunState
    started_at: datetime
    ended_at: datetime | None


class TargetModel(_Model):
    """One of the things a run works on."""

    name: str
    title: str
    state: RunState
    detail: str | None
    ended_at: datetime | None


class NeededModel(BaseModel):
    """The open request of a run that stopped and asked, and whose approval it lacks, in words."""

    request: str
    lacks: list[str]


class RunDetail(RunModel):
    """A run with its plan, steps and targets, and who must approve before it goes on."""

    plan: dict[str, Any]
    steps: list[StepModel]
    targets: list[TargetModel]
    needs_approval: NeededModel | None


class LogLine(_Model):
    """A line of a run's log; `number` counts from 1."""

    number: int
    at: datetime
    level: str
    step: str | None
    text: str


def routes(services: Services) -> APIRouter:
    """The endpoints under /runs and /plans."""
    router = APIRouter(tags=["runs"])
    database, procedures, clock = services.database, services.procedures, services.clock

    @router.post("/plans", summary="Show what a run would do, without doing it", response_model_exclude_unset=True)
    def plan_run(request: Request, asked: RunRequest) -> PlanModel:
        plan = runs.plan_run(procedures, actor_of(request), asked.procedure, asked.input)
        return PlanModel(procedure=asked.procedure, fingerprint=plan.fingerprint, **plan.to_json())

    @router.post(
        "/runs",
        status_code=201,
        summary="Start a run, or ask for the approval it needs",
        responses={202: {"model": ApprovalModel, "description": "It needs approval, which this asks for."}},
    )
    def start_run(request: Request, response: Response, asked: RunRequest) -> RunModel | ApprovalModel:
        actor = actor_of(request)
        plan = runs.plan_run(procedures, actor, asked.procedure, asked.input)
        with database.writing() as session:
            begun = start_or_ask(
                session, procedures, actor, asked.procedure, asked.input, clock(), plan, asked.fingerprint, asked.reason
            )
            if isinstance(begun, ApprovalRow):
                response.status_code = 202
                response.headers["Location"] = f"/api/v1/approvals/{begun.id}"
                return kept(request, response, session, ApprovalModel.of(session, begun))
            response.headers["Location"] = f"/api/v1/runs/{begun.id}"
            return kept(request, response, session, RunModel.model_validate(begun))

    @router.get("/runs", summary="List runs, newest first")
    def list_runs(
        request: Request,
        response: Response,
        state: RunState | None = None,
        procedure: str | None = None,
        limit: Limit = 50,
        after: After = None,
    ) -> Paged[RunModel]:
        actor = actor_of(request)
        authorize(actor, "run.read")
        with database.reading() as session:
            page = runs.list_runs(session, actor, state, procedure, limit, after)
        link_next(request, response, page.after)
        return Paged(items=[RunModel.model_validate(row) for row in page.runs], after=page.after)

    @router.get("/runs/{run_id}", summary="Show a run", responses=TAGGED)
    def show_run(request: Request, response: Response, run_id: str) -> RunDetail:
        authorize(actor_of(request), "run.read")
        with database.reading() as session:
            return tagged(response, detail(session, runs.get_run(session, run_id)))

    @router.post("/runs/{run_id}/cancel", summary="Tell a run to stop")
    def cancel_run(request: Request, response: Response, run_id: str, if_match: IfMatch = None) -> RunModel:
        actor = actor_of(request)
        with database.writing() as session:
            check_match(if_match, lambda: detail(session, runs.get_run(session, run_id)))
            row = runs.cancel_run(session, actor, run_id, clock())
            return kept(request, response, session, RunModel.model_validate(row))

    @router.post("/runs/{run_id}/retry", summary="Take up a failed or cancelled run again")
    def retry_run(request: Request, response: Response, run_id: str, if_match: IfMatch = None) -> RunModel:
        actor = actor_of(request)
        with database.writing() as session:
            check_match(if_match, lambda: detail(session, runs.get_run(session, run_id)))
            row = runs.retry_run(session, services.procedures, actor, run_id, clock())
            return kept(request, response, session, RunModel.model_validate(row))

    @router.get("/runs/{run_id}/log", summary="Read the log of a run")
    def read_log(
        request: Request,
        response: Response,
        run_id: str,
        after: Annotated[int, Query(ge=0, le=_MOST_LINES, description="Only lines after this number.")] = 0,
        limit: Limit = 500,
        find: Annotated[str, Query(description="Only lines that hold this, whatever its case.")] = "",
        level: Annotated[Level, Query(description="Only lines that are at least as bad.")] = Level.ANY,
    ) -> Paged[LogLine]:
        authorize(actor_of(request), "run.read")
        with database.reading() as session:
            runs.get_run(session, run_id)
            found = run_log.lines(session, run_id, Wanted(find, level), after, limit + 1)
            items = [LogLine.model_validate(row) for row in found[:limit]]
        following = str(items[-1].number) if len(found) > limit else None
        link_next(request, response, following)
        return Paged(items=items, after=following)

    @router.get(
        "/runs/{run_id}/events",
        summary="Follow a run as server-sent events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    def follow_run(
        request: Request, run_id: str, last_event_id: Annotated[int, Header(ge=0, le=_MOST_LINES)] = 0
    ) -> StreamingResponse:
        authorize(actor_of(request), "run.read")
        with database.reading() as session:
            runs.get_run(session, run_id)
        return event_stream(follow(services, run_id, last_event_id))

    return router


def detail(session: Session, row: RunRow) -> RunDetail:
    """Return the run with all that belongs to it."""
    return RunDetail(
        **RunModel.model_validate(row).model_dump(),
        plan=row.plan,
        steps=[StepModel.model_validate(step) for step in runs.steps_of(session, row.id)],
        targets=[TargetModel.model_validate(target) for target in runs.targets_of(session, row.id)],
        needs_approval=needed(session, row.id),
    )


def needed(session: Session, run_id: str) -> NeededModel | None:
    """Return who must approve before the run, which stopped and asked, goes on; None if it asks nobody."""
    request = open_request_of(session, run_id)
    if request is None:
        return None
    return NeededModel(request=request.id, lacks=[str(one) for one, _count in missing_of(session, request)])


def follow(services: Services, run_id: str, after: int) -> Iterator[ServerEvent | None]:
    """Return the log lines above `after` as they come, then one `end`; None now and then so that a stop is noticed."""
    topics = (log_topic(run_id),)
    while True:
        mark = WAKEUPS.seen(topics)
        with services.database.reading() as session:
            state = RunState(runs.get_run(session, run_id).state)
            lines: list[LogRow] = list(runs.log_of(session, run_id, after))
        for line in lines:
            after = line.number
            yield ServerEvent(str(after), "log", LogLine.model_validate(line).model_dump_json())
        if not lines and state.has_ended:
            yield ServerEvent(str(after), "end", state)
            return
        if not lines:
            WAKEUPS.wait(topics, mark, _FOLLOW_POLL_S)
            yield None
