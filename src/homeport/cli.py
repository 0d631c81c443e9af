"""The command line: `homeport`.

Exit codes: 0 done, 1 failed, 2 bad input or usage, 3 not allowed, 4 not found, 5 conflict, 6 cancelled,
7 something is away for now. Data goes to standard output, messages to standard error.
"""

from __future__ import annotations

import logging
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any

import structlog
import typer
import uvicorn
from sqlalchemy.orm import Session

from homeport import __version__, saebom
from homeport.app import Homeport, create_app, installation, settings_for
from homeport.catalog import api as catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import HomeportError, Unavailable
from homeport.kernel.base.settings import DEFAULT_BASE_URL, redacted
from homeport.kernel.console import Console, Json, console_of, print_items, print_line, print_object, say
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.trust import access, identity
from homeport.kernel.trust.identity import SYSTEM, Person, Role
from homeport.kernel.work import runs
from homeport.kernel.work.runs import RunState
from homeport.kernel.work.worker import Worker
from homeport.secret_commands import commands as secret_commands
from homeport.web.approval_commands import commands as approval_commands
from homeport.web.audit_commands import commands as audit_commands
from homeport.web.finding_commands import commands as finding_commands
from homeport.web.identity_commands import admin_commands, people_commands, session_commands
from homeport.web.rest.runs import needed
from homeport.web.view_commands import commands as view_commands
from homeport.webhook_commands import commands as webhook_commands

LOGIN_LINK_LASTS = timedelta(hours=24)
_ERROR_WIDTH = 100
_ADMIN = "Admin"
_SERVED_AT = "served-at"
"""The file in `home` with the address of the server, for the other commands where no base_url is set."""

app = typer.Typer(help="An internal developer platform one engineer installs with one command.", no_args_is_help=True)
token_commands = typer.Typer(help="API tokens.", no_args_is_help=True)
run_commands = typer.Typer(help="What the platform does for someone.", no_args_is_help=True)
config_commands = typer.Typer(help="Settings.", no_args_is_help=True)
app.add_typer(token_commands, name="token")
app.add_typer(people_commands, name="people")
app.add_typer(session_commands, name="sessions")
app.add_typer(admin_commands, name="admin")
app.add_typer(run_commands, name="runs")
app.add_typer(approval_commands, name="approvals")
app.add_typer(finding_commands, name="findings")
app.add_typer(audit_commands, name="audit")
app.add_typer(secret_commands, name="secrets")
app.add_typer(view_commands, name="views")
app.add_typer(webhook_commands, name="webhooks")
app.add_typer(config_commands, name="config")


def main() -> None:
    """Run the command line; errors that homeport knows are one line and an exit code of their own."""
    add_module_commands()
    try:
        app(standalone_mode=True)
    except HomeportError as error:
        say(f"homeport: {error.message}")
        sys.exit(error.exit_code)


def add_module_commands() -> None:
    """Add the commands that installed modules bring; once, however often it is called."""
    known = {group.name for group in app.registered_groups}
    for module in installed_modules():
        if module.commands is not None and module.name not in known:
            app.add_typer(module.commands, name=module.name)


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[
        Path | None, typer.Option(help="Folder of the database and homeport.yaml; else HOMEPORT_HOME, else .homeport.")
    ] = None,
) -> None:
    """Prepare the installation that the command works on."""
    overrides: dict[str, Any] = {"home": home} if home else {}

    @contextmanager
    def open_services() -> Iterator[Services]:
        with _opened(context) as homeport:
            yield homeport.services

    def worker_for(services: Services, run_id: str) -> Worker:
        return Homeport(services, []).worker(only=run_id)

    context.obj = Console(open_services, worker_for)
    context.meta["overrides"] = overrides
    context.meta["ownership"] = catalog.Owners()


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8600,
) -> None:
    """Serve the portal and the API, and work on what is due."""
    is_told = settings_for(installed_modules(), **context.meta["overrides"]).base_url != DEFAULT_BASE_URL
    address = {} if is_told else {"base_url": f"http://{host}:{port}"}
    with _opened(context, **address) as homeport:
        if not _has_people(homeport):
            say(
                f"Nobody has signed in yet. Open this link once to sign in as an admin:\n{_first_admins_link(homeport)}"
            )
        say(f"homeport listens on http://{host}:{port}")
        run_server(homeport, host, port)


