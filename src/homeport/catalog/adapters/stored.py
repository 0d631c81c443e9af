"""Fields and documents as they lie in JSON columns, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from homeport.catalog.domain.fields import Candidate, DescribedEntity, Field, Place


def field_from_json(path: str, values: Mapping[str, Any]) -> Field:
    """Return the field that was stored with its candidates."""
    return Field(path, candidate_from_json(values["chosen"]), tuple(map(candidate_from_json, values["others"])))


def candidate_from_json(values: Mapping[str, Any]) -> Candidate:
    """Return the candidate that was stored."""
    place = _place(values["place"]) if values["place"] else None
    return Candidate(values["value"], values["source"], values["confidence"], place)


def described_from_json(values: Mapping[str, Any]) -> DescribedEntity:
    """Return the described document that was stored."""
    return DescribedEntity(values["document"], _place(values["place"]), values["lines"], values["files"])


def _place(values: Mapping[str, Any]) -> Place:
    return Place(values["file"], values["line"])
