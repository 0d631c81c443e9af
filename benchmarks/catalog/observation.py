"""Measures one side with the files of one size: from its start, through reading them, to rest and to requests."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPException
from pathlib import Path
from statistics import median
from typing import Any

from client import Client, Latencies, WrongAnswer, latencies_of
from data import Names
from processes import Use, loop_ms, machine_work_s
from sides import Homeport, ServerFailed, Side
from workload import MEASURES, PAGES, count_ask, leaf_through, page_asks, walk

WARM_UPS = 20
REQUESTS = 200
WALKS = 3
STARTS = 3
READY_WITHIN_S = 120.0
VISIBLE_WITHIN_S = 600.0
VISIBLE_WITHIN_S_OF_MANY = 3600.0
"""For more than 10,000 entities."""
STABLE_FOR_S = 5.0
"""How long a count that is not what was expected has to stay to be taken as the last."""
SETTLED_BELOW_CORES = 0.3
SETTLED_FOR_S = 3
SETTLED_WITHIN_S = 60.0
IDLE_FOR_S = 30.0
IDLE_FOR_S_BESIDE_PEER = 150.0
"""With 10,000 entities and more: the peer processes each again every 100 to 150 s, with pauses between the rounds."""
PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

_MB = 1e6


@dataclass
class Observed:
    """`figures` by measure (`ready`, `by-name.p50`); `answers` by kind of request; `notes` on what was not clean."""

    figures: dict[str, float] = field(default_factory=dict)
    answers: dict[str, list[Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add_latencies(self, name: str, latencies: Latencies) -> None:
        """Note the percentiles of one kind of request."""
        for percentile, share in PERCENTILES.items():
            self.figures[f"{name}.{percentile}"] = latencies.percentile(share)


class Others:
    """What neither the measured side nor its client works, from when this is made."""

    def __init__(self, side: Side) -> None:
        self._side = side
        self._at = time.monotonic()
        self._since = self._work_s()

    def cores(self) -> float:
        """How many cores the rest of the machine used on average."""
        return max(self._work_s() - self._since, 0.0) / (time.monotonic() - self._at)

    def _work_s(self) -> float:
        return machine_work_s() - self._side.use().cpu_s - time.process_time()


def observe(
    make: Callable[[], Side], data: Path, folder: Path, names: Names, idle_s: float, tell: Callable[[str], None]
) -> Observed:
    """Run a side and measure all of it; the server has ended when this returns. Its homes are made in `folder`.

    Raises:
        ServerFailed: the server did not start, or ended by itself.
    """
    observed = Observed()
    observed.figures |= {"load": os.getloadavg()[0], "loop": loop_ms()}
    tell("starting")
    ready_s = [_start_and_stop(make(), data, _home(folder, number)) for number in range(1, STARTS)]
    side = make()
    try:
        others = Others(side)
        side.start(data, _home(folder, STARTS), READY_WITHIN_S)
        observed.figures["ready"] = median([*ready_s, side.at_ready.at - side.started_at])
        observed.figures["rss at ready"] = side.at_ready.rss_bytes / _MB
        tell(f"ready after {observed.figures['ready']:.1f} s; reading {names.count} entities")
        settled = _read_everything(side, names.count, observed)
        observed.figures["others while reading"] = others.cores()
        observed.figures["cpu"] = (settled.cpu_s - side.at_ready.cpu_s) * 1000 / names.count
        observed.figures["rss"] = settled.rss_bytes / _MB
        observed.figures["peak rss"] = settled.peak_rss_bytes / _MB
        tell(f"visible after {observed.figures['visible']:.1f} s, {observed.figures['cpu']:.2f} ms of CPU each; idling")
        observed.figures["idle"] = _idle_share(side, idle_s) * 100
        others = Others(side)
        _ask(side.client(), names, observed, tell)
        if isinstance(side, Homeport):
            tell("loading pages")
            _load_pages(side.browser(), names, observed)
        observed.figures["others while asked"] = others.cores()
        observed.figures["peak rss after requests"] = side.use().peak_rss_bytes / _MB
    except (OSError, HTTPException) as error:
        raise ServerFailed(f"{side.name} went away ({error}) after it had printed:\n{side.last_words()}") from error
    finally:
        side.stop()
    return observed


def _home(folder: Path, number: int) -> Path:
    home = folder / f"home-{number}"
    home.mkdir(parents=True)
    return home


def _start_and_stop(side: Side, data: Path, home: Path) -> float:
    """The seconds from a side's start until it is ready."""
    try:
        side.start(data, home, READY_WITHIN_S)
        return side.at_ready.at - side.started_at
    finally:
        side.stop()


