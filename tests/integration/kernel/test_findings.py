"""Findings as they come, go and come back, on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, Forbidden, InvalidFilter, InvalidInput, NotFound
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import EVERYTHING, Evidence, Found, Reported, Severity, State, Wanted
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity import SYSTEM, Actor, Role

_DAY = timedelta(days=1)
_ORDER = EntityRef.parse("component:default/order-api")
_PAYMENT = EntityRef.parse("component:default/payment-api")
_TEAM = EntityRef.parse("group:default/order")
_OWNER = Actor("person", "1", "Jiwoo", Role.DEVELOPER, frozenset({_TEAM}))
_OTHER = Actor("person", "2", "Minjun", Role.DEVELOPER)
_ANY = Wanted(state=None)


def _found(name: str, severity: Severity = Severity.HIGH, part: str = "order-api", **more: Any) -> Found:
    return Found(f"catalog.{name}", part, severity, **more)


def _rules(session: Session, clock: FakeClock, wanted: Wanted) -> list[str]:
    page = findings.list_findings(session, SYSTEM, wanted, clock(), limit=100)
    return [finding.rule.removeprefix("catalog.") for finding in page.findings]


def _report_one(session: Session, clock: FakeClock, **more: Any) -> findings.Finding:
    findings.report(session, "catalog", [_found("broken-file", **more)], EVERYTHING, clock())
    return findings.list_findings(session, SYSTEM, _ANY, clock(), limit=1).findings[0]


def test_a_finding_keeps_what_was_reported(database: Database, clock: FakeClock):
    evidence = Evidence("api.yaml", 7, "openapi: 3", "https://git.saebom.example/order-api/api.yaml#L7")
    with database.writing() as session:
        _report_one(session, clock, entity=_ORDER, parameters={"reason": "탭"}, evidence=evidence)
    with database.reading() as session:
        (finding,) = findings.list_findings(session, SYSTEM, Wanted(), clock(), limit=9).findings
        assert (finding.source, finding.scope, finding.part) == ("catalog", "catalog", "order-api")
        assert (finding.entity, finding.parameters, finding.evidence) == (_ORDER, {"reason": "탭"}, evidence)
        assert (finding.first_seen_at, finding.last_seen_at, finding.gone_at) == (clock(), clock(), None)


def test_evidence_from_a_broken_file_is_stored_all_the_same(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock, parameters={"name": "\0"}, evidence=Evidence("\udcff.yaml", 1, "a\0b"))
        session.refresh(finding)
        assert finding.evidence == Evidence("?.yaml", 1, "a\ufffdb")


def test_a_report_says_what_is_new_seen_again_gone_and_back(database: Database, clock: FakeClock):
    def report(*names: str) -> Reported:
        with database.writing() as session:
            return findings.report(session, "catalog", map(_found, names), EVERYTHING, clock())

    assert report("a", "b") == Reported(new=2, seen_again=0, reopened=0, gone=0)
    assert report("b", "c") == Reported(new=1, seen_again=1, reopened=0, gone=1)
    assert report("a", "a") == Reported(new=0, seen_again=0, reopened=1, gone=2)


def test_what_could_not_be_looked_at_is_not_gone(database: Database, clock: FakeClock):
    with database.writing() as session:
        found = [_found("a", part="order-api"), _found("b", part="payment-api")]
        findings.report(session, "catalog", found, EVERYTHING, clock())
        assert findings.report(session, "catalog", [], {"order-api"}, clock()).gone == 1
        assert _rules(session, clock, Wanted()) == ["b"]


def test_a_report_leaves_other_scopes_alone(database: Database, clock: FakeClock):
    with database.writing() as session:
        findings.report(session, "catalog", [_found("a")], EVERYTHING, clock())
        findings.report(session, "review", [_found("a")], EVERYTHING, clock())
        assert findings.report(session, "review", [], EVERYTHING, clock()).gone == 1
        assert _rules(session, clock, Wanted()) == ["a"]


def test_a_finding_seen_again_tells_its_latest_words(database: Database, clock: FakeClock):
    with database.writing() as session:
        first = clock()
        _report_one(session, clock, parameters={"reason": "tab"})
        clock.advance(days=1)
        finding = _report_one(session, clock, parameters={"reason": "colon"})
        assert (finding.first_seen_at, finding.last_seen_at) == (first, clock())
        assert finding.parameters == {"reason": "colon"}


@pytest.mark.parametrize(
    ("severity", "days"),
    [(Severity.CRITICAL, 7), (Severity.HIGH, 30), (Severity.MEDIUM, 90), (Severity.LOW, None), (Severity.INFO, None)],
)
def test_the_worse_a_finding_the_sooner_it_is_due(
    database: Database, clock: FakeClock, severity: Severity, days: int | None
):
    with database.writing() as session:
        finding = _report_one(session, clock, severity=severity)
        assert finding.due_at == (clock() + days * _DAY if days else None)


def test_due_dates_come_from_the_table_that_is_passed(database: Database, clock: FakeClock):
    with database.writing() as session:
        findings.report(session, "catalog", [_found("a")], EVERYTHING, clock(), {Severity.HIGH: 2})
        (finding,) = findings.list_findings(session, SYSTEM, Wanted(), clock(), limit=1).findings
        assert finding.due_at == clock() + 2 * _DAY


def test_the_due_date_counts_anew_when_a_finding_is_back_or_gets_worse(database: Database, clock: FakeClock):
    with database.writing() as session:
        _report_one(session, clock, severity=Severity.HIGH)
        clock.advance(days=10)
        assert _report_one(session, clock, severity=Severity.HIGH).due_at == clock() + 20 * _DAY
        assert _report_one(session, clock, severity=Severity.CRITICAL).due_at == clock() + 7 * _DAY
        findings.report(session, "catalog", [], EVERYTHING, clock())
        clock.advance(days=10)
        finding = _report_one(session, clock, severity=Severity.CRITICAL)
        assert (finding.due_at, finding.reopened_count) == (clock() + 7 * _DAY, 1)


def test_a_suppressed_finding_is_open_again_when_the_suppression_expires(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock)
        findings.suppress(session, SYSTEM, finding.id, " known, moves in May ", clock() + _DAY, clock())
        assert finding.state(clock()) is State.SUPPRESSED
        assert (finding.suppressed_reason, finding.suppressed_by) == ("known, moves in May", "homeport")
        assert _rules(session, clock, Wanted()) == []
        assert _rules(session, clock, Wanted(state=State.SUPPRESSED)) == ["broken-file"]
        clock.advance(days=1)
        assert finding.state(clock()) is State.OPEN
        assert _rules(session, clock, Wanted()) == ["broken-file"]


def test_a_suppression_outlives_reports(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock)
        findings.suppress(session, SYSTEM, finding.id, "known", clock() + _DAY, clock())
        findings.report(session, "catalog", [], EVERYTHING, clock())
        assert finding.state(clock()) is State.GONE
        assert _report_one(session, clock).state(clock()) is State.SUPPRESSED


def test_a_suppression_can_be_taken_back(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock)
        findings.suppress(session, SYSTEM, finding.id, "known", clock() + _DAY, clock())
        findings.unsuppress(session, SYSTEM, finding.id, clock())
        assert finding.state(clock()) is State.OPEN
        assert finding.suppressed_reason is None
        assert [entry.action for entry in audit.entries(session, object_ref=f"finding:{finding.id}", limit=9)] == [
            "finding.unsuppress",
            "finding.suppress",
        ]


def test_the_owner_may_suppress_and_another_team_may_not(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock, entity=_ORDER)
        with pytest.raises(Forbidden, match="group:default/order"):
            findings.suppress(session, _OTHER, finding.id, "known", clock() + _DAY, clock(), owner=_TEAM)
        with pytest.raises(Forbidden):
            findings.unsuppress(session, _OTHER, finding.id, clock(), owner=_TEAM)
        findings.suppress(session, _OWNER, finding.id, "known", clock() + _DAY, clock(), owner=_TEAM)
        assert finding.suppressed_by == "Jiwoo"


@pytest.mark.parametrize(("reason", "days", "pointer"), [(" ", 1, "/reason"), ("known", 0, "/until")])
def test_a_suppression_needs_a_reason_and_a_day_to_come(
    database: Database, clock: FakeClock, reason: str, days: int, pointer: str
):
    with database.writing() as session:
        finding = _report_one(session, clock)
        with pytest.raises(InvalidInput) as refused:
            findings.suppress(session, SYSTEM, finding.id, reason, clock() + days * _DAY, clock())
        assert refused.value.errors[0].pointer == pointer


def test_what_is_gone_is_not_suppressed(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock)
        findings.report(session, "catalog", [], EVERYTHING, clock())
        with pytest.raises(Conflict):
            findings.suppress(session, SYSTEM, finding.id, "known", clock() + _DAY, clock())


def test_lists_narrow_by_severity_rule_and_entities(database: Database, clock: FakeClock):
    found = [
        _found("a", Severity.LOW, entity=_ORDER),
        _found("b", Severity.CRITICAL, entity=_PAYMENT),
        _found("c", Severity.HIGH),
    ]
    with database.writing() as session:
        findings.report(session, "catalog", found, EVERYTHING, clock())
        assert _rules(session, clock, Wanted()) == ["b", "c", "a"]
        assert _rules(session, clock, Wanted(severities=[Severity.LOW, Severity.HIGH])) == ["c", "a"]
        assert _rules(session, clock, Wanted(rule="catalog.b")) == ["b"]
        assert _rules(session, clock, Wanted(entities=[_ORDER, _PAYMENT])) == ["b", "a"]
        assert _rules(session, clock, Wanted(entities=[])) == []


def test_findings_are_counted_by_severity_and_entity(database: Database, clock: FakeClock):
    found = [_found("a", entity=_ORDER), _found("b", Severity.LOW, entity=_ORDER), _found("c")]
    with database.writing() as session:
        findings.report(session, "catalog", found, EVERYTHING, clock())
        by_severity = findings.count_by_severity(session, SYSTEM, Wanted(), clock())
        by_entity = findings.count_by_entity(session, SYSTEM, Wanted(), clock())
    assert list(by_severity.items()) == [
        (Severity.CRITICAL, 0),
        (Severity.HIGH, 2),
        (Severity.MEDIUM, 0),
        (Severity.LOW, 1),
        (Severity.INFO, 0),
    ]
    assert by_entity == {_ORDER: 2}


def test_nobody_signed_in_sees_no_finding(database: Database, clock: FakeClock):
    with database.writing() as session:
        finding = _report_one(session, clock)
        assert not findings.list_findings(session, None, Wanted(), clock(), limit=1).findings
        with pytest.raises(NotFound):
            findings.get_finding(session, None, finding.id)


def test_what_is_not_there_is_not_found(database: Database, clock: FakeClock):
    with database.reading() as session, pytest.raises(NotFound, match="4711"):
        findings.get_finding(session, SYSTEM, 4711)


@pytest.mark.parametrize("cursor", ["", "high", "high-", "high-x", "7-1", "high-²", "high-" + "9" * 40, "-1"])
def test_a_cursor_of_another_list_is_refused(database: Database, clock: FakeClock, cursor: str):
    with database.reading() as session, pytest.raises(InvalidFilter):
        findings.list_findings(session, SYSTEM, Wanted(), clock(), limit=1, after=cursor)


_NAMES = st.sampled_from("abcdef")
_PARTS = {"a": "one", "b": "one", "c": "two", "d": "two", "e": "three", "f": "three"}


class _Life(RuleBasedStateMachine):
    """Findings live as in a plain dictionary: name -> [is gone, suppressed until, severity, reopened count]."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.writing = self.database.writing()
        self.session = self.writing.__enter__()
        self.model: dict[str, list[Any]] = {}

    def teardown(self) -> None:
        self.session.rollback()
        self.writing.__exit__(None, None, None)

    @rule(
        found=st.dictionaries(_NAMES, st.sampled_from(Severity)),
        covered=st.none() | st.sets(st.sampled_from(["one", "two", "three"])),
    )
    def report(self, found: dict[str, Severity], covered: set[str] | None) -> None:
        reported = findings.report(
            self.session,
            "catalog",
            [_found(name, severity, part=_PARTS[name]) for name, severity in found.items()],
            EVERYTHING if covered is None else covered,
            self.clock(),
        )
        assert reported == self._expected(found, covered)

    def _expected(self, found: dict[str, Severity], covered: set[str] | None) -> Reported:
        new = seen_again = reopened = gone = 0
        for name, severity in found.items():
            if name not in self.model:
                self.model[name] = [False, None, severity, 0]
                new += 1
            else:
                was_gone, until, _, count = self.model[name]
                self.model[name] = [False, until, severity, count + was_gone]
                reopened, seen_again = reopened + was_gone, seen_again + (not was_gone)
        for name, one in self.model.items():
            if name not in found and not one[0] and (covered is None or _PARTS[name] in covered):
                one[0] = True
                gone += 1
        return Reported(new, seen_again, reopened, gone)

    @rule(name=_NAMES, days=st.integers(1, 5))
    def suppress(self, name: str, days: int) -> None:
        if name in self.model and not self.model[name][0]:
            self.model[name][1] = self.clock() + days * _DAY
            findings.suppress(self.session, SYSTEM, self._id(name), "known", self.model[name][1], self.clock())

    @rule(name=_NAMES)
    def unsuppress(self, name: str) -> None:
        if name in self.model:
            self.model[name][1] = None
            findings.unsuppress(self.session, SYSTEM, self._id(name), self.clock())

    @rule(days=st.integers(1, 3))
    def wait(self, days: int) -> None:
        self.clock.advance(days=days)

    @invariant()
    def lists_and_counts_agree_with_the_model(self) -> None:
        for state in State:
            expected = sorted(name for name in self.model if self._state(name) is state)
            wanted = Wanted(state=state)
            assert sorted(_rules(self.session, self.clock, wanted)) == expected
            counts = findings.count_by_severity(self.session, SYSTEM, wanted, self.clock())
            assert counts == {one: sum(self.model[name][2] is one for name in expected) for one in Severity}

    @invariant()
    def pages_together_are_the_list(self) -> None:
        paged, after = [], None
        while True:
            page = findings.list_findings(self.session, SYSTEM, _ANY, self.clock(), limit=2, after=after)
            paged += [finding.id for finding in page.findings]
            after = page.after
            if after is None:
                break
        whole = findings.list_findings(self.session, SYSTEM, _ANY, self.clock(), limit=100).findings
        assert paged == [finding.id for finding in whole]
        assert [finding.severity for finding in whole] == sorted((f.severity for f in whole), key=list(Severity).index)
        assert {f.rule[-1]: f.reopened_count for f in whole} == {name: one[3] for name, one in self.model.items()}

    def _id(self, name: str) -> int:
        wanted = Wanted(state=None, rule=f"catalog.{name}")
        return findings.list_findings(self.session, SYSTEM, wanted, self.clock(), limit=1).findings[0].id

    def _state(self, name: str) -> State:
        is_gone, until, *_ = self.model[name]
        if is_gone:
            return State.GONE
        return State.SUPPRESSED if until is not None and until > self.clock() else State.OPEN


def test_findings_live_as_the_model_says(database: Database):
    life = type("Life", (_Life,), {"database": database})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
