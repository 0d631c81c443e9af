"""Who waits for a topic is woken by it, and by nothing else; also across processes on PostgreSQL."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from homeport.kernel.base.database import Database
from homeport.kernel.base.wakeups import WAKEUPS, Listener, Wakeups, wake
from homeport.kernel.testing import postgresql_database

LONG_S = 20.0
RINGING = """
import sys
from homeport.kernel.base.database import Database
from homeport.kernel.base.wakeups import wake
with Database(sys.argv[1]).writing() as session:
    wake(session, sys.argv[2])
"""


def test_what_rang_since_the_mark_is_not_missed() -> None:
    wakeups = Wakeups()
    mark = wakeups.seen(["a", "b"])
    wakeups.ring("b")
    assert wakeups.wait(["a", "b"], mark, LONG_S)


def test_another_topic_wakes_nobody() -> None:
    wakeups = Wakeups()
    mark = wakeups.seen(["a"])
    threading.Timer(0.01, wakeups.ring, ["b"]).start()
    assert not wakeups.wait(["a"], mark, 0.1)


def test_everybody_who_waits_for_the_topic_is_woken() -> None:
    wakeups, woken = Wakeups(), []
    mark = wakeups.seen(["a"])
    threads = [threading.Thread(target=lambda: woken.append(wakeups.wait(["a"], mark, LONG_S))) for _ in range(3)]
    for thread in threads:
        thread.start()
    wakeups.ring("a")
    for thread in threads:
        thread.join()
    assert woken == [True] * 3


def test_a_change_that_was_rolled_back_wakes_nobody(database: Database) -> None:
    mark = WAKEUPS.seen(["rolled back"])
    try:
        with database.writing() as session:
            wake(session, "rolled back")
            raise ValueError
    except ValueError:
        pass
    assert WAKEUPS.seen(["rolled back"]) == mark


def test_other_processes_are_woken_on_postgresql(postgresql_url: str) -> None:
    with postgresql_database(postgresql_url) as database:
        assert _is_woken_from_elsewhere(database)


def test_a_process_with_more_open_files_than_select_knows_is_woken_still(postgresql_url: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with ExitStack() as files:
        files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_000, hard), hard))
        for _ in range(1_100):
            files.enter_context(Path(os.devnull).open("rb"))
        database = files.enter_context(postgresql_database(postgresql_url))
        assert _is_woken_from_elsewhere(database)
        for _ in range(2):  # a new connection, and one that was used before
            with database.reading() as session:
                assert session.scalar(text("SELECT 1")) == 1


def _is_woken_from_elsewhere(database: Database) -> bool:
    url, listener = database.engine.url.render_as_string(hide_password=False), Listener(database)
    listener.start()
    try:
        mark = WAKEUPS.seen(["elsewhere"])
        for _ in range(5):  # it may not listen yet
            subprocess.run([sys.executable, "-c", RINGING, url, "elsewhere"], check=True)
            if WAKEUPS.wait(["elsewhere"], mark, 1.0):
                return True
        return False
    finally:
        listener.stop()
