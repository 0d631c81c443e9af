"""The portal's own pages: what belongs to the platform and not to one module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request

from homeport.kernel.edge.inbound import Inbox
from homeport.kernel.knowledge.findings import Wanted, count_by_severity
from homeport.kernel.module import HomeCard, NavItem, Services
from homeport.kernel.trust.access import may
from homeport.kernel.trust.trail import READ
from homeport.kernel.work.approval_decisions import count_waiting_for
from homeport.kernel.work.runs import RunState, count_by_state
from homeport.web.pages import (
    admin,
    approval,
    approvals,
    audit,
    finding,
    findings,
    findings_bulk,
    findings_by_owner,
    findings_by_rule,
    home,
    login,
    me,
    oidc,
    password,
    people,
    run,
    runs,
    search,
    sign_ins,
    style,
    views,
    webhooks,
)
from homeport.web.pages.ownership import NoOwners, Ownership

__all__ = ["FOLDER", "NoOwners", "Ownership", "navigation", "routes"]

FOLDER = Path(__file__).parent
"""Where the pages' templates and words are."""


def navigation(services: Services) -> tuple[NavItem, ...]:
    """The lines of the navigation that lead to these pages."""

    def open_findings(request: Request) -> int | None:
        actor = request.state.actor
        if actor is None:
            return None
        with services.database.reading() as session:
            return sum(count_by_severity(session, actor, Wanted(), services.clock()).values())

    def live_runs(request: Request) -> int | None:
        if request.state.actor is None:
            return None
        with services.database.reading() as session:
            counts = count_by_state(session)
        return (counts.get(RunState.WAITING, 0) + counts.get(RunState.RUNNING, 0)) or None

    def waiting_approvals(request: Request) -> int | None:
        actor = request.state.actor
        if actor is None:
            return None
        with services.database.reading() as session:
            return count_waiting_for(session, actor, services.clock()) or None

    def is_admin(request: Request) -> bool:
        return request.state.actor is not None and may(request.state.actor, admin.ACTION)

    def is_auditor(request: Request) -> bool:
        return request.state.actor is not None and may(request.state.actor, READ)

    def is_operator(request: Request) -> bool:
        return request.state.actor is not None and may(request.state.actor, webhooks.READ) and not is_admin(request)

    return (
        NavItem("nav-home", "/", "house", 10),
        NavItem("nav-runs", "/runs", "circle-play", 30, count=live_runs),
        NavItem("nav-approvals", "/approvals", "user-check", 35, count=waiting_approvals),
        NavItem("nav-findings", "/findings", "shield-alert", 40, count=open_findings),
        NavItem("nav-admin", "/admin", "settings", 90, group="admin", is_for=is_admin),
        NavItem("nav-webhooks", webhooks.PATH, "webhook", 92, group="admin", is_for=is_operator),
        NavItem("nav-audit", audit.PATH, "scroll-text", 95, group="admin", is_for=is_auditor),
    )


def routes(
    services: Services, cards: Sequence[HomeCard], inbox: Inbox, ownership: Ownership | None = None
) -> APIRouter:
    """Every page, one file each; `inbox` reads deliveries of webhooks, `ownership` says which entities are whose."""
    router = APIRouter()
    owners = ownership or NoOwners()
    style.add(router)
    router.include_router(password.routes(services))
    providers = oidc.Providers(services)
    login.add(router, services, providers)
    oidc.add(router, services, providers, owners)
    home.add(router, services, cards, owners)
    runs.add(router, services)
    run.add(router, services)
    approvals.add(router, services)
    approval.add(router, services)
    findings.add(router, services, owners)
    findings_by_owner.add(router, services, owners)
    findings_by_rule.add(router, services)
    findings_bulk.add(router, services, owners)
    finding.add(router, services, owners)
    search.add(router, services)
    me.add(router, services)
    views.add(router, services)
    sign_ins.add(router, services)
    admin.add(router, services)
    audit.add(router, services)
    people.add(router, services)
    webhooks.add(router, services, inbox)
    return router
