"""Folders and files that nobody but who runs homeport may look into, whatever the umask."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make the folder, and those above it that are missing; one that is there stays as it is."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_file(file: Path) -> None:
    """Make the file, empty, unless it is there or can't be made; then whoever opens it is told why."""
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
