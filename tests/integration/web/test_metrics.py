"""/metrics as Prometheus reads it: by its own parser, with nothing in it that a user sent."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError

from homeport.kernel.base.leases import put
from homeport.kernel.trust.identity import Role
from homeport.kernel.work.runs import RunState

from .conftest import BASE, Portal, build, unknown_owner


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample by name and labels, as Prometheus takes it."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def told(portal: Portal) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = portal.signed_in().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return samples(answer.text)


def sample(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


def test_what_homeport_holds_is_told(portal_on_each: Portal) -> None:
    portal = portal_on_each
    portal.run("one", RunState.RUNNING)
    portal.run("two", RunState.FAILED)
    portal.findings(unknown_owner())
    with portal.database.writing() as session:
        put(session, "runs", "one", portal.clock())
    portal.clock.advance(seconds=7)
    found = told(portal)
    assert found[sample("homeport_runs", state="running")] == 1
    assert found[sample("homeport_runs", state="failed")] == 1
    assert found[sample("homeport_runs", state="waiting")] == 0
    assert found[sample("homeport_queue_depth", queue="runs", state="due")] == 1
    assert found[sample("homeport_queue_oldest_due_seconds", queue="runs")] == 7
    assert found[sample("homeport_leases", queue="runs")] == 0
    assert found[sample("homeport_events_parked")] == 0
    assert found[sample("homeport_findings_open", severity="high")] == 1
    assert found[sample("homeport_database_up")] == 1
    assert sum(found[sample("homeport_database_connections", state=state)] for state in ("in_use", "idle")) >= 1
    assert found[sample("process_resident_memory_bytes")] > 1_000_000


def test_requests_are_counted_by_route_and_status_with_their_time(portal: Portal) -> None:
    client = portal.signed_in()
    client.get("/api/v1/runs/secret-of-a-user")
    client.get("/catalog/component/secret-of-a-user")
    client.get("/api/catalog/entities/by-name/component/default/secret-of-a-user")
    client.get("/secret-of-a-user")
    client.request("SECRET", "/runs")
    client.post("/api/v1/tokens?secret-of-a-user=1", json={"name": "secret-of-a-user"})
    found = told(portal)

    def count(method: str, route: str, status: str) -> float:
        return found[sample("homeport_http_requests_total", method=method, route=route, status=status)]

    assert count("GET", "/api/v1/runs/{run_id}", "404") == 1
    assert count("GET", "/catalog/{kind}/{name}", "404") == 1
    assert count("GET", "/api/catalog/entities/by-name/{kind}/{namespace}/{name}", "404") == 1
    assert count("GET", "none", "404") == 1
    assert count("POST", "/api/v1/tokens", "422") == 1
    labels = {"method": "GET", "route": "/api/v1/runs/{run_id}"}
    assert found[sample("homeport_http_request_duration_seconds_count", **labels)] == 1
    assert found[sample("homeport_http_request_duration_seconds_bucket", le="+Inf", **labels)] == 1
    assert not [key for key in found if "secret" in str(key).lower()]


def test_what_is_answered_again_is_counted_under_its_route(portal: Portal) -> None:
    client, key = portal.signed_in(), {"Idempotency-Key": "one"}
    for _ in range(2):
        client.post("/api/v1/tokens", json={"name": "ci", "role": "viewer"}, headers=key)
    labels = {"method": "POST", "route": "/api/v1/tokens", "status": "201"}
    assert told(portal)[sample("homeport_http_requests_total", **labels)] == 2


def test_who_may_look_is_an_admin_or_everybody(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = [portal.client().get("/metrics"), portal.signed_in("Kim Operator", Role.OPERATOR).get("/metrics")]
    assert [(one.status_code, one.headers["content-type"]) for one in refused] == [
        (401, "application/problem+json"),
        (403, "application/problem+json"),
    ]
    settings = {"base_url": BASE, "metrics_anonymous": True}
    opened = build(portal.database, portal.homeport.settings.home, monkeypatch, **settings)
    assert opened.client().get("/metrics").status_code == 200


def test_a_database_that_is_away_is_told_and_nothing_else_is_lost(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"base_url": BASE, "metrics_anonymous": True}
    opened = build(portal.database, portal.homeport.settings.home, monkeypatch, **settings)

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr("homeport.web.metrics.count_by_state", away)
    found = samples(opened.client().get("/metrics").text)
    assert found[sample("homeport_database_up")] == 0
    assert sample("process_resident_memory_bytes") in found


def test_prometheus_gets_openmetrics_where_it_asks_for_it(portal: Portal) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
    answer = portal.signed_in().get("/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")
