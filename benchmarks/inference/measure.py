"""Measures inference against labels by hand: precision and recall of each field over published releases.

Counted over what can be known: labels that say `unknown` are left out and counted apart. A wrong value costs
precision and recall, a missing one only recall. What homeport is sure enough of (`catalog.ask_below`) is stated; what
it is less sure of is a question put to people, and counted apart. The first four sets of labels are for development:
whoever improves inference may look at their errors (`--errors`). The fifth set is held out: only its totals are ever
shown, and `--development` leaves it alone altogether. The goals are held against what is stated of the last set.
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
from scores import ALL, ASK_BELOW, ASKED, FIELDS, STATED, VIEWS, Evidence, Score, errors, score, values_seen

from homeport.catalog.adapters.readers import read_repository
from homeport.forges.git import open_tree

SETS = {
    "first set": Path(__file__).with_name("labels.yaml"),
    "second set": Path(__file__).with_name("labels-2.yaml"),
    "third set": Path(__file__).with_name("labels-3.yaml"),
    "fourth set": Path(__file__).with_name("labels-4.yaml"),
    "fifth set": Path(__file__).with_name("labels-5.yaml"),
}
*DEVELOPMENT, HELD_OUT = SETS
PARTS = ("all", *SETS)
PRECISION_GOAL = 0.95
RECALL_GOAL = 0.8
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _scores() -> dict[str, dict[str, dict[str, Score]]]:
    return {view: {part: defaultdict(Score) for part in PARTS} for view in VIEWS}


@dataclass
class Measured:
    """What was measured: `scores` by view, part (all and each set) and field, `counts` of releases by part."""

    scores: dict[str, dict[str, dict[str, Score]]] = field(default_factory=_scores)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    evidence: Evidence = field(default_factory=Evidence)
    notes: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def judged(self) -> str:
        """The part that the goals are held against: the held-out set, else the one that was opened last."""
        return (self.parts or PARTS)[-1]

    @property
    def parts(self) -> list[str]:
        """The parts that were measured."""
        return [part for part in PARTS if self.counts[part]]


def main() -> None:
    """Print the tables, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--errors", action="store_true", help="list the errors of the development sets")
    parser.add_argument("--evidence", action="store_true", help="how often each kind of evidence is right there")
    parser.add_argument("--development", action="store_true", help=f"leave the {HELD_OUT} alone, to work on the rules")
    parser.add_argument("--half", choices=("even", "odd"), help="only releases whose archive's hash begins so")
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
            _measure(part, releases_of(labels, arguments.half), measured, tell_errors=arguments.errors)
    (_print_json if arguments.json else _print_tables)(measured)
    for line in measured.evidence.lines() if arguments.evidence else ():
        print(line, file=sys.stderr)
    for note in measured.notes:
        print(f"note: {note}", file=sys.stderr)


def releases_of(labels: Path, half: str | None = None) -> list[dict[str, Any]]:
    """The releases of a set; of one half where it is asked for: rules made on one half are checked on the other."""
    listed: list[dict[str, Any]] = yaml.load(labels.read_text(encoding="utf-8"), Loader=_LOADER)["releases"]
    return [one for one in listed if half is None or int(one["sha256"][:8], 16) % 2 == (half == "odd")]


def _measure(part: str, releases: list[dict[str, Any]], measured: Measured, *, tell_errors: bool) -> None:
    """Read the releases of one set and count what is right; of the held-out set nothing but totals."""
    for release in releases:
        try:
            tree = unpack(release)
        except (RuntimeError, OSError) as error:
            measured.notes.append(f"not measured: {release['name']} of the {part}: {error}")
            continue
        started = time.process_time()
        reading = read_repository(open_tree(tree))
        measured.took_s += time.process_time() - started
        seen = values_seen(reading)
        for counted in ("all", part):
            measured.counts[counted] += 1
            for view in VIEWS:
                for name in FIELDS:
                    score(measured.scores[view][counted][name], release["labels"][name], seen[view][name], name)
        if part in DEVELOPMENT:
            measured.evidence.add(release, reading)
        for line in errors(release, seen) if tell_errors and part in DEVELOPMENT else ():
            print(line, file=sys.stderr)