@app.command()
def worker(context: typer.Context) -> None:
    """Work on what is due, without serving the portal; any number of workers may share a PostgreSQL database."""
    with _opened(context) as homeport:
        working = homeport.worker()
        working.start()
        homeport.start()
        say("Working. Stop with Ctrl-C.")
        try:
            while working.is_alive:
                working.wait(5)
        except KeyboardInterrupt:
            say("Stopping …")
        finally:
            working.stop()


@app.command()
def demo(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="Do all of it, print a summary, and end without serving.")] = False,
    home: Annotated[Path, typer.Option(help="Folder of the demo.")] = Path(".homeport/demo"),
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8600,
    seed: Annotated[int, typer.Option(help="Varies histories, names and where the faults sit.")] = 1,
    as_json: Json = False,
) -> None:
    """Build the demo company Saebom, discover its 40 repositories and serve the portal."""
    started = time.monotonic()
    folder = saebom.prepare(home, seed, datetime.now(UTC).date())
    built_s = time.monotonic() - started
    port = port if once else free_port(port)
    base_url = f"http://127.0.0.1:{port}"
    with _opened(context, home=home, base_url=base_url, zone="Asia/Seoul", organisation="새봄 Saebom") as homeport:
        summary = saebom.discover(homeport, console_of(context), folder, built_s)
        if as_json:
            print_object(asdict(summary))
        else:
            _tell_demo(summary)
        if not once:
            name, entity = saebom.visitor(homeport)
            _invite(first_login(homeport, name, Role.ADMIN, entity), base_url)
            run_server(homeport, "127.0.0.1", port)


@app.command("login-link")
def login_link(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="Whose link it is.")] = _ADMIN,
    role: Annotated[Role, typer.Option(help="What the person may.")] = Role.ADMIN,
    as_json: Json = False,
) -> None:
    """Print a link that signs a person in once, within a day."""
    with _opened(context) as homeport:
        link = first_login(homeport, name, role)
    if as_json:
        print_object({"link": link})
    else:
        print(link)


