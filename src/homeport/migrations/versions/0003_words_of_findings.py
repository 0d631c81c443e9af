"""Findings that other tools bring have words of their own, and a due date counts from a day that is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is there already counts from when it was first seen."""
    op.add_column("kernel_findings", sa.Column("words", Json, nullable=True))
    op.add_column("kernel_findings", sa.Column("due_from", UtcDateTime(), nullable=True))
    op.execute("UPDATE kernel_findings SET due_from = first_seen_at")
    op.create_index("ix_kernel_findings_source", "kernel_findings", ["source"])


def downgrade() -> None:
    """Leave them out again."""
    op.drop_index("ix_kernel_findings_source", "kernel_findings")
    op.drop_column("kernel_findings", "due_from")
    op.drop_column("kernel_findings", "words")
