"""Kubernetes objects and Helm charts: what they start and connect to.

Source: Kubernetes API, workloads and "Recommended Labels"; Helm, "Charts".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from homeport.catalog.adapters.readers.settings import Configuration, first, flat, mapping
from homeport.catalog.adapters.readers.syntax import line_of, parse_yaml
from homeport.catalog.domain.connections import connections
from homeport.catalog.domain.evidence import How, Where, dependency
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.products import product_of_image, product_of_word
from homeport.catalog.domain.reading import Dependency
from homeport.catalog.domain.settings import Setting

_WORKLOAD = re.compile(
    r"^kind:[ \t]*[\"']?(Deployment|StatefulSet|DaemonSet|Rollout|CronJob|Job|ConfigMap|Secret|Service)\b", re.MULTILINE
)
_PART_OF = re.compile(
    r"^[ \t]*[\"']?app\.kubernetes\.io/part-of[\"']?[ \t]*:[ \t]*[\"']?([A-Za-z0-9][\w.-]*)[\"']?[ \t]*$", re.MULTILINE
)


def is_manifest(text: str) -> bool:
    """Whether the text looks like Kubernetes objects of a deployment; cheap."""
    return "apiVersion" in text and _WORKLOAD.search(text) is not None


def read_kubernetes(path: str, text: str) -> Configuration:
    """Return what Kubernetes objects start and connect to.

    Raises:
        BrokenFile: it is no YAML.
    """
    settings: list[Setting] = []
    deployments, products = [], []
    for document in parse_yaml(text):
        for value in _objects(document.value):
            kind, place = str(value.get("kind")), Place(path, line_of(value, "kind") or document.line)
            images = [image for container in _containers(value) if isinstance(image := container.get("image"), str)]
            stores = [product for image in images if (product := product_of_image(image))]
            products += [_declared(one, How.STARTED, "kubernetes", place) for one in stores]
            if not stores:
                deployments += [Candidate(one, "kubernetes", 0.8, place) for one in _started_by(kind)]
            if kind == "ConfigMap":
                settings += flat(value.get("data"), path, "kubernetes")
            if kind == "Secret":
                settings += flat(value.get("stringData"), path, "kubernetes")
            for container in _containers(value):
                settings += flat(container.get("env"), path, "kubernetes")
    return Configuration((*connections(settings), *products), tuple(deployments), tuple(_part_of(path, text)))


def _declared(product: str, how: How, source: str, place: Place) -> Dependency:
    return dependency("product", product, product, how, Where.DEPLOYMENT, source, place)


def _started_by(kind: str) -> list[str]:
    if kind in ("Deployment", "StatefulSet", "DaemonSet", "Rollout"):
        return ["service"]
    return ["job"] if kind in ("CronJob", "Job") else []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        items = value.get("items")
        if value.get("kind") == "List" and isinstance(items, list):
            yield from (one for one in items if isinstance(one, dict))
        else:
            yield value


def _containers(value: Any) -> Iterator[dict[str, Any]]:
    """The containers of an object, however deep its pod template lies."""
    for step in ("spec", "jobTemplate", "template"):
        inner = value.get(step) if isinstance(value, dict) else None
        if isinstance(inner, dict):
            yield from _containers(inner)
    listed = value.get("containers") if isinstance(value, dict) else None
    yield from (one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, dict))


def read_chart_template(place: Place, text: str) -> Configuration:
    """A chart's template is no YAML before Helm has filled it in: only its kind and literal labels are read."""
    kinds = [found for found in _WORKLOAD.findall(text) for found in _started_by(found)]
    deployments = tuple(Candidate(kind, "helm", 0.8, place) for kind in kinds)
    return Configuration((), deployments, tuple(_part_of(place.file, text)))


def read_chart(place: Place, text: str) -> Configuration:
    value = first(text)
    listed = mapping(value).get("dependencies")
    found = [
        _declared(product, How.STARTED, "helm", Place(place.file, line_of(listed, index)))
        for index, one in enumerate(listed if isinstance(listed, list) else ())
        if (product := product_of_word(str(mapping(one).get("name"))))
    ]
    return Configuration(tuple(found))


def read_values(place: Place, text: str) -> Configuration:
    settings = list(flat(first(text), place.file, "helm"))
    systems = [
        Candidate(one.value, "helm", 0.7, one.place)
        for one in settings
        if re.search(r"(^|\.)(labels|commonLabels|podLabels)\.(system|app\.kubernetes\.io/part-of)$", one.name)
    ]
    return Configuration(tuple(connections(settings)), systems=tuple(systems))


def _part_of(path: str, text: str) -> Iterator[Candidate]:
    for found in _PART_OF.finditer(text):
        yield Candidate(found[1], "kubernetes", 0.8, Place(path, text.count("\n", 0, found.start()) + 1))
