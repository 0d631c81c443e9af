"""Indexes for the lists of what an owner has and of what belongs to a system.

With the owner's column alone, SQLite read all entities of a kind for such a list.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put the kind and the order of lists behind the owner and the system."""
    for column in ("owner", "system"):
        name = f"ix_catalog_entity_{column}"
        op.drop_index(name, "catalog_entity")
        op.create_index(name, "catalog_entity", [column, sa.text("lower(kind)"), "sort_name"])


def downgrade() -> None:
    """Leave the owner and the system alone in their indexes."""
    for column in ("owner", "system"):
        name = f"ix_catalog_entity_{column}"
        op.drop_index(name, "catalog_entity")
        op.create_index(name, "catalog_entity", [column])
