"""/metrics: how homeport is doing, for Prometheus; no label holds what a user sent.

Requests are counted as they end, by the template of their route; what lies in the database is counted when asked.

Source: Prometheus, "Exposition formats" and "Metric and label naming".
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from homeport.kernel.base.errors import DatabaseUnavailable
from homeport.kernel.base.events import count_parked
from homeport.kernel.knowledge.findings import Wanted, count_by_severity
from homeport.kernel.module import Services
from homeport.kernel.trust.access import Rule, authorize, register
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.runs import RunState, count_by_state
from homeport.web.identify import actor_of
from homeport.web.queues import queues_of

ACTION = "metrics.read"
register(Rule(ACTION, Role.ADMIN))

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "other"
_NO_ROUTE = "none"


class Metrics:
    """What one process counts, and what it looks up in the database when asked."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "homeport_http_requests",
            "Requests answered, by the template of their route.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.duration = Histogram(
            "homeport_http_request_duration_seconds",
            "Time until the answer was whole; streams of events count from their beginning to their end.",
            ("method", "route"),
            registry=self.registry,
        )
        self.registry.register(_State(services))
        ProcessCollector(registry=self.registry)

    def routes(self, services: Services) -> APIRouter:
        """Return the address that Prometheus asks: for admins, or for everybody if the settings say so."""
        router = APIRouter(include_in_schema=False)

        @router.get("/metrics")
        def metrics(request: Request) -> Response:
            if not services.settings.metrics_anonymous:
                authorize(actor_of(request), ACTION)
            encode, content_type = choose_encoder(request.headers.get("accept", ""))
            return Response(encode(self.registry), headers={"Content-Type": content_type})

        return router


class Measured:
    """ASGI middleware: counts each request and how long it took."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            route = _template(scope)
            self._metrics.requests.labels(method, route, str(int(status))).inc()
            self._metrics.duration.labels(method, route).observe(time.perf_counter() - started)


class _State(Collector):
    """What the database holds now, and its connections."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> Iterable[Metric]:
        return ()  # else it would be collected to find out

    def collect(self) -> Iterator[Metric]:
        database = self._services.database
        try:
            with database.reading() as session:
                found = list(self._stored(session))
        except DatabaseUnavailable:
            found = []
        yield _gauge("homeport_database_up", "Whether the database answers.", {(): bool(found)})
        yield from found
        pool = database.engine.pool
        if isinstance(pool, QueuePool):
            used = {("in_use",): pool.checkedout(), ("idle",): pool.checkedin()}
            yield _gauge("homeport_database_connections", "Connections to the database.", used, "state")

    def _stored(self, session: Session) -> Iterator[Metric]:
        now = self._services.clock()
        runs = dict.fromkeys(RunState, 0) | count_by_state(session)
        yield _gauge("homeport_runs", "Runs by state.", {(str(state),): runs[state] for state in runs}, "state")
        queues = queues_of(session, now)
        waiting = {(one.name, "due"): one.due for one in queues} | {(one.name, "later"): one.later for one in queues}
        yield _gauge("homeport_queue_depth", "Work that waits, due now or later.", waiting, "queue", "state")
        oldest = {(one.name,): one.oldest_s or 0 for one in queues}
        yield _gauge("homeport_queue_oldest_due_seconds", "How long the oldest has been due.", oldest, "queue")
        held = {(one.name,): one.working for one in queues}
        yield _gauge("homeport_leases", "Work that a worker holds.", held, "queue")
        parked = {(): count_parked(session)}
        yield _gauge("homeport_events_parked", "Events that a subscriber kept failing on.", parked)
        severities = count_by_severity(session, SYSTEM, Wanted(), now)
        found = {(str(severity),): count for severity, count in severities.items()}
        yield _gauge("homeport_findings_open", "Open findings by severity.", found, "severity")


def _gauge(name: str, help_: str, values: Mapping[Any, float], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=labels)
    for of, value in values.items():
        family.add_metric(of, value)
    return family


def _template(scope: Scope) -> str:
    """The route as the code writes it, never as it was asked for; FastAPI keeps that of an included router apart."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(included or scope.get("route"), "path", None)
    return _NO_ROUTE if path is None else f"{scope.get('root_path', '')}{path}"
