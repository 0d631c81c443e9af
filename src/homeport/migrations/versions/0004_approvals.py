"""Requests for approval and what was decided on them; on a run, who approved it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, and the authority of a run."""
    op.create_table(
        "kernel_approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("requirements", Json, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_approval")),
    )
    op.create_index(op.f("ix_kernel_approval_created_at_id"), "kernel_approval", ["created_at", "id"], unique=False)
    op.create_index(op.f("ix_kernel_approval_run_id"), "kernel_approval", ["run_id"], unique=False)
    op.create_index(op.f("ix_kernel_approval_state"), "kernel_approval", ["state"], unique=False)
    op.create_table(
        "kernel_approval_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("is_approval", sa.Boolean(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.String(), nullable=False),
        sa.Column("actor_name", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("meets", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["kernel_approval.id"], name=op.f("fk_kernel_approval_decision_approval_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kernel_approval_decision")),
        sa.UniqueConstraint(
            "approval_id",
            "actor_kind",
            "actor_id",
            name=op.f("uq_kernel_approval_decision_approval_id_actor_kind_actor_id"),
        ),
    )
    op.add_column("kernel_run", sa.Column("authority", Json, nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("kernel_run", "authority")
    op.drop_table("kernel_approval_decision")
    op.drop_index(op.f("ix_kernel_approval_state"), table_name="kernel_approval")
    op.drop_index(op.f("ix_kernel_approval_run_id"), table_name="kernel_approval")
    op.drop_index(op.f("ix_kernel_approval_created_at_id"), table_name="kernel_approval")
    op.drop_table("kernel_approval")
