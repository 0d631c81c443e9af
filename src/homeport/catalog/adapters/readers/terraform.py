"""Terraform: resource blocks with their literal arguments.

HCL is scanned here, not parsed in full: python-hcl2 needs 1.2 s for its first file and 6 ms for every kilobyte, and
what discovery wants of a file is the head of each block, its literal arguments and its tags.

Source: HCL native syntax specification, "Lexical elements" and "Body items and expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from homeport.catalog.adapters.readers.cloudformation import Template, literal_name, name_pattern
from homeport.catalog.adapters.readers.syntax import BrokenFile
from homeport.catalog.domain.fields import Candidate, Place
from homeport.catalog.domain.reading import DeclaredResource
from homeport.catalog.domain.resources import resource_type
from homeport.catalog.domain.settings import Setting

_TOKEN = re.compile(
    r"""(?P<skip>[ \t]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
      | (?P<newline>\n)
      | <<[-~]?(?P<mark>\w+)\n(?P<heredoc>.*?)^[ \t]*(?P=mark)[ \t]*$
      | "(?P<text>(?:[^"\\\n$]|\\.|\$(?!\{)|\$\{(?:[^{}"]|"[^"]*"|\{[^{}]*\})*\})*)"
      | (?P<unclosed>/\*|<<[-~]?\w+\n)
      | (?P<word>[A-Za-z_][\w.-]*)
      | (?P<open>[{\[(])
      | (?P<close>[}\])])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_PAIR = {"}": "{", "]": "[", ")": "("}
_NAME_ARGUMENTS = (
    *("name", "bucket", "identifier", "cluster_identifier", "replication_group_id", "cluster_id", "cluster_name"),
    *("domain_name", "domain", "broker_name", "function_name", "table_name", "user_pool_name"),
)


@dataclass(slots=True)
class _Block:
    """A block: its head (`resource "aws_sqs_queue" "orders"`), literal arguments and tags, each with its line."""

    head: list[str]
    line: int
    texts: dict[str, tuple[str, int]] = field(default_factory=dict)
    tags: dict[str, tuple[str, int]] = field(default_factory=dict)
    variables: dict[str, tuple[str, int]] = field(default_factory=dict)


def read_terraform(path: str, text: str) -> Template:
    """Return what the Terraform file creates; modules and data sources are not counted.

    Raises:
        BrokenFile: its brackets or strings do not close.
    """
    blocks = list(_blocks(text))
    resources = [block for block in blocks if block.head[0] == "resource" and len(block.head) == 3]
    return Template(
        tuple(_resource(path, block) for block in resources),
        tuple(_systems(path, blocks)),
        tuple(_deployments(path, resources)),
        tuple(
            Setting(key, value, "terraform", Place(path, line))
            for block in resources
            for key, (value, line) in block.variables.items()
        ),
    )


def _resource(path: str, block: _Block) -> DeclaredResource:
    _, cloud_type, name = block.head
    given = [text for argument in _NAME_ARGUMENTS if (text := block.texts.get(argument, ("", 0))[0])]
    physical = next((one for one in map(literal_name, given) if one), None)
    pattern = next((one for one in map(name_pattern, given) if one), None)
    place, kind = Place(path, block.line), resource_type(cloud_type)
    return DeclaredResource(f"{cloud_type}.{name}", cloud_type, kind, physical, "terraform", place, pattern)


def _systems(path: str, blocks: list[_Block]) -> Iterator[Candidate]:
    for block in blocks:
        for key, (value, line) in block.tags.items():
            if re.fullmatch(r"(.*[:/])?system", key, re.IGNORECASE) and "${" not in value:
                yield Candidate(value, "terraform", 0.8, Place(path, line))


def _deployments(path: str, resources: list[_Block]) -> Iterator[Candidate]:
    for block in resources:
        if block.head[1] in (
            "aws_ecs_service",
            "aws_apprunner_service",
            "google_cloud_run_service",
            "google_cloud_run_v2_service",
        ):
            yield Candidate("service", "terraform", 0.8, Place(path, block.line))


def _blocks(text: str) -> Iterator[_Block]:
    """The top-level blocks of a file."""
    stack: list[tuple[str, str]] = []
    statement: list[str] = []
    line, block = 1, _Block([], 1)
    for token in _TOKEN.finditer(text):
        kind, value = token.lastgroup or "other", token[0]
        if kind == "newline":
            line += 1
            statement = []
            continue
        if kind == "open":
            if not stack:
                block = _Block(statement or [""], line)
            stack.append((value, statement[0] if statement else ""))
            statement = []
        elif kind == "close":
            if not stack or stack.pop()[0] != _PAIR[value]:
                raise BrokenFile(f"{value} closes nothing", line)
            statement = []
            if not stack and value == "}":
                yield block
        elif kind in ("word", "text"):
            statement.append(token["text"] if kind == "text" else value)
            _note(block, stack, statement, line, is_text=kind == "text")
        elif value == ",":
            statement = []
        elif value == '"':
            raise BrokenFile("a string does not close on its line", line)
        elif kind == "unclosed":
            raise BrokenFile(f"{value.strip()} is not closed", line)
        elif kind == "other" and value in "=:":
            statement = [*statement[:1], "="]
        line += value.count("\n")
    if stack:
        raise BrokenFile(f"{block.head[0] or 'a block'} of line {block.line} is not closed", line)


def _note(block: _Block, stack: list[tuple[str, str]], statement: list[str], line: int, *, is_text: bool) -> None:
    """Keep `key = "text"` where it is an argument of the block itself, a tag or an environment variable."""
    if not is_text or len(statement) != 3 or statement[1] != "=":
        return
    inner = [name for _, name in stack]
    if len(stack) == 1:
        block.texts.setdefault(statement[0], (statement[2], line))
    elif {"tags", "labels"} & set(inner[1:]):
        block.tags[statement[0]] = (statement[2], line)
    elif inner[-1] == "variables":
        block.variables[statement[0]] = (statement[2], line)
