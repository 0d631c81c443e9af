"""Whose a file is, told by its path alone, in any language: the project's own, or tests, examples, docs, others'."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from homeport.catalog.domain.words import words


class Role(StrEnum):
    """What a file is there for."""

    OWN = "own"
    TEST = "test"
    EXAMPLE = "example"
    DOCS = "docs"
    VENDORED = "vendored"
    GENERATED = "generated"
    TOOLING = "tooling"


_FOLDERS = {
    Role.VENDORED: "vendor vendors vendored _vendor _vendored third_party third-party thirdparty 3rdparty node_modules "
    "bower_components external externals extern deps bundled site-packages .venv venv pods godeps .yarn _bundled "
    "submodules submodule",
    Role.TEST: "test tests testing __tests__ spec specs fixtures fixture testdata test-data test_data testsuite "
    "testsuites mocks __mocks__ mock e2e integration-tests integration_tests functional-tests unit-tests cypress "
    "playwright benchmark benchmarks benchmarking bench benches perf fuzz fuzzing conformance snapshots __snapshots__ "
    "testutil testutils test-utils test_utils androidtest acceptance regression test-fixtures stubs",
    Role.EXAMPLE: "example examples sample samples demo demos tutorial tutorials quickstart quickstarts playground "
    "playgrounds sandbox cookbook recipes showcase contrib starter starters boilerplate boilerplates scaffolds "
    "scaffold skeleton skeletons blueprint blueprints",
    Role.DOCS: "doc docs documentation website man manual guides wiki _docs doc-src docs-src apidoc javadoc docs_src",
    Role.GENERATED: "dist build out target generated gen __generated__ __pycache__ lib-cov coverage .next .nuxt "
    "_build autom4te.cache umd esm cjs",
    Role.TOOLING: ".github .gitlab .circleci .vscode .idea .husky .changeset .devcontainer scripts script tools tool "
    "hack ci .ci continuous_integration continuous-integration misc",
}
_ROLE_OF_FOLDER = {folder: role for role, folders in _FOLDERS.items() for folder in words(folders)}
_GENERATED_FILE = re.compile(
    r"(\.min\.(js|mjs|css)|[.-]bundle\.js|\.chunk\.js|_pb2(_grpc)?\.pyi?|\.pb\.(go|cc|h)|\.pb\.gw\.go|_grpc\.pb\.go"
    r"|\.g\.(dart|cs)|\.designer\.cs|\.generated\.\w+|\.gen\.(go|ts)|_generated\.\w+|zz_generated\S*\.go|\.map)$",
    re.IGNORECASE,
)
_TEST_FILE = re.compile(
    r"(^|/)(tests?[_.][^/]*|[^/]*[._-](test|tests|spec|e2e|cy)\.\w+|[^/]*_tests?\.\w+|conftest\.py"
    r"|[^/]*[a-z0-9](Tests?|TestCase|IT|Spec)\.(java|kt|scala|cs|groovy|php|swift))$"
)
_JVM_PACKAGES = re.compile(r"(?<=src/main/)(java|kotlin|scala|groovy)/.*")
_VENDORED_FILE = re.compile(r"(^|/)(jquery|bootstrap|lodash|angular|require|modernizr|d3)([.-][\w.-]*)?\.js$")


@lru_cache(maxsize=50_000)
def role_of(path: str) -> Role:
    """Return what the file at `path` is there for; the outermost telling folder decides, then the file's name.

    Source: the ideas of Linguist's vendor.yml, documentation.yml and generated.rb.
    """
    folders, _, name = path.rpartition("/")
    role = _role_of_folders(folders)
    if role is not Role.OWN:
        return role
    if _GENERATED_FILE.search(name):
        return Role.GENERATED
    if _TEST_FILE.search(name):
        return Role.TEST
    return Role.VENDORED if _VENDORED_FILE.search(name) else Role.OWN


@lru_cache(maxsize=10_000)
def _role_of_folders(folders: str) -> Role:
    for folder in _JVM_PACKAGES.sub("", folders).split("/"):
        role = _ROLE_OF_FOLDER.get(folder.lower())
        if role:
            return role
        if folder.lower().endswith(("-tests", "_tests", ".tests", "-test", ".test", "-e2e", "-examples", "-fixtures")):
            return Role.TEST
        if folder.lower().startswith(("example_", "examples_", "example-", "examples-", "sample_", "samples_")):
            return Role.EXAMPLE
        if folder.endswith((".egg-info", ".dist-info")):
            return Role.GENERATED
    return Role.OWN


def is_own(path: str) -> bool:
    """Whether the file is part of what the project ships."""
    return role_of(path) is Role.OWN


def depth_of(path: str) -> int:
    """Return how many folders deep the file lies; 0 at the root."""
    return path.count("/")
