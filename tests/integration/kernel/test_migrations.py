"""Migrations bring an empty database to exactly what the models say."""

from __future__ import annotations

from datetime import UTC, datetime

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select

from homeport.kernel.base.database import Base, Database
from homeport.kernel.base.tables import import_tables, is_ours
from homeport.kernel.trust import identity


def test_migrated_tables_are_those_of_the_models(database: Database) -> None:
    import_tables()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours, "compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    with database.writing() as session:
        identity.ensure_person(session, "Kim", identity.Role.VIEWER, datetime(2026, 11, 23, tzinfo=UTC))
    before = inspect(database.engine).get_table_names()
    database.migrate()
    assert inspect(database.engine).get_table_names() == before
    with database.reading() as session:
        assert [person.name for person in session.scalars(select(identity.Person))] == ["Kim"]


def test_tables_are_named_after_their_module() -> None:
    import_tables()
    assert {name.split("_")[0] for name in Base.metadata.tables} == {"kernel", "catalog"}
