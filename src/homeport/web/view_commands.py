"""`homeport views …`"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.knowledge import views
from homeport.kernel.knowledge.views import EVERYONE, SavedView
from homeport.web.views import ViewedList, query_of

commands = typer.Typer(help="Saved views of lists.", no_args_is_help=True)


@commands.command("list")
def list_views(
    context: typer.Context,
    of: Annotated[ViewedList | None, typer.Option("--list", help="Only of this list.")] = None,
    as_json: Json = False,
) -> None:
    """List the views that are shared; people find their own in the portal."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        items = [_item(row) for row in views.list_views(session, console.actor, of)]
    print_items(items, ("id", "name", "url", "audience", "made_by"), as_json)


@commands.command("save")
def save_view(
    context: typer.Context,
    name: str,
    query: Annotated[str, typer.Argument(help="What its address has after the question mark: q=kind:api&sort=-name.")],
    of: Annotated[ViewedList, typer.Option("--list", help="The list that it is a view of.")] = ViewedList.CATALOG,
    audience: Annotated[str, typer.Option(help="everyone, or a group: group:default/order.")] = EVERYONE,
    as_json: Json = False,
) -> None:
    """Save a view for everyone or for a team."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        row = views.save_view(session, console.actor, of, name, query_of(query), audience, services.clock())
        item = _item(row)
    if as_json:
        print_object(item)
    else:
        say(f"View {item['id']} is saved: {item['url']}")


@commands.command("delete")
def delete_view(context: typer.Context, view_id: int, as_json: Json = False) -> None:
    """Delete a shared view."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        name = views.delete_view(session, console.actor, view_id, services.clock()).name
    if as_json:
        print_object({"id": view_id, "name": name})
    else:
        say(f"View {view_id}, {name}, is deleted.")


def _item(row: SavedView) -> dict[str, Any]:
    return {
        "id": row.id,
        "list": row.path,
        "name": row.name,
        "query": row.query,
        "url": row.href,
        "audience": row.audience,
        "made_by": row.made_by,
        "created_at": row.created_at,
    }
