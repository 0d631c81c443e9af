"""Both APIs against their own OpenAPI documents: whatever is asked, no 5xx, and answers are as the documents say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import one_of
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from homeport.app import assemble, create_app
from homeport.kernel.base.database import Database
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import load_settings
from homeport.kernel.module import Services, installed_modules
from homeport.kernel.testing import FakeClock
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.procedures import Procedures

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENTS = {"catalog": "/api/catalog/openapi.json", "v1": "/api/v1/openapi.json"}
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def app(database: Database, clock: FakeClock, tmp_path: Path) -> Any:
    """The application with an empty catalog; nothing works on its runs."""
    modules = installed_modules()
    sections = {module.name: module.settings for module in modules if module.settings}
    loaded = load_settings({}, sections, home=tmp_path / "home", openapi_anonymous=True)
    return create_app(assemble(Services(loaded, database, Procedures(), Subscribers(), clock), modules))


@pytest.fixture
def headers(database: Database, clock: FakeClock) -> Iterator[dict[str, str]]:
    """The header of an admin's token."""
    with database.writing() as session:
        _, secret = identity.create_token(session, SYSTEM, "schemathesis", Role.ADMIN, clock())
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_request_leads_to_an_answer_that_the_document_does_not_tell(
    app: Any, headers: dict[str, str], name: str
) -> None:
    schema = schemathesis.openapi.from_asgi(DOCUMENTS[name], app)
    for found in schema.get_all_operations():
        operation = found.ok()

        @BOUNDED
        @given(one_of(*(operation.as_strategy(mode) for mode in GenerationMode)))
        def ask(case: Any) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        ask()


def test_documents_are_for_those_who_are_signed_in(
    database: Database, clock: FakeClock, tmp_path: Path, headers: dict[str, str]
) -> None:
    modules = installed_modules()
    sections = {module.name: module.settings for module in modules if module.settings}
    loaded = load_settings({}, sections, home=tmp_path / "home")
    closed = create_app(assemble(Services(loaded, database, Procedures(), Subscribers(), clock), modules))
    client = TestClient(closed)
    for path in DOCUMENTS.values():
        assert client.get(path).status_code == 401
        assert client.get(path, headers=headers).json()["openapi"].startswith("3.1")
