"""A worker that is killed loses nothing and does nothing twice: the long version is `./run soak runs`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from homeport.kernel.base.database import Database

sys.path.insert(0, str(Path(__file__).parents[2] / "soak"))

import runs as soak_runs

KILLS = 10


def soak(database: Database, folder: Path, *, has_find: bool) -> soak_runs.Counted:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    url = database.engine.url.render_as_string(hide_password=False)
    counted = soak_runs.soak(url, folder, KILLS, seed, has_find=has_find)
    print(counted)
    return counted


def test_runs_survive_kills_and_change_the_outside_once(database: Database, tmp_path: Path) -> None:
    counted = soak(database, tmp_path, has_find=True)
    assert counted.kills > 0
    assert (counted.lost, counted.doubled) == (0, 0)
    assert counted.steps == soak_runs.RUNS * soak_runs.STEPS
    assert counted.effects == counted.steps // 2
    assert counted.repeated <= counted.kills * soak_runs.RUN_WORKERS
    assert counted.seconds <= soak_runs.FINISH_WITHIN_S


def test_without_find_effects_would_be_doubled(database: Database, tmp_path: Path) -> None:
    counted = soak(database, tmp_path, has_find=False)
    assert counted.lost == 0
    assert counted.doubled > 0
