"""A run's page kept up to date: new lines of its log, and its parts as they change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.base.wakeups import WAKEUPS
from homeport.kernel.work import runs
from homeport.kernel.work.runs import LogRow, RunState, log_topic
from homeport.web.live import ServerEvent, fragment

LOG_ELEMENT = "log-lines"
_POLL_S = 1.0
_PARTS_EVERY_S = 0.5
_MOST_LINES = 500

Parts = Callable[[Session], Mapping[str, str]]
Lines = Callable[[Sequence[LogRow], int], str]


def follow(database: Database, run_id: str, after: int, parts: Parts, lines: Lines) -> Iterator[ServerEvent | None]:
    """Return what the page needs after line `after`, until the run has ended; then one `end`.

    Events carry the number of the last line sent, so that a page that was away goes on from there. `parts` gives the
    parts of the page by element, `lines` writes lines of a log of so many; a part is sent when it has changed.
    """
    topics, sent, looked_at = (log_topic(run_id),), dict[str, str](), 0.0
    while True:
        mark = WAKEUPS.seen(topics)
        with database.reading() as session:
            has_ended = RunState(runs.get_run(session, run_id).state).has_ended
            rows = runs.log_of(session, run_id, after, _MOST_LINES)
            total = session.scalar(select(func.max(LogRow.number)).where(LogRow.run_id == run_id)) or 0
            is_last = has_ended and len(rows) < _MOST_LINES
            is_time = is_last or time.monotonic() - looked_at >= _PARTS_EVERY_S
            now_shown = parts(session) if is_time else sent
        if rows:
            after = rows[-1].number
            yield ServerEvent(str(after), "append", fragment(LOG_ELEMENT, lines(rows, total)))
        looked_at = time.monotonic() if is_time else looked_at
        for element, html in now_shown.items():
            if sent.get(element) != html:
                yield ServerEvent(str(after), "replace", fragment(element, html))
        sent = dict(now_shown)
        if is_last:
            yield ServerEvent(str(after), "end", "")
            return
        if len(rows) < _MOST_LINES:
            WAKEUPS.wait(topics, mark, _POLL_S if is_time else _PARTS_EVERY_S)
            yield None
