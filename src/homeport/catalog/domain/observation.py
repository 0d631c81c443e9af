"""A reading as a flat table, so that it can be compared with what a person says of the same sources."""

from __future__ import annotations

from typing import Any

from homeport.catalog.domain.reading import Reading


def observed(reading: Reading) -> dict[str, Any]:
    """Return name, kind, type, language, owner, apis, resources, dependsOn, consumesApis and system of one reading.

    Nothing is resolved: the owner is the list of handles as written, dependsOn holds products, consumesApis hosts.
    None or an empty list stand for what is not known.
    """
    return {
        "name": reading.guess("metadata.name"),
        "kind": reading.guess("kind"),
        "type": reading.guess("spec.type"),
        "language": reading.guess("spec.language"),
        "owner": list(reading.owner_rules[0].owners) if reading.owner_rules else [],
        "apis": [{"type": api.type, "file": api.place.file} for api in reading.apis],
        "resources": [resource.address for resource in reading.resources],
        "dependsOn": sorted({one.product for one in reading.dependencies if one.product}),
        "consumesApis": sorted({one.value for one in reading.dependencies if one.kind == "host" and not one.product}),
        "system": next((one.value for one in reading.systems), None),
    }
