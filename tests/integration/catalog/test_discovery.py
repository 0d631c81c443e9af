"""Discovery is a run: what it publishes, what people answer, and what it never loses."""

from __future__ import annotations

import shutil

import pytest

from homeport.catalog import origins, repository, storing
from homeport.catalog.domain.composition import Verdict
from homeport.catalog.models import EntityRow
from homeport.catalog.repository import Query
from homeport.catalog.service import Catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Forbidden, InvalidInput, NotFound
from homeport.kernel.knowledge import changes, findings, search
from homeport.kernel.trust.identity import SYSTEM, Actor, Role
from homeport.kernel.work import runs

ORG = """\
    apiVersion: backstage.io/v1alpha1
    kind: Group
    metadata: {name: order, annotations: {github.com/team-slug: acme/team-order}}
    spec: {type: team, children: []}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: Group
    metadata: {name: payment}
    spec: {type: team, children: []}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: User
    metadata: {name: kim}
    spec: {profile: {email: kim@example.com}, memberOf: [order]}
    ---
    apiVersion: backstage.io/v1alpha1
    kind: User
    metadata: {name: lee}
    spec: {profile: {email: lee@example.com}, memberOf: [payment]}
    """
SERVICE = {
    "pyproject.toml": '[project]\nname = "order-api"\ndependencies = ["fastapi", "uvicorn"]\n',
    "src/order_api/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "Dockerfile": 'FROM python:3.12\nCMD ["uvicorn", "order_api.main:app"]\n',
    "openapi.yaml": "openapi: 3.0.3\ninfo: {title: 주문 API, version: '1'}\npaths: {/orders: {get: {responses: {}}}}\n",
    "README.md": "# order-api\n\nTakes orders and keeps them.\n",
}
ORDER_API = EntityRef.parse("component:order-api")


def entity(installation, ref: EntityRef = ORDER_API) -> EntityRow:
    with installation.database.reading() as session:
        row = repository.find_entity(session, SYSTEM, ref)
    assert row is not None, f"{ref} is not there"
    return row


def open_findings(installation) -> dict[str, str | None]:
    with installation.database.reading() as session:
        page = findings.list_findings(session, SYSTEM, findings.Wanted(), installation.services.clock(), limit=100)
        return {found.rule: found.entity_ref for found in page.findings}


def answer(installation, path: str, value: object, verdict: Verdict, actor: Actor = SYSTEM) -> None:
    catalog = Catalog(installation.services)
    with installation.database.writing() as session:
        catalog.answer(session, actor, ORDER_API, path, value, verdict)
    installation.deliver()