def _read_everything(side: Side, count: int, observed: Observed) -> Use:
    """Wait until all entities are visible and the side is at rest; return its use at that moment."""
    within_s = VISIBLE_WITHIN_S if count <= 10_000 else VISIBLE_WITHIN_S_OF_MANY
    visible_s, total = _wait_until_visible(side.client(), side.started_at, count, within_s)
    at_visible = side.use()
    observed.figures |= {"visible": visible_s, "entities": total}
    if total < count:
        observed.notes.append(f"cut after {within_s:.0f} s with {total} of {count} visible: its time is a lower bound")
        return at_visible
    settled = _wait_until_settled(side)
    if settled is None:
        observed.notes.append(
            f"not at rest {SETTLED_WITHIN_S:.0f} s after all was visible: CPU per entity is up to visible"
        )
    return settled or at_visible


def _wait_until_visible(client: Client, started: float, count: int, within_s: float) -> tuple[float, int]:
    """Return the seconds from the start to the first look that saw the last total, and that total.

    The last total is one more than `count`, for the Location, or what stays for a while from `count` on. There is a
    look ten times a second, later every fiftieth of the time that has passed, but at least once a second.
    """
    seen_at, seen = started, -1
    while True:
        total, now = _total(client), time.monotonic()
        if total != seen:
            seen_at, seen = now, total
        is_stable = seen >= count and now - seen_at >= STABLE_FOR_S
        if seen == count + 1 or is_stable or now - started > within_s:
            return (seen_at if seen >= count else now) - started, max(seen, 0)
        time.sleep(min(1.0, max(0.1, (now - started) / 50)))


def _total(client: Client) -> int:
    """How many entities are visible; -1 if the server is too busy to say."""
    try:
        return int(client.get(count_ask()).json["totalItems"])
    except TimeoutError:
        return -1


def _wait_until_settled(side: Side) -> Use | None:
    """The use at the begin of the first seconds in a row without much work; None if they don't come in time."""
    uses = [side.use()]
    while uses[-1].at - uses[0].at < SETTLED_WITHIN_S:
        time.sleep(1.0)
        uses.append(side.use())
        if len(uses) > SETTLED_FOR_S:
            first, last = uses[-1 - SETTLED_FOR_S], uses[-1]
            if last.cpu_s - first.cpu_s < SETTLED_BELOW_CORES * (last.at - first.at):
                return first
    return None


def _idle_share(side: Side, during_s: float) -> float:
    """The share of one core that is used while nobody asks and nothing changes."""
    before = side.use()
    time.sleep(during_s)
    after = side.use()
    return (after.cpu_s - before.cpu_s) / (after.at - before.at)


def _ask(client: Client, names: Names, observed: Observed, tell: Callable[[str], None]) -> None:
    for measure in MEASURES:
        tell(measure.name)
        try:
            latencies, answers = latencies_of(client, measure.asks(names, REQUESTS), WARM_UPS)
        except WrongAnswer as error:
            observed.notes.append(f"{measure.name}: {error}")
            continue
        observed.add_latencies(measure.name, latencies)
        observed.answers[measure.name] = [measure.answer(answer) for answer in answers]
    tell("cursor walk")
    try:
        walks = [walk(client) for _ in range(WALKS)]
    except WrongAnswer as error:
        observed.notes.append(f"cursor walk: {error}")
        return
    observed.figures["cursor walk"] = median(took_ms for took_ms, _ in walks) / 1000
    rows = {rows for _, rows in walks}
    if rows != {observed.figures["entities"]}:
        observed.notes.append(f"cursor walk: {sorted(rows)} rows of {observed.figures['entities']:.0f}")


def _load_pages(browser: Client, names: Names, observed: Observed) -> None:
    everything = Latencies()
    loads = {name: partial(_load_page, browser, name, names) for name in PAGES}
    for name, load in {**loads, "the following one": partial(leaf_through, browser, REQUESTS)}.items():
        try:
            latencies = load()
        except WrongAnswer as error:
            observed.notes.append(f"page: {name}: {error}")
            continue
        observed.add_latencies(f"page: {name}", latencies)
        everything.samples_ms += latencies.samples_ms
    if everything.samples_ms:
        observed.add_latencies("page: all of these", everything)


def _load_page(browser: Client, name: str, names: Names) -> Latencies:
    latencies, _ = latencies_of(browser, page_asks(name, names, REQUESTS), WARM_UPS)
    return latencies
