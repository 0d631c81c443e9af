"""What shows that a component connects to something, and how sure that makes it.

People labelled published releases, and `benchmarks/inference/measure.py --evidence` prints how often each kind of
evidence was right there. What was right in about nineteen of twenty cases is stated (0.85 and more, so that it stays
above `catalog.ask_below` for what only one repository names); what was right clearly less often, or is too rare to
tell, is put to people (0.5 to 0.55), however likely it is; what was wrong more often than right is dropped (0).
"""

from __future__ import annotations

from enum import StrEnum

from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.reading import Dependency


class How(StrEnum):
    """What tells what it connects to."""

    ADDRESS = "address"  # with the product's own scheme: `redis://cache`
    CHOICE = "choice"  # of an engine: `ENGINE: django.db.backends.mysql`
    STARTED = "started"  # beside it, by the same file, or bound to it
    AWAITED = "awaited"  # waited for or linked to
    NAMED = "named"  # an address in a setting called after the product
    PORT = "port"  # an address at the product's usual port
    LABEL = "label"  # an address whose host is called after the product
    CHANNEL = "channel"  # a topic, queue, table or bucket by its name
    SERVICE = "service"  # a host of the same cluster or compose file
    HOST = "host"  # of somebody else's API


class Where(StrEnum):
    """In what kind of file it stands."""

    DEPLOYMENT = "deployment"  # what it is started with: compose files, Kubernetes, .env, Dockerfiles
    FILE = "file"  # of configuration: YAML, TOML, JSON, INI, or what platforms read
    SCRIPT = "script"  # a configuration module for Node
    MODULE = "module"  # a settings module in Python, which has a default for what is off as well
    PART = "part"  # a settings module of one of many parts, which need not be in use
    LONG_MODULE = "long module"  # so long that it lists every alternative


_CONFIDENCES: dict[tuple[How, Where | None], float] = {
    (How.ADDRESS, None): 0.95,
    (How.ADDRESS, Where.MODULE): 0.85,
    (How.ADDRESS, Where.LONG_MODULE): 0.0,
    (How.ADDRESS, Where.PART): 0.0,
    (How.CHOICE, None): 0.95,
    (How.STARTED, None): 0.95,
    (How.AWAITED, None): 0.95,
    (How.NAMED, None): 0.95,
    (How.NAMED, Where.FILE): 0.55,
    (How.NAMED, Where.MODULE): 0.5,
    (How.NAMED, Where.PART): 0.0,
    (How.NAMED, Where.LONG_MODULE): 0.0,
    (How.LABEL, None): 0.95,
    (How.LABEL, Where.MODULE): 0.5,
    (How.LABEL, Where.PART): 0.0,
    (How.LABEL, Where.LONG_MODULE): 0.0,
    (How.PORT, None): 0.5,
    (How.PORT, Where.DEPLOYMENT): 0.95,
    (How.PORT, Where.PART): 0.0,
    (How.PORT, Where.LONG_MODULE): 0.0,
    (How.CHANNEL, None): 0.55,
    (How.CHANNEL, Where.MODULE): 0.5,
    (How.SERVICE, None): 0.85,
    (How.SERVICE, Where.MODULE): 0.5,
    (How.SERVICE, Where.LONG_MODULE): 0.5,
    (How.SERVICE, Where.PART): 0.5,
    (How.HOST, None): 0.95,
    (How.HOST, Where.LONG_MODULE): 0.5,
    (How.HOST, Where.PART): 0.5,
}


def confidence_of(how: How, where: Where) -> float:
    """Return how often evidence of that kind is right (0 to 1)."""
    return _CONFIDENCES.get((how, where), _CONFIDENCES[how, None])


def dependency(
    kind: str, value: str, product: str | None, how: How, where: Where, source: str, place: Place
) -> Dependency:
    """Return a connection as sure as its evidence is."""
    return Dependency(kind, value, product, source, confidence_of(how, where), place, evidence=f"{how} in {where}")
