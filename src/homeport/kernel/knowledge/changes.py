"""Changes: who changed what, when, and where to look; what an incident asks about first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings import storable
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor


class Change(Base):
    """Something that changed an entity: `kind` is named module.what (`catalog.owner`), `ref` what did it."""

    __tablename__ = "kernel_change"
    __table_args__ = (Index(None, "entity_ref", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    entity_ref: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_name: Mapped[str]
    ref: Mapped[str]
    url: Mapped[str | None]
    parameters: Mapped[dict[str, Any]]


def record(
    session: Session,
    entity: EntityRef,
    kind: str,
    *,
    at: datetime,
    actor: Actor,
    ref: str,
    url: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> None:
    """Note that `actor` changed the entity.

    Args:
        kind: module.what, such as `catalog.owner`.
        ref: which change it was where it happened: a commit, a run, a repository.
        url: where to look.
        parameters: what fills the message `change-<kind>` in the reader's language.
    """
    session.add(
        Change(
            entity_ref=str(entity),
            kind=kind,
            at=at,
            actor_name=actor.name,
            ref=storable(ref),
            url=url,
            parameters={name: storable(value) for name, value in (parameters or {}).items()},
        )
    )


def record_all(session: Session, noted: Iterable[tuple[str, str, str]], *, at: datetime, actor: Actor) -> None:
    """Note many changes of one moment: (entity reference, kind, ref) each, as `record` takes them one by one."""
    rows: list[dict[str, Any]] = [
        {
            "entity_ref": entity,
            "kind": kind,
            "at": at,
            "actor_name": actor.name,
            "ref": storable(ref),
            "url": None,
            "parameters": {},
        }
        for entity, kind, ref in noted
    ]
    if rows:
        session.execute(insert(Change), rows)


def around(
    session: Session, actor: Actor | None, entities: Collection[EntityRef], before: datetime, limit: int
) -> Sequence[Change]:
    """Return what changed any of the entities before that time, newest first."""
    query = select(Change).where(Change.entity_ref.in_(map(str, entities)), Change.at < before)
    return _newest(session, readable(actor, query, Change.entity_ref), limit)


def recent(session: Session, actor: Actor | None, limit: int) -> Sequence[Change]:
    """Return what changed of all that the actor may read, newest first."""
    return _newest(session, readable(actor, select(Change), Change.entity_ref), limit)


def _newest(session: Session, query: Select[Change], limit: int) -> Sequence[Change]:
    return session.scalars(query.order_by(Change.at.desc(), Change.id.desc()).limit(limit)).all()
