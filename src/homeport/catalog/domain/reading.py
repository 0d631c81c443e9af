"""What one repository tells on its own, before it is seen beside the others.

A reading is plain JSON by `to_json` and back by `from_json`, so that it can be the recorded result of a run's step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from homeport.catalog.domain.fields import Candidate, DescribedEntity, Field, Place, Problem

FORMAT = 8
"""Grows when readings change their meaning: a cached one of another format is to be read again."""


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """Who CODEOWNERS names for everything; `owners` as written: `@org/team`, `@login`, an address."""

    pattern: str
    owners: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Committer:
    """Who worked here lately: `weight` is the number of commits, each halved for every 90 days before the last."""

    email: str
    name: str
    commit_count: int
    weight: float
    last_at: str


@dataclass(frozen=True, slots=True)
class ApiDefinition:
    """An API that the repository defines: `type` is openapi, asyncapi, grpc or graphql.

    `channels` are the topics and queues that an AsyncAPI document says are published to.
    """

    type: str
    title: str
    description: str
    definition: str
    place: Place
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredResource:
    """Something that a template of the repository creates.

    `address` is the logical id or Terraform address, `cloud_type` as the template has it (`AWS::SQS::Queue`), `type`
    the word for people (queue), `physical_name` what it will be called where the template says so literally, and
    `name_pattern` the same with * for what only a deployment knows (`*-order-commands`).
    """

    address: str
    cloud_type: str
    type: str
    physical_name: str | None
    source: str
    place: Place
    name_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Dependency:
    """Something that the configuration connects to.

    `kind` is product (value `postgresql`), host (of an API), sample-host (under a domain that is nobody's, such as
    `.example`: of use only where its first label is known), topic, queue, stream, bucket, table or database; `product`
    is the engine behind a host or database where it is known. `protocol` is http, grpc or graphql where a host's
    setting tells, `evidence` in a few words what shows the connection (see `evidence`).
    """

    kind: str
    value: str
    product: str | None
    source: str
    confidence: float
    place: Place
    protocol: str | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that one repository tells.

    `repository` is its path below the root of the search (`order/order-api`); `guesses` are fields of the component
    it holds, with the paths kind, metadata.name, metadata.title, metadata.description, spec.type, spec.language and
    spec.lifecycle; `systems` are values of spec.system; surest first in each.
    """

    repository: str
    group: tuple[str, ...]
    head: str | None
    described: tuple[DescribedEntity, ...] = ()
    problems: tuple[Problem, ...] = ()
    guesses: tuple[Field, ...] = ()
    owner_rules: tuple[OwnerRule, ...] = ()
    committers: tuple[Committer, ...] = ()
    apis: tuple[ApiDefinition, ...] = ()
    resources: tuple[DeclaredResource, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    systems: tuple[Candidate, ...] = ()

    def guess(self, path: str) -> Any:
        """Return the chosen value of a guessed field, or None."""
        return next((field.chosen.value for field in self.guesses if field.path == path), None)

    def to_json(self) -> dict[str, Any]:
        """Return the reading as JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Reading:
        """Return the reading that `to_json` wrote."""
        rebuilt = _rebuild(cls, values)
        assert isinstance(rebuilt, cls)
        return rebuilt


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _rebuild(hint: Any, value: Any) -> Any:
    """Give JSON values back the types of `hint`: dataclasses, tuples, mappings and optional values of these."""
    if value is None:
        return None
    if is_dataclass(hint) and isinstance(hint, type):
        hints = _hints(hint)
        return hint(
            **{one.name: _rebuild(hints[one.name], value[one.name]) for one in fields(hint) if one.name in value}
        )
    if get_origin(hint) in (Union, UnionType):
        return _rebuild(next(arm for arm in get_args(hint) if arm is not type(None)), value)
    if get_origin(hint) is tuple:
        return tuple(_rebuild(get_args(hint)[0], item) for item in value)
    return value
