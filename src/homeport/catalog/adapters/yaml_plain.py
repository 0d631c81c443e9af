"""The YAML that descriptors are mostly written in, read at three times the speed; all other YAML is left to others.

Block mappings and sequences, plain and quoted scalars on one line, literal and folded text, short flow lists and
mappings of these, comments.
Whatever is not certainly of this kind is `ODD`: what is accepted must mean the same as `yaml_core.read` says, and what
is not is read by it (docs/decisions/0007-reading-yaml.md; the two are compared by tests).
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from homeport.catalog.adapters.yaml_core import WORDS, typed

ODD: Any = object()
"""Instead of a value: the text is not of the plain kind."""

_SKIP = re.compile(r"(?: *+(?:#[^\n]*+)?\n)++(?: *+(?:#[^\n]*+)?\Z)?| *+(?:#[^\n]*+)?\Z")
_ITEM = r"""(?:[A-Za-z_][\w./+-]*(?:[ ][\w./+-]+)*|"[^"\\\n\t]*"|'[^'\n\t]*')"""
_PAIR = r"[A-Za-z_][\w./-]*:[ ]+" + _ITEM
_LINE = re.compile(
    r"""
    ([ ]*)                                                      # 1 indentation
    (-[ ]+)?                                                    # 2 the dash of an item
    (?:([A-Za-z_$][\w$./-]*):(?=[ \n]|\Z)[ ]*)?                 # 3 key
    (?:
        ([^ \t\n\-?:,\[\]{}\#&*!|>'"%@`][^:\#\n\t]*(?:(?::(?![ \n\t]|\Z)|(?<!\ )\#)[^:\#\n\t]*)*)   # 4 plain
      | "([^"\\\n\t]*)"[ ]*                                       # 5 double-quoted, without escapes
      | '([^'\n\t]*(?:''[^'\n\t]*)*)'[ ]*                                  # 6 single-quoted
      | \[[ ]*(ITEM(?:[ ]*,[ ]*ITEM)*)[ ]*\][ ]*                # 7 a short list
      | \{[ ]*(PAIR(?:[ ]*,[ ]*PAIR)*)[ ]*\}[ ]*                # 8 a short mapping
      | (\{\}|\[\])[ ]*                                         # 9 empty
      | ([|>])([-+]?)[ ]*                                       # 10, 11 literal or folded text follows
    )?
    (?:(?<=\ )\#[^\n]*)?
    (?:\n|\Z)
    """.replace("ITEM", _ITEM).replace("PAIR", _PAIR),
    re.VERBOSE,
)
_FORBIDDEN = re.compile("[\r\ufeff]")
_FLOW_ITEM = re.compile(rf"(?:(?P<key>[A-Za-z_][\w./-]*):[ ]+)?(?P<value>{_ITEM})")


def read(text: str, max_depth: int) -> tuple[Any, int]:
    """Return the value of a document without its marker and the number of its lines, or `ODD` and 0."""
    if _FORBIDDEN.search(text):
        return ODD, 0
    return _read(text, max_depth)


def _read(text: str, max_depth: int) -> tuple[Any, int]:
    stack: list[tuple[int, Any]] = []
    root: Any = None
    into: Any = None  # the collection being filled, which stands at column `at`
    at = -1
    waiting: str | None = None  # a key of `into` whose value may follow on deeper lines
    line_match, skip_match = _LINE.match, _SKIP.match
    position, end, count = 0, len(text), 0
    while position < end:
        found = line_match(text, position)
        if found is None:
            skipped = skip_match(text, position)
            if skipped is None:
                return ODD, 0
            position = skipped.end()
            continue
        indentation, dash, key, plain, double, single, items, pairs, empty, block, chomp = found.groups()
        column = len(indentation)
        if dash is None and key is None:
            skipped = skip_match(text, position)
            if skipped is None or skipped.end() <= position:
                return ODD, 0
            position = skipped.end()
            continue
        position = found.end()
        count += 1

        # The collection that this line belongs to.
        if waiting is not None or into is None:
            if column > at or (column == at and dash is not None):
                opened: Any = {} if dash is None else []
                if into is None:
                    root = opened
                else:
                    into[waiting] = opened
                    stack.append((at, into))
                    if len(stack) >= max_depth:
                        return ODD, 0
                into, at = opened, column
            waiting = None
        while column < at or (column == at and dash is None and type(into) is list):
            if not stack:
                return ODD, 0
            at, into = stack.pop()
        if column != at or (dash is not None) != (type(into) is list):
            return ODD, 0

        # Its value.
        if plain is not None:
            value = typed(plain.rstrip(" "))
        elif double is not None:
            value = double
        elif single is not None:
            value = single.replace("''", "'") if "''" in single else single
        elif items is not None:
            value = [_flow_value(item) for _, item in _FLOW_ITEM.findall(items)]
        elif pairs is not None:
            listed = _FLOW_ITEM.findall(pairs)
            value = {name: _flow_value(item) for name, item in listed}
            if len(value) < len(listed) or not WORDS.keys().isdisjoint(value):
                return ODD, 0
        elif empty is not None:
            value = {} if empty == "{}" else []
        elif block is not None:
            parent = column if dash is None or key is None else column + len(dash)
            value, position = _block(text, position, parent, block, chomp)
            if value is ODD:
                return ODD, 0
        elif key is None:
            return ODD, 0
        else:
            value = None

        if dash is not None:
            if key is None:
                into.append(value)
                continue
            stack.append((at, into))
            if len(stack) >= max_depth:
                return ODD, 0
            item: dict[str, Any] = {}
            into.append(item)
            into, at = item, column + len(dash)
        if key in into or key in WORDS:
            return ODD, 0
        into[key] = value
        if value is None and plain is None:
            waiting = key
    return root, count


def _flow_value(written: str) -> Any:
    return written[1:-1] if written[0] in "\"'" else typed(written)


@cache
def _deeper_lines(parent: int) -> re.Pattern[str]:
    return re.compile(rf"(?: {{{parent + 1},}}+[^ \n][^\n]*+(?:\n|\Z)| *+\n)*+")


def _block(text: str, start: int, parent: int, style: str, chomp: str) -> tuple[Any, int]:
    """The literal (`|`) or folded (`>`) text of the lines deeper than `parent`, and where it ends."""
    if parent > 100:
        return ODD, 0
    found = _deeper_lines(parent).match(text, start)
    if found is None:
        return ODD, 0
    lines = found[0].split("\n")
    if lines[-1].strip(" "):
        return ODD, 0  # the file ends without a line end
    first = next((line for line in lines if line.strip(" ")), None)
    if first is None:
        return ODD, 0
    indentation = len(first) - len(first.lstrip(" "))
    pad = first[:indentation]
    written: list[str] = []
    for line in lines:
        if line.startswith(pad):
            written.append(line[indentation:])
        elif line.strip(" "):
            return ODD, 0
        else:
            written.append("")
    if any(line and not line.strip(" \t") for line in written):
        return ODD, 0
    body = "\n".join(written).rstrip("\n")
    if style == ">":
        if "\n\n" in body or "\n " in body or "\n\t" in body or body[0] in "\n \t":
            return ODD, 0
        body = body.replace("\n", " ")
    tail = "" if chomp == "-" else "\n" if not chomp else ODD
    return (ODD, 0) if tail is ODD else (body + tail, found.end())
