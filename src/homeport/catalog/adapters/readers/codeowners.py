"""CODEOWNERS of GitHub and GitLab: who owns everything.

Source: GitHub Docs, "About code owners"; GitLab Docs, "Code Owners", syntax.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from homeport.catalog.adapters.readers.syntax import BrokenFile
from homeport.catalog.domain.fields import Place
from homeport.catalog.domain.reading import OwnerRule

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
"""Where the file may lie; the first that is there counts."""

_EVERYTHING = frozenset({"*", "/", "/*", "**", "/**", "/**/*", "**/*", "*.*"})
_SECTION = re.compile(r"(?P<optional>\^?)\[(?P<name>[^\]]+)\](\[\d+\])?(?P<owners>.*)")
_OWNER = re.compile(r"@{1,2}[\w.-]+(/[\w.-]+)*|[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The rules that cover everything, the deciding one first, and lines that are none."""

    rules: tuple[OwnerRule, ...]
    broken: tuple[BrokenFile, ...]


@dataclass(slots=True)
class _Section:
    owners: tuple[str, ...] = ()
    is_optional: bool = False
    rule: OwnerRule | None = None


def read_codeowners(path: str, text: str) -> CodeOwners:
    """Return who owns everything: in each section the last rule that matches every file.

    The part without a section decides, then required sections in their order, then optional ones. A last rule without
    owners means that nobody owns everything.
    """
    sections = {"": _Section()}
    current = ""
    broken = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = _uncommented(line)
        header = _SECTION.fullmatch(stripped)
        if header:
            current = header["name"].strip().lower()
            owners = tuple(header["owners"].split())
            sections.setdefault(current, _Section(owners, bool(header["optional"])))
        elif stripped:
            pattern, *owners_written = re.split(r"(?<!\\)\s+", stripped)
            wrong = [owner for owner in owners_written if not _OWNER.fullmatch(owner)]
            if wrong:
                broken.append(BrokenFile(f"{wrong[0]} is neither @team, @user nor an address", number))
            elif pattern in _EVERYTHING:
                owners = tuple(owners_written) or sections[current].owners
                sections[current].rule = OwnerRule(pattern, owners, Place(path, number))
    order = [sections.pop(""), *sorted(sections.values(), key=lambda section: section.is_optional)]
    return CodeOwners(tuple(one.rule for one in order if one.rule and one.rule.owners), tuple(broken))


def _uncommented(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line).strip()