def _print_json(measured: Measured) -> None:
    """`type.precision` is of what is stated over all releases, `type.precision.third` over those of the third set.

    `type.recall` counts what is stated, `type.recall-or-asked` what is asked as well.
    """
    metrics = {}
    for part in measured.parts or ["all"]:
        ending = "" if part == "all" else f".{part.partition(' ')[0]}"
        for name in FIELDS if measured.counts[part] else ():
            stated, both = measured.scores[STATED][part][name], measured.scores[ALL][part][name]
            for what, value, goal in (
                ("precision", stated.precision, PRECISION_GOAL),
                ("recall", stated.recall, RECALL_GOAL),
                ("recall-or-asked", both.recall, RECALL_GOAL),
            ):
                metrics[f"{name}.{what}{ending}"] = _metric(value, goal, None if value is None else value >= goal)
        metrics[f"releases{ending}"] = _metric(measured.counts[part], 30, measured.counts[part] >= 30)
    print(json.dumps(metrics, indent=2))


def _print_tables(measured: Measured) -> None:
    """Three tables: what is stated, what is asked, and both alike."""
    told = ", ".join(f"{measured.counts[part]} in the {part}" for part in measured.parts if part != "all")
    print(f"{measured.counts['all']} releases ({told}), {measured.took_s:.1f} s of CPU\n")
    print(f"Stated (confidence {ASK_BELOW} and more): precision / recall")
    heads = ("field", "right", "wrong", "missed", "unknown", "all", "each", *measured.parts[1:], "holds")
    _print_table(heads, [_stated_row(name, measured) for name in FIELDS])
    print(f"'each' is the mean over releases; 'holds' is judged on: {measured.judged}\n")
    print("Asked (less sure): share of questions whose answer is yes, and how many there are")
    heads = ("field", *measured.parts)
    _print_table(heads, [(name, *_cells(name, measured, ASKED)) for name in FIELDS])
    print("\nAll values, stated or asked: precision / recall (what the first three rounds counted)")
    _print_table(heads, [(name, *_cells(name, measured, ALL)) for name in FIELDS])


def _print_table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    widths = [max(len(str(row[i])) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _stated_row(name: str, measured: Measured) -> tuple[Any, ...]:
    stated = measured.scores[STATED]
    score, judged = stated["all"][name], stated[measured.judged][name]
    if judged.precision is None or judged.recall is None:
        holds = "-"
    else:
        holds = "yes" if judged.precision >= PRECISION_GOAL and judged.recall >= RECALL_GOAL else "no"
    counts = (score.right, score.wrong, score.missed, score.unknown)
    of_all, *of_sets = _cells(name, measured, STATED)
    return (name, *counts, of_all, _share(*_means(score.shares)), *of_sets, holds)


def _cells(name: str, measured: Measured, view: str) -> list[str]:
    scores = [measured.scores[view][part][name] for part in measured.parts]
    if view == ASKED:
        return [f"{one.precision:.2f} of {one.said}" if one.precision is not None else "-" for one in scores]
    return [_share(one.precision, one.recall) for one in scores]


def _means(shares: Iterable[tuple[float | None, float | None]]) -> tuple[float | None, float | None]:
    columns = [[value for value in column if value is not None] for column in zip(*shares, strict=True)] or [[], []]
    first, second = (sum(column) / len(column) if column else None for column in columns)
    return first, second


def _share(precision: float | None, recall: float | None) -> str:
    return " / ".join("-" if value is None else f"{value:.2f}" for value in (precision, recall))


def _metric(value: float | None, goal: float, holds: bool | None) -> dict[str, Any]:
    return {"value": value, "unit": "share", "peer": None, "ratio": None, "goal": goal, "holds": holds}


if __name__ == "__main__":
    main()
