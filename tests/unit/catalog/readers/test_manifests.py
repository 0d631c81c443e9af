"""Package manifests of every family: name, words, commands and what is needed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.manifests import is_manifest, read_manifest
from homeport.catalog.adapters.readers.syntax import BrokenFile

CASES = {
    "pyproject.toml": (
        '[project]\nname = "order-api"\ndescription = "Orders"\ndependencies = ["fastapi>=0.1", "SQLAlchemy[x]"]\n'
        '[project.scripts]\norder = "a:b"\n',
        ("order-api", "Orders", ("order",), ("fastapi", "sqlalchemy")),
    ),
    "poetry/pyproject.toml": (
        '[tool.poetry]\nname = "claim"\ndescription = "C"\n[tool.poetry.dependencies]\npython = "3"\nflask = "*"\n',
        ("claim", "C", (), ("flask",)),
    ),
    "setup.cfg": (
        "[metadata]\nname = tool\ndescription = A tool\n[options]\ninstall_requires =\n    click\n"
        "[options.entry_points]\nconsole_scripts =\n    tool = a:b\n",
        ("tool", "A tool", ("tool",), ("click",)),
    ),
    "setup.py": (
        "from setuptools import setup\nNAME = 'lib'\nsetup(name=NAME, description='A' 'B', install_requires=['x>1'],\n"
        "      entry_points={'console_scripts': ['run = a:b']}, version=open('v').read())\n",
        ("lib", "AB", ("run",), ("x",)),
    ),
    "PKG-INFO": (
        "Name: lib\nSummary: Words\nRequires-Dist: x (>1)\nRequires-Dist: y; extra == 'z'\n",
        ("lib", "Words", (), ("x",)),
    ),
    "package.json": (
        '{"name": "@saebom/mall", "description": "Mall", "bin": {"mall": "x.js"}, "dependencies": {"react": "1"}}',
        ("@saebom/mall", "Mall", ("mall",), ("react",)),
    ),
    "go.mod": (
        "module git.saebom.example/stock-api/v2\n\ngo 1.22\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.0\n"
        "\tgolang.org/x/net v0.1.0 // indirect\n)\n",
        ("stock-api", None, (), ("github.com/gin-gonic/gin",)),
    ),
    "pom.xml": (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><artifactId>claim-api</artifactId><description>Claims</description>'
        "<dependencies><dependency><artifactId>spring-boot-starter-web</artifactId></dependency>"
        "<dependency><artifactId>junit</artifactId><scope>test</scope></dependency></dependencies></project>",
        ("claim-api", "Claims", (), ("spring-boot-starter-web",)),
    ),
    "build.gradle.kts": (
        'plugins {\n  id("org.springframework.boot") version "3"\n}\ndescription = "Pay"\ndependencies {\n'
        '    implementation("org.springframework.boot:spring-boot-starter-web")\n    testImplementation("a:b")\n}\n',
        (None, "Pay", (), ("spring-boot-starter-web",)),
    ),
    "settings.gradle": ("rootProject.name = 'payment-api'\n", ("payment-api", None, (), ())),
    "Cargo.toml": (
        '[package]\nname = "edge"\ndescription = "Edge"\n[[bin]]\nname = "edge"\n[dependencies]\naxum = "1"\n',
        ("edge", "Edge", ("edge",), ("axum",)),
    ),
    "composer.json": (
        '{"name": "saebom/shop", "require": {"laravel/framework": "1"}}',
        ("shop", None, (), ("laravel/framework",)),
    ),
    "a.gemspec": (
        "Gem::Specification.new do |s|\n  s.name = 'g'\n  s.summary = 'Words'\n  s.executables = ['g']\n"
        "  s.add_dependency 'rack'\nend\n",
        ("g", "Words", ("g",), ("rack",)),
    ),
    "Gemfile": ("gem 'rails', '~> 7'\ngem \"pg\"\n", (None, None, (), ("rails", "pg"))),
    "Shop.Api.csproj": (
        '<Project Sdk="Microsoft.NET.Sdk.Web"><ItemGroup><PackageReference Include="Dapper"/></ItemGroup></Project>',
        ("Shop.Api", None, (), ("Dapper",)),
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_a_manifest_says_name_words_commands_and_needs(path: str) -> None:
    text, (name, description, commands, needed) = CASES[path]
    assert is_manifest(path)
    manifest = read_manifest(path, text)
    assert manifest is not None
    assert (manifest.name, manifest.description, manifest.commands, manifest.dependencies) == (
        name,
        description,
        commands,
        needed,
    )


@pytest.mark.parametrize("path", ["README.md", "project.toml", "package-lock.json", "pyproject.toml.bak"])
def test_other_files_are_no_manifests(path: str) -> None:
    assert not is_manifest(path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project"),
        ("package.json", "{"),
        ("setup.py", "def ("),
        ("setup.py", "-" * 150_000 + "1"),
        ("setup.py", "(" * 5_000),
        ("setup.cfg", "no section\n"),
        ("pom.xml", "<project>"),
        ("Cargo.toml", "= 1"),
        ("a.csproj", "<Project"),
    ],
)
def test_a_broken_manifest_is_refused(path: str, text: str) -> None:
    with pytest.raises(BrokenFile):
        read_manifest(path, text)


@pytest.mark.parametrize(
    "text", ["[]", "1", '{"name": 1, "bin": [1], "dependencies": [], "keywords": {}}', '{"scripts": {"a": 1}}']
)
def test_odd_values_in_package_json_are_passed_over(text: str) -> None:
    read_manifest("package.json", text)


def test_a_requirement_written_twice_as_deep_as_usual_does_not_run_setup() -> None:
    manifest = read_manifest(
        "setup.py", "import os\nos.abort()\nfrom setuptools import setup\nsetup(name='a' + str(1))\n"
    )
    assert manifest is not None
    assert manifest.name is None


@given(st.sampled_from([path for path in CASES if not path.endswith("PKG-INFO")]), st.text(max_size=120))
def test_any_text_is_read_or_refused(path: str, text: str) -> None:
    with suppress(BrokenFile):
        read_manifest(path, text)
