"""The house: every package is in the contracts of who may import whom, and the reference is what the code says."""

from __future__ import annotations

import runpy
import tomllib
from pathlib import Path

import pytest

import homeport

ROOT = Path(homeport.__file__).parent
PROJECT = Path(__file__).parents[2]


def contract(name: str) -> set[str]:
    """The modules that a layers contract names."""
    tool = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = next(one["layers"] for one in tool["importlinter"]["contracts"] if one["id"] == name)
    return {part.strip() for layer in layers for part in layer.replace("|", ":").split(":")}


def children(folder: Path) -> set[str]:
    """The packages and modules that lie in a package."""
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}


@pytest.mark.parametrize(
    ("name", "folder"), [("house", ROOT), ("rooms", ROOT / "kernel"), ("catalog", ROOT / "catalog")]
)
def test_every_package_is_in_the_contracts(name: str, folder: Path) -> None:
    assert children(folder) == contract(name)


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in ROOT.rglob("*.py")} - {ROOT / "migrations" / "versions"}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("name", ["settings.md", "cli.md", "errors.md", "rest.md"])
def test_the_reference_is_what_the_code_says(name: str) -> None:
    pages = runpy.run_path(str(PROJECT / "scripts" / "write_reference.py"))["pages"]()
    written = (PROJECT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == pages[name], "run: .venv/bin/python scripts/write_reference.py"
