"""Servers on loopback that tests call."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from servers import Respond, serving


@pytest.fixture
def serve() -> Iterator[Callable[[Respond], int]]:
    """Start a server that answers with the function, and return its port."""
    with contextlib.ExitStack() as servers:
        yield lambda respond: servers.enter_context(serving(respond))
