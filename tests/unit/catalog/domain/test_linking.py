"""How what repositories tell apart comes together: hosts, protocols, topics, names with open parts, descriptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from homeport.catalog.domain.composition import compose, is_question
from homeport.catalog.domain.reading import Reading
from homeport.catalog.domain.resolution import Resolution, resolve

Read = Callable[..., Reading]
CODE = {"main.py": "print('x')\n" * 10}
OPENAPI = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
PROTO = 'syntax = "proto3";\npackage p;\nservice Price { rpc Get (A) returns (B); }\n'
ASYNCAPI_2 = "asyncapi: 2.6.0\ninfo: {title: Orders, version: '1'}\nchannels:\n  order.events.v1: {subscribe: {}}\n"
ASYNCAPI_3 = (
    "asyncapi: 3.0.0\ninfo: {title: Orders, version: '1'}\nchannels:\n  out: {address: order.events.v1}\n"
    "  in: {address: stock.events.v1}\noperations:\n"
    "  a: {action: send, channel: {$ref: '#/channels/out'}}\n"
    "  b: {action: receive, channel: {$ref: '#/channels/in'}}\n"
)


def described(kind: str, name: str, spec: str = "{}", annotations: str = "{}") -> str:
    head = f"apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n"
    return f"{head}  annotations: {annotations}\nspec: {spec}\n---\n"


def links(found: Resolution, name: str) -> dict[str, float]:
    component = next(one for one in found.entities if one.ref == f"component:default/{name}")
    return {
        field.path.removeprefix("spec."): field.chosen.confidence for field in component.fields if "[" in field.path
    }


def refs(found: Resolution, kind: str) -> list[str]:
    return [one.ref for one in found.entities if one.kind == kind]


def problems(found: Resolution) -> list[str]:
    return [one.rule for one in found.problems]


# --- hosts ---


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (".env.example", "PAYMENT_API_URL=https://payment-api.acme.example/v1\n"),
        (
            "docker-compose.yml",
            "services:\n  a:\n    build: .\n    environment:\n      PAY_URL: https://payment-api.x.io\n",
        ),
        ("chart/values.yaml", "env:\n  - name: PAYMENT_URL\n    value: https://payment-api.acme.example\n"),
        ("application.yml", "clients:\n  payment:\n    url: ${PAYMENT_URL:https://payment-api.acme.example/v1}\n"),
        ("appsettings.json", '{"Payment": {"BaseUrl": "https://payment-api-dev.acme.example"}}'),
        (".env.example", "NEXT_PUBLIC_API_URL=https://payment-api.acme.example\n"),
    ],
)
def test_a_public_host_is_the_component_of_its_first_label(read: Read, file: str, text: str) -> None:
    mall = read("mall", {**CODE, "chart/Chart.yaml": "name: mall\n", file: text})
    found = resolve([mall, read("payment-api", {**CODE, "openapi.yaml": OPENAPI})])
    assert links(found, "mall") == {"consumesApis[api:default/payment-api]": 0.8}
    assert links(resolve([mall, read("payment-api", CODE)]), "mall") == {
        "dependsOn[component:default/payment-api]": 0.8
    }


def test_a_role_in_a_public_host_is_no_component_of_that_name(read: Read) -> None:
    mall = read("mall", {**CODE, ".env.example": "STRIPE_API_URL=https://api.stripe.com/v1\n"})
    assert links(resolve([mall, read("api", CODE)]), "mall") == {}


@pytest.mark.parametrize(
    "name", ["docker-compose.local.yml", "docker-compose.dev.yml", "compose.override.yaml", "application-local.yml"]
)
def test_files_for_a_developers_machine_link_nothing(read: Read, name: str) -> None:
    text = "services:\n  a:\n    build: .\n    environment: {STOCK_API_URL: 'http://stock-api'}\n  b: {image: redis}\n"
    assert links(resolve([read("mall", {**CODE, name: text}), read("stock-api", CODE)]), "mall") == {}


@pytest.mark.parametrize(
    ("setting", "api"),
    [
        ("PRICE_URL=http://price-api:8080", "price-api"),
        ("PRICE_URL=https://price-api.acme.example", "price-api"),
        ("PRICE_TARGET=price-api:50051", "price-api-grpc"),
        ("PRICE_GRPC_ADDR=price-api:6000", "price-api-grpc"),
        ("PRICE_ADDR=dns:///price-api.product.svc:9000", "price-api-grpc"),
    ],
)
def test_the_protocol_chooses_among_the_apis_of_a_component(read: Read, setting: str, api: str) -> None:
    both = read("price-api", {**CODE, "openapi.yaml": OPENAPI, "api/price.proto": PROTO})
    found = resolve([read("mall", {**CODE, ".env.example": f"{setting}\n"}), both])
    assert links(found, "mall") == {f"consumesApis[api:default/{api}]": 0.8}


def test_the_protocol_chooses_among_described_apis_too(read: Read) -> None:
    api = "{type: TYPE, lifecycle: production, owner: x, definition: x}"
    text = described("Component", "price-api", "{type: service, owner: x, providesApis: [grpc-one, http-one]}")
    text += described("API", "grpc-one", api.replace("TYPE", "grpc"))
    text += described("API", "http-one", api.replace("TYPE", "openapi"))
    mall = read("mall", {**CODE, ".env.example": "PRICE_URL=http://price-api\n"})
    found = resolve([mall, read("price-api", {**CODE, "catalog-info.yaml": text})])
    assert links(found, "mall") == {"consumesApis[api:default/http-one]": 0.8}


# --- topics, queues, tables and buckets ---


@pytest.mark.parametrize("document", [ASYNCAPI_2, ASYNCAPI_3])
def test_a_topic_that_another_publishes_is_its_api(read: Read, document: str) -> None:
    topic = 'resource "kafka_topic" "orders" {\n  name = "order.events.v1"\n}\n'
    order = read("order-api", {**CODE, "asyncapi.yaml": document, "infra/main.tf": topic})
    consumer = read("mail", {**CODE, ".env.example": "ORDER_TOPIC=order.events.v1\n"})
    found = resolve([order, consumer])
    assert links(found, "mail") == {"consumesApis[api:default/order-api-events]": 0.8}
    assert "dependsOn[resource:default/order.events.v1]" in links(found, "order-api")


def test_a_topic_that_another_only_receives_is_a_resource(read: Read) -> None:
    order = read("order-api", {**CODE, "asyncapi.yaml": ASYNCAPI_3})
    consumer = read("mail", {**CODE, ".env.example": "STOCK_TOPIC=stock.events.v1\n"})
    assert list(links(resolve([order, consumer]), "mail")) == ["dependsOn[resource:default/stock.events.v1]"]


@pytest.mark.parametrize(
    "name",
    ["!Sub '${Stage}-order-commands'", "!Join ['-', [!Ref Stage, order-commands]]", "!Sub ['${S}-order-commands', {}]"],
)
def test_a_name_with_an_open_part_is_the_declared_resource(read: Read, name: str) -> None:
    template = f"Resources:\n  OrderCommandQueue: {{Type: 'AWS::SQS::Queue', Properties: {{QueueName: {name}}}}}\n"
    template += "  Dlq: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${Stage}-order-commands-dlq'}}\n"
    files = {**CODE, "template.yaml": template, ".env.example": "ORDER_QUEUE=prod-order-commands\n"}
    found = resolve([read("order-api", files)])
    assert refs(found, "Resource") == [
        "resource:default/order-api-dlq",
        "resource:default/order-api-order-command-queue",
    ]
    assert links(found, "order-api")["dependsOn[resource:default/order-api-order-command-queue]"] == 0.8


def test_terraform_names_have_open_parts_too(read: Read) -> None:
    block = 'resource "aws_sqs_queue" "commands" {\n  name = "${var.env}-order-commands"\n}\n'
    order = read("order-api", {**CODE, "main.tf": block})
    worker = read("order-worker", {**CODE, ".env.example": "ORDER_QUEUE=prod-order-commands\n"})
    found = resolve([order, worker])
    assert refs(found, "Resource") == ["resource:default/order-api-commands"]
    assert links(found, "order-worker") == {"dependsOn[resource:default/order-api-commands]": 0.8}


def test_an_open_part_that_fits_two_resources_is_neither(read: Read) -> None:
    block = 'resource "aws_sqs_queue" "q" {\n  name = "${var.env}-events"\n}\n'
    others = [read(name, {**CODE, "main.tf": block}) for name in ("a-api", "b-api")]
    found = resolve([*others, read("mail", {**CODE, ".env.example": "ORDER_QUEUE=prod-events\n"})])
    assert list(links(found, "mail")) == ["dependsOn[resource:default/prod-events]"]


@pytest.mark.parametrize("setting", ["ORDER_QUEUE=user-signup-events", "EVENTS_TOPIC=prod-events"])
def test_an_open_part_of_others_is_one_word_and_of_the_same_type(read: Read, setting: str) -> None:
    block = 'resource "aws_sqs_queue" "q" {\n  name = "${var.env}-events"\n}\n'
    found = resolve([read("a-api", {**CODE, "main.tf": block}), read("mail", {**CODE, ".env.example": f"{setting}\n"})])
    assert list(links(found, "mail")) == [f"dependsOn[resource:default/{setting.partition('=')[2]}]"]


# --- what is described and declared ---

TEMPLATE = (
    "Resources:\n  OrderQueue:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: orders-v2}\n"
    "  Ledger:\n    Type: AWS::DynamoDB::Table\n    Properties: {TableName: !Sub '${Stage}-ledger'}\n"
)


@pytest.mark.parametrize(
    ("name", "annotations"),
    [
        ("orders-v2", "{}"),
        ("order-queue", "{}"),
        ("order-api-order-queue", "{}"),
        ("commands", "{homeport.io/declared-as: OrderQueue}"),
        ("commands", "{example.com/arn: 'arn:aws:sqs:eu-west-1:1:orders-v2'}"),
    ],
)
def test_a_described_resource_and_its_declaration_are_one(read: Read, name: str, annotations: str) -> None:
    text = described("Resource", name, "{type: queue, owner: x}", annotations)
    setting = {".env.example": "ORDER_QUEUE=orders-v2\n"}
    found = resolve([read("order-api", {**CODE, **setting, "catalog-info.yaml": text, "template.yaml": TEMPLATE})])
    assert refs(found, "Resource") == sorted([f"resource:default/{name}", "resource:default/order-api-ledger"])
    assert "catalog.duplicate-entity" not in problems(found)
    assert f"dependsOn[resource:default/{name}]" in links(found, "order-api")
    queue = next(one for one in found.entities if one.ref == f"resource:default/{name}")
    description = queue.find("metadata.description")
    assert description is not None
    assert description.chosen.source == "cloudformation"
    owner = queue.find("spec.owner")
    assert owner is not None
    assert owner.chosen.source == "yaml"


def test_a_described_name_fits_an_open_part(read: Read) -> None:
    text = described("Resource", "prod-ledger", "{type: table, owner: x}")
    found = resolve([read("order-api", {**CODE, "catalog-info.yaml": text, "template.yaml": TEMPLATE})])
    assert refs(found, "Resource") == ["resource:default/orders-v2", "resource:default/prod-ledger"]


def test_a_resource_of_another_type_is_another(read: Read) -> None:
    text = described("Resource", "order-queue", "{type: bucket, owner: x}")
    found = resolve([read("order-api", {**CODE, "catalog-info.yaml": text, "template.yaml": TEMPLATE})])
    assert "resource:default/orders-v2" in refs(found, "Resource")


@pytest.mark.parametrize("definition", ["inline", "{$text: 'https://specs.acme.example/openapi.yaml'}"])
@pytest.mark.parametrize("name", ["order-api", "orders-public"])
def test_an_api_described_without_its_file_and_the_only_file_of_its_type_are_one(
    read: Read, name: str, definition: str
) -> None:
    text = described("API", name, f"{{type: openapi, lifecycle: production, owner: x, definition: {definition}}}")
    found = resolve([read("order-api", {**CODE, "catalog-info.yaml": text, "openapi.yaml": OPENAPI})])
    assert refs(found, "API") == [f"api:default/{name}"]
    assert "catalog.duplicate-entity" not in problems(found)


# --- what people are asked ---


def test_people_are_asked_only_what_nobody_declares(read: Read) -> None:
    settings = "STOCK_API_URL=http://stock-api\nORDER_QUEUE=orders-v2\nX_TOPIC=lonely.events\nY_TOPIC=shared.events\n"
    order = read("order-api", {**CODE, "template.yaml": TEMPLATE, ".env.example": settings})
    stock = read("stock-api", {**CODE, "openapi.yaml": OPENAPI, ".env.example": "Y_TOPIC=shared.events\n"})
    found = resolve([order, stock])
    asked = [
        (one.name, field.path)
        for one in found.entities
        for field in compose(one, []).fields
        if is_question(field, 0.75) and field.path.startswith("spec.dependsOn")
    ]
    assert asked == [("order-api", "spec.dependsOn[resource:default/lonely.events]")]
