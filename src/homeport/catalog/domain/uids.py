"""The uid that Backstage's API gives an entity: made from the number of its row, which is never given twice."""

from __future__ import annotations

import re

UID_START = "686f6d65-706f-8274-8000-"
"""What every uid begins with: "homepo" and "rt" around the marks of a UUID of version 8, the kind anyone may make up.

Source: RFC 9562, section 5.8.
"""

_UID = re.compile(f"{UID_START}([0-9a-f]{{12}})")
_MOST = 16**12 - 1


def uid_of(entity_id: int) -> str:
    """Return the uid of the entity with that number; uids sort as the numbers do."""
    return f"{UID_START}{entity_id:012x}"


def id_of(uid: str) -> int | None:
    """Return the number that the uid was made from, or None where it is no uid of ours; case makes no difference."""
    found = _UID.fullmatch(uid.lower())
    return int(found[1], 16) if found else None


def ids_of_prefix(prefix: str) -> tuple[int, int] | None:
    """Return the first and last number whose uid begins so, or None where none does."""
    wanted = prefix.lower()
    if UID_START.startswith(wanted):
        return 0, _MOST
    digits = wanted.removeprefix(UID_START)
    if not wanted.startswith(UID_START) or re.fullmatch("[0-9a-f]{1,12}", digits) is None:
        return None
    return int(digits.ljust(12, "0"), 16), int(digits.ljust(12, "f"), 16)
