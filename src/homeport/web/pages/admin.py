"""admin page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

ACTION = "token.manage"


def add(router: APIRouter, *_rest: Any) -> None:
    """Add nothing yet."""
