"""`homeport approvals …`"""

from __future__ import annotations

from typing import Annotated

import typer

from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.work import approval_decisions, approval_requests, approvals
from homeport.kernel.work.approval_requests import ApprovalState
from homeport.web.rest.approvals import ApprovalModel

commands = typer.Typer(help="Requests for approval.", no_args_is_help=True)

_MOST_TARGETS = 20
"""More than that are counted; --json has them all."""

Note = Annotated[str, typer.Option(help="A word for who asked, and for those who look later.")]


@commands.command("list")
def list_approvals(
    context: typer.Context,
    state: Annotated[ApprovalState | None, typer.Option(help="Only requests in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: Json = False,
) -> None:
    """List requests for approval, newest first."""
    columns = ("id", "procedure", "state", "actor_name", "created_at", "expires_at", "run_id", "reason")
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        page = approval_requests.list_requests(session, console.actor, state, limit)
        items = [{column: getattr(row, column) for column in columns} for row in page.requests]
    print_items(items, columns, as_json)


@commands.command("show")
def show_approval(context: typer.Context, request_id: str, as_json: Json = False) -> None:
    """Show a request: what would be done, who asked and why, whose approval is missing."""
    with console_of(context).open_services() as services, services.database.reading() as session:
        row = approval_requests.get_request(session, request_id)
        shown = ApprovalModel.of(session, row)
        missing = approval_decisions.missing_of(session, row)
    if as_json:
        print_object(shown.model_dump(mode="json"))
        return
    print(
        f"{shown.id}  {shown.procedure}  {shown.state}  by {shown.actor_name}  until {shown.expires_at:%Y-%m-%d %H:%M}"
    )
    for label, told in (("why", shown.reason), ("note", shown.note), ("run", shown.run_id)):
        if told:
            print(f"{label}: {told}")
    changes = shown.plan.get("changes")
    if changes:
        print("would " + ", ".join(f"{name} {count}" for name, count in changes.items()))
    for name, value in (shown.plan["commitments"] | shown.plan["observations"]).items():
        print(f"  {name}: {value}")
    targets = [target["title"] for target in shown.plan["targets"]]
    if targets:
        more = f" and {len(targets) - _MOST_TARGETS} more" if len(targets) > _MOST_TARGETS else ""
        print(f"targets: {', '.join(targets[:_MOST_TARGETS])}{more}")
    for one in shown.decisions:
        print(
            f"{'approved' if one.is_approval else 'refused'} by {one.actor_name}{': ' + one.note if one.note else ''}"
        )
    if shown.state == ApprovalState.WAITING:
        for requirement, count in missing:
            print(f"missing {count}: {requirement}")


@commands.command("approve")
def approve(context: typer.Context, request_id: str, note: Note = "", as_json: Json = False) -> None:
    """Approve a request; the last approval starts the run."""
    console = console_of(context)
    with console.open_services() as services:
        row = approvals.approve(
            services.database, services.procedures, console.actor, request_id, services.clock(), note
        )
    if as_json:
        print_object({"id": row.id, "state": row.state, "run_id": row.run_id})
    elif row.state == ApprovalState.USED:
        say(f"Request {row.id} is approved; run {row.run_id} has started.")
    else:
        say(f"Approved. Request {row.id} is {row.state}{': ' + row.note if row.note else ''}.")


@commands.command("refuse")
def refuse(context: typer.Context, request_id: str, note: Note = "", as_json: Json = False) -> None:
    """Refuse a request: nothing is done."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        approvals.refuse(session, services.procedures, console.actor, request_id, services.clock(), note)
    _tell(request_id, ApprovalState.REFUSED, as_json)


@commands.command("withdraw")
def withdraw(context: typer.Context, request_id: str, as_json: Json = False) -> None:
    """Take a request back."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        approvals.withdraw(session, services.procedures, console.actor, request_id, services.clock())
    _tell(request_id, ApprovalState.WITHDRAWN, as_json)


def _tell(request_id: str, state: ApprovalState, as_json: bool) -> None:
    if as_json:
        print_object({"id": request_id, "state": state})
    else:
        say(f"Request {request_id} is {state}.")
