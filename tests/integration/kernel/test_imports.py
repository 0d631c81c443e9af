"""Findings of other tools: taken in, closed in their own scope alone, by who may."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef, EntityTraits
from homeport.kernel.base.errors import Forbidden, InvalidInput, NotFound
from homeport.kernel.knowledge import findings, imports
from homeport.kernel.knowledge.findings import DUE_DAYS, EVERYTHING, Finding, Found, Severity, Wanted
from homeport.kernel.knowledge.imports import Import, Imported, path_of
from homeport.kernel.knowledge.sarif.log import parse
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity import SYSTEM, Actor, Role

ORDER = EntityRef.parse("component:order-api")
STOCK = EntityRef.parse("component:stock-api")
TEAM = EntityRef.parse("group:order")
OWNER = Actor("token", "ci", "ci of order", Role.DEVELOPER, frozenset({TEAM}))
OWNERS = {ORDER: TEAM, STOCK: EntityRef.parse("group:stock")}

Take = Callable[..., Imported]


class Known:
    """A catalog of two components."""

    def traits_of(self, session: Session, entities: Collection[EntityRef]) -> dict[EntityRef, EntityTraits]:
        return {one: EntityTraits(OWNERS[one]) for one in entities if one in OWNERS}

    def find_near(self, session: Session, missing: EntityRef) -> EntityRef | None:
        return ORDER if missing.name.startswith("order") else None


@pytest.fixture
def take(database: Database, clock: FakeClock) -> Take:
    """Import results that are written as `rule` or `rule@file`."""

    def run(*written: str, actor: Actor = SYSTEM, asked: Import | None = None, **more: Any) -> Imported:
        results = [_result(one) for one in written]
        log = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "t"}}, "results": results, **more}]}
        with database.writing() as session:
            return imports.import_sarif(
                session,
                actor,
                parse(json.dumps(log).encode(), 10**6),
                asked or Import("trivy", ORDER),
                Known(),
                clock(),
                DUE_DAYS,
            )

    return run


def _result(written: str) -> dict[str, Any]:
    rule, _, file = written.partition("@")
    place = {"physicalLocation": {"artifactLocation": {"uri": file or "a.py"}, "region": {"startLine": 3}}}
    return {"ruleId": rule, "level": "error", "message": {"text": f"{rule} is bad"}, "locations": [place]}


def _open(session: Session, clock: FakeClock, **wanted: Any) -> list[Finding]:
    return list(findings.list_findings(session, SYSTEM, Wanted(**wanted), clock(), limit=100).findings)


def _rules(database: Database, clock: FakeClock, **wanted: Any) -> set[str]:
    with database.reading() as session:
        return {row.rule for row in _open(session, clock, **wanted)}


def test_an_imported_finding_has_its_own_words_place_and_due_date(take: Take, database: Database, clock: FakeClock):
    assert take("CVE-1") == Imported("trivy", "component:default/order-api", 1, 0, 0, 0, 0, is_complete=True)
    with database.reading() as session:
        (row,) = _open(session, clock)
        assert (row.source, row.rule, row.severity, row.entity) == ("trivy", "trivy/CVE-1", Severity.HIGH, ORDER)
        assert row.words is not None
        assert (row.words.title, row.words.message) == ("CVE-1", "CVE-1 is bad")
        assert (row.evidence.file, row.evidence.line) == ("a.py", 3)
        assert row.due_at is not None


def test_importing_again_closes_what_is_gone_and_opens_what_is_back(take: Take, database: Database, clock: FakeClock):
    take("CVE-1", "CVE-2")
    second = take("CVE-2", "CVE-3")
    assert (second.new, second.seen_again, second.reopened, second.gone) == (1, 1, 0, 1)
    assert take("CVE-1").reopened == 1
    assert _rules(database, clock) == {"trivy/CVE-1"}


def test_another_scope_another_source_and_what_modules_report_stay_open(
    take: Take, database: Database, clock: FakeClock
):
    with database.writing() as session:
        findings.report(session, "catalog", [Found("catalog.x", "p", Severity.LOW, ORDER)], EVERYTHING, clock())
    take("CVE-1", asked=Import("trivy", ORDER, scope="main"))
    take("CVE-2", asked=Import("trivy", ORDER, scope="release"))
    take("CVE-3", asked=Import("semgrep", ORDER, scope="main"))
    assert take(asked=Import("trivy", ORDER, scope="main")).gone == 1
    assert _rules(database, clock) == {"catalog.x", "trivy/CVE-2", "semgrep/CVE-3"}


def test_a_tool_that_failed_closes_nothing(take: Take, database: Database, clock: FakeClock):
    take("CVE-1")
    imported = take("CVE-2", invocations=[{"executionSuccessful": False}])
    assert (imported.new, imported.gone, imported.is_complete) == (1, 0, False)
    assert _rules(database, clock) == {"trivy/CVE-1", "trivy/CVE-2"}


def test_what_lies_in_a_folder_is_about_its_entity(take: Take, database: Database, clock: FakeClock):
    paths = dict(map(path_of, ["services/order=order-api", "services=component:stock-api"]))
    asked = Import("trivy", None, "shop", paths)
    take("A@services/order/a.py", "B@services/orders/a.py", "C@README.md", asked=asked)
    with database.reading() as session:
        assert {row.rule: row.entity for row in _open(session, clock)} == {
            "trivy/A": ORDER,
            "trivy/B": STOCK,
            "trivy/C": None,
        }


def test_an_owner_imports_for_what_is_theirs_alone(take: Take):
    assert take("CVE-1", actor=OWNER).new == 1
    for asked in (Import("trivy", STOCK), Import("trivy", None, "shop")):
        with pytest.raises(Forbidden):
            take("CVE-1", actor=OWNER, asked=asked)
        with pytest.raises(Forbidden):
            take(actor=OWNER, asked=asked)


def test_an_owner_cannot_close_what_is_about_somebody_elses(take: Take, database: Database, clock: FakeClock):
    take("CVE-1", asked=Import("trivy", STOCK, scope="shop"))
    with pytest.raises(Forbidden):
        take(actor=OWNER, asked=Import("trivy", ORDER, scope="shop"))
    assert _rules(database, clock) == {"trivy/CVE-1"}


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        (Import("Trivy", ORDER), "/source"),
        (Import("", ORDER), "/source"),
        (Import("catalog.x", ORDER), "/source"),
        (Import("x" * 41, ORDER), "/source"),
        (Import("trivy", ORDER, scope="a b"), "/scope"),
        (Import("trivy", ORDER, scope="x" * 201), "/scope"),
    ],
)
def test_names_that_cannot_be_are_refused(take: Take, asked: Import, pointer: str):
    with pytest.raises(InvalidInput) as caught:
        take("CVE-1", asked=asked)
    assert [one.pointer for one in caught.value.errors] == [pointer]


def test_entities_that_are_not_there_are_refused_with_the_nearest(take: Take, database: Database, clock: FakeClock):
    typo, other = EntityRef.parse("component:order-apy"), EntityRef.parse("component:else")
    with pytest.raises(NotFound) as caught:
        take("CVE-1", asked=Import("trivy", typo, paths={"web": ORDER, "lib": other}))
    assert [(one.pointer, one.detail) for one in caught.value.errors] == [
        ("/path", "There is no entity component:default/else."),
        ("/entity", "There is no entity component:default/order-apy. Did you mean component:default/order-api?"),
    ]
    assert _rules(database, clock) == set()


def test_a_path_without_an_entity_is_refused():
    with pytest.raises(InvalidInput, match="FOLDER=ENTITY"):
        path_of("services/order")


def test_a_tool_cannot_pass_for_a_module(take: Take, database: Database, clock: FakeClock):
    take("unknown-owner", asked=Import("catalog", ORDER))
    with database.reading() as session:
        (row,) = _open(session, clock)
        assert row.rule == "catalog/unknown-owner"
        assert row.words is not None


def test_an_import_is_in_the_audit_trail(take: Take, database: Database):
    take("CVE-1")
    with database.reading() as session:
        (entry,) = audit.entries(session, limit=5, object_ref="import:trivy/component:default/order-api")
        assert (entry.action, entry.after) == ("finding.import", {"new": 1, "gone": 0, "reopened": 0})


def test_due_dates_follow_the_settings_also_of_what_was_there(take: Take, database: Database, clock: FakeClock):
    take("CVE-1")
    seen_at = clock()
    clock.advance(days=5)
    with database.writing() as session:
        assert findings.redate(session, {"high": 10}) == 1
        assert findings.redate(session, {"high": 10}) == 0
        (due_at,) = session.scalars(select(Finding.due_at))
        assert due_at is not None
        assert (due_at - seen_at).days == 10
        assert findings.redate(session, {}) == 1


def test_what_is_due_as_the_settings_say_is_left_as_it_is(take: Take, database: Database, clock: FakeClock):
    clock.advance(microseconds=678_901)
    take("CVE-1")
    with database.writing() as session:
        assert findings.redate(session, DUE_DAYS) == 0
