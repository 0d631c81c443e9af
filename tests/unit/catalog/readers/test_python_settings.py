"""Configuration written as Python modules."""

from __future__ import annotations

import pytest

from homeport.catalog.adapters.readers.configuration import reader_of
from homeport.catalog.adapters.readers.python_settings import is_settings_module, read_python_settings
from homeport.catalog.domain.fields import Place

MODULE = """
import os
HOST = "cache"
BROKER = f"redis://{HOST}:6379/{NUMBER}"
RESULTS = BROKER
PORT = 5432
STORE = {"host": os.getenv("STORE_HOST", "db"), "port": int(os.getenv("STORE_PORT", 5432))}
REPORTS = "https://reports" + ".parcel.io"
STATE = f"{'http://localhost' if DEBUG else 'https://state.parcel.io'}/api"
_defaults = {"stock_url": {"value": "https://stock.parcel.io"}}
DEFAULTS = dict(TAX_URL="https://tax.parcel.io")
config["RATE_URL"] = "https://rate.parcel.io"
PROXY = Unicode("https://proxy.parcel.io", help="see https://help.parcel.io")
CLIENT = Client(base="https://client.parcel.io", help="https://help.parcel.io")
FORM = "mysql://{user}@{}/shop".format(HOST, user=USER)
local = "https://nowhere.io"

class Reports(Config):
    reports_url = key(cast=str, default="https://all.parcel.io")

class CelerySettings:
    def __init__(self, pay_url="https://pay.parcel.io"):
        self.broker_url = "redis://queue"
"""
EXPECTED = {
    "HOST": "cache",
    "BROKER": "redis://cache:6379/${}",
    "RESULTS": "redis://cache:6379/${}",
    "PORT": "5432",
    "STORE_HOST": "db",
    "STORE_PORT": "5432",
    "REPORTS": "https://reports.parcel.io",
    "STATE": "https://state.parcel.io/api",
    "_defaults.stock_url.value": "https://stock.parcel.io",
    "DEFAULTS.TAX_URL": "https://tax.parcel.io",
    "RATE_URL": "https://rate.parcel.io",
    "PROXY": "https://proxy.parcel.io",
    "CLIENT.base": "https://client.parcel.io",
    "FORM": "mysql://${}@${}/shop",
    "reports_url": "https://all.parcel.io",
    "pay_url": "https://pay.parcel.io",
    "broker_url": "redis://queue",
}


def test_what_a_module_says_literally_is_read_without_running_it() -> None:
    assert {name: value for name, value, _ in read_python_settings("settings.py", MODULE)} == EXPECTED


def test_modules_of_celery_write_their_settings_small() -> None:
    text = 'broker_url = "amqp://broker"'
    assert [one[0] for one in read_python_settings("celeryconfig.py", text)] == ["broker_url"]
    assert not list(read_python_settings("settings.py", text))


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("shop/settings.py", True),
        ("shop/settings/base.py", True),
        ("shop/config.py", True),
        ("shop/server/config.py", True),
        ("shop/configuration_example.py", True),
        ("shop/shop_config_tmpl.py", True),
        ("celeryconfig.py", True),
        ("shop/modules/config.py", False),
        ("a/b/c/d/config.py", False),
        ("shop/settings/__init__.py", False),
        ("shop/configure.py", False),
    ],
)
def test_which_modules_hold_settings(path: str, is_one: bool) -> None:
    assert is_settings_module(path) == is_one


def test_a_long_module_lists_alternatives_so_that_only_apis_of_others_count() -> None:
    text = 'CACHE_URL = "redis://cache"\nPAY_API_URL = "https://api.pay.io"\n'
    reader = reader_of("shop/config.py", frozenset())
    assert reader is not None
    place = Place("shop/config.py")
    assert [one.value for one in reader(place, text).dependencies] == ["redis", "api.pay.io"]
    assert [one.value for one in reader(place, text + "# x\n" * 10_000).dependencies] == ["api.pay.io"]
