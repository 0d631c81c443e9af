"""setup.cfg and setup.py, read without running anything."""

from __future__ import annotations

import ast
import configparser
import re
from typing import Any, TypeGuard

from homeport.catalog.adapters.readers.syntax import BrokenFile

_MAX_SETUP_CHARACTERS = 200_000


def read_setup_cfg(text: str) -> dict[str, Any]:
    """Return name, description, commands, requires, keywords and classifiers as far as setup.cfg gives them.

    Raises:
        BrokenFile: it is no INI file.
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as wrong:
        raise BrokenFile(wrong.message.splitlines()[0], getattr(wrong, "lineno", None)) from None
    metadata = dict(parser["metadata"]) if parser.has_section("metadata") else {}
    requires = parser.get("options", "install_requires", fallback="")
    scripts = parser.get("options.entry_points", "console_scripts", fallback="")
    found: dict[str, Any] = {
        key: value.strip()
        for key in ("name", "description", "summary")
        if (value := metadata.get(key, "")) and not value.startswith(("attr:", "file:"))
    }
    if "description" not in found and "summary" in found:
        found["description"] = found["summary"]
    return found | {
        "commands": _commands(scripts.splitlines()),
        "requires": _lines(requires),
        "keywords": [word for word in re.split(r"[,\s]+", metadata.get("keywords", "")) if word],
        "classifiers": _lines(metadata.get("classifiers", metadata.get("classifier", ""))),
    }


def read_setup_py(text: str) -> dict[str, Any] | None:
    """Return what the call of `setup()` says in literals and module constants, None without such a call.

    Raises:
        BrokenFile: it is no Python.
    """
    if len(text) > _MAX_SETUP_CHARACTERS:
        raise BrokenFile(f"a setup.py over {_MAX_SETUP_CHARACTERS} characters is not read")
    try:
        tree = ast.parse(text)
        call = next((node for node in ast.walk(tree) if _is_setup(node)), None)
    except SyntaxError as wrong:
        raise BrokenFile(wrong.msg, wrong.lineno) from None
    except (ValueError, RecursionError, MemoryError):
        raise BrokenFile("nested too deeply or not text") from None
    if call is None:
        return None
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    given = {word.arg: _value(word.value, constants) for word in call.keywords if word.arg}
    entry_points = given.get("entry_points")
    if isinstance(entry_points, str):
        section = re.search(r"\[console_scripts\]([^\[]*)", entry_points)
        entry_points = {"console_scripts": section[1] if section else ""}
    scripts = entry_points.get("console_scripts", []) if isinstance(entry_points, dict) else []
    found = {key: given[key].strip() for key in ("name", "description") if isinstance(given.get(key), str)}
    return found | {
        "commands": _commands(_lines(scripts)) + [one.rpartition("/")[2] for one in _lines(given.get("scripts"))],
        "requires": _lines(given.get("install_requires")),
        "keywords": _lines(given.get("keywords")),
        "classifiers": _lines(given.get("classifiers")),
    }


def _is_setup(node: ast.AST) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return name == "setup" and bool(node.keywords)


def _value(node: ast.expr, constants: dict[str, ast.expr]) -> Any:
    """The value of a literal, of a constant of the module, or of a literal of these; None for what must be run."""
    if isinstance(node, ast.Name):
        known = constants.get(node.id)
        return None if known is None or isinstance(known, ast.Name) else _value(known, {})
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(_value(key, constants)): _value(value, constants) for key, value in pairs if key is not None}
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, constants) for item in node.elts]
    return node.value if isinstance(node, ast.Constant) else None


def _commands(lines: list[str]) -> list[str]:
    return [line.partition("=")[0].strip() for line in lines if "=" in line]


def _lines(value: Any) -> list[str]:
    items = value.splitlines() if isinstance(value, str) else value if isinstance(value, list) else []
    return [item.strip() for item in items if isinstance(item, str) and item.strip()]
