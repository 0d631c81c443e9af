"""Saved views of lists: a name for a filter, an order and a choice of columns, for oneself or shared.

Everybody keeps views of their own. A team's views are made and changed by its members, everybody's by operators;
operators may also change a team's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from homeport.kernel.base.database import Base
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import FieldError, InvalidInput, NotFound
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize, may, readable
from homeport.kernel.trust.identity import Actor, person_of

MINE = "me"
EVERYONE = "everyone"

MOST_LETTERS = 80
_MOST_QUERY_LETTERS = 2_000
_MOST = 200


class SavedView(Base):
    """A view of the list at `path`: `query` is what its address has after the question mark.

    `audience` is `me`, `everyone` or a group.
    """

    __tablename__ = "kernel_saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    audience: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("kernel_people.id", ondelete="SET NULL"))
    made_by: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "path"),)

    @property
    def href(self) -> str:
        """Where it leads."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def group(self) -> EntityRef | None:
        """The team that it is shared with, if it is one."""
        return EntityRef.parse(self.audience) if self.audience not in (MINE, EVERYONE) else None


def save_view(
    session: Session, actor: Actor, path: str, name: str, query: str, audience: str, now: datetime
) -> SavedView:
    """Keep a view under a name.

    Raises:
        Forbidden: the actor may not share with that audience.
        InvalidInput: no name, one too long, no such audience, or a view of one's own for an actor who is no person.
    """
    authorize(actor, "view.save")
    audience = _checked(actor, name, audience)
    if len(query) > _MOST_QUERY_LETTERS:
        raise InvalidInput(f"The filter has {len(query)} characters; a view keeps at most {_MOST_QUERY_LETTERS}.")
    person = person_of(session, actor)
    if person is None and audience == MINE:
        detail = f"{actor.name} is no person and has no views of its own; share it with everyone or with a team."
        raise _invalid("audience", detail)
    view = SavedView(
        path=path,
        name=name.strip(),
        query=query,
        audience=audience,
        person_id=person.id if person else None,
        made_by=actor.name,
        created_at=now,
    )
    session.add(view)
    session.flush()
    _note(session, actor, "view.save", view, now)
    return view


def change_view(session: Session, actor: Actor, view_id: int, name: str, audience: str, now: datetime) -> SavedView:
    """Give a view another name or audience.

    Raises:
        NotFound: there is none of that number that the actor can see.
        Forbidden: it is not the actor's to change, or to share so.
        InvalidInput: no name, one too long, or no such audience.
    """
    view = get_view(session, actor, view_id)
    _authorize_change(actor, view)
    view.audience = _checked(actor, name, audience)
    view.name = name.strip()
    _note(session, actor, "view.change", view, now)
    return view


def delete_view(session: Session, actor: Actor, view_id: int, now: datetime) -> SavedView:
    """Let go of a view, and return what it was.

    Raises:
        NotFound: there is none of that number that the actor can see.
        Forbidden: it is not the actor's to delete.
    """
    view = get_view(session, actor, view_id)
    _authorize_change(actor, view)
    _note(session, actor, "view.delete", view, now)
    session.delete(view)
    return view


def get_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """Return the view.

    Raises:
        NotFound: there is none of that number, or it is somebody else's own.
    """
    view = session.scalars(select(SavedView).where(SavedView.id == view_id, _visible(actor))).one_or_none()
    if view is None:
        raise NotFound(f"There is no saved view {view_id}, or it is not shared with you.")
    return view


def list_views(session: Session, actor: Actor, path: str | None = None) -> Sequence[SavedView]:
    """Return the views that the actor sees, of one list or of all, by name."""
    query = readable(actor, select(SavedView).where(_visible(actor)))
    query = query.order_by(SavedView.path, SavedView.name, SavedView.id)
    if path is not None:
        query = query.where(SavedView.path == path)
    return session.scalars(query.limit(_MOST)).all()


def may_change(actor: Actor, view: SavedView) -> bool:
    """Whether the actor may rename, share or delete the view."""
    return _is_own(actor, view) or (view.audience != MINE and may(actor, "view.share", view.group))


def audiences_of(actor: Actor) -> list[str]:
    """Return whom the actor may share with, the actor first."""
    groups = [str(group) for group in sorted(actor.groups)]
    return [MINE, *groups, *([EVERYONE] if may(actor, "view.share") else [])]


def _checked(actor: Actor, name: str, audience: str) -> str:
    """Return the audience as it is kept, a team by its full reference, where the actor may name the view so."""
    if not name.strip():
        raise _invalid("name", "Give the view a name.")
    if len(name.strip()) > MOST_LETTERS:
        raise _invalid("name", f"A name has at most {MOST_LETTERS} characters.")
    if audience == MINE:
        return MINE
    if audience == EVERYONE:
        authorize(actor, "view.share")
        return EVERYONE
    group = EntityRef.parse(audience, "group")
    if group.kind != "group":
        raise _invalid("audience", f"{audience} is no team; a view is shared with a team or with everyone.")
    authorize(actor, "view.share", group)
    return str(group)


def _authorize_change(actor: Actor, view: SavedView) -> None:
    if not _is_own(actor, view):
        authorize(actor, "view.share", view.group)


def _is_own(actor: Actor, view: SavedView) -> bool:
    return actor.kind == "person" and view.person_id is not None and actor.id == str(view.person_id)


def _visible(actor: Actor) -> ColumnElement[bool]:
    shared = SavedView.audience.in_([EVERYONE, *map(str, actor.groups)])
    if actor.kind != "person":  # it is in no team, so that whoever looks after all of them sees all of them
        return SavedView.audience != MINE if may(actor, "view.share") else shared
    return or_(shared, SavedView.person_id == int(actor.id))


def _note(session: Session, actor: Actor, action: str, view: SavedView, now: datetime) -> None:
    """Shared views change what others see, so it is kept who did."""
    if view.audience != MINE:
        told = {"name": view.name, "audience": view.audience, "query": view.query}
        audit.record(session, actor, action, f"view:{view.id}", after=told, now=now)


def _invalid(field: str, detail: str) -> InvalidInput:
    return InvalidInput(detail, errors=(FieldError(f"/{field}", detail),))
