"""Python environments of their own, for clients whose requirements conflict with homeport's."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

_CACHE = Path(__file__).parents[1] / ".cache" / "clients"


@cache
def python_with(requirements: Path) -> Path:
    """Return the Python of an environment with just these locked packages; it is made once and kept in .cache."""
    locked = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = _CACHE / locked
    python, mark = folder / "bin" / "python", folder / ".installed"
    guard = Path(tempfile.gettempdir()) / f"homeport-clients-{locked}.lock"
    with guard.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not mark.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _install(folder, python, requirements)
            mark.touch()
    return python


def _install(folder: Path, python: Path, requirements: Path) -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
        command = [uv, "pip", "install", "--quiet", "--python", str(python)]
    else:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "--require-hashes", "-r", str(requirements)], check=True)
