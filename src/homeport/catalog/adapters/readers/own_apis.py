"""Which of the definitions in a repository are its own: what it provides, not what it calls, copies or is given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from homeport.catalog.adapters.readers import specs
from homeport.catalog.domain.facts import Manifest
from homeport.catalog.domain.paths import Role, depth_of, role_of
from homeport.catalog.domain.reading import ApiDefinition

_OTHERS_PROTO = re.compile(
    r"(^|/)(google|grpc/(?:health|reflection)|validate|envoy|udpa|xds|opentelemetry/proto|gogoproto|buf/validate"
    r"|protoc-gen-[\w-]+|k8s\.io)/"
)
_CLIENT_WORDS = re.compile(r"\b(client|sdk)\b|클라이언트", re.IGNORECASE)
_DEFINITIONS = re.compile(
    r"\b(proto(s|buf|bufs)?|openapi|asyncapi|swagger|schemas?|idl|specs?|(api|interface|service) definitions?)\b",
    re.IGNORECASE,
)
"""What a package that hands out definitions calls itself: it is no client, whoever it is made for."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of the repository that the definitions lie in."""

    name: str
    component_type: str | None
    manifests: Sequence[Manifest]
    paths: Set[str]


def own_apis(apis: Iterable[ApiDefinition], source: Source) -> list[ApiDefinition]:
    """Return the definitions that the repository provides; those made from others only where there are no others."""
    if _only_calls(source):
        return []
    own = _distinct_apis([one for one in apis if _is_own(one, source)])
    return [one for one in own if role_of(one.place.file) is not Role.GENERATED] or own


def _only_calls(source: Source) -> bool:
    """Whether definitions here are those of others: of what a website, a generated client or an SDK calls."""
    if source.component_type == "website" or ".openapi-generator/VERSION" in source.paths:
        return True
    roots = [one for one in source.manifests if depth_of(one.place.file) == 0 and (one.name or one.description)]
    said = {one.ecosystem: "" for one in roots}
    for one in roots:
        said[one.ecosystem] += f" {one.name or ''} / {one.description or ''}".replace("_", "-")
    is_client = all(_CLIENT_WORDS.search(text) and not _DEFINITIONS.search(text) for text in said.values())
    return bool(said) and is_client and source.component_type == "library"


def _is_own(api: ApiDefinition, source: Source) -> bool:
    """Folders that usually hold others' protocols are one's own where the project is named after them.

    A definition that says which public repository it is from is that one's.
    """
    others = _OTHERS_PROTO.search(api.place.file)
    names = {one.name.lower().replace("_", "-") for one in source.manifests if one.name} | {source.name.lower()}
    if others is not None:
        return any(name.startswith(others[2].replace("/", "-")) for name in names)
    if api.type == "grpc" and specs.is_standard(api.definition):
        return any(name.startswith(("google", "grpc", "envoy", "opentelemetry")) for name in names)
    origin = specs.origin_of(api.definition)
    told = {word for name in names for word in re.findall(r"[a-z]{3,}", name)}
    return origin is None or any(word in origin for word in told)


def _distinct_apis(apis: list[ApiDefinition]) -> list[ApiDefinition]:
    """One for each definition: the same written in YAML and JSON side by side is one, YAML first."""
    ordered = sorted(apis, key=lambda api: (api.place.file.endswith(".json"), api.place.file))
    kept = {(api.type, api.place.file.rpartition(".")[0]): api for api in reversed(ordered)}
    return sorted(kept.values(), key=lambda api: api.place.file)
