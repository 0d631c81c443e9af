"""A SARIF log as homeport reads it: the part of the format that says what is wrong, where and how to mend it.

What is not named here is let pass unread.
Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from homeport.kernel.base.errors import FieldError, InvalidInput, TooLarge, pointer_to

MOST_RUNS = 20
MOST_RESULTS = 25_000
"""Of a run; GitHub takes as many."""

_MOST_ERRORS = 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ItemT = TypeVar("_ItemT")

Maybe = Annotated[list[_ItemT], BeforeValidator(lambda value: [] if value is None else value)]
"""A list that some tools write as null."""

Level = Literal["none", "note", "warning", "error"]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, alias_generator=to_camel)


class Text(_Part):
    """multiformatMessageString, section 3.12: its plain text."""

    text: str = ""


class Message(_Part):
    """message, section 3.11: text, or the id of one of the rule's; `arguments` fill its placeholders."""

    text: str | None = None
    id: str | None = None
    arguments: Maybe[str] = []


class Configuration(_Part):
    """reportingConfiguration, section 3.50."""

    level: Level | None = None


class RuleName(_Part):
    """The part of reportingDescriptorReference (3.52) that names a rule of another list, such as a CWE."""

    id: str | None = None


class Relationship(_Part):
    """reportingDescriptorRelationship, section 3.53."""

    target: RuleName


class Rule(_Part):
    """reportingDescriptor, section 3.49."""

    id: str
    name: str | None = None
    short_description: Text | None = None
    full_description: Text | None = None
    help: Text | None = None
    help_uri: str | None = None
    default_configuration: Configuration | None = None
    message_strings: dict[str, Text] = {}
    relationships: Maybe[Relationship] = []
    properties: dict[str, Any] = {}


class Component(_Part):
    """toolComponent, section 3.19: what brings rules."""

    name: str = ""
    rules: Maybe[Rule] = []


class Tool(_Part):
    """tool, section 3.18."""

    driver: Component
    extensions: Maybe[Component] = []


class ArtifactLocation(_Part):
    """artifactLocation, section 3.4."""

    uri: str | None = None
    uri_base_id: str | None = None
    index: int = -1


class Region(_Part):
    """region, section 3.30; lines count from 1."""

    start_line: int | None = Field(None, ge=1, le=2**31 - 1)
    snippet: Text | None = None


class PhysicalLocation(_Part):
    """physicalLocation, section 3.29."""

    artifact_location: ArtifactLocation | None = None
    region: Region | None = None
    context_region: Region | None = None


class Location(_Part):
    """location, section 3.28."""

    physical_location: PhysicalLocation | None = None


class ComponentReference(_Part):
    """toolComponentReference, section 3.54."""

    index: int = -1


class RuleReference(_Part):
    """reportingDescriptorReference, section 3.52."""

    id: str | None = None
    index: int = -1
    tool_component: ComponentReference | None = None


class Suppression(_Part):
    """suppression, section 3.35; without a status it is accepted."""

    status: Literal["accepted", "underReview", "rejected"] = "accepted"


class Fix(_Part):
    """fix, section 3.55."""

    description: Message | None = None


class Result(_Part):
    """result, section 3.27."""

    rule_id: str | None = None
    rule_index: int = -1
    rule: RuleReference | None = None
    kind: Literal["notApplicable", "pass", "fail", "review", "open", "informational"] = "fail"
    level: Level | None = None
    message: Message
    locations: Maybe[Location] = []
    fingerprints: dict[str, str] = {}
    partial_fingerprints: dict[str, str] = {}
    suppressions: Maybe[Suppression] = []
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None
    fixes: Maybe[Fix] = []
    properties: dict[str, Any] = {}


class Invocation(_Part):
    """invocation, section 3.20."""

    execution_successful: bool


class Artifact(_Part):
    """artifact, section 3.24."""

    location: ArtifactLocation | None = None


class Run(_Part):
    """run, section 3.14: what one tool found at one time."""

    tool: Tool
    results: Maybe[Result] = Field([], max_length=MOST_RESULTS)
    invocations: Maybe[Invocation] = []
    artifacts: Maybe[Artifact] = []
    original_uri_base_ids: dict[str, ArtifactLocation] = {}
    language: str = Field("en-US", pattern=r"^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$")


class Log(_Part):
    """sarifLog, section 3.13."""

    version: Literal["2.1.0"]
    runs: list[Run] = Field(max_length=MOST_RUNS)


def parse(document: bytes, limit_bytes: int) -> Log:
    """Return the log that the document holds.

    Raises:
        TooLarge: it has more bytes than `limit_bytes`.
        InvalidInput: it is no SARIF 2.1.0; each field that is wrong is named by its JSON pointer.
    """
    if len(document) > limit_bytes:
        raise TooLarge(
            f"The SARIF file has {len(document)} bytes; homeport takes {limit_bytes}. "
            "Split it by run, or raise findings.import_limit_bytes in homeport.yaml."
        )
    try:
        return Log.model_validate(orjson.loads(document.removeprefix(_BYTE_ORDER_MARK)))
    except orjson.JSONDecodeError as error:
        problem = f"It is not JSON: {error}"
        raise InvalidInput(f"The file can't be read as SARIF. {problem}", errors=(FieldError("", problem),)) from None
    except ValidationError as error:
        raise _explain(error) from None


def _explain(error: ValidationError) -> InvalidInput:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    errors = tuple(FieldError(pointer_to(item["loc"]), str(item["msg"])) for item in found[:_MOST_ERRORS])
    told = "; ".join(f"{item.pointer or '(the whole file)'}: {item.detail}" for item in errors[:3])
    more = f" (and {len(found) - 3} more)" if len(found) > 3 else ""
    return InvalidInput(f"The file is no SARIF 2.1.0: {told}{more}", errors=errors)
