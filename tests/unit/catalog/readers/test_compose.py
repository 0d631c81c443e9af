"""Compose files: what services built here are started with."""

from __future__ import annotations

import pytest

from homeport.catalog.adapters.readers.compose import read_compose
from homeport.catalog.domain.fields import Place


def products(text: str) -> list[str]:
    return sorted({one.product for one in read_compose(Place("compose.yaml"), text).dependencies if one.product})


@pytest.mark.parametrize(
    ("others", "needed", "expected"),
    [
        ("idp: {image: acme/sign-in}", "depends_on: [idp]", ["idp"]),
        ("idp: {image: acme/sign-in}", "depends_on: {idp: {condition: service_started}}", ["idp"]),
        ("idp: {image: 'quay.io/keycloak/keycloak:26'}", "depends_on: [idp]", ["keycloak"]),
        ("metrics: {image: acme/time-series}", "links: ['metrics:graphite']", ["graphite"]),
        ("idp: {image: acme/sign-in}", "ports: ['80:80']", []),
        ("idp: {image: acme/sign-in, build: ./idp}", "depends_on: [idp]", []),
        ("mail: {image: 'mailhog/mailhog'}", "depends_on: [mail]", []),
        ("front: {image: 'nginx:1'}", "depends_on: [front]", []),
        ("jobs: {image: parcel/worker}", "image: parcel/web, depends_on: [jobs]", []),
        ("idp: {image: acme/sign-in, profiles: [sso]}", "depends_on: [idp]", []),
        ("db: {image: 'postgres:16', profiles: [full]}", "ports: ['80:80']", []),
        ("redis-node-0: {image: acme/cluster}", "depends_on: [redis-node-0]", ["redis"]),
        ("grafana: {image: 'grafana/grafana'}", "ports: ['80:80']", []),
        ("grafana: {image: 'grafana/grafana'}", "depends_on: [grafana]", ["grafana"]),
        ("db: {image: 'pgvector/pgvector:pg16'}", "ports: ['80:80']", ["postgresql"]),
    ],
)
def test_what_a_built_service_needs(others: str, needed: str, expected: list[str]) -> None:
    assert products(f"services:\n  app: {{build: ., {needed}}}\n  {others}\n") == expected


def test_the_first_version_of_the_format_has_no_services_key() -> None:
    assert products("app:\n  build: .\n  links: [cache]\ncache:\n  image: redis\n") == ["redis"]


def test_a_service_that_is_built_here_and_has_ports_serves() -> None:
    serves = read_compose(Place("compose.yaml"), "services:\n  app: {build: ., ports: ['80:80']}\n")
    assert serves.traits == {"compose", "compose:serves"}
    assert read_compose(Place("compose.yaml"), "services:\n  app: {build: .}\n").traits == {"compose"}
