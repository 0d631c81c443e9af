"""What never enters the audit."""

from __future__ import annotations

import pytest

from homeport.kernel.trust.audit import starred


@pytest.mark.parametrize(
    "key",
    ["password", "db_password", "clientSecret", "API_TOKEN", "privateKey", "private-key", "apiKey"],
)
def test_the_value_of_a_key_that_names_a_secret_is_starred(key: str):
    assert starred({key: "canary", "name": "ci"}) == {key: "***", "name": "ci"}


def test_secrets_are_starred_however_deep_they_lie():
    told = {"config": {"database": [{"password": "canary", "port": 5432}], "token": {"value": "canary"}}}
    assert starred(told) == {"config": {"database": [{"password": "***", "port": 5432}], "token": "***"}}


@pytest.mark.parametrize(
    "secret",
    [
        "hp_" + "a" * 38,
        "ghp_" + "a" * 36,
        "glpat-" + "a" * 20,
        "AKIAIOSFODNN7EXAMPLE",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\ncanary cut short",
    ],
)
def test_a_value_that_looks_like_a_secret_is_starred_under_any_key(secret: str):
    assert starred({"note": f"before {secret} "}) in ({"note": "before *** "}, {"note": "before ***"})


def test_the_password_in_a_url_is_starred_and_the_rest_kept():
    assert starred({"url": "postgresql://app:canary@db/orders"}) == {"url": "postgresql://***@db/orders"}


def test_that_a_secret_was_not_set_stays_visible():
    assert starred({"password": None}) == {"password": None}


def test_other_values_stay_as_they_are():
    told = {"role": "admin", "count": 3, "ratio": 0.5, "on": True, "none": None, "tags": ["주문"]}
    assert starred(told) == told
