"""Why somebody started a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; runs that are there tell no reason."""
    op.add_column("kernel_run", sa.Column("reason", sa.String(), nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("kernel_run", "reason")
