"""Requests as Backstage's clients send them, and refusals in the words they know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from homeport.catalog.domain.filters import Condition, FilterRefused, Predicate, condition_of
from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import Actor

_JSON = re.compile(r"application/json($|;)")
_INTEGER = re.compile(r"[+-]?\d{1,12}")
_MOST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: `target` is its path and query without the prefix, `actor` may do what is asked for."""

    actor: Actor
    target: str
    names: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes
    headers: Mapping[str, str]

    def name(self, key: str) -> str:
        """Return a part of the path."""
        return self.names[key].replace("\0", "\ufffd")

    def all(self, key: str) -> list[str]:
        """Return every value of a query parameter.

        Raises:
            InvalidInput: one of them is empty.
        """
        values = self.query.get(key, [])
        if "" in values:
            raise InvalidInput(f"Empty value found for query parameter '{key}'")
        return values

    def one(self, key: str) -> str | None:
        """Return the value of a query parameter, or None where it is not there.

        Raises:
            InvalidInput: it is empty, or there are several.
        """
        values = self.all(key)
        if len(values) > 1:
            raise InvalidInput(f"request/query/{key} must be string")
        return values[0] if values else None

    def words(self, key: str) -> list[str] | None:
        """Return the values of a query parameter that takes a list with commas, or None where it is not there."""
        values = self.all(key)
        return [word.strip() for value in values for word in value.split(",") if word.strip()] if values else None

    def count(self, key: str) -> int | None:
        """Return a query parameter that is a number, or None where it is not there.

        Raises:
            InvalidInput: it is no number, or less than 0.
        """
        value = self.one(key)
        if value is None:
            return None
        if _INTEGER.fullmatch(value) is None:
            raise InvalidInput(f"request/query/{key} must be integer")
        return _counted(f"request/query/{key}", int(value))

    def choice(self, key: str, choices: Iterable[str]) -> str | None:
        """Return a query parameter that is one of `choices`, or None where it is not there."""
        value = self.one(key)
        if value is not None and value not in choices:
            raise InvalidInput(f'Invalid {key} parameter "{value}", expected one of: {", ".join(choices)}')
        return value

    def with_parameter(self, key: str, value: str, without: str) -> str:
        """Return the target with the parameter set so, and another one left out."""
        path = self.target.partition("?")[0]
        left = [(name, one) for name, values in self.query.items() if name not in (key, without) for one in values]
        return f"{path}?{urlencode([*left, (key, value)])}"

    def json(self) -> dict[str, Any]:
        """Return the body.

        Raises:
            InvalidInput: it is no JSON object, or does not say that it is.
        """
        if _JSON.match(self.headers.get("content-type", "")) is None:
            raise InvalidInput("Content-Type missing or not application/json")
        try:
            body = orjson.loads(self.body.replace(rb"\u0000", rb"\ufffd"))
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"The body is no JSON: {error}") from None
        if not isinstance(body, dict):
            raise InvalidInput("request/body must be object")
        return body


def parsed_query(text: bytes) -> dict[str, list[str]]:
    """Return the parameters of a query string by name."""
    found: dict[str, list[str]] = {}
    for key, value in parse_qsl(text.decode("latin-1"), keep_blank_values=True):
        found.setdefault(key, []).append(value.replace("\0", "\ufffd"))
    return found


def may_change(ask: Ask) -> None:
    """Return if who asks may change what is read.

    Raises:
        Forbidden: they may not.
    """
    authorize(ask.actor, "catalog.discover")


def understood(predicate: Predicate | None) -> Condition | None:
    """Return what a predicate means; None for none.

    Raises:
        InvalidInput: it can't be understood.
    """
    try:
        return None if predicate is None else condition_of(predicate)
    except FilterRefused as refused:
        raise InvalidInput(refused.reason) from None


def field(body: Mapping[str, Any], key: str, kind: type, word: str) -> Any:
    """Return a member of a body, or None where it is not there.

    Raises:
        InvalidInput: it is of another kind.
    """
    value = body.get(key)
    if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
        raise InvalidInput(f"request/body/{key} must be {word}")
    return value


def required(body: Mapping[str, Any], key: str, kind: type, word: str) -> Any:
    """Return a member of a body.

    Raises:
        InvalidInput: it is not there, or of another kind.
    """
    value = field(body, key, kind, word)
    if value is None:
        raise InvalidInput(f"request/body must have required property '{key}'")
    return value


def texts(body: Mapping[str, Any], key: str) -> list[str] | None:
    """Return a member of a body that is a list of texts, or None where it is not there."""
    values: list[str] | None = field(body, key, list, "array")
    if values is not None and not all(isinstance(value, str) for value in values):
        raise InvalidInput(f"request/body/{key} must be an array of strings")
    return values


def count(body: Mapping[str, Any], key: str) -> int | None:
    """Return a member of a body that is a number from 0 on, or None where it is not there."""
    value = body.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise InvalidInput(f"request/body/{key} must be integer")
    return None if value is None else _counted(f"request/body/{key}", value)


def _counted(where: str, value: int) -> int:
    if value < 0:
        raise InvalidInput(f"{where} must be >= 0")
    return min(value, _MOST)
