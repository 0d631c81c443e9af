"""What one repository tells: small ones of many kinds, and everything that must not vanish."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeport.catalog.domain.observation import observed
from homeport.catalog.domain.reading import Reading
from homeport.forges.git import Commit

Read = Callable[..., Reading]

OPENAPI = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
CODE = "print('hello')\n" * 20
PACKAGE = json.dumps

REPOSITORIES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "order-api": (
        {
            "pyproject.toml": '[project]\nname = "order-api"\ndependencies = ["fastapi"]\n',
            "src/order_api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "Dockerfile": "FROM python:3.12\nEXPOSE 8000\n",
            "openapi.yaml": OPENAPI,
            "CODEOWNERS": "* @saebom/team-order\n",
            "tests/fixtures/openapi.yaml": OPENAPI,
        },
        {
            "type": "service",
            "language": "python",
            "owner": ["@saebom/team-order"],
            "apis": [("openapi", "openapi.yaml")],
        },
    ),
    "stock-api": (
        {
            "go.mod": "module git.saebom.example/stock-api\n",
            "cmd/server/main.go": 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":80", nil) }\n',
            "proto/stock.proto": "service Stock {\n}\n",
            "third_party/google/api/http.proto": "service Http {\n}\n",
            "vendor/x/x.go": "package x\n" * 500,
        },
        {"type": "service", "language": "go", "apis": [("grpc", "proto/stock.proto")]},
    ),
    "claim-api": (
        {
            "build.gradle.kts": 'plugins { id("org.springframework.boot") version "3.2.0" }\n'
            'dependencies {\n    implementation("org.springframework.boot:spring-boot-starter-web:3")\n}\n',
            "settings.gradle.kts": 'rootProject.name = "claim-api"\n',
            "src/main/kotlin/com/example/claim/ClaimApplication.kt": "@SpringBootApplication\nclass ClaimApplication\n",
            "src/main/resources/application.yml": "spring:\n  datasource:\n    url: jdbc:postgresql://db/claim\n",
            "src/test/kotlin/com/example/claim/ClaimTest.kt": "class ClaimTest\n" * 100,
        },
        {"type": "service", "language": "kotlin", "dependsOn": ["postgresql"]},
    ),
    "settlement-batch": (
        {
            "pom.xml": "<project><artifactId>settlement-batch</artifactId><packaging>jar</packaging><build>"
            "<plugins><plugin>"
            "<artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build><dependencies><dependency>"
            "<artifactId>spring-boot-starter-batch</artifactId></dependency></dependencies></project>",
            "src/main/java/co/saebom/Batch.java": "class Batch {}\n",
        },
        {"type": "job", "language": "java"},
    ),
    "mall-web": (
        {
            "package.json": PACKAGE({"name": "mall-web", "private": True, "dependencies": {"react-dom": "18"}}),
            "index.html": "<html>",
            "src/main.tsx": "export const a = 1\n" * 30,
            "schema.graphql": "type Query { a: String }\n",
        },
        {"type": "website", "language": "typescript", "apis": []},
    ),
    "ui-kit": (
        {
            "package.json": PACKAGE(
                {"name": "@saebom/ui-kit", "main": "dist/index.js", "peerDependencies": {"react-dom": "18"}}
            ),
            "src/Button.tsx": "export const a = 1\n" * 30,
        },
        {"type": "library", "language": "typescript"},
    ),
    "deployctl": (
        {
            "Cargo.toml": '[package]\nname = "deployctl"\n[dependencies]\nclap = "4"\n',
            "src/main.rs": "use clap::Parser;\nfn main() {}\n",
        },
        {"type": "tool", "language": "rust"},
    ),
    "common-auth": (
        {
            "pom.xml": "<project><artifactId>common-auth</artifactId></project>",
            "src/main/java/a/Auth.java": "class Auth {}\n",
        },
        {"type": "library", "language": "java"},
    ),
    "network": (
        {"main.tf": 'resource "aws_sqs_queue" "a" {\n}\n', "README.md": "# network\n"},
        {"kind": "Resource", "resources": ["aws_sqs_queue.a"]},
    ),
    "event-contracts": (
        {"events/order.yaml": "asyncapi: 3.0.0\ninfo: {title: Order events, version: '1'}\n"},
        {"kind": "API", "apis": [("asyncapi", "events/order.yaml")]},
    ),
    "pos-firmware": (
        {"Makefile": "all:\n", "src/main.c": CODE, "include/pos.h": CODE, "lib/legacy.cpp": "int a;\n"},
        {"kind": "Component", "language": "c"},
    ),
    "requests-2.32.3": (
        {
            "PKG-INFO": "Name: requests\nSummary: Python HTTP for Humans.\n"
            "Classifier: Topic :: Software Development :: Libraries\n",
            "setup.py": "from setuptools import setup\nsetup(name='requests')\n",
            "src/requests/api.py": CODE,
            "tests/docker-compose.yml": "services: {a: {build: .}, b: {image: redis}}",
        },
        {"name": "requests", "type": "library", "language": "python", "dependsOn": []},
    ),
    "package": (
        {"package.json": PACKAGE({"name": "@scope/Chalk", "exports": "./index.js"}), "index.js": CODE},
        {"name": "chalk", "type": "library", "language": "javascript"},
    ),
}


def seen(reading: Reading) -> dict[str, Any]:
    told = observed(reading)
    return told | {"apis": [(api["type"], api["file"]) for api in told["apis"]]}


@pytest.mark.parametrize("name", REPOSITORIES)
def test_what_a_repository_holds(read: Read, name: str) -> None:
    files, expected = REPOSITORIES[name]
    reading = read(name, files)
    expected = {"name": name, "kind": "Component"} | expected
    assert {key: value for key, value in seen(reading).items() if key in expected} == expected
    assert reading.problems == ()


@pytest.mark.parametrize("name", REPOSITORIES)
def test_a_reading_survives_as_json(read: Read, name: str) -> None:
    reading = read(name, REPOSITORIES[name][0], group=("order",))
    assert Reading.from_json(json.loads(json.dumps(reading.to_json()))) == reading


def test_observed_has_exactly_the_agreed_keys(read: Read) -> None:
    keys = ["name", "kind", "type", "language", "owner", "apis", "resources", "dependsOn", "consumesApis", "system"]
    assert list(observed(read("x", {}, sha=None))) == keys


def test_a_repository_without_commits_is_a_problem_and_nothing_else(read: Read) -> None:
    reading = read("empty", {}, group=("order",), sha=None)
    assert [(problem.rule, problem.parameters["repository"]) for problem in reading.problems] == [
        ("catalog.empty-repository", "order/empty")
    ]
    assert reading.guesses == ()


@pytest.mark.parametrize(
    ("path", "content", "line"),
    [
        ("catalog-info.yaml", b"a: [1", "1"),
        ("pyproject.toml", b"[project\n", "1"),
        ("openapi.yaml", b"openapi: 3.0.0\ninfo: {\n", "2"),
        ("openapi.yaml", b"openapi: 3.0.0\n" + b"#" * 1_100_000, ""),
        ("template.yaml", b"Resources:\n  A:\n    Type: AWS::SQS::Queue\n   B: 1\n", "4"),
        ("main.tf", b'resource "a" "b" {\n', "2"),
        ("application.yml", b"a:\n\tb: 1\n", "2"),
        ("CODEOWNERS", b"* somebody\n", "1"),
        ("Dockerfile", b"FROM \xff\n", "1"),
    ],
)
def test_a_broken_file_is_a_problem_with_file_line_and_reason(read: Read, path: str, content: bytes, line: str) -> None:
    reading = read("order-api", {path: content, "app.py": CODE})
    (problem,) = reading.problems
    assert (problem.rule, problem.parameters["file"], problem.parameters["line"]) == ("catalog.broken-file", path, line)
    assert problem.parameters["reason"]
    assert reading.guess("metadata.name") == "order-api"


def test_a_readme_in_an_old_korean_encoding_is_still_read(read: Read) -> None:
    reading = read(
        "pos", {"README.md": "# 포스 단말\n\n매장의 결제를 처리하는 단말입니다.\n".encode("cp949"), "a.c": CODE}
    )
    assert reading.guess("metadata.title") == "포스 단말"
    assert reading.problems == ()


def commit(email: str, days_ago: float, name: str = "N") -> Commit:
    return Commit("0" * 40, name, email, datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=days_ago))


def test_committers_weigh_less_the_longer_ago_and_machines_nothing(read: Read) -> None:
    commits = [
        *[commit("new@x", 0)] * 2,
        *[commit("old@x", 180)] * 4,
        commit("gone@x", 400),
        commit("1+dependabot[bot]@users.noreply.github.com", 0, "dependabot[bot]"),
    ]
    people = read("x", {"a.py": CODE}, commits=commits).committers
    assert [(one.email, one.commit_count, one.weight) for one in people] == [("new@x", 2, 2.0), ("old@x", 4, 1.0)]
    assert people[0].last_at == "2026-06-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("files", "systems"),
    [
        ({"a.py": CODE}, [("order", "path")]),
        (
            {
                "infra/t.yaml": "Resources: {Q: {Type: 'AWS::SQS::Queue', "
                "Properties: {Tags: [{Key: system, Value: pay}]}}}"
            },
            [("pay", "cloudformation"), ("order", "path")],
        ),
        (
            {"k8s/d.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    app.kubernetes.io/part-of: pay\n"},
            [("pay", "kubernetes"), ("order", "path")],
        ),
    ],
)
def test_systems_by_tags_labels_and_group(read: Read, files: dict[str, str], systems: list[tuple[str, str]]) -> None:
    reading = read("order-api", files, group=("saebom", "order"))
    assert [(one.value, one.source) for one in reading.systems] == systems


def test_templates_inside_a_package_are_data_and_those_beside_it_are_deployment(read: Read) -> None:
    template = "Resources:\n  Q: {Type: 'AWS::SQS::Queue'}\n"
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='x')\n",
        "x/data/t.yaml": template,
        "deploy/t.yaml": template,
    }
    assert [one.place.file for one in read("x", files).resources] == ["deploy/t.yaml"]


def test_compose_files_of_a_library_are_for_its_tests(read: Read) -> None:
    files = {
        "setup.py": "from setuptools import setup\nsetup(name='x', description='A library for x')\n",
        "x/a.py": CODE,
        "docker-compose.yml": "services:\n  a: {build: .}\n  b: {image: redis}\n",
        "README.md": "# x\n```\nimport x\n```\n",
    }
    reading = read("x", files)
    assert (reading.guess("spec.type"), reading.dependencies) == ("library", ())


def test_an_api_written_in_yaml_and_json_is_one(read: Read) -> None:
    files = {
        "openapi.yaml": OPENAPI,
        "openapi.json": '{"openapi": "3.0.0", "info": {"title": "T"}, "paths": {}}',
        "a.py": CODE,
    }
    assert [api.place.file for api in read("x", files).apis] == ["openapi.yaml"]


def test_a_tree_of_many_files_is_read_in_little_time(read: Read) -> None:
    files = {f"src/pkg{number % 50}/module{number}.yaml": "a: 1\n" for number in range(5_000)}
    started = time.process_time()
    read("large", files | {f"src/{number}.py": "x" for number in range(5_000)})
    assert time.process_time() - started < 5


def test_characters_that_databases_refuse_are_replaced(read: Read) -> None:
    files = {"package.json": '{"name": "a", "description": "x\\u0000y\\ud800z", "main": "a.js"}', "a.js": CODE}
    assert read("a", files).guess("metadata.description") == "x\ufffdy?z"


def test_a_binary_file_under_a_telling_name_is_a_problem(read: Read) -> None:
    (problem,) = read("a", {"api.proto": b"service X {\0", "a.py": CODE}).problems
    assert problem.rule == "catalog.broken-file"
