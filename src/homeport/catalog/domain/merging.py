"""Which described entity of a repository is the one that its templates or definition files declare.

Only where both cannot but mean the same: a name that both give, or the only one of its type on either side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from homeport.catalog.domain.directory import ref_of
from homeport.catalog.domain.fields import DescribedEntity
from homeport.catalog.domain.matching import name_form
from homeport.catalog.domain.reading import ApiDefinition, DeclaredResource
from homeport.catalog.domain.resources import is_resource_type, kebab

_DECLARED_AS = re.compile(r"(^|[./-])(declared-as|logical-id|physical-id|physical-name|terraform-address|arn)$")
"""Annotations that name what a template declares: `homeport.io/declared-as`, `example.com/logical-id`, `.../arn`."""


def merged_resources(
    declared: Sequence[tuple[DeclaredResource, str]], described: Iterable[DescribedEntity], component: str
) -> dict[str, str]:
    """Return for the name of each declared resource that is described too the described one's reference.

    By an annotation, else by the physical name, else by the pattern of it, else by the logical id in kebab case, with
    the component's name before it or without; the last two only where the types do not contradict each other.
    """
    waiting = {ref_of(one.document): one for one in described if _kind(one) == "resource"}
    found: dict[str, str] = {}
    for is_meant in (_is_annotated, _has_physical_name, _fits_pattern, _has_logical_name):
        for resource, name in declared:
            if name in found:
                continue
            names = (name, f"{component}-{resource.address.rpartition('.')[2]}")
            fitting = [ref for ref, one in waiting.items() if is_meant(one, resource, names)]
            if len(fitting) == 1:
                found[name] = fitting[0]
                del waiting[fitting[0]]
    return found


def merged_apis(apis: Sequence[tuple[ApiDefinition, str]], described: Iterable[DescribedEntity]) -> dict[str, str]:
    """Return for each definition file that a described API stands for that API's reference.

    The file that the description includes is certainly the same; else the one of the same type with the same name or
    title; else, where the repository describes and defines just one of a type, that one.
    """
    listed = [one for one in described if _kind(one) == "api"]
    found = {file: ref_of(one.document) for one in listed for file in one.files.values()}
    waiting = {ref_of(one.document): one for one in listed if ref_of(one.document) not in found.values()}
    left = [(api, name) for api, name in apis if api.place.file not in found]
    for api, name in left:
        named = [ref for ref, one in waiting.items() if _type(one) == api.type and _has_name(one, name, api.title)]
        if len(named) == 1:
            found[api.place.file] = named[0]
            del waiting[named[0]]
    for kind in {api.type for api, _ in left}:
        files = [api.place.file for api, _ in apis if api.type == kind]
        refs = [ref_of(one.document) for one in listed if _type(one) == kind]
        if len(files) == 1 and len(refs) == 1 and refs[0] in waiting:
            found.setdefault(files[0], refs[0])
    return found


def _is_annotated(one: DescribedEntity, resource: DeclaredResource, names: tuple[str, ...]) -> bool:
    known = {resource.address, resource.physical_name, *names}
    return any(value in known or re.split(r"[:/]", value)[-1] in known for value in _annotations(one))


def _has_physical_name(one: DescribedEntity, resource: DeclaredResource, _: tuple[str, ...]) -> bool:
    return resource.physical_name is not None and _has_name(one, resource.physical_name)


def _fits_pattern(one: DescribedEntity, resource: DeclaredResource, _: tuple[str, ...]) -> bool:
    pattern = resource.name_pattern
    return pattern is not None and bool(name_form(pattern).fullmatch(_name(one))) and _may_be(one, resource)


def _has_logical_name(one: DescribedEntity, resource: DeclaredResource, names: tuple[str, ...]) -> bool:
    return _has_name(one, *names, resource.address.rpartition(".")[2]) and _may_be(one, resource)


def _may_be(one: DescribedEntity, resource: DeclaredResource) -> bool:
    """Whether the described type does not contradict the declared one: many write words of their own."""
    said = _type(one)
    return said == resource.type or not is_resource_type(said)


def _has_name(one: DescribedEntity, *names: str) -> bool:
    return kebab(_name(one)) in {kebab(name) for name in names if name}


def _annotations(one: DescribedEntity) -> Iterator[str]:
    annotations = _map(_map(one.document.get("metadata")).get("annotations"))
    return (str(value) for key, value in annotations.items() if _DECLARED_AS.search(str(key)))


def _kind(one: DescribedEntity) -> str:
    return str(one.document.get("kind")).lower()


def _name(one: DescribedEntity) -> str:
    return str(one.document["metadata"]["name"]).lower()


def _type(one: DescribedEntity) -> str:
    return str(_map(one.document.get("spec")).get("type", "")).lower()


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
