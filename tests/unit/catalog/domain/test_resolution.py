"""From readings to one catalog: owners, names, links, systems; and what must be told instead of guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.domain.composition import compose
from homeport.catalog.domain.fields import DiscoveredEntity
from homeport.catalog.domain.reading import Reading
from homeport.catalog.domain.resolution import Resolution, entity_name, resolve
from homeport.forges.git import Commit
from homeport.kernel.base.entities import is_entity_name

Read = Callable[..., Reading]
CODE = {"main.py": "print('x')\n" * 10}
OPENAPI = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\n"


def document(kind: str, name: str, spec: str = "{}", annotations: str = "{}") -> str:
    head = f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n"
    return f"{head}  annotations: {annotations}\nspec: {spec}\n---\n"


ORGANISATION = {
    "catalog-info.yaml": document("Group", "order", "{type: team}")
    + document("Group", "inventory", "{members: [lee]}", "{github.com/team-slug: saebom/stock-people}")
    + document(
        "User", "kim", "{profile: {email: kim@saebom.example}, memberOf: [order]}", "{github.com/user-login: kimgh}"
    )
    + document(
        "User", "lee", "{profile: {email: lee@saebom.example}}", "{homeport.io/emails: 'lee@old.example, l@x.example'}"
    )
    + document("User", "choi", "{profile: {email: choi@saebom.example}, memberOf: [order]}")
}


@pytest.fixture
def organisation(read: Read) -> Reading:
    return read("org", ORGANISATION, group=("platform-team",))


def commits(**counts: int) -> list[Commit]:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    authors = [name for name, count in counts.items() for _ in range(count)]
    return [
        Commit("0" * 40, name, f"{name}@saebom.example", start - timedelta(hours=number))
        for number, name in enumerate(authors)
    ]


def entity(resolution: Resolution, ref: str) -> DiscoveredEntity:
    return next(one for one in resolution.entities if one.ref == ref)


def chosen(resolution: Resolution, ref: str, path: str) -> tuple[object, str, float] | None:
    field = entity(resolution, ref).find(path)
    return (field.chosen.value, field.chosen.source, field.chosen.confidence) if field else None


def rules(resolution: Resolution) -> list[tuple[str, str]]:
    return [(problem.rule, problem.entity) for problem in resolution.problems]


@pytest.mark.parametrize(
    ("handle", "owner"),
    [
        ("@saebom/order", "group:default/order"),
        ("@saebom/team-order", "group:default/order"),
        ("@saebom/order-squad", "group:default/order"),
        ("@saebom/Stock-People", "group:default/inventory"),
        ("@saebom/team-inventory", "group:default/inventory"),
        ("@kimgh", "group:default/order"),
        ("@kim", "group:default/order"),
        ("lee@old.example", "group:default/inventory"),
        ("L@x.example", "group:default/inventory"),
        ("@order", "group:default/order"),
    ],
)
def test_codeowners_lead_to_a_team(read: Read, organisation: Reading, handle: str, owner: str) -> None:
    found = resolve([organisation, read("a", {**CODE, "CODEOWNERS": f"* {handle}\n"})])
    assert chosen(found, "component:default/a", "spec.owner") == (owner, "codeowners", 0.9)
    assert rules(found) == []


def test_an_unknown_handle_is_told_and_commits_answer_instead(read: Read, organisation: Reading) -> None:
    found = resolve([organisation, read("a", {**CODE, "CODEOWNERS": "* @saebom/ghosts\n"}, commits=commits(kim=3))])
    assert rules(found) == [("catalog.unknown-owner", "component:default/a")]
    assert found.problems[0].parameters["owner"] == "@saebom/ghosts"
    assert found.problems[0].place is not None
    assert chosen(found, "component:default/a", "spec.owner") == ("group:default/order", "commits", 0.8)


@pytest.mark.parametrize(("kim", "lee", "confidence"), [(10, 0, 0.8), (8, 2, 0.72), (6, 4, 0.64)])
def test_a_clear_majority_of_commits_owns_with_less_confidence(
    read: Read, organisation: Reading, kim: int, lee: int, confidence: float
) -> None:
    found = resolve([organisation, read("a", CODE, commits=commits(kim=kim, lee=lee))])
    assert chosen(found, "component:default/a", "spec.owner") == (
        "group:default/order",
        "commits",
        pytest.approx(confidence, abs=0.01),
    )
    assert rules(found) == []


def test_people_of_one_team_count_together(read: Read, organisation: Reading) -> None:
    found = resolve([organisation, read("a", CODE, commits=commits(lee=4, kim=3, choi=3))])
    assert (chosen(found, "component:default/a", "spec.owner") or ("",))[0] == "group:default/order"


@pytest.mark.parametrize(
    "counts", [{"kim": 5, "lee": 5}, {"kim": 4, "lee": 3, "stranger": 3}, {"stranger": 6, "kim": 4}]
)
def test_without_a_majority_the_portal_asks(read: Read, organisation: Reading, counts: dict[str, int]) -> None:
    found = resolve([organisation, read("a", CODE, commits=commits(**counts))])
    assert rules(found) == [("catalog.ambiguous-owner", "component:default/a")]
    assert "group:default/order" in found.problems[0].parameters["candidates"]
    answer = chosen(found, "component:default/a", "spec.owner")
    assert answer is not None
    assert answer[2] < 0.5


def test_when_nobody_who_worked_on_it_is_known_it_is_an_orphan(read: Read, organisation: Reading) -> None:
    found = resolve([organisation, read("a", CODE, commits=commits(gone=3, left=1))])
    assert rules(found) == [("catalog.orphan", "component:default/a")]
    assert "gone@saebom.example" in found.problems[0].parameters["committers"]
    assert found.problems[0].parameters["last_at"] == "2026-05-01"
    assert chosen(found, "component:default/a", "spec.owner") is None


def test_where_nobody_described_a_team_those_of_codeowners_are_believed(read: Read) -> None:
    found = resolve([read("a", {**CODE, "CODEOWNERS": "* @saebom/order @kim\n"}, commits=commits(kim=2))])
    assert chosen(found, "component:default/a", "spec.owner") == ("group:default/order", "codeowners", 0.9)
    assert entity(found, "group:default/order").described is None
    assert rules(found) == []


def test_yaml_stays_as_described_and_inference_fills_what_it_leaves_out(read: Read, organisation: Reading) -> None:
    files = {
        **CODE,
        "catalog-info.yaml": document("Component", "a", "{owner: inventory, type: tool}"),
        "CODEOWNERS": "* @saebom/order\n",
        "README.md": "# 재고 도구\n\n재고를 손으로 맞추는 도구입니다.\n",
        "openapi.yaml": OPENAPI,
    }
    found = resolve([organisation, read("a", files)])
    component = entity(found, "component:default/a")
    assert component.described is not None
    assert chosen(found, component.ref, "spec.owner") == ("group:default/inventory", "yaml", 1.0)
    assert chosen(found, component.ref, "spec.type") == ("tool", "yaml", 1.0)
    assert chosen(found, component.ref, "metadata.title") == ("재고 도구", "readme", 0.8)
    assert chosen(found, component.ref, "spec.providesApis[api:default/a]") == ("api:default/a", "openapi", 0.9)
    owner = component.find("spec.owner")
    assert owner is not None
    assert owner.chosen.place is not None
    assert owner.chosen.place.line == 6


def test_a_list_that_yaml_gives_is_complete(read: Read) -> None:
    spec = "{owner: x, providesApis: [other], dependsOn: ['resource:db']}"
    files = {
        **CODE,
        "catalog-info.yaml": document("Component", "a", spec),
        "openapi.yaml": OPENAPI,
        ".env.example": "REDIS_URL=redis://r\n",
    }
    paths = [field.path for field in entity(resolve([read("a", files)]), "component:default/a").fields]
    assert [path for path in paths if "[" in path] == [
        "spec.dependsOn[resource:default/db]",
        "spec.providesApis[api:default/other]",
    ]


def test_an_api_that_yaml_describes_is_not_inferred_again(read: Read) -> None:
    api = document(
        "API", "orders", "{type: openapi, lifecycle: production, owner: x, definition: {$text: ./openapi.yaml}}"
    )
    found = resolve([read("a", {**CODE, "catalog-info.yaml": api, "openapi.yaml": OPENAPI})])
    assert [one.ref for one in found.entities if one.kind == "API"] == ["api:default/orders"]
    assert chosen(found, "component:default/a", "spec.providesApis[api:default/orders]") is not None


STOCK = {**CODE, "openapi.yaml": OPENAPI}


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ("STOCK_API_URL=http://stock-api.inventory.svc.cluster.local:8080", "spec.consumesApis[api:default/stock-api]"),
        ("STOCK_API_URL=http://stock-api", "spec.consumesApis[api:default/stock-api]"),
        ("STOCK_API_URL=https://stock-api.saebom.internal/v1", "spec.consumesApis[api:default/stock-api]"),
        ("STOCK_API_HOST=stock-api-svc:80", "spec.consumesApis[api:default/stock-api]"),
        ("SEARCH_URL=http://search-worker.search.svc", "spec.dependsOn[component:default/search-worker]"),
        (
            "QUEUE_URL=https://sqs.ap-northeast-2.amazonaws.com/1/order-created",
            "spec.dependsOn[resource:default/order-created]",
        ),
        ("ORDER_CREATED_QUEUE=order-created", "spec.dependsOn[resource:default/order-created]"),
        ("DB_URL=jdbc:postgresql://db/stock", "spec.dependsOn[resource:default/stock-db]"),
        ("ORDER_TOPIC=order.events.v1", "spec.dependsOn[resource:default/order.events.v1]"),
        ("CACHE_URL=redis://r:6379", "spec.dependsOn[resource:default/mall-redis]"),
        ("DB_URL=mysql://db/mall", "spec.dependsOn[resource:default/mall-mysql]"),
    ],
)
def test_what_configuration_names_is_linked(read: Read, setting: str, path: str) -> None:
    template = (
        "Resources:\n  Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: order-created}}\n"
        "  D: {Type: 'AWS::RDS::DBInstance', Properties: {DBInstanceIdentifier: stock-db}}\n"
    )
    found = resolve(
        [
            read("mall", {**CODE, ".env.example": f"{setting}\n"}),
            read("stock-api", STOCK),
            read("search-worker", CODE),
            read("infra", {"template.yaml": template}),
        ]
    )
    component = entity(found, "component:default/mall")
    assert [field.path for field in component.fields if "[" in field.path] == [path]
    assert split(path) in {one.ref for one in found.entities}


def split(path: str) -> str:
    return path.partition("[")[2].rstrip("]")


@pytest.mark.parametrize(
    "setting", ["API_URL=https://api.stripe.com", "MALL_URL=http://mall.svc", "X_API=http://unknown.team.svc"]
)
def test_what_nobody_here_provides_is_not_linked(read: Read, setting: str) -> None:
    found = resolve([read("mall", {**CODE, ".env.example": f"{setting}\n"})])
    assert [one.ref for one in found.entities] == ["component:default/mall"]
    assert [field.path for field in found.entities[0].fields if "[" in field.path] == []


def test_a_shared_topic_is_one_resource(read: Read) -> None:
    files = {**CODE, ".env.example": "KAFKA_BROKERS=k:9092\nORDER_TOPIC=order.events\n"}
    found = resolve([read("a", files), read("b", files)])
    assert [one.ref for one in found.entities if one.kind == "Resource"] == ["resource:default/order.events"]


def test_of_two_inferred_components_with_one_name_none_is_lost(read: Read) -> None:
    found = resolve([read("api", CODE, group=("order",)), read("api", CODE, group=("stock",))])
    assert [one.name for one in found.entities if one.kind == "Component"] == ["api", "stock-api"]
    (problem,) = [problem for problem in found.problems if problem.rule == "catalog.duplicate-entity"]
    assert (problem.parameters["first"], problem.parameters["second"]) == ("order/api", "stock/api")
    assert (chosen(found, "component:default/stock-api", "metadata.name") or ("",))[0] == "stock-api"


def test_of_inferred_resources_with_one_name_the_first_keeps_it_and_the_others_say_whose_they_are(read: Read) -> None:
    queue = {**CODE, "main.tf": 'resource "aws_sqs_queue" "mail" {\n  name = "mail"\n}\n'}
    found = resolve([read(f"api-{group}", queue, group=(group,)) for group in ("order", "stock", "store")])
    resources = [one for one in found.entities if one.kind == "Resource"]
    assert [one.name for one in resources] == ["mail", "stock-mail", "store-mail"]
    assert [compose(one, ()).document["metadata"]["name"] for one in resources] == [one.name for one in resources]
    told = [problem.entity for problem in found.problems if problem.rule == "catalog.duplicate-entity"]
    assert told == ["resource:default/mail"] * 2


def test_of_two_described_entities_with_one_name_the_first_counts_and_both_places_are_told(read: Read) -> None:
    files = {"catalog-info.yaml": document("System", "order", "{owner: x}")}
    found = resolve([read("b", files), read("a", files)])
    (problem,) = found.problems
    assert (problem.rule, problem.parameters["first"], problem.parameters["second"]) == (
        "catalog.duplicate-entity", "b: catalog-info.yaml:1", "a: catalog-info.yaml:1",
    )  # fmt: skip


def test_an_inferred_entity_makes_way_for_a_described_one(read: Read) -> None:
    described = read("x", {"catalog-info.yaml": document("Component", "pay", "{owner: x}")}, group=("a",))
    found = resolve([read("pay", CODE, group=("team",)), described])
    assert {one.ref for one in found.entities if one.kind == "Component"} == {
        "component:default/pay",
        "component:default/team-pay",
    }
    assert entity(found, "component:default/pay").repository == "a/x"


def test_repositories_of_one_group_are_a_system(read: Read, organisation: Reading) -> None:
    owners = {**CODE, "CODEOWNERS": "* @saebom/order\n"}
    found = resolve(
        [organisation, read("order-api", owners, group=("order",)), read("order-worker", owners, group=("order",))]
    )
    assert chosen(found, "component:default/order-api", "spec.system") == ("system:default/order", "path", 0.5)
    assert chosen(found, "system:default/order", "spec.owner") == ("group:default/order", "layout", 0.5)


@pytest.mark.parametrize("group", ["backend", "services", "lonely"])
def test_a_group_that_says_nothing_is_no_system(read: Read, group: str) -> None:
    count = 1 if group == "lonely" else 3
    found = resolve([read(f"a{number}", CODE, group=(group,)) for number in range(count)])
    assert [one for one in found.entities if one.kind == "System"] == []


def test_problems_know_their_repository(read: Read) -> None:
    found = resolve([read("a", {"openapi.yaml": "openapi: 3.0.0\ninfo: [\n"}, group=("g",)), read("e", {}, sha=None)])
    assert [(problem.rule, problem.repository) for problem in found.problems] == [
        ("catalog.broken-file", "g/a"),
        ("catalog.empty-repository", "e"),
    ]


def test_the_order_of_readings_does_not_matter(read: Read, organisation: Reading) -> None:
    readings = [
        organisation,
        read("mall", {**CODE, ".env.example": "STOCK_API_URL=http://stock-api\n"}),
        read("stock-api", STOCK),
    ]
    assert resolve(readings) == resolve(readings[::-1])


def test_entities_known_from_elsewhere_count_but_are_not_in_the_result(read: Read, organisation: Reading) -> None:
    found = resolve([read("a", {**CODE, "CODEOWNERS": "* @saebom/order\n"})], organisation.described)
    assert [one.ref for one in found.entities] == ["component:default/a"]
    assert (chosen(found, "component:default/a", "spec.owner") or ("",))[0] == "group:default/order"


@given(st.text(max_size=100))
def test_names_are_made_valid_or_empty(text: str) -> None:
    name = entity_name(text)
    assert not name or is_entity_name(name)
