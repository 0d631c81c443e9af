"""An installation with the catalog, and small Git repositories to discover."""

from __future__ import annotations

import os
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from homeport.app import Homeport, assemble
from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust.identity import SYSTEM
from homeport.kernel.work import runs
from homeport.kernel.work.dispatch import Dispatcher
from homeport.kernel.work.procedures import Procedures


class Repositories:
    """A folder of Git repositories that a test writes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def commit(self, name: str, files: dict[str, str], author: str = "Kim <kim@example.com>", date: str = "") -> Path:
        """Write the files into the repository and commit them; the repository is made if it is not there."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / ".git").exists():
            self._git(folder, "init", "-q", "-b", "main")
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(textwrap.dedent(content), encoding="utf-8")
        self._git(folder, "add", "-A")
        when = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else {}
        self._git(folder, "commit", "-q", "--allow-empty", "-m", "change", f"--author={author}", **when)
        return folder

    def empty(self, name: str) -> None:
        """Make a repository without a commit."""
        (self.root / name).mkdir(parents=True)
        self._git(self.root / name, "init", "-q", "-b", "main")

    def _git(self, folder: Path, *arguments: str, **environment: str) -> None:
        command = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.com", *arguments]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env={**os.environ, **environment})


class Installation:
    """homeport with a database of its own; runs are worked on at once, in this thread."""

    def __init__(self, homeport: Homeport) -> None:
        self.homeport = homeport
        self.services = homeport.services
        self.database = homeport.services.database

    def discover(self, root: Path, **values: Any) -> runs.RunRow:
        """Discover the folder and return the run, ended."""
        values = {"target": str(root), **values}
        plan = runs.plan_run(self.services.procedures, SYSTEM, "catalog.discover", values)
        with self.database.writing() as session:
            run = runs.start_run(
                session, self.services.procedures, SYSTEM, "catalog.discover", values, self.services.clock(), plan
            )
        return self.work_on(run.id)

    def work_on(self, run_id: str) -> runs.RunRow:
        """Do the run and deliver what it told; return it, ended."""
        dispatcher = Dispatcher(self.database, self.services.procedures, self.services.clock, lease_s=60)
        assert dispatcher.work_on_next("test", frozenset({run_id}))
        self.deliver()
        with self.database.reading() as session:
            return runs.get_run(session, run_id)

    def deliver(self) -> None:
        """Deliver every event that waits."""
        while self.services.subscribers.deliver_one(self.database, "test", self.services.clock()):
            pass


@pytest.fixture
def repositories(tmp_path: Path) -> Repositories:
    """A folder to write repositories into."""
    root = tmp_path / "repositories"
    root.mkdir()
    return Repositories(root)


@pytest.fixture
def installation(database: Database, clock: FakeClock, tmp_path: Path) -> Installation:
    """homeport on an empty database, on each engine."""
    modules = installed_modules()
    sections = {module.name: module.settings for module in modules if module.settings}
    settings = load_settings({}, sections, home=tmp_path / "home", catalog={"folders": (tmp_path,)})
    return Installation(assemble(Services(settings, database, Procedures(), Subscribers(), clock), modules))
