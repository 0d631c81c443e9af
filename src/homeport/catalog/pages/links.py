"""Where an entity's page is, and how a reference is written in addresses and texts."""

from __future__ import annotations

from dataclasses import dataclass

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidEntityRef

_DEFAULT_NAMESPACE = "default"


@dataclass(frozen=True, slots=True)
class EntityLink:
    """A reference as a page shows it; `is_known` is False where nothing of that name is in the catalog."""

    ref: EntityRef
    name: str
    url: str
    is_known: bool = True


def url_of(ref: EntityRef) -> str:
    """The canonical address of an entity's page: `/catalog/component/order-api`."""
    return f"/catalog/{ref.short_path}"


def short_of(ref: EntityRef, default_kind: str = "") -> str:
    """The shortest text that stands for the reference where `default_kind` is expected: `order`, `user:kim`."""
    kind = "" if ref.kind == default_kind else f"{ref.kind}:"
    namespace = "" if ref.namespace == _DEFAULT_NAMESPACE else f"{ref.namespace}/"
    return f"{kind}{namespace}{ref.name}"


def link_to(text: str | None, default_kind: str = "", is_known: bool = True) -> EntityLink | None:
    """The link that a reference stands for; None for none, or for what is no reference."""
    if not text:
        return None
    try:
        ref = EntityRef.parse(text, default_kind or None)
    except InvalidEntityRef:
        return None
    return EntityLink(ref, short_of(ref, ref.kind), url_of(ref), is_known)
