"""Every macro of the shell with sample content: the style guide, and what the gate looks at first.

Run `python -m uvicorn --app-dir tests/unit/web gallery:app` to look at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from homeport.web.code import highlight
from homeport.web.graph import Edge, Graph, Node, draw, fold
from homeport.web.live import ServerEvent, event_stream, fragment
from homeport.web.security import SameOriginWrites, SecurityHeaders
from homeport.web.shell import NavItem, Pages, Shell, redirect, render
from homeport.web.tables import Column, Facet, FacetValue, Page, Table
from homeport.web.viewer import Viewer

NOW = datetime(2026, 11, 23, 17, 57, tzinfo=UTC)

NAVIGATION = (
    NavItem("nav-home", "/", "house", 10),
    NavItem("nav-catalog", "/catalog", "boxes", 20, count=lambda _: 128),
    NavItem("nav-runs", "/runs", "play", 30, "deliver", count=lambda _: 9),
    NavItem("nav-findings", "/findings", "shield-alert", 40, "operate", count=lambda _: 1204),
    NavItem("nav-admin", "/admin", "settings", 90, "admin"),
)


@dataclass(frozen=True)
class Service:
    name: str
    title: str
    kind: str
    owner: str
    lifecycle: str
    state: str
    score: int
    tags: tuple[str, ...]
    changed_at: datetime


PROD = "production"

SERVICES = (
    Service("order-api", "주문을 받고 결제를 요청한다", "component", "team-order", PROD, "ok", 92, ("python", "tier-1"),
            NOW - timedelta(minutes=12)),
    Service("ledger-db", "Aurora PostgreSQL 15, 2 replicas", "resource", "team-payment", PROD, "ok", 84,
            ("postgres", "pci"), NOW - timedelta(hours=3)),
    Service("stock-cdc-consumer", "Oracle to PostgreSQL change stream", "component", "team-inventory", PROD, "warn", 71,
            ("debezium",), NOW - timedelta(hours=9)),
    Service("auth-api", "OIDC 로그인과 세션 토큰", "api", "team-member", PROD, "ok", 88, ("go", "tier-1"),
            NOW - timedelta(days=1)),
    Service("image-resizer", "Thumbnails for product pages", "component", "team-product", PROD, "bad", 48, ("node",),
            NOW - timedelta(days=4)),
    Service("coupon-api", "Public coupons, OpenAPI 3.1", "api", "team-member", PROD, "running", 79,
            ("openapi", "public"), NOW - timedelta(days=12)),
    Service("recommend-api", "Real-time recommendations", "component", "team-data", "experimental", "unknown", 63,
            ("python", "ml"), NOW - timedelta(days=41)),
    Service("mall-bff", "온라인몰 모바일 앱 백엔드", "component", "team-storefront", PROD, "ok", 76, ("kotlin",),
            NOW - timedelta(days=400)),
)  # fmt: skip

COLUMNS = (
    Column("name", "gallery-name", is_sortable=True),
    Column("kind", "gallery-kind"),
    Column("owner", "gallery-owner", is_sortable=True),
    Column("lifecycle", "gallery-lifecycle"),
    Column("health", "gallery-health"),
    Column("score", "gallery-score", is_sortable=True),
    Column("tags", "gallery-tags"),
    Column("changed", "gallery-changed", is_sortable=True),
)

FACETS = (
    Facet("kind", "gallery-kind", [FacetValue("component", "component", 85), FacetValue("api", "api", 24)]),
    Facet(
        "owner", "gallery-owner", [FacetValue("team-order", "team-order", 6), FacetValue("team-data", "team-data", 3)]
    ),
    Facet("lifecycle", "gallery-lifecycle", [FacetValue("production", "production", 120)]),
)

RUN_STEPS = [
    {"number": 1, "title": "check name", "state": "ok", "word": "gallery-ok", "duration_s": 0.2, "is_open": False,
     "lines": [("gift-card-api is free", "info")]},
    {"number": 2, "title": "render template", "state": "ok", "word": "gallery-ok", "duration_s": 1.1, "is_open": True,
     "lines": [("svc-python 2.3.0 -> 23 files", "info"),
               ("pyproject.toml has a key that the template no longer knows", "warning"),
               ("ValueError: QueueName \"alarms\" already exists (resource Queue)", "error")]},
    {"number": 3, "title": "create repository", "state": "running", "word": "gallery-running", "duration_s": None,
     "is_open": False, "lines": [("waiting for CHANGE_SET", "info")]},
]  # fmt: skip

SOURCE = '''# what a caller sees
def discount(order: Order, coupon: Coupon | None) -> int:
    """Return the discount in won."""
    if coupon is None:
        return 0
    return min(order.total * 15 // 100, 30_000)
'''


RELATIONS = Graph(
    [
        Node("mall-web", "mall-web", "component", "/catalog/mall-web", note="storefront"),
        Node("mall-bff", "mall-bff", "component", "/catalog/mall-bff", note="storefront"),
        Node("kiosk-web", "kiosk-web", "component", "/catalog/kiosk-web", note="store"),
        Node("order-api", "order-api", "component", "/catalog/order-api", note="order"),
        Node("payment", "결제 API payment-api", "api", "/catalog/payment-api", "bad", note="장애"),
        Node("stock-api", "stock-api", "api", "/catalog/stock-api", note="inventory"),
        Node("orders", "orders", "resource", "/catalog/orders", note="PostgreSQL"),
        Node("bus", "order-events", "resource", "/catalog/order-events", "warn", note="Kafka topic"),
    ],
    [
        Edge("mall-web", "mall-bff", "consumes"),
        Edge("mall-bff", "order-api", "consumes"),
        Edge("kiosk-web", "order-api", "consumes"),
        Edge("kiosk-web", "stock-api", "consumes"),
        Edge("order-api", "payment", "consumes"),
        Edge("order-api", "stock-api", "consumes"),
        Edge("order-api", "orders", "depends on"),
        Edge("order-api", "bus", "depends on"),
        Edge("payment", "bus", "depends on"),
    ],
    focus="order-api",
)


class SignedIn:
    """Middleware: somebody is signed in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["viewer"] = Viewer("김하늘", "admin", zone="Asia/Seoul", is_signed_in=True)
        await self._app(scope, receive, send)


