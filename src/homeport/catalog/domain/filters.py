"""What Backstage's API filters entities by: `filter=` parameters and predicates, read into one small tree.

A `filter=` parameter is a predicate written shorter, so it becomes one first; cursors hold predicates. Keys and values
are compared in lower case.

Source: catalog-backend 4.0, parseEntityFilterParams and applyPredicateEntityFilterToQuery; filter-predicates 0.1,
createZodV3FilterPredicateSchema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from homeport.catalog.domain.index_rows import as_javascript

MOST_VALUES = 10_000
"""As many values a filter may name, all together; both databases take somewhat more."""
MOST_LEVELS = 50

_FIELD = re.compile("(?:[^$\n\r].*)?")
_NO_VALUE = object()
_OPERATORS = ("$exists", "$in", "$contains", "$hasPrefix")

Predicate: TypeAlias = Mapping[str, Any]


class FilterRefused(Exception):
    """A filter can't be understood; `reason` says what is wrong, in upstream's words where it has some."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Has:
    """Entities with one of the values under the key; with any, if `values` is None."""

    key: str
    values: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """Entities with a value under the key that begins so."""

    key: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Every:
    """Entities that all conditions hold for; all entities where there is none."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Entities that one of the conditions holds for; no entity where there is none."""

    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """Entities that the condition does not hold for."""

    condition: Condition


Condition: TypeAlias = Has | HasPrefix | Every | Either | Not


def predicate_of(filters: Sequence[str]) -> Predicate | None:
    """Return the predicate that `filter=` parameters stand for, or None where they say nothing.

    Parameters are alternatives; the conditions of one, with commas between them, all have to hold, but a key that is
    repeated there means one of its values.

    Raises:
        FilterRefused: a condition has no key.
    """
    sets = [found for found in map(_predicate_of_one, filters) if found is not None]
    return (sets[0] if len(sets) == 1 else {"$any": sets}) if sets else None


def condition_of(predicate: object) -> Condition:
    """Return what a predicate means.

    Raises:
        FilterRefused: it is none, or means nothing to the catalog, or is too large.
    """
    condition = _condition(predicate, MOST_LEVELS)
    if sum(_sizes(condition)) > MOST_VALUES:
        raise FilterRefused(f"The filter names more than {MOST_VALUES} values; ask in several requests.")
    return condition


FlatEntity: TypeAlias = Mapping[str, str]
"""A thing with one value under each key, all in lower case."""


def holds(condition: Condition, thing: FlatEntity) -> bool:
    """Whether the condition holds for a flat thing."""
    match condition:
        case Has(key, values):
            return key in thing and (values is None or thing[key] in values)
        case HasPrefix(key, prefix):
            return key in thing and thing[key].startswith(prefix)
        case Every(parts):
            return all(holds(part, thing) for part in parts)
        case Either(parts):
            return any(holds(part, thing) for part in parts)
        case Not(inner):
            return not holds(inner, thing)


def keys_of(condition: Condition) -> Iterator[str]:
    """Yield every key that the condition looks at."""
    match condition:
        case Has(key, _) | HasPrefix(key, _):
            yield key
        case Every(parts) | Either(parts):
            for part in parts:
                yield from keys_of(part)
        case Not(inner):
            yield from keys_of(inner)


def kinds_only(condition: Condition | None) -> tuple[str, ...] | None:
    """Return the kinds, in lower case, if the condition asks for nothing but a kind; else None."""
    while isinstance(condition, Every) and len(condition.conditions) == 1:
        condition = condition.conditions[0]
    return condition.values if isinstance(condition, Has) and condition.key == "kind" else None


def _predicate_of_one(text: str) -> Predicate | None:
    values: dict[str, list[str] | None] = {}
    for statement in (part.strip() for part in text.split(",")):
        if not statement:
            continue
        key, equals, value = statement.partition("=")
        key = key.strip()
        if not key:
            raise FilterRefused(
                f"Invalid filter, '{statement}' is not a valid statement (expected a string on the form a=b or a= or a)"
            )
        known = values.setdefault(key, None)
        if equals:
            values[key] = [*(known or ()), value.strip()]
    parts = [{key: _matcher(named)} for key, named in values.items()]
    return (parts[0] if len(parts) == 1 else {"$all": parts}) if parts else None


