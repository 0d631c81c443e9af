"""What lists show, filter and sort of an entity, read from its document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput

KOREAN_TITLE = "homeport.io/title.ko"


def columns_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an entity by name; what the document leaves out, or says in another shape, is None.

    The title of a person or group is what their profile calls them, where there is no other.
    """
    metadata, spec = document["metadata"], _mapping(document.get("spec"))
    annotations, profile = _mapping(metadata.get("annotations")), _mapping(spec.get("profile"))
    name = metadata["name"]
    namespace = (metadata.get("namespace") or "default").lower()
    return {
        "ref": f"{document['kind']}:{namespace}/{name}".lower(),
        "kind": document["kind"],
        "namespace": namespace,
        "name": name,
        "sort_name": name.lower(),
        "title": _text(metadata.get("title")) or _text(profile.get("displayName")),
        "title_ko": _text(annotations.get(KOREAN_TITLE)),
        "description": _text(metadata.get("description")),
        "type": _text(spec.get("type")),
        "lifecycle": _text(spec.get("lifecycle")),
        "language": _text(spec.get("language")),
        "owner": _reference(spec.get("owner"), "group", namespace),
        "system": _reference(spec.get("system"), "system", namespace),
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _reference(value: Any, default_kind: str, namespace: str) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        return str(EntityRef.parse(value, default_kind, namespace))
    except InvalidInput:
        return None
