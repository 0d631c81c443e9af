"""Descriptions for platforms that run applications: Cloud Foundry, Heroku, Render, Fly.

Source: Cloud Foundry, "App manifest attribute reference"; Heroku, "app.json Schema"; Render, "Blueprint YAML
Reference"; Fly, "App configuration".
"""

from __future__ import annotations

from typing import Any

from homeport.catalog.adapters.readers.settings import Configuration, first, flat, mapping
from homeport.catalog.adapters.readers.syntax import line_of, parse_json, parse_toml
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.evidence import How, Where, dependency
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.products import product_of_word
from homeport.catalog.domain.reading import Dependency
from homeport.catalog.domain.settings import words_of

_RENDER_TYPES = {"web": "service", "pserv": "service", "worker": "service", "cron": "job", "static": "website"}
_RENDER_STORES = {"redis": "redis", "keyvalue": "valkey"}


def read_cloud_foundry(place: Place, text: str) -> Configuration:
    """Return what applications are bound to, by the label of a declared service or the words of its name."""
    value = mapping(first(text))
    applications = [one for one in _items(value.get("applications")) if isinstance(one, dict)]
    if not applications:
        return Configuration()
    labels = {name: str(mapping(one).get("label")) for name, one in mapping(value.get("declared-services")).items()}
    bound = [
        (str(one.get("name")) if isinstance(one, dict) else str(one), line_of(application, "services", index))
        for application in applications
        for index, one in enumerate(_items(application.get("services")))
    ]
    found = [
        _product(product, place.file, line)
        for name, line in bound
        if (product := _named(labels.get(name, "")) or _named(name))
    ]
    settings = [
        one for application in applications for one in flat(application.get("env"), place.file, "configuration")
    ]
    started = Candidate("service", "configuration", 0.8, Place(place.file, line_of(value, "applications")))
    return Configuration((*connections(settings), *found), (started,))


def read_heroku(place: Place, text: str) -> Configuration:
    """Return the add-ons of an app.json: `heroku-postgresql:mini` is PostgreSQL."""
    value = mapping(parse_json(text))
    plans = [one.get("plan") if isinstance(one, dict) else one for one in _items(value.get("addons"))]
    found = [_product(product, place.file) for plan in plans if (product := _named(str(plan).partition(":")[0]))]
    starts = bool(plans) or bool(mapping(value.get("formation")))
    deployed = (Candidate("service", "configuration", 0.8, place),) if starts else ()
    return Configuration(tuple(found), deployed)


def read_render(place: Place, text: str) -> Configuration:
    """Return what a Blueprint starts, and the databases and stores that it makes beside."""
    value = mapping(first(text))
    services = [one for one in _items(value.get("services")) if isinstance(one, dict)]
    kinds = [
        "website" if one.get("runtime") == "static" else _RENDER_TYPES.get(str(one.get("type"))) for one in services
    ]
    deployments = [Candidate(kind, "configuration", 0.8, place) for kind in kinds if kind]
    stores = [store for one in services if (store := _RENDER_STORES.get(str(one.get("type"))))]
    stores += ["postgresql"] if _items(value.get("databases")) else []
    return Configuration(tuple(_product(one, place.file) for one in stores), tuple(deployments))


def read_fly(place: Place, text: str) -> Configuration:
    """Return what a fly.toml starts and connects to."""
    value = parse_toml(text)
    serves = "http_service" in value or "services" in value
    deployed = (Candidate("service", "configuration", 0.8, place),) if serves else ()
    return Configuration(tuple(connections(flat(value.get("env"), place.file, "configuration"))), deployed)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named(name: str) -> str | None:
    return next((product for word in words_of(name) if (product := product_of_word(word))), None)


def _product(product: str, file: str, line: int | None = None) -> Dependency:
    return dependency("product", product, product, How.STARTED, Where.FILE, "configuration", Place(file, line))
