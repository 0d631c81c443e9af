"""Configuration files: what they connect to, with file and line, and what they start."""

from __future__ import annotations

import pytest

from homeport.catalog.adapters.readers.configuration import reader_of
from homeport.catalog.adapters.readers.kubernetes import is_manifest, read_kubernetes
from homeport.catalog.adapters.readers.settings import Configuration
from homeport.catalog.domain.fields import Place

CHARTS = frozenset({"chart"})


def read(path: str, text: str) -> Configuration:
    reader = reader_of(path, CHARTS)
    assert reader is not None, path
    return reader(Place(path), text)


def told(found: Configuration) -> list[tuple[str, str, int | None]]:
    return [(one.kind, one.value, one.place.line) for one in found.dependencies]


COMPOSE = """\
services:
  app:
    build: .
    environment:
      - STOCK_API_URL=http://stock-api:8080
      - DATABASE_URL=postgres://u:p@db/order
  db:
    image: postgres:16
  cache:
    image: bitnami/redis
"""


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".env.example", "# x\nexport REDIS_URL=redis://r:6379/0\nPORT=80\n", [("product", "redis", 2)]),
        ("application.properties", "spring.datasource.url=jdbc:mysql://db:3306/shop?x=1\n", [("database", "shop", 1)]),
        (
            "src/main/resources/application.yml",
            "spring:\n  kafka:\n    bootstrap-servers: ${KAFKA:kafka:9092}\nclients:\n  stock-api:\n    url: http://stock-api:8080\n",
            [("product", "kafka", 3), ("host", "stock-api", 6)],
        ),
        ("docker-compose.yml", COMPOSE,
         [("host", "stock-api", 5), ("database", "order", 6), ("product", "postgresql", 7), ("product", "redis", 9)]),
        ("chart/Chart.yaml", "dependencies:\n  - x: 1\n    name: postgresql\n", [("product", "postgresql", 2)]),
        ("chart/values-prod.yaml", "env:\n  - name: PAYMENT_API_URL\n    value: http://payment-api.pay.svc\n",
         [("host", "payment-api.pay.svc", 3)]),
        ("config/production.json", '{\n  "db": {"client": "pg"},\n  "stockApi": {"baseUrl": "http://stock-api"}\n}',
         [("product", "postgresql", 2), ("host", "stock-api", 3)]),
        ("conf/compose/10-compose.yaml", "CACHE_URL: redis://cache\n", [("product", "redis", 1)]),
        ("shop/shop.cfg", "[pay]\napi-url = https://api.pay.io/v1\n", [("host", "api.pay.io", 2)]),
        ("shop.conf-sample", "[cache]\nurl = redis://cache\n", [("product", "redis", 2)]),
        ("Dockerfile", "FROM a\nENV LEVEL=info \\\n  # of all\n  CACHE_URL=redis://cache \\\n  BROKER_URL=amqp://mq\n",
         [("product", "redis", 2), ("product", "rabbitmq", 2)]),
        ("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql://db/shop\n", [("database", "shop", 2)]),
        ("example.env", "CACHE_URL=redis://cache\n", [("product", "redis", 1)]),
        ("shop/default_shop.cfg", "[cache]\nurl = redis://cache\n", [("product", "redis", 2)]),
        ("config/store.json", '{"store": {"host": "db-1", "port": 5432}}', [("product", "postgresql", 1)]),
        ("config/app.toml", 'x = 1\n[mongo]\nurl = "mongodb://m/claims"\n', [("database", "claims", 3)]),
        ("config/database.yml", "production:\n  adapter: postgresql\n  url: x\n", [("product", "postgresql", 2)]),
        ("appsettings.json", '// c\n{"Redis": {"Host": "cache:6379"}}', [("product", "redis", 2)]),
    ],
)  # fmt: skip
def test_what_a_file_connects_to(path: str, text: str, expected: list[tuple[str, str, int]]) -> None:
    assert told(read(path, text)) == expected


@pytest.mark.parametrize(
    "path",
    [
        "docker-compose.test.yml",
        "compose.ci.yaml",
        "application-test.yml",
        ".env.test",
        "Dockerfile.test",
        "values.yaml",
        "test.env",
        "config/development.json",
        "config/nginx.conf",
        "config/custom-environment-variables.yaml",
        "config/otel-collector-config.yaml",
    ],
)
def test_what_only_tests_use_is_not_read(path: str) -> None:
    assert reader_of(path, CHARTS) is None


def test_engines_without_a_service_of_ones_own_are_a_convenience() -> None:
    assert told(read("compose.yaml", "services:\n  db: {image: 'postgres:16'}\n")) == []


WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app.kubernetes.io/part-of: order
spec:
  template:
    spec:
      containers:
        - image: saebom/order-api:1
          env:
            - {name: KAFKA_TOPIC, value: order.events}
---
apiVersion: v1
kind: ConfigMap
data:
  STOCK_API_URL: http://stock-api.inventory.svc.cluster.local
"""


def test_kubernetes_objects_tell_the_type_the_system_and_the_connections() -> None:
    assert is_manifest(WORKLOAD)
    found = read_kubernetes("k8s/all.yaml", WORKLOAD)
    assert [(one.value, one.place and one.place.line) for one in found.deployments] == [("service", 2)]
    assert [(one.value, one.place and one.place.line) for one in found.systems] == [("order", 5)]
    assert told(found) == [("topic", "order.events", 12), ("host", "stock-api.inventory.svc.cluster.local", 17)]


def test_a_scheduled_workload_is_a_job() -> None:
    found = read_kubernetes("k8s/cron.yaml", "apiVersion: batch/v1\nkind: CronJob\nspec: {jobTemplate: {spec: {}}}\n")
    assert [one.value for one in found.deployments] == ["job"]


def test_a_chart_template_is_read_without_filling_it_in() -> None:
    found = read("chart/templates/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nname: {{ .Values.x }}\n")
    assert [one.value for one in found.deployments] == ["service"]


@pytest.mark.parametrize(
    ("events", "kind"),
    [("[http: x]", "service"), ("[{schedule: rate(1 day)}]", "job"), ("[{sqs: {arn: a}}]", "service")],
)
def test_serverless_events_tell_the_type(events: str, kind: str) -> None:
    text = f"service: x\nfunctions:\n  f:\n    handler: a.b\n    events: {events}\n"
    assert [one.value for one in read("serverless.yml", text).deployments] == [kind]


@pytest.mark.parametrize(
    ("text", "traits"),
    [
        ("FROM python:3\nEXPOSE 8000\n", {"dockerfile", "dockerfile:listens"}),
        ('FROM python:3\nCMD ["uvicorn", "a:b"]\n', {"dockerfile", "dockerfile:listens"}),
        ("FROM node AS build\nRUN npm run build\nFROM nginx:1\n", {"dockerfile", "dockerfile:web-server"}),
        ('FROM python:3\nENTRYPOINT ["python", "-m", "settle"]\n', {"dockerfile"}),
    ],
)
def test_a_dockerfile_tells_whether_something_listens(text: str, traits: set[str]) -> None:
    assert read("Dockerfile", text).traits == traits
