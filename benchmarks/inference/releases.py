"""Fetches the labelled releases and unpacks them, each archive checked by its SHA-256."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

CACHE = Path(".cache/inference")
_TIME_LIMIT_S = 300


def unpack(release: dict[str, Any]) -> Path:
    """Return the folder of the unpacked release, fetched if it is not there yet.

    Raises:
        RuntimeError: the archive can't be had, or is not the one that was labelled.
    """
    folder = CACHE / release["sha256"][:16]
    if not (folder / ".complete").exists():
        archive = CACHE / f"{release['sha256']}.tgz"
        if not archive.exists() or _sha256(archive) != release["sha256"]:
            _fetch(release, archive)
        if _sha256(archive) != release["sha256"]:
            raise RuntimeError(f"{release['name']} {release['version']} is not the archive that was labelled")
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        (folder / ".complete").touch()
    tree = folder / release["folder"]
    return tree if tree.is_dir() else next(path for path in sorted(folder.iterdir()) if path.is_dir())


def _fetch(release: dict[str, Any], archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    if release["registry"] == "npm":
        _fetch_npm(release, archive)
    else:
        _fetch_pypi(release, archive)


def _fetch_npm(release: dict[str, Any], archive: Path) -> None:
    named = f"{release['name']}@{release['version']}"
    command = ["npm", "pack", named, "--json", "--pack-destination", str(archive.parent)]
    packed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_TIME_LIMIT_S)
    if packed.returncode != 0:
        raise RuntimeError(f"npm pack {named}: {packed.stderr.strip().splitlines()[-1:]}")
    told = json.loads(packed.stdout)
    entry = told[0] if isinstance(told, list) else next(iter(told.values()))
    (archive.parent / Path(entry["filename"]).name).rename(archive)


def _fetch_pypi(release: dict[str, Any], archive: Path) -> None:
    """Source distributions are taken from the index itself: `pip download` would build them."""
    page = f"{_index().rstrip('/')}/{release['name']}/"
    request = urllib.request.Request(page, headers={"Accept": "application/vnd.pypi.simple.v1+json"})
    with urllib.request.urlopen(request, timeout=_TIME_LIMIT_S) as answer:
        files = json.load(answer)["files"]
    for file in files:
        if file["hashes"].get("sha256") == release["sha256"]:
            with urllib.request.urlopen(urljoin(page, file["url"]), timeout=_TIME_LIMIT_S) as answer:
                archive.write_bytes(answer.read())
            return
    raise RuntimeError(f"the index has no archive of {release['name']} with the labelled SHA-256")


def _index() -> str:
    """The index that pip uses here: the configured one, else pip's own default."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    configured = os.environ.get("PIP_INDEX_URL") or (asked.stdout.strip() if asked.returncode == 0 else "")
    if configured:
        return configured
    ask = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    return subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True, timeout=60
    ).stdout.strip()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
