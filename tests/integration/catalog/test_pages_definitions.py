"""API definitions, whole and broken, as the viewer reads them."""

from __future__ import annotations

import time

import pytest

from homeport.catalog.pages import definitions
from homeport.catalog.pages.definitions.model import Property

ASYNCAPI_3 = """
asyncapi: 3.0.0
info: {title: Order events, version: 1.0.0}
channels:
  placed:
    address: order.placed.v1
    messages: {placed: {$ref: "#/components/messages/Placed"}}
operations:
  publish: {action: send, channel: {$ref: "#/channels/placed"}, summary: An order was placed}
components:
  messages:
    Placed: {name: OrderPlaced, payload: {type: object, properties: {orderId: {type: string}}}}
"""

PROTO = """
syntax = "proto3";
package saebom.point.v1;
// service Commented { rpc No (A) returns (B); }
service PointLedger {
  rpc Grant (GrantRequest) returns (GrantReply);
  rpc Watch (GrantRequest) returns (stream GrantReply) { option deadline = "1s"; }
}
message GrantRequest { string member_id = 1; repeated int64 points = 2; map<string, string> labels = 3; }
message GrantReply { int64 balance = 1; }
"""

SWAGGER = """
{"swagger": "2.0", "host": "a.example", "basePath": "/v1", "paths": {"/x": {"post": {"operationId": "makeX",
 "parameters": [{"in": "body", "name": "b", "schema": {"type": "object", "properties": {"n": {"type": "integer"}}}}],
 "responses": {"201": {"description": "Made"}}}}}}
"""


def test_an_asyncapi_channel_shows_what_is_sent() -> None:
    api = definitions.read("asyncapi", ASYNCAPI_3)
    (operation,) = api.sections[0].operations
    assert (api.sections[0].name, operation.method, operation.summary) == (
        "order.placed.v1",
        "SEND",
        "An order was placed",
    )
    assert operation.responses[0].properties == (Property("orderId", "string"),)


def test_a_protobuf_service_shows_its_rpcs_and_messages() -> None:
    api = definitions.read("grpc", PROTO)
    grant, watch = api.sections[0].operations
    assert (api.title, grant.path, grant.method, watch.method) == (
        "saebom.point.v1",
        "PointLedger/Grant",
        "RPC",
        "STREAM",
    )
    assert [one.name for one in grant.requests[0].properties] == ["member_id", "points", "labels"]
    assert grant.requests[0].properties[1].type == "int64[]"


def test_swagger_2_is_read_too() -> None:
    api = definitions.read("openapi", SWAGGER)
    (operation,) = api.sections[0].operations
    assert (operation.summary, operation.requests[0].properties[0].name, api.servers) == (
        "makeX",
        "n",
        ("a.example/v1",),
    )


@pytest.mark.parametrize(
    ("kind", "text", "reason"),
    [
        ("openapi", "openapi: {a: b: c}", "line 1"),
        ("openapi", "just words", "no mapping"),
        ("openapi", "title: Orders", "is missing"),
        ("openapi", '{"openapi": ', "Expecting value"),
        ("openapi", "x" * 1_000_001, "characters"),
        ("openapi", "a: " + "[" * 100_000, "nested"),
        ("openapi", "- " * 100_000 + "a", "nested"),
        ("openapi", '{"a":' * 100_000, "nested"),
        ("grpc", "hello", "neither a service nor a message"),
    ],
)
def test_what_cannot_be_read_says_why(kind: str, text: str, reason: str) -> None:
    trouble = definitions.read(kind, text).trouble
    assert trouble
    assert reason in trouble


@pytest.mark.parametrize(
    "text",
    [
        "openapi: 3.0.0\npaths: 7",
        "openapi: 3.0.0\npaths: {/x: 3, /y: {get: []}, /z: {get: {tags: 4, parameters: [1], responses: [2]}}}",
        "openapi: 3.0.0\ninfo: []\ntags: [1, {name: []}]\nservers: {}\npaths: {/x: {$ref: '#/paths/~1x'}}",
        "asyncapi: 2.6.0\nchannels: {a: 1, b: {publish: {message: {oneOf: [1, {$ref: '#/nowhere'}]}}}}",
    ],
)
def test_odd_documents_are_shown_as_far_as_they_go(text: str) -> None:
    assert definitions.read("", text).trouble == ""


def test_a_bomb_of_merges_is_refused() -> None:
    levels = "\n".join(f"a{n}: &a{n} {{k{n}: 1, <<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12))
    assert "merges" in definitions.read("openapi", f"openapi: 3.0.0\na0: &a0 {{x: 1}}\n{levels}").trouble


def test_a_bomb_of_references_is_shown_at_once() -> None:
    levels = "\n".join(
        f"a{n}: &a{n} {{type: object, properties: {{x: *a{n - 1}, y: *a{n - 1}}}}}" for n in range(1, 40)
    )
    text = (
        f"openapi: 3.0.0\na0: &a0 {{type: string}}\n{levels}\n"
        "paths: {/x: {get: {responses: {'200': {content: {j: {schema: *a39}}}}}}}"
    )
    began = time.process_time()
    assert definitions.read("openapi", text).operation_count == 1
    assert time.process_time() - began < 2
