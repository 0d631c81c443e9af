"""People that OpenID Connect providers vouch for, and sign-ins under way there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("kernel_people", sa.Column("issuer", sa.String(), nullable=True))
    op.add_column("kernel_people", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("kernel_people", sa.Column("groups", Json, nullable=True))
    op.create_index("ix_kernel_people_issuer_subject", "kernel_people", ["issuer", "subject"], unique=True)
    op.add_column("kernel_sessions", sa.Column("provider", sa.String(length=40), nullable=True))
    op.add_column("kernel_sessions", sa.Column("id_token", sa.String(), nullable=True))
    op.create_table(
        "kernel_oidc_flows",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_kernel_oidc_flows")),
    )
    op.create_index(op.f("ix_kernel_oidc_flows_expires_at"), "kernel_oidc_flows", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take the columns and the table away."""
    op.drop_table("kernel_oidc_flows")
    op.drop_column("kernel_sessions", "id_token")
    op.drop_column("kernel_sessions", "provider")
    op.drop_index("ix_kernel_people_issuer_subject", "kernel_people")
    for column in ("groups", "subject", "issuer"):
        op.drop_column("kernel_people", column)
