"""A reading as a flat table, so that it can be compared with what a person says of the same sources."""

from __future__ import annotations

from typing import Any

from homeport.catalog.domain.reading import Dependency, Reading


def observed(reading: Reading, least: float = 0.0) -> dict[str, Any]:
    """Return name, kind, type, language, owner, apis, resources, dependsOn, consumesApis and system of one reading.

    Guesses and connections less sure than `least` (0 to 1) are left out. Nothing is resolved: the owner is the list of
    handles as written, dependsOn holds products and services of the same network, consumesApis others' hosts. None or
    an empty list stand for what is not known.
    """
    guesses = {one.path: one.chosen.value for one in reading.guesses if one.chosen.confidence >= least}
    sure = [one for one in reading.dependencies if one.confidence >= least]
    connected = {target for one in sure if (target := target_of(one))}
    return {
        "name": guesses.get("metadata.name"),
        "kind": guesses.get("kind"),
        "type": guesses.get("spec.type"),
        "language": guesses.get("spec.language"),
        "owner": list(reading.owner_rules[0].owners) if reading.owner_rules else [],
        "apis": [{"type": api.type, "file": api.place.file} for api in reading.apis],
        "resources": [resource.address for resource in reading.resources],
        "dependsOn": sorted(value for field, value in connected if field == "dependsOn"),
        "consumesApis": sorted(value for field, value in connected if field == "consumesApis"),
        "system": next((one.value for one in reading.systems), None),
    }


def target_of(one: Dependency) -> tuple[str, str] | None:
    """Return the field that a connection belongs to and what it says there, None where it says nothing.

    A host without a domain is a service beside this one; with a domain it is somebody's API.
    """
    if one.product:
        return "dependsOn", one.product
    if one.kind == "host":
        return "consumesApis" if "." in one.value else "dependsOn", one.value
    return None
