"""What API tokens are narrowed to, and who answers for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from homeport.kernel.base.database import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; tokens that are there keep all of their role, and are the installation's."""
    op.add_column("kernel_api_tokens", sa.Column("scopes", Json, nullable=True))
    op.add_column("kernel_api_tokens", sa.Column("owner_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take the columns away."""
    op.drop_column("kernel_api_tokens", "owner_id")
    op.drop_column("kernel_api_tokens", "scopes")
