"""What happened to an entity: changes that modules recorded and what people did, as one timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from homeport.catalog.pages.answers import shown_value
from homeport.catalog.pages.facts import name_of
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import changes
from homeport.kernel.knowledge.changes import Change
from homeport.kernel.trust import audit
from homeport.kernel.trust.audit import AuditEntry
from homeport.kernel.trust.identity import Actor

Words = Callable[..., str]
_MOST = 100
_ICONS = {
    "catalog.added": "plus",
    "catalog.changed": "pencil",
    "catalog.owner": "users",
    "catalog.removed": "trash",
}
_ANSWERED = "catalog.answer"
_CHANGED = "catalog.changed"
"""What an answer leaves behind besides itself; told once is enough."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the timeline, as `ui.timeline` takes it."""

    at: datetime
    icon: str
    text: str
    actor: str
    note: str
    href: str
    state: str


def items_of(session: Session, actor: Actor, ref: EntityRef, now: datetime) -> Callable[[Words], list[Item]]:
    """The timeline, newest first, to be called with the words of the reader's language."""
    changed = changes.around(session, actor, [ref], now + timedelta(seconds=1), _MOST)
    done = audit.entries(session, limit=_MOST, object_ref=str(ref))

    def items(t: Words) -> list[Item]:
        answered = [entry for entry in done if entry.action == _ANSWERED]
        moments = {entry.at for entry in answered}
        others = [change for change in changed if not (change.kind == _CHANGED and change.at in moments)]
        told = [*_of_changes(others, t), *(_of_entry(entry, t) for entry in answered)]
        return sorted(told, key=lambda item: item.at, reverse=True)[:_MOST]

    return items


def _of_changes(changed: Sequence[Change], t: Words) -> list[Item]:
    return [
        Item(
            at=change.at,
            icon=_ICONS.get(change.kind, "clock-arrow-up"),
            text=t(f"change-{change.kind.replace('.', '-')}", **change.parameters),
            actor=change.actor_name,
            note=change.ref,
            href=change.url or "",
            state="info" if change.kind == "catalog.added" else "",
        )
        for change in changed
    ]


def _of_entry(entry: AuditEntry, t: Words) -> Item:
    told = entry.after or {}
    path, verdict = str(told.get("path", "")), str(told.get("verdict", ""))
    name = name_of(path)
    is_confirmed = verdict == "confirmed"
    return Item(
        at=entry.at,
        icon="user-check" if is_confirmed else "user-x",
        text=t(
            "catalog-did-confirm" if is_confirmed else "catalog-did-refuse",
            field=t(f"catalog-field-{name}") if name else path,
            value=shown_value(told.get("value")),
        ),
        actor=entry.actor_name,
        note="",
        href="",
        state="ok" if is_confirmed else "warn",
    )
