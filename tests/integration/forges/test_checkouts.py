"""Fetching real repositories: over file, over https from Git's own server, over ssh as far as its arguments."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from homeport.forges.addresses import Forges
from homeport.forges.checkouts import Checkouts
from homeport.kernel.base.errors import AddressRefused, SourceUnreadable
from homeport.kernel.base.settings import CheckoutSettings, ForgeSettings, OutboundSettings
from homeport.kernel.edge.outbound import Outbound
from servers import answer, make_certificate, serving, unknown

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOKEN = "t0ken-of-the-forge"


def git(folder: Path, *arguments: str) -> str:
    person = {"NAME": "Kim", "EMAIL": "kim@saebom.example", "DATE": NOON.isoformat()}
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", **who}
    done = subprocess.run(
        ["git", "-C", folder, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    return done.stdout.strip()


def commit(repository: Path, **files: str) -> str:
    for name, text in files.items():
        (repository / name).write_text(text)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=change")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository with one commit, such as a team has it."""
    folder = tmp_path / "srv" / "order-api"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "http.receivepack", "false")
    commit(folder, owner="order")
    return folder


def checkouts(
    tmp_path: Path,
    *allow: str,
    forges: dict[str, ForgeSettings] | None = None,
    ca: Path | None = None,
    now: float = 1e9,
    **settings: Any,
) -> Checkouts:
    outbound = Outbound(OutboundSettings(allow=allow, ca_bundle=ca))
    chosen = CheckoutSettings(folders=(tmp_path / "srv",), **settings)
    return Checkouts(tmp_path / "home" / "checkouts", chosen, outbound, Forges(forges or {}), lambda: now)


def test_a_repository_is_fetched_with_its_history_and_again_when_it_moved(tmp_path: Path, origin: Path) -> None:
    copies = checkouts(tmp_path)
    first = copies.fetch(f"file://{origin}")
    second_commit = commit(origin, owner="payment")
    second = copies.fetch(f"file://{origin}")

    assert first.read(["owner"]) == {"owner": b"order"}
    assert second.read(["owner"]) == {"owner": b"payment"}
    assert second.head() == second_commit
    assert len(second.history()) == 2
    assert first.path == second.path
    assert second.name == "order-api"


