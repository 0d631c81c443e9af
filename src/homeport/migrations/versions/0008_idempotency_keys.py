"""Keys of requests that may be sent again, with their answers, sealed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them."""
    op.create_table(
        "kernel_idempotency_keys",
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("actor", "key_hash", name=op.f("pk_kernel_idempotency_keys")),
    )
    op.create_index(op.f("ix_kernel_idempotency_keys_claimed_at"), "kernel_idempotency_keys", ["claimed_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("kernel_idempotency_keys")
