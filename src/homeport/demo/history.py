"""How a repository of Saebom came to be: its changes in order, when they were made and by whom."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from homeport.demo.changes import Change, Point, draw, due_changes, first_change, styled
from homeport.demo.company import Person
from homeport.demo.state import Plan

_SEOUL = timezone(timedelta(hours=9))
_HISTORY_DAYS = 728
_LEAVERS_LAST_DAY = 240
_HANDOVER_DAY = 320
_OUTSIDERS_SHARE = 0.22


@dataclass(frozen=True)
class Author:
    name: str
    email: str


_BOT = Author("renovate[bot]", "renovate@bots.saebom.example")


def changes(plan: Plan, rng: random.Random, commit: Callable[[Change], bool]) -> Iterator[Change]:
    """Yield the changes of a repository, oldest first.

    `commit` applies a change to the files and says whether any of them differs; one that changes nothing is dropped.
    """
    latest = first_change(plan, rng)
    commit(latest)
    yield latest
    due, place = due_changes(plan, rng), 1
    while place < plan.commit_count:
        kind = due.get(place) or draw(rng)
        change = kind(Point(plan, latest.state, rng))
        if change is not None and commit(change):
            latest = change
            place += 1
            yield styled(plan, change)


def moments(plan: Plan, rng: random.Random, today: date) -> list[datetime]:
    """Return when each commit was made, oldest first: mostly Korean working hours, the last one before `today`."""
    first_day, last_day = _HISTORY_DAYS - rng.randrange(30), 1
    if plan.fate == "orphan":
        last_day = _LEAVERS_LAST_DAY + rng.randrange(10, 40)
    found = []
    for place in range(plan.commit_count):
        share = (place + rng.random() * 0.9) / plan.commit_count
        age_days = round(last_day + (first_day - last_day) * share**1.25)
        found.append(_moment(today - timedelta(days=age_days), rng))
    found.sort()
    for place in range(1, len(found)):
        found[place] = max(found[place], found[place - 1] + timedelta(seconds=97))
    return found


_HOURS = {8: 2, 9: 6, 10: 12, 11: 12, 13: 9, 14: 13, 15: 13, 16: 12, 17: 11, 18: 5, 19: 3, 21: 1}


def _moment(day: date, rng: random.Random) -> datetime:
    days_into_weekend = day.weekday() - 4
    if days_into_weekend > 0 and rng.random() > 0.04:
        day -= timedelta(days=days_into_weekend)
    hour = rng.choices(list(_HOURS), weights=list(_HOURS.values()))[0]
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), _SEOUL)


def authors(
    plan: Plan, staff: tuple[Person, ...], made: list[Change], ages_days: list[int], rng: random.Random
) -> list[Author]:
    """Return who made each change, oldest first; `ages_days` are the days from each change until today."""
    leavers = [person for person in staff if person.left and person.team == plan.component.team]
    if plan.fate == "orphan":
        return [_signed(rng.choice(leavers), rng) for _ in made]
    teams = _teams(plan, made, ages_days, rng)
    crews = {team: _crew(team, staff, rng) for team in sorted({*plan.teams, "platform"})}
    found = []
    for team, age_days in zip(teams, ages_days, strict=True):
        if team is None:
            found.append(_BOT)
            continue
        crew = crews[team]
        if team == plan.component.team and age_days > _LEAVERS_LAST_DAY:
            crew = [*leavers, *crew]
        found.append(_signed(_regular(crew, rng), rng))
    return found


def _teams(plan: Plan, made: list[Change], ages_days: list[int], rng: random.Random) -> list[str | None]:
    """Return the team behind each change, oldest first; None is the update bot.

    It goes back from the newest, so that the shares hold in any stretch of days until today: where nobody owns a
    repository no team comes to more than half, where one does the outsiders stay below a quarter.
    """
    if plan.fate == "ambiguous":
        return _by_turns(plan.teams, len(made), rng)
    found: list[str | None] = []
    outsiders_count = 0
    for change, age_days in zip(reversed(made), reversed(ages_days), strict=True):
        team: str | None = plan.teams[0]
        if plan.fate == "handover" and age_days > _HANDOVER_DAY:
            team = plan.teams[1]
        elif outsiders_count + 1 <= _OUTSIDERS_SHARE * (len(found) + 1):
            team = _maybe_outsider(plan, change, rng)
            outsiders_count += team != plan.teams[0]
        found.append(team)
    return found[::-1]


def _maybe_outsider(plan: Plan, change: Change, rng: random.Random) -> str | None:
    if change.is_update and rng.random() < 0.5:
        return None
    return rng.choice(plan.teams[1:]) if rng.random() < 0.2 else plan.teams[0]


def _by_turns(teams: tuple[str, ...], count: int, rng: random.Random) -> list[str | None]:
    first, second, third = teams
    order: tuple[str, ...] = rng.choice(((first, second, third), (first, second, third, second, first)))
    return [order[place % len(order)] for place in reversed(range(count))]


def _crew(team: str, staff: tuple[Person, ...], rng: random.Random) -> list[Person]:
    members = [person for person in staff if person.team == team and not person.left]
    return rng.sample(members, len(members))


def _regular(crew: list[Person], rng: random.Random) -> Person:
    """Return one of the crew, most often the first."""
    return rng.choices(crew, weights=[2 ** -min(place, 4) for place in range(len(crew))])[0]


def _signed(person: Person, rng: random.Random) -> Author:
    second = len(person.emails) > 1 and rng.random() < 0.35
    return Author(person.name_ko, person.emails[1 if second else 0])
