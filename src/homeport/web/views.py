"""The saved views of a list, as the menu above it shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode

from sqlalchemy.orm import Session

from homeport.kernel.knowledge import views
from homeport.kernel.knowledge.views import EVERYONE, MINE
from homeport.kernel.trust.identity import Actor
from homeport.web.tables import Table

PATH = "/views"


class ViewedList(StrEnum):
    """The lists that views can be saved of, by their address."""

    CATALOG = "/catalog"
    FINDINGS = "/findings"


LISTS: Mapping[str, str] = {ViewedList.CATALOG: "nav-catalog", ViewedList.FINDINGS: "nav-findings"}
"""The key of each list's name."""

_KEPT = ("q", "sort", "columns")


@dataclass(frozen=True, slots=True)
class ListedView:
    """A view in the menu; `sharing` is me, team or everyone."""

    name: str
    href: str
    sharing: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ViewsMenu:
    """The views of a list that the reader sees, and where the one on the screen can be saved."""

    items: Sequence[ListedView]
    save_href: str
    manage_href: str = PATH

    @property
    def current(self) -> ListedView | None:
        """The view on the screen, if it is a saved one."""
        return next((one for one in self.items if one.is_current), None)


def menu_of(session: Session, actor: Actor, table: Table) -> ViewsMenu:
    """Return the menu of a list."""
    query = query_of(table.href().partition("?")[2])
    found = views.list_views(session, actor, table.path)
    items = [ListedView(one.name, one.href, sharing_of(one.audience), one.query == query) for one in found]
    return ViewsMenu(items, f"{PATH}/new?{urlencode({'list': table.path, 'query': query})}")


def sharing_of(audience: str) -> str:
    """Whom a view is shared with, in one word: me, team or everyone."""
    return audience if audience in (MINE, EVERYONE) else "team"


def query_of(written: str) -> str:
    """What a view keeps of an address: filter, order and columns, and nothing else."""
    pairs = [(key, value) for key, value in parse_qsl(written, keep_blank_values=True) if key in _KEPT]
    return urlencode(pairs, safe=":,")
