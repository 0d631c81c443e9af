"""A finding of a unit is known by its rule and place, no longer by the reason too: those there are keep their story."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_findings = sa.table(
    "kernel_findings",
    sa.column("id", sa.Integer),
    sa.column("scope", sa.String),
    sa.column("part", sa.String),
    sa.column("rule", sa.String),
    sa.column("entity_ref", sa.String),
    sa.column("fingerprint", sa.String),
    sa.column("parameters", Json),
    sa.column("gone_at", sa.DateTime),
    sa.column("first_seen_at", sa.DateTime),
)
_PLACE, _REASONED = ("file", "target", "entity"), ("file", "target", "entity", "reason")


def upgrade() -> None:
    """Write what they are known by anew; of several at one place, those still there come first."""
    of_units = sa.and_(_findings.c.scope == "catalog", _findings.c.part.like("unit:%"))
    order = (_findings.c.gone_at.is_not(None), _findings.c.first_seen_at, _findings.c.id)
    connection, given = op.get_bind(), Counter[str]()
    for row in connection.execute(sa.select(_findings).where(of_units).order_by(*order)).all():
        key = ":".join(str(row.parameters.get(name, "")) for name in _PLACE)
        first = _fingerprint(row, key)
        given[first] += 1
        _set(connection, row.id, first if given[first] == 1 else _fingerprint(row, f"{key}#{given[first]}"))


def downgrade() -> None:
    """Let the reason count again."""
    of_units = sa.and_(_findings.c.scope == "catalog", _findings.c.part.like("unit:%"))
    connection, given = op.get_bind(), set[str]()
    for row in connection.execute(sa.select(_findings).where(of_units).order_by(_findings.c.id)).all():
        print_ = _fingerprint(row, ":".join(str(row.parameters.get(name, "")) for name in _REASONED))
        if print_ not in given:
            _set(connection, row.id, print_)
        given.add(print_)


def _fingerprint(row: sa.Row[tuple[object, ...]], key: str) -> str:
    return hashlib.sha256(json.dumps([row.rule, row.part, row.entity_ref or "", key]).encode()).hexdigest()


def _set(connection: sa.Connection, number: int, fingerprint: str) -> None:
    connection.execute(sa.update(_findings).where(_findings.c.id == number).values(fingerprint=fingerprint))
