"""Run by Alembic: applies migrations, or compares tables and models, on the connection that Database.migrate gives."""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from homeport.kernel.base.database import Base, UtcDateTime
from homeport.kernel.base.tables import import_tables, is_ours


def render(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """How a migration writes our own column types: a migration must not change when the code around a type does."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if isinstance(item, sa.JSON):
        return "Json"
    if isinstance(item, sa.types.TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


import_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_ours,
    render_item=render,
    render_as_batch=False,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