def _matcher(values: list[str] | None) -> Any:
    if values is None:
        return {"$exists": True}
    return values[0] if len(values) == 1 else {"$in": values}


def _condition(predicate: object, levels: int) -> Condition:
    if not isinstance(predicate, Mapping):
        if _is_primitive(predicate):
            raise FilterRefused("Invalid filter predicate: top-level primitive values are not supported.")
        raise FilterRefused("Invalid query: a predicate is an object.")
    if levels == 0:
        raise FilterRefused(f"The filter is nested deeper than {MOST_LEVELS} levels.")
    operator = next((key for key in predicate if key.startswith("$")), None)
    if operator is None:
        fields = [_of_field(key, value) for key, value in predicate.items()]
        return fields[0] if len(fields) == 1 else Every(tuple(fields))
    if len(predicate) > 1 or operator not in ("$all", "$any", "$not"):
        raise FilterRefused(f"Invalid query: {operator} is no operator here, or must be the only key.")
    operand = predicate[operator]
    if operator == "$not":
        return Not(_condition(operand, levels - 1))
    if not isinstance(operand, (list, tuple)):
        raise FilterRefused(f"Invalid query: {operator} takes an array.")
    parts = tuple(_condition(part, levels - 1) for part in operand)
    return Every(parts) if operator == "$all" else Either(parts)


def _of_field(written: str, value: object) -> Condition:
    key = written.lower()
    if _FIELD.fullmatch(written) is None:
        raise FilterRefused(f"Invalid query: {written!r} is no key.")
    if _is_primitive(value):
        return Has(key, (_lowered(value),))
    if isinstance(value, Mapping):
        for operator in _OPERATORS:
            operand = value.get(operator, _NO_VALUE)
            if operand is not _NO_VALUE and _fits(operator, operand):
                return _of_operator(key, operator, operand)
    raise FilterRefused(
        f'Invalid query: the field "{key}" takes a primitive value, '
        "or an object with $exists, $in, $hasPrefix or $contains."
    )


def _fits(operator: str, operand: object) -> bool:
    if operator == "$exists":
        return isinstance(operand, bool)
    if operator == "$in":
        return isinstance(operand, (list, tuple)) and all(map(_is_primitive, operand))
    return isinstance(operand, str) if operator == "$hasPrefix" else True


def _of_operator(key: str, operator: str, operand: Any) -> Condition:
    if operator == "$exists":
        return Has(key) if operand else Not(Has(key))
    if operator == "$in":
        return Has(key, tuple(dict.fromkeys(map(_lowered, operand))))
    if operator == "$hasPrefix":
        return HasPrefix(key, operand.lower())
    if _is_primitive(operand):
        return Has(key, (_lowered(operand),))
    if key != "relations" or not isinstance(operand, Mapping):
        raise FilterRefused(f'Object form of $contains is not supported for field "{key}"')
    return _of_relation(operand)


def _of_relation(wanted: Mapping[str, Any]) -> Condition:
    said: dict[str, Any] = {}
    for name, value in wanted.items():
        key = name.lower()
        if key not in ("type", "targetref") or key in said:
            raise FilterRefused(
                f'Unsupported or duplicate key "{name}" in $contains for "relations". '
                'Only "type" and "targetRef" are supported'
            )
        said[key] = value
    if not isinstance(said.get("type"), str) or not said["type"]:
        raise FilterRefused('The $contains operator for "relations" requires a "type" string property')
    key = f"relations.{said['type'].lower()}"
    if "targetref" not in said:
        return Has(key)
    target = said["targetref"]
    targets = target.get("$in") if isinstance(target, Mapping) and len(target) == 1 else [target]
    if not isinstance(targets, (list, tuple)) or not targets or not all(isinstance(one, str) for one in targets):
        raise FilterRefused('"targetRef" takes a string or { "$in": [strings] }, at least one')
    return Has(key, tuple(one.lower() for one in targets))


def _sizes(condition: Condition) -> Iterator[int]:
    match condition:
        case Has(_, values):
            yield len(values or ()) or 1
        case HasPrefix():
            yield 1
        case Not(inner):
            yield from _sizes(inner)
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _sizes(part)


def _is_primitive(value: object) -> bool:
    return isinstance(value, (str, int, float))


def _lowered(value: object) -> str:
    """A value as upstream compares it: as JavaScript writes it, in lower case."""
    return (value if isinstance(value, str) else as_javascript(value)).lower()
