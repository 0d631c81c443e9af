"""Findings as a SARIF log that other tools read: where, how bad, and since when accepted; never the proof itself.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from homeport.kernel.knowledge.findings import Finding, Severity, State, Words

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: ("error", "9.5"),
    Severity.HIGH: ("error", "8.0"),
    Severity.MEDIUM: ("warning", "5.5"),
    Severity.LOW: ("note", "2.0"),
    Severity.INFO: ("none", "0.0"),
}


def write(found: Iterable[tuple[Finding, Words]], version: str, now: datetime) -> dict[str, Any]:
    """Return the log: one run of homeport with a rule for each that is named."""
    rules: dict[str, dict[str, Any]] = {}
    places: dict[str, int] = {}
    results = []
    for row, words in found:
        if row.rule not in rules:
            rules[row.rule], places[row.rule] = _rule(row, words), len(places)
        results.append(_result(row, words, places[row.rule], now))
    driver = {"name": "homeport", "version": version, "rules": list(rules.values())}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(row: Finding, words: Words) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": row.rule, "shortDescription": {"text": words.title if row.words else row.rule}}
    if words.why:
        rule["fullDescription"] = {"text": words.why}
    if words.fix:
        rule["help"] = {"text": words.fix}
    if words.url:
        rule["helpUri"] = words.url
    if words.cwes:
        rule["properties"] = {"tags": [f"external/cwe/{cwe.lower()}" for cwe in words.cwes]}
    return rule


def _result(row: Finding, words: Words, rule_index: int, now: datetime) -> dict[str, Any]:
    level, score = _LEVELS[row.severity]
    result: dict[str, Any] = {
        "ruleId": row.rule,
        "ruleIndex": rule_index,
        "level": level,
        "message": {"text": words.message or words.title},
        "partialFingerprints": {"homeport/v1": row.fingerprint},
        "properties": {"security-severity": score, "homeport/id": row.id, "homeport/entity": row.entity_ref},
    }
    if row.evidence.file:
        result["locations"] = [_location(row.evidence.file, row.evidence.line)]
    if row.state(now) is State.SUPPRESSED:
        accepted = {"kind": "external", "status": "accepted", "justification": row.suppressed_reason or ""}
        result["suppressions"] = [accepted]
    if row.state(now) is State.GONE:
        result["baselineState"] = "absent"
    return result


def _location(file: str, line: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file, safe="/:@!$&'()*+,;=~-._")}}
    if line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}
