"""Where a rule asks for approval, what clients of Backstage's API start becomes a request, done once approved."""

from __future__ import annotations

import pytest

from homeport.kernel.base.settings import ApprovalRuleSettings, ApproverSettings
from homeport.kernel.trust.identity import Actor, Role
from homeport.kernel.work import approvals
from homeport.kernel.work.approval_requests import get_request

from .conftest import API, Catalog, work_on_all
from .test_locations import served  # noqa: F401 - a fixture

OPERATOR = Actor("person", "1", "Haneul", Role.OPERATOR)


@pytest.fixture
def ruled(catalog: Catalog) -> Catalog:
    """The catalog, where operators approve what is read."""
    catalog.installation.services.procedures.policy.rules = [
        ApprovalRuleSettings(procedure=("catalog.*",), by=ApproverSettings(role="operator"))
    ]
    return catalog


def request_of(answer) -> str:
    assert answer.status_code == 202, answer.text
    told = answer.json()["approval"]
    assert answer.headers["location"] == told["url"] == f"/api/v1/approvals/{told['id']}"
    assert (told["state"], told["needs"]) == ("waiting", ["1 of role operator or higher, not who asked"])
    return told["id"]


def approve(catalog: Catalog, request: str) -> None:
    services = catalog.installation.services
    approvals.approve(services.database, services.procedures, OPERATOR, request, services.clock())
    assert work_on_all(catalog) == ["succeeded"]


def test_what_is_added_waits_for_approval_and_is_there_after_it(ruled: Catalog, served: str) -> None:  # noqa: F811
    request = request_of(ruled.admin.post(f"{API}/locations", json={"type": "url", "target": served}))
    assert len(ruled.admin.get(f"{API}/locations").json()) == 1
    approve(ruled, request)
    assert len(ruled.admin.get(f"{API}/locations").json()) == 2


def test_a_location_moves_only_once_that_is_approved_and_keeps_its_number(ruled: Catalog, served: str) -> None:  # noqa: F811
    before = ruled.admin.get(f"{API}/locations").json()[0]["data"]
    elsewhere = {"type": "url", "target": served}
    request = request_of(ruled.admin.put(f"{API}/locations/{before['id']}", json=elsewhere))
    assert ruled.admin.get(f"{API}/locations/{before['id']}").json()["target"] == before["target"]
    services = ruled.installation.services
    approvals.approve(services.database, services.procedures, OPERATOR, request, services.clock())
    work_on_all(ruled)
    assert ruled.admin.get(f"{API}/locations/{before['id']}").json()["target"] == served
    assert len(ruled.admin.get(f"{API}/locations").json()) == 1


def test_a_refresh_is_asked_for_and_not_twice(ruled: Catalog) -> None:
    body = {"entityRef": "component:default/orders"}
    request = request_of(ruled.admin.post(f"{API}/refresh", json=body))
    assert request_of(ruled.admin.post(f"{API}/refresh", json=body)) == request
    with ruled.installation.database.reading() as session:
        assert get_request(session, request).procedure == "catalog.discover"
    approve(ruled, request)
