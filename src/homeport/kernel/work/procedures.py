"""What homeport can do for someone: procedures, found by name, each with a plan and a run."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from homeport.kernel.base.errors import FieldError, InvalidInput, NotFound, pointer_to, reason_of
from homeport.kernel.base.leases import Limit
from homeport.kernel.work.approval_rules import Policy

if TYPE_CHECKING:
    from homeport.kernel.work.execution import Run


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """One of the things a run works on, such as a repository or an account; `name` is unique in the run."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Changes:
    """The class of a plan's diff: how many things it would add, change in place, replace and delete."""

    add: int = 0
    change: int = 0
    replace: int = 0
    delete: int = 0

    def destroys_more_than(self, approved: Changes) -> bool:
        """Whether more would be replaced or deleted than was approved."""
        return self.replace > approved.replace or self.delete > approved.delete


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do.

    `commitments`, `targets` and `changes` make the fingerprint: what was shown is what is done. `observations` are
    shown and read again at the start. Commitments and observations hold JSON values. Rules of approval read the
    commitments `entity` or `entities` (references) and `environment` or `environments`. A plan with `changes` is
    made again whenever its run is taken up: where more would be replaced or deleted than approved, the run stops.
    """

    commitments: Mapping[str, Any]
    observations: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[PlannedTarget, ...] = ()
    changes: Changes | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the commitments, targets and changes in canonical JSON."""
        committed = {key: value for key, value in self.to_json().items() if key != "observations"}
        canonical = json.dumps(committed, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return {
            "commitments": dict(self.commitments),
            "observations": dict(self.observations),
            "targets": [asdict(target) for target in self.targets],
            **({"changes": asdict(self.changes)} if self.changes else {}),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Plan:
        """The plan that `to_json` gave."""
        targets = tuple(PlannedTarget(**target) for target in values["targets"])
        changes = Changes(**values["changes"]) if values.get("changes") else None
        return cls(values["commitments"], values["observations"], targets, changes)


class Input(BaseModel):
    """Base of every procedure's input: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


InputT = TypeVar("InputT", bound=Input, contravariant=True)


class Late(StrEnum):
    """What a timer does about the ticks it missed, while nobody worked or while its last run still went on."""

    ONCE = "once"
    """One run for all of them."""
    EACH = "each"
    """A run for each, one after the other."""
    SKIP = "skip"
    """None: the next tick comes in its time."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how many runs of a procedure at a time.

    At most `at_most` have begun and not ended at a time: in all, or for each value of the input's field `per`.
    Those of one that `is_bulk` come after all others, unless a person started them. `late` is for its timers.
    """

    at_most: int | None = None
    per: str | None = None
    is_bulk: bool = False
    late: Late = Late.ONCE

    def limit(self, procedure: str, values: Mapping[str, Any]) -> Limit | None:
        """Return the limit of a run with this input."""
        if self.at_most is None:
            return None
        key = procedure if self.per is None else f"{procedure}:{values[self.per]}"
        return Limit(key, self.at_most)


class Procedure(Protocol[InputT]):
    """Something the platform does for someone; one with a `pace: Pace` says how many runs of it go on at a time."""

    @property
    def name(self) -> str:
        """The name it is found by: module.verb."""
        ...

    @property
    def action(self) -> str:
        """The action of the access rule that says who may start it."""
        ...

    @property
    def input(self) -> type[Input]:
        """The form of its input."""
        ...

    def plan(self, request: InputT) -> Plan:
        """Return what a run would do now. Raises InvalidInput where the request can't be planned."""
        ...

    def run(self, run: Run, request: InputT) -> dict[str, Any]:
        """Do it and return the outcome as JSON values; called again from the top after a crash."""
        ...


class Procedures:
    """The procedures of this installation by name, and the policy that says who has to approve their runs."""

    def __init__(self) -> None:
        self.policy = Policy()
        self._by_name: dict[str, Procedure[Any]] = {}

    def add(self, procedure: Procedure[Any]) -> None:
        """Make the procedure known."""
        self._by_name[procedure.name] = procedure

    def __contains__(self, name: str) -> bool:
        """Whether there is a procedure of that name."""
        return name in self._by_name

    def all(self) -> list[Procedure[Any]]:
        """Return every procedure, by name."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    def get(self, name: str) -> Procedure[Any]:
        """Return the procedure `name`.

        Raises:
            NotFound: there is none of that name.
        """
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(sorted(self._by_name))
            raise NotFound(f"There is no procedure {name!r}; known are {known}.") from None

    def pace(self, name: str) -> Pace:
        """Return what the procedure `name` says of its pace.

        Raises:
            NotFound: there is none of that name.
        """
        pace: Pace = getattr(self.get(name), "pace", Pace())
        return pace

    def code_of(self, name: str) -> str:
        """Return a digest of the file that says what the procedure `name` does: another one means another version.

        Raises:
            NotFound: there is none of that name.
        """
        return _digest_of_source(type(self.get(name)))

    def parse(self, name: str, values: Mapping[str, Any]) -> Input:
        """Return `values` as the input of the procedure `name`.

        Raises:
            NotFound: there is no such procedure.
            InvalidInput: the values don't fit; each wrong field is named.
        """
        try:
            parsed: Input = self.get(name).input.model_validate(values)
        except ValidationError as error:
            raise _explain(name, error) from None
        return parsed


@cache
def _digest_of_source(written_in: type) -> str:
    """A digest of the file that the class is written in, as it was when it was first asked for."""
    try:
        source = inspect.getsourcefile(written_in)
        written = Path(source).read_bytes() if source else b""
    except (OSError, TypeError):  # typed in by hand, or packed up: taken for the same version
        written = b""
    return hashlib.sha256(written).hexdigest()[:16]


def _explain(name: str, error: ValidationError) -> InvalidInput:
    found = error.errors()
    told = "; ".join(f"{'.'.join(map(str, item['loc']))}: {reason_of(item)}" for item in found)
    errors = tuple(FieldError(pointer_to(("input", *item["loc"])), reason_of(item)) for item in found)
    return InvalidInput(f"The input does not fit {name}: {told}.", errors=errors)
