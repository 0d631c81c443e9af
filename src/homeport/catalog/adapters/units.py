"""The content of a unit: its documents, what their placeholders stand for, what they lead to, and what is wrong.

Nothing is lost without a word: whatever keeps a document out of the catalog is a problem with its file and line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from homeport.catalog.adapters.documents import Document, line_of, lines_at, read_documents
from homeport.catalog.adapters.placeholders import substitute
from homeport.catalog.adapters.sources import Source, TargetRefused
from homeport.catalog.domain.described import Described, Target, UnitReading
from homeport.catalog.domain.fields import Place, Problem
from homeport.catalog.domain.kinds import KNOWN_KINDS, violations
from homeport.catalog.domain.locations import LocationType
from homeport.catalog.domain.references import full_ref
from homeport.kernel.base.errors import SourceUnreadable

LOCATION_ANNOTATION = "backstage.io/managed-by-location"
ORIGIN_ANNOTATION = "backstage.io/managed-by-origin-location"
_MOST_REASONS = 3
_KNOWN_KINDS = frozenset(kind.lower() for kind in KNOWN_KINDS)


def read_unit(source: Source, key: str, data: bytes, origin: str, other_kinds: Collection[str] = ()) -> UnitReading:
    """Return what the content under `key` tells.

    Args:
        origin: the location that reading began with, as Backstage's annotations write it, `type:target`.
        other_kinds: kinds beside the usual ones that are let in, in lower case.
    """
    reading = UnitReading()
    documents, broken = read_documents(data)
    reading.is_partial = bool(broken)
    for one in broken:
        reading.problems.append(_problem("catalog.broken-file", key, one.line, reason=one.reason))
    annotations = {LOCATION_ANNOTATION: source.location_of(key), ORIGIN_ANNOTATION: origin}
    if origin.startswith(f"{LocationType.BACKSTAGE}:"):
        annotations = {}  # what a Backstage says of where its entities come from is told on
    for document in documents:
        _take(reading, source, key, document, annotations, other_kinds)
    return reading


def _take(
    reading: UnitReading,
    source: Source,
    key: str,
    document: Document,
    annotations: dict[str, str],
    other_kinds: Collection[str],
) -> None:
    value = document.value
    if "$" in document.text:
        value, includes, unresolved = substitute(value, key, source)
        reading.includes |= {one.key: one.version for one in includes}
        if unresolved:
            for one in unresolved:
                line = _line(document, one.path)
                told = {"target": one.target, "reason": one.reason}
                reading.problems.append(_problem("catalog.unresolved-reference", key, line, _ref(value), **told))
            _keep(reading, value, document)
            return
    wrong = violations(value)
    if wrong:
        reason = "; ".join(one.message.rstrip(".") for one in wrong[:_MOST_REASONS])
        line = _line(document, wrong[0].path)
        reading.problems.append(_problem("catalog.invalid-entity", key, line, _ref(value), reason=reason))
        _keep(reading, value, document)
        return
    kind = value["kind"].lower()
    if kind not in _KNOWN_KINDS and kind not in other_kinds:
        told = {"kind": value["kind"], "entity": _ref(value)}
        reading.rejected[_ref(value)] = _owner(value)
        line = _line(document, ("kind",))
        reading.problems.append(_problem("catalog.unknown-kind", key, line, _ref(value), **told))
        return
    ref = _ref(value)
    if kind == "location" and annotations:  # a Backstage has followed its Locations already
        _follow(reading, source, key, document, value, ref)
    reading.entities.append(Described(ref, _annotated(value, annotations), document.text, document.line))


def _keep(reading: UnitReading, value: Any, document: Document) -> None:
    """What was known of an entity stays while its document can't be taken in."""
    ref = _ref(value)
    if ref:
        reading.entities.append(Described(ref, {}, document.text, document.line, is_kept=True))
        reading.rejected[ref] = _owner(value)


def _follow(
    reading: UnitReading, source: Source, key: str, document: Document, value: dict[str, Any], ref: str
) -> None:
    spec = value.get("spec") or {}
    is_optional = spec.get("presence") == "optional"
    targets = [(("spec", *path), target) for path, target in _targets(spec)]
    lines = lines_at(document.text, [path for path, _ in targets])
    for path, target in targets:
        line = document.line + (lines[path] or 1) - 1
        try:
            is_missing = not source.keys_of(key, target)
            reason = "matches no file" if is_missing and not is_optional else ""
        except TargetRefused as refused:
            reason = refused.reason
        except SourceUnreadable as trouble:
            reason = "" if is_optional else trouble.message
        if reason:
            told = {"target": target, "reason": reason}
            reading.problems.append(_problem("catalog.unresolved-reference", key, line, ref, **told))
        reading.targets.setdefault(target, Target(ref, is_optional, key, line))


def led_to(source: Source, key: str, targets: Mapping[str, Target]) -> Iterator[tuple[str, Target]]:
    """Return the keys that the targets of a unit mean now; what can't be followed was told when the unit was read."""
    for text, target in targets.items():
        try:
            for found in source.keys_of(key, text):
                yield found, target
        except (TargetRefused, SourceUnreadable):
            continue


def unreadable(key: str, reason: str, target: Target) -> Problem:
    """What is wrong where a unit can't be read, told at the line that leads to it, where there is one."""
    place = Place(target.file, target.line) if target.file else Place(key)
    return Problem("catalog.unreadable-source", place, {"file": key, "reason": reason}, entity=target.by)


def _owner(value: dict[str, Any]) -> str | None:
    """The owner that a document names, whatever else is wrong with it."""
    spec, metadata = value.get("spec"), value.get("metadata")
    owner = spec.get("owner") if isinstance(spec, dict) else None
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    if not isinstance(owner, str):
        return None
    return full_ref(owner, "group", namespace if isinstance(namespace, str) and namespace else "default")


def _targets(spec: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(spec.get("target"), str):
        yield ("target",), spec["target"]
    for index, target in enumerate(spec.get("targets") or ()):
        yield ("targets", index), target


def _annotated(value: dict[str, Any], annotations: dict[str, str]) -> dict[str, Any]:
    metadata = value["metadata"]
    namespace = metadata.get("namespace") or "default"
    told = {**(metadata.get("annotations") or {}), **annotations}
    return {**value, "metadata": {**metadata, "namespace": namespace, "annotations": told}}


def _ref(value: Any) -> str:
    """The reference that a document would have, valid or not; "" where none can be made out."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    kind, name = value.get("kind") if isinstance(value, dict) else None, None
    if isinstance(metadata, dict):
        name = metadata.get("name")
        namespace = metadata.get("namespace") or "default"
        if isinstance(kind, str) and isinstance(name, str) and isinstance(namespace, str):
            return f"{kind}:{namespace}/{name}".lower()
    return ""


def _line(document: Document, path: Iterable[str | int]) -> int:
    """The line in the file of the field at `path`, or of what it is missing from."""
    return document.line + (line_of(document.text, tuple(path)) or 1) - 1


def _problem(rule: str, key: str, line: int | None, ref: str = "", **told: str) -> Problem:
    return Problem(rule, Place(key, line), {"file": key, "line": str(line or ""), **told}, entity=ref)
