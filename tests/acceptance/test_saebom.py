"""Discovery finds what is true of Saebom, which nobody told it, whatever the seed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from homeport.catalog import repository
from homeport.kernel.knowledge import findings
from homeport.kernel.trust.identity import SYSTEM


@pytest.fixture(scope="module", params=[1, 2, 3])
def discovered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """The truth of a seed, and the catalog that was discovered of it."""
    from homeport import saebom
    from homeport.app import installation
    from homeport.demo import repositories
    from homeport.kernel.console import Console

    home: Path = tmp_path_factory.mktemp(f"seed-{request.param}")
    truth = repositories.build(home / "repositories", request.param, date(2026, 11, 20))
    with installation(home=home) as homeport:
        console = Console(lambda: installation(home=home), lambda _services, run_id: homeport.worker(only=run_id))
        saebom.discover(homeport, console, home / "repositories", 0.0)
        with homeport.services.database.reading() as session:
            yield truth, session, homeport


def components(session) -> dict[str, object]:
    query = repository.Query({"kind": ["component"]})
    return {row.name: row for row in repository.list_entities(session, SYSTEM, query, limit=100).entities}


def test_every_component_is_there_and_28_are_without_yaml(discovered) -> None:
    truth, session, _ = discovered
    found = components(session)
    assert set(found) == set(truth.repositories)
    inferred = {name for name, row in found.items() if row.origin == "inferred"}
    assert inferred == {name for name, told in truth.repositories.items() if not told.has_catalog_info}
    assert len(inferred) == 28


def test_owners_are_right_and_only_the_unclear_are_asked(discovered) -> None:
    truth, session, homeport = discovered
    found = components(session)
    wrong = {
        name: (found[name].owner, told.owner)
        for name, told in truth.repositories.items()
        if told.owner and found[name].owner != f"group:default/{told.owner}"
    }
    assert wrong == {}
    wanted = findings.Wanted()
    page = findings.list_findings(session, SYSTEM, wanted, homeport.services.clock(), limit=500)
    of_rule: dict[str, set[str]] = {}
    for one in page.findings:
        of_rule.setdefault(one.rule, set()).add((one.entity_ref or "").rpartition("/")[2])
    assert of_rule["catalog.ambiguous-owner"] == truth.ambiguous
    assert of_rule["catalog.orphan"] == {truth.orphan}


def test_types_languages_and_systems_are_right(discovered) -> None:
    truth, session, _ = discovered
    found = components(session)
    rows = list(truth.repositories.items())
    assert [name for name, told in rows if found[name].language != told.language] == []
    assert [name for name, told in rows if found[name].system != f"system:default/{told.system}"] == []
    assert len([name for name, told in rows if found[name].type not in (told.type, None)]) == 0
    assert len([name for name, told in rows if found[name].type is None]) <= 2


def test_every_api_is_there(discovered) -> None:
    truth, session, _ = discovered
    expected = sum(len(told.apis) for told in truth.repositories.values())
    assert repository.count_by_kind(session, SYSTEM)["api"] == expected
