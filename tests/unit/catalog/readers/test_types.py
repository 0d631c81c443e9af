"""What type of component a tree holds: one made-up tree for each sign."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from homeport.catalog.domain.component_type import chances_of
from homeport.catalog.domain.observation import observed
from homeport.catalog.domain.reading import Reading

Read = Callable[..., Reading]
CODE = "print('hello')\n" * 50


def python(description: str, *lines: str) -> str:
    return "\n".join(['[project]\nname = "parcel"', f'description = "{description}"', *lines])


COMMAND = '[project.scripts]\nparcel = "parcel:main"'
PUBLISHED = 'classifiers = ["Programming Language :: Python :: 3"]'
DOCKERFILE = "FROM python:3.13\nEXPOSE 80\n"

TREES: dict[str, tuple[Mapping[str, str], str | None]] = {
    "images that a tool hands out do not make it a service": (
        {
            "pyproject.toml": python("Cluster management tool for parcels.", PUBLISHED, COMMAND),
            "parcel/__init__.py": CODE,
            "parcel/images/worker/Dockerfile": DOCKERFILE,
        },
        "tool",
    ),
    "an application object, migrations and pages make a published package a service": (
        {
            "pyproject.toml": python("Parcels, at last.", PUBLISHED, 'dependencies = ["django", "psycopg"]'),
            "parcel/wsgi.py": "application = get_wsgi_application()\n",
            "parcel/migrations/0001_initial.py": CODE,
            **{f"parcel/templates/{number}.html": "<p>" for number in range(6)},
        },
        "service",
    ),
    "an application to be put into another's is a library": (
        {
            "pyproject.toml": python(
                "Parcels for Django.", 'classifiers = ["Framework :: Django"]', 'dependencies = ["django"]'
            ).replace("parcel", "django-parcel", 1),
            "parcel/models.py": CODE,
            "parcel/migrations/0001_initial.py": CODE,
            **{f"parcel/templates/{number}.html": "<p>" for number in range(6)},
        },
        "library",
    ),
    "a README that publishes a port describes what is run": (
        {
            "pyproject.toml": python("Parcels, at last.", PUBLISHED, 'dependencies = ["flask"]', COMMAND),
            "parcel/app.py": CODE,
            "README.md": "# Parcel\n\n```\ndocker run -it \\\n  -p 8080:80 parcel\n```\n",
        },
        "service",
    ),
    "npm start of a program that serves outweighs its command": (
        {
            "package.json": json.dumps(
                {
                    "name": "parcel",
                    "main": "lib/index.js",
                    "bin": "bin/parcel.js",
                    "scripts": {"start": "node lib/index.js"},
                    "dependencies": {"express": "4"},
                }
            ),
            "lib/index.js": CODE,
            "README.md": "# Parcel\n\n```\nnpm install -g parcel\nparcel start\n```\n",
        },
        "service",
    ),
    "what a client needs as well makes nobody a server": (
        {
            "pyproject.toml": python("Parcels at hand.", PUBLISHED, 'dependencies = ["aiohttp"]', COMMAND),
            "parcel/main.py": CODE,
        },
        "tool",
    ),
    "the scripts of a Python package's pages do not make it a library": (
        {
            "pyproject.toml": python("Parcels, at last.", PUBLISHED, 'dependencies = ["django"]'),
            "package.json": '{"name": "parcel", "main": "index.js", "dependencies": {"vue": "3"}}',
            "parcel/wsgi.py": "application = get_wsgi_application()\n",
            "parcel/views.py": CODE * 9,
            **{f"parcel/{part}/migrations/0001_initial.py": CODE for part in "abc"},
        },
        "service",
    ),
    "a plug-in system is no plug-in": (
        {
            "pyproject.toml": python("A plugin-based bot system.", '[project.scripts]\nother = "parcel:main"'),
            "parcel/a.py": CODE,
        },
        None,
    ),
    "an image beside the code makes it one": (
        {"pyproject.toml": python("Tracks parcels."), "parcel/__init__.py": CODE, "Dockerfile": DOCKERFILE},
        "service",
    ),
    "a service may have a command of its name": (
        {
            "pyproject.toml": python(
                "Parcel tracking and monitoring service, with alerts.", PUBLISHED, 'dependencies = ["flask"]', COMMAND
            ),
            "parcel/app.py": CODE,
        },
        "service",
    ),
    "what a description says first is what it is": (
        {
            "pyproject.toml": python("A Python server implementation of the parcel standard.", PUBLISHED, COMMAND),
            "parcel/app.py": CODE,
        },
        "service",
    ),
    "helpers of another name do not make a library a tool": (
        {
            "pyproject.toml": python(
                "Fundamental package for weighing parcels", PUBLISHED, '[project.scripts]\nweigh-config = "parcel:main"'
            ),
            "parcel/__init__.py": CODE,
            "parcel/py.typed": "",
        },
        "library",
    ),
    "a README that runs it far more often than it imports it is that of a tool": (
        {
            "pyproject.toml": python("Parcels, delivered", PUBLISHED, COMMAND),
            "README.md": "# parcel\n\nParcels for everybody.\n\n```\n" + "$ parcel send x\n" * 6 + "```\n",
            "parcel/__init__.py": CODE,
        },
        "tool",
    ),
    "a package that hands out a built page is a website": (
        {
            "pyproject.toml": python("Parcel UI", PUBLISHED),
            "parcel_www/__init__.py": "x = 1\n",
            "parcel_www/static/index.html": "<html>",
            "parcel_www/static/app.js": "x" * 50_000,
        },
        "website",
    ),
    "monitoring websites is no website": (
        {"pyproject.toml": python("Website change alerts", COMMAND), "parcel/__init__.py": CODE},
        "tool",
    ),
    "pages and styles under npm are a website": (
        {"package.json": json.dumps({"name": "parcel-theme"}), "index.html": "<html>", "js/a.js": CODE},
        "website",
    ),
    "a page beside a module that others import is its demonstration": (
        {"package.json": json.dumps({"name": "parcel", "main": "a.js"}), "index.html": "<html>", "a.js": CODE},
        "library",
    ),
    "what npm start runs and serves is a service, command or not": (
        {
            "package.json": json.dumps(
                {
                    "name": "parcel",
                    "bin": "./build/main.js",
                    "exports": "./build/server.js",
                    "scripts": {"start": "NODE_ENV=production node ./build/main.js"},
                    "dependencies": {"express": "5"},
                }
            ),
            "build/main.js": CODE,
        },
        "service",
    ),
    "a program that waits at a broker is a service": (
        {
            "package.json": json.dumps(
                {
                    "name": "parcel2mqtt",
                    "main": "index.js",
                    "bin": {"parcel2mqtt": "cli.js"},
                    "scripts": {"start": "node index.js"},
                    "dependencies": {"mqtt": "5"},
                }
            ),
            "index.js": CODE,
        },
        "service",
    ),
    "a library for a broker is a library": (
        {
            "package.json": json.dumps({"name": "parcel-mqtt", "main": "index.js", "dependencies": {"mqtt": "5"}}),
            "index.js": CODE,
        },
        "library",
    ),
    "an Android library inside an npm package is a library": (
        {
            "package.json": json.dumps({"name": "@parcel/android"}),
            "parcel/build.gradle": "apply plugin: 'com.android.library'\n",
            "parcel/src/main/java/A.java": CODE,
        },
        "library",
    ),
    "a systemd unit starts a service": (
        {"systemd/parcel.service": "[Service]\nExecStart=/usr/bin/parcel\n", "parcel.c": CODE},
        "service",
    ),
    "models of dbt are a job": ({"dbt_project.yml": "name: parcel\n", "models/a.sql": "select 1"}, "job"),
    "a spider of Scrapy is a job": ({"scrapy.cfg": "[settings]\n", "parcel/spiders/a.py": CODE}, "job"),
    "pages for a site generator are a website": (
        {"mkdocs.yml": "site_name: Parcel\n", "docs/index.md": "# Parcel\n", "hooks.py": CODE},
        "website",
    ),
}


_STATED = 0.6


@pytest.mark.parametrize("sign", TREES)
def test_what_type_it_is(read: Read, sign: str) -> None:
    files, kind = TREES[sign]
    assert observed(read("parcel", files), 0.0 if kind else _STATED)["type"] == kind


def test_people_are_asked_about_a_type_that_is_not_clearly_ahead(read: Read) -> None:
    reading = read("parcel", TREES["a plug-in system is no plug-in"][0])
    assert (observed(reading)["type"], observed(reading, _STATED)["type"]) == ("tool", None)


def test_the_confidence_of_a_type_is_how_likely_it_is() -> None:
    nothing = dict.fromkeys(("service", "website", "library", "tool", "job"), 0.0)
    weak, strong = chances_of({**nothing, "tool": 0.5}), chances_of({**nothing, "tool": 3.0})
    assert sum(weak.values()) == pytest.approx(1)
    assert weak["tool"] < _STATED < 0.95 < strong["tool"]
