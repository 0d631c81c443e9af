"""How sure each kind of evidence makes a connection."""

from __future__ import annotations

import pytest

from homeport.catalog.domain.evidence import How, Where, confidence_of, dependency
from homeport.catalog.domain.fields import Place


@pytest.mark.parametrize("how", How)
@pytest.mark.parametrize("where", Where)
def test_every_kind_of_evidence_has_a_confidence(how: How, where: Where) -> None:
    assert 0 <= confidence_of(how, where) < 1


def test_a_connection_says_what_shows_it() -> None:
    found = dependency("product", "redis", "redis", How.ADDRESS, Where.FILE, "configuration", Place("a.yml"))
    assert (found.evidence, found.confidence) == ("address in file", confidence_of(How.ADDRESS, Where.FILE))
