"""All tables in one metadata: the kernel's own and those of every installed module."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

_KERNEL = (
    "homeport.kernel.base.leases",
    "homeport.kernel.base.events",
    "homeport.kernel.trust.identity",
    "homeport.kernel.trust.audit",
    "homeport.kernel.trust.secrets",
    "homeport.kernel.knowledge.findings",
    "homeport.kernel.knowledge.changes",
    "homeport.kernel.knowledge.search",
    "homeport.kernel.knowledge.views",
    "homeport.kernel.edge.inbound",
    "homeport.kernel.edge.idempotency",
    "homeport.kernel.work.timers",
    "homeport.kernel.work.runs",
    "homeport.kernel.work.approvals",
)


def import_tables() -> None:
    """Import every module that declares tables, so that Base.metadata is whole."""
    for name in _KERNEL:
        import_module(name)
    for point in entry_points(group="homeport.modules"):
        models = f"{point.module}.models"
        if find_spec(models):
            import_module(models)


def is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Whether Alembic should compare this object: not the full-text tables that SQLite makes for itself."""
    return not (kind == "table" and name is not None and name.startswith("kernel_search"))
