"""Locations: which repository an address lies in, and which pushes touch a location."""

from __future__ import annotations

import pytest

from homeport.catalog.domain.locations import LocationType, generated_location, is_touched, repository_of


@pytest.mark.parametrize(
    "address",
    [
        "https://github.example.com/Acme/orders",
        "https://github.example.com/acme/orders.git",
        "https://token@github.example.com/acme/orders/",
        "git@github.example.com:acme/orders.git",
        "ssh://git@github.example.com/acme/orders",
        "https://github.example.com/acme/orders/blob/main/catalog-info.yaml",
        "https://github.example.com/acme/orders/-/blob/main/deep/catalog-info.yaml",
        "https://github.example.com/acme/orders.git#main:catalog-info.yaml",
    ],
)
def test_spellings_of_a_repository_compare_equal(address: str) -> None:
    assert repository_of(address) == "github.example.com/acme/orders"


@pytest.mark.parametrize(
    ("type_", "target", "pushed", "touched"),
    [
        ("git", "https://a.example/o/r", "git@a.example:o/r.git", True),
        ("git", "https://a.example/o/r", "https://a.example/o/r2", False),
        ("url", "https://a.example/o/r/blob/main/catalog-info.yaml", "https://a.example/o/r.git", True),
        ("repos", "/srv/git", "/srv/git/orders.git", True),
        ("repos", "/srv/git", "/srv/gitlab/orders.git", False),
        ("file", "/srv/git/*.yaml", "/srv/git", False),
        ("backstage", "https://a.example", "https://a.example", False),
    ],
)
def test_a_push_touches_the_locations_that_read_its_repository(
    type_: str, target: str, pushed: str, touched: bool
) -> None:
    assert is_touched(type_, target, [pushed]) is touched


def test_of_a_git_url_with_a_path_only_descriptors_are_read() -> None:
    assert LocationType.GIT.reads_repositories("https://a.example/o/r.git#main")
    assert not LocationType.GIT.reads_repositories("https://a.example/o/r.git#main:**/catalog-info.yaml")


def test_the_location_entity_has_the_name_that_backstage_gives_it() -> None:
    described = generated_location("url", "https://github.com/backstage/backstage/blob/master/catalog-info.yaml")
    assert described.document["metadata"]["name"] == "generated-aa2077ff12588d858ceb1a61b6102ec9ea316cfc"
