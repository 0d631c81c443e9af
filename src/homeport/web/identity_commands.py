"""`homeport people …`, `homeport sessions …` and `homeport admin …`"""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import Annotated

import structlog
import typer
from sqlalchemy import select

from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.console import Json, console_of, print_items, print_object, say
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Account, Person, Purpose, Role

BREAK_GLASS_LINK_LASTS = timedelta(minutes=15)
_BREAK_GLASS = "Break glass"

people_commands = typer.Typer(help="People and their passwords.", no_args_is_help=True)
session_commands = typer.Typer(help="Where people are signed in.", no_args_is_help=True)
admin_commands = typer.Typer(help="Ways in for when the others fail.", no_args_is_help=True)


@people_commands.command("list")
def list_people(context: typer.Context, as_json: Json = False) -> None:
    """List the people who may sign in, with their login names."""
    query = select(Person, Account.login).outerjoin(Account, Account.person_id == Person.id)
    with console_of(context).open_services() as services, services.database.reading() as session:
        rows = session.execute(query.order_by(Person.name, Person.id)).all()
        items = [
            {"id": one.id, "name": one.name, "login": login, "role": one.role, "last_seen_at": one.last_seen_at}
            for one, login in rows
        ]
    print_items(items, ("id", "name", "login", "role", "last_seen_at"), as_json)


@people_commands.command("password-link")
def password_link(
    context: typer.Context,
    login: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option(help="The person's name, for a login that is new.")] = "",
    role: Annotated[Role, typer.Option(help="What the person may, for a login that is new.")] = Role.VIEWER,
    as_json: Json = False,
) -> None:
    """Print a link with which a person chooses a password, once, within a day; a new login name makes the person."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        made = identity.invite(session, console.actor, login, services.clock(), name=name, role=role)
        link = f"{services.settings.base_url.rstrip('/')}/password/{made.secret}"
    if as_json:
        print_object({"link": link, "login": made.account.login, "name": made.person.name, "role": made.person.role})
    else:
        print(link)


@people_commands.command("set-password")
def set_password(context: typer.Context, login: str, as_json: Json = False) -> None:
    """Set the password of a login, asked for or read from standard input; its sign-ins end."""
    console = console_of(context)
    is_asked = sys.stdin.isatty()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if is_asked else sys.stdin.readline()
    password_hash = identity.hash_password(password.rstrip("\r\n"), login)
    with console.open_services() as services, services.database.writing() as session:
        now, account = services.clock(), identity.get_account(session, login)
        person = session.get_one(Person, account.person_id)
        identity.set_password(session, console.actor, account, password_hash, now)
        ended = identity.end_sign_ins(session, console.actor, person, now)
        identity.forget_devices(session, person)
    if as_json:
        print_object({"login": account.login, "sessions_ended": ended})
    else:
        say(f"{account.login} has a new password; {ended} sign-ins ended.")


@people_commands.command("role")
def set_role(
    context: typer.Context,
    person_id: Annotated[int, typer.Argument(metavar="ID", help="As `homeport people list` shows it.")],
    role: Annotated[Role, typer.Argument(help="What the person may from now on.")],
    as_json: Json = False,
) -> None:
    """Give a person a role; one that a provider's groups decide is what they say again at the next sign-in."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        person = identity.set_role(session, console.actor, person_id, role, services.clock())
    if as_json:
        print_object({"id": person.id, "name": person.name, "role": person.role})
    else:
        say(f"{person.name} has the role {role}.")


@session_commands.command("list")
def list_sessions(context: typer.Context, as_json: Json = False) -> None:
    """List live sign-ins, the latest used first."""
    with console_of(context).open_services() as services, services.database.reading() as session:
        idle = timedelta(hours=services.settings.session_idle_hours)
        items = [
            {
                "id": one.row.id,
                "person": one.person.name,
                "way": one.row.way,
                "address": one.row.address,
                "created_at": one.row.created_at,
                "last_seen_at": one.row.last_seen_at,
                "expires_at": one.row.expires_at,
                "device": one.row.user_agent,
            }
            for one in identity.list_sign_ins(session, services.clock(), idle)
        ]
    print_items(items, ("id", "person", "way", "address", "created_at", "last_seen_at", "device"), as_json)


@session_commands.command("revoke")
def revoke_session(context: typer.Context, session_id: str, as_json: Json = False) -> None:
    """End a sign-in: that browser is signed out."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        person = identity.revoke_sign_in(session, console.actor, session_id, services.clock())
    if as_json:
        print_object({"id": session_id, "person": person.name})
    else:
        say(f"A sign-in of {person.name} has ended.")


@admin_commands.command("break-glass")
def break_glass(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why nobody can get in another way; it goes into the audit.")],
    as_json: Json = False,
) -> None:
    """Print a link that makes you an admin for an hour, when nobody can sign in another way; it works for 15 minutes.

    It is told in the audit, in the log and in the list of sign-ins, when it is made and when it is used.
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput("--reason is empty. Say why nobody can get in another way; the audit keeps it.")
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        now = services.clock()
        person = identity.ensure_person(session, _BREAK_GLASS, Role.ADMIN, now)
        secret = identity.create_login_link(
            session, console.actor, person, now, BREAK_GLASS_LINK_LASTS, Purpose.BREAK_GLASS, reason=reason
        )
        link = f"{services.settings.base_url.rstrip('/')}/login/{secret}"
    structlog.get_logger(__name__).warning("break_glass_link_made", by=console.actor.name, reason=reason)
    if as_json:
        print_object({"link": link, "reason": reason})
    else:
        print(link)
