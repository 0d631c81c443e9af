"""A history made of small changes ends where the whole would be written at once."""

from __future__ import annotations

import random

import pytest

from homeport.demo.changes import EVERYTHING, Change
from homeport.demo.company import people
from homeport.demo.history import changes
from homeport.demo.repositories import plans_of
from homeport.demo.state import Plan
from homeport.demo.worktree import Edit, Worktree

_PLANS = plans_of(1)


def _files(edits: list[list[Edit]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path, text in (edit for commit in edits for edit in commit):
        if text is None:
            del found[path]
        else:
            found[path] = text
    return found


@pytest.mark.parametrize("plan", _PLANS, ids=lambda plan: plan.component.name)
def test_small_changes_add_up_to_the_whole(plan: Plan) -> None:
    grown, whole = Worktree(plan, people(1)), Worktree(plan, people(1))
    latest = list(changes(plan, random.Random(7), grown.apply))[-1]
    whole.apply(Change(latest.state, "all at once", (EVERYTHING,)))
    assert _files(grown.edits) == _files(whole.edits)


@pytest.mark.parametrize("plan", _PLANS[:8], ids=lambda plan: plan.component.name)
def test_a_history_ends_with_everything_there(plan: Plan) -> None:
    state = list(changes(plan, random.Random(7), Worktree(plan, people(1)).apply))[-1].state
    assert state.shipped == len(plan.interface.operations)
    assert state.wired == len(plan.component.calls)


def test_a_change_that_changes_nothing_leaves_no_trace() -> None:
    tree = Worktree(_PLANS[0], people(1))
    first = next(changes(_PLANS[0], random.Random(7), tree.apply))
    assert not tree.apply(first)
    assert len(tree.edits) == 1
