"""Credentials, sealed under the names that homeport.yaml refers to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for secrets."""
    op.create_table(
        "kernel_secrets",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kernel_secrets"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("kernel_secrets")