def test_a_branch_a_tag_and_a_commit_are_read_as_they_are(tmp_path: Path, origin: Path) -> None:
    git(origin, "tag", "v1")
    first = git(origin, "rev-parse", "HEAD")
    git(origin, "checkout", "--quiet", "-b", "feature/a")
    commit(origin, owner="feature")
    git(origin, "checkout", "--quiet", "main")
    commit(origin, owner="main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    url, copies = f"file://{origin}", checkouts(tmp_path)
    found = [copies.fetch(url, ref).read(["owner"])["owner"] for ref in (None, "feature/a", "v1", first)]
    assert found == [b"main", b"feature", b"order", b"order"]


def test_a_rewritten_branch_is_followed(tmp_path: Path, origin: Path) -> None:
    copies = checkouts(tmp_path)
    commit(origin, owner="wrong")
    copies.fetch(f"file://{origin}", "main")
    git(origin, "reset", "--quiet", "--hard", "HEAD~1")
    commit(origin, owner="right")
    assert copies.fetch(f"file://{origin}", "main").read(["owner"]) == {"owner": b"right"}


def test_an_empty_repository_has_no_head(tmp_path: Path) -> None:
    folder = tmp_path / "srv" / "empty"
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--bare")
    repository = checkouts(tmp_path).fetch(f"file://{folder}")
    assert (repository.head(), repository.files()) == (None, ())


def test_a_folder_is_read_where_an_admin_or_an_operator_said_so(tmp_path: Path, origin: Path) -> None:
    elsewhere = tmp_path / "private"
    origin.rename(elsewhere)
    (tmp_path / "srv" / "link").symlink_to(elsewhere)
    for url in (f"file://{elsewhere}", f"file://{tmp_path}/srv/link", f"file://{tmp_path}/srv/../private"):
        with pytest.raises(AddressRefused, match=r"checkouts: \{folders: \[\""):
            checkouts(tmp_path).fetch(url)
    assert checkouts(tmp_path).fetch(f"file://{elsewhere}", trusted=True).head()


def test_a_host_inside_is_refused_whatever_the_protocol(tmp_path: Path) -> None:
    for url in ("https://127.0.0.1/o/r", "https://169.254.169.254/o/r", "ssh://git@[::1]/o/r", "git@127.0.0.1:o/r"):
        with pytest.raises(AddressRefused, match="no public address"):
            checkouts(tmp_path).fetch(url)


def test_what_is_not_there_is_told_with_what_to_do(tmp_path: Path, origin: Path) -> None:
    with pytest.raises(SourceUnreadable, match="Is there such a branch"):
        checkouts(tmp_path).fetch(f"file://{origin}", "none")
    with pytest.raises(SourceUnreadable, match="could not be fetched"):
        checkouts(tmp_path).fetch(f"file://{tmp_path}/srv/none")
    assert list((tmp_path / "home" / "checkouts").glob("*.git")) == []


def test_hooks_and_settings_of_a_copy_are_not_those_of_the_origin(tmp_path: Path, origin: Path) -> None:
    for hook in ("post-checkout", "reference-transaction", "post-upload-pack", "pre-auto-gc"):
        file = origin / ".git" / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
        file.chmod(0o755)
    git(origin, "config", "uploadpack.packObjectsHook", f"touch {tmp_path}/owned")
    copy = checkouts(tmp_path).fetch(f"file://{origin}")
    assert not (tmp_path / "owned").exists()
    assert not (copy.path / "hooks").exists()


def test_submodules_are_not_fetched(tmp_path: Path, origin: Path) -> None:
    git(origin, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"file://{origin}", "inner")
    commit(origin)
    repository = checkouts(tmp_path).fetch(f"file://{origin}")
    assert [file.path for file in repository.files()] == [".gitmodules", "owner"]
    assert not (repository.path / "modules").exists()


def test_the_longest_unused_copies_go_when_room_is_needed(tmp_path: Path) -> None:
    origins = []
    for name in "abc":
        folder = tmp_path / "srv" / name
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet", "--initial-branch=main")
        (folder / "noise").write_bytes(os.urandom(40_000))
        commit(folder)
        origins.append(f"file://{folder}")
    for hour, origin_url in enumerate((*origins[:2], origins[0], origins[2])):
        checkouts(tmp_path, budget_bytes=120_000, now=1e9 + hour * 7200).fetch(origin_url)
    kept = {path.name[0] for path in (tmp_path / "home" / "checkouts").glob("*.git")}
    assert kept == {"a", "c"}


def test_a_copy_that_someone_may_be_reading_is_kept(tmp_path: Path, origin: Path) -> None:
    other = tmp_path / "srv" / "other"
    git(tmp_path, "clone", "--quiet", str(origin), str(other))
    copies = checkouts(tmp_path, budget_bytes=1)
    first = copies.fetch(f"file://{origin}")
    copies.fetch(f"file://{other}")
    assert first.read(["owner"]) == {"owner": b"order"}


def test_fetches_at_once_do_not_disturb_each_other(tmp_path: Path, origin: Path) -> None:
    heads: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: heads.append(checkouts(tmp_path).fetch(f"file://{origin}").head()))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heads == [git(origin, "rev-parse", "HEAD")] * 6


class GitServer:
    """Git's own http-backend behind a server on loopback that asks for a token."""

    def __init__(self, root: Path) -> None:
        self.seen: list[tuple[str, str]] = []
        self._root = root

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        shown = handler.headers.get("authorization", "")
        self.seen.append((handler.path, shown))
        if handler.path.startswith("/moved/"):
            answer(handler, 301, location=handler.path.replace("/moved/", "/"))
            return
        if shown != f"Basic {base64.b64encode(f'oauth2:{TOKEN}'.encode()).decode()}":
            answer(handler, 401, www_authenticate="Basic")
            return
        path, _, query = handler.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self._root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "REQUEST_METHOD": handler.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": handler.headers.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": handler.headers.get("content-encoding", ""),
            "HTTP_GIT_PROTOCOL": handler.headers.get("git-protocol", ""),
        }
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        done = subprocess.run(["git", "http-backend"], input=body, capture_output=True, env=environment, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200").split()[0])
        answer(handler, status, content, **headers)


@pytest.fixture
def https(tmp_path: Path, origin: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[GitServer, int, Path]]:
    """A Git server at https://git.saebom.example, a name that only this process can resolve."""
    certificate, context = make_certificate(tmp_path, "git.saebom.example")
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **options: real("127.0.0.1" if host == "git.saebom.example" else host, *rest, **options),
    )
    server = GitServer(origin.parent)
    with serving(server, context) as port:
        yield server, port, certificate


def lab(port: int, token: str = TOKEN) -> dict[str, ForgeSettings]:
    return {"lab": ForgeSettings(host=f"git.saebom.example:{port}", type="gitlab", token=token)}


