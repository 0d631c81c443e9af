"""Priorities, limits and parents of runs, and the code that began them.

Runs that were there before have none of these: they come first, alone and without limit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DUE = "ix_kernel_lease_queue_due_at"
_DUE_BY_PRIORITY = "ix_kernel_lease_queue_priority_due_at"
_LIMITED = "ix_kernel_lease_queue_limit_key"
_CHILDREN = "ix_kernel_run_parent_id_parent_key"


def upgrade() -> None:
    """Add them."""
    for table in ("kernel_lease", "kernel_run"):
        op.add_column(table, sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))
        op.add_column(table, sa.Column("limit_key", sa.String(), nullable=True))
        op.add_column(table, sa.Column("limit_count", sa.Integer(), nullable=True))
    for column in ("parent_id", "parent_key", "code"):
        op.add_column("kernel_run", sa.Column(column, sa.String(), nullable=True))
    op.drop_index(_DUE, "kernel_lease")
    op.create_index(_DUE_BY_PRIORITY, "kernel_lease", ["queue", "priority", "due_at"])
    op.create_index(_LIMITED, "kernel_lease", ["queue", "limit_key"])
    op.create_index(_CHILDREN, "kernel_run", ["parent_id", "parent_key"], unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_index(_CHILDREN, "kernel_run")
    op.drop_index(_LIMITED, "kernel_lease")
    op.drop_index(_DUE_BY_PRIORITY, "kernel_lease")
    op.create_index(_DUE, "kernel_lease", ["queue", "due_at"])
    for column in ("code", "parent_key", "parent_id"):
        op.drop_column("kernel_run", column)
    for table in ("kernel_run", "kernel_lease"):
        for column in ("limit_count", "limit_key", "priority"):
            op.drop_column(table, column)
