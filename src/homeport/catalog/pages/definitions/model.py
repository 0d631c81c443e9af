"""What the viewer shows of an API, whatever it was written in."""

from __future__ import annotations

from dataclasses import dataclass


class BrokenDefinition(Exception):
    """The text can't be read as what it should be; the message says why."""


@dataclass(frozen=True, slots=True)
class Property:
    """A parameter, a header or a property of a message: `name` is its dotted path, `place` where a parameter goes."""

    name: str
    type: str
    description: str = ""
    is_required: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent or answered: `label` is a status or a media type, `type` the name of the schema."""

    label: str
    type: str
    description: str = ""
    properties: tuple[Property, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API does: a method on a path, a message on a channel, an rpc of a service."""

    method: str
    path: str
    summary: str = ""
    description: str = ""
    is_deprecated: bool = False
    needs: tuple[str, ...] = ()
    parameters: tuple[Property, ...] = ()
    requests: tuple[Body, ...] = ()
    responses: tuple[Body, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Operations that belong together: a tag, a channel, a service."""

    name: str
    description: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Api:
    """An API: `format` and its `version` as the file names them; `trouble` is why it can't be shown, else ""."""

    format: str = ""
    version: str = ""
    title: str = ""
    api_version: str = ""
    description: str = ""
    servers: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    left_out: int = 0
    trouble: str = ""

    @property
    def operation_count(self) -> int:
        """How many operations are shown."""
        return sum(len(section.operations) for section in self.sections)
