"""The files of a repository of Saebom as they stand, and what each change does to them."""

from __future__ import annotations

from collections.abc import Callable

from homeport.demo import (
    deployment,
    documents,
    go_code,
    infrastructure,
    jvm_code,
    organisation,
    python_code,
    specs,
    typescript_code,
)
from homeport.demo.changes import EVERYTHING, Change
from homeport.demo.company import Person
from homeport.demo.state import Plan, State

Renderer = Callable[[Plan, State], dict[str, str]]
# A path and its new text, or None where the file is gone.
Edit = tuple[str, str | None]

_CODE = {
    "python": python_code,
    "go": go_code,
    "java": jvm_code,
    "kotlin": jvm_code,
    "typescript": typescript_code,
}


class Worktree:
    """The files of one repository by area; `edits` holds what each applied change did, oldest first."""

    def __init__(self, plan: Plan, staff: tuple[Person, ...]) -> None:
        source = _CODE[plan.component.language]
        self._plan = plan
        self._renderers: dict[str, Renderer] = {
            "code": source.code,
            "manifest": source.manifest,
            "deployment": deployment.files,
            "pipeline": deployment.pipeline,
            "infrastructure": infrastructure.files,
            "specification": specs.files,
            "documents": documents.documents,
            "ownership": documents.ownership,
            "organisation": lambda plan, state: organisation.files(plan, state, staff),
        }
        self._files: dict[str, dict[str, str]] = {area: {} for area in self._renderers}
        self.edits: list[list[Edit]] = []

    def apply(self, change: Change) -> bool:
        """Apply a change and return whether a file differs; one that changes nothing leaves no trace."""
        areas = tuple(self._renderers) if EVERYTHING in change.areas else change.areas
        rendered = {area: self._renderers[area](self._plan, change.state) for area in areas}
        edits = [edit for area in areas for edit in _differences(self._files[area], rendered[area])]
        if edits:
            self._files |= rendered
            self.edits.append(edits)
        return bool(edits)


def _differences(before: dict[str, str], after: dict[str, str]) -> list[Edit]:
    gone: list[Edit] = [(path, None) for path in sorted(before.keys() - after.keys())]
    return gone + [(path, text) for path, text in after.items() if before.get(path) != text]
