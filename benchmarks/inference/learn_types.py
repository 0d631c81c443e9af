"""Learns how likely the signs of a type make it from the labelled releases; prints the number for `component_type`.

A type is the likelier the more weight its signs have; by how much is what makes the labels likeliest (a conditional
logit with one number, drawn a little to 0). What that is worth is told for each set of labels by the number learned on
the others: at several thresholds the share of what is stated that is right, and of all types that are stated rightly;
and how often what is so sure is right. The weights of the signs themselves were set by hand on the first three sets:
only the fourth is blind.
"""

from __future__ import annotations

from typing import NamedTuple

from measure import DEVELOPMENT, SETS, releases_of
from releases import unpack

from homeport.catalog.adapters.readers.repository import facts_of
from homeport.catalog.domain.component_type import chances_of, weights_of
from homeport.forges.git import open_tree

_DRAWN = 1.0
_ROUNDS = 30


class Labelled(NamedTuple):
    """What speaks for each type of a release, and the types that are right."""

    weights: dict[str, float]
    right: frozenset[str]


def main() -> None:
    """Print what the number is worth, then the number."""
    sets = {name: _read(name) for name in DEVELOPMENT}
    together = []
    for name, releases in sets.items():
        results = _judge(releases, learn([one for other in sets if other != name for one in sets[other]]))
        together += results
        _tell(name, results)
    _tell("together", together)
    print(f"_BY_WEIGHT = {learn([one for releases in sets.values() for one in releases]):.2f}")


def _read(name: str) -> list[Labelled]:
    known = [(one, one["labels"]["type"]) for one in releases_of(SETS[name]) if one["labels"]["type"] != "unknown"]
    return [
        Labelled(weights_of(facts_of(open_tree(unpack(one)))), frozenset([type_] if isinstance(type_, str) else type_))
        for one, type_ in known
    ]


def learn(releases: list[Labelled]) -> float:
    """Return the number that makes the right types likeliest, by Newton's method."""
    number = 0.0
    for _ in range(_ROUNDS):
        slope, bend = _DRAWN * number, _DRAWN
        for weights, right in releases:
            chances = chances_of(weights, number)
            mean = sum(chances[kind] * weight for kind, weight in weights.items())
            of_right = sum(chances[kind] for kind in right)
            slope += mean - sum(chances[kind] * weights[kind] for kind in right) / of_right
            bend += sum(chances[kind] * (weight - mean) ** 2 for kind, weight in weights.items())
        number -= slope / bend
    return number


def _judge(releases: list[Labelled], number: float) -> list[tuple[float, bool]]:
    """How sure the likeliest type of each release is, and whether it is right."""
    results = []
    for weights, right in releases:
        chances = chances_of(weights, number)
        likeliest = max(chances, key=lambda kind: chances[kind])
        results.append((chances[likeliest], likeliest in right))
    return results


def _tell(name: str, results: list[tuple[float, bool]]) -> None:
    print(f"{name}, by the others")
    for low, high in ((0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.1)):
        so_sure = [is_right for chance, is_right in results if low <= chance < high]
        said = [is_right for chance, is_right in results if chance >= low]
        stated = f"{sum(said) / max(len(said), 1):.2f} / {sum(said) / len(results):.2f}"
        print(f"  from {low}: {sum(so_sure)} of {len(so_sure)} right; this and all surer: {stated}")


if __name__ == "__main__":
    main()