async def catalog(request: Request) -> Response:
    table = Table.from_request(request, COLUMNS, {"kind", "owner", "lifecycle"}, "name")
    found = [service for service in SERVICES if _fits(service, table)]
    page: Page[Service] = Page(found, len(SERVICES), "eyJuYW1lIjoibWFsbC1iZmYifQ")
    return render(request, "gallery/catalog.html", fragment="results", table=table, facets=FACETS, page=page)


async def gallery(request: Request) -> Response:
    context: dict[str, Any] = {
        "services": SERVICES,
        "columns": COLUMNS[:3],
        "lines": highlight(SOURCE, language="python"),
        "source_text": SOURCE,
        "steps": _steps(request),
        "activity": _activity(),
        "source": {"name": "CODEOWNERS", "confidence": 0.9, "at": NOW - timedelta(hours=20)},
        "guess": {"name": "git log", "confidence": 0.6, "at": NOW - timedelta(hours=3)},
        "errors": {"name": "이름은 소문자와 숫자, -만 쓸 수 있습니다."},
        "now": NOW,
        "graph": _graph(),
        "edges": RELATIONS.edges,
        "edge_columns": (
            Column("source", "web-graph-from"),
            Column("type", "web-graph-relation"),
            Column("target", "web-graph-to"),
        ),
    }
    return render(request, "gallery/gallery.html", **context)


async def run(request: Request) -> Response:
    return render(request, "gallery/run.html", steps=_steps(request))


async def run_events(request: Request) -> Response:
    """A log line and the end for who comes first; who comes back after event 1 gets the rest only."""
    line = {"number": 6, "text": "registered <gift-card-api>", "level": "info", "at": NOW}
    html = request.app.state.shell.component(request, "log_line", line)
    events = [
        ServerEvent("1", "append", fragment("log-3", html)),
        ServerEvent("2", "replace", fragment("run-state", '<p id="run-state">done</p>')),
        ServerEvent("3", "end", ""),
    ]
    seen = int(request.headers.get("Last-Event-ID", "0"))
    return event_stream(iter(events[seen:]))


async def login(request: Request) -> Response:
    return render(request, "gallery/login.html")


async def act(request: Request) -> Response:
    return redirect(request, "/catalog", notice="gallery-done", name="order-api")


async def failing(request: Request) -> Response:
    raise HTTPException(int(request.path_params["status"]))


def _fits(service: Service, table: Table) -> bool:
    wanted = table.query
    return (
        (not wanted.values("kind") or service.kind in wanted.values("kind"))
        and (not wanted.values("owner") or service.owner in wanted.values("owner"))
        and (not wanted.values("lifecycle") or service.lifecycle in wanted.values("lifecycle"))
        and wanted.text in service.name
    )


def _steps(request: Request) -> list[dict[str, Any]]:
    number = 0
    steps = []
    for step in RUN_STEPS:
        lines = []
        for text, level in step["lines"]:
            number += 1
            lines.append({"number": number, "text": text, "level": level, "at": NOW + timedelta(seconds=number)})
        word = request.app.state.shell.messages.translate("ko", step["word"])
        steps.append({**step, "lines": lines, "state_word": word})
    return steps


def _graph() -> Markup:
    return draw(
        fold(RELATIONS, more=lambda count: f"+{count} more"), "order-api", "What it depends on, and what needs it"
    )


def _activity() -> list[dict[str, Any]]:
    def item(icon: str, text: str, minutes: int, **more: str) -> dict[str, Any]:
        shown = {
            "icon": icon,
            "text": text,
            "at": NOW - timedelta(minutes=minutes),
            "actor": "",
            "note": "",
            "href": "",
            "state": "",
        }
        return shown | more

    return [
        item("rocket", "order-api 2.14.0 배포", 6, actor="박서연", note="sha 4be1", state="ok", href="/runs/9f3"),
        item("siren", "INC-142 opened: 5xx 12% since 02:57", 3, state="bad"),
        item("user-check", "Owner confirmed: team-order", 190, actor="Park Seoyeon"),
        item("file-diff", "OpenAPI changed: 2 operations added", 60 * 50, note="breaking: 0", state="info"),
    ]


async def _error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return request.app.state.shell.error_page(
        request, status, detail="entity component:default/gift-api", code="not-found"
    )


def build() -> Starlette:
    """The application, with strict words: a missing message is an error."""
    shell = Shell([Pages("gallery", Path(__file__).parent, NAVIGATION)], strict=True, clock=lambda: NOW)
    routes = [
        Route("/", gallery),
        Route("/catalog", catalog),
        Route("/login", login),
        Route("/runs/9f3", run),
        Route("/runs/9f3/events", run_events),
        Route("/act", act, methods=["POST"]),
        Route("/error/{status}", failing),
        *shell.routes(),
    ]
    middleware = [
        Middleware(GZipMiddleware),
        Middleware(SecurityHeaders),
        Middleware(SameOriginWrites),
        Middleware(SignedIn),
    ]
    app = Starlette(routes=routes, middleware=middleware, exception_handlers={HTTPException: _error})
    app.state.shell = shell
    return app


app = build()
