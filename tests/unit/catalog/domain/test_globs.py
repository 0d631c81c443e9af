"""Globs: what they mean is what minimatch says, and none takes long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.domain.globs import is_glob, matching


@pytest.mark.parametrize(
    ("glob", "path", "means"),
    [
        ("catalog-info.yaml", "catalog-info.yaml", True),
        ("catalog-info.yaml", "catalog-infoXyaml", False),
        ("*.yaml", "a.yaml", True),
        ("*.yaml", "b/a.yaml", False),
        ("*.yaml", ".a.yaml", False),
        (".*.yaml", ".a.yaml", True),
        ("**/catalog-info.yaml", "catalog-info.yaml", True),
        ("**/catalog-info.yaml", "a/b/catalog-info.yaml", True),
        ("**/catalog-info.yaml", "a/.b/catalog-info.yaml", False),
        ("a/**/c.yaml", "a/c.yaml", True),
        ("a/**/c.yaml", "a/x/y/c.yaml", True),
        ("a/**", "a/x/y", True),
        ("a/**", "a", False),
        ("a/**b", "a/xb", True),
        ("a/**b", "a/x/b", False),
        ("services/*/*.{yml,yaml}", "services/order/api.yml", True),
        ("services/*/*.{yml,yaml}", "services/order/api.json", False),
        ("{a,b{c,d}}.yaml", "bd.yaml", True),
        ("a[!b]c", "axc", True),
        ("a[!b]c", "abc", False),
        ("a[b-d]?", "ac1", True),
        ("[", "[", True),
        ("{a", "{a", True),
        ("[z-a]", "m", False),
        ("{a}.yaml", "{a}.yaml", True),
        ("{a}.yaml", "a.yaml", False),
        ("a*b?c*d", "axxbyczzd", True),
        ("a*b?c*d", "axxbyczz", False),
        ("a[^b]c", "axc", True),
        ("a[.\\-]c", "a-c", True),
        ("[!.]x", ".x", False),
        ("", "a", False),
    ],
)
def test_a_glob_means_what_minimatch_says(glob: str, path: str, means: bool) -> None:
    assert matching(glob, [path]) == ([path] if means else [])


def test_only_a_glob_is_one() -> None:
    assert [is_glob(path) for path in ("a/b.yaml", "a/*.yaml", "a/?", "{a,b}", "[a]")] == [
        False,
        True,
        True,
        True,
        True,
    ]


@given(st.text("ab/.*?[]{},-!", max_size=30), st.text("ab/.-", max_size=30))
def test_any_text_is_a_glob_and_none_fails(glob: str, path: str) -> None:
    assert matching(glob, [path]) in ([], [path])


def test_a_glob_made_to_be_slow_is_not() -> None:
    assert matching("*a" * 200 + "b", ["a" * 2_000]) == []
    assert matching("**/*/" * 50 + "x", ["/".join("a" * 1_000)]) == []
    assert matching("{a,b}" * 100, ["a" * 100]) == []
