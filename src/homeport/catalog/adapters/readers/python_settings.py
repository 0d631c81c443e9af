"""Python modules of settings (Django's and those like it), read without running anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from homeport.catalog.adapters.readers.syntax import BrokenFile

_MAX_CHARACTERS = 200_000
_MODULE = re.compile(r"(.*/)?((default_)?settings(_\w+)?|settings/\w+)\.py")
_SHORT_MODULE = re.compile(r"([^/]+/){0,2}(config|configuration)\.py")
_SHORT_CHARACTERS = 8_000
"""A `config.py` of more than that is the program's list of everything that can be set, or code."""
_SETTINGS = re.compile(r"(Config|Configuration|Settings)\b")
"""Classes of settings. Source: Flask, "Configuration Handling"; Pydantic, "Settings Management"."""


def is_settings_module(path: str) -> bool:
    """Whether the file is usually one of settings. Source: Django, "Django settings"."""
    return _is_module(path) or _SHORT_MODULE.fullmatch(path.lower()) is not None


def _is_module(path: str) -> bool:
    return _MODULE.fullmatch(path.lower()) is not None and not path.endswith("__init__.py")


def read_python_settings(path: str, text: str) -> Iterator[tuple[str, str, int, bool]]:
    """Return name, text and line of what the module's constants say literally; dictionaries by dotted names.

    The last is whether a class declares it, as a setting with a default.

    What is read from the environment counts by its default: `os.environ.get("CACHE_URL", "redis://cache")`.

    Raises:
        BrokenFile: it is no Python.
    """
    if not _is_module(path) and len(text) > _SHORT_CHARACTERS:
        return
    if len(text) > _MAX_CHARACTERS:
        raise BrokenFile(f"settings over {_MAX_CHARACTERS} characters are not read")
    try:
        module = ast.parse(text)
    except SyntaxError as wrong:
        raise BrokenFile(wrong.msg, wrong.lineno) from None
    except (ValueError, RecursionError, MemoryError):
        raise BrokenFile("nested too deeply or not text") from None
    yield from ((*one, False) for one in _constants(module.body, any_case=False))
    for node in module.body:
        if isinstance(node, ast.ClassDef) and _SETTINGS.search(" ".join([node.name, *map(_name_of, node.bases)])):
            is_declared = any(_name_of(one).endswith("Settings") for one in node.bases)
            yield from ((*one, True) for one in _constants(node.body, any_case=is_declared))


def _constants(body: list[ast.stmt], *, any_case: bool) -> Iterator[tuple[str, str, int]]:
    for node in body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Name) and (any_case or target.id.isupper()) and value is not None:
                yield from _texts(target.id, value, depth=0)


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _texts(name: str, node: ast.expr, depth: int) -> Iterator[tuple[str, str, int]]:
    if depth > 8:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield name, node.value, node.lineno
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield from _texts(f"{name}.{key.value}", value, depth + 1)
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _texts(name, item, depth + 1)
    elif isinstance(node, ast.BoolOp):
        for item in node.values:
            yield from _texts(name, item, depth + 1)
    elif isinstance(node, ast.Call) and _name_of(node.func) == "Field":
        for item in (*node.args[:1], *(word.value for word in node.keywords if word.arg == "default")):
            yield from _texts(name, item, depth + 1)
    elif isinstance(node, ast.Call):
        given = [*node.args[1:2], *(word.value for word in node.keywords if word.arg == "default")]
        variable = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        for one in given if isinstance(variable, str) else ():
            yield from _texts(variable if isinstance(variable, str) else name, one, depth + 1)