def test_a_repository_without_yaml_is_known_with_sources(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", {**SERVICE, ".github/CODEOWNERS": "* @acme/team-order\n"})
    run = installation.discover(repositories.root)
    assert run.state == runs.RunState.SUCCEEDED, run.error_message
    row = entity(installation)
    assert (row.kind, row.type, row.language, row.owner) == ("Component", "service", "python", "group:default/order")
    assert row.origin == "inferred"
    with installation.database.reading() as session:
        fields = {field.path: field for field in repository.fields_of(session, row)}
        relations = repository.relations_of(session, [row.ref])
    owner = fields["spec.owner"].settled
    assert owner["source"] == "codeowners"
    assert owner["place"] == {"file": ".github/CODEOWNERS", "line": 1}
    assert owner["confidence"] == pytest.approx(0.9, abs=0.06)
    assert ("component:default/order-api", "ownedBy", "group:default/order") in relations
    assert any(kind == "providesApi" for _, kind, _ in relations)


def test_search_finds_what_was_discovered(installation, repositories) -> None:
    repositories.commit("order-api", SERVICE)
    installation.discover(repositories.root)
    with installation.database.reading() as session:
        hits = search.search(session, SYSTEM, "주문", limit=5)
    assert [hit.kind for hit in hits] == ["api"]


def test_discovering_again_changes_nothing(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", SERVICE)
    first = installation.discover(repositories.root)
    before = entity(installation)
    second = installation.discover(repositories.root)
    after = entity(installation)
    assert first.outcome["added"] > 0
    assert (second.outcome["added"], second.outcome["changed"], second.outcome["removed"]) == (0, 0, 0)
    assert (before.updated_at, before.etag) == (after.updated_at, after.etag)


def test_a_confirmed_value_survives_the_next_refresh(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root)
    answer(installation, "spec.owner", "group:default/payment", Verdict.CONFIRMED)
    assert entity(installation).owner == "group:default/payment"
    repositories.commit("order-api", {"README.md": "# order-api\n\nKeeps the orders of the shop for seven years.\n"})
    installation.discover(repositories.root)
    row = entity(installation)
    assert (row.owner, row.description) == ("group:default/payment", "Keeps the orders of the shop for seven years.")


def test_a_refused_value_does_not_come_back(installation, repositories) -> None:
    repositories.commit("order-api", SERVICE)
    installation.discover(repositories.root)
    answer(installation, "spec.type", "service", Verdict.WRONG)
    assert entity(installation).type != "service"
    repositories.commit("order-api", {"README.md": "# order-api\n\nKeeps the orders of the shop for seven years.\n"})
    installation.discover(repositories.root)
    assert entity(installation).type != "service"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_an_answer_about_a_name_renames_nothing_and_the_location_can_be_read_again(
    installation, repositories, verdict: Verdict
) -> None:
    repositories.commit("order-api", {**SERVICE, "pyproject.toml": '[project]\nname = "orders"\n'})
    installation.discover(repositories.root)
    answer(installation, "metadata.name", "order-api" if verdict is Verdict.WRONG else "shop-api", verdict)
    assert entity(installation).name == "order-api"
    repositories.commit("order-api", {"README.md": "# order-api\n\nTakes orders and ships them.\n"})
    run = installation.discover(repositories.root)
    assert run.state == runs.RunState.SUCCEEDED, run.error_message
    assert entity(installation).description == "Takes orders and ships them."


def test_yaml_wins_over_a_confirmation_and_the_contradiction_is_a_finding(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root)
    answer(installation, "spec.owner", "group:default/payment", Verdict.CONFIRMED)
    document = """\
        apiVersion: backstage.io/v1alpha1
        kind: Component
        metadata: {name: order-api}
        spec: {type: service, lifecycle: production, owner: order}
        """
    repositories.commit("order-api", {"catalog-info.yaml": document})
    installation.discover(repositories.root)
    assert entity(installation).owner == "group:default/order"
    assert open_findings(installation)["catalog.contradicts-confirmation"] == str(ORDER_API)


def test_a_described_value_can_not_be_answered(installation, repositories) -> None:
    document = """\
        apiVersion: backstage.io/v1alpha1
        kind: Component
        metadata: {name: order-api}
        spec: {type: service, lifecycle: production, owner: order}
        """
    repositories.commit("order-api", {**SERVICE, "catalog-info.yaml": document})
    installation.discover(repositories.root)
    with pytest.raises(InvalidInput, match=r"catalog-info\.yaml"):
        answer(installation, "spec.type", "library", Verdict.CONFIRMED)


def test_only_the_owner_and_operators_may_answer(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root)
    stranger = Actor("person", "1", "Lee", Role.DEVELOPER, frozenset({EntityRef.parse("group:payment")}))
    owner = Actor("person", "2", "Kim", Role.DEVELOPER, frozenset({EntityRef.parse("group:order")}))
    with pytest.raises(Forbidden, match="group:default/order"):
        answer(installation, "spec.type", "service", Verdict.CONFIRMED, stranger)
    answer(installation, "spec.type", "service", Verdict.CONFIRMED, owner)


def test_naming_the_owner_closes_the_finding_and_it_stays_closed(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    for author in ("Kim <kim@example.com>", "Lee <lee@example.com>"):
        for number in range(4):
            repositories.commit("order-api", {**SERVICE, "n.txt": f"{author}{number}"}, author)
    installation.discover(repositories.root)
    assert open_findings(installation).get("catalog.ambiguous-owner") == str(ORDER_API)
    answer(installation, "spec.owner", "group:default/order", Verdict.CONFIRMED)
    assert "catalog.ambiguous-owner" not in open_findings(installation)
    installation.discover(repositories.root)
    assert "catalog.ambiguous-owner" not in open_findings(installation)
    assert entity(installation).owner == "group:default/order"


def test_broken_empty_and_duplicate_are_findings(installation, repositories) -> None:
    repositories.commit("broken", {"catalog-info.yaml": "kind: [Component\n"})
    repositories.empty("empty")
    for folder in ("one", "two"):
        repositories.commit(f"{folder}/order-api", SERVICE)
    installation.discover(repositories.root)
    rules = open_findings(installation)
    assert {"catalog.broken-file", "catalog.empty-repository", "catalog.duplicate-entity"} <= set(rules)


def test_a_name_that_many_repositories_give_a_resource_is_told_and_all_are_kept(installation, repositories) -> None:
    queue = {"main.tf": 'resource "aws_sqs_queue" "mail" {\n  name = "mail"\n}\n'}
    for copy in ("c1", "c2", "c3"):
        repositories.commit(f"{copy}/order/order-api", {**SERVICE, **queue})
    run = installation.discover(repositories.root)
    assert run.state == runs.RunState.SUCCEEDED, run.error_message
    with installation.database.reading() as session:
        found = repository.list_entities(session, SYSTEM, Query({"kind": ["resource"]}), 10).entities
    assert {row.name: row.repository for row in found} == {
        "mail": "c1/order/order-api",
        "order-mail": "c2/order/order-api",
        "c3-mail": "c3/order/order-api",
    }
    assert "catalog.duplicate-entity" in open_findings(installation)


def test_a_relation_to_nowhere_is_told_at_the_line_of_its_field(installation, repositories) -> None:
    described = """\
        apiVersion: backstage.io/v1alpha1
        kind: Component
        metadata: {name: order-api}
        spec:
          type: service
          lifecycle: production
          system: ghost
          dependsOn:
            - resource:gone
        """
    repositories.commit("shop/order-api", {**SERVICE, "catalog-info.yaml": described})
    installation.discover(repositories.root)
    with installation.database.reading() as session:
        wanted = findings.Wanted(rule="catalog.dangling-relation")
        found = findings.list_findings(session, SYSTEM, wanted, installation.services.clock(), limit=100).findings
    told = {(one.parameters["target"], one.evidence.file, one.evidence.line) for one in found}
    assert told == {
        ("system:default/ghost", "shop/order-api/catalog-info.yaml", 7),
        ("resource:default/gone", "shop/order-api/catalog-info.yaml", 9),
    }


def test_what_is_mended_is_no_finding_any_more(installation, repositories) -> None:
    repositories.commit("broken", {"catalog-info.yaml": "kind: [Component\n"})
    installation.discover(repositories.root)
    assert "catalog.broken-file" in open_findings(installation)
    document = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {name: shop}\nspec: {owner: order}\n"
    repositories.commit("broken", {"catalog-info.yaml": document})
    installation.discover(repositories.root)
    assert "catalog.broken-file" not in open_findings(installation)


def test_a_repository_that_can_not_be_read_keeps_what_was_known(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    folder = repositories.commit("order-api", SERVICE)
    repositories.commit("other", {**SERVICE, "pyproject.toml": '[project]\nname = "other"\n'})
    installation.discover(repositories.root)
    shutil.rmtree(folder / ".git" / "objects")
    (folder / ".git" / "objects").mkdir()
    repositories.commit("other", {"README.md": "# another\n"})
    run = installation.discover(repositories.root, only=["order-api", "other"])
    assert run.state == runs.RunState.FAILED
    assert "1 of 2 repositories could not be read" in run.error_message
    assert entity(installation).type == "service"
    assert "catalog.unreadable-repository" in open_findings(installation)
    assert open_findings(installation)["catalog.unreadable-repository"] == str(ORDER_API)
    with installation.database.reading() as session:
        everything = repository.list_entities(session, SYSTEM, Query(), 100).entities
        old = repository.list_entities(session, SYSTEM, Query(is_stale=True), 100)
        assert {row.ref for row in old.entities} == origins.stale_refs(session, everything)
        assert (str(ORDER_API) in {row.ref for row in old.entities}, old.total < len(everything)) == (True, True)


def test_a_repository_that_is_gone_takes_its_entities_along_and_it_is_told(installation, repositories) -> None:
    folder = repositories.commit("order-api", SERVICE)
    repositories.commit("org", {"catalog-info.yaml": ORG})
    installation.discover(repositories.root)
    shutil.rmtree(folder)
    run = installation.discover(repositories.root)
    assert run.outcome["removed"] >= 1
    with installation.database.reading() as session:
        assert repository.find_entity(session, SYSTEM, ORDER_API) is None
        told = changes.recent(session, SYSTEM, limit=5)
        assert search.search(session, SYSTEM, "order-api", limit=5) == []
    assert any((one.entity_ref, one.kind) == (str(ORDER_API), "catalog.removed") for one in told)


def test_a_folder_that_lost_all_repositories_keeps_its_entities_and_is_a_finding(installation, repositories) -> None:
    folder = repositories.commit("order-api", SERVICE)
    installation.discover(repositories.root)
    shutil.rmtree(folder)
    run = installation.discover(repositories.root)
    assert run.state == "failed"
    assert "No Git repository" in str(run.error_message)
    assert entity(installation).type == "service"
    with installation.database.reading() as session:
        location = origins.list_locations(session, SYSTEM)[0]
        assert location.error is not None
        assert location.error_since == installation.services.clock()
    assert "catalog.unreadable-source" in open_findings(installation)


def test_two_folders_are_one_catalog(installation, repositories) -> None:
    repositories.commit("a/org", {"catalog-info.yaml": ORG})
    repositories.commit("b/order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root / "b")
    assert entity(installation).owner == "group:default/team-order"
    installation.discover(repositories.root / "a")
    assert entity(installation).owner == "group:default/order"


def test_lists_filter_count_and_page(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    for number in range(5):
        repositories.commit(f"service-{number}", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root)
    with installation.database.reading() as session:
        query = Query({"kind": ["component"], "owner": ["group:default/order"]})
        first = repository.list_entities(session, SYSTEM, query, limit=3)
        rest = repository.list_entities(session, SYSTEM, query, limit=3, offset=first.next_offset)
        assert [row.name for row in (*first.entities, *rest.entities)] == [f"service-{number}" for number in range(5)]
        assert (first.total, rest.next_offset) == (5, None)
        assert repository.list_entities(session, None, query, limit=3).total == 0


def test_an_answer_to_nothing_is_not_found(installation, repositories) -> None:
    repositories.commit("order-api", SERVICE)
    installation.discover(repositories.root)
    with pytest.raises(NotFound, match=r"spec\.colour"):
        answer(installation, "spec.colour", "red", Verdict.CONFIRMED)


def test_what_a_component_provides_follows_its_confirmed_owner(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    repositories.commit("order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root)
    api = EntityRef.parse("api:order-api")
    assert entity(installation, api).owner == "group:default/order"
    answer(installation, "spec.owner", "group:default/payment", Verdict.CONFIRMED)
    assert entity(installation, api).owner == "group:default/payment"
    installation.discover(repositories.root)
    assert entity(installation, api).owner == "group:default/payment"


def test_whose_an_api_is_is_asked_of_its_component_alone(installation, repositories) -> None:
    repositories.commit("org", {"catalog-info.yaml": ORG})
    for author in ("Kim <kim@example.com>", "Lee <lee@example.com>"):
        for number in range(4):
            repositories.commit("order-api", {**SERVICE, "n.txt": f"{author}{number}"}, author)
    installation.discover(repositories.root)
    with installation.database.reading() as session:
        asked = repository.fields_of(session, entity(installation, EntityRef.parse("api:order-api")))
        of_component = repository.fields_of(session, entity(installation))
    assert "spec.owner" not in [field.path for field in asked if field.is_asked]
    assert "spec.owner" in [field.path for field in of_component if field.is_asked]


def test_a_second_folder_with_the_same_repositories_takes_nothing_from_the_first(installation, repositories) -> None:
    repositories.commit("b/shop/order-api", {**SERVICE, "CODEOWNERS": "* @acme/team-order\n"})
    installation.discover(repositories.root / "b")
    before = entity(installation)
    shutil.copytree(repositories.root / "b", repositories.root / "a")
    run = installation.discover(repositories.root / "a")
    after = entity(installation)
    assert run.outcome["removed"] == 0
    kept = (after.repository, after.location_id, after.owner, after.type)
    assert kept == (before.repository, before.location_id, before.owner, before.type)
    assert "catalog.duplicate-entity" in open_findings(installation)
    with installation.database.reading() as session:
        assert origins.path_of(session, after) == "shop/order-api"


def test_a_location_that_can_not_be_stored_holds_up_no_other(installation, repositories, monkeypatch) -> None:
    repositories.commit("good/order-api", SERVICE)
    repositories.commit("bad/mail", {"pyproject.toml": '[project]\nname = "mail"\n'})
    store = storing.store

    def store_twice_what_is_bad(session, actor, entries, known, now):
        twice = [*entries, *(one for one in entries if one.place["repository"] == "mail")]
        return store(session, actor, twice, known, now)

    monkeypatch.setattr(storing, "store", store_twice_what_is_bad)
    bad = installation.discover(repositories.root / "bad")
    good = installation.discover(repositories.root / "good")
    assert (bad.state, good.state) == (runs.RunState.FAILED, runs.RunState.SUCCEEDED)
    assert "can't be stored" in bad.error_message
    assert "SQL" not in bad.error_message
    assert entity(installation).type == "service"
    with installation.database.reading() as session:
        assert [bool(one.error) for one in origins.list_locations(session, SYSTEM)] == [True, False]
    assert "catalog.unreadable-source" in open_findings(installation)

    monkeypatch.undo()
    assert installation.discover(repositories.root / "bad").state == runs.RunState.SUCCEEDED
    assert entity(installation, EntityRef.parse("component:mail")).name == "mail"
    assert "catalog.unreadable-source" not in open_findings(installation)
