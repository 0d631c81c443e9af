"""API definitions: OpenAPI, AsyncAPI, protobuf services and GraphQL schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from homeport.catalog.adapters.readers.syntax import BrokenFile, line_of, parse_json, parse_yaml
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.reading import ApiDefinition

_YAML_KEY = re.compile(r"""^["']?(openapi|swagger|asyncapi)["']?[ \t]*:[ \t]*["']?\d""", re.MULTILINE)
_JSON_KEY = re.compile(r"""(?:^|[{,])[ \t]*"(openapi|swagger|asyncapi)"[ \t]*:[ \t]*"\d""", re.MULTILINE)
_COMMENTS = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_SERVICE = re.compile(r"^[ \t]*service\s+(\w+)\s*\{", re.MULTILINE)
_PACKAGE = re.compile(r"^[ \t]*package\s+([\w.]+)\s*;", re.MULTILINE)
_REPOSITORY = r"(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)/[\w.-]+/[\w.-]+"
_ORIGIN = re.compile(
    rf"""^[ \t]*option\s+go_package\s*=\s*"({_REPOSITORY})"""
    r"""|^[ \t]*(?://|\*|#).*\b(?:source|copied|copy|taken|adapted|imported|vendored|borrowed|from)\b"""
    rf"""(?:[^\n]*?|[^\n]*\n[ \t]*(?://|\*|#)[^\n]*?)({_REPOSITORY})""",
    re.MULTILINE | re.IGNORECASE,
)
_STANDARD_PACKAGE = re.compile(
    r"(google\.(api|rpc|longrunning|protobuf|iam|type|logging)|grpc\.(health|reflection|channelz|lookup|lb)|envoy|xds|udpa"
    r"|opentelemetry|buf\.validate)\."
)
_ROOT_TYPE = re.compile(
    r"^[ \t]*(?:extend\s+)?type\s+(Query|Mutation|Subscription)\b|^[ \t]*schema\s*[@{]", re.MULTILINE
)
_TYPE = re.compile(r"^(?:type|input|interface|enum|union)[ \t]+\w+", re.MULTILINE)


def may_be_spec(path: str) -> bool:
    """Whether the file's ending allows an API definition."""
    return path.endswith((".yaml", ".yml", ".json", ".proto", ".graphql", ".graphqls", ".gql"))


def read_spec(path: str, text: str) -> ApiDefinition | None:
    """Return the API that the file defines, None where it defines none.

    Raises:
        BrokenFile: it says that it is a definition, but can't be read.
    """
    if path.endswith(".proto"):
        return _protobuf(path, text)
    if path.endswith((".graphql", ".graphqls", ".gql")):
        return _graphql(path, text)
    return _described(path, text)


def is_versioned(value: Any) -> bool:
    """Whether the value is what definitions have beside `openapi`, `swagger` or `asyncapi`: a version."""
    return isinstance(value, str | int | float) and re.match(r"[1-9]", str(value)) is not None


def declares_types(text: str) -> bool:
    """Whether a GraphQL text declares types; clients' queries and fragments declare none."""
    return _TYPE.search(_without_graphql_comments(text)) is not None


def _described(path: str, text: str) -> ApiDefinition | None:
    """Source: OpenAPI 2.0, 3.0, 3.1 and AsyncAPI 2, 3: the version field at the root tells the kind."""
    said = (_JSON_KEY if path.endswith(".json") else _YAML_KEY).search(text)
    if not said:
        return None
    value: Any = parse_json(text) if path.endswith(".json") else _first(text)
    if not isinstance(value, dict):
        return None
    keys = [key for key in ("openapi", "swagger", "asyncapi") if key in value]
    if not keys or not isinstance(value.get("info"), dict):
        return None
    if keys[0] != "asyncapi" and not any(
        isinstance(value.get(part), dict) for part in ("paths", "webhooks", "components")
    ):
        raise BrokenFile("an OpenAPI document without paths")
    info = value["info"]
    title = str(info.get("title") or "")
    description = str(info.get("description") or info.get("summary") or "").strip().split("\n\n")[0][:500]
    kind = "asyncapi" if keys[0] == "asyncapi" else "openapi"
    channels = tuple(_published(value)) if kind == "asyncapi" else ()
    return ApiDefinition(kind, title, description, text, Place(path, line_of(value, keys[0])), channels)


def _published(value: dict[str, Any]) -> Iterator[str]:
    """The addresses that the application sends to: others subscribe there.

    Source: AsyncAPI 2.6, "Channel Item Object" (`subscribe` is what others may do); AsyncAPI 3.0, "Operation Object"
    (`send` is what the application does).
    """
    channels = {name: one for name, one in _map(value.get("channels")).items() if isinstance(one, dict)}
    if str(value["asyncapi"]).startswith("2"):
        yield from (name for name, one in channels.items() if "subscribe" in one or "publish" not in one)
        return
    operations = [one for one in _map(value.get("operations")).values() if isinstance(one, dict)]
    sending = [_map(one.get("channel")).get("$ref") for one in operations if one.get("action") == "send"]
    sent = {str(reference).rpartition("/")[2] for reference in sending}
    for name, one in channels.items():
        if name in sent or not operations:
            yield address if isinstance(address := one.get("address"), str) else name


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(text: str) -> Any:
    documents = parse_yaml(text)
    return documents[0].value if documents else None


def _protobuf(path: str, text: str) -> ApiDefinition | None:
    """Source: Protocol Buffers Language Guide, "Defining Services"; a file of messages only is no API."""
    service = _SERVICE.search(_COMMENTS.sub(lambda comment: "\n" * comment[0].count("\n"), text))
    if not service:
        return None
    package = _PACKAGE.search(text)
    title = f"{package[1]}.{service[1]}" if package else service[1]
    return ApiDefinition(
        "grpc", title, "", text, Place(path, text.count("\n", 0, text.find(f"service {service[1]}")) + 1)
    )


def is_standard(text: str) -> bool:
    """Whether a protobuf file's package is one that everybody copies: `grpc.health.v1`, `google.rpc`."""
    package = _PACKAGE.search(text)
    return package is not None and _STANDARD_PACKAGE.match(package[1]) is not None


def origin_of(text: str) -> str | None:
    """Return the public repository that a definition says it is from, in lower case, None where it says none.

    A protobuf file's Go package names one, or its first comment does (`// Copied from github.com/x/y`).
    Source: Protocol Buffers, "Go Generated Code Guide", `go_package`.
    """
    found = _ORIGIN.search(text[:4_000])
    return (found[1] or found[2]).lower() if found else None


def _graphql(path: str, text: str) -> ApiDefinition | None:
    """Source: GraphQL specification, "Root Operation Types"; queries and fragments of a client are no API."""
    root = _ROOT_TYPE.search(_without_graphql_comments(text))
    return ApiDefinition("graphql", "", "", text, Place(path, None)) if root else None


def _without_graphql_comments(text: str) -> str:
    """The text without descriptions and comments, each line where it was."""
    return re.sub(r'"""(?:.|\n)*?(?:"""|\Z)|#[^\n]*', lambda gone: "\n" * gone[0].count("\n"), text)
