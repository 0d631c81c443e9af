"""Judging descriptors before they are pushed, by the rules that the catalog reads them by."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeport.catalog.adapters.sources import Content
from homeport.catalog.adapters.sources.files import FileSource
from homeport.catalog.domain.described import Described
from homeport.catalog.domain.fields import Place, Problem
from homeport.catalog.domain.relations import stated_relations
from homeport.catalog.places import lines_of_relations
from homeport.catalog.previewing import Look, look
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import SourceUnreadable

_MEMBERS = {"memberOf", "hasMember"}
_USUAL = "catalog-info.{yaml,yml}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with descriptors, by file and line; `files` and `entities` count what was read and is fine."""

    problems: Sequence[Problem]
    files: int
    entities: int


def lint(paths: Sequence[Path], other_kinds: Collection[str], *, is_whole: bool = False) -> Verdict:
    """Judge files, the files that patterns match, or every catalog-info.yaml below folders, and where they lead.

    Each file is judged once, however many of the paths lead to it.

    Args:
        is_whole: nothing else is in the catalog, so that what is referred to has to be here as well.

    Raises:
        SourceUnreadable: at one of the paths there is nothing to judge.
    """
    sources = sorted(map(_source, paths), key=lambda source: len(source.root))  # what may lead farthest goes first
    seen = Look()
    for source in sources:
        look(
            source,
            source.starts(),
            f"file:{source.target}",
            other_kinds,
            seen,
            most_files=math.inf,
            most_seconds=math.inf,
        )
    first: dict[str, tuple[str, Described]] = {}
    problems = list(seen.problems)
    for key, one in seen.found:
        if one.ref in first:
            other, described = first[one.ref]
            told = {"entity": one.ref, "first": f"{other}:{described.line}", "second": f"{key}:{one.line}"}
            problems.append(Problem("catalog.duplicate-entity", Place(key, one.line), told, entity=one.ref))
        else:
            first[one.ref] = (key, one)
    if is_whole:
        stated = {ref: stated_relations(EntityRef.parse(ref), one.document) for ref, (_, one) in first.items()}
        problems += _dangling(first, stated)
        problems += _without_members(first, stated)
    problems.sort(key=lambda one: (one.place.file, one.place.line or 0) if one.place else ("", 0))
    return Verdict(problems, len(seen.read), len(first))


def _source(path: Path) -> FileSource:
    target = str(path.absolute() / "**" / _USUAL) if path.is_dir() else str(path.absolute())
    source = FileSource(target, elsewhere=lambda _key: _Unread())
    if not source.starts():
        raise SourceUnreadable(f"No {_USUAL} was found at {path}. Name a file, a pattern or another folder.")
    return source


class _Unread:
    """What lies at addresses: it is not looked at, and not said to be missing."""

    def starts(self) -> Sequence[str]:
        return ()

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        return Content(b"", "")

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        return [target]

    def location_of(self, key: str) -> str:
        return f"url:{key}"


_Stated = Mapping[str, Sequence[tuple[str, str]]]
"""What each entity says that it stands in to others: (relation, reference)."""


def _without_members(found: Mapping[str, tuple[str, Described]], stated: _Stated) -> Iterator[Problem]:
    """Groups that own something and that nobody belongs to, themselves or through a group of theirs."""
    edges = [(ref, relation, target) for ref, relations in stated.items() for relation, target in relations]
    populated = {target if relation == "memberOf" else ref for ref, relation, target in edges if relation in _MEMBERS}
    parents = [(target, ref) for ref, relation, target in edges if relation == "parentOf"]
    parents += [(ref, target) for ref, relation, target in edges if relation == "childOf"]
    while new := {parent for child, parent in parents if child in populated} - populated:
        populated |= new
    owners = {target for _, relation, target in edges if relation == "ownedBy"}
    for ref in sorted(owners & found.keys()) if populated else ():
        if ref.startswith("group:") and ref not in populated:
            key, one = found[ref]
            (line,) = lines_of_relations(ref, one.document, one.text, one.line, [("", "")]).values()
            yield Problem("catalog.owner-without-members", Place(key, line), {"entity": ref}, entity=ref)


def _dangling(found: Mapping[str, tuple[str, Described]], stated: _Stated) -> Iterator[Problem]:
    for ref, (key, one) in found.items():
        dangling = [(relation, target) for relation, target in stated[ref] if target not in found]
        lines = lines_of_relations(ref, one.document, one.text, one.line, dangling) if dangling else {}
        for (relation, target), line in lines.items():
            told = {"entity": ref, "relation": relation, "target": target}
            yield Problem("catalog.dangling-relation", Place(key, line), told, entity=ref)
