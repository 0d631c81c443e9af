"""What is wrong with entities, as the modules see it: one model, one list, one way to live with some of it."""

from homeport.kernel.knowledge.findings.due_dates import DUE_DAYS, DueDays, redate
from homeport.kernel.knowledge.findings.listing import (
    Order,
    Page,
    Wanted,
    count_by_entity,
    count_by_rule,
    count_by_severity,
    count_by_source,
    get_finding,
    list_findings,
)
from homeport.kernel.knowledge.findings.proof import Shown, shown_to, without_proof
from homeport.kernel.knowledge.findings.records import Evidence, Finding, Found, Severity, State, Words
from homeport.kernel.knowledge.findings.reporting import EVERYTHING, Reported, report, storable
from homeport.kernel.knowledge.findings.suppression import suppress, unsuppress

__all__ = [
    "DUE_DAYS",
    "EVERYTHING",
    "DueDays",
    "Evidence",
    "Finding",
    "Found",
    "Order",
    "Page",
    "Reported",
    "Severity",
    "Shown",
    "State",
    "Wanted",
    "Words",
    "count_by_entity",
    "count_by_rule",
    "count_by_severity",
    "count_by_source",
    "get_finding",
    "list_findings",
    "redate",
    "report",
    "shown_to",
    "storable",
    "suppress",
    "unsuppress",
    "without_proof",
]
