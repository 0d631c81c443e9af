"""The kinds of entities that upstream knows, what their specs must hold, and the verdict on a whole document.

Verdicts equal upstream's on a document as it stands in a file, with the model of AiResource, of MCP servers and of
Template installed. References are part of it: one that can't be read (`dependsOn: [orders]` names no kind) makes
upstream drop the entity while it works out the relations. Two things are ours:

- A kind that nobody knows is judged by its envelope; upstream takes it only where a plugin knows it.
- An API of the type mcp-server may have either shape, the usual one with a `definition`, which is upstream's as
  installed, or the one with `remotes`, which is upstream's with the model of MCP servers.

Source: catalog-model 1.10, schemas of kinds, alpha models; scaffolder-common 2.3, Template.v1beta3;
catalog-backend 4.0, BuiltinKindsEntityProcessor and ModelProcessor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.catalog.domain.envelope import envelope_violations
from homeport.catalog.domain.references import full_ref, written_ref
from homeport.catalog.domain.shapes import (
    OBJECT,
    Check,
    Path,
    Violation,
    at_most,
    complain,
    fields,
    filled,
    lacks,
    list_of,
    object_or_list_of,
    one_of,
    text,
    text_or_boolean,
)

__all__ = ["KNOWN_KINDS", "Violation", "violations"]

_USUAL_VERSIONS = ("backstage.io/v1alpha1", "backstage.io/v1beta1")

KNOWN_KINDS: Mapping[str, tuple[str, ...]] = {
    "Component": _USUAL_VERSIONS,
    "API": _USUAL_VERSIONS,
    "Resource": _USUAL_VERSIONS,
    "System": _USUAL_VERSIONS,
    "Domain": _USUAL_VERSIONS,
    "Group": _USUAL_VERSIONS,
    "User": _USUAL_VERSIONS,
    "Location": _USUAL_VERSIONS,
    "Template": ("scaffolder.backstage.io/v1beta3",),
    "AiResource": ("backstage.io/v1alpha1",),
}
"""The kinds that upstream knows, each with its apiVersions."""

_SPELLING = {kind.lower(): kind for kind in KNOWN_KINDS}


def violations(entity: object) -> list[Violation]:
    """Return the rules that a document breaks, those of the envelope and those of its kind; none means it is valid.

    The document is JSON: text as str, keys as str, objects as dict, lists as list.
    """
    found = envelope_violations(entity)
    kind = entity.get("kind") if isinstance(entity, OBJECT) else None
    if not isinstance(kind, str):
        return found
    versions = KNOWN_KINDS.get(kind)
    if versions is not None:
        assert isinstance(entity, OBJECT)
        _check_known(kind, versions, entity, found)
    elif (spelling := _SPELLING.get(kind.lower())) is not None:
        complain(found, ("kind",), kind, f"written '{spelling}'")
    return found


def _check_known(kind: str, versions: tuple[str, ...], entity: Mapping[str, Any], found: list[Violation]) -> None:
    api_version = entity.get("apiVersion")
    if api_version not in versions and all(one.path != ("apiVersion",) for one in found):
        complain(found, ("apiVersion",), api_version, f"{' or '.join(versions)} for the kind {kind}")
    spec = entity.get("spec")
    if isinstance(spec, OBJECT):
        _SHAPES[kind](spec, ("spec",), found)
    elif "spec" not in entity:
        lacks(found, ("spec",))


def _reference(default_kind: str) -> Check:
    wanted = "a reference: name, namespace/name, kind:name or kind:namespace/name"
    if not default_kind:
        wanted = "a reference that says the kind: kind:name or kind:namespace/name"

    def check(value: object, path: Path, found: list[Violation]) -> None:
        if not isinstance(value, str) or full_ref(value, default_kind, "default") is None:
            complain(found, path, value, wanted)

    return check


def _free_references(value: object, path: Path, found: list[Violation]) -> None:
    """Take what no schema knows but relations are made of: references, as text or objects, alone or in a list."""
    if not value and not isinstance(value, (dict, list)):
        return
    listed = isinstance(value, (list, tuple))
    for at, one in enumerate(value if isinstance(value, (list, tuple)) else [value]):
        if written_ref(one, "", "default") is None:
            complain(found, (*path, at) if listed else path, one, "a reference that says the kind: kind:name")


_GROUP, _API, _SYSTEM, _COMPONENT = map(_reference, ("group", "api", "system", "component"))
_ANY, _AI, _USER, _DOMAIN = map(_reference, ("", "airesource", "user", "domain"))
_OWNED = {"type": filled, "lifecycle": filled, "owner": _GROUP, "system": _SYSTEM}
_PROFILE = fields({"displayName": filled, "email": filled, "picture": filled})
_PERMISSIONS = fields({"tags": list_of(text)})
_PARAMETERS = fields({"backstage:permissions": _PERMISSIONS})
_DECORATORS = list_of(fields({"id": text, "input": fields({})}))

_STEP = fields(
    {
        "id": text,
        "name": text,
        "action": text,
        "input": fields({}),
        "if": text_or_boolean,
        "backstage:permissions": _PERMISSIONS,
    },
    required=("action",),
)
_OUTPUT = fields(
    {
        "links": list_of(
            fields({"if": text_or_boolean, "url": filled, "entityRef": filled, "title": filled, "icon": filled})
        ),
        "text": list_of(fields({"if": text_or_boolean, "title": filled, "icon": filled, "content": text})),
    },
    others=text,
)

_OWNED_REQUIRED = ("type", "lifecycle", "owner")
_USUAL_API = fields(_OWNED | {"definition": filled}, required=(*_OWNED_REQUIRED, "definition"))
_MCP_SERVER = fields(
    _OWNED | {"remotes": list_of(fields({"type": filled, "url": filled}, required=("type", "url")), least=1)},
    required=(*_OWNED_REQUIRED, "remotes"),
)


def _api(spec: object, path: Path, found: list[Violation]) -> None:
    usual: list[Violation] = []
    _USUAL_API(spec, path, usual)
    if usual and isinstance(spec, OBJECT) and spec.get("type") == "mcp-server":
        served: list[Violation] = []
        _MCP_SERVER(spec, path, served)
        usual = usual if served and "definition" in spec else served
    found += usual


_AI_RESOURCE = fields(_OWNED, required=_OWNED_REQUIRED)
_AI_RESOURCES = {
    "skill": fields(
        _OWNED
        | {
            "disciplines": list_of(filled),
            "categories": list_of(filled),
            "agents": list_of(filled),
            "dependsOn": list_of(_AI),
            "allowedTools": filled,
            "license": filled,
            "compatibility": at_most(500),
        },
        required=_OWNED_REQUIRED,
    ),
    "rule": fields(
        _OWNED | {"disciplines": list_of(filled), "category": filled, "rationale": filled},
        required=(*_OWNED_REQUIRED, "category", "rationale"),
    ),
    "plugin": fields(_OWNED | {"skills": list_of(_AI), "version": filled}, required=(*_OWNED_REQUIRED, "skills")),
    "marketplace": fields(
        _OWNED | {"plugins": list_of(_AI), "version": filled}, required=(*_OWNED_REQUIRED, "plugins")
    ),
}


def _ai_resource(spec: object, path: Path, found: list[Violation]) -> None:
    said = spec.get("type") if isinstance(spec, OBJECT) else None
    shape = _AI_RESOURCES.get(said, _AI_RESOURCE) if isinstance(said, str) else _AI_RESOURCE
    shape(spec, path, found)


_SHAPES: dict[str, Check] = {
    "Component": fields(
        _OWNED
        | {
            "subcomponentOf": _COMPONENT,
            "providesApis": list_of(_API),
            "consumesApis": list_of(_API),
            "dependsOn": list_of(_ANY),
            "dependencyOf": _free_references,
        },
        required=_OWNED_REQUIRED,
    ),
    "API": _api,
    "Resource": fields(
        {
            "type": filled,
            "owner": _GROUP,
            "dependsOn": list_of(_ANY),
            "dependencyOf": _free_references,
            "system": _SYSTEM,
        },
        required=("type", "owner"),
    ),
    "System": fields({"owner": _GROUP, "domain": _DOMAIN, "type": filled}, required=("owner",)),
    "Domain": fields({"owner": _GROUP, "subdomainOf": _DOMAIN, "type": filled}, required=("owner",)),
    "Group": fields(
        {
            "type": filled,
            "profile": _PROFILE,
            "parent": _GROUP,
            "children": list_of(_GROUP),
            "members": list_of(_USER),
        },
        required=("type", "children"),
    ),
    "User": fields({"profile": _PROFILE, "memberOf": list_of(_GROUP)}, required=("memberOf",)),
    "Location": fields(
        {"type": filled, "target": filled, "targets": list_of(filled), "presence": one_of("required", "optional")}
    ),
    "Template": fields(
        {
            "type": filled,
            "owner": _GROUP,
            "lifecycle": filled,
            "parameters": object_or_list_of(_PARAMETERS),
            "secrets": fields({"schema": fields({})}),
            "presentation": fields(
                {"buttonLabels": fields({"backButtonText": text, "createButtonText": text, "reviewButtonText": text})}
            ),
            "EXPERIMENTAL_recovery": fields({"EXPERIMENTAL_strategy": text}),
            "formDecorators": _DECORATORS,
            "EXPERIMENTAL_formDecorators": _DECORATORS,
            "steps": list_of(_STEP),
            "output": _OUTPUT,
        },
        required=("type", "steps"),
    ),
    "AiResource": _ai_resource,
}
