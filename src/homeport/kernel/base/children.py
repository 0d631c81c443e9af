"""Child processes that end with the work that started them.

Work that can be told to stop says so with `stopping_by`; whatever it calls below, in the same thread, asks with
`check_stop` while it waits for something outside of homeport.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_LOOK_EVERY_S = 0.25
_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def stopping_by(check: Callable[[], None]) -> Iterator[None]:
    """Let `check_stop` in this block ask `check`, which raises once the work has to stop."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def check_stop() -> None:
    """Do nothing unless the work of this thread was told to stop; then raise what its `stopping_by` raises."""
    check = _check.get()
    if check is not None:
        check()


def run_child(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], stdin: bytes, timeout_s: float
) -> tuple[int, bytes, bytes]:
    """Run the command to its end; return its exit code and what it wrote to stdout and stderr.

    It is killed with all it started when it takes longer than `timeout_s`, or when the work is told to stop.

    Raises:
        subprocess.TimeoutExpired: it took longer.
        OSError: it can't be started.
    """
    pipe, deadline = subprocess.PIPE, time.monotonic() + timeout_s
    child = subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True
    )
    unsent: bytes | None = stdin
    try:
        while True:
            try:
                said, complained = child.communicate(unsent, timeout=_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                unsent = None  # what is not sent yet is kept by communicate
                check_stop()
                if time.monotonic() > deadline:
                    raise
            else:
                return child.returncode, said, complained
    finally:
        kill_child(child)


def kill_child(child: subprocess.Popen[bytes]) -> None:
    """Kill the child, which leads a session, with all it started, unless it has ended."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
