"""Who worked on a repository lately, and how much."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from homeport.catalog.domain.reading import Committer
from homeport.forges.git import Commit

_WINDOW_DAYS = 365
_HALF_LIFE_DAYS = 90
_BOT = re.compile(
    r"\[bot\]|\b(dependabot|renovate|github-actions|greenkeeper|semantic-release|snyk|mergify|jenkins)\b"
    r"|^(bot|ci|noreply)@",
    re.IGNORECASE,
)


def committers_of(commits: list[Commit]) -> list[Committer]:
    """Who worked here in the year before the last commit, most weight first; machines are left out."""
    people = [one for one in commits if not _BOT.search(f"{one.author_name} {one.author_email}")]
    if not people:
        return []
    last = max(one.at for one in people)
    by_email: dict[str, list[Commit]] = {}
    for one in people:
        if (last - one.at).days <= _WINDOW_DAYS:
            by_email.setdefault(one.author_email, []).append(one)
    committers = [_committer(email, theirs, last) for email, theirs in by_email.items()]
    return sorted(committers, key=lambda one: (-one.weight, one.email))


def _committer(email: str, commits: list[Commit], last: datetime) -> Committer:
    weight = sum(0.5 ** ((last - one.at).days / _HALF_LIFE_DAYS) for one in commits)
    newest = max(commits, key=lambda one: one.at)
    return Committer(email, newest.author_name, len(commits), round(weight, 4), newest.at.astimezone(UTC).isoformat())
