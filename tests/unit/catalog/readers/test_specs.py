"""What is an API definition, and what only looks like one."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.catalog.adapters.readers.specs import origin_of, read_spec
from homeport.catalog.adapters.readers.syntax import BrokenFile

OPENAPI = "openapi: 3.1.0\ninfo:\n  title: 주문 API\n  description: Orders.\n  version: '1'\npaths: {}\n"


@pytest.mark.parametrize(
    ("path", "text", "kind", "title", "line"),
    [
        ("openapi.yaml", OPENAPI, "openapi", "주문 API", 1),
        ("a.yml", f"# ours\n{OPENAPI}", "openapi", "주문 API", 2),
        ("a.json", '{"swagger":"2.0","info":{"title":"T"},"paths":{}}', "openapi", "T", None),
        ("a.json", '{"info":{"title":"T"},"openapi":"3.0.0","paths":{}}', "openapi", "T", None),
        ("events.yaml", "asyncapi: 3.0.0\ninfo: {title: Events, version: '1'}\n", "asyncapi", "Events", 1),
        ("a.proto", 'syntax = "proto3";\npackage stock.v1;\nservice Stock {\n}\n', "grpc", "stock.v1.Stock", 3),
        ("schema.graphql", "type Query {\n  order: String\n}\n", "graphql", "", None),
        ("schema.graphqls", "schema {\n  query: Q\n}\n", "graphql", "", None),
    ],
)
def test_definitions_are_told_by_their_content(path: str, text: str, kind: str, title: str, line: int | None) -> None:
    api = read_spec(path, text)
    assert api is not None
    assert (api.type, api.title, api.place.line, api.definition) == (kind, title, line, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("values.yaml", "image:\n  openapi: 3.0.0\n"),
        ("a.yaml", "openapi: generated\ninfo: {title: x}\n"),
        ("a.yaml", "openapi: 3.0.0\n"),
        ("messages.proto", 'syntax = "proto3";\nmessage Order {}\n// service Fake {\n/* service Other { */\n'),
        ("query.graphql", "query Orders { orders { id } }\n"),
        ("types.graphql", '"""\ntype Query\n"""\ntype Order { id: ID }\n'),
        ("package.json", '{"name": "openapi", "version": "3.0.0"}'),
    ],
)
def test_what_defines_no_api_is_none(path: str, text: str) -> None:
    assert read_spec(path, text) is None


@pytest.mark.parametrize("text", ["openapi: 3.0.0\ninfo: [\n", "openapi: 3.0.0\ninfo: {title: x}\n"])
def test_a_definition_that_cannot_be_read_is_broken(text: str) -> None:
    with pytest.raises(BrokenFile):
        read_spec("openapi.yaml", text)


@given(st.text(max_size=200), st.sampled_from(["a.proto", "a.graphql", "a.yaml", "a.json"]))
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    with suppress(BrokenFile):
        read_spec(path, text)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ('syntax = "proto3";\noption go_package = "github.com/Others/wallet/rpc";\n', "github.com/others/wallet"),
        ("// Copied from https://github.com/others/wallet/blob/main/wallet.proto\n", "github.com/others/wallet"),
        ("// See https://github.com/others/wallet for its use\n", None),
        ('option go_package = "stock/v1;stockv1";\n', None),
    ],
)
def test_a_protocol_may_say_whose_it_is(text: str, origin: str | None) -> None:
    assert origin_of(text) == origin
