"""API definitions made readable: what an OpenAPI, AsyncAPI or protobuf file offers, for the page of an API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from homeport.catalog.pages.definitions import asyncapi, openapi, protobuf
from homeport.catalog.pages.definitions.document import parse
from homeport.catalog.pages.definitions.model import Api, BrokenDefinition

__all__ = ["Api", "read", "text_of"]

_MOST_BYTES = 1_000_000


def text_of(document: Mapping[str, Any]) -> str:
    """The definition that an entity's document holds, or ""."""
    spec = document.get("spec")
    definition = spec.get("definition") if isinstance(spec, Mapping) else None
    return definition if isinstance(definition, str) else ""


@lru_cache(maxsize=64)
def read(kind: str, text: str) -> Api:
    """What a definition offers; with `trouble` set where it can't be read, and empty where we don't read its kind."""
    try:
        return _read(kind, text)
    except BrokenDefinition as error:
        return Api(trouble=str(error))
    except RecursionError:
        return Api(trouble="It is nested too deeply to be read.")


def _read(kind: str, text: str) -> Api:
    if len(text) > _MOST_BYTES:
        raise BrokenDefinition(f"It has {len(text):,} characters; up to {_MOST_BYTES:,} are read.")
    if kind == "grpc" or (kind not in ("openapi", "asyncapi") and protobuf.is_protobuf(text)):
        return protobuf.read(text)
    if kind == "graphql":
        return Api()
    document = parse(text)
    if "asyncapi" in document:
        return asyncapi.read(document)
    if "openapi" in document or "swagger" in document:
        return openapi.read(document)
    if kind in ("openapi", "asyncapi"):
        raise BrokenDefinition(f"The key `{kind}` with the version is missing, so it can't be read as {kind}.")
    return Api()
