"""Deliveries of webhooks: looked at and told again, over REST and on the command line."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select
from tests.integration.cli.test_cli import Shell, homeport

from homeport.kernel.base.database import Database
from homeport.kernel.base.events import EventRow
from homeport.kernel.edge.inbound import WebhookRow
from homeport.kernel.trust import audit
from homeport.kernel.trust.identity import Role

from .conftest import Portal

__all__ = ["homeport"]

PATH = "/api/v1/webhooks"


def delivered(database: Database, portal: Portal, *events: str) -> list[int]:
    """Deliveries of a forge, in order; a push tells something, a ping nothing."""
    payload = {"ref": "refs/heads/main", "repository": {"clone_url": "https://git.example/order/order-api.git"}}
    rows = [
        WebhookRow(
            name="git", delivery=str(number), type="github", event=event, payload=payload, received_at=portal.clock()
        )
        for number, event in enumerate(events)
    ]
    with database.writing() as session:
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def count_events(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(EventRow)) or 0


def test_deliveries_are_listed_newest_first_in_pages(portal_on_each: Portal) -> None:
    portal = portal_on_each
    first, second, third = delivered(portal.database, portal, "push", "ping", "push")
    client = portal.signed_in()
    page = client.get(f"{PATH}?limit=2")
    assert [(one["id"], one["event"], bool(one["tells"])) for one in page.json()["items"]] == [
        (third, "push", True),
        (second, "ping", False),
    ]
    following = client.get(page.links["next"]["url"])
    assert [one["id"] for one in following.json()["items"]] == [first]
    assert "next" not in following.links
    assert client.get(f"{PATH}?name=other").json()["items"] == []
    assert [one["id"] for one in client.get(f"{PATH}?event=ping").json()["items"]] == [second]


def test_what_was_sent_is_shown_to_admins_alone(portal: Portal) -> None:
    [number] = delivered(portal.database, portal, "push")
    shown = portal.signed_in().get(f"{PATH}/{number}").json()
    assert shown["payload"]["ref"] == "refs/heads/main"
    operator = portal.signed_in("Kim Operator", Role.OPERATOR)
    assert operator.get(f"{PATH}/{number}").json() == {**shown, "payload": None}
    assert "payload" not in operator.get(PATH).json()["items"][0]


def test_a_replay_tells_again_and_is_in_the_trail(portal_on_each: Portal) -> None:
    portal = portal_on_each
    portal.homeport.services.subscribers.add("note", "forge.pushed", lambda _session, _event: None)
    [number] = delivered(portal.database, portal, "push")
    before = count_events(portal.database)
    done = portal.signed_in("Kim Operator", Role.OPERATOR).post(f"{PATH}/{number}/replay")
    assert (done.status_code, len(done.json()["tells"])) == (200, 1)
    assert count_events(portal.database) > before
    with portal.database.reading() as session:
        [entry] = [one for one in audit.trail(session) if one.action == "webhook.replay"]
    assert (entry.actor_name, entry.object_ref) == ("Kim Operator", f"webhook:{number}")
    assert portal.signed_in().post(f"{PATH}/{number + 1}/replay").status_code == 404
    refused = portal.signed_in("Lee Viewer", Role.VIEWER).post(f"{PATH}/{number}/replay")
    assert refused.status_code == 403


PAGE = "/admin/webhooks"


def test_the_page_lists_deliveries_and_narrows_them(portal: Portal) -> None:
    push, ping = delivered(portal.database, portal, "push", "ping")
    client = portal.signed_in("Kim Operator", Role.OPERATOR)
    assert links(client.get(PAGE).text) == [ping, push]
    assert links(client.get(f"{PAGE}?name=git&event=push").text) == [push]
    assert links(client.get(f"{PAGE}?name=other").text) == []
    assert links(client.get(f"{PAGE}?after={ping}").text) == [push]
    assert client.get(f"{PAGE}?after=nonsense").status_code == 422


def test_the_page_leads_to_older_deliveries(portal: Portal) -> None:
    numbers = delivered(portal.database, portal, *["push"] * 51)
    client = portal.signed_in()
    first = client.get(f"{PAGE}?event=push").text
    assert links(first) == numbers[:0:-1]
    [following] = re.findall(rf'href="({PAGE}\?event=push&amp;after=\d+)"', first)
    assert links(client.get(html.unescape(following)).text) == numbers[:1]


def test_the_page_of_a_delivery_shows_what_was_sent_to_admins_alone(portal: Portal) -> None:
    [number] = delivered(portal.database, portal, "push")
    operator = portal.signed_in("Kim Operator", Role.OPERATOR).get(f"{PAGE}/{number}").text
    for page in (portal.signed_in().get(f"{PAGE}/{number}").text, operator):
        assert "forge.pushed https://git.example/order/order-api.git" in page
    assert "refs/heads/main" in portal.signed_in().get(f"{PAGE}/{number}").text
    assert "refs/heads/main" not in operator
    assert "Only an admin can do this." in operator
    assert portal.signed_in().get(f"{PAGE}/{number + 1}").status_code == 404


def test_the_button_tells_again_and_says_how_much(portal: Portal) -> None:
    portal.homeport.services.subscribers.add("note", "forge.pushed", lambda _session, _event: None)
    push, ping = delivered(portal.database, portal, "push", "ping")
    operator = portal.signed_in("Kim Operator", Role.OPERATOR)
    before = count_events(portal.database)
    for number, notice in ((push, "1 event was told again."), (ping, "Nothing was told")):
        answer = operator.post(f"{PAGE}/{number}/replay")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}/{number}")
        assert notice in operator.get(answer.headers["location"]).text
    assert count_events(portal.database) > before


def test_operators_are_led_to_the_page_and_others_learn_who_may(portal: Portal) -> None:
    operator = portal.signed_in("Kim Operator", Role.OPERATOR).get(PAGE).text
    assert f'href="{PAGE}"' in operator
    assert 'href="/admin/tokens"' not in operator
    assert f'href="{PAGE}"' in portal.signed_in().get("/admin").text
    developer = portal.signed_in("Lee Developer", Role.DEVELOPER)
    assert f'href="{PAGE}"' not in developer.get("/me").text
    refused = developer.get(PAGE)
    assert refused.status_code == 403
    assert "what other systems sent" in refused.text


def test_a_delivery_that_is_refused_is_in_the_log_with_the_reason(portal: Portal) -> None:
    with structlog.testing.capture_logs() as logs:
        assert portal.client().post("/webhooks/nobody", json={}).status_code == 404
    assert [(one["webhook"], one["reason"].partition(".")[0]) for one in logs] == [("nobody", "No such webhook")]


def links(page: str) -> list[int]:
    """The deliveries that the page leads to, in order."""
    return [int(number) for number in re.findall(rf'href="{PAGE}/(\d+)"', page)]


@pytest.mark.parametrize("words", [("show",), ("replay",)])
def test_a_delivery_that_is_not_kept_is_not_found(homeport: Shell, words: tuple[str, ...]) -> None:
    assert homeport("webhooks", *words, "1").code == 4


def test_the_command_line_lists_shows_and_replays(homeport: Shell, portal: Portal) -> None:
    assert homeport("webhooks", "list", "--json").json == {"items": []}
    database = Database(f"sqlite:///{Path(homeport.home) / 'homeport.db'}")
    [number] = delivered(database, portal, "push")
    database.close()
    assert homeport("webhooks", "list", "--event", "ping", "--json").json == {"items": []}
    assert homeport("webhooks", "list").out.count("forge.pushed") == 1
    assert homeport("webhooks", "show", str(number)).json["payload"]["ref"] == "refs/heads/main"
    assert homeport("webhooks", "replay", str(number), "--json").json["id"] == number
