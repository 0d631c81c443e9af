"""The pages of runs."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from homeport.kernel.base import leases
from homeport.kernel.trust.identity import SYSTEM, Role
from homeport.kernel.work import runs
from homeport.kernel.work.runs import RunState
from homeport.web import run_log
from homeport.web.pages import run_queries
from homeport.web.pages.run_queries import WantedRuns

from .conftest import Portal


def shown_runs(text: str) -> list[str]:
    return re.findall(r'href="/runs/([a-z0-9]+)"', text)


def test_without_runs_the_list_says_what_to_do(portal: Portal) -> None:
    assert "/catalog/locations/new" in portal.signed_in().get("/runs").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"good1", "bad1"}),
        ("q=state:failed", {"bad1"}),
        ("q=state:failed+state:succeeded", {"good1", "bad1"}),
        ("q=procedure:catalog.discover", {"good1", "bad1"}),
        ("q=by:homeport", {"good1"}),
        ("q=truncated", {"bad1"}),
        ("q=state:running", set()),
    ],
)
def test_runs_are_filtered_by_tokens_and_words(portal: Portal, query: str, expected: set[str]) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.run("bad1", RunState.FAILED, actor=portal.person("Lee Jun", Role.VIEWER), error_message="pack is truncated")
    assert set(shown_runs(portal.signed_in().get(f"/runs?{query}").text)) == expected


def test_an_unknown_filter_is_told(portal: Portal) -> None:
    answer = portal.signed_in().get("/runs?q=colour:red")
    assert answer.status_code == 422
    assert "state" in answer.text


@pytest.mark.parametrize("sort", ["started", "-started"])
def test_pages_of_runs_lead_through_all_of_them_once(portal: Portal, sort: str) -> None:
    for number in range(120):
        portal.run(f"r{number}", RunState.SUCCEEDED)
        portal.clock.advance(seconds=number % 2)
    client, href, seen = portal.signed_in(), f"/runs?sort={sort}", []
    while href:
        text = client.get(href).text
        seen += shown_runs(text)
        following = re.search(r'href="([^"]+)"[^>]*rel="next"', text)
        href = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(f"r{number}" for number in range(120))


def test_what_failed_stands_first_with_its_reason(portal: Portal) -> None:
    portal.run("bad1", RunState.FAILED, error_message="1 of 2 could not be read")
    portal.targets("bad1", ("ok-one", RunState.SUCCEEDED, "fine"), ("bad-one", RunState.FAILED, "pack is truncated"))
    text = portal.signed_in().get("/runs/bad1").text
    assert "1 of 2 could not be read" in text
    assert text.index("bad-one") < text.index("ok-one")
    assert "pack is truncated" in text


def test_a_run_that_there_is_not_is_a_404(portal: Portal) -> None:
    assert portal.signed_in().get("/runs/nothing").status_code == 404


def test_retry_takes_the_run_up_again(portal: Portal) -> None:
    portal.run("bad1", RunState.FAILED)
    answer = portal.signed_in().post("/runs/bad1/retry")
    assert answer.headers["location"] == "/runs/bad1"
    with portal.database.reading() as session:
        assert runs.get_run(session, "bad1").state == RunState.WAITING


def test_cancel_tells_the_run_to_stop_and_the_page_says_so(portal: Portal) -> None:
    portal.run("live1", RunState.RUNNING)
    with portal.database.writing() as session:
        leases.put(session, runs.RUN_QUEUE, "live1", portal.clock())
    leases.take(portal.database, runs.RUN_QUEUE, "a worker", portal.clock(), 15)
    client = portal.signed_in()
    client.post("/runs/live1/cancel")
    text = client.get("/runs/live1").text
    assert "Stopping" in text
    assert 'action="/runs/live1/cancel"' not in text


def test_a_run_that_nobody_works_on_is_cancelled_at_once(portal: Portal) -> None:
    portal.run("left1", RunState.NEEDS_DECISION, error_message="Its steps were renamed.")
    client = portal.signed_in()
    text = client.get("/runs/left1").text
    assert "Needs a decision" in text
    assert "Its steps were renamed." in text
    assert 'action="/runs/left1/retry"' in text
    client.post("/runs/left1/cancel")
    assert "Cancelled" in client.get("/runs/left1").text


def test_who_may_not_cancel_sees_who_may(portal: Portal) -> None:
    portal.run("live1", RunState.RUNNING)
    client = portal.signed_in("Kim Viewer", Role.VIEWER)
    text = client.get("/runs/live1").text
    assert re.search(r"<button[^>]* disabled", text)
    assert "operator or higher" in text
    assert client.post("/runs/live1/cancel").status_code == 403


def test_a_short_log_is_shown_whole(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", "first", "<script>alert(1)</script>")
    text = portal.signed_in().get("/runs/good1").text
    assert 'id="L1"' in text
    assert 'href="#L2"' in text
    assert "<script>alert" not in text


def test_of_a_long_log_the_newest_lines_are_shown_and_lead_to_the_others(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"line {number}" for number in range(1, 1201)))
    client = portal.signed_in()
    newest = client.get("/runs/good1").text
    assert 'id="L1200"' in newest
    assert 'id="L700"' not in newest
    earlier = client.get("/runs/good1?after=200").text
    assert 'id="L201"' in earlier
    assert 'id="L700"' in earlier
    assert 'href="?line=201#L201"' in earlier
    assert 'href="/runs/good1?after=700#log"' in earlier


def test_a_link_to_a_line_shows_the_line_with_what_led_to_it(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"line {number}" for number in range(1, 1201)))
    client = portal.signed_in()
    text = client.get("/runs/good1?line=600").text
    assert re.search(r'<li id="L600" class="is-info is-marked">', text)
    assert {"351", "600", "850"} < set(re.findall(r'<li id="L(\d+)"', text))
    for line in (1, 1200, 99_999):
        shown_lines = re.findall(r'<li id="L(\d+)"', client.get(f"/runs/good1?line={line}").text)
        assert len(shown_lines) == 500
        assert str(min(line, 1200)) in shown_lines
    assert client.get("/runs/good1?line=0").status_code == 422


def test_only_bad_lines_are_shown_when_asked(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", "fine", "also fine")
    portal.log("good1", "odd one", start=3, level="warning")
    portal.log("good1", "odd and broken", start=4, level="error")
    client = portal.signed_in()

    def numbers(query: str) -> list[str]:
        return re.findall(r'<li id="L(\d+)"', client.get(f"/runs/good1?{query}").text)

    assert numbers("level=warning") == ["3", "4"]
    assert numbers("level=error") == ["4"]
    assert numbers("level=warning&find=ONE") == ["3"]
    assert numbers("level=error&find=one") == []
    assert client.get("/runs/good1?level=worse").status_code == 422


def test_what_was_found_is_paged_and_keeps_what_was_asked(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"{'hit' if number % 2 else 'miss'} {number}" for number in range(1, 2401)))
    client, href, seen = portal.signed_in(), "/runs/good1?find=hit", []
    while href:
        text = client.get(href).text
        seen += [int(number) for number in re.findall(r'<li id="L(\d+)"', text)]
        following = re.search(r'href="(/runs/good1\?find=hit&amp;after=\d+)#log">Later', text)
        href = following[1].replace("&amp;", "&") if following else ""
    assert seen == list(range(1, 2401, 2))


def test_the_whole_log_is_downloaded_as_text(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"줄 {number}" for number in range(1, 5002)), "two\nlines")
    answer = portal.signed_in().get("/runs/good1/log.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert 'filename="run-good1.txt"' in answer.headers["content-disposition"]
    written = answer.text.splitlines()
    assert len(written) == 5003
    assert written[0].startswith("1 2026-")
    assert written[5000].endswith("INFO 줄 5001")
    assert written[5002] == "    lines"


def test_programs_page_through_a_log_by_cursor(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"{'hit' if number % 2 else 'miss'} {number}" for number in range(1, 31)))
    client, href, seen = portal.signed_in(), "/api/v1/runs/good1/log?limit=5&find=HIT", []
    while href:
        answer = client.get(href)
        seen += [item["number"] for item in answer.json()["items"]]
        href = answer.links.get("next", {}).get("url", "")
    assert seen == list(range(1, 31, 2))
    assert client.get("/api/v1/runs/good1/log?level=error").json()["items"] == []


def test_finding_in_a_log_leads_to_the_lines_around(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"line {number}" for number in range(1, 1201)), "100% Truncated_at 7")
    client = portal.signed_in()
    text = client.get("/runs/good1", params={"find": "truncated_"}).text
    assert re.findall(r'<li id="L(\d+)"', text) == ["1201"]
    assert 'href="?line=1201#L1201"' in text
    assert "No line holds" in client.get("/runs/good1", params={"find": "%%"}).text


def test_a_page_of_a_long_log_stays_small(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", *(f"payment/repository-{number}: python service, {number % 7} APIs" for number in range(5000)))
    assert len(gzip.compress(portal.signed_in().get("/runs/good1").content)) < 50 * 1024


def events_of(text: str) -> list[tuple[str, str, str]]:
    """(id, name, data) of each event of a stream."""
    return re.findall(r"id: (.*)\nevent: (.*)\ndata: (.*)\n", text)


def test_following_sends_the_lines_then_what_changed_then_the_end(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.step("good1", "find", RunState.SUCCEEDED)
    portal.log("good1", "first", "second")
    events = events_of(portal.signed_in().get("/runs/good1/live?after=1").text)
    assert [name for _, name, _ in events] == ["append", "replace", "replace", "replace", "replace", "end"]
    appended = json.loads(events[0][2])
    assert appended["target"] == "log-lines"
    assert "second" in appended["html"]
    assert "first" not in appended["html"]
    assert {json.loads(data)["target"] for _, name, data in events if name == "replace"} == {
        "run-actions", "run-head", "run-targets", "run-side"
    }  # fmt: skip
    for _, name, data in events:
        if name == "replace":
            assert f'id="{json.loads(data)["target"]}"' in json.loads(data)["html"]


def test_a_page_that_was_away_goes_on_after_the_last_line_it_saw(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("good1", "first", "second", "third")
    answer = portal.signed_in().get("/runs/good1/live?after=0", headers={"Last-Event-ID": "2"})
    appended = [json.loads(data)["html"] for _, name, data in events_of(answer.text) if name == "append"]
    assert len(appended) == 1
    assert re.findall(r'id="L(\d+)"', appended[0]) == ["3"]


def test_only_a_run_that_goes_on_is_followed(portal: Portal) -> None:
    portal.run("live1", RunState.RUNNING)
    portal.run("good1", RunState.SUCCEEDED)
    portal.log("live1", "first")
    client = portal.signed_in()
    assert 'data-live="/runs/live1/live?after=1"' in client.get("/runs/live1").text
    assert "data-live" not in client.get("/runs/live1?after=0").text
    assert "data-live" not in client.get("/runs/good1").text


def test_strangers_cannot_follow(portal: Portal) -> None:
    portal.run("good1", RunState.SUCCEEDED)
    assert portal.client().get("/runs/good1/live").status_code == 303
    assert portal.client().get("/api/v1/runs/good1/events").status_code == 401


def test_runs_and_logs_are_searched_alike_on_both_engines(portal_on_each: Portal) -> None:
    portal = portal_on_each
    portal.run("good1", RunState.SUCCEEDED)
    portal.run("bad1", RunState.FAILED, error_message="Pack 100% truncated")
    portal.targets("bad1", ("one", RunState.FAILED, ""), ("two", RunState.SUCCEEDED, ""))
    portal.log("bad1", "first", "저장소를 읽지 못함", "100% LOST")
    wanted = WantedRuns({"state": ["failed"]}, "100% truncated")
    with portal.database.reading() as session:
        page = run_queries.list_runs(session, SYSTEM, wanted, 10, None, is_oldest_first=False)
        assert ([row.id for row in page.rows], page.total) == (["bad1"], 1)
        assert run_queries.facet_counts(session, SYSTEM, WantedRuns({}), "state") == [("failed", 1), ("succeeded", 1)]
        assert run_queries.target_counts(session, ["bad1", "good1"]) == {"bad1": {"failed": 1, "succeeded": 1}}
        assert [line.number for line in run_log.lines(session, "bad1", run_log.Wanted("저장소를"), 0, 9)] == [2]
        assert [line.number for line in run_log.lines(session, "bad1", run_log.Wanted("100% lost"), 0, 9)] == [3]
        assert run_log.window(session, "bad1", run_log.Wanted(), 1).last == 3


def test_a_thousand_targets_are_a_grid_with_what_failed_first(portal: Portal) -> None:
    plan = {"targets": [{"name": str(number), "title": str(number)} for number in range(1000)]}
    plan |= {"commitments": {}, "observations": {"repositories": 1000}}
    portal.run("bad1", RunState.FAILED, plan=plan, outcome={"repositories": 998})
    bad = [(f"bad-{number}", RunState.FAILED, f"broken pack {number}") for number in range(2)]
    good = [(f"team/repository-{number}", RunState.SUCCEEDED, "fine") for number in range(998)]
    portal.targets("bad1", *good, *bad)
    client = portal.signed_in()
    page = client.get("/runs/bad1")
    assert page.text.index("broken pack 1") < page.text.index("team/repository-0<")
    assert len(re.findall("team/repository-", page.text)) == 298
    assert "1,000 planned: 998 succeeded, 2 failed, 0 not done" in page.text
    assert "1,000 planned, 998 done" in page.text
    everything = client.get("/runs/bad1?targets=all")
    assert len(re.findall("team/repository-", everything.text)) == 998
    assert len(gzip.compress(everything.content)) < 50 * 1024


def test_a_run_tells_which_run_started_it_and_which_it_started_three_levels_deep(portal: Portal) -> None:
    parent: str | None = None
    for level, run_id in enumerate(("aaaa222222", "bbbb222222", "cccc222222", "dddd222222", "eeee222222")):
        portal.run(run_id, RunState.SUCCEEDED, parent_id=parent, parent_key=f"key-{level}" if parent else None)
        parent = run_id
    client = portal.signed_in()
    first, second = client.get("/runs/aaaa222222").text, client.get("/runs/bbbb222222").text
    assert [level for level in range(1, 5) if f"key-{level}" in first] == [1, 2, 3]
    assert 'class="is-level-3"' in first
    assert 'href="/runs/aaaa222222"' in second
