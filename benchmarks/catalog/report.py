"""The figures of all sides beside one another and beside the goals: as JSON, and as Markdown for the documentation."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from data import SIZES
from observation import PERCENTILES, Observed
from workload import MEASURES, PAGES

_BEGIN, _END = "<!-- catalog benchmark: begin -->", "<!-- catalog benchmark: end -->"
_ROWS = {
    "ready": ("time to ready", "s"),
    "visible": ("time until all are visible", "s"),
    "cpu": ("CPU per entity", "ms"),
    "bare": ("the same without a product: parse, insert, index", "ms"),
    "idle": ("CPU at rest, of one core", "%"),
    "rss at ready": ("memory at ready", "MB"),
    "rss": ("memory when all are visible", "MB"),
    "peak rss": ("memory at its highest until then", "MB"),
    "peak rss after requests": ("memory at its highest, after the requests", "MB"),
    "cursor walk": ("cursor walk, pages of 500", "s"),
}
_PAGES = (*PAGES, "the following one", "all of these")
_LATENCIES = (*(measure.name for measure in MEASURES), *(f"page: {name}" for name in _PAGES))
"""Measures with percentiles: `by-name.p50`."""
_FILTERED = ("query by kind and type, ordered", "query by owner")


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for homeport's figure, or for its ratio to the peer's, or to its own at another size."""

    limit: float
    of: str = "value"
    is_strict: bool = False

    def __str__(self) -> str:
        sign = "<" if self.is_strict else "≤"
        if self.of == "value":
            return f"{sign} {_short(self.limit)}"
        if self.of == "peer":
            return f"{sign} {_ratio(self.limit)} × peer"
        return f"{sign} {self.limit} × {self.of}"

    def holds(self, value: float, compared: float | None) -> bool | None:
        """Whether it is reached; None if what it compares with was not measured."""
        judged = value if self.of == "value" else None if not compared else value / compared
        return None if judged is None else (operator.lt if self.is_strict else operator.le)(judged, self.limit)


GOALS: Mapping[str, Mapping[str, Goal]] = {
    "10k": {
        "ready": Goal(1 / 3, "peer"),
        "visible": Goal(1 / 40, "peer"),
        "cpu": Goal(1 / 15, "peer"),
        "rss": Goal(1 / 3, "peer"),
        "idle": Goal(1, is_strict=True),
        "by-name.p50": Goal(1, "peer"),
        "by-refs.p50": Goal(1, "peer"),
        **{f"{name}.p50": Goal(1 / 15, "peer") for name in _FILTERED},
        **{f"{name}.p50": Goal(1 / 8, "peer") for name in ("facets of everything", "facets of a kind")},
        **{f"page: {name}.p50": Goal(40) for name in _PAGES},
        **{f"page: {name}.p95": Goal(120) for name in _PAGES},
    },
    "100k": {
        "cpu": Goal(1.3, "10k"),
        **{f"{name}.p95": Goal(50, is_strict=True) for name in _FILTERED},
    },
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure; `ratio` is homeport's to the peer's, `goal` in words, `holds` None where it can't be judged."""

    value: float
    unit: str
    peer: float | None = None
    ratio: float | None = None
    goal: str | None = None
    holds: bool | None = None


Results = Mapping[str, Mapping[str, Observed]]
"""What was observed, by size and side; `bare` is a figure of homeport's."""


def metrics(results: Results) -> dict[str, Metric]:
    """All figures by `size.measure`, in the order of the table."""
    return {
        f"{size}.{key}": _metric(results, size, key)
        for size, sides in results.items()
        for key in (*_ROWS, *(f"{name}.{percentile}" for name in _LATENCIES for percentile in PERCENTILES))
        if key in sides["homeport"].figures
    } | {
        f"{size}.same answers": Metric(share, "share")
        for size, sides in results.items()
        if (share := _same_answers(sides)[0]) is not None
    }


def as_json(results: Results) -> dict[str, dict[str, object]]:
    """The metrics as plain values."""
    return {name: asdict(metric) for name, metric in metrics(results).items()}


def as_markdown(results: Results, circumstances: Sequence[str]) -> str:
    """A table for each size, what fell short, and how it was measured."""
    found = metrics(results)
    lines = ["## Catalog", "", *circumstances, ""]
    lines += [*_short_falls(found), ""]
    for size, sides in results.items():
        lines += [f"### {size} entities", "", *_state(sides), "", *_table(found, size), "", *_notes(sides)]
    return "\n".join(lines).rstrip() + "\n"


def write_into(file: Path, markdown: str) -> None:
    """Put the text between its marks in a file, at its end if it has none, into a new file if there is none."""
    marked = f"{_BEGIN}\n{markdown}{_END}\n"
    text = file.read_text(encoding="utf-8") if file.exists() else "# Benchmarks\n\n"
    pattern = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}\n?", re.DOTALL)
    text = pattern.sub(lambda _: marked, text) if pattern.search(text) else f"{text.rstrip()}\n\n{marked}"
    file.write_text(text, encoding="utf-8")


