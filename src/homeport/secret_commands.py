"""`homeport secrets`: credentials that homeport.yaml names as `secret:NAME`, kept sealed in the database."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from homeport.app import installation
from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.module import Services
from homeport.kernel.trust import secrets

commands = typer.Typer(help="Credentials that homeport.yaml names as secret:NAME.", no_args_is_help=True)


@commands.command("set")
def set_secret(context: typer.Context, name: str, as_json: Json = False) -> None:
    """Keep a credential under a name; it is read from standard input, or asked for on a terminal."""
    value = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.read().rstrip("\r\n")
    actor = console_of(context).actor
    with _services(context) as services, services.database.writing() as session:
        keyring = secrets.keyring_of(services.settings)
        secrets.set_secret(session, actor, keyring, name, value, services.clock())
    if as_json:
        print_object({"name": name, "reference": f"{secrets.REFERENCE}{name}"})
    else:
        say(f"Kept. Write {secrets.REFERENCE}{name} into homeport.yaml where the credential would stand, and restart.")


@commands.command("list")
def list_secrets(context: typer.Context, as_json: Json = False) -> None:
    """List the names of what is kept."""
    columns = ("name", "changed_by", "changed_at")
    actor = console_of(context).actor
    with _services(context) as services, services.database.reading() as session:
        items = [{column: getattr(row, column) for column in columns} for row in secrets.list_secrets(session, actor)]
    print_items(items, columns, as_json)


@commands.command("remove")
def remove_secret(context: typer.Context, name: str, as_json: Json = False) -> None:
    """Forget a credential."""
    actor = console_of(context).actor
    with _services(context) as services, services.database.writing() as session:
        secrets.remove_secret(session, actor, name, services.clock())
    if as_json:
        print_object({"name": name, "removed": True})
    else:
        say(f"Secret {name} is forgotten.")


@commands.command("rotate")
def rotate(context: typer.Context, as_json: Json = False) -> None:
    """Seal everything by a new master key; if yours is in secrets_key, put the new one before the old first."""
    actor = console_of(context).actor
    with _services(context) as services:
        count = secrets.rotate(services.database, actor, services.settings, services.clock())
    if as_json:
        print_object({"rotated": count})
    else:
        say(f"{count} secrets are sealed by the newest master key; older ones are needed no more.")


@contextmanager
def _services(context: typer.Context) -> Iterator[Services]:
    """The installation, without the secrets its settings name: they may not be kept yet."""
    with installation(names_secrets=False, **context.meta["overrides"]) as homeport:
        yield homeport.services
