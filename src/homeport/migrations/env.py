"""Run by Alembic: applies migrations on the connection that Database.migrate gives."""

from alembic import context

from homeport.kernel.base.database import Base
from homeport.kernel.base.tables import import_tables, is_ours

import_tables()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=is_ours,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
