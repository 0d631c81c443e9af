"""What makes a finding the same finding."""

from __future__ import annotations

from dataclasses import replace

import pytest

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge.findings import Evidence, Finding, Found, Severity, storable

_FOUND = Found("catalog.broken-file", "order-api", Severity.HIGH, key="openapi.yaml")


def test_a_finding_stays_the_same_when_its_line_words_or_severity_change():
    later = replace(_FOUND, severity=Severity.LOW, parameters={"reason": "tab"}, evidence=Evidence("a.yaml", 7))
    assert later.fingerprint == _FOUND.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(_FOUND, rule="catalog.duplicate"),
        replace(_FOUND, part="payment-api"),
        replace(_FOUND, entity=EntityRef.parse("component:default/order-api")),
        replace(_FOUND, key="asyncapi.yaml"),
        replace(_FOUND, part="order-apiopenapi.yaml", key=""),
    ],
)
def test_another_rule_part_entity_or_key_is_another_finding(other: Found):
    assert other.fingerprint != _FOUND.fingerprint


def test_the_words_of_a_finding_are_found_by_its_rule():
    assert Finding(rule="catalog.unknown-owner").message_key == "finding-catalog-unknown-owner"


def test_text_of_broken_files_becomes_storable_and_other_text_stays():
    assert storable("a\0b\udcff주문") == "a\ufffdb?주문"
    assert storable("주문 🛒\n") == "주문 🛒\n"
