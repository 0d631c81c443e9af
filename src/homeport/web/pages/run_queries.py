"""What the pages of runs ask of the database beyond the kernel's own questions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from homeport.kernel.base.errors import InvalidFilter
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor
from homeport.kernel.work.runs import RunRow, RunState, TargetRow

_FACETS: Mapping[str, InstrumentedAttribute[str]] = {
    "state": RunRow.state,
    "procedure": RunRow.procedure,
    "by": RunRow.actor_name,
}


@dataclass(frozen=True, slots=True)
class WantedRuns:
    """Which runs to list: those that have one of the values of each facet, and the text somewhere."""

    facets: Mapping[str, Collection[str]]
    text: str = ""


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs, how many there are in all, and the cursor after the last (None: these are the last)."""

    rows: Sequence[RunRow]
    total: int
    after: str | None


def descendants(session: Session, run_id: str, levels: int, most: int) -> list[tuple[int, RunRow]]:
    """Return up to `most` runs that the run started, and those started, each below its own, with its level from 1."""
    children: dict[str | None, list[RunRow]] = {}
    parents, found = [run_id], 0
    for _ in range(levels):
        query = select(RunRow).where(RunRow.parent_id.in_(parents)).order_by(RunRow.created_at, RunRow.parent_key)
        rows = session.scalars(query.limit(most - found)).all() if parents and found < most else []
        for row in rows:
            children.setdefault(row.parent_id, []).append(row)
        parents, found = [row.id for row in rows], found + len(rows)

    def below(parent: str, level: int) -> Iterator[tuple[int, RunRow]]:
        for row in children.get(parent, ()):
            yield level, row
            yield from below(row.id, level + 1)

    return list(below(run_id, 1))


def list_runs(
    session: Session, actor: Actor | None, wanted: WantedRuns, limit: int, after: str | None, *, is_oldest_first: bool
) -> RunPage:
    """Return a page of runs, newest first unless `is_oldest_first`.

    Raises:
        InvalidFilter: `after` is no cursor that a page gave.
    """
    query = _matching(select(RunRow), actor, wanted)
    total = session.scalar(_matching(select(func.count()).select_from(RunRow), actor, wanted)) or 0
    if after:
        query = query.where(_comes_after(session, after, is_oldest_first))
    order = (RunRow.created_at, RunRow.id) if is_oldest_first else (RunRow.created_at.desc(), RunRow.id.desc())
    rows = session.scalars(query.order_by(*order).limit(limit + 1)).all()
    return RunPage(rows[:limit], total, rows[limit - 1].id if len(rows) > limit else None)


def facet_counts(session: Session, actor: Actor | None, wanted: WantedRuns, facet: str) -> list[tuple[str, int]]:
    """Return the values of a facet with how many runs have each, most first; its own filter left out."""
    others = WantedRuns({key: values for key, values in wanted.facets.items() if key != facet}, wanted.text)
    column, count = _FACETS[facet], func.count()
    query = _matching(select(column, count), actor, others).group_by(column).order_by(count.desc(), column)
    return [(value, number) for value, number in session.execute(query)]


def failed_runs_of(session: Session, actor: Actor, limit: int) -> Sequence[RunRow]:
    """Return the actor's newest runs of each input that failed and were not followed by one that succeeded."""
    query = select(RunRow).where(RunRow.actor_kind == actor.kind, RunRow.actor_id == actor.id)
    newest_first = session.scalars(readable(actor, query).order_by(RunRow.created_at.desc()).limit(100))
    latest: dict[str, RunRow] = {}
    for row in newest_first:
        latest.setdefault(f"{row.procedure} {row.input}", row)
    return [row for row in latest.values() if row.state == RunState.FAILED][:limit]


def target_counts(session: Session, run_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """Return how many targets of each state the runs have; those without targets are not in it."""
    query = select(TargetRow.run_id, TargetRow.state, func.count()).where(TargetRow.run_id.in_(list(run_ids)))
    found: dict[str, dict[str, int]] = {}
    for run_id, state, count in session.execute(query.group_by(TargetRow.run_id, TargetRow.state)):
        found.setdefault(run_id, {})[state] = count
    return found


def _matching(query: Any, actor: Actor | None, wanted: WantedRuns) -> Any:
    conditions: list[ColumnElement[bool]] = [
        _FACETS[facet].in_(list(values)) for facet, values in wanted.facets.items() if values
    ]
    conditions += [_contains(word) for word in wanted.text.split()]
    return readable(actor, query.where(*conditions))


def _contains(word: str) -> ColumnElement[bool]:
    columns = (RunRow.id, RunRow.procedure, RunRow.actor_name, RunRow.error_message)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def _comes_after(session: Session, cursor: str, is_oldest_first: bool) -> ColumnElement[bool]:
    last = session.get(RunRow, cursor)
    if last is None:
        raise InvalidFilter(f"{cursor!r} is no cursor; go back to the first page.")
    same_time = RunRow.created_at == last.created_at
    if is_oldest_first:
        return or_(RunRow.created_at > last.created_at, same_time & (RunRow.id > last.id))
    return or_(RunRow.created_at < last.created_at, same_time & (RunRow.id < last.id))
