"""What every command stands on: the installation, who runs the command, and how answers are printed.

Data goes to standard output, messages to standard error. `--json` prints a list of items as an object with
`items`, anything else as the object itself.
"""

from __future__ import annotations

import getpass
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from homeport.kernel.base.errors import ApprovalNeeded, Cancelled, NeedsDecision, RunFailed
from homeport.kernel.base.wakeups import WAKEUPS
from homeport.kernel.module import Services
from homeport.kernel.trust.identity import Actor, Role
from homeport.kernel.work import approvals, runs
from homeport.kernel.work.approval_requests import ApprovalRow
from homeport.kernel.work.runs import LogRow, RunRow, RunState, log_topic
from homeport.kernel.work.worker import Worker

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Reason = Annotated[str | None, typer.Option(help="Why; told to those who have to approve, and kept with the run.")]
_FOLLOW_POLL_S = 0.2
_PIPE_WIDTH = 1_000
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Console:
    """The command line of an installation: `open_services` brings it up, `worker_for` makes a worker for one run."""

    open_services: Callable[[], AbstractContextManager[Services]]
    worker_for: Callable[[Services, str], Worker]

    @property
    def actor(self) -> Actor:
        """Whoever may read the database file may do everything: the command acts as an admin, under the login name."""
        return Actor("command", _login(), _login(), Role.ADMIN)

    def start(self, services: Services, procedure: str, values: Mapping[str, Any], reason: str | None = None) -> str:
        """Plan and start a run; return its id.

        Raises:
            ApprovalNeeded: somebody has to approve it first, and was asked.
        """
        plan = runs.plan_run(services.procedures, self.actor, procedure, values)
        with services.database.writing() as session:
            begun = approvals.start_or_ask(
                session, services.procedures, self.actor, procedure, values, services.clock(), plan, reason=reason
            )
        if isinstance(begun, ApprovalRow):
            needs = "; ".join(map(str, begun.required))
            raise ApprovalNeeded(
                f"{procedure} needs approval ({needs}). Request {begun.id} asks for it; "
                f"`homeport approvals show {begun.id}` tells how it stands."
            )
        return begun.id

    def follow(
        self,
        services: Services,
        run_id: str,
        *,
        quiet: bool = False,
        after: int = 0,
        tell: Callable[[LogRow], None] | None = None,
    ) -> RunRow:
        """Work on the run if nobody else does, show its log after line `after` until it ends, and return it.

        Whoever interrupts it leaves the run as it is: what this process worked on is taken over when its lease ends.

        Raises:
            RunFailed, Cancelled: the run ended so.
        """
        with services.database.reading() as session:
            is_waiting = runs.get_run(session, run_id).state == RunState.WAITING
            before = runs.needed_for(session, run_id) - runs.family_of(session, run_id)
        if is_waiting and before and not quiet:
            say(f"Run {run_id} may have to wait for {', '.join(sorted(before))}, begun before it.")
        worker = self.worker_for(services, run_id)
        worker.start()
        try:
            row = _show_until_end(services, run_id, quiet, after, tell)
        except KeyboardInterrupt:  # not stopped: that would wait for the run
            say(f"Run {run_id} goes on; `homeport runs follow {run_id}` shows it again.")
            raise typer.Exit(_INTERRUPTED) from None
        except BaseException:
            worker.stop()
            raise
        worker.stop()
        if row.state == RunState.FAILED:
            raise RunFailed(f"Run {run_id} failed: {row.error_message}")
        if row.state == RunState.NEEDS_DECISION:
            raise NeedsDecision(f"Run {run_id} needs a decision. {row.error_message}")
        if row.state == RunState.CANCELLED:
            raise Cancelled(f"Run {run_id} was cancelled.")
        return row


def console_of(context: typer.Context) -> Console:
    """Return the console that the root command prepared."""
    assert isinstance(context.obj, Console)
    return context.obj


def print_items(items: Sequence[Mapping[str, Any]], columns: Iterable[str], as_json: bool) -> None:
    """Print the items: as a table of `columns`, or all of each as JSON."""
    if as_json:
        print_object({"items": list(items)})
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = list(columns)
    for name in names:
        table.add_column(name.upper().replace("_", " "), overflow="fold")
    for item in items:
        table.add_row(*(Text(_cell(item.get(name))) for name in names))
    console = RichConsole(emoji=False)
    if not console.is_terminal:  # a pipe has no width: nothing is broken in the middle of a word
        console = RichConsole(emoji=False, width=_PIPE_WIDTH)
    console.print(table)


def print_object(values: Mapping[str, Any]) -> None:
    """Print the object as JSON."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=2, default=_plain) + "\n")


def print_line(values: Mapping[str, Any]) -> None:
    """Print the object as one line of JSON, at once."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def say(message: str) -> None:
    """Tell the person something that is no data."""
    RichConsole(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True).print(message)


def shell_language() -> str:
    """The language of the shell, ko or en."""
    return "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"


def _show_until_end(
    services: Services, run_id: str, quiet: bool, after: int, tell: Callable[[LogRow], None] | None
) -> RunRow:
    topics = (log_topic(run_id),)
    with _progress(quiet) as progress:
        bar = progress.add_task("", total=None)
        while True:
            mark = WAKEUPS.seen(topics)
            with services.database.reading() as session:
                row = runs.get_run(session, run_id)
                lines = runs.log_of(session, run_id, after)
                states = [target.state for target in runs.targets_of(session, run_id)]
            for line in lines:
                after = line.number
                if tell is not None:
                    tell(line)
                elif not quiet:
                    progress.console.print(line.text, markup=False, highlight=False, emoji=False)
            ended = sum(RunState(state).has_ended for state in states)
            progress.update(bar, total=len(states) or None, completed=ended, description=f"run {run_id}")
            if RunState(row.state).has_ended and not lines:
                return row
            if not lines:
                WAKEUPS.wait(topics, mark, _FOLLOW_POLL_S)


def _progress(quiet: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = RichConsole(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _login() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "unknown"
