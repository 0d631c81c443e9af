"""`homeport findings …`"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.console import Json, console_of, print_items, print_object, say, shell_language
from homeport.kernel.knowledge import findings, imports
from homeport.kernel.knowledge.findings import Finding, Order, Severity, State, Wanted, Words
from homeport.kernel.knowledge.imports import Import, Imported, path_of
from homeport.kernel.knowledge.sarif.log import parse
from homeport.kernel.module import installed_modules
from homeport.web.finding_export import exported
from homeport.web.finding_words import words_of
from homeport.web.i18n import Messages
from homeport.web.pages.ownership import NoOwners

commands = typer.Typer(help="What is wrong with an entity.", no_args_is_help=True)

_COLUMNS = ("id", "severity", "source", "rule", "entity_ref", "parameters", "due_at", "first_seen_at", "last_seen_at")


@commands.command("list")
def list_findings(
    context: typer.Context,
    state: Annotated[State, typer.Option(help="Which findings.")] = State.OPEN,
    severity: Annotated[list[Severity] | None, typer.Option(help="Only as bad as this; may be given again.")] = None,
    source: Annotated[str | None, typer.Option(help="Only of this module or tool, such as catalog or trivy.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule, such as catalog.unknown-owner.")] = None,
    entity: Annotated[list[str] | None, typer.Option(help="Only about this entity; may be given again.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should have been mended by now.")] = False,
    sort: Annotated[Order, typer.Option(help="severity, due, seen (oldest first) or -seen.")] = Order.WORST,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    as_json: Json = False,
) -> None:
    """List findings, worst first."""
    console = console_of(context)
    say_words = _words_of_findings()
    about = {EntityRef.parse(ref, "component") for ref in entity} if entity else None
    wanted = Wanted(
        state=state, severities=severity or (), source=source, rule=rule, entities=about, is_overdue=overdue
    )
    with console.open_services() as services, services.database.reading() as session:
        page = findings.list_findings(session, console.actor, wanted, services.clock(), limit=limit, order=sort)
        items = [_item(row, say_words(row)) for row in page.findings]
    print_items(items, ("id", "severity", "title", "place", "due_at"), as_json)


@commands.command("show")
def show_finding(context: typer.Context, finding_id: int, as_json: Json = False) -> None:
    """Show a finding: what is wrong, where, why it matters and how to mend it."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        row = findings.get_finding(session, console.actor, finding_id)
        item = _item(row, _words_of_findings()(row))
    if as_json:
        print_object(item)
        return
    print(f"{item['severity']}: {item['title']}\n{item['place'] or ''}")
    for part in ("message", "why", "fix", "url"):
        if item[part]:
            print(f"\n{item[part]}")


@commands.command("suppress")
def suppress_finding(
    context: typer.Context,
    finding_id: int,
    reason: Annotated[str, typer.Option(help="Why the risk is accepted.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until it opens again.")] = 30,
    as_json: Json = False,
) -> None:
    """Accept a finding for a while; it opens again by itself."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        now = services.clock()
        findings.suppress(session, console.actor, finding_id, reason, now + timedelta(days=days), now)
    if as_json:
        print_object({"id": finding_id, "suppressed_until": now + timedelta(days=days)})
    else:
        say(f"Finding {finding_id} is suppressed for {days} days.")


@commands.command("unsuppress")
def unsuppress_finding(context: typer.Context, finding_id: int, as_json: Json = False) -> None:
    """Take back that a finding was accepted."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        findings.unsuppress(session, console.actor, finding_id, services.clock())
    if as_json:
        print_object({"id": finding_id, "suppressed_until": None})
    else:
        say(f"Finding {finding_id} is open again.")


@commands.command("import")
def import_findings(
    context: typer.Context,
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="A SARIF 2.1.0 file; - for standard input.")],
    source: Annotated[str, typer.Option(help="The tool that wrote it, such as trivy.")],
    entity: Annotated[str | None, typer.Option(help="The entity it is about: component:order-api.")] = None,
    path: Annotated[
        list[str] | None, typer.Option(help="FOLDER=ENTITY: what lies there is about that entity; may be given again.")
    ] = None,
    scope: Annotated[str, typer.Option(help="What was looked at, such as order-api/main; else the entity.")] = "",
    root: Annotated[Path | None, typer.Option(help="Taken off the start of paths; else the current folder.")] = None,
    as_json: Json = False,
) -> None:
    """Take in what another tool found; what it no longer finds in the same scope is gone."""
    console = console_of(context)
    about = EntityRef.parse(entity, "component") if entity else None
    asked = Import(source, about, scope, dict(map(path_of, path or ())), str(root or Path.cwd()))
    with console.open_services() as services:
        told = services.settings.findings
        log = parse(file.read(told.import_limit_bytes + 1), told.import_limit_bytes)
        with services.database.writing() as session:
            imported = imports.import_sarif(
                session, console.actor, log, asked, _no_owners, services.clock(), told.due_days.by_severity
            )
    if as_json:
        print_object(asdict(imported))
    else:
        _tell(imported)


@commands.command("export")
def export_findings(
    context: typer.Context,
    form: Annotated[Literal["sarif", "csv", "json"], typer.Option("--format", help="sarif, csv or json.")] = "sarif",
    state: Annotated[State, typer.Option(help="Which findings.")] = State.OPEN,
    source: Annotated[str | None, typer.Option(help="Only of this module or tool.")] = None,
) -> None:
    """Print findings as a file: SARIF for other tools, CSV for spreadsheets, JSON for programs."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        wanted = Wanted(state=state, source=source)
        now, words = services.clock(), _words_of_findings()
        print(exported(session, NoOwners(), console.actor, wanted, now, Order.WORST, form, words))


def _tell(imported: Imported) -> None:
    kept = "" if imported.is_complete else " The tool says that it failed, so nothing was closed."
    skipped = f", {imported.accepted} accepted in the tool itself and left out" if imported.accepted else ""
    say(
        f"{imported.source} in {imported.scope}: {imported.new} new, {imported.seen_again} still there, "
        f"{imported.reopened} back again, {imported.gone} gone{skipped}.{kept}"
    )


def _no_owners(_session: Any, _entities: Any) -> dict[EntityRef, EntityRef]:
    """Who runs the command line is an admin: owners make no difference."""
    return {}


def _item(row: Finding, words: Words) -> dict[str, Any]:
    place = row.evidence
    where = f"{place.file}:{place.line}" if place.file and place.line else place.file
    told = {name: getattr(row, name) for name in _COLUMNS}
    return told | {"file": place.file, "line": place.line, "place": where} | asdict(words)


def _words_of_findings() -> Callable[[Finding], Words]:
    """Return what gives a finding its words, in the language of the shell."""
    messages, language = Messages([module.folder / "locales" for module in installed_modules()]), shell_language()
    return lambda row: words_of(messages, language, row)