@token_commands.command("create")
def create_token(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    role: Annotated[Role, typer.Option(help="What the token may.")],
    expires_in_days: Annotated[
        int | None, typer.Option(min=1, help="Days until it expires; never if left out.")
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="What of its role it may, any number of times: finding.import, catalog.*, read."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make an API token and print it; it can't be shown again."""
    console = console_of(context)
    now = datetime.now(UTC)
    expires_at = now + timedelta(days=expires_in_days) if expires_in_days else None
    with console.open_services() as services, services.database.writing() as session:
        scopes = access.parse_scopes(scope or ())
        row, secret = identity.create_token(session, console.actor, name, role, now, expires_at, scopes)
    if as_json:
        told = {"name": row.name, "role": row.role, "scopes": row.scopes, "expires_at": row.expires_at}
        print_object({"token": secret, **told})
    else:
        print(secret)


@token_commands.command("list")
def list_tokens(context: typer.Context, as_json: Json = False) -> None:
    """List API tokens, without their secrets."""
    columns = ("name", "role", "scopes", "created_by", "created_at", "expires_at", "last_used_at")
    with console_of(context).open_services() as services, services.database.reading() as session:
        items = [{column: getattr(row, column) for column in columns} for row in identity.list_tokens(session)]
    print_items(items, columns, as_json)


@token_commands.command("revoke")
def revoke_token(context: typer.Context, name: str, as_json: Json = False) -> None:
    """Make a token worth nothing from now on."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        identity.revoke_token(session, console.actor, name, services.clock())
    if as_json:
        print_object({"name": name, "revoked": True})
    else:
        say(f"Token {name} is revoked.")


@run_commands.command("list")
def list_runs(
    context: typer.Context,
    state: Annotated[RunState | None, typer.Option(help="Only runs in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: Json = False,
) -> None:
    """List runs, newest first."""
    columns = ("id", "procedure", "state", "actor_name", "created_at", "ended_at", "error_message")
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        page = runs.list_runs(session, console.actor, state, None, limit)
        items = [{column: getattr(row, column) for column in columns} for row in page.runs]
    if not as_json:
        for item in items:
            item["error_message"] = item["error_message"] and shorten(item["error_message"], _ERROR_WIDTH)
    print_items(items, columns, as_json)


@run_commands.command("show")
def show_run(context: typer.Context, run_id: str, as_json: Json = False) -> None:
    """Show a run with its steps and targets."""
    with console_of(context).open_services() as services, services.database.reading() as session:
        row = runs.get_run(session, run_id)
        needs = needed(session, run_id)
        shown = {name: getattr(row, name) for name in ("id", "procedure", "state", "actor_name", "reason", "authority")}
        shown |= {name: getattr(row, name) for name in ("input", "outcome", "created_at", "ended_at")}
        shown |= {"error_code": row.error_code, "error_message": row.error_message}
        shown["needs_approval"] = needs and needs.model_dump()
        shown["steps"] = [{"name": step.name, "state": step.state} for step in runs.steps_of(session, run_id)]
        shown["targets"] = [
            {"name": target.name, "state": target.state, "detail": target.detail}
            for target in runs.targets_of(session, run_id)
        ]
    if as_json:
        print_object(shown)
        return
    print(f"{shown['id']}  {shown['procedure']}  {shown['state']}  by {shown['actor_name']}")
    if shown["reason"]:
        print(f"why: {shown['reason']}")
    for one in (shown["authority"] or {}).get("approvals", ()):
        print(f"approved by {one['name']}{': ' + one['note'] if one['note'] else ''}")
    if shown["error_message"]:
        print(f"error: {shown['error_message']}")
    if needs:
        print(f"needs approval ({'; '.join(needs.lacks)}): `homeport approvals show {needs.request}`")
    print_items(shown["steps"], ("name", "state"), as_json=False)
    print_items(shown["targets"], ("name", "state", "detail"), as_json=False)


@run_commands.command("follow")
def follow_run(
    context: typer.Context,
    run_id: str,
    after: Annotated[int, typer.Option(min=0, help="Only lines after this number, to go on where one stopped.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a line of JSON for each line, and one at the end.")] = (
        False
    ),
) -> None:
    """Show the log of a run until it ends, and exit as it ended; Ctrl-C leaves the run going."""
    console = console_of(context)
    with console.open_services() as services:
        with services.database.reading() as session:
            runs.get_run(session, run_id)
        try:
            console.follow(services, run_id, after=after, tell=_print_log_line if as_json else None)
        finally:
            if as_json:
                with services.database.reading() as session:
                    row = runs.get_run(session, run_id)
                print_line({"id": row.id, "state": row.state, "outcome": row.outcome, "error": row.error_message})


def _print_log_line(line: runs.LogRow) -> None:
    print_line({name: getattr(line, name) for name in ("number", "at", "level", "step", "text")})


@run_commands.command("cancel")
def cancel_run(context: typer.Context, run_id: str, as_json: Json = False) -> None:
    """Tell a run to stop."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        row = runs.cancel_run(session, console.actor, run_id, services.clock())
    if as_json:
        print_object({"id": row.id, "state": row.state})
    else:
        say(f"Run {run_id} was told to stop.")


@run_commands.command("retry")
def retry_run(context: typer.Context, run_id: str, as_json: Json = False) -> None:
    """Take up a failed or cancelled run again and follow it; what was done stays done."""
    console = console_of(context)
    with console.open_services() as services:
        with services.database.writing() as session:
            runs.retry_run(session, services.procedures, console.actor, run_id, services.clock())
        row = console.follow(services, run_id, quiet=as_json)
        if as_json:
            print_object({"id": row.id, "state": row.state, "outcome": row.outcome})


@config_commands.command("show")
def show_config(context: typer.Context) -> None:
    """Print the settings in force as JSON; secrets are shown as stars."""
    print_object(redacted(settings_for(installed_modules(), **context.meta["overrides"])))


def free_port(wanted: int) -> int:
    """Return `wanted` if nothing listens there, else a port that is free."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Unavailable(f"No port is free on this machine, not even another than {wanted}.")


def _tell_demo(summary: saebom.Summary) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in summary.kinds.items())
    found = ", ".join(f"{count} {severity}" for severity, count in summary.findings.items()) or "none"
    say(f"Saebom: {summary.repositories} repositories in {summary.built_s} s, discovered in {summary.discovered_s} s")
    say(f"  entities  {kinds}")
    say(f"  findings  {found}")
    say(f"  memory    {summary.peak_memory_mb} MB")


def _invite(link: str, base_url: str) -> None:
    say(f"\nThe portal   {base_url}\nSign in once {link}\n")
    say("Try: Catalog, an entity that nobody described, its graph; search 주문; confirm an owner; then the findings.")
    say("Stop with Ctrl-C.")


def first_login(
    homeport: Homeport, name: str = _ADMIN, role: Role = Role.ADMIN, entity: EntityRef | None = None
) -> str:
    """Return a link that signs `name` in once, within a day; `entity` is who they are in the catalog."""
    services = homeport.services
    now = services.clock()
    with services.database.writing() as session:
        person = identity.ensure_person(session, name, role, now, entity=entity)
        return _link(homeport, session, person, now)


def _first_admins_link(homeport: Homeport) -> str:
    """A link for the admin there is, so that nobody is added to a home that has one."""
    services = homeport.services
    now = services.clock()
    with services.database.writing() as session:
        admin = identity.find_admin(session) or identity.ensure_person(session, _ADMIN, Role.ADMIN, now)
        return _link(homeport, session, admin, now)


def _link(homeport: Homeport, session: Session, person: Person, now: datetime) -> str:
    secret = identity.create_login_link(session, SYSTEM, person, now, LOGIN_LINK_LASTS)
    return f"{homeport.settings.base_url.rstrip('/')}/login/{secret}"


def run_server(homeport: Homeport, host: str, port: int) -> None:
    """Serve the portal and work on what is due, until the process is told to stop."""
    with suppress(OSError):  # a home that can't be written to keeps nobody from serving
        (homeport.settings.home / _SERVED_AT).write_text(homeport.settings.base_url, encoding="utf-8")
    application = create_app(homeport, homeport.worker())
    uvicorn.run(application, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def _has_people(homeport: Homeport) -> bool:
    with homeport.services.database.reading() as session:
        return identity.has_people(session)


@contextmanager
def _opened(context: typer.Context, **more: Any) -> Iterator[Homeport]:
    """The installation that the command works on; it logs as its settings say."""
    overrides = context.meta["overrides"] | more
    settings = settings_for(installed_modules(), **overrides)
    served_at = settings.home / _SERVED_AT
    if settings.base_url == DEFAULT_BASE_URL and "base_url" not in overrides and served_at.is_file():
        overrides["base_url"] = served_at.read_text(encoding="utf-8")
    with installation(**overrides) as homeport:
        _set_up_logging(homeport.settings.log)
        yield homeport


def _set_up_logging(level: str) -> None:
    """Write logs to standard error: for people on a terminal, as JSON elsewhere; never with local variables."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = plain if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
