"""Nobody but who runs homeport may look into its home and its database, whatever the umask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from homeport.kernel.base import private
from homeport.kernel.base.database import Database


@pytest.fixture(autouse=True)
def _permissive() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_database_and_the_files_beside_it_are_private(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    database = Database(f"sqlite:///{home / 'homeport.db'}")
    database.migrate()
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = version_num"))
        modes = {file.name: mode(file) for file in home.iterdir()}
    database.close()
    assert modes == {"homeport.db": 0o600, "homeport.db-wal": 0o600, "homeport.db-shm": 0o600}
    assert (mode(home), mode(home.parent)) == (0o700, 0o700)


def test_what_is_there_keeps_its_mode_and_its_content(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "home" / "homeport.db"
    home.mkdir(mode=0o750)
    file.write_text("x")
    file.chmod(0o640)
    private.make_folder(home)
    private.make_file(file)
    assert (mode(home), mode(file), file.read_text()) == (0o750, 0o640, "x")
