"""Counts of the catalog, remembered until the catalog changes.

Each page of the list counts every facet over all that matches, and most pages ask what was asked a moment ago. Every
change of entities makes the catalog's generation one higher, in its own transaction; a reader sees the generation that
belongs to what it reads, so a remembered count is never older than the page it stands on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from homeport.catalog.models import GENERATION
from homeport.kernel.trust.access import reads_everything
from homeport.kernel.trust.identity import Actor

_MOST = 500
_CHANGED = "catalog changed"
_T = TypeVar("_T")


class _Memory:
    """What was counted in one generation; the longest unused goes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._generation: int | None = None
        self._counts: OrderedDict[Hashable, Any] = OrderedDict()

    def find(self, generation: int, key: Hashable) -> tuple[bool, Any]:
        """Whether the count is remembered, and what it is."""
        with self._lock:
            if generation != self._generation or key not in self._counts:
                return False, None
            self._counts.move_to_end(key)
            return True, self._counts[key]

    def keep(self, generation: int, key: Hashable, count: Any) -> None:
        """Remember the count; those of another generation are forgotten."""
        with self._lock:
            if generation != self._generation:
                self._generation = generation
                self._counts.clear()
            self._counts[key] = count
            if len(self._counts) > _MOST:
                self._counts.popitem(last=False)


_memories: WeakKeyDictionary[Engine, _Memory] = WeakKeyDictionary()


def remembered(session: Session, actor: Actor | None, key: Hashable, count: Callable[[], _T]) -> _T:
    """Return what `count` gives, or gave since the catalog last changed; `key` says what is counted.

    Whoever may not read everything is always counted for, and so is a transaction that changes the catalog itself: it
    may be rolled back.
    """
    if not reads_everything(actor) or _CHANGED in session.info:
        return count()
    generation = session.scalar(select(GENERATION.c.number)) or 0
    memory = _memories.setdefault(session.get_bind().engine, _Memory())
    is_known, known = memory.find(generation, key)
    if is_known:
        return known  # type: ignore[no-any-return]
    counted = count()
    memory.keep(generation, key, counted)
    return counted


def forget(session: Session) -> None:
    """Say that the catalog changes in this transaction."""
    session.info[_CHANGED] = True
    session.execute(update(GENERATION).values(number=GENERATION.c.number + 1))
