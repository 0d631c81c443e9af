"""Configuration written as modules for Node."""

from __future__ import annotations

import time

import pytest

from homeport.catalog.adapters.readers.configuration import reader_of
from homeport.catalog.adapters.readers.script_settings import is_script_of_settings, read_script_settings
from homeport.catalog.domain.fields import Place

PLACE = Place("config/default.js")
MODULE = """\
// redis: { url: 'redis://commented' }
module.exports = {
  database: {
    client: 'pg',
    "connection": process.env.DATABASE_URL || "postgres://db/parcels",
  },
  /* url: "http://nowhere" */
  directory: {
    enabled: false,
    url: 'ldap://directory',
  },
  stock: { baseUrl: process.env['STOCK_URL'] ?? `http://stock-api:8080` },
};
"""


def test_nested_objects_give_dotted_names_and_variables_their_own() -> None:
    found = [(one.name, one.value, one.place.line, one.is_off) for one in read_script_settings(PLACE, MODULE)]
    assert found == [
        ("exports.database.client", "pg", 4, False),
        ("DATABASE_URL", "postgres://db/parcels", 5, False),
        ("exports.directory.url", "ldap://directory", 10, True),
        ("STOCK_URL", "http://stock-api:8080", 12, False),
    ]


def test_ports_are_read_so_that_hosts_beside_them_tell() -> None:
    reader = reader_of(PLACE.file, frozenset())
    assert reader is not None
    text = "module.exports = { keys: { host: 'localhost', port: process.env.KEYS_PORT || 6379 } }"
    assert [one.value for one in reader(PLACE, text.replace("process.env.KEYS_PORT || ", "")).dependencies] == ["redis"]


def test_a_condition_counts_by_what_holds_where_nothing_is_set() -> None:
    text = "module.exports = {\n  mongo: process.env.SUITE\n    ? 'mongodb://db/test'\n    : 'mongodb://db/shop',\n};\n"
    assert [one.value for one in read_script_settings(PLACE, text)] == ["mongodb://db/shop"]


def test_a_template_is_read_with_its_variables_open() -> None:
    text = 'module.exports = { url: process.env.URL || `redis://cache:${process.env.PORT || "6379"}/0` }\n'
    assert [(one.name, one.value) for one in read_script_settings(PLACE, text)] == [("URL", "redis://cache:${}/0")]


def test_what_is_switched_off_is_no_connection() -> None:
    reader = reader_of(PLACE.file, frozenset())
    assert reader is not None
    found = [(one.kind, one.value) for one in reader(PLACE, MODULE).dependencies]
    assert found == [("product", "postgresql"), ("database", "parcels"), ("host", "stock-api")]


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("src/environment.ts", True),
        ("config/default.js", True),
        ("src/config/database.ts", True),
        ("config.default.mjs", True),
        ("knexfile.js", True),
        ("src/routes/index.js", False),
        ("webpack.config.js", False),
    ],
)
def test_which_modules_hold_configuration(path: str, is_one: bool) -> None:
    assert is_script_of_settings(path) is is_one


@pytest.mark.parametrize("unit", ["a", "a ", "a:", "{", "}", '"', "'", "/*", "a:{", "a: process.env.B || ", "`", "\\"])
def test_any_text_is_read_in_little_time(unit: str) -> None:
    started = time.process_time()
    read_script_settings(PLACE, unit * (200_000 // len(unit)))
    assert time.process_time() - started < 5
