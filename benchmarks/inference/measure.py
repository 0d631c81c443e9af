"""Measures inference against labels by hand: precision and recall of each field over published releases.

Counted over what can be known: labels that say `unknown` are left out and counted apart. A wrong value costs
precision and recall, a missing one only recall. The first two sets of labels are for development: whoever improves
inference may look at their errors (`--errors`). The third set is held out: only its totals are ever shown, the goals
are held against it, and `--development` leaves it alone altogether.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from releases import unpack

from homeport.catalog.adapters.readers.repository import read_repository
from homeport.catalog.domain.observation import observed
from homeport.forges.git import open_tree

SETS = {
    "first set": Path(__file__).with_name("labels.yaml"),
    "second set": Path(__file__).with_name("labels-2.yaml"),
    "third set": Path(__file__).with_name("labels-3.yaml"),
}
*DEVELOPMENT, HELD_OUT = SETS
FIELDS = ("name", "kind", "type", "language", "owner", "apis", "resources", "dependsOn", "consumesApis", "system")
SINGLE = ("name", "kind", "type", "language", "system")
PRECISION_GOAL = 0.95
RECALL_GOAL = 0.8


@dataclass
class Score:
    """Counts of one field; `shares` are (precision, recall) of each release that has something to find or found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unknown: int = 0
    shares: list[tuple[float | None, float | None]] = field(default_factory=list)

    def add(self, expected: set[Any], got: set[Any], right: int) -> None:
        """Count one release."""
        wrong, missed = len(got) - right, max(len(expected) - right, 0)
        self.right, self.wrong, self.missed = self.right + right, self.wrong + wrong, self.missed + missed
        self.shares.append((right / len(got) if got else None, right / len(expected) if expected else None))

    @property
    def precision(self) -> float | None:
        """Share of what was said that is right; None if nothing was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of what can be known that was said rightly; None if nothing can be known."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


@dataclass
class Measured:
    """What was measured: `scores` by part (all and each set) and field, `counts` of releases by part."""

    scores: dict[str, dict[str, Score]] = field(
        default_factory=lambda: {part: defaultdict(Score) for part in ("all", *SETS)}
    )
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("all", *SETS), 0))
    notes: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def judged(self) -> str:
        """The part that the goals are held against: the held-out set where it was measured."""
        return HELD_OUT if self.counts[HELD_OUT] else "all"


def main() -> None:
    """Print the table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true", help="list the errors of the development sets")
    parser.add_argument("--development", action="store_true", help="leave the third set alone, to work on the rules")
    arguments = parser.parse_args()
    measured = Measured()
    for part, labels in SETS.items():
        if part == HELD_OUT and arguments.development:
            measured.notes.append(
                f"the {HELD_OUT} was left alone, as --development asks: these are development figures"
            )
        elif not labels.exists():
            measured.notes.append(f"there is no {labels.name}: the {part} is not measured")
        else:
            _measure(part, labels, measured, tell_errors=arguments.errors and part in DEVELOPMENT)
    (_print_json if arguments.json else _print_table)(measured)
    for note in measured.notes:
        print(f"note: {note}", file=sys.stderr)


def _measure(part: str, labels: Path, measured: Measured, *, tell_errors: bool) -> None:
    """Read the releases of one set and count what is right."""
    for release in yaml.safe_load(labels.read_text(encoding="utf-8"))["releases"]:
        try:
            tree = unpack(release)
        except (RuntimeError, OSError) as error:
            measured.notes.append(f"not measured: {release['name']} of the {part}: {error}")
            continue
        started = time.process_time()
        found = observed(read_repository(open_tree(tree)))
        measured.took_s += time.process_time() - started
        for counted in ("all", part):
            measured.counts[counted] += 1
            for name in FIELDS:
                _score(measured.scores[counted][name], release["labels"][name], found[name], name)
        for name in FIELDS if tell_errors else ():
            _tell_error(release, name, found[name])


def _print_json(measured: Measured) -> None:
    """`type.precision` is over all releases, `type.precision.third` over those of the third set alone."""
    metrics = {}
    for part, ending in (("all", ""), *((part, f".{part.partition(' ')[0]}") for part in SETS)):
        for name in FIELDS if measured.counts[part] else ():
            score = measured.scores[part][name]
            for what, value, goal in (
                ("precision", score.precision, PRECISION_GOAL),
                ("recall", score.recall, RECALL_GOAL),
            ):
                holds = None if value is None else value >= goal
                metrics[f"{name}.{what}{ending}"] = _metric(value, goal, holds)
        if measured.counts[part] or part == "all":
            metrics[f"releases{ending}"] = _metric(measured.counts[part], 30, measured.counts[part] >= 30)
    print(json.dumps(metrics, indent=2))


def _print_table(measured: Measured) -> None:
    told = ", ".join(f"{measured.counts[part]} in the {part}" for part in SETS)
    print(f"{measured.counts['all']} releases ({told}), {measured.took_s:.1f} s of CPU")
    print(f"precision / recall; 'each' is the mean over releases; 'holds' is judged on: {measured.judged}\n")
    heads = ("field", "right", "wrong", "missed", "unknown", "all", "each", *SETS, "holds")
    rows = [_row(name, measured) for name in FIELDS]
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(name: str, measured: Measured) -> tuple[Any, ...]:
    score, judged = measured.scores["all"][name], measured.scores[measured.judged][name]
    precision, recall = judged.precision, judged.recall
    if precision is None or recall is None:
        holds = "-"
    else:
        holds = "yes" if precision >= PRECISION_GOAL and recall >= RECALL_GOAL else "no"
    parts = [_share(measured.scores[part][name].precision, measured.scores[part][name].recall) for part in SETS]
    counts = (score.right, score.wrong, score.missed, score.unknown)
    return (name, *counts, _share(score.precision, score.recall), _share(*_means(score.shares)), *parts, holds)


def _means(shares: Iterable[tuple[float | None, float | None]]) -> tuple[float | None, float | None]:
    columns = [[value for value in column if value is not None] for column in zip(*shares, strict=True)] or [[], []]
    first, second = (sum(column) / len(column) if column else None for column in columns)
    return first, second


def _share(precision: float | None, recall: float | None) -> str:
    return " / ".join("-" if value is None else f"{value:.2f}" for value in (precision, recall))


def _score(score: Score, label: Any, found: Any, name: str) -> None:
    if label == "unknown":
        score.unknown += 1
        return
    expected, got = _items(label, name), _items(found, name)
    if name in SINGLE:  # a list of labels means that any of them will do
        right = len(got & expected)
        score.add({next(iter(expected))} if expected else set(), got, right)
    else:
        score.add(expected, got, len(got & expected))


def _items(value: Any, name: str) -> set[Any]:
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    if name == "apis":
        return {(item["type"], item["file"]) for item in values}
    if name == "resources":
        return {item["id"] if isinstance(item, dict) else item for item in values}
    return {str(item) for item in values}


def _tell_error(release: dict[str, Any], name: str, found: Any) -> None:
    label = release["labels"][name]
    if label == "unknown":
        return
    expected, got = _items(label, name), _items(found, name)
    if name in SINGLE and got and got <= expected:
        return
    if got != expected:
        surplus, missing = sorted(map(str, got - expected))[:6], sorted(map(str, expected - got))[:6]
        print(f"{release['name']} {name}: said {surplus}, should be {missing}", file=sys.stderr)


def _metric(value: float | None, goal: float, holds: bool | None) -> dict[str, Any]:
    return {"value": value, "unit": "share", "peer": None, "ratio": None, "goal": goal, "holds": holds}


if __name__ == "__main__":
    main()
