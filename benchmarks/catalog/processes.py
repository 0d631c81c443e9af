"""What a tree of processes uses, and what the rest of the machine does meanwhile. Source: proc(5), on Linux."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_KIB = 1024


@dataclass(frozen=True, slots=True)
class Use:
    """CPU seconds used since each process began, its ended children included; memory in bytes."""

    at: float
    cpu_s: float
    rss_bytes: int
    peak_rss_bytes: int


def use_of_tree(root: int) -> Use:
    """What a process and all below it use now; processes that end meanwhile count as gone."""
    children = _children()
    pids, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        pids.append(pid)
        waiting += children.get(pid, [])
    cpu_s = sum(_cpu_s(pid) for pid in pids)
    memory = [_memory(pid) for pid in pids]
    return Use(time.monotonic(), cpu_s, sum(rss for rss, _ in memory), sum(peak for _, peak in memory))


def machine_work_s() -> float:
    """CPU seconds that the whole machine has worked since it booted, what its host took from it included."""
    user, nice, system, _idle, _iowait, irq, soft_irq, steal = (
        int(ticks) for ticks in Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + soft_irq + steal) / _TICKS_PER_S


def loop_ms() -> float:
    """How long a fixed piece of arithmetic takes just now: the best of five, to see the machine's speed drift."""
    return min(_loop_s() for _ in range(5)) * 1000


def _loop_s() -> float:
    started, total = time.perf_counter(), 0
    for number in range(300_000):
        total += number * number
    return time.perf_counter() - started


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            fields = _stat(int(folder.name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(folder.name))
    return children


def _stat(pid: int) -> list[str]:
    """The fields of `stat` from the process's state on; none if it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_s(pid: int) -> float:
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS_PER_S


def _memory(pid: int) -> tuple[int, int]:
    """Resident bytes of a process now and at its highest."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, 0
    lines = dict(line.split(":", 1) for line in status.splitlines() if line.startswith(("VmRSS", "VmHWM")))
    rss, peak = (int(lines.get(key, "0 kB").split()[0]) * _KIB for key in ("VmRSS", "VmHWM"))
    return rss, peak
