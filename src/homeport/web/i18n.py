"""Words in Korean and English, from the Fluent files of every module.

A module keeps `locales/ko/*.ftl` and `locales/en/*.ftl`; its keys begin with the module's name. In a Korean message
`{ $name }{ PARTICLE($name, "은/는") }` picks the particle that follows the name as it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast
from markupsafe import Markup, escape

from homeport.web.particles import particle
from homeport.web.viewer import LANGUAGES

SOURCE = "en"
"""The language that the code speaks, in errors that are stored and in logs."""

Argument = str | int | float | datetime


_ANYTHING = re.compile(r"\(\?P<\w+>\.\+\?\)")


class MissingMessage(LookupError):
    """A page asks for words that no Fluent file has, or leaves out one of their variables."""


class Messages:
    """All messages of the given folders, by language.

    With `strict` a key or a variable that is missing is an error, as tests want it; without, the page shows the key.
    """

    def __init__(self, locale_dirs: Sequence[Path], *, strict: bool = False) -> None:
        self._strict = strict
        self._locale_dirs = locale_dirs
        self._bundles = {language: _bundle(language, locale_dirs) for language in LANGUAGES}

    def translate(self, language: str, key: str, **arguments: Argument) -> str:
        """The message in `language`, as Markup where an argument is Markup (the other arguments are escaped then).

        The argument `reason` is what the code said somewhere; see `reason`.

        Raises:
            MissingMessage: strict, and the key or one of its variables is missing.
        """
        bundle = self._bundles[language]
        if language != SOURCE and isinstance(arguments.get("reason"), str):
            arguments["reason"] = self.reason(language, str(arguments["reason"]))
        pattern = bundle.get_message(key).value if bundle.has_message(key) else None
        if pattern is None:
            return self._missing(key, f"no message {key!r} in {language}")
        has_markup = any(isinstance(value, Markup) for value in arguments.values())
        values = {name: escape(value) if has_markup and isinstance(value, str) else value
                  for name, value in arguments.items()}  # fmt: skip
        text, errors = bundle.format_pattern(pattern, values)
        if errors:
            return self._missing(key, f"message {key!r} in {language}: {errors[0]}")
        return Markup(text) if has_markup else str(text)  # noqa: S704 - our own words around escaped arguments

    def reason(self, language: str, said: str) -> str:
        """What the code said, in `language`, where a message of a reasons.ftl has these words; else as it was said.

        Several reasons may be in it, with semicolons between them.
        """
        parts = said.split("; ")
        told = [self._reason(language, part) for part in parts]
        whole = None if all(told) else self._reason(language, said)
        return whole or "; ".join(one or part for one, part in zip(told, parts, strict=True))

    def _reason(self, language: str, said: str) -> str | None:
        text = said.strip()
        for key, words in self._reasons:
            found = words.fullmatch(text)
            if found is not None:
                return self.translate(language, key, **found.groupdict()) + ("." if text.endswith(".") else "")
        return None

    @cached_property
    def _reasons(self) -> list[tuple[str, re.Pattern[str]]]:
        """The messages of every reasons.ftl as patterns of what the code says, those with most words first."""
        found = [
            (entry.id.name, "".join(map(_words_of, entry.value.elements)))
            for folder in self._locale_dirs
            for file in (folder / SOURCE).glob("reasons.ftl")
            for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body
            if isinstance(entry, ast.Message) and entry.value is not None and _has_words(entry.value)
        ]
        found.sort(key=lambda one: -len(re.sub(_ANYTHING, "", one[1])))
        return [(key, re.compile(f"{words}\\.?", re.DOTALL)) for key, words in found]

    def has(self, language: str, key: str) -> bool:
        """Whether there is a message of this key."""
        return bool(self._bundles[language].has_message(key))

    def translator(self, language: str) -> Callable[..., str]:
        """`t(key, **arguments)` for templates of one language."""

        def t(key: str, **arguments: Argument) -> str:
            return self.translate(language, key, **arguments)

        return t

    def _missing(self, key: str, reason: str) -> str:
        if self._strict:
            raise MissingMessage(reason)
        return key


def missing_keys(locale_dirs: Iterable[Path]) -> list[str]:
    """What one language says and another does not, or says twice: one line each, empty where all is well."""
    complaints = []
    for folder in locale_dirs:
        keys = {language: _keys(folder / language) for language in LANGUAGES}
        everything = set().union(*keys.values())
        for language, found in keys.items():
            complaints += [f"{folder}: {key} is missing in {language}" for key in sorted(everything - set(found))]
            complaints += [f"{folder}: {key} is there twice in {language}" for key in _repeated(found)]
    return complaints


def _has_words(pattern: ast.Pattern) -> bool:
    return any(isinstance(element, ast.TextElement) for element in pattern.elements)


def _words_of(element: ast.TextElement | ast.Placeable) -> str:
    """What the code says in place of a part of a message, as a regular expression."""
    if isinstance(element, ast.TextElement):
        return re.sub(r"(\\ )+", r"\\s+", re.escape(element.value))
    assert isinstance(element.expression, ast.VariableReference), "reasons have words and variables, nothing else"
    return f"(?P<{element.expression.id.name}>.+?)"


def _bundle(language: str, locale_dirs: Iterable[Path]) -> FluentBundle:
    bundle = FluentBundle([language], functions=cast(Any, {"PARTICLE": _particle}), use_isolating=False)
    for folder in locale_dirs:
        for file in sorted((folder / language).glob("*.ftl")):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _particle(word: object, pair: str) -> str:
    text = word.striptags() if isinstance(word, Markup) else str(word)
    return particle(text, pair)


def _keys(folder: Path) -> list[str]:
    """The keys of every message in a folder; a message that cannot be read counts under what is wrong with it."""
    keys = []
    for file in sorted(folder.glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text(encoding="utf-8")).body:
            if isinstance(entry, ast.Message):
                keys.append(entry.id.name)
            elif isinstance(entry, ast.Junk):
                keys.append(f"{file.name}: unreadable near {(entry.content or '').strip()[:40]!r}")
    return keys


def _repeated(keys: Sequence[str]) -> list[str]:
    return sorted({key for key in keys if keys.count(key) > 1})
