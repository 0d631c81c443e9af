"""Definitions of which only the beginning is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from homeport.catalog.adapters.readers.large_specs import GIT_MAX_BYTES, HEAD_BYTES, is_large, read_head, read_heads
from homeport.catalog.adapters.readers.syntax import MAX_BYTES
from homeport.catalog.domain.reading import Reading
from homeport.forges.git import open_tree

Read = Callable[..., Reading]
SIZE = 2_500_000
HEAD = '{"openapi": "3.0.3", "info": {"title": "Orders", "version": "1", "description": "Takes orders."}, "paths": {"/a'


def many_paths(count: int = 30_000) -> dict[str, object]:
    return {f"/orders/{number}": {"get": {"summary": "x" * 20}} for number in range(count)}


def test_a_cut_off_document_still_tells_its_kind_and_title() -> None:
    api = read_head("openapi.json", HEAD, SIZE)
    assert api is not None
    assert (api.type, api.title, api.description) == ("openapi", "Orders", "Takes orders.")


def test_the_stand_in_says_where_the_whole_is() -> None:
    api = read_head("spec/openapi.json", HEAD, SIZE)
    assert api is not None
    document = yaml.safe_load(api.definition)
    assert (document["openapi"], document["paths"]) == ("3.0.3", {})
    assert "spec/openapi.json" in document["info"]["description"]
    assert "2.5 MB" in document["info"]["description"]


@pytest.mark.parametrize(
    ("path", "head", "kind", "title"),
    [
        ("api.yaml", "openapi: 3.1.0\ninfo:\n  title: Stock\n  version: '1'\npaths:\n  /a: {x: [", "openapi", "Stock"),
        ("api.yml", '# ours\n"swagger": "2.0"\ninfo:\n  title: "Old"\npaths:\n', "openapi", "Old"),
        ("events.yaml", "asyncapi: 2.6.0\ninfo: {title: Events, version: 1}\nchannels:\n  a: {", "asyncapi", "Events"),
        ("s.json", '{"swagger":"2.0","info":{"title":"Flat"},"definitions":{"A', "openapi", "Flat"),
        ("schema.graphql", "type Query {\n  orders: [Order]\n}\n", "graphql", ""),
        ("schema.graphql", '"""An order"""\ninput OrderInput {\n  id: ID\n}\n', "graphql", ""),
    ],
)  # fmt: skip
def test_every_kind_is_known_by_its_beginning(path: str, head: str, kind: str, title: str) -> None:
    api = read_head(path, head, SIZE)
    assert api is not None
    assert (api.type, api.title) == (kind, title)


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("api.json", '{"openapi": "3.0.0", "info": {"title": "cut off he'),
        ("api.json", '{"components": {"a": 1'),
        ("api.json", "[" * HEAD_BYTES),
        ("api.json", '{"a":' + "[" * HEAD_BYTES),
        ("api.json", '{"' + '\\"' * 100_000),
        ("api.json", '{"openapi": ' + "9" * HEAD_BYTES),
        ("api.yaml", "openapi: 3.0.0\npaths:\n"),
        ("api.yaml", "openapi: 3.0.0\ninfo:\n  - [[[{{{\n"),
        ("api.yaml", "info: {title: x}\nopenapi: soon\n"),
        ("api.yaml", " " * HEAD_BYTES),
        ("queries.graphql", "query Orders {\n  orders { id }\n}\n"),
        ("schema.graphql", '"""' * 80_000),
    ],
)
def test_a_beginning_that_does_not_tell_is_no_api(path: str, head: str) -> None:
    assert read_head(path, head, SIZE) is None


def test_only_files_over_the_limit_are_large() -> None:
    assert is_large("openapi.json", MAX_BYTES + 1)
    assert not is_large("openapi.json", MAX_BYTES)
    assert not is_large("order.proto", MAX_BYTES + 1)


def test_an_api_too_large_to_be_kept_is_in_the_catalog_and_the_finding_says_so(read: Read) -> None:
    text = json.dumps({"openapi": "3.0.0", "info": {"title": "Orders", "version": "1"}, "paths": many_paths()})
    reading = read("order-api", {"openapi.json": text, "main.py": "x = 1\n"})
    assert [(api.title, api.place.file) for api in reading.apis] == [("Orders", "openapi.json")]
    assert len(reading.apis[0].definition) < 1_000
    [problem] = reading.problems
    assert problem.parameters["reason"].endswith("only the beginning of definitions over 1000000 bytes is read")


def test_a_large_file_of_data_is_no_api_and_no_finding(read: Read) -> None:
    reading = read("order-api", {"schema/zip-codes.json": json.dumps(many_paths()), "main.py": "x = 1\n"})
    assert (reading.apis, reading.problems) == ((), ())


def test_what_git_would_hand_out_whole_is_not_asked_for(read: Read) -> None:
    reading = read("order-api", {"openapi.json": HEAD.encode() + b" " * GIT_MAX_BYTES, "main.py": "x = 1\n"})
    assert reading.apis == ()
    assert reading.problems[0].parameters["reason"].endswith("are not read")


def test_only_the_head_of_a_file_on_disk_is_read(tmp_path: Path) -> None:
    with (tmp_path / "openapi.json").open("wb") as file:
        file.write(HEAD.encode())
        file.truncate(GIT_MAX_BYTES * 4)  # sparse: the rest is NUL
    [(path, text)] = read_heads(open_tree(tmp_path), {"openapi.json": GIT_MAX_BYTES * 4}, ["openapi.json"])
    assert (path, text) == ("openapi.json", None)
    (tmp_path / "openapi.json").write_text(HEAD + "é" * HEAD_BYTES)
    [(_, text)] = read_heads(open_tree(tmp_path), {"openapi.json": 3 * HEAD_BYTES}, ["openapi.json"])
    assert text is not None
    assert len(text) < HEAD_BYTES
