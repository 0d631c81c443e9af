"""References to entities as documents write them: `[kind:][namespace/]name`, or a mapping of the three.

Upstream reads them leniently: parts must be there, but need not obey the rules of names, so that `owner: Platform Team`
leads to `group:default/platform team`, which nobody can be called. So do we.

Source: catalog-model 1.10, parseEntityRef and stringifyEntityRef.
"""

from __future__ import annotations

from collections.abc import Mapping


def full_ref(text: str, default_kind: str, namespace: str) -> str | None:
    """Return `kind:namespace/name` in lower case, or None where a part is empty or the kind is not known.

    `default_kind` and `namespace` stand in for what the text leaves out; an empty `default_kind` means that the text
    must name one.
    """
    colon = text.find(":")
    slash = text.find("/")
    if -1 < slash < colon:
        colon = -1
    if slash > -1:
        namespace = text[colon + 1 : slash]
    name = text[max(colon, slash) + 1 :]
    kind = default_kind if colon == -1 else text[:colon]
    return f"{kind}:{namespace}/{name}".lower() if kind and namespace and name else None


def written_ref(value: object, default_kind: str, namespace: str) -> str | None:
    """Return the full reference that a value of a document stands for, text or mapping, or None where it is none."""
    if isinstance(value, str):
        return full_ref(value, default_kind, namespace)
    if not isinstance(value, Mapping):
        return None
    parts = (_part(value, "kind", default_kind), _part(value, "namespace", namespace), _part(value, "name", ""))
    if not all(isinstance(part, str) and part for part in parts):
        return None
    return "{}:{}/{}".format(*parts).lower()


def _part(value: Mapping[object, object], name: str, default: str) -> object:
    part = value.get(name)
    return default if part is None else part
