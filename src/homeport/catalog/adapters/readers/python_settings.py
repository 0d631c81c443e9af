"""Python modules of settings (Django's and those like it), read without running anything."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from homeport.catalog.adapters.readers.syntax import BrokenFile

_MAX_CHARACTERS = 200_000
_MAX_DEPTH = 8
_MODULE = re.compile(
    r"(.*/)?((\w+_)?settings(_\w+)?|settings/(?!\w*(literals|constants?|consts|enums)\b)\w+|(default|production|prod|local|base)_config|celery_?config"
    r"|(\w+_)?(config|configuration)_(examples?|defaults?|samples?|prod\w*|template|tmpl))\.py"
)
_SHALLOW_MODULE = re.compile(
    r"((?!(modules|plugins|commands|utils|libs?|runners|models|backends|providers|drivers|adapters|connectors"
    r"|integrations)/)[^/]+/){0,3}(config|configuration)\.py"
)
"""Deeper ones, and those among parts of a program, are more often code about configuration than settings."""
_PART = re.compile(
    r"(.*/)?((configs?|conf|configuration)/\w+|(\w+_)?(config|configuration|conf)|\w+_settings|settings_\w+)\.py"
)
"""What those deeper ones are called."""
_SAMPLE = re.compile(r"(?<=\.py)(\.\w+)?\.(example|sample|dist|default|template)$")
"""What an example of a module is called that people copy: `settings.py.sample`."""
_CODE = re.compile(r"(^|[/_])(__\w+__|constants?|consts|literals|enums|conftest|setup)\.py$")
_SETTINGS = re.compile(r"Config(uration)?(Object)?\b|Settings\b")
"""Classes of settings. Source: Flask, "Configuration Handling"; Pydantic, "Settings Management"."""
_TELLS = re.compile(r"://|host|engine|backend|broker|server|endpoint", re.IGNORECASE)
_DEFAULTS = re.compile(r"_*(default\w*|config\w*|settings|\w*_?defaults)", re.IGNORECASE)
"""What mappings of defaults are called, in any case."""

_LONG_CHARACTERS = 40_000
"""A module of more than that lists all that can be set, with the alternatives to what is on."""

_FILLED_IN = re.compile(r"(?<!\$)\{[^{}]*\}")
"""What `str.format` fills in."""

_TOLD = frozenset({"help", "description", "doc", "title", "examples", "metadata"})
"""What a call is given for people to read."""

Text = tuple[str, str, int]


def is_settings_module(path: str) -> bool:
    """Whether the file is usually one of settings. Source: Django, "Django settings"; Celery, "Configuration"."""
    lowered = _SAMPLE.sub("", path.lower())
    is_named = _MODULE.fullmatch(lowered) is not None and not lowered.endswith("__init__.py")
    return is_named or _SHALLOW_MODULE.fullmatch(lowered) is not None


def is_sample(path: str) -> bool:
    """Whether the file is an example of a Python module, to be copied: `settings.py.sample`."""
    return _SAMPLE.search(path.lower()) is not None


def is_part(path: str) -> bool:
    """Whether the file may hold the settings of a part of the program: a module called so deeper in the tree."""
    lowered = _SAMPLE.sub("", path.lower())
    return _PART.fullmatch(lowered) is not None and not (is_settings_module(path) or _CODE.search(lowered))


def is_long(text: str) -> bool:
    """Whether the module is so long that it rather lists everything that can be set."""
    return len(text) > _LONG_CHARACTERS


def read_python_settings(path: str, text: str) -> Iterator[Text]:
    """Return name, text and line of what the module's constants say literally; mappings by dotted names.

    Numbers and truth values are texts too. What is read from the environment counts by its default:
    `os.environ.get("CACHE_URL", "redis://cache")`. Constants that are used again count by their value.

    Raises:
        BrokenFile: it is no Python.
    """
    if len(text) > _MAX_CHARACTERS:
        raise BrokenFile(f"settings over {_MAX_CHARACTERS} characters are not read")
    if not _TELLS.search(text):
        return
    try:
        module = ast.parse(text)
    except SyntaxError as wrong:
        raise BrokenFile(wrong.msg, wrong.lineno) from None
    except (ValueError, RecursionError, MemoryError):
        raise BrokenFile("nested too deeply or not text") from None
    yield from _Scope().texts_of(module.body, any_case=path.rpartition("/")[2].startswith("celery"))


@dataclass(slots=True)
class _Scope:
    """What constants are known so far, so that what is made of them can be told."""

    known: dict[str, str] = field(default_factory=dict)

    def texts_of(self, body: list[ast.stmt], *, any_case: bool) -> Iterator[Text]:
        """The texts of assignments, in classes of settings too, where names need not be in capitals."""
        for node in body:
            if isinstance(node, ast.ClassDef):
                if _SETTINGS.search(" ".join([node.name, *map(_name_of, node.bases)])):
                    yield from self.texts_of(node.body, any_case=True)
            elif isinstance(node, ast.FunctionDef) and node.name == "__init__":
                yield from self._of_defaults(node.args)
                yield from self.texts_of(node.body, any_case=True)
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from self._assigned(target, node.value, any_case=any_case)
            elif isinstance(node, ast.AnnAssign) and node.value is not None:
                yield from self._assigned(node.target, node.value, any_case=any_case)

    def _of_defaults(self, given: ast.arguments) -> Iterator[Text]:
        """The defaults of what a configuration is made from."""
        positional = [*given.posonlyargs, *given.args]
        pairs = [*zip(positional[len(positional) - len(given.defaults) :], given.defaults, strict=True)]
        pairs += [(one, default) for one, default in zip(given.kwonlyargs, given.kw_defaults, strict=True) if default]
        for argument, default in pairs:
            yield from self._texts(argument.arg, default, 0)

    def _assigned(self, target: ast.expr, value: ast.expr, *, any_case: bool) -> Iterator[Text]:
        name = _target_name(target)
        is_defaults = isinstance(value, ast.Dict | ast.Call) and _DEFAULTS.fullmatch(name) is not None
        if not name or not (any_case or name.isupper() or is_defaults or not isinstance(target, ast.Name)):
            return
        if text := self._text(value, 0):
            self.known[name] = text
        yield from self._texts(name, value, 0)

    def _texts(self, name: str, node: ast.expr, depth: int) -> Iterator[Text]:
        if depth > _MAX_DEPTH:
            return
        text = self._text(node, depth)
        if text is not None:
            yield name, text, node.lineno
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield from self._texts(f"{name}.{key.value}", value, depth + 1)
        elif isinstance(node, ast.List | ast.Tuple):
            for item in node.elts:
                yield from self._texts(name, item, depth + 1)
        elif isinstance(node, ast.BoolOp):
            for item in node.values:
                yield from self._texts(name, item, depth + 1)
        elif isinstance(node, ast.IfExp):
            for item in (node.body, node.orelse):
                yield from self._texts(name, item, depth + 1)
        elif isinstance(node, ast.Call):
            yield from self._of_call(name, node, depth)

    def _of_call(self, name: str, node: ast.Call, depth: int) -> Iterator[Text]:
        """`dict(...)` as a mapping, `Field(...)` and the like by their default, `int(...)` by what is in it."""
        called = _name_of(node.func)
        defaults = [word.value for word in node.keywords if word.arg == "default"]
        first = node.args[0] if node.args else None
        variable = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        if called == "dict":
            for word in node.keywords:
                yield from self._texts(f"{name}.{word.arg}", word.value, depth + 1)
            return
        if variable is not None and "://" in variable:
            yield name, variable, node.lineno
            return
        if called == "Field":
            given, said = [*node.args[:1], *defaults], name
        elif variable is not None:
            given, said = [*node.args[1:2], *defaults], variable
        elif defaults or (first and called in ("int", "str", "bool")):
            given, said = ([first] if first and called in ("int", "str", "bool") else []) + defaults, name
        else:
            for word in node.keywords:
                if word.arg and word.arg not in _TOLD:
                    yield from self._texts(f"{name}.{word.arg}", word.value, depth + 1)
            return
        for one in given:
            yield from self._texts(said, one, depth + 1)

    def _text(self, node: ast.expr, depth: int) -> str | None:
        """The text of what is one, with variables that can't be told as `${name}`."""
        if depth > _MAX_DEPTH:
            return None
        if isinstance(node, ast.Constant):
            value = node.value
            return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool | int) else None
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.JoinedStr):
            return "".join(self._part(one, depth + 1) for one in node.values)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            form = self._text(node.func.value, depth + 1)
            return None if form is None else _FILLED_IN.sub("${}", form)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left, depth + 1), self._text(node.right, depth + 1)
            return None if left is None else left + ("${}" if right is None else right)
        return None

    def _part(self, node: ast.expr, depth: int) -> str:
        if not isinstance(node, ast.FormattedValue):
            return self._text(node, depth) or ""
        inner = node.value
        if isinstance(inner, ast.IfExp):
            return self._text(inner.orelse, depth) or "${}"
        return self._text(inner, depth) or "${}"


def _target_name(target: ast.expr) -> str:
    """What is assigned: a constant, a key (`config["CACHE_URL"]`) or a field (`self.cache_url`)."""
    if isinstance(target, ast.Name):
        return target.id
    if isinstance(target, ast.Attribute):
        return target.attr if _name_of(target.value) == "self" else ""
    is_key = isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant)
    return str(target.slice.value) if is_key else ""  # type: ignore[attr-defined]


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
