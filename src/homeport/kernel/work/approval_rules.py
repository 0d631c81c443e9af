"""Who has to approve a plan before it runs: the rules of homeport.yaml, and what triggers may start by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from homeport.kernel.base.entities import Directory, EntityRef, EntityTraits
from homeport.kernel.base.errors import ApprovalNeeded, FieldError, InvalidEntityRef, InvalidSetting
from homeport.kernel.base.settings import (
    ApprovalRuleSettings,
    ApprovalSettings,
    ChangeBoundSettings,
    EntityMatchSettings,
)
from homeport.kernel.trust.identity import Actor, Role

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from homeport.kernel.base.events import Event
    from homeport.kernel.work.procedures import Changes, Plan

USUAL_EXPIRY = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Requirement:
    """That `count` of those who fit one of `role` (or higher), `groups`, `owners` and `people` approve."""

    role: Role | None = None
    groups: tuple[EntityRef, ...] = ()
    owners: tuple[EntityRef, ...] = ()
    people: tuple[EntityRef, ...] = ()
    count: int = 1
    self_approval: bool = False

    def accepts(self, actor: Actor, *, is_asker: bool) -> bool:
        """Whether the approval of `actor` counts; that of who asked only where it may."""
        if is_asker and not self.self_approval:
            return False
        if self.role is not None and actor.role.includes(self.role):
            return True
        named = (*self.groups, *self.owners, *self.people)
        return any(actor.belongs_to(ref) for ref in named)

    def __str__(self) -> str:
        role = [f"role {self.role}" + ("" if self.role is Role.ADMIN else " or higher")] if self.role else []
        who = " or ".join([*role, *map(str, (*self.groups, *self.owners, *self.people))])
        return f"{self.count} of {who}" + ("" if self.self_approval else ", not who asked")

    def to_json(self) -> dict[str, Any]:
        """The requirement as JSON values."""
        refs = {name: [str(ref) for ref in getattr(self, name)] for name in ("groups", "owners", "people")}
        return {"role": self.role, **refs, "count": self.count, "self_approval": self.self_approval}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The requirement that `to_json` gave."""
        groups, owners, people = (tuple(map(EntityRef.parse, values[name])) for name in ("groups", "owners", "people"))
        role = Role(values["role"]) if values["role"] else None
        return cls(role, groups, owners, people, values["count"], values["self_approval"])


