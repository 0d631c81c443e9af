"""Words: both languages say the same things, and every key that is used is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import ast, parse

import homeport
from homeport.catalog.findings import SEVERITIES
from homeport.web.i18n import missing_keys

ROOT = Path(homeport.__file__).parent
FOLDERS = sorted(path for path in ROOT.rglob("locales") if path.is_dir())
KEYS = {
    entry.id.name
    for folder in FOLDERS
    for file in (folder / "en").glob("*.ftl")
    for entry in parse(file.read_text(encoding="utf-8")).body
    if isinstance(entry, ast.Message)
}
_CALL = re.compile(r"""\bt\(\s*["']([a-z][a-z0-9-]+)["']\s*[,)]""")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_korean_and_english_have_the_same_keys(folder: Path) -> None:
    assert missing_keys([folder]) == []


def test_every_key_that_a_template_names_is_there() -> None:
    used = {
        (str(file.relative_to(ROOT)), key)
        for file in ROOT.rglob("*.html")
        for key in _CALL.findall(file.read_text(encoding="utf-8"))
    }
    assert len(used) > 100
    assert {(file, key) for file, key in used if key not in KEYS} == set()


@pytest.mark.parametrize("rule", SEVERITIES)
def test_every_finding_says_what_is_wrong_and_how_to_mend_it(rule: str) -> None:
    name = "finding-" + rule.replace(".", "-")
    assert {f"{name}-title", f"{name}-why", f"{name}-fix"} <= KEYS
