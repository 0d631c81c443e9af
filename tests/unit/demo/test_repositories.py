"""What the repositories of the demo company hold, read with plain git and parsers of their own formats."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import tarfile
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from homeport.demo.repositories import RepositoryTruth, Truth, build

_TODAY = date(2026, 11, 23)


def _git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(repository), *arguments], check=True, capture_output=True).stdout


@dataclass(frozen=True)
class Built:
    root: Path
    truth: Truth

    @cached_property
    def trees(self) -> dict[str, dict[str, str]]:
        """The files of each repository at the tip of main."""
        return {name: _tree(self.root / truth.path) for name, truth in self.truth.repositories.items()}


def _tree(repository: Path) -> dict[str, str]:
    with tarfile.open(fileobj=io.BytesIO(_git(repository, "archive", "main"))) as archive:
        members = [member for member in archive if member.isfile()]
        return {member.name: archive.extractfile(member).read().decode() for member in members}  # type: ignore[union-attr]


@pytest.fixture(scope="module", params=[1, 2, 3], ids=lambda seed: f"seed {seed}")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("saebom")
    return Built(root, build(root, request.param, _TODAY))


def _heads(root: Path) -> dict[str, str]:
    return {path.stem: _git(path, "rev-parse", "main").decode() for path in root.glob("*/*.git")}


def test_the_same_seed_gives_the_same_commits(tmp_path: Path) -> None:
    first, second = build(tmp_path / "first", 5, _TODAY), build(tmp_path / "second", 5, _TODAY)
    assert first == second
    assert _heads(tmp_path / "first") == _heads(tmp_path / "second")


def test_another_seed_gives_other_commits_everywhere(tmp_path: Path) -> None:
    build(tmp_path / "five", 5, _TODAY)
    build(tmp_path / "six", 6, _TODAY)
    theirs = _heads(tmp_path / "six")
    assert all(theirs[name] != head for name, head in _heads(tmp_path / "five").items())


def test_what_is_there_already_is_not_overwritten(built: Built) -> None:
    with pytest.raises(FileExistsError):
        build(built.root, 1, _TODAY)


def test_there_are_40_repositories_where_the_truth_says(built: Built) -> None:
    paths = {str(path.relative_to(built.root)) for path in built.root.glob("*/*.git")}
    assert len(paths) == 40
    assert paths == {truth.path for truth in built.truth.repositories.values()}
    assert {_git(built.root / path, "symbolic-ref", "HEAD").decode().strip() for path in paths} == {"refs/heads/main"}


def test_git_finds_nothing_wrong(built: Built) -> None:
    for truth in list(built.truth.repositories.values())[::8]:
        assert not _git(built.root / truth.path, "fsck", "--strict", "--no-dangling").strip()


def test_about_2400_dated_commits_reach_back_two_years(built: Built) -> None:
    stamps = [
        datetime.fromtimestamp(int(line), UTC).date()
        for truth in built.truth.repositories.values()
        for line in _git(built.root / truth.path, "log", "--format=%at", "main").split()
    ]
    assert 2300 <= len(stamps) <= 2500
    assert max(stamps) < _TODAY
    assert 690 <= (_TODAY - min(stamps)).days <= 740


def test_every_commit_changes_a_file(built: Built) -> None:
    for truth in built.truth.repositories.values():
        log = _git(built.root / truth.path, "log", "--format=@%h", "--name-only", "main").decode()
        assert all(len(entry.split()) >= 2 for entry in log.split("@")[1:]), truth.name


def test_the_whole_takes_at_most_12_mb(built: Built) -> None:
    assert sum(path.stat().st_blocks * 512 for path in built.root.rglob("*")) <= 12_000_000


def test_every_repository_has_8_to_30_files_and_a_readme(built: Built) -> None:
    for name, tree in built.trees.items():
        assert 8 <= len(tree) <= 30, name
        assert {"README.md", "Dockerfile", ".gitignore"} <= tree.keys()


class _TemplateLoader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions as their long ones."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    key = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {key: node.value}
    assert isinstance(node, yaml.SequenceNode)
    return {key: loader.construct_sequence(node, deep=True)}


_TemplateLoader.add_multi_constructor("!", _short_form)


@cache
def _documents(path: str, text: str) -> list[Any]:
    if path.endswith(".json"):
        return [json.loads(text)]
    if path.endswith((".yaml", ".yml")) and "/templates/" not in path:
        return list(yaml.load_all(text, _TemplateLoader))
    return []


def test_every_file_is_what_its_name_says(built: Built) -> None:
    for tree in built.trees.values():
        for path, text in tree.items():
            _documents(path, text)
            if path.endswith(".py"):
                ast.parse(text)
            elif path.endswith(".toml"):
                tomllib.loads(text)


def _described(tree: dict[str, str]) -> set[tuple[str, str]]:
    found = {("grpc", path) for path in tree if path.endswith(".proto")}
    for path, text in tree.items():
        for document in _documents(path, text):
            keys = document.keys() if isinstance(document, dict) else ()
            found |= {(key, path) for key in ("openapi", "asyncapi") if key in keys}
    return found


def test_24_apis_are_described_where_the_truth_says(built: Built) -> None:
    described = {(name, type_, path) for name, tree in built.trees.items() for type_, path in _described(tree)}
    assert len(described) == 24
    told = {(t.name, api.type, api.file) for t in built.truth.repositories.values() for api in t.apis}
    assert described == told


def test_api_names_are_unique(built: Built) -> None:
    names = [api.name for truth in built.truth.repositories.values() for api in truth.apis]
    assert len(set(names)) == 24


def _resolved(value: Any) -> str:
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "-".join(_resolved(part) for part in value["Fn::Join"][1])
    return "prod" if "Ref" in value else value["Fn::Sub"].replace("${Environment}", "prod")


_NAMES = (
    *("DBInstanceIdentifier", "DBClusterIdentifier", "QueueName", "TopicName", "TableName", "ReplicationGroupId"),
    *("BucketName", "Name", "DomainName"),
)


def _declared(tree: dict[str, str]) -> set[tuple[str, str, str]]:
    found = set()
    for path, text in tree.items():
        for document in _documents(path, text):
            if isinstance(document, dict) and "AWSTemplateFormatVersion" in document:
                assert document["Parameters"]["Environment"]["Default"] == "prod"
                for logical_id, resource in document["Resources"].items():
                    names = [resource["Properties"][key] for key in _NAMES if key in resource["Properties"]]
                    found |= {(logical_id, resource["Type"], _resolved(name)) for name in names}
        if path.endswith(".tf"):
            blocks = re.findall(r'resource "(\w+)" "(\w+)" \{\n  (?:name|bucket)\s+= "(.+)"', text)
            found |= {(logical, type_, name.replace("${var.environment}", "prod")) for type_, logical, name in blocks}
    return found


def test_30_resources_are_declared_as_the_truth_says(built: Built) -> None:
    declared = {name: _declared(tree) for name, tree in built.trees.items()}
    assert sum(len(found) for found in declared.values()) == 30
    for name, truth in built.truth.repositories.items():
        assert declared[name] == {(item.logical_id, item.type, item.name) for item in truth.resources}


def _hosts(truth: RepositoryTruth, tree: dict[str, str], others: dict[str, RepositoryTruth]) -> set[str]:
    """Return the components whose addresses stand in a repository's configuration."""
    names = "|".join(sorted(others, key=len, reverse=True))
    address = re.compile(rf"(?<![\w./-])(?:https?://)?({names})\.(?:saebom\.example|\w+(?:\.svc\.cluster\.local)?:\d+)")
    text = "\n".join(text for path, text in tree.items() if not path.endswith(("openapi.yaml", "openapi.yml")))
    return set(address.findall(text)) - {truth.name}


