"""Payloads of pushes, cut down from what GitHub and GitLab document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.forges.pushes import READERS

GITHUB = {
    "ref": "refs/heads/main",
    "before": "6113728f27ae82c7b1a177c8d03f9e96e0adf246",
    "after": "59b20b8d5c6ff8d09518454d4dd8b7d7f3d2d4d9",
    "created": False,
    "deleted": False,
    "forced": False,
    "repository": {
        "html_url": "https://github.com/saebom/order-api",
        "clone_url": "https://github.com/saebom/order-api.git",
        "ssh_url": "git@github.com:saebom/order-api.git",
    },
    "commits": [
        {"added": ["a.yaml"], "removed": ["b.yaml"], "modified": ["README.md"]},
        {"added": [], "removed": [], "modified": ["a.yaml"]},
    ],
}
GITLAB = {
    "object_kind": "push",
    "ref": "refs/heads/feature/a",
    "before": "95790bf891e76fee5e1747ab589903a6a1f80f22",
    "after": "da1560886d4f094c3e6c9ef40349f7d38b5d27d7",
    "project": {
        "web_url": "https://gitlab.com/saebom/order-api",
        "git_http_url": "https://gitlab.com/saebom/order-api.git",
        "git_ssh_url": "git@gitlab.com:saebom/order-api.git",
    },
    "commits": [{"added": ["CHANGELOG"], "modified": ["app.rb"], "removed": []}],
    "total_commits_count": 1,
}


def told(kind: str, event: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(READERS[kind](event, payload))
    assert all((one.type, one.entity) == ("forge.pushed", one.payload["urls"][0]) for one in found)
    return [one.payload for one in found]


def test_a_push_to_github_tells_its_paths() -> None:
    assert told("github", "push", GITHUB) == [
        {
            "urls": list(GITHUB["repository"].values()),  # type: ignore[attr-defined]
            "ref": "main",
            "commit": GITHUB["after"],
            "paths": ["README.md", "a.yaml", "b.yaml"],
        }
    ]


def test_a_push_to_gitlab_tells_its_paths() -> None:
    (push,) = told("gitlab", "Push Hook", GITLAB)
    assert (push["ref"], push["paths"], len(push["urls"])) == ("feature/a", ["CHANGELOG", "app.rb"], 3)


def test_a_push_of_any_other_sender_is_plain() -> None:
    payload = {"repository": "https://git.example/o/r", "ref": "refs/tags/v1", "commits": [{"added": ["a"]}]}
    assert told("hmac", "push", payload) == [
        {"urls": ["https://git.example/o/r"], "ref": "v1", "commit": None, "paths": ["a"]}
    ]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("github", {"forced": True}),
        ("github", {"created": True, "commits": []}),
        ("gitlab", {"total_commits_count": 40}),
        ("gitlab", {"before": "0" * 40}),
        ("hmac", {"repository": "https://git.example/o/r", "commits": None}),
    ],
)
def test_paths_are_unknown_where_the_sender_does_not_list_all(kind: str, change: dict[str, Any]) -> None:
    payload = {"github": GITHUB, "gitlab": GITLAB, "hmac": {}}[kind] | change
    assert told(kind, "push", payload)[0]["paths"] is None


def test_a_branch_that_was_removed_has_no_commit() -> None:
    assert told("github", "push", {**GITHUB, "after": "0" * 40, "deleted": True})[0]["commit"] is None


def test_other_events_tell_nothing() -> None:
    assert told("github", "ping", GITHUB) == []
    assert told("gitlab", "Note Hook", {**GITLAB, "object_kind": "note"}) == []
    assert told("github", "push", {"ref": "refs/heads/main"}) == []


NAMES = ("repository", "project", "commits", "added", "html_url", "web_url", "object_kind", "ref", "before", "after")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=20,
)


@given(st.sampled_from(sorted(READERS)), st.dictionaries(st.sampled_from(NAMES), JSON))
def test_no_payload_makes_a_reader_fail(kind: str, payload: dict[str, Any]) -> None:
    told(kind, "push", {"object_kind": "push", **payload})
