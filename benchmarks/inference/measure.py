"""Measures inference against labels by hand: precision and recall of each field over published releases.

Counted over what can be known: labels that say `unknown` are left out and counted apart. A wrong value costs
precision and recall, a missing one only recall. Half of the releases, chosen by their hash, are held out: whoever
improves inference looks at the errors of the other half only (`--errors`).
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

LABELS = Path(__file__).with_name("labels.yaml")
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


def main() -> None:
    """Print the table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true", help="list the errors of the half that is not held out")
    arguments = parser.parse_args()
    releases = yaml.safe_load(LABELS.read_text(encoding="utf-8"))["releases"]
    scores: dict[str, dict[str, Score]] = {part: defaultdict(Score) for part in ("all", "open", "held out")}
    skipped, took_s = [], 0.0
    for release in releases:
        try:
            tree = unpack(release)
        except (RuntimeError, OSError) as error:
            skipped.append(f"{release['name']}: {error}")
            continue
        started = time.process_time()
        found = observed(read_repository(open_tree(tree)))
        took_s += time.process_time() - started
        half = "held out" if int(release["sha256"], 16) % 2 else "open"
        for name in FIELDS:
            for part in ("all", half):
                _score(scores[part][name], release["labels"][name], found[name], name)
            if arguments.errors and half == "open":
                _tell_error(release, name, found[name])
    report(scores, len(releases) - len(skipped), skipped, took_s, arguments.json)


def report(scores: dict[str, dict[str, Score]], count: int, skipped: list[str], took_s: float, as_json: bool) -> None:
    """Print what was measured."""
    if as_json:
        metrics = {}
        for name, score in scores["all"].items():
            for what, value, goal in (
                ("precision", score.precision, PRECISION_GOAL),
                ("recall", score.recall, RECALL_GOAL),
            ):
                holds = None if value is None else value >= goal
                metrics[f"{name}.{what}"] = _metric(value, goal, holds)
        print(json.dumps({**metrics, "releases": _metric(count, 30, count >= 30)}, indent=2))
        return
    print(f"{count} releases, {took_s:.1f} s of CPU; precision / recall; 'each' is the mean over releases\n")
    heads = ("field", "right", "wrong", "missed", "unknown", "all", "each", "open half", "held-out half", "holds")
    rows = [_row(name, scores) for name in FIELDS]
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for line in skipped:
        print(f"not measured: {line}", file=sys.stderr)


def _row(name: str, scores: dict[str, dict[str, Score]]) -> tuple[Any, ...]:
    score = scores["all"][name]
    precision, recall = score.precision, score.recall
    is_known = precision is not None and recall is not None
    holds = "-" if not is_known else "yes" if precision >= PRECISION_GOAL and recall >= RECALL_GOAL else "no"
    parts = [_share(scores[part][name].precision, scores[part][name].recall) for part in ("open", "held out")]
    counts = (score.right, score.wrong, score.missed, score.unknown)
    return (name, *counts, _share(precision, recall), _share(*_means(score.shares)), *parts, holds)


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
