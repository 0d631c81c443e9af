"""Descriptions for platforms: what they start and bind."""

from __future__ import annotations

import pytest

from homeport.catalog.adapters.readers.configuration import reader_of
from homeport.catalog.domain.fields import Place

CLOUD_FOUNDRY = """\
declared-services:
  store-1: {label: mongodb, plan: small}
applications:
- name: parcel
  services:
    - store-1
    - parcel-redis
    - audit
  env:
    STOCK_API_URL: http://stock-api.apps.internal.net
"""
HEROKU = '{"name": "Parcel", "addons": ["heroku-postgresql:mini", {"plan": "heroku-redis"}, "papertrail"]}'
RENDER = """\
services:
  - {type: web, name: parcel}
  - {type: redis, name: cache}
databases:
  - {name: parcels}
"""
FLY = '[http_service]\ninternal_port = 8080\n[env]\nDATABASE_URL = "postgres://db.internal/parcels"\n'


@pytest.mark.parametrize(
    ("path", "text", "products", "types"),
    [
        ("manifest.yml", CLOUD_FOUNDRY, ["mongodb", "redis"], ["service"]),
        ("manifest.yml", "files: [a, b]\n", [], []),
        ("manifest.yml", "a: [", [], []),
        ("app.json", HEROKU, ["postgresql", "redis"], ["service"]),
        ("app.json", '{"expo": {"name": "Parcel"}}', [], []),
        ("render.yaml", RENDER, ["postgresql", "redis"], ["service"]),
        ("render.yaml", "services: [{type: cron, name: nightly}]\n", [], ["job"]),
        ("render.yaml", "services: [{type: web, runtime: static, name: site}]\n", [], ["website"]),
        ("fly.toml", FLY, ["postgresql"], ["service"]),
        ("fly.toml", "app = [", [], []),
    ],
)
def test_what_a_platform_starts_and_binds(path: str, text: str, products: list[str], types: list[str]) -> None:
    reader = reader_of(path, frozenset())
    assert reader is not None
    found = reader(Place(path), text)
    assert sorted({one.product for one in found.dependencies if one.product}) == products
    assert [one.value for one in found.deployments] == types
