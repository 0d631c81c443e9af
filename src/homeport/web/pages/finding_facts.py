"""A finding as pages show it: where it stands, whose it is, what is late, and what fills its words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings import Evidence, Finding, Shown, State, Words

_SOON = timedelta(days=7)
_REFERENCE = re.compile(
    r"\b(?:component|api|resource|system|domain|group|user|template|location):(?:default/)?([\w.-]*\w)"
)


@dataclass(frozen=True, slots=True)
class FindingFacts:
    """What a line about a finding says to one reader, who sees of it what is in `shown`."""

    row: Finding
    owner: EntityRef | None
    now: datetime
    shown: Shown

    @property
    def evidence(self) -> Evidence:
        """Where it can be seen."""
        return self.shown.evidence

    @property
    def words(self) -> Words | None:
        """Its own text where another tool brought it."""
        return self.shown.words

    @property
    def message(self) -> str:
        """What the tool says of this place, where that is more than the title."""
        return self.words.message if self.words and self.words.message != self.words.title else ""

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/findings/{self.row.id}"

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.row.state(self.now)

    @property
    def parameters(self) -> Mapping[str, str]:
        """What fills its words, with names in place of references: people read `order-api`."""
        return readable(self.row.parameters)

    @property
    def is_overdue(self) -> bool:
        """Whether it should have been mended by now."""
        return self.state is State.OPEN and self.row.due_at is not None and self.row.due_at < self.now

    @property
    def is_due_soon(self) -> bool:
        """Whether it is to be mended within a week."""
        is_near = self.row.due_at is not None and self.now <= self.row.due_at < self.now + _SOON
        return self.state is State.OPEN and is_near

    @property
    def days_overdue(self) -> int:
        """For how many days it should have been mended, counted up."""
        return 0 if self.row.due_at is None else (self.now - self.row.due_at).days + 1


def readable(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return what fills a finding's words with names in place of references: people read `order-api`."""
    return {name: _REFERENCE.sub(r"\1", str(value)) for name, value in parameters.items()}
