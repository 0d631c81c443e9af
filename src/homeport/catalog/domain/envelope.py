"""The rules of what all entities share: apiVersion, kind and metadata.

Verdicts equal upstream's on a document as it stands in a file. There, `annotations` with nothing in it (null, false, 0
or '') counts as none, because the catalog puts its own among them before it looks; the catalog's own root fields,
`relations` and `status`, can't be stated.

Source: catalog-model 1.10: schemas Entity and EntityMeta, SchemaValidEntityPolicy, NoForeignRootFieldsEntityPolicy,
FieldFormatEntityPolicy and its validators; catalog-backend 4.0: CatalogBuilder and ProcessorOutputCollector.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from homeport.catalog.domain.shapes import OBJECT, Path, Violation, complain, dotted, filled, lacks, shown, text
from homeport.catalog.domain.urls import is_url

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_NAME_RULE = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_PREFIX = rf"(?:(?=[^/]{{1,253}}/){_LABEL}(?:\.{_LABEL})*/)?"

_is_api_version = re.compile(rf"{_PREFIX}[A-Za-z0-9]{{1,63}}").fullmatch
_is_kind = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}").fullmatch
_is_name = re.compile(_NAME_RULE).fullmatch
_is_namespace = re.compile(_LABEL).fullmatch
_is_key = re.compile(_PREFIX + _NAME_RULE).fullmatch
_is_tag = re.compile(r"(?!.{64})[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*").fullmatch

_NAME_WANTED = "1 to 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
_KEY_WANTED = f"{_NAME_WANTED}, after a DNS name and '/' if there is a prefix"

_ROOT = frozenset({"apiVersion", "kind", "metadata", "spec"})
_SERVED = frozenset({"relations", "status"})
_BLANK = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
_BLANK += "\u202f\u205f\u3000\ufeff"
"""What JavaScript's trim takes away, which is not quite what Python's strip does."""


def envelope_violations(entity: object) -> list[Violation]:
    """Return the rules of the envelope that a document breaks; none of them looks into `spec`."""
    found: list[Violation] = []
    if not isinstance(entity, OBJECT):
        complain(found, (), entity, "an object with apiVersion, kind and metadata")
        return found
    if not entity.keys() <= _ROOT:
        for name in entity:
            if name not in _ROOT:
                _foreign(name, found)
    api_version, kind = entity.get("apiVersion"), entity.get("kind")
    if not (isinstance(api_version, str) and _is_api_version(api_version)):
        wanted = "a version such as 'backstage.io/v1alpha1': a DNS name, '/' and 1 to 63 letters and digits"
        _absent_or_wrong(found, entity, "apiVersion", wanted)
    if not (isinstance(kind, str) and _is_kind(kind)):
        _absent_or_wrong(found, entity, "kind", "1 to 63 letters and digits, beginning with a letter")
    if "spec" in entity and not isinstance(entity["spec"], OBJECT):
        complain(found, ("spec",), entity["spec"], "an object")
    metadata = entity.get("metadata")
    if not isinstance(metadata, OBJECT):
        _absent_or_wrong(found, entity, "metadata", "an object")
        return found
    _check_metadata(metadata, found)
    return found


def _foreign(name: object, found: list[Violation]) -> None:
    if name in _SERVED:
        message = f"{name} is worked out by the catalog and can't be stated; leave it out."
    else:
        message = f"{shown(name)} is no field of an entity: allowed are apiVersion, kind, metadata and spec."
    found.append(Violation((str(name),), message))


def _absent_or_wrong(found: list[Violation], holder: object, name: str, wanted: str, path: Path = ()) -> None:
    assert isinstance(holder, OBJECT)
    if name in holder:
        complain(found, (*path, name), holder[name], wanted)
    else:
        lacks(found, (*path, name))


def _check_metadata(metadata: Mapping[str, object], found: list[Violation]) -> None:
    name = metadata.get("name")
    if not (isinstance(name, str) and _is_name(name)):
        _absent_or_wrong(found, metadata, "name", _NAME_WANTED, ("metadata",))
    for field, value in metadata.items():
        check = _METADATA.get(field)
        if check is not None:
            check(value, ("metadata", field), found)


def _check_namespace(value: object, path: Path, found: list[Violation]) -> None:
    if not (isinstance(value, str) and _is_namespace(value)):
        wanted = "1 to 63 small letters, digits and '-', beginning and ending with a letter or digit"
        complain(found, path, value, wanted)


def _check_labels(value: object, path: Path, found: list[Violation]) -> None:
    if not isinstance(value, OBJECT):
        complain(found, path, value, "an object")
        return
    for key, one in value.items():
        _check_key(key, path, found)
        if not (isinstance(one, str) and (not one or _is_name(one))):
            complain(found, (*path, key), one, f"empty text or {_NAME_WANTED}")


def _check_annotations(value: object, path: Path, found: list[Violation]) -> None:
    if not isinstance(value, OBJECT):
        if value or isinstance(value, (list, tuple)):
            complain(found, path, value, "an object")
        return
    for key, one in value.items():
        _check_key(key, path, found)
        if not isinstance(one, str):
            text(one, (*path, key), found)


def _check_key(key: object, path: Path, found: list[Violation]) -> None:
    if not (isinstance(key, str) and _is_key(key)):
        said = f"{dotted(path)} has the key {shown(key)}, but a key must be {_KEY_WANTED}."
        found.append(Violation((*path, str(key)), said))


def _check_tags(value: object, path: Path, found: list[Violation]) -> None:
    if not isinstance(value, (list, tuple)):
        complain(found, path, value, "a list")
        return
    for at, tag in enumerate(value):
        if not (isinstance(tag, str) and _is_tag(tag)):
            complain(
                found, (*path, at), tag, "1 to 63 small letters, digits, ':', '+' and '#', with single '-' between"
            )


def _check_links(value: object, path: Path, found: list[Violation]) -> None:
    if not isinstance(value, (list, tuple)):
        complain(found, path, value, "a list")
        return
    for at, link in enumerate(value):
        _check_link(link, (*path, at), found)


def _check_link(link: object, path: Path, found: list[Violation]) -> None:
    if not isinstance(link, OBJECT):
        complain(found, path, link, "an object with a url")
        return
    url = link.get("url")
    if not (isinstance(url, str) and is_url(url)):
        _absent_or_wrong(found, link, "url", "a whole URL such as 'https://example.com/'", path)
    for field in ("title", "icon"):
        if field in link:
            said = link[field]
            if not (isinstance(said, str) and said.strip(_BLANK)):
                complain(found, (*path, field), said, "text that is not blank")
    if "type" in link:
        filled(link["type"], (*path, "type"), found)


_METADATA = {
    "uid": filled,
    "etag": filled,
    "namespace": _check_namespace,
    "title": filled,
    "description": text,
    "labels": _check_labels,
    "annotations": _check_annotations,
    "tags": _check_tags,
    "links": _check_links,
}