@dataclass(frozen=True, slots=True)
class StandingApproval:
    """What triggers may start without anybody being asked: an owner answers for it.

    `input` holds globs by field; a value has to fit one of them. A plan may change no more than `at_most`.
    """

    name: str
    owner: str
    procedure: str
    input: Mapping[str, Sequence[str]] = field(default_factory=dict)
    at_most: ChangeBoundSettings = field(default_factory=ChangeBoundSettings)
    expires_on: date | None = None

    def covers(self, procedure: str, values: Mapping[str, Any], changes: Changes | None, now: datetime) -> bool:
        """Whether the trigger may start this now."""
        if not fnmatchcase(procedure, self.procedure):
            return False
        if self.expires_on is not None and now.astimezone(UTC).date() > self.expires_on:
            return False
        if not all(_fits_all(values.get(name), globs) for name, globs in self.input.items()):
            return False
        bounds = self.at_most.model_dump()
        return changes is None or all(
            bounds[name] is None or count <= bounds[name] for name, count in asdict(changes).items()
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a plan needs before it runs: nothing, or that each of `requirements` is met."""

    requirements: tuple[Requirement, ...] = ()
    standing: StandingApproval | None = None
    expires_after: timedelta = USUAL_EXPIRY

    def authority(self) -> dict[str, Any] | None:
        """What is recorded on a run that starts without anybody being asked.

        Raises:
            ApprovalNeeded: somebody has to approve it first.
        """
        if self.requirements:
            raise ApprovalNeeded(
                f"This needs approval first: {'; '.join(map(str, self.requirements))}. "
                "Start it with POST /api/v1/runs, which asks them."
            )
        return {"standing": self.standing.name, "owner": self.standing.owner} if self.standing else None


@dataclass(slots=True)
class Policy:
    """The rules of an installation; without any, nothing needs approval."""

    rules: Sequence[ApprovalRuleSettings] = ()
    standing: Sequence[StandingApproval] = ()
    directory: Directory | None = None
    guards_triggers: bool = False
    publish: Callable[[Session, Event], None] = lambda _session, _event: None

    def judge(
        self, session: Session, actor: Actor, procedure: str, values: Mapping[str, Any], plan: Plan, now: datetime
    ) -> Judgement:
        """Return what a run of `procedure` that `actor` wants needs first.

        A trigger (homeport itself) needs a standing approval; without one, somebody is asked.
        """
        is_trigger = actor.kind == "system" and self.guards_triggers
        if is_trigger:
            standing = next((one for one in self.standing if one.covers(procedure, values, plan.changes, now)), None)
            if standing is not None:
                return Judgement(standing=standing)
        entities = entities_of(plan)
        traits = self._traits(session, entities)
        fitting = [rule for rule in self.rules if rule_fits(rule, procedure, plan, traits)]
        required = [one for rule in fitting for one in requirements_of(rule, traits)]
        if is_trigger and not required:
            return Judgement((Requirement(role=Role.OPERATOR),))
        hours = min((rule.expires_after_h for rule in fitting), default=None)
        return Judgement(tuple(dict.fromkeys(required)), None, timedelta(hours=hours) if hours else USUAL_EXPIRY)

    def _traits(self, session: Session, entities: Sequence[EntityRef]) -> dict[EntityRef, EntityTraits]:
        if not entities or not self.rules or self.directory is None:
            return dict.fromkeys(entities, EntityTraits())
        known = self.directory.traits_of(session, entities)
        return {ref: known.get(ref, EntityTraits()) for ref in entities}


def policy_of(
    settings: ApprovalSettings,
    built_in: Iterable[StandingApproval],
    directory: Directory,
    publish: Callable[[Session, Event], None],
    file: Path,
) -> Policy:
    """Return the policy that homeport.yaml, which is `file`, describes, with what modules bring.

    Raises:
        InvalidSetting: a role, group or person is none, or a rule names nobody.
    """
    for number, rule in enumerate(settings.rules):
        _check(rule, f"/approvals/rules/{number}/by", file)
    told = [
        StandingApproval(name, one.owner, one.procedure, one.input, one.at_most, one.expires_on)
        for name, one in settings.standing.items()
    ]
    return Policy(settings.rules, [*told, *built_in], directory, guards_triggers=True, publish=publish)


def entities_of(plan: Plan) -> list[EntityRef]:
    """Return the entities that the plan commits to change."""
    return [EntityRef.parse(text) for text in _listed(plan.commitments, "entity", "entities")]


def environments_of(plan: Plan) -> list[str]:
    """Return the environments that the plan commits to change."""
    return _listed(plan.commitments, "environment", "environments")


def rule_fits(rule: ApprovalRuleSettings, procedure: str, plan: Plan, traits: Mapping[EntityRef, EntityTraits]) -> bool:
    """Whether the rule speaks of this plan; `traits` are of the entities it would change."""
    if not _fits_one(procedure, rule.procedure):
        return False
    if rule.environment and not any(_fits_one(one, rule.environment) for one in environments_of(plan)):
        return False
    if rule.entity == EntityMatchSettings():
        return True
    return any(_entity_fits(rule.entity, ref, known) for ref, known in traits.items())


def requirements_of(rule: ApprovalRuleSettings, traits: Mapping[EntityRef, EntityTraits]) -> list[Requirement]:
    """Return what the rule requires: for each owner of an entity of its own, where it asks for the owner.

    Where an entity that it asks the owner of has none, and it names nobody else, an admin has to approve.
    """
    by = rule.by
    role = Role(by.role) if by.role else None
    groups = tuple(EntityRef.parse(text, "group") for text in by.group)
    people = tuple(EntityRef.parse(text, "user") for text in by.people)
    if not by.owner:
        return [Requirement(role, groups, (), people, rule.count, rule.self_approval)]
    concerned = [known for ref, known in traits.items() if _entity_fits(rule.entity, ref, known)]
    owners = list(dict.fromkeys(known.owner for known in concerned)) or [None]
    found = []
    for owner in owners:
        nobody = owner is None and not (role or groups or people)
        who = (Role.ADMIN if nobody else role, groups, (owner,) if owner else (), people)
        found.append(Requirement(*who, rule.count, rule.self_approval))
    return found


def _entity_fits(wanted: EntityMatchSettings, ref: EntityRef, known: EntityTraits) -> bool:
    return (
        _fits_one(str(ref), wanted.ref or ("*",))
        and _fits_one(ref.kind, wanted.kind or ("*",))
        and _fits_one(str(known.owner or ""), wanted.owner or ("*",))
        and (not wanted.tag or any(_fits_one(tag, wanted.tag) for tag in known.tags))
    )


def _fits_one(text: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs)


def _fits_all(value: Any, globs: Sequence[str]) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return value is not None and all(_fits_one(str(one), globs) for one in values)


def _listed(commitments: Mapping[str, Any], one: str, many: str) -> list[str]:
    single = commitments.get(one)
    return [*([single] if single else []), *(commitments.get(many) or ())]


def _check(rule: ApprovalRuleSettings, pointer: str, file: Path) -> None:
    by = rule.by
    problems = []
    if by.role is not None and by.role not in list(Role):
        problems.append(FieldError(f"{pointer}/role", f"{by.role!r} is no role; one of {', '.join(Role)}"))
    for name, kind, texts in (("group", "group", by.group), ("people", "user", by.people)):
        for text in texts:
            try:
                EntityRef.parse(text, kind)
            except InvalidEntityRef as error:
                problems.append(FieldError(f"{pointer}/{name}", error.message))
    if not (by.role or by.group or by.owner or by.people):
        problems.append(FieldError(pointer, "names nobody; give role, group, owner or people"))
    if problems:
        told = "; ".join(f"{one.pointer[1:].replace('/', '.')}: {one.detail}" for one in problems)
        raise InvalidSetting(f"{file}: {told}", errors=tuple(problems))
