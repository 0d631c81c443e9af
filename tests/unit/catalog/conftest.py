"""Source trees in memory, and readings of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from homeport.catalog.adapters.readers import read_repository
from homeport.catalog.domain.reading import Reading
from homeport.forges.git import Commit, TreeFile


@dataclass(frozen=True)
class MemoryTree:
    """A tree of files given as text; it has a history if commits are given."""

    name: str
    contents: Mapping[str, bytes]
    group: tuple[str, ...] = ()
    commits: list[Commit] = field(default_factory=list)
    sha: str | None = "f" * 40
    path: Path = Path("/nowhere")
    is_versioned: bool = True

    def head(self) -> str | None:
        return self.sha

    def files(self) -> tuple[TreeFile, ...]:
        return tuple(TreeFile(path, len(content)) for path, content in sorted(self.contents.items()))

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        return {path: self.contents[path] for path in paths if path in self.contents}

    def history(self, since: datetime | None = None, limit: int = 5_000) -> list[Commit]:
        return self.commits[:limit]


ReadTree = Callable[..., Reading]


@pytest.fixture
def read() -> ReadTree:
    """Return the reading of a tree: `read("order-api", {"README.md": "# x"}, group=("order",), commits=[...])`."""

    def read_tree(
        name: str,
        files: Mapping[str, str | bytes],
        group: tuple[str, ...] = (),
        commits: list[Commit] | None = None,
        sha: str | None = "f" * 40,
    ) -> Reading:
        contents = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        return read_repository(MemoryTree(name, contents, group, commits or [], sha))

    return read_tree
