"""The filters of the list of findings, with how many findings each value would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Severity, State, Wanted
from homeport.web.pages.findings_asked import ME, NOBODY, OVERDUE, Asked
from homeport.web.pages.ownership import selves_of
from homeport.web.tables import Facet, FacetValue

_AGES_DAYS = (7, 30, 90, 180)

Words = Callable[..., str]


def facet_counts(asked: Asked, by_severity: Mapping[Severity, int]) -> dict[str, list[tuple[str, int]]]:
    """Return the values of every facet, with how many findings each would leave."""
    session, actor, now = asked.session, asked.actor, asked.now

    def count(wanted: Wanted) -> int:
        return sum(findings.count_by_severity(session, actor, wanted, now).values())

    any_state, any_age = asked.wanted(without="state"), asked.wanted(without="age")
    aged = [(str(days), count(replace(any_age, seen_before=now - timedelta(days=days)))) for days in _AGES_DAYS]
    overdue = count(replace(asked.wanted(without="due"), is_overdue=True))
    return {
        "severity": [(str(level), number) for level, number in by_severity.items() if number],
        "source": list(findings.count_by_source(session, actor, asked.wanted(without="source"), now).items()),
        "rule": list(findings.count_by_rule(session, actor, asked.wanted(without="rule"), now).items()),
        "owner": _owner_counts(asked),
        "due": [(OVERDUE, overdue)] if overdue else [],
        "age": [(days, number) for days, number in aged if number],
        "state": [(str(state), count(replace(any_state, state=state))) for state in State],
    }


def _owner_counts(asked: Asked) -> list[tuple[str, int]]:
    selves, mine, by_owner = selves_of(asked.actor), 0, Counter[str]()
    for owner, count in asked.owners().values():
        by_owner[short_owner(owner) if owner else NOBODY] += count
        mine += count if owner in selves else 0
    return [*([(ME, mine)] if selves else []), *by_owner.most_common()]


def facets_of(
    counts: Mapping[str, Sequence[tuple[str, int]]], t: Words, is_known: Callable[[str], bool]
) -> list[Facet]:
    """Return the filters of the list in the reader's words."""

    def label(facet: str, value: str) -> str:
        keys = {
            "severity": f"web-severity-{value}",
            "state": f"pages-finding-state-{value}",
            "rule": f"finding-{value.replace('.', '-')}-name",
            "owner": f"pages-owner-{value}",
            "source": f"pages-source-{value}",
            "due": f"pages-finding-due-{value}",
            "age": f"pages-finding-age-{value}",
        }
        return t(keys[facet]) if is_known(keys[facet]) else value

    return [
        Facet(facet, f"pages-finding-{facet}", [FacetValue(value, label(facet, value), n) for value, n in values])
        for facet, values in counts.items()
    ]


def short_owner(owner: EntityRef) -> str:
    """The shortest text that `owner:` understands: `order`, `user:default/kim`."""
    return owner.name if (owner.kind, owner.namespace) == ("group", "default") else str(owner)
