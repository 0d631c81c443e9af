"""`homeport demo`: build the company Saebom, discover it the ordinary way, and serve the portal."""

from __future__ import annotations

import resource
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from homeport.app import Homeport
from homeport.catalog import api as catalog
from homeport.demo import repositories
from homeport.kernel.base import private
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict
from homeport.kernel.console import Console
from homeport.kernel.knowledge import findings
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work import runs

DISCOVER = "catalog.discover"
_MARK = "saebom"


@dataclass(frozen=True, slots=True)
class Summary:
    """What the demo built and found, counted after the fact."""

    repositories: int
    kinds: dict[str, int]
    findings: dict[str, int]
    built_s: float
    discovered_s: float
    peak_memory_mb: float


def prepare(home: Path, seed: int, today: date) -> Path:
    """Build the repositories of Saebom below `home` and return their folder; those of the same seed are kept.

    Raises:
        Conflict: `home` holds an installation that is no demo; nothing in it is touched.
    """
    mark, folder = home / _MARK, home / "repositories"
    if (home / "homeport.db").exists() and not mark.exists():
        raise Conflict(f"{home} holds an installation that is no demo. Name another folder with --home.")
    wanted = f"{seed} {today}"
    if mark.exists() and mark.read_text() == wanted:
        return folder
    _clear(home)
    private.make_folder(home)
    mark.write_text("unfinished")
    repositories.build(folder, seed, today)
    mark.write_text(wanted)
    return folder


def discover(homeport: Homeport, console: Console, folder: Path, built_s: float) -> Summary:
    """Discover the repositories of Saebom, and count what is there now; a discovery that was interrupted goes on."""
    started = time.monotonic()
    services = homeport.services
    with services.database.reading() as session:
        begun = [run.id for run in runs.active_runs(session, DISCOVER) if run.input["target"] == str(folder)]
    run_id = begun[0] if begun else console.start(services, DISCOVER, {"target": str(folder)})
    console.follow(services, run_id, quiet=True)
    with services.database.reading() as session:
        kinds = catalog.count_by_kind(session)
        counted = findings.count_by_severity(session, SYSTEM, findings.Wanted(), services.clock())
    return Summary(
        repositories=len(list(folder.glob("*/*.git"))),
        kinds=kinds,
        findings={str(severity): count for severity, count in counted.items()},
        built_s=round(built_s, 1),
        discovered_s=round(time.monotonic() - started, 1),
        peak_memory_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    )


def visitor(homeport: Homeport) -> tuple[str, EntityRef | None]:
    """Return the name of the demo's visitor and whom they are in the catalog: of the team that owns most."""
    with homeport.services.database.reading() as session:
        team = catalog.busiest_group(session)
        members = catalog.members_of(session, team) if team else []
        if not members:
            return "Admin", None
        return catalog.find_title(session, members[0]) or members[0].name, members[0]


def _clear(home: Path) -> None:
    """Remove what an earlier demo left; only what a demo makes."""
    if not (home / _MARK).exists():
        return
    shutil.rmtree(home / "repositories", ignore_errors=True)
    for name in ("homeport.db", "homeport.db-wal", "homeport.db-shm"):
        (home / name).unlink(missing_ok=True)
