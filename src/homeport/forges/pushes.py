"""What webhooks of forges tell: which repository was pushed to, and which of its files changed.

Source: GitHub, Webhook events and payloads, `push`; GitLab, Webhook events, "Push events" and "Tag events".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from homeport.kernel.edge.inbound import Told

PUSHED = "forge.pushed"
_GITLAB_EVENTS = ("push", "tag_push")


def github(event: str, payload: Mapping[str, Any]) -> Iterable[Told]:
    """Return `forge.pushed` for a push to GitHub, nothing for its other events."""
    if event == "push":
        repository = _mapping(payload.get("repository"))
        is_whole = not (payload.get("forced") or payload.get("created") or payload.get("deleted"))
        yield from _pushed(_texts(repository, "html_url", "clone_url", "ssh_url"), payload, is_whole)


def gitlab(event: str, payload: Mapping[str, Any]) -> Iterable[Told]:
    """Return `forge.pushed` for a push to GitLab, nothing for its other events."""
    if payload.get("object_kind", event) in _GITLAB_EVENTS:
        project = _mapping(payload.get("project"))
        commits = payload.get("commits")
        is_listed = isinstance(commits, list) and len(commits) == payload.get("total_commits_count")
        is_whole = is_listed and not (_is_zero(payload.get("before")) or _is_zero(payload.get("after")))
        yield from _pushed(_texts(project, "web_url", "git_http_url", "git_ssh_url"), payload, is_whole)


def plain(event: str, payload: Mapping[str, Any]) -> Iterable[Told]:
    """Return `forge.pushed` for `{"repository": URL, "ref"?: …, "after"?: …, "commits"?: […]}` of any other sender."""
    if event == "push":
        yield from _pushed(_texts(payload, "repository"), payload, is_whole=True)


READERS: Mapping[str, Callable[[str, Mapping[str, Any]], Iterable[Told]]] = {
    "github": github,
    "gitlab": gitlab,
    "hmac": plain,
}


def _pushed(urls: list[str], payload: Mapping[str, Any], is_whole: bool) -> Iterable[Told]:
    """`paths` is None where the sender did not list all that changed."""
    if not urls:
        return
    after, commits = payload.get("after"), payload.get("commits")
    told = {
        "urls": urls,
        "ref": str(payload.get("ref") or "").removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "commit": after if isinstance(after, str) and not _is_zero(after) else None,
        "paths": _paths(commits) if is_whole and isinstance(commits, list) else None,
    }
    yield Told(PUSHED, urls[0], told)


def _paths(commits: list[Any]) -> list[str]:
    changes = (_mapping(commit).get(kind) for commit in commits for kind in ("added", "modified", "removed"))
    return sorted({path for paths in changes if isinstance(paths, list) for path in paths if isinstance(path, str)})


def _texts(values: Mapping[str, Any], *names: str) -> list[str]:
    return [value for name in names if isinstance(value := values.get(name), str) and value]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _is_zero(commit: Any) -> bool:
    return isinstance(commit, str) and commit != "" and not commit.strip("0")
