"""The composition root: here the parts of homeport meet, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from homeport import __version__
from homeport.catalog import api as catalog
from homeport.forges.pushes import READERS
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.base.events import Subscribers
from homeport.kernel.base.settings import FILE, Settings, load_settings
from homeport.kernel.edge.inbound import Inbox
from homeport.kernel.knowledge.findings import redate
from homeport.kernel.module import Module, Services, installed_modules
from homeport.kernel.trust import access, identity, secrets
from homeport.kernel.work.approval_rules import policy_of
from homeport.kernel.work.procedures import Procedures
from homeport.kernel.work.worker import Worker
from homeport.web import health, pages, problems
from homeport.web.bodies import Bodies
from homeport.web.identify import Identify, actor_of, is_reached_over_tls
from homeport.web.metrics import Measured, Metrics
from homeport.web.rest import approvals, audit, findings, runs, search, sessions, tokens, views, webhooks
from homeport.web.rest.conditional import NotModified
from homeport.web.rest.document import document
from homeport.web.rest.idempotency import Idempotency
from homeport.web.security import SameOriginWrites, SecurityHeaders
from homeport.web.shell import Pages, Shell

_GZIP_FROM_BYTES = 500
_TRY_TO_START_EVERY_S = 2.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Homeport:
    """An installation put together: its services and its modules."""

    services: Services
    modules: list[Module]

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return self.services.settings

    def start(self) -> None:
        """Let each module begin, due dates be what the settings say now, and what people can use no more be gone."""
        services = self.services
        with services.database.writing() as session:
            idle = timedelta(hours=services.settings.session_idle_hours)
            identity.throw_away_what_ended(session, services.clock(), idle)
            redate(session, self.services.due_days)
        for module in self.modules:
            if module.start is not None:
                module.start(self.services)

    def worker(self, only: str | None = None) -> Worker:
        """Return a worker for what is due, not yet started; for one run alone if `only` names it."""
        services, settings = self.services, self.settings
        return Worker(
            services.database,
            services.procedures,
            services.subscribers,
            services.clock,
            run_workers=1 if only else settings.run_workers,
            lease_s=settings.lease_s,
            poll_s=settings.poll_s,
            only=only,
        )


def settings_for(modules: list[Module], **overrides: Any) -> Settings:
    """Return the settings, with the sections that the modules bring."""
    sections = {module.name: module.settings for module in modules if module.settings is not None}
    return load_settings(sections=sections, **overrides)


@contextmanager
def installation(
    clock: Callable[[], datetime] = lambda: datetime.now(UTC), *, names_secrets: bool = True, **overrides: Any
) -> Iterator[Homeport]:
    """The installation that the settings describe, its database brought to the newest shape.

    With `names_secrets`, settings that name a secret (`secret:NAME`) hold it.

    Raises:
        InvalidSetting: a setting is unknown or wrong.
        DatabaseUnavailable: the database can't be reached.
    """
    modules = installed_modules()
    settings = settings_for(modules, **overrides)
    database = Database(settings.resolved_database_url)
    database.migrate()
    try:
        settings = secrets.fill_in(settings, database) if names_secrets else settings
        yield assemble(Services(settings, database, Procedures(), Subscribers(), clock), modules)
    finally:
        database.close()


def assemble(services: Services, modules: list[Module]) -> Homeport:
    """Let each module register what it brings."""
    for module in modules:
        access.register(*module.rules)
        for procedure in module.procedures(services):
            services.procedures.add(procedure)
        for subscription in module.subscriptions(services):
            services.subscribers.add(subscription.name, subscription.event_type, subscription.handler)
    standing = [one for module in modules for one in module.standing_approvals]
    settings = services.settings
    services.procedures.policy = policy_of(
        settings.approvals, standing, catalog.Owners(), services.subscribers.publish, settings.home / FILE
    )
    return Homeport(services, modules)


def inbox_of(services: Services) -> Inbox:
    """Return what takes deliveries of webhooks and replays them."""
    return Inbox(services.database, services.subscribers, services.settings.webhooks, READERS, services.clock)


def create_app(homeport: Homeport, worker: Worker | None = None) -> FastAPI:
    """Return the web application; it starts and stops `worker` with itself, if given."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> Any:
        if worker:
            worker.start()
            threading.Thread(target=_start, args=(homeport, worker), name="start", daemon=True).start()
        yield
        if worker:
            worker.stop()

    services = homeport.services
    app = FastAPI(
        title="homeport",
        version=__version__,
        summary="Catalog, runs and findings of an internal developer platform.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.shell = _shell(homeport)
    for module in homeport.modules:  # before the pages, which are many to look through
        app.routes.extend(module.mounts(services))
    app.include_router(_rest(homeport))
    for router in _page_routers(homeport):
        app.include_router(router, include_in_schema=False)
    app.include_router(inbox_of(services).routes())
    app.routes.extend(app.state.shell.routes())
    app.include_router(health.routes(services.database, worker))
    metrics = Metrics(services)
    app.include_router(metrics.routes(services))
    problems.install(app)
    app.add_middleware(NotModified)
    app.add_middleware(Idempotency, database=services.database, settings=services.settings, clock=services.clock)
    app.add_middleware(Bodies, import_limit_bytes=services.settings.findings.import_limit_bytes)
    app.add_middleware(
        Identify,
        database=services.database,
        clock=services.clock,
        groups_of=catalog.groups_of,
        is_secure=is_reached_over_tls(services.settings.base_url),
        idle=timedelta(hours=services.settings.session_idle_hours),
    )
    app.add_middleware(SameOriginWrites)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=metrics)
    app.add_middleware(GZipMiddleware, minimum_size=_GZIP_FROM_BYTES)
    return app


def _shell(homeport: Homeport) -> Shell:
    parts = [
        Pages(module.name, module.folder, tuple(module.navigation(homeport.services))) for module in homeport.modules
    ]
    settings = homeport.settings
    return Shell(
        [Pages("pages", pages.FOLDER, pages.navigation(homeport.services)), *parts],
        default_language=settings.language,
        default_zone=settings.zone,
        clock=homeport.services.clock,
    )


def _rest(homeport: Homeport) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    router.include_router(findings.routes(homeport.services, catalog.Owners()))
    for part in (approvals, audit, runs, search, sessions, tokens, views):
        router.include_router(part.routes(homeport.services))
    router.include_router(webhooks.routes(homeport.services, inbox_of(homeport.services)))
    for module in homeport.modules:
        if module.routes:
            router.include_router(module.routes(homeport.services))

    @router.get("/openapi.json", include_in_schema=False)
    def openapi(request: Request) -> JSONResponse:
        if not homeport.settings.openapi_anonymous:
            actor_of(request)
        return JSONResponse(document(request.app))

    return router


def _page_routers(homeport: Homeport) -> Iterator[APIRouter]:
    cards = [card for module in homeport.modules for card in module.home_cards]
    cards.sort(key=lambda card: card.order)
    yield pages.routes(homeport.services, cards, inbox_of(homeport.services), catalog.Owners())
    for module in homeport.modules:
        if module.pages:
            yield module.pages(homeport.services)


def _start(homeport: Homeport, worker: Worker) -> None:
    """Start the installation, as soon as the database takes it."""
    while True:
        try:
            return homeport.start()
        except DatabaseUnavailable as error:
            _log.warning("homeport can't start its modules yet; it is tried again", reason=error.message)
            if worker.wait(_TRY_TO_START_EVERY_S):
                return None
