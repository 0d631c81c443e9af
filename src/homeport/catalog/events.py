"""The events that the catalog publishes: the one file of it that siblings may import beside api."""

FIELD_ANSWERED = "catalog.field_answered"
"""A person confirmed or refused a value. Payload: `path`, `verdict`."""

LOCATION_DISCOVERED = "catalog.location_discovered"
"""A folder of repositories was discovered and its entities are published. Payload: `target`."""
