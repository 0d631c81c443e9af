"""`homeport audit`: who did what, checked and taken elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.trust import audit, trail

commands = typer.Typer(help="Who did what.", no_args_is_help=True)
_MOST_NAMED = 20


@commands.command("verify")
def verify(context: typer.Context, as_json: Json = False) -> None:
    """Walk the chain of the audit trail; exit with 1 if a row was changed or taken out."""
    with console_of(context).open_services() as services, services.database.reading() as session:
        found = audit.verify(session)
    if as_json:
        gaps = [{"first": gap.start, "last": gap.stop - 1} for gap in found.gaps]
        told = {"rows": found.rows, "unsealed": found.unsealed, "breaks": found.breaks, "gaps": gaps}
        print_object(told | {"intact": found.intact})
    else:
        say(f"{found.rows} rows sealed, {found.unsealed} not yet, {len(found.breaks)} changed, {len(found.gaps)} gaps.")
        _name("Changed or moved: position", [str(position) for position in found.breaks])
        _name("Taken out: position", [_span(gap) for gap in found.gaps])
    if not found.intact:
        raise typer.Exit(1)


@commands.command("list")
def list_audit(
    context: typer.Context,
    actor: Annotated[str, typer.Option(help="Only of the actor with this name.")] = "",
    action: Annotated[str, typer.Option(help="Only this action, or those below it: `run` for `run.start`.")] = "",
    object_ref: Annotated[str, typer.Option("--object", help="Only to this object, such as `run:7k2m9x4qpb`.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: Json = False,
) -> None:
    """List what was done, newest first."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        rows, _ = trail.list_entries(session, console.actor, trail.Wanted(actor, action, object_ref), limit)
    items = [audit.told(row) if as_json else _listed(row) for row in rows]
    print_items(items, ("id", "at", "actor", "action", "object", "position"), as_json)


@commands.command("export")
def export(
    context: typer.Context,
    since: Annotated[datetime | None, typer.Option(help="Only from this time on, in UTC.")] = None,
) -> None:
    """Print the audit trail as JSON lines, oldest first, with position and hash of what is sealed."""
    start = since.replace(tzinfo=UTC) if since is not None else None
    with console_of(context).open_services() as services, services.database.reading() as session:
        for entry in audit.trail(session, start):
            sys.stdout.write(json.dumps(audit.told(entry), ensure_ascii=False) + "\n")


def _listed(row: audit.AuditEntry) -> dict[str, Any]:
    told = {"at": row.at, "actor": row.actor_name, "object": row.object_ref}
    return told | {"id": row.id, "action": row.action, "position": row.position}


def _name(what: str, places: Sequence[str]) -> None:
    if places:
        rest = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
        say(f"{what} {', '.join(places[:_MOST_NAMED])}{rest}.")


def _span(gap: range) -> str:
    return str(gap.start) if len(gap) == 1 else f"{gap.start} to {gap.stop - 1}"
