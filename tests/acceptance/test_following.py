"""Whoever follows a run loses no line and sees none twice, though the server is killed in between."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import browser as gate
from homeport.app import Homeport, installation
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work.runs import LogRow, RunRow, RunState
from homeport.web.identify import SESSION_COOKIE

from .processes import free_port, serving

RUN = "follow2345"


@pytest.fixture
def homeport(tmp_path: Path) -> Iterator[Homeport]:
    """An installation with a run that nobody works on, but that goes on."""
    with installation(home=tmp_path) as homeport:
        row = RunRow(id=RUN, procedure="catalog.discover", input={}, fingerprint="f" * 64, state=RunState.RUNNING)
        row.plan = {"commitments": {}, "observations": {}, "targets": []}
        row.actor_kind, row.actor_id, row.actor_name = "system", "homeport", "homeport"
        row.created_at = row.started_at = datetime.now(UTC)
        with homeport.services.database.writing() as session:
            session.add(row)
        yield homeport


def write_lines(homeport: Homeport, first: int, last: int) -> None:
    now = datetime.now(UTC)
    with homeport.services.database.writing() as session:
        for number in range(first, last + 1):
            session.add(LogRow(run_id=RUN, number=number, at=now, level="info", step=None, text=f"line {number}"))


def end(homeport: Homeport) -> None:
    with homeport.services.database.writing() as session:
        row = session.get_one(RunRow, RUN)
        row.state, row.ended_at = RunState.SUCCEEDED, datetime.now(UTC)


def follow(base: str, token: str, seen: int, *, until: int) -> Iterator[tuple[int, str, str]]:
    """The events (id, name, data) after number `seen`, up to line `until` or the end."""
    headers = {"Authorization": f"Bearer {token}", "Last-Event-ID": str(seen)}
    told: dict[str, str] = {}
    with httpx.stream("GET", f"{base}/api/v1/runs/{RUN}/events", headers=headers, timeout=60) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                told[name] = value
            elif "event" in told:
                yield int(told["id"]), told["event"], told["data"]
                if told["event"] == "end" or int(told["id"]) >= until:
                    return
                told = {}


def test_a_killed_server_costs_no_line_and_doubles_none(homeport: Homeport, tmp_path: Path) -> None:
    with homeport.services.database.writing() as session:
        _, token = identity.create_token(session, SYSTEM, "follow", Role.VIEWER, datetime.now(UTC))
    port, got = free_port(), []
    write_lines(homeport, 1, 700)
    with serving(tmp_path, port) as base:
        got += follow(base, token, 0, until=650)
    write_lines(homeport, 701, 900)
    with serving(tmp_path, port) as base:
        got += follow(base, token, got[-1][0], until=800)
    end(homeport)
    with serving(tmp_path, port) as base:
        got += follow(base, token, got[-1][0], until=10**6)
    *lines, last = got
    assert [json.loads(data)["text"] for _, _, data in lines] == [f"line {number}" for number in range(1, 901)]
    assert last[1:] == ("end", "succeeded")


def test_who_stops_following_leaves_the_run_going(homeport: Homeport, tmp_path: Path) -> None:
    write_lines(homeport, 1, 3)
    command = [sys.executable, "-m", "homeport", "--home", str(tmp_path), "runs", "follow", RUN, "--json"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        told = [json.loads(process.stdout.readline())["number"] for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)
    assert told == [1, 2, 3]
    assert process.returncode == 130, said
    assert "goes on" in said
    assert json.loads(rest)["state"] == "running"
    with homeport.services.database.reading() as session:
        row = session.get_one(RunRow, RUN)
        assert (row.state, row.cancel_asked_at) == (RunState.RUNNING, None)


def test_the_page_of_a_run_goes_on_where_it_was_when_the_server_is_back(homeport: Homeport, tmp_path: Path) -> None:
    if missing := gate.missing_parts():
        pytest.skip(missing)
    with homeport.services.database.writing() as session:
        person = identity.ensure_person(session, "Kim", Role.ADMIN, datetime.now(UTC))
        cookie = {
            SESSION_COOKIE: identity.open_session(session, person, datetime.now(UTC), timedelta(days=1), "a test")
        }
    port = free_port()
    write_lines(homeport, 1, 3)
    with gate.started_browser() as browser:
        look = gate.Look("light", "en", 1280)
        with gate.open_page(browser, look, cookies=cookie, base=f"http://127.0.0.1:{port}") as page:
            shown = page.locator("#log-lines > *")
            with serving(tmp_path, port) as base:
                page.goto(f"{base}/runs/{RUN}")
                write_lines(homeport, 4, 6)
                page.get_by_text("line 6", exact=True).wait_for()
            write_lines(homeport, 7, 700)
            with serving(tmp_path, port):
                page.get_by_text("line 700", exact=True).wait_for()
                write_lines(homeport, 701, 702)
                end(homeport)
                page.get_by_text("line 702", exact=True).wait_for()
                page.locator("main").get_by_text("succeeded", exact=False).first.wait_for()
                texts = re.findall(r"\bline (\d+)\b", "\n".join(shown.all_inner_texts()))
    assert [int(number) for number in texts] == list(range(1, 703))
