"""Where a sign-in came from, what a link is for, local accounts, counted tries to sign in, known devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and tables."""
    op.add_column("kernel_sessions", sa.Column("address", sa.String(length=64), nullable=True))
    op.add_column("kernel_sessions", sa.Column("way", sa.String(length=20), server_default="link", nullable=False))
    purpose = sa.Column("purpose", sa.String(length=20), server_default="sign-in", nullable=False)
    op.add_column("kernel_login_links", purpose)
    op.create_table(
        "kernel_accounts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["kernel_people.id"], name=op.f("fk_kernel_accounts_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_kernel_accounts")),
        sa.UniqueConstraint("login", name=op.f("uq_kernel_accounts_login")),
    )
    op.create_table(
        "kernel_login_attempts",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_kernel_login_attempts")),
    )
    op.create_index(op.f("ix_kernel_login_attempts_last_at"), "kernel_login_attempts", ["last_at"], unique=False)
    op.create_table(
        "kernel_known_devices",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["kernel_people.id"], name=op.f("fk_kernel_known_devices_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kernel_known_devices")),
    )
    op.create_index(op.f("ix_kernel_known_devices_person_id"), "kernel_known_devices", ["person_id"], unique=False)


def downgrade() -> None:
    """Take the columns and tables away."""
    for table in ("kernel_known_devices", "kernel_login_attempts", "kernel_accounts"):
        op.drop_table(table)
    op.drop_column("kernel_login_links", "purpose")
    op.drop_column("kernel_sessions", "way")
    op.drop_column("kernel_sessions", "address")
