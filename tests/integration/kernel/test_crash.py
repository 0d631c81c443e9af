"""A worker that is killed loses nothing: the long version is `./run soak runs`."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from homeport.kernel.base.database import Database

sys.path.insert(0, str(Path(__file__).parents[2] / "soak"))

import runs as soak_runs

KILLS = 5


def test_runs_survive_kills(database: Database, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    url = database.engine.url.render_as_string(hide_password=False)
    counted = soak_runs.soak(url, tmp_path, KILLS, seed)
    print(counted)
    assert counted["kills"] > 0
    assert counted["lost"] == 0
    assert counted["recorded twice"] == 0
    assert counted["done again"] <= counted["kills"] * 3
    assert counted["steps"] == soak_runs.RUNS * soak_runs.STEPS
