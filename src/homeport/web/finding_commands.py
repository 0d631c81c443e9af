"""`homeport findings …`"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from sqlalchemy.orm import Session

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.console import Json, console_of, print_items, print_object, say, shell_language
from homeport.kernel.knowledge import findings, imports
from homeport.kernel.knowledge.findings import Finding, Order, Severity, Shown, State, Wanted, Words
from homeport.kernel.knowledge.imports import Import, Imported, path_of
from homeport.kernel.knowledge.sarif.log import parse
from homeport.kernel.module import installed_modules
from homeport.web.finding_export import exported
from homeport.web.finding_words import words_of
from homeport.web.i18n import Messages
from homeport.web.pages.ownership import Ownership

commands = typer.Typer(help="What is wrong with an entity.", no_args_is_help=True)

_COLUMNS = ("id", "severity", "source", "rule", "entity_ref", "parameters", "due_at", "first_seen_at", "last_seen_at")


StateAsked = Annotated[Literal["open", "suppressed", "gone", "all"], typer.Option(help="Which findings.")]
SeverityAsked = Annotated[list[Severity] | None, typer.Option(help="Only as bad as this; may be given again.")]
SourceAsked = Annotated[str | None, typer.Option(help="Only of this module or tool, such as catalog or trivy.")]
RuleAsked = Annotated[str | None, typer.Option(help="Only of this rule, such as catalog.unknown-owner.")]
EntityAsked = Annotated[list[str] | None, typer.Option(help="Only about this entity; may be given again.")]
OwnerAsked = Annotated[list[str] | None, typer.Option(help="Only of what this group or user owns; may be given again.")]
OverdueAsked = Annotated[bool, typer.Option("--overdue", help="Only what should have been mended by now.")]


@commands.command("list")
def list_findings(
    context: typer.Context,
    state: StateAsked = "open",
    severity: SeverityAsked = None,
    source: SourceAsked = None,
    rule: RuleAsked = None,
    entity: EntityAsked = None,
    owner: OwnerAsked = None,
    overdue: OverdueAsked = False,
    sort: Annotated[Order, typer.Option(help="severity, due, seen (oldest first) or -seen.")] = Order.WORST,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    as_json: Json = False,
) -> None:
    """List findings, worst first."""
    console = console_of(context)
    say_words = _words_of_findings()
    with console.open_services() as services, services.database.reading() as session:
        wanted = replace(
            _about(session, ownership_of(context), entity, owner),
            state=None if state == "all" else State(state),
            severities=severity or (),
            source=source,
            rule=rule,
            is_overdue=overdue,
        )
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
        item["state"] = row.state(services.clock())
        snippet = row.evidence.snippet
    if as_json:
        print_object(item)
        return
    print(f"{item['severity']}, {item['state']}: {item['title']}\n{item['rule']} {' '.join(item['cwes'])}".rstrip())
    for part in (item["entity_ref"], item["place"], _until(row)):
        if part:
            print(part)
    for part in (item["message"], snippet and snippet.rstrip(), item["why"], item["fix"], item["url"]):
        if part:
            print(f"\n{part}")


@commands.command("suppress")
def suppress_finding(
    context: typer.Context,
    finding_ids: Annotated[list[int], typer.Argument(help="The numbers of one or more findings.")],
    reason: Annotated[str, typer.Option(help="Why the risk is accepted.")],
    days: Annotated[int, typer.Option(min=1, max=365, help="Days until they open again.")] = 30,
    until: Annotated[datetime | None, typer.Option(help="The day or moment of that instead, in UTC.")] = None,
    as_json: Json = False,
) -> None:
    """Accept findings for a while, all or none of them; they open again by themselves."""
    console = console_of(context)
    with console.open_services() as services, services.database.writing() as session:
        now = services.clock()
        end = until.replace(tzinfo=UTC) if until else now + timedelta(days=days)
        for finding_id in finding_ids:
            findings.suppress(session, console.actor, finding_id, reason, end, now)
    if as_json:
        print_items([{"id": one, "suppressed_until": end} for one in finding_ids], ("id", "suppressed_until"), True)
    else:
        say(f"Suppressed until {end:%Y-%m-%d %H:%M} UTC: {', '.join(map(str, finding_ids))}.")


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
                session,
                console.actor,
                log,
                asked,
                ownership_of(context),
                services.clock(),
                told.due_days.by_severity,
            )
    if as_json:
        print_object(asdict(imported))
    else:
        _tell(imported)


@commands.command("export")
def export_findings(
    context: typer.Context,
    form: Annotated[Literal["sarif", "csv", "json"], typer.Option("--format", help="sarif, csv or json.")] = "sarif",
    state: StateAsked = "open",
    severity: SeverityAsked = None,
    source: SourceAsked = None,
    rule: RuleAsked = None,
    entity: EntityAsked = None,
    owner: OwnerAsked = None,
    overdue: OverdueAsked = False,
) -> None:
    """Print findings as a file: SARIF for other tools, CSV for spreadsheets, JSON for programs."""
    console = console_of(context)
    with console.open_services() as services, services.database.reading() as session:
        ownership = ownership_of(context)
        wanted = replace(
            _about(session, ownership, entity, owner),
            state=None if state == "all" else State(state),
            severities=severity or (),
            source=source,
            rule=rule,
            is_overdue=overdue,
        )
        now, words = services.clock(), _words_of_findings(findings.without_proof)
        print(exported(session, ownership, console.actor, wanted, now, Order.WORST, form, words))


def _tell(imported: Imported) -> None:
    kept = "" if imported.is_complete else " The tool says that it failed, so nothing was closed."
    skipped = f", {imported.accepted} accepted in the tool itself and left out" if imported.accepted else ""
    say(
        f"{imported.source} in {imported.scope}: {imported.new} new, {imported.seen_again} still there, "
        f"{imported.reopened} back again, {imported.gone} gone{skipped}.{kept}"
    )


def ownership_of(context: typer.Context) -> Ownership:
    """Return which entities are whose, as the root command bound it."""
    ownership: Ownership = context.meta["ownership"]
    return ownership


def _about(session: Session, ownership: Ownership, named: list[str] | None, owners: list[str] | None) -> Wanted:
    """Which findings both options leave: those about what is named, and of that what is owned."""
    about = {EntityRef.parse(ref, "component") for ref in named} if named else None
    if owners:
        owned = set(ownership.owned_by(session, {EntityRef.parse(ref, "group") for ref in owners}))
        about = owned if about is None else about & owned
    return Wanted(entities=about)


def _until(row: Finding) -> str:
    """Since when it is accepted, or by when to be mended."""
    if row.suppressed_until:
        return f"accepted until {row.suppressed_until:%Y-%m-%d} by {row.suppressed_by}: {row.suppressed_reason}"
    return f"due {row.due_at:%Y-%m-%d}" if row.due_at else ""


def _whole(row: Finding) -> Shown:
    return Shown(row.evidence, row.words, is_whole=True)


def _item(row: Finding, words: Words) -> dict[str, Any]:
    place = row.evidence
    where = f"{place.file}:{place.line}" if place.file and place.line else place.file
    told = {name: getattr(row, name) for name in _COLUMNS}
    return told | {"file": place.file, "line": place.line, "place": where} | asdict(words)


def _words_of_findings(shown: Callable[[Finding], Shown] = _whole) -> Callable[[Finding], Words]:
    """Return what gives a finding its words, in the language of the shell; who runs the command may see it all."""
    messages, language = Messages([module.folder / "locales" for module in installed_modules()]), shell_language()
    return lambda row: words_of(messages, language, row, shown(row))
