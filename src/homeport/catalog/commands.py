"""`homeport catalog …`"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any

import typer
import yaml
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.domain.fields import Place, Problem
from homeport.catalog.linting import lint
from homeport.catalog.procedures import DISCOVER
from homeport.catalog.schemas import EntityDetail, EntityModel
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput, NotFound, RunFailed
from homeport.kernel.console import Console, Json, Reason, console_of, print_items, print_object, say, shell_language
from homeport.kernel.work import runs
from homeport.web.i18n import Messages
from homeport.web.pages.finding_facts import readable

commands = typer.Typer(help="What exists and who owns it.", no_args_is_help=True)

_WITHOUT_EXAMPLE = {"catalog.broken-file"}
_COLUMNS = ("ref", "title", "type", "owner", "system", "origin", "lowest_confidence")


@commands.command("discover")
def discover(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder of Git repositories, bare or not.")],
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Read every repository below a folder and publish the entities they tell of."""
    console = console_of(context)
    with console.open_services() as services:
        run_id = console.start(services, DISCOVER, {"target": str(directory.resolve())}, reason)
        row = console.follow(services, run_id, quiet=as_json)
        if as_json:
            print_object({"run": run_id, "state": row.state, "outcome": row.outcome})
        else:
            told = ", ".join(f"{count} {what}" for what, count in (row.outcome or {}).items())
            say(f"Run {run_id} succeeded: {told}. `homeport catalog list` shows the entities.")


@commands.command("list")
def list_entities(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Only this kind, such as component.")] = None,
    owner: Annotated[str | None, typer.Option(help="Only what this group owns; `none` for what nobody owns.")] = None,
    text: Annotated[str, typer.Option("--text", help="Only what has these words in name, title or description.")] = "",
    stale: Annotated[
        bool, typer.Option("--stale", help="Only those that may be old: what they come from can't be read.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 500,
    as_json: Json = False,
) -> None:
    """List entities."""
    console = console_of(context)
    facets = {"kind": [kind] if kind else [], "owner": [_owner(owner)] if owner else []}
    with console.open_services() as services, services.database.reading() as session:
        page = repository.list_entities(session, console.actor, repository.Query(facets, text, is_stale=stale), limit)
        items = [EntityModel.of(row).model_dump() for row in page.entities]
    print_items(items, _COLUMNS, as_json)
    if page.next_offset is not None:
        say(f"{limit} of {page.total} shown; --limit shows more.")


@commands.command("get")
def get_entity(
    context: typer.Context,
    ref: Annotated[str, typer.Argument(help="Such as component:order-api.")],
    as_json: Json = False,
) -> None:
    """Show an entity: its document as YAML, or with --json also the source of each field."""
    console = console_of(context)
    wanted = EntityRef.parse(ref, "component")
    with console.open_services() as services, services.database.reading() as session:
        row = repository.find_entity(session, console.actor, wanted)
        if row is None:
            raise NotFound(f"There is no entity {wanted}. `homeport catalog list` shows what there is.")
        if as_json:
            print_object(EntityDetail.load(session, row).model_dump())
        else:
            typer.echo(yaml.safe_dump(row.document, allow_unicode=True, sort_keys=False), nl=False)


@commands.command("refresh")
def refresh(
    context: typer.Context,
    ref: Annotated[
        str | None, typer.Argument(help="The entity whose repository to read again; all if left out.")
    ] = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Read again what changed; the repository of one entity is read again even if it did not."""
    console = console_of(context)
    results = []
    with console.open_services() as services:
        with services.database.reading() as session:
            requests = _requests(session, console, ref)
        for values in requests:
            run_id = console.start(services, DISCOVER, values, reason)
            try:
                console.follow(services, run_id, quiet=as_json)
            except RunFailed as failure:  # the other locations are read all the same
                say(failure.message)
            with services.database.reading() as session:
                row = runs.get_run(session, run_id)
            results.append({"run": run_id, "target": values["target"], "state": row.state, "outcome": row.outcome})
    print_items(results, ("run", "target", "state"), as_json)
    failed = sum(result["state"] == runs.RunState.FAILED for result in results)
    if failed:
        raise RunFailed(f"{failed} of {len(results)} locations could not be read; what they gave before stays.")


@commands.command("lint")
def lint_files(
    paths: Annotated[list[Path], typer.Argument(help="Files, patterns, or folders to look for catalog-info.yaml in.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="The paths hold the whole catalog: references have to stay in it.")
    ] = False,
    kind: Annotated[list[str] | None, typer.Option(help="Another kind that is let in, as catalog.other_kinds.")] = None,
    as_json: Json = False,
) -> None:
    """Judge descriptors as the catalog would, for CI: exits with 1 if anything is wrong. Needs no installation."""
    verdict = lint(paths, {one.lower() for one in kind or ()}, is_whole=whole)
    words = _words()
    items = [_linted(problem, words) for problem in verdict.problems]
    if as_json:
        print_object({"files": verdict.files, "entities": verdict.entities, "items": items})
    else:
        for item in items:
            typer.echo(f"{item['file']}:{item['line'] or 1}: {item['rule']}: {item['title']}")
            typer.echo(f"    {item['why']}\n    {item['fix']}")
            if item["example"]:
                typer.echo(indent(str(item["example"]), " " * 8))
        say(f"{verdict.files} files, {verdict.entities} entities, {len(items)} problems")
    if items:
        raise typer.Exit(1)


def _linted(problem: Problem, words: Callable[..., str]) -> dict[str, Any]:
    place = problem.place or Place("")
    file = _relative(place.file)
    named = {"file": _relative(problem.parameters.get("file", place.file))}
    told = readable({"repository": os.path.dirname(file), **problem.parameters, **named})  # noqa: PTH120
    key = f"finding-{problem.rule.replace('.', '-')}"
    return {
        "file": file,
        "line": place.line,
        "rule": problem.rule,
        "entity": problem.entity or None,
        **{part: words(f"{key}-{part}", **told) for part in ("title", "why", "fix")},
        "example": words(f"{key}-example", **told) if problem.rule not in _WITHOUT_EXAMPLE else None,
    }


def _relative(path: str) -> str:
    """The path as it is seen from here; an address stays."""
    return os.path.relpath(path) if path.startswith("/") else path


def _words() -> Callable[..., str]:
    """What says a message of the catalog in the language of the shell."""
    messages = Messages([Path(__file__).parent / "locales"])
    return partial(messages.translate, shell_language())


def _requests(session: Session, console: Console, ref: str | None) -> list[dict[str, Any]]:
    if ref is None:
        locations = origins.list_locations(session, console.actor)
        if not locations:
            raise InvalidInput("Nothing was discovered yet. Begin with `homeport catalog discover DIR`.")
        return [{"type": location.type, "target": location.target} for location in locations]
    wanted = EntityRef.parse(ref, "component")
    row = repository.find_entity(session, console.actor, wanted)
    location = origins.find_location(session, row.location_id) if row else None
    if row is None or location is None:
        raise NotFound(f"There is no entity {wanted}. `homeport catalog list` shows what there is.")
    unit = origins.find_unit(session, row.unit_id) if row.unit_id else None
    only = unit.key if unit else origins.path_of(session, row)
    return [{"type": location.type, "target": location.target, "only": [only]}]


def _owner(text: str) -> str:
    return text if text == repository.NOBODY else str(EntityRef.parse(text, "group"))
