"""Alembic's migrations of all tables, one line from the first to the newest."""
