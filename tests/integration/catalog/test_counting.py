"""Counts are remembered until the catalog changes, and never longer."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event

from homeport.catalog import repository, storing
from homeport.kernel.trust.identity import SYSTEM

from .conftest import Installation
from .test_ingestion import Files, component

COMPONENTS = repository.Query({"kind": ["component"]})


@pytest.fixture
def files(installation: Installation, tmp_path: Path) -> Files:
    return Files(installation, tmp_path / "catalog")


def counts(installation: Installation) -> tuple[int, dict[str | None, int]]:
    with installation.database.reading() as session:
        total = repository.count_where(session, SYSTEM, COMPONENTS)
        return total, dict(repository.facet_counts(session, SYSTEM, COMPONENTS, "lifecycle"))


def test_a_count_follows_every_change_of_the_catalog(files: Files, installation: Installation) -> None:
    assert counts(installation) == (0, {})
    files.write({"a.yaml": component("a"), "b.yaml": component("b")})
    files.read()
    assert counts(installation) == (2, {"production": 2})
    files.write({"a.yaml": component("a", lifecycle="deprecated")})
    files.read()
    assert counts(installation) == (2, {"production": 1, "deprecated": 1})
    (files.root / "b.yaml").unlink()
    files.read()
    assert counts(installation) == (1, {"deprecated": 1})


def test_what_was_counted_is_not_counted_again(files: Files, installation: Installation) -> None:
    files.write({"a.yaml": component("a")})
    files.read()
    counts(installation)
    asked: list[str] = []

    def note(_connection, _cursor, statement, *_more) -> None:
        asked.append(statement)

    event.listen(installation.database.engine, "before_cursor_execute", note)
    assert counts(installation) == (1, {"production": 1})
    event.remove(installation.database.engine, "before_cursor_execute", note)
    assert not any("catalog_entity" in statement for statement in asked)


def test_nobody_is_told_what_others_may_see(files: Files, installation: Installation) -> None:
    files.write({"a.yaml": component("a")})
    files.read()
    assert counts(installation)[0] == 1
    with installation.database.reading() as session:
        assert repository.count_where(session, None, COMPONENTS) == 0


def test_a_change_that_is_rolled_back_changes_no_count(files: Files, installation: Installation) -> None:
    files.write({"a.yaml": component("a")})
    files.read()
    counts(installation)
    with pytest.raises(RuntimeError):
        remove_and_regret(installation)
    files.write({"b.yaml": component("b")})
    files.read()
    assert counts(installation) == (2, {"production": 2})


def remove_and_regret(installation: Installation) -> None:
    with installation.database.writing() as session:
        storing.remove(session, SYSTEM, ["component:default/a"], installation.services.clock())
        assert repository.count_where(session, SYSTEM, COMPONENTS) == 0
        raise RuntimeError("no")
