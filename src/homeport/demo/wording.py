"""Spelling a camelCase name the way another language's source code does."""

from __future__ import annotations

import re
from functools import cache


@cache
def snake(name: str) -> str:
    """`orderId` -> `order_id`; also for words joined by hyphens."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).replace("-", "_").lower()


@cache
def pascal(name: str) -> str:
    """`order-api`, `orderApi` -> `OrderApi`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[-_]", name))


@cache
def camel(name: str) -> str:
    """`order-api`, `OrderApi` -> `orderApi`."""
    word = pascal(name)
    return word[:1].lower() + word[1:]


@cache
def kebab(name: str) -> str:
    """`orderId` -> `order-id`."""
    return snake(name).replace("_", "-")


@cache
def upper(name: str) -> str:
    """`stock-api` -> `STOCK_API`."""
    return snake(name).upper()
