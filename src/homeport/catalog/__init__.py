"""The catalog: what exists and who owns it."""

from homeport.catalog.wiring import module

__all__ = ["module"]