def _metric(results: Results, size: str, key: str) -> Metric:
    sides = results[size]
    value, peer = sides["homeport"].figures[key], None
    if "backstage" in sides:
        peer = sides["backstage"].figures.get(key)
    ratio, unit = value / peer if peer else None, _label(key)[1]
    goal = GOALS.get(size, {}).get(key)
    if goal is None:
        return Metric(value, unit, peer, ratio)
    compared = peer
    if goal.of in SIZES:
        compared = results[goal.of]["homeport"].figures[key] if goal.of in results else None
    return Metric(value, unit, peer, ratio, str(goal), goal.holds(value, compared))


def _short_falls(found: Mapping[str, Metric]) -> Iterator[str]:
    judged = {name: metric for name, metric in found.items() if metric.holds is not None}
    missed = {name: metric for name, metric in judged.items() if not metric.holds}
    yield f"{len(judged) - len(missed)} of {len(judged)} goals are reached." + (" Short of its goal:" if missed else "")
    if missed:
        yield ""
    for name, metric in missed.items():
        size, _, key = name.partition(".")
        beside = f", {_ratio(metric.ratio)} of the peer's" if metric.ratio is not None else ""
        yield f"- {size}: {_label(key)[0]}: {_short(metric.value)} {metric.unit}{beside}; the goal is {metric.goal}"


def _state(sides: Mapping[str, Observed]) -> Iterator[str]:
    """The machine while each side was measured."""
    for name, observed in sides.items():
        figures = observed.figures
        yield (
            f"- {name}: load {figures['load']:.2f} before it began; others used {figures['others while reading']:.2f} "
            f"cores while it read and {figures['others while asked']:.2f} while it was asked; a fixed loop took "
            f"{figures['loop']:.1f} ms; {figures['entities']:.0f} entities in the end"
        )
    share, _ = _same_answers(sides)
    if share is not None:
        yield f"- {share:.1%} of the requests got the same answer of both (names, order, totals and counts)"


def _table(found: Mapping[str, Metric], size: str) -> Iterator[str]:
    """A row for each measure; latencies have their percentiles in one cell, and the ratio is that of the first."""
    yield "| measure | homeport | Backstage | ratio | goal | holds |"
    yield "|---|--:|--:|--:|--:|---|"
    for name, (label, unit) in _ROWS.items():
        if f"{size}.{name}" in found:
            yield _row(f"{label} ({unit})", {"": found[f"{size}.{name}"]})
    yield f"| **latencies: {' / '.join(PERCENTILES)}** | | | | | |"
    for name in _LATENCIES:
        if f"{size}.{name}.p50" in found:
            yield _row(f"{name} (ms)", {each: found[f"{size}.{name}.{each}"] for each in PERCENTILES})


def _row(label: str, metrics: Mapping[str, Metric]) -> str:
    goals = {each: metric for each, metric in metrics.items() if metric.goal is not None}
    held = [metric.holds for metric in goals.values()]
    cells = (
        label,
        " / ".join(_short(metric.value) for metric in metrics.values()),
        " / ".join(_short(metric.peer) for metric in metrics.values() if metric.peer is not None),
        _ratio(next(iter(metrics.values())).ratio),
        ", ".join(f"{each} {metric.goal}".strip() for each, metric in goals.items()),
        "" if not goals else "no" if False in held else "?" if None in held else "yes",
    )
    return f"| {' | '.join(cells)} |"


def _label(key: str) -> tuple[str, str]:
    """What a figure is called, and its unit."""
    name, _, percentile = key.rpartition(".")
    return _ROWS.get(key) or (f"{name}, {percentile}", "ms")


def _notes(sides: Mapping[str, Observed]) -> Iterator[str]:
    _, differences = _same_answers(sides)
    notes = [f"{name}: {note}" for name, observed in sides.items() for note in observed.notes]
    for note in (*notes, *differences):
        yield f"- note: {note}"
    if notes or differences:
        yield ""


def _same_answers(sides: Mapping[str, Observed]) -> tuple[float | None, list[str]]:
    """The share of requests that both sides answered alike, and where they did not."""
    if "backstage" not in sides:
        return None, []
    own, peer = sides["homeport"].answers, sides["backstage"].answers
    alike = {name: [a == b for a, b in zip(own[name], peer[name], strict=True)] for name in own if name in peer}
    count = sum(len(each) for each in alike.values())
    told = [
        f"{name}: {each.count(False)} of {len(each)} answers differ, the first: "
        f"{str(own[name][each.index(False)])[:300]} and {str(peer[name][each.index(False)])[:300]}"
        for name, each in alike.items()
        if not all(each)
    ]
    return (sum(map(sum, alike.values())) / count if count else None), told


def _short(value: float | None) -> str:
    """Three digits that matter."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"


def _ratio(ratio: float | None) -> str:
    """1/15 where it is smaller than one."""
    if ratio is None:
        return ""
    if ratio == 0:
        return "0"
    return f"1/{_short(1 / ratio)}" if ratio < 1 else _short(ratio)
