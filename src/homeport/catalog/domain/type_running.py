"""What shows that a repository's program is started and listens, whatever it is written in.

Each sign is weak alone, for libraries have one or the other for their examples; together they tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from homeport.catalog.domain.facts import Facts, Sign
from homeport.catalog.domain.paths import Role, role_of
from homeport.catalog.domain.type_words import is_imported

_OPENED = re.compile(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)\b")
_PUBLISHED = re.compile(r"docker run\b[^\n]*(?:\\\n[^\n]*){0,12}[ \t](?:-p|--publish)[ =]?\d")
_COMPOSED = re.compile(r"docker[- ]compose\b[^\n]* up\b")
_MIGRATION = re.compile(r"(.*/)?(migrations?|alembic)/(versions/)?\w+\.(py|js|ts|sql)")
_PAGES = (".jinja", ".jinja2", ".mako", ".ejs", ".hbs", ".pug", ".njk", ".erb")
_SEVERAL = 5
_MANY = 20
_MOST = 2.4
"""However many signs there are, they weigh less than what tells for sure."""


def running_signs(facts: Facts) -> Iterator[Sign]:
    """Return how much speaks for a service that is started: one sign with the weight of all that was found."""
    weight = min(sum(_weights(facts)), _MOST)
    if weight:
        yield Sign("service", round(weight, 2), "layout")


def _weights(facts: Facts) -> Iterator[float]:
    """The table of evidence."""
    if "entry:application" in facts.traits:
        yield 1.2  # an application object that a WSGI or ASGI server starts
    share = 0.5 if is_imported(facts) else 1.0  # then the README may be about what users make with it
    yield from (share * weight for weight in _weights_of_readme(facts.readme.text if facts.readme else ""))
    share = 0.5 if _is_part_of_framework(facts) else 1.0
    yield from (share * weight for weight in _weights_of_layout(facts))
    if any(path.endswith(".service") for path, _ in facts.files):
        yield 1.0  # a unit of systemd


def _weights_of_readme(text: str) -> Iterator[float]:
    if _PUBLISHED.search(text):
        yield 0.8  # it is run in a container that listens
    elif _OPENED.search(text):
        yield 0.4  # something then answers on this machine
    if _COMPOSED.search(text):
        yield 0.3


def _is_part_of_framework(facts: Facts) -> bool:
    """Whether a published package says that it is for a framework, and nothing in it is started: applications to be
    put into others' have data and pages too.
    """
    said = any(topic.startswith("Framework ::") for one in facts.manifests for topic in one.classifiers)
    return said and "entry:application" not in facts.traits


def _weights_of_layout(facts: Facts) -> Iterator[float]:
    """A data base of its own, told by its migrations, and pages that a server fills in."""
    paths = [path for path, _ in facts.files if role_of(path) is Role.OWN]
    migrated = {
        found[1]
        for path in paths
        if ("migration" in path or "alembic" in path) and (found := _MIGRATION.fullmatch(path))
    }
    if any(path.endswith("alembic.ini") for path in paths) or len(migrated) >= 3:
        yield 1.0
    elif migrated:
        yield 0.4
    is_script = all(one.ecosystem == "npm" for one in facts.manifests)
    endings = _PAGES if is_script else (*_PAGES, ".html")
    pages = sum(1 for path in paths if path.endswith(endings))
    if pages >= _SEVERAL:
        yield 0.8 if pages >= _MANY else 0.4
