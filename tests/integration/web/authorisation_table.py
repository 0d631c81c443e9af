"""Who may what, said once more and apart from the code: every route of homeport, and for whom it is.

This table is written by hand from what the documentation promises (docs/security.md). A route that is not in it fails
the test of the matrix. `{…}` in an address, form or body is filled by the world of the test with something fresh.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

AUDIENCES = ("anonymous", "viewer", "developer", "owner", "other team", "operator", "security", "admin")
"""Owner and other team are viewers: what the owner may beyond, they may as the owner alone."""

EVERYBODY = frozenset(AUDIENCES)
SIGNED_IN = EVERYBODY - {"anonymous"}
OPERATORS = frozenset({"operator", "admin"})
OWNERS = OPERATORS | {"owner"}
ACCEPTERS = OWNERS | {"security"}
AUDITORS = frozenset({"security", "admin"})
ADMINS = frozenset({"admin"})
BY_SIGNATURE = frozenset[str]()
"""No role lets anybody in: the sender proves itself by a signature, or a provider by an answer to what it was asked."""


@dataclass(frozen=True, slots=True)
class Row:
    """A route: for whom it is, an address of it, and what is sent. `form` is for pages, `json` for programs."""

    who: frozenset[str]
    url: str
    json: Any = None
    form: dict[str, str] | None = None


_FINDING = "/api/v1/findings/{finding}"
_ACCEPTED = {"reason": "known", "until": "2026-12-23T00:00:00Z"}
_SARIF = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "trivy"}}, "results": []}]}
_LOCATION = {"type": "file", "target": "{folder}"}
_DISCOVERY = {"procedure": "catalog.discover", "input": _LOCATION}
_ENTITY = "component/default/order-api"
_ANSWER = {"path": "spec.type", "value": "service", "verdict": "confirmed"}
_SAID = {"field": "spec.type", "value": '"service"', "answer": "confirm"}
_VALID = {
    "location": "url:https://git.example/a/b/blob/main/catalog-info.yaml",
    "entity": {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Component",
        "metadata": {"name": "valid"},
        "spec": {"type": "service", "lifecycle": "production", "owner": "order"},
    },
}
_URL = {"type": "url", "target": "{address}"}

PASSWORD = "correct horse battery staple"
_NEW = {"password": PASSWORD, "again": PASSWORD}

REST = {
    "GET /api/v1/findings": Row(SIGNED_IN, "/api/v1/findings"),
    "POST /api/v1/findings/import": Row(
        ACCEPTERS, "/api/v1/findings/import?source=trivy&entity=component:default/order-api", json=_SARIF
    ),
    "GET /api/v1/findings/{finding_id}": Row(SIGNED_IN, _FINDING),
    "POST /api/v1/findings/{finding_id}/suppress": Row(ACCEPTERS, f"{_FINDING}/suppress", json=_ACCEPTED),
    "POST /api/v1/findings/{finding_id}/unsuppress": Row(ACCEPTERS, f"{_FINDING}/unsuppress"),
    "POST /api/v1/plans": Row(OPERATORS, "/api/v1/plans", json=_DISCOVERY),
    "POST /api/v1/runs": Row(OPERATORS, "/api/v1/runs", json=_DISCOVERY),
    "GET /api/v1/runs": Row(SIGNED_IN, "/api/v1/runs"),
    "GET /api/v1/runs/{run_id}": Row(SIGNED_IN, "/api/v1/runs/{failed}"),
    "POST /api/v1/runs/{run_id}/cancel": Row(OPERATORS, "/api/v1/runs/{running}/cancel"),
    "POST /api/v1/runs/{run_id}/retry": Row(OPERATORS, "/api/v1/runs/{failed}/retry"),
    "GET /api/v1/runs/{run_id}/log": Row(SIGNED_IN, "/api/v1/runs/{failed}/log"),
    "GET /api/v1/runs/{run_id}/events": Row(SIGNED_IN, "/api/v1/runs/{failed}/events"),
    "GET /api/v1/approvals": Row(SIGNED_IN, "/api/v1/approvals"),
    "GET /api/v1/approvals/{request_id}": Row(SIGNED_IN, "/api/v1/approvals/{approval}"),
    "POST /api/v1/approvals/{request_id}/approve": Row(OPERATORS, "/api/v1/approvals/{approval}/approve"),
    "POST /api/v1/approvals/{request_id}/refuse": Row(OPERATORS, "/api/v1/approvals/{approval}/refuse"),
    "POST /api/v1/approvals/{request_id}/withdraw": Row(OPERATORS, "/api/v1/approvals/{approval}/withdraw"),
    "GET /api/v1/audit": Row(AUDITORS, "/api/v1/audit"),
    "GET /api/v1/audit/verification": Row(AUDITORS, "/api/v1/audit/verification"),
    "GET /api/v1/search": Row(SIGNED_IN, "/api/v1/search?q=order"),
    "GET /api/v1/me": Row(SIGNED_IN, "/api/v1/me"),
    "GET /api/v1/me/sessions": Row(SIGNED_IN, "/api/v1/me/sessions"),
    "DELETE /api/v1/me/sessions/{session_id}": Row(SIGNED_IN, "/api/v1/me/sessions/{own_sign_in}"),
    "GET /api/v1/sessions": Row(ADMINS, "/api/v1/sessions"),
    "DELETE /api/v1/sessions/{session_id}": Row(ADMINS, "/api/v1/sessions/{sign_in}"),
    "GET /api/v1/tokens": Row(ADMINS, "/api/v1/tokens"),
    "POST /api/v1/tokens": Row(ADMINS, "/api/v1/tokens", json={"name": "{name}", "role": "viewer"}),
    "DELETE /api/v1/tokens/{name}": Row(ADMINS, "/api/v1/tokens/{token}"),
    "GET /api/v1/webhooks": Row(OPERATORS, "/api/v1/webhooks"),
    "GET /api/v1/webhooks/{delivery_id}": Row(OPERATORS, "/api/v1/webhooks/{delivery}"),
    "POST /api/v1/webhooks/{delivery_id}/replay": Row(OPERATORS, "/api/v1/webhooks/{delivery}/replay"),
    "GET /api/v1/views": Row(SIGNED_IN, "/api/v1/views"),
    "POST /api/v1/views": Row(SIGNED_IN, "/api/v1/views", json={"list": "/catalog", "name": "mine"}),
    "GET /api/v1/views/{view_id}": Row(SIGNED_IN, "/api/v1/views/{view}"),
    "DELETE /api/v1/views/{view_id}": Row(OPERATORS, "/api/v1/views/{view}"),
    "GET /api/v1/catalog/entities": Row(SIGNED_IN, "/api/v1/catalog/entities"),
    "GET /api/v1/catalog/facets/{facet}": Row(SIGNED_IN, "/api/v1/catalog/facets/owner"),
    "GET /api/v1/catalog/entities/{kind}/{namespace}/{name}": Row(SIGNED_IN, f"/api/v1/catalog/entities/{_ENTITY}"),
    "POST /api/v1/catalog/entities/{kind}/{namespace}/{name}/answers": Row(
        OWNERS, f"/api/v1/catalog/entities/{_ENTITY}/answers", json=_ANSWER
    ),
    "GET /api/v1/catalog/locations": Row(SIGNED_IN, "/api/v1/catalog/locations"),
    "GET /api/v1/openapi.json": Row(SIGNED_IN, "/api/v1/openapi.json"),
}

_CATALOG = "/api/catalog"
_BY_NAME = f"{_CATALOG}/entities/by-name/{{kind}}/{{namespace}}/{{name}}"

BACKSTAGE = {
    f"GET {_CATALOG}/entities": Row(SIGNED_IN, f"{_CATALOG}/entities"),
    f"GET {_CATALOG}/entities/by-query": Row(SIGNED_IN, f"{_CATALOG}/entities/by-query"),
    f"POST {_CATALOG}/entities/by-query": Row(SIGNED_IN, f"{_CATALOG}/entities/by-query", json={}),
    f"POST {_CATALOG}/entities/by-refs": Row(SIGNED_IN, f"{_CATALOG}/entities/by-refs", json={"entityRefs": []}),
    f"POST {_CATALOG}/entities/by-refs/": Row(SIGNED_IN, f"{_CATALOG}/entities/by-refs/", json={"entityRefs": []}),
    f"DELETE {_CATALOG}/entities/by-uid/{{uid}}": Row(OPERATORS, f"{_CATALOG}/entities/by-uid/{{no_uid}}"),
    f"GET {_CATALOG}/entities/by-uid/{{uid}}": Row(SIGNED_IN, f"{_CATALOG}/entities/by-uid/{{uid}}"),
    f"GET {_BY_NAME}": Row(SIGNED_IN, f"{_CATALOG}/entities/by-name/{_ENTITY}"),
    f"GET {_BY_NAME}/ancestry": Row(SIGNED_IN, f"{_CATALOG}/entities/by-name/{_ENTITY}/ancestry"),
    f"GET {_CATALOG}/entity-facets": Row(SIGNED_IN, f"{_CATALOG}/entity-facets?facet=kind"),
    f"POST {_CATALOG}/entity-facets": Row(SIGNED_IN, f"{_CATALOG}/entity-facets", json={"facets": ["kind"]}),
    f"POST {_CATALOG}/refresh": Row(
        OPERATORS, f"{_CATALOG}/refresh", json={"entityRef": "component:default/order-api"}
    ),
    f"GET {_CATALOG}/locations": Row(SIGNED_IN, f"{_CATALOG}/locations"),
    f"POST {_CATALOG}/locations": Row(OPERATORS, f"{_CATALOG}/locations", json=_URL),
    f"POST {_CATALOG}/locations/by-query": Row(SIGNED_IN, f"{_CATALOG}/locations/by-query", json={}),
    f"GET {_CATALOG}/locations/by-entity/{{kind}}/{{namespace}}/{{name}}": Row(
        SIGNED_IN, f"{_CATALOG}/locations/by-entity/{_ENTITY}"
    ),
    f"DELETE {_CATALOG}/locations/{{id}}": Row(OPERATORS, f"{_CATALOG}/locations/{{location}}"),
    f"GET {_CATALOG}/locations/{{id}}": Row(SIGNED_IN, f"{_CATALOG}/locations/{{location}}"),
    f"PUT {_CATALOG}/locations/{{id}}": Row(OPERATORS, f"{_CATALOG}/locations/{{location}}", json=_URL),
    f"POST {_CATALOG}/analyze-location": Row(
        OPERATORS,
        f"{_CATALOG}/analyze-location",
        json={"location": {"type": "url", "target": "https://git.example/order/order-api"}},
    ),
    f"POST {_CATALOG}/validate-entity": Row(SIGNED_IN, f"{_CATALOG}/validate-entity", json=_VALID),
    f"GET {_CATALOG}/openapi.json": Row(SIGNED_IN, f"{_CATALOG}/openapi.json"),
    f"GET {_CATALOG}/.backstage/auth/v1/jwks.json": Row(EVERYBODY, f"{_CATALOG}/.backstage/auth/v1/jwks.json"),
    "GET /.backstage/health/v1/readiness": Row(EVERYBODY, "/.backstage/health/v1/readiness"),
    "GET /.backstage/health/v1/liveness": Row(EVERYBODY, "/.backstage/health/v1/liveness"),
}

PAGES = {
    "GET /pages.css": Row(EVERYBODY, "/pages.css"),
    "GET /catalog/style.css": Row(EVERYBODY, "/catalog/style.css"),
    "GET /static/{version}/{path:path}": Row(EVERYBODY, "/static/0/homeport.css"),
    "GET /healthz": Row(EVERYBODY, "/healthz"),
    "GET /metrics": Row(ADMINS, "/metrics"),
    "GET /readyz": Row(EVERYBODY, "/readyz"),
    "GET /login": Row(EVERYBODY, "/login"),
    "GET /login/oidc/{provider}": Row(EVERYBODY, "/login/oidc/saebom"),
    "GET /login/oidc/{provider}/callback": Row(BY_SIGNATURE, "/login/oidc/saebom/callback?state=none&code=none"),
    "GET /login/{secret}": Row(EVERYBODY, "/login/{link}"),
    "POST /login/{secret}": Row(EVERYBODY, "/login/{link}", form={"next": "/"}),
    "POST /login": Row(EVERYBODY, "/login", form={"login": "{login}", "password": PASSWORD}),
    "GET /password/{secret}": Row(EVERYBODY, "/password/{password_link}"),
    "POST /password/{secret}": Row(EVERYBODY, "/password/{password_link}", form=_NEW),
    "POST /logout": Row(EVERYBODY, "/logout", form={}),
    "POST /preferences": Row(EVERYBODY, "/preferences", form={"theme": "dark", "next": "/"}),
    "POST /webhooks/{name}": Row(BY_SIGNATURE, "/webhooks/git", json={}),
    "GET /": Row(SIGNED_IN, "/"),
    "GET /approvals": Row(SIGNED_IN, "/approvals"),
    "GET /approvals/{request_id}": Row(SIGNED_IN, "/approvals/{approval}"),
    "POST /approvals/{request_id}/approve": Row(OPERATORS, "/approvals/{approval}/approve"),
    "POST /approvals/{request_id}/refuse": Row(OPERATORS, "/approvals/{approval}/refuse"),
    "POST /approvals/{request_id}/withdraw": Row(OPERATORS, "/approvals/{approval}/withdraw"),
    "GET /runs": Row(SIGNED_IN, "/runs"),
    "GET /runs/{run_id}": Row(SIGNED_IN, "/runs/{failed}"),
    "GET /runs/{run_id}/log.txt": Row(SIGNED_IN, "/runs/{failed}/log.txt"),
    "GET /runs/{run_id}/live": Row(SIGNED_IN, "/runs/{failed}/live"),
    "POST /runs/{run_id}/cancel": Row(OPERATORS, "/runs/{running}/cancel", form={}),
    "POST /runs/{run_id}/retry": Row(OPERATORS, "/runs/{failed}/retry", form={}),
    "GET /findings": Row(SIGNED_IN, "/findings"),
    "GET /findings/by-rule": Row(SIGNED_IN, "/findings/by-rule"),
    "GET /findings/by-owner": Row(SIGNED_IN, "/findings/by-owner"),
    "POST /findings/suppress": Row(
        ACCEPTERS, "/findings/suppress", form={"finding": "{finding}", "reason": "known", "days": "30"}
    ),
    "GET /findings/{finding_id:int}": Row(SIGNED_IN, "/findings/{finding}"),
    "POST /findings/{finding_id:int}/suppress": Row(
        ACCEPTERS, "/findings/{finding}/suppress", form={"reason": "known", "days": "30"}
    ),
    "POST /findings/{finding_id:int}/unsuppress": Row(ACCEPTERS, "/findings/{finding}/unsuppress", form={}),
    "GET /findings/export/{form}": Row(SIGNED_IN, "/findings/export/csv"),
    "GET /search": Row(SIGNED_IN, "/search?q=order"),
    "GET /me": Row(SIGNED_IN, "/me"),
    "POST /me": Row(SIGNED_IN, "/me", form={"language": "en", "theme": "", "zone": "UTC"}),
    "GET /views": Row(SIGNED_IN, "/views"),
    "GET /views/new": Row(SIGNED_IN, "/views/new"),
    "POST /views": Row(SIGNED_IN, "/views", form={"list": "/catalog", "name": "mine", "audience": "me"}),
    "GET /views/{view_id:int}": Row(SIGNED_IN, "/views/{view}"),
    "GET /views/{view_id:int}/edit": Row(SIGNED_IN, "/views/{view}/edit"),
    "POST /views/{view_id:int}": Row(OPERATORS, "/views/{view}", form={"name": "other", "audience": "everyone"}),
    "POST /views/{view_id:int}/delete": Row(OPERATORS, "/views/{view}/delete", form={}),
    "GET /me/password": Row(SIGNED_IN, "/me/password"),
    "POST /me/password": Row(SIGNED_IN, "/me/password", form={"current": "{own_password}", **_NEW}),
    "POST /me/sessions/revoke": Row(SIGNED_IN, "/me/sessions/revoke", form={"id": "{own_sign_in}"}),
    "POST /me/sessions/revoke-others": Row(SIGNED_IN, "/me/sessions/revoke-others", form={}),
    "GET /audit": Row(AUDITORS, "/audit"),
    "GET /admin/sign-ins": Row(ADMINS, "/admin/sign-ins"),
    "POST /admin/sign-ins/revoke": Row(ADMINS, "/admin/sign-ins/revoke", form={"id": "{sign_in}"}),
    "GET /admin": Row(ADMINS, "/admin"),
    "GET /admin/tokens": Row(ADMINS, "/admin/tokens"),
    "POST /admin/tokens": Row(ADMINS, "/admin/tokens", form={"name": "{name}", "role": "viewer", "days": "30"}),
    "POST /admin/tokens/revoke": Row(ADMINS, "/admin/tokens/revoke", form={"name": "{token}"}),
    "POST /admin/people/password-link": Row(ADMINS, "/admin/people/password-link", form={"login": "{name}"}),
    "GET /admin/people": Row(ADMINS, "/admin/people"),
    "GET /admin/events": Row(ADMINS, "/admin/events"),
    "GET /admin/webhooks": Row(OPERATORS, "/admin/webhooks"),
    "GET /admin/webhooks/{delivery_id:int}": Row(OPERATORS, "/admin/webhooks/{delivery}"),
    "POST /admin/webhooks/{delivery_id:int}/replay": Row(OPERATORS, "/admin/webhooks/{delivery}/replay", form={}),
    "GET /admin/settings": Row(ADMINS, "/admin/settings"),
    "GET /catalog": Row(SIGNED_IN, "/catalog"),
    "GET /catalog/values/{facet}": Row(SIGNED_IN, "/catalog/values/owner"),
    "GET /catalog/locations": Row(SIGNED_IN, "/catalog/locations"),
    "GET /catalog/locations/new": Row(SIGNED_IN, "/catalog/locations/new"),
    "POST /catalog/locations": Row(OPERATORS, "/catalog/locations", form=_LOCATION),
    "GET /catalog/locations/{location_id:int}": Row(SIGNED_IN, "/catalog/locations/{location}"),
    "POST /catalog/locations/{location_id:int}/read": Row(OPERATORS, "/catalog/locations/{location}/read", form={}),
    "POST /catalog/locations/{location_id:int}/remove": Row(OPERATORS, "/catalog/locations/{location}/remove", form={}),
    "GET /catalog/graph": Row(SIGNED_IN, "/catalog/graph?of=component:default/order-api"),
    "POST /catalog/{kind}/{namespace}/{name}/answers": Row(OWNERS, f"/catalog/{_ENTITY}/answers", form=_SAID),
    "GET /catalog/{kind}": Row(SIGNED_IN, "/catalog/component"),
    "GET /catalog/{kind}/{name}": Row(SIGNED_IN, "/catalog/component/order-api"),
    "GET /catalog/{kind}/{namespace}/{name}": Row(SIGNED_IN, f"/catalog/{_ENTITY}"),
    "GET /catalog/{kind}/{namespace}/{name}/definition": Row(SIGNED_IN, "/catalog/api/default/orders/definition"),
}

TABLE: dict[str, Row] = {**REST, **BACKSTAGE, **PAGES}
