"""Whose a file is, and which language a tree is mainly written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.domain.languages import main_language
from homeport.catalog.domain.paths import Role, role_of


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("src/order/api.py", Role.OWN),
        ("api/openapi.yaml", Role.OWN),
        ("src/main/java/com/example/demo/Order.java", Role.OWN),
        ("src/test/java/a/OrderTest.java", Role.TEST),
        ("src/a/OrderServiceTest.java", Role.TEST),
        ("pkg/order_test.go", Role.TEST),
        ("src/order.spec.ts", Role.TEST),
        ("test_order.py", Role.TEST),
        ("spec/models/order_spec.rb", Role.TEST),
        ("Order.Api.Tests/OrderTests.cs", Role.TEST),
        ("latest.py", Role.OWN),
        ("contest/main.py", Role.OWN),
        ("examples/a.py", Role.EXAMPLE),
        ("docs/conf.py", Role.DOCS),
        ("vendor/github.com/x/x.go", Role.VENDORED),
        ("static/jquery-3.1.js", Role.VENDORED),
        ("dist/index.js", Role.GENERATED),
        ("order_pb2.py", Role.GENERATED),
        ("app.min.js", Role.GENERATED),
        ("requests.egg-info/PKG-INFO", Role.GENERATED),
        (".github/workflows/ci.yml", Role.TOOLING),
        ("example_configs/a.yml", Role.EXAMPLE),
        ("benchmarking/k8s/a.yml", Role.TEST),
    ],
)
def test_a_path_tells_whose_the_file_is(path: str, role: Role) -> None:
    assert role_of(path) is role


@given(st.text(max_size=60))
def test_any_path_has_a_role(path: str) -> None:
    assert isinstance(role_of(path), Role)


@pytest.mark.parametrize(
    ("files", "language"),
    [
        ({"a.py": 10, "tests/b.js": 1_000, "docs/c.java": 1_000, "vendor/d.go": 1_000}, "python"),
        ({"a.pyx": 100, "a.c": 10_000, "b.c": 10}, "python"),
        ({"src/a.c": 100, "src/a.h": 100, "src/b.cpp": 50}, "c"),
        ({"src/a.h": 100, "src/b.cpp": 50}, "c++"),
        ({"app/models.py": 100, "app/static/app.js": 10_000}, "python"),
        ({"App.vue": 100, "tsconfig.json": 1, "a.js": 10}, "typescript"),
        ({"index.html": 100}, "html"),
        ({"main.tf": 100}, "hcl"),
        ({"README.md": 100}, None),
        ({"types/index.d.ts": 100}, "typescript"),
        ({"dist/a.js": 1_000}, "javascript"),
    ],
)
def test_the_main_language_is_that_of_ones_own_code(files: dict[str, int], language: str | None) -> None:
    found = main_language(files.items())
    assert (found[0] if found else None) == language


def test_javascript_with_declarations_is_typescript_only_where_the_manifest_says_so() -> None:
    files = [(f"lib/{name}{ending}", 10) for name in "abcd" for ending in (".js", ".d.ts")]
    assert main_language(files) == ("javascript", 1.0)
    assert main_language(files, is_typescript=True) == ("typescript", 1.0)


def test_the_language_of_the_manifest_is_preferred() -> None:
    assert main_language([("a.py", 100), ("b.c", 130)], preferred=frozenset({"python"})) == ("python", 100 / 230)
