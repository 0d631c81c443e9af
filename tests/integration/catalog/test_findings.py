"""What is wrong in units of a location, known again by its rule and its place."""

from __future__ import annotations

import importlib

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select

from homeport.catalog import findings as catalog_findings
from homeport.catalog.domain.fields import Place, Problem
from homeport.kernel.base.database import Database
from homeport.kernel.knowledge.findings import DUE_DAYS, Finding
from homeport.kernel.testing import FakeClock


def _report_unit(database: Database, clock: FakeClock, *reasons: str, file: str = "https://x.example/a.yaml") -> None:
    problems = [
        Problem("catalog.unreadable-source", Place(file), {"file": file, "target": "t", "reason": reason})
        for reason in reasons
    ]
    with database.writing() as session:
        catalog_findings.report_units(session, 1, {"a": problems}, clock(), DUE_DAYS)


def test_a_source_that_fails_for_another_reason_is_the_same_finding(database: Database, clock: FakeClock):
    _report_unit(database, clock, "answers 404")
    _report_unit(database, clock, "answers 503")
    with database.reading() as session:
        (row,) = session.scalars(select(Finding))
        assert (row.parameters["reason"], row.gone_at) == ("answers 503", None)


def test_two_of_one_rule_at_one_place_stay_two(database: Database, clock: FakeClock):
    _report_unit(database, clock, "no kind", "no name")
    _report_unit(database, clock, "no kind")
    with database.reading() as session:
        assert sorted(row.gone_at is None for row in session.scalars(select(Finding))) == [False, True]


def test_a_file_with_the_same_fault_in_each_of_its_documents_is_one_finding(database: Database, clock: FakeClock):
    _report_unit(database, clock, *["no kind"] * 200, "no name")
    with database.reading() as session:
        assert sorted(row.parameters["reason"] for row in session.scalars(select(Finding))) == ["no kind", "no name"]


def test_findings_of_units_keep_their_story_over_the_migration(database: Database, clock: FakeClock):
    _report_unit(database, clock, "no kind", "no name")
    with database.writing() as session:
        before = {row.id: row.fingerprint for row in session.scalars(select(Finding))}
        migration = importlib.import_module("homeport.migrations.versions.0010_findings_known_by_their_place")
        for step in (migration.downgrade, migration.upgrade):
            with Operations.context(MigrationContext.configure(session.connection())):
                step()
        session.expire_all()
        assert {row.id: row.fingerprint for row in session.scalars(select(Finding))} == before
