"""How much a reading of a location takes out of the catalog without anybody being asked."""

from __future__ import annotations


def may_go_unasked(gone: int, kept: int, limit: int) -> bool:
    """Whether `gone` entities may go where `kept` stay: up to `limit`, but never all that there are."""
    return gone <= 0 or (gone <= limit and kept > 0)
