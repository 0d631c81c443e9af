"""Lists of words written as text, for rules that are little else."""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


def by_word(lists: Mapping[str, str]) -> dict[str, str]:
    """Return for every word of the lists which list it stands in: `{"cache": "redis valkey"}` gives redis: cache."""
    return {word: name for name, text in lists.items() for word in text.split()}
