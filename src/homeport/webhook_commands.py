"""`homeport webhooks …`"""

from __future__ import annotations

from typing import Annotated

import typer

from homeport.app import inbox_of
from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.edge import inbound
from homeport.web.rest.webhooks import DeliveryModel, detail

commands = typer.Typer(help="Deliveries of webhooks.", no_args_is_help=True)


@commands.command("list")
def list_deliveries(
    context: typer.Context,
    name: Annotated[str | None, typer.Option(help="Only of this webhook.")] = None,
    event: Annotated[str | None, typer.Option(help="Only of this event, such as push.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: Json = False,
) -> None:
    """List deliveries, newest first."""
    columns = ("id", "name", "event", "received_at", "tells")
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        inbox = inbox_of(services)
        rows = inbound.list_deliveries(session, console.actor, name, limit, event=event)
        items = [DeliveryModel.of(row, inbox).model_dump(mode="json") for row in rows]
    shown = items if as_json else [{**item, "tells": ", ".join(item["tells"])} for item in items]
    print_items(shown, columns, as_json)


@commands.command("show")
def show_delivery(context: typer.Context, delivery_id: int) -> None:
    """Print a delivery as JSON, with what was sent; secrets in it are shown as stars."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        row = inbound.get_delivery(session, delivery_id)
        print_object(detail(row, inbox_of(services), console.actor).model_dump(mode="json"))


@commands.command("replay")
def replay(context: typer.Context, delivery_id: int, as_json: Json = False) -> None:
    """Tell again what a delivery tells, such as after a mistake in homeport.yaml was mended."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        inbox = inbox_of(services)
        told = DeliveryModel.of(inbox.replay(session, console.actor, delivery_id), inbox)
    if as_json:
        print_object(told.model_dump(mode="json"))
    else:
        say(f"Told again: {', '.join(told.tells) or 'nothing, since nobody understands the event'}.")