def test_https_goes_to_the_checked_address_with_the_token_of_the_host(
    tmp_path: Path, https: tuple[GitServer, int, Path]
) -> None:
    server, port, certificate = https
    url = f"https://git.saebom.example:{port}/order-api/.git"
    copies = checkouts(tmp_path, "git.saebom.example", forges=lab(port), ca=certificate)
    repository = copies.fetch(url, "main")
    assert repository.read(["owner"]) == {"owner": b"order"}
    assert server.seen
    config = (repository.path / "config").read_text()
    assert TOKEN not in config
    assert base64.b64encode(TOKEN.encode()).decode()[:8] not in config


def test_a_wrong_token_is_told_without_showing_it_and_nobody_is_asked(
    tmp_path: Path, https: tuple[GitServer, int, Path]
) -> None:
    _, port, certificate = https
    copies = checkouts(tmp_path, "git.saebom.example", forges=lab(port, "wr0ng-token"), ca=certificate)
    with pytest.raises(SourceUnreadable, match="may the token of its host") as failed:
        copies.fetch(f"https://git.saebom.example:{port}/order-api/.git")
    assert "wr0ng" not in failed.value.message


def test_a_redirect_is_not_followed(tmp_path: Path, https: tuple[GitServer, int, Path]) -> None:
    server, port, certificate = https
    copies = checkouts(tmp_path, "git.saebom.example", forges=lab(port), ca=certificate)
    with pytest.raises(SourceUnreadable, match="seems to have moved"):
        copies.fetch(f"https://git.saebom.example:{port}/moved/order-api/.git")
    assert all(path.startswith("/moved/") for path, _ in server.seen)


def test_a_proxy_is_asked_for_names_that_only_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown(monkeypatch)
    asked: list[tuple[str, bool]] = []

    def proxy(handler: BaseHTTPRequestHandler) -> None:
        asked.append((handler.path, "proxy-authorization" in handler.headers))
        answer(handler, 502)

    with serving(proxy) as port:
        outbound = Outbound(OutboundSettings(proxy=f"http://me:{TOKEN}@127.0.0.1:{port}"))
        copies = Checkouts(tmp_path / "copies", CheckoutSettings(), outbound, Forges({}))
        with pytest.raises(SourceUnreadable) as failed:
            copies.fetch("https://only-the-proxy-knows.invalid/o/r.git")
        with pytest.raises(AddressRefused):
            copies.fetch("https://169.254.169.254/o/r.git")
    assert asked[0][0] == "only-the-proxy-knows.invalid:443"
    assert TOKEN not in failed.value.message


def test_a_host_that_nobody_knows_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown(monkeypatch)
    for url in ("https://nobody-knows.invalid/o/r.git", "git@nobody-knows.invalid:o/r.git"):
        with pytest.raises(SourceUnreadable, match="can't be found"):
            checkouts(tmp_path).fetch(url)


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Path, https: tuple[GitServer, int, Path]) -> None:
    server, port, _ = https
    with pytest.raises(SourceUnreadable, match="certificate"):
        checkouts(tmp_path, "git.saebom.example", forges=lab(port)).fetch(f"https://git.saebom.example:{port}/a/.git")
    assert server.seen == []


def test_a_server_that_never_answers_is_left_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeport.forges.checkouts._LOOK_EVERY_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SourceUnreadable, match=r"took longer than 0\.3 s"):
            checkouts(tmp_path, "127.0.0.1", time_limit_s=0.3).fetch(f"https://127.0.0.1:{port}/o/r.git")
    assert list((tmp_path / "home" / "checkouts").glob("*.git")) == []


def test_what_is_larger_than_all_copies_may_be_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeport.forges.checkouts._LOOK_EVERY_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(SourceUnreadable, match="larger than 10 bytes"):
            checkouts(tmp_path, "127.0.0.1", budget_bytes=10).fetch(f"https://127.0.0.1:{port}/o/r.git")


def test_ssh_is_run_on_the_checked_address_under_the_hosts_own_key_and_nobodys_settings(
    tmp_path: Path, origin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = tmp_path / "bin" / "ssh"
    stub.parent.mkdir()
    stub.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/arguments\nfor last; do :; done\nexec sh -c "$last"\n'
    )
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stub.parent}:{os.environ['PATH']}")
    settings = {"ssh_key": tmp_path / "key", "known_hosts": tmp_path / "hosts"}
    repository = checkouts(tmp_path, "127.0.0.1", **settings).fetch(f"ssh://git@127.0.0.1:2222{origin}")
    assert repository.read(["owner"]) == {"owner": b"order"}
    said = (tmp_path / "arguments").read_text().splitlines()
    assert said[:2] == ["-F", "none"]
    for option in (
        "HostName=127.0.0.1",
        "HostKeyAlias=[127.0.0.1]:2222",
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        f"IdentityFile={tmp_path}/key",
        f"UserKnownHostsFile={tmp_path}/hosts",
    ):
        assert option in said
