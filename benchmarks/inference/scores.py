"""What is counted: of each field the values that are right, wrong and missed, by how sure homeport is of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeport.catalog.domain.observation import observed, target_of
from homeport.catalog.domain.reading import Reading
from homeport.catalog.wiring import CatalogSettings

FIELDS = ("name", "kind", "type", "language", "owner", "apis", "resources", "dependsOn", "consumesApis", "system")
SINGLE = ("name", "kind", "type", "language", "system")
ASK_BELOW: float = CatalogSettings.model_fields["ask_below"].default
STATED, ASKED, ALL = "stated", "asked", "all values"
VIEWS = (STATED, ASKED, ALL)
"""What homeport says; what it asks people to confirm; both alike, as the first three rounds counted."""


@dataclass
class Score:
    """Counts of one field; `shares` are (precision, recall) of each release that has something to find or found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    unknown: int = 0
    shares: list[tuple[float | None, float | None]] = field(default_factory=list)

    def add(self, expected: int, got: int, right: int) -> None:
        """Count one release."""
        wrong, missed = got - right, max(expected - right, 0)
        self.right, self.wrong, self.missed = self.right + right, self.wrong + wrong, self.missed + missed
        self.shares.append((right / got if got else None, right / expected if expected else None))

    @property
    def said(self) -> int:
        """How many values there are."""
        return self.right + self.wrong

    @property
    def precision(self) -> float | None:
        """Share of what was said that is right; None if nothing was said."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """Share of what can be known that was said rightly; None if nothing can be known."""
        return self.right / (self.right + self.missed) if self.right + self.missed else None


def values_seen(reading: Reading) -> dict[str, dict[str, set[Any]]]:
    """Return what is stated, what is asked and both of one reading, by field."""
    everything, stated = observed(reading), observed(reading, ASK_BELOW)
    seen: dict[str, dict[str, set[Any]]] = {view: {} for view in VIEWS}
    for name in FIELDS:
        seen[ALL][name], seen[STATED][name] = items(everything[name], name), items(stated[name], name)
        seen[ASKED][name] = seen[ALL][name] - seen[STATED][name]
    return seen


def score(scored: Score, label: Any, got: set[Any], name: str) -> None:
    """Count what was said of one field of one release against its label."""
    if label == "unknown":
        scored.unknown += 1
        return
    expected = items(label, name)
    # a list of labels of a field with one value means that any of them will do
    scored.add(min(len(expected), 1) if name in SINGLE else len(expected), len(got), len(got & expected))


def items(value: Any, name: str) -> set[Any]:
    """The values of a field, of a label or an observation, in a form that can be compared."""
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    if name == "apis":
        return {(item["type"], item["file"]) for item in values}
    if name == "resources":
        return {item["id"] if isinstance(item, dict) else item for item in values}
    return {str(item) for item in values}


def errors(release: Mapping[str, Any], seen: Mapping[str, Mapping[str, set[Any]]]) -> Iterator[str]:
    """What is wrong with one release, a line for each field: stated and asked wrongly, and missing altogether."""
    for name in FIELDS:
        label = release["labels"][name]
        if label == "unknown":
            continue
        expected = items(label, name)
        told = [
            f"{view} {sorted(map(str, wrong))[:6]}"
            for view in (STATED, ASKED)
            if (wrong := seen[view][name] - expected)
        ]
        missing = expected - seen[ALL][name]
        if missing and not (name in SINGLE and seen[ALL][name] & expected):
            told.append(f"missing {sorted(map(str, missing))[:6]}")
        if told:
            yield f"{release['name']} {name}: {', '.join(told)}"


@dataclass
class Evidence:
    """How often each kind of evidence for a connection is right: counted once for a value of a release."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    confidences: dict[str, float] = field(default_factory=dict)

    def add(self, release: Mapping[str, Any], reading: Reading) -> None:
        """Count the connections of one release."""
        counted = set()
        for one in reading.dependencies:
            target = target_of(one)
            if target is None or release["labels"][target[0]] == "unknown" or (one.evidence, target) in counted:
                continue
            counted.add((one.evidence, target))
            name, value = target
            label = release["labels"][name]
            (self.right if value in label else self.wrong)[one.evidence] += 1
            self.confidences[one.evidence] = one.confidence

    def lines(self) -> Iterator[str]:
        """The table: kind of evidence, right, wrong, the share that is right, the confidence that homeport gives."""
        yield f"{'evidence':<32} right  wrong  share  confidence"
        for kind, confidence in sorted(self.confidences.items(), key=lambda one: (-one[1], one[0])):
            right, wrong = self.right[kind], self.wrong[kind]
            yield f"{kind:<32} {right:>5}  {wrong:>5}  {right / (right + wrong):>5.2f}  {confidence:>10.2f}"
