"""Protocol Buffers: services, their rpcs and messages. Source: Protobuf Language Specification (proto3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from homeport.catalog.pages.definitions.model import Api, Body, BrokenDefinition, Operation, Property, Section

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.DOTALL)
_SYNTAX = re.compile(r'^\s*(?:syntax|edition)\s*=\s*"([^"]+)"', re.MULTILINE)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_BLOCK = re.compile(r"\b(service|message|enum)\s+(\w+)\s*\{")
_RPC = re.compile(r"\brpc\s+(\w+)\s*\(\s*(stream\s+)?\.?([\w.]+)\s*\)\s*returns\s*\(\s*(stream\s+)?\.?([\w.]+)\s*\)")
_FIELD = re.compile(r"(?:^|[;{}])\s*(optional\s+|repeated\s+|required\s+)?(map\s*<[^>]+>|\.?[\w.]+)\s+(\w+)\s*=\s*\d+")
_NO_FIELDS = frozenset({"option", "syntax", "package", "import", "reserved", "returns"})
_MOST_FIELDS = 40


def is_protobuf(text: str) -> bool:
    """Whether the text looks like a .proto file."""
    return _SYNTAX.search(text) is not None or re.search(r"^\s*service\s+\w+\s*\{", text, re.MULTILINE) is not None


def read(text: str) -> Api:
    """What a .proto file offers, by service.

    Raises:
        BrokenDefinition: it has neither a service nor a message.
    """
    bare = _STRING_OR_COMMENT.sub(lambda found: " " if found[0][0] == "/" else '""', text)
    blocks = list(_blocks(bare))
    messages = {name: tuple(_fields(body)) for kind, name, body in blocks if kind == "message"}
    sections = tuple(
        Section(name, "", tuple(_rpcs(name, body, messages))) for kind, name, body in blocks if kind == "service"
    )
    if not sections and not messages:
        raise BrokenDefinition("It has neither a service nor a message.")
    syntax, package = _SYNTAX.search(text), _PACKAGE.search(bare)
    return Api(
        format="Protocol Buffers",
        version=syntax[1] if syntax else "proto2",
        title=package[1] if package else "",
        sections=sections or (_only_messages(messages),),
    )


def _blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Kind, name and body of every block, those inside others too."""
    for match in _BLOCK.finditer(text):
        end = _closing(text, match.end())
        yield match[1], match[2], text[match.end() : end]


def _closing(text: str, start: int) -> int:
    """Where the block that begins at `start` ends."""
    depth = 1
    for match in re.finditer(r"[{}]", text[start:]):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return start + match.start()
    return len(text)


def _rpcs(service: str, body: str, messages: Mapping[str, tuple[Property, ...]]) -> Iterator[Operation]:
    for name, sends_many, request, answers_many, response in _RPC.findall(body):
        yield Operation(
            method="STREAM" if sends_many or answers_many else "RPC",
            path=f"{service}/{name}",
            requests=(_body(request, bool(sends_many), messages),),
            responses=(_body(response, bool(answers_many), messages),),
        )


def _body(name: str, is_stream: bool, messages: Mapping[str, tuple[Property, ...]]) -> Body:
    return Body("stream" if is_stream else "message", name, "", messages.get(name.rpartition(".")[2], ()))


def _fields(body: str) -> Iterator[Property]:
    own = re.sub(r"\b(?:message|enum)\s+\w+\s*\{[^{}]*\}", ";", body)
    for number, (label, kind, name) in enumerate(_FIELD.findall(own.replace("]", " "))):
        if kind in _NO_FIELDS or number >= _MOST_FIELDS:
            continue
        kind = f"{kind}[]" if label.strip() == "repeated" else kind
        yield Property(name, kind, is_required=label.strip() == "required")


def _only_messages(messages: Mapping[str, tuple[Property, ...]]) -> Section:
    operations = (
        Operation("MESSAGE", name, responses=(Body("message", name, "", of),)) for name, of in messages.items()
    )
    return Section("", "", tuple(operations))
