"""Compose files: what the services that are built here are started with. Source: Compose Specification."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from homeport.catalog.adapters.readers.settings import Configuration, first, flat, mapping
from homeport.catalog.adapters.readers.syntax import line_of
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.evidence import How, Where, dependency
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.products import product_of_image, product_of_word
from homeport.catalog.domain.reading import Dependency
from homeport.catalog.domain.settings import words_of
from homeport.catalog.domain.words import words

_HELPER = re.compile(
    r"mail(hog|pit|catcher|dev)|adminer|pgadmin|phpmyadmin|commander|redisinsight|kafka-?ui|akhq|\bakhq|mongo-express"
    r"|watchtower|nginx|traefik|caddy|haproxy|proxy|certbot|autoheal|busybox|alpine|ubuntu|debian|ngrok|wait-for|selenium",
    re.IGNORECASE,
)
"""Images for whoever looks on, or that stand in front: nothing that a service connects to."""
_WATCHING = words("prometheus grafana loki jaeger zipkin")
"""What watches from beside: a service has to do with it only where it is told its address or waits for it."""


def read_compose(place: Place, text: str) -> Configuration:
    """Return what the file's own services connect to.

    Engines count only beside a service that is built here: a file of engines alone is a developer's convenience. What
    is started only in a profile is off by default.

    Raises:
        BrokenFile: it is no YAML.
    """
    value = first(text)
    listed = mapping(value).get("services", value)
    services = {name: one for name, one in _services(value).items() if "profiles" not in one}
    own = [one for one in services.values() if not product_of_image(_image(one))]
    if not own:
        return Configuration()
    settings = [one for service in own for one in flat(service.get("environment"), place.file, "compose")]
    beside = {name for name, one in services.items() if "build" not in one and "image" in one}
    linked = [_of_others(one, beside) for one in connections(settings)]
    needed = list(_needed(services, listed, place.file))
    used = {one.product for one in (*linked, *needed)}
    engines = [
        _beside(product, How.STARTED, Place(place.file, line_of(listed, name)))
        for name, one in services.items()
        if (product := product_of_image(_image(one))) and (product in used or product not in _WATCHING)
    ]
    traits = {"compose"} | ({"compose:serves"} if any("build" in one and "ports" in one for one in own) else set())
    return Configuration((*linked, *engines, *needed), traits=frozenset(traits))


def _services(value: Any) -> Mapping[str, Mapping[str, Any]]:
    """The services by name; the first version of the format has them at the top level."""
    listed = mapping(mapping(value).get("services"))
    if not listed and "services" not in mapping(value):
        listed = {name: one for name, one in mapping(value).items() if {"build", "image"} & set(mapping(one))}
    return {name: one for name, one in listed.items() if isinstance(one, dict)}


def _image(service: Mapping[str, Any]) -> str:
    return str(service.get("image", ""))


def _needed(services: Mapping[str, Mapping[str, Any]], listed: Any, file: str) -> Iterator[Dependency]:
    """What a service that is built here waits for or links to, run from an image of others.

    A link's second name is what the service calls the other: where that is a product, it is the product.
    """
    families = {_family(_image(one)) for one in services.values() if "build" in one and _image(one)}
    for name, service in services.items():
        links = _names(service.get("links"))
        for wanted in (*_names(service.get("depends_on")), *links) if "build" in service else ():
            target, _, alias = wanted.partition(":")
            other = services.get(target, {})
            image = _image(other)
            if not image or "build" in other or _HELPER.search(f"{target} {image}") or _family(image) in families:
                continue
            product = product_of_image(image) or product_of_word(alias) or _named(target) or target.lower()
            yield _beside(product, How.AWAITED, Place(file, line_of(listed, name)))


def _named(name: str) -> str | None:
    """The product that a word of a service's name says: `redis-node-0`."""
    return product_of_word(name) or next((one for word in words_of(name) if (one := product_of_word(word))), None)


def _beside(product: str, how: How, place: Place) -> Dependency:
    return dependency("product", product, product, how, Where.DEPLOYMENT, "compose", place)


def _names(value: Any) -> list[str]:
    listed = value if isinstance(value, list | dict) else []
    return [one for one in listed if isinstance(one, str)]


def _family(image: str) -> str:
    """Whose an image is: the part before its name; of an official one its name, which is nobody else's."""
    return image.rpartition("/")[0] or image.partition(":")[0]


def _of_others(one: Dependency, beside: Set[str]) -> Dependency:
    """A host that is a service of the same file, run from an image of others, is a product by the service's name.

    It stays a host, for another repository may build that image.
    """
    return replace(one, product=one.value) if one.kind == "host" and one.value in beside else one
