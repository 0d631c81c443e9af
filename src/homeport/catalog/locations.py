"""Use cases of locations: what is read, who named it, and reading it again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import structlog
from sqlalchemy.orm import Session

from homeport.catalog import origins, previewing, repository, storing
from homeport.catalog.adapters.sources.opening import Sources
from homeport.catalog.domain.locations import LocationType
from homeport.catalog.findings import forget_location, report_graph
from homeport.catalog.models import LocationRow
from homeport.catalog.moving import move_location, timer_of
from homeport.catalog.previewing import Preview
from homeport.catalog.procedures import DISCOVER
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import Conflict, HomeportError, NotFound, SourceUnreadable
from homeport.kernel.module import Services
from homeport.kernel.trust import audit
from homeport.kernel.trust.access import authorize
from homeport.kernel.trust.identity import SYSTEM, Actor
from homeport.kernel.work import runs
from homeport.kernel.work.approval_requests import ApprovalRow
from homeport.kernel.work.approvals import start_or_ask
from homeport.kernel.work.runs import RunRow
from homeport.kernel.work.timers import cancel_timer

CONFIG = "config"
"""The origin of locations that homeport.yaml names."""
API = "api"

_log = structlog.get_logger(__name__)


class Locations:
    """The locations of this installation."""

    def __init__(self, services: Services, sources: Sources) -> None:
        self._services = services
        self._sources = sources

    def take_in_settings(self) -> None:
        """Let the locations of homeport.yaml be exactly these, and look at every location once."""
        wanted = [(one.type, one.target) for one in self._services.settings.section("catalog").locations]
        now = self._services.clock()
        with self._services.database.writing() as session:
            for type_, target in wanted:
                origins.get_or_add_location(session, type_, target, now, CONFIG).origin = CONFIG
            every = origins.list_locations(session, SYSTEM)
            for row in every:
                if row.origin == CONFIG and (row.type, row.target) not in wanted:
                    self._remove(session, SYSTEM, row)
            left = [(row.type, row.target) for row in origins.list_locations(session, SYSTEM)]
        for type_, target in left:
            self._try_to_read(type_, target)

    def preview(self, actor: Actor, type_: str, target: str) -> Preview:
        """Read a location without storing anything, and return what it would add.

        Raises:
            Forbidden: the actor may not.
            InvalidInput: there is no such type, or no target.
            SourceUnreadable: it is not there, or holds nothing.
        """
        values = {"type": type_, "target": target}
        plan = runs.plan_run(self._services.procedures, actor, DISCOVER, values)
        if "trouble" in plan.observations:
            raise SourceUnreadable(plan.observations["trouble"])
        kind, seen = LocationType(type_), previewing.Look()
        if not kind.reads_repositories(target):
            starts = [one.name for one in plan.targets]
            other_kinds = {kind.lower() for kind in self._services.settings.section("catalog").other_kinds}
            seen = previewing.look(self._sources.open(kind, target), starts, f"{kind}:{target}", other_kinds)
            seen.unread_count += plan.observations["files"] - len(starts)
        with self._services.database.reading() as session:
            return previewing.preview_of(session, kind, target, plan, seen)

    def read(self, actor: Actor, row: LocationRow, only: Collection[str] = ()) -> RunRow | ApprovalRow:
        """Start reading the location again, or ask who has to approve it; with `only`, these repositories or files.

        Raises:
            Forbidden: the actor may not.
        """
        values: dict[str, Any] = {"type": row.type, "target": row.target, "only": list(only)}
        plan = runs.plan_run(self._services.procedures, actor, DISCOVER, values)
        with self._services.database.writing() as session:
            return start_or_ask(
                session, self._services.procedures, actor, DISCOVER, values, self._services.clock(), plan
            )

    def register(self, actor: Actor, type_: str, target: str) -> LocationRow | ApprovalRow:
        """Add a location and start reading it, or ask who has to approve it first: then nothing is added yet.

        Raises:
            Forbidden: the actor may not.
            InvalidInput: there is no such type, or no target.
            SourceUnreadable: it is not there, or holds nothing.
            Conflict: it was added before.
        """
        values = {"type": type_, "target": target}
        services, now = self._services, self._services.clock()
        plan = runs.plan_run(services.procedures, actor, DISCOVER, values)
        with services.database.writing() as session:
            if origins.find_location_of(session, type_, target) is not None:
                raise Conflict(f"Location {type_}:{target} already exists")
            begun = start_or_ask(session, services.procedures, actor, DISCOVER, values, now, plan)
            if isinstance(begun, ApprovalRow):
                return begun
            row = origins.get_or_add_location(session, type_, target, now, API)
            told = {"type": type_, "target": target}
            audit.record(session, actor, "catalog.add-location", f"location:{row.id}", after=told, now=now)
        return row

    def move(self, actor: Actor, location_id: int, type_: str, target: str) -> LocationRow | ApprovalRow:
        """Let the location be read from elsewhere: what it brought goes once that has been read.

        Where somebody has to approve it first, they are asked, and the run that comes of it moves the location.

        Raises:
            NotFound: there is none of that number.
            Forbidden: the actor may not.
            InvalidInput: there is no such type, or no target.
            Conflict: another location is read from there, or homeport.yaml names this one.
        """
        services, now = self._services, self._services.clock()
        values = {"type": type_, "target": target, "moves": location_id}
        plan = runs.plan_run(services.procedures, actor, DISCOVER, values)
        with services.database.writing() as session:
            row = origins.get_location(session, location_id)
            _refuse_config(row)
            self._refuse_taken(session, row, type_, target)
            begun = start_or_ask(session, services.procedures, actor, DISCOVER, values, now, plan)
            if isinstance(begun, ApprovalRow):
                return begun
            self._stop_reading(session, actor, row, but=begun.id)
            move_location(session, actor, row, type_, target, now)
        return row

    def refresh(self, actor: Actor, ref: EntityRef) -> ApprovalRow | None:
        """Start reading again what describes the entity, and nothing else, unless that is waiting already.

        Where somebody has to approve it first, they are asked, and their request is returned.

        Raises:
            NotFound: there is no such entity.
            Forbidden: the actor may not.
        """
        with self._services.database.reading() as session:
            row = repository.find_entity(session, actor, ref)
            if row is None:
                raise NotFound(f"There is no entity {ref}.")
            location = origins.get_location(session, row.location_id)
            unit = origins.find_unit(session, row.unit_id) if row.unit_id is not None else None
            only = [unit.key if unit else origins.path_of(session, row)]
            values = {"type": location.type, "target": location.target, "only": list(filter(None, only))}
            if runs.is_waiting(session, self._services.procedures, DISCOVER, values):
                return None
        begun = self.read(actor, location, values["only"])
        return begun if isinstance(begun, ApprovalRow) else None

    def remove_entity(self, session: Session, actor: Actor, entity_id: int) -> None:
        """Take an entity out of the catalog until what describes it is read again; nothing if there is none.

        Raises:
            Forbidden: the actor may not.
        """
        authorize(actor, "catalog.discover")
        ref = repository.ref_of_id(session, actor, entity_id)
        if ref is None:
            return
        now = self._services.clock()
        origins.forget_version(session, entity_id)
        storing.remove(session, actor, [ref], now)
        audit.record(session, actor, "catalog.remove-entity", ref, now=now)
        report_graph(session, now, self._services.due_days)

    def remove(self, session: Session, actor: Actor, location_id: int) -> None:
        """Let go of the location and of all that it brought.

        Raises:
            NotFound: there is none of that number.
            Forbidden: the actor may not.
            Conflict: homeport.yaml names it; it is removed there.
        """
        authorize(actor, "catalog.discover")
        row = origins.get_location(session, location_id)
        _refuse_config(row)
        self._remove(session, actor, row)

    def _refuse_taken(self, session: Session, row: LocationRow, type_: str, target: str) -> None:
        other = origins.find_location_of(session, type_, target)
        if other is not None and other.id != row.id:
            raise Conflict(f"Location {type_}:{target} already exists")

    def _stop_reading(self, session: Session, actor: Actor, row: LocationRow, but: str = "") -> None:
        """Cancel the runs that read the location: what they store would bring it back."""
        for run in runs.active_runs(session, DISCOVER):
            if run.id != but and (run.input["type"], run.input["target"]) == (row.type, row.target):
                runs.cancel_run(session, actor, run.id, self._services.clock())

    def _remove(self, session: Session, actor: Actor, row: LocationRow) -> None:
        now = self._services.clock()
        self._stop_reading(session, actor, row)
        storing.wait_for_other_writers(session)
        gone = storing.known_of_location(session, row.id)
        storing.remove(session, actor, list(gone), now)
        forget_location(session, row.id, now)
        cancel_timer(session, timer_of(row.id))
        told = {"type": row.type, "target": row.target}
        audit.record(session, actor, "catalog.remove-location", f"location:{row.id}", before=told, now=now)
        origins.delete_location(session, row.id)
        report_graph(session, now, self._services.due_days)

    def _try_to_read(self, type_: str, target: str) -> None:
        """Start reading the location, unless a run of before does: one that was interrupted is taken up again."""
        values = {"type": type_, "target": target, "only": []}
        services, now = self._services, self._services.clock()
        try:
            plan = runs.plan_run(services.procedures, SYSTEM, DISCOVER, values)
        except HomeportError as error:
            _log.warning("a location can't be read", target=target, reason=error.message)
            return
        with services.database.writing() as session:
            storing.wait_for_other_writers(session)  # another process may start as well
            if not _is_read_whole(session, type_, target):
                runs.start_run(session, services.procedures, SYSTEM, DISCOVER, values, now, plan)


def _is_read_whole(session: Session, type_: str, target: str) -> bool:
    """Whether a run that goes on reads all of the location, whatever else it was told."""
    return any(
        (run.input["type"], run.input["target"]) == (type_, target) and not run.input["only"]
        for run in runs.active_runs(session, DISCOVER)
        if run.cancel_asked_at is None
    )


def _refuse_config(row: LocationRow) -> None:
    if row.origin == CONFIG:
        raise Conflict(f"{row.target} is named in homeport.yaml; change or remove it in catalog.locations there.")
