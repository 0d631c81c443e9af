"""A source that is emptied or mistyped takes nothing out of the catalog before somebody approved it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from homeport.catalog import repository
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work import approvals, runs
from homeport.kernel.work.approval_requests import ApprovalRow, open_request_of

from .conftest import Installation, Repositories
from .test_discovery import SERVICE
from .test_ingestion import Files, component

OPERATOR = Actor("person", "1", "Haneul", Role.OPERATOR)
MANY = 60
"""More than the settings let go without asking."""


@pytest.fixture
def files(installation: Installation, tmp_path: Path) -> Files:
    return Files(installation, tmp_path / "catalog")


def described(count: int) -> str:
    return "---\n".join(component(f"service-{number}") for number in range(count))


def there(installation: Installation) -> int:
    with installation.database.reading() as session:
        return repository.list_entities(session, SYSTEM, repository.Query({"kind": ["component"]}), limit=1).total


def request_of(installation: Installation, run: runs.RunRow) -> ApprovalRow:
    assert (run.state, run.error_code) == ("needs-decision", "more-than-approved"), run.error_message
    with installation.database.reading() as session:
        request = open_request_of(session, run.id)
    assert request is not None
    return request


def approve(installation: Installation, run: runs.RunRow) -> runs.RunRow:
    request = request_of(installation, run)
    services = installation.services
    approvals.approve(services.database, services.procedures, OPERATOR, request.id, services.clock())
    return installation.work_on(run.id)


def test_a_file_that_lost_many_entities_asks_and_what_is_new_is_there_at_once(files: Files, installation) -> None:
    files.write({"a.yaml": described(MANY), "b.yaml": component("pay-api")})
    files.read()
    files.write({"a.yaml": component("new-api")})
    run = installation.discover(Path(files.target), type="file")
    assert request_of(installation, run).plan["changes"]["delete"] == MANY
    assert there(installation) == MANY + 2
    assert approve(installation, run).outcome["removed"] == MANY
    assert there(installation) == 2
    assert files.read()["unchanged"] == 0, "what was let go of is not read again"


def test_files_that_are_gone_ask_as_well_and_a_refusal_keeps_them(files: Files, installation) -> None:
    files.write({f"{number}.yaml": component(f"service-{number}") for number in range(MANY)})
    files.write({"z.yaml": component("pay-api")})
    files.read()
    for number in range(MANY):
        (files.root / f"{number}.yaml").unlink()
    run = installation.discover(Path(files.target), type="file")
    request, services = request_of(installation, run), installation.services
    assert request.plan["observations"]["entities_missing"] == MANY
    with installation.database.writing() as session:
        approvals.refuse(session, services.procedures, OPERATOR, request.id, services.clock())
    assert there(installation) == MANY + 1
    assert len(files.units()) == MANY + 2, "with what was known of each file"


def test_all_that_a_location_has_never_goes_unasked_however_little_it_is(files: Files, installation) -> None:
    files.write({"a.yaml": component("order-api") + "---\n" + component("pay-api")})
    files.read()
    files.write({"a.yaml": "\n"})
    run = installation.discover(Path(files.target), type="file")
    assert there(installation) == 2
    approve(installation, run)
    assert there(installation) == 0


def test_files_may_be_renamed_all_at_once_without_asking(files: Files, installation) -> None:
    files.write({f"{number}.yaml": component(f"service-{number}") for number in range(MANY)})
    files.read()
    before = files.find("component:service-7")
    for number in range(MANY):
        (files.root / f"{number}.yaml").rename(files.root / f"moved-{number}.yaml")
    assert files.read()["removed"] == 0
    after = files.find("component:service-7")
    assert (after.id, after.file) == (before.id, "moved-7.yaml")


def test_what_was_approved_is_asked_anew_when_more_would_go_by_then(files: Files, installation) -> None:
    files.write({"a.yaml": described(MANY), "b.yaml": described(2 * MANY).replace("service-", "job-")})
    files.read()
    files.write({"a.yaml": component("new-api")})
    run = installation.discover(Path(files.target), type="file")
    files.write({"b.yaml": component("new-job")})
    again = approve(installation, run)
    assert request_of(installation, again).plan["changes"]["delete"] == 3 * MANY
    assert there(installation) == 3 * MANY + 2


def test_answers_and_findings_of_what_waits_to_go_are_kept(files: Files, installation) -> None:
    files.write({"a.yaml": described(MANY) + "---\n" + component("lost-api", system="nowhere")})
    files.read()
    assert "catalog.dangling-relation" in files.findings()
    files.write({"a.yaml": "\n"})
    installation.discover(Path(files.target), type="file")
    assert "catalog.dangling-relation" in files.findings()


def test_repositories_that_are_gone_ask_before_their_entities_go(
    installation: Installation, repositories: Repositories
) -> None:
    folder = repositories.commit("order-api", SERVICE)
    repositories.commit("notes", {"README.md": "# notes\n"})
    installation.discover(repositories.root)
    before = there(installation)
    shutil.rmtree(folder)
    run = installation.discover(repositories.root)
    request_of(installation, run)
    assert there(installation) == before
    assert approve(installation, run).state == "succeeded"
    assert there(installation) < before


def test_reading_another_folder_takes_nothing_from_one_that_asks(
    installation: Installation, repositories: Repositories
) -> None:
    folder = repositories.commit("a/order-api", SERVICE)
    repositories.commit("a/notes", {"README.md": "# notes\n"})
    repositories.commit("b/pay-api", SERVICE)
    installation.discover(repositories.root / "a")
    installation.discover(repositories.root / "b")
    shutil.rmtree(folder)
    installation.discover(repositories.root / "a")
    installation.discover(repositories.root / "b")
    with installation.database.reading() as session:
        assert repository.find_entity(session, SYSTEM, EntityRef.parse("component:order-api")) is not None