def test_the_addresses_in_configuration_are_the_calls_of_the_truth(built: Built) -> None:
    for name, truth in built.truth.repositories.items():
        assert _hosts(truth, built.trees[name], built.truth.repositories) == set(truth.calls), name


def test_the_resources_a_repository_depends_on_stand_in_its_files(built: Built) -> None:
    for name, truth in built.truth.repositories.items():
        own = {resource.name for resource in truth.resources}
        text = "\n".join(built.trees[name].values())
        assert all(used in own or used in text for used in truth.depends_on), name


def test_apis_consumed_belong_to_the_components_called(built: Built) -> None:
    repositories = built.truth.repositories
    for truth in repositories.values():
        offered = {api.name for name in truth.calls for api in repositories[name].apis if api.type != "asyncapi"}
        assert set(truth.consumes_apis) == offered


def test_no_address_leaves_the_company(built: Built) -> None:
    known = re.compile(r"(^|\.)saebom\.example$|\.svc\.cluster\.local$|^[a-z-]+\.[a-z]+$|^maven\.apache\.org$")
    for tree in built.trees.values():
        for host in re.findall(r"://(?:\w+@)?//?([\w.-]+)|://(?:\w+@)?([\w.-]+)", "\n".join(tree.values())):
            assert known.search("".join(host)), host


def test_there_are_no_secrets(built: Built) -> None:
    secret = re.compile(r"AKIA[0-9A-Z]{16}|BEGIN [A-Z ]*PRIVATE KEY|(?i:password|secret|token)\w*[=:] ?['\"]?[\w]{8,}")
    for name, tree in built.trees.items():
        assert not secret.search("\n".join(tree.values())), name


def test_every_component_has_its_korean_title_somewhere(built: Built) -> None:
    for name, truth in built.truth.repositories.items():
        assert truth.title_ko in "\n".join(built.trees[name].values())
