"""Descriptors under addresses: how links are read, and where data may not lead."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx
import pytest

from homeport.catalog.adapters.sources import TargetRefused
from homeport.catalog.adapters.sources.urls import UrlSource
from homeport.forges.addresses import Forges
from homeport.forges.git import GitRepository
from homeport.kernel.base.errors import SourceUnreadable
from homeport.kernel.base.settings import ForgeSettings, OutboundSettings
from homeport.kernel.edge.outbound import Outbound
from servers import answer, serving

LINK = "https://github.com/o/r/blob/main/dir/catalog-info.yaml"
PLAIN = "https://files.example/team/catalog-info.yaml"
Respond = Callable[[httpx.Request], httpx.Response]


class Tree(GitRepository):
    """A repository that holds what it is told to."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__("r", (), Path(), Path())
        self.__dict__["_blobs"] = {path: ("100644", f"sha-of-{path}", len(data)) for path, data in files.items()}
        self.__dict__["contents"] = files

    def read(self, paths: object) -> dict[str, bytes]:
        return {path: self.__dict__["contents"][path] for path in paths}  # type: ignore[attr-defined]


class Fetched:
    """Repositories that need no fetching."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self._files = files

    def fetch(self, url: str, ref: str | None = None, *, trusted: bool = False) -> GitRepository:
        self.asked.append((url, ref))
        return Tree(self._files)


def source(
    target: str = LINK, respond: Respond = lambda _request: httpx.Response(200), files: dict[str, bytes] | None = None
) -> UrlSource:
    forges = Forges({"work": ForgeSettings(host="github.saebom.example", type="github", token="t0ken")})
    outbound = Outbound(
        OutboundSettings(allow=("wiki.saebom.example",)), forges.hosts, transport=httpx.MockTransport(respond)
    )
    return UrlSource(target, outbound, forges, Fetched(files or {}))


def test_an_etag_is_the_version_and_saves_the_next_reading() -> None:
    def respond(request: httpx.Request) -> httpx.Response:
        known = request.headers.get("if-none-match") == '"v1"'
        return httpx.Response(304) if known else httpx.Response(200, content=b"kind: API", headers={"etag": '"v1"'})

    read = source(PLAIN, respond)
    content = read.fetch(PLAIN)
    assert content is not None
    assert (content.data, content.version) == (b"kind: API", '"v1"')
    assert read.fetch(PLAIN, '"v1"') is None


def test_an_address_that_an_operator_gave_may_be_private_and_no_other() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, 200, b"kind: API")

    with serving(respond) as port, closing(Outbound(OutboundSettings())) as outbound:
        address = f"http://127.0.0.1:{port}/catalog-info.yaml"
        given = UrlSource(address, outbound, Forges({}), Fetched({}), trusted=True)
        assert given.starts() == [address]
        content = given.fetch(address)
        assert content is not None
        assert content.data == b"kind: API"
        assert given.keys_of(address, "./b.yaml") == [f"http://127.0.0.1:{port}/b.yaml"]
        with pytest.raises(TargetRefused):
            given.keys_of(address, "http://127.0.0.2/b.yaml")
        with pytest.raises(TargetRefused):
            given.fetch("http://127.0.0.2/b.yaml")
        with pytest.raises(SourceUnreadable, match="no public address"):
            UrlSource(address, outbound, Forges({}), Fetched({})).starts()


@pytest.mark.parametrize("target", ["http://[::1", "http://a.example:x/", "", "catalog-info.yaml", "//a.example/x"])
@pytest.mark.parametrize("trusted", [True, False])
def test_what_is_no_address_is_refused_whoever_gave_it(target: str, trusted: bool) -> None:
    with pytest.raises(SourceUnreadable):
        UrlSource(target, Outbound(OutboundSettings()), Forges({}), Fetched({}), trusted=trusted).starts()


def test_without_an_etag_the_hash_is_the_version() -> None:
    read = source(PLAIN, lambda _request: httpx.Response(200, content=b"kind: API"))
    content = read.fetch(PLAIN)
    assert content is not None
    assert content.version.startswith("sha256:")
    assert read.fetch(PLAIN, content.version) is None


def test_a_link_into_a_forge_is_read_through_its_api() -> None:
    asked: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"kind: API")

    source(respond=respond).fetch("https://github.saebom.example/o/r/blob/main/a.yaml")
    assert str(asked[0].url) == "https://github.saebom.example/api/v3/repos/o/r/contents/a.yaml?ref=main"
    assert asked[0].headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("base", "target", "key"),
    [
        (LINK, "./openapi.yaml", "https://github.com/o/r/blob/main/dir/openapi.yaml"),
        (LINK, "../all.yaml", "https://github.com/o/r/blob/main/all.yaml"),
        (LINK, "/docs/a.yaml", "https://github.com/o/r/blob/main/docs/a.yaml"),
        (LINK, "https://github.com/o/other/blob/main/x.yaml", "https://github.com/o/other/blob/main/x.yaml"),
        (LINK, "https://github.saebom.example/a/b/blob/main/x", "https://github.saebom.example/a/b/blob/main/x"),
        (LINK, "https://wiki.saebom.example/x.yaml", "https://wiki.saebom.example/x.yaml"),
        (PLAIN, "more.yaml", "https://files.example/team/more.yaml"),
        (PLAIN, "/more.yaml", "https://files.example/more.yaml"),
        (PLAIN, "https://files.example/x.yaml", "https://files.example/x.yaml"),
        (PLAIN, LINK, LINK),
    ],
)
def test_a_target_is_resolved_against_the_descriptor(base: str, target: str, key: str) -> None:
    assert source().keys_of(base, target) == [key]


@pytest.mark.parametrize(
    ("base", "target"),
    [
        (LINK, "../../../../../etc/passwd"),
        (LINK, "../../other/x.yaml"),
        (LINK, "%2e%2e/%2e%2e/x.yaml"),
        (LINK, "..\\..\\x.yaml"),
        (LINK, "/../../../evil/x/blob/main/y"),
        (LINK, "file:///etc/passwd"),
        (LINK, "//evil.example/x.yaml"),
        (LINK, "https://evil.example/x.yaml"),
        (LINK, "https://github.com.evil.example/o/r/blob/main/x"),
        (LINK, "https://me:secret@github.com/o/r/blob/main/x"),
        (LINK, "http://169.254.169.254/latest/meta-data/"),
        (PLAIN, "http://files.example/x.yaml"),
        (PLAIN, "https://files.example:8443/x.yaml"),
        (PLAIN, "*.yaml"),
        (PLAIN, "http://[broken"),
    ],
)
def test_a_target_that_leads_elsewhere_is_refused(base: str, target: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        source().keys_of(base, target)
    assert "secret" not in refused.value.reason


def test_a_refusal_prints_the_line_that_would_allow_the_host() -> None:
    with pytest.raises(TargetRefused) as refused:
        source().keys_of(LINK, "https://docs.example/api.yaml")
    assert refused.value.reason.endswith('outbound: {allow: ["wiki.saebom.example", "docs.example"]}')


def test_a_glob_is_matched_in_the_fetched_repository_and_read_from_it() -> None:
    files = {"a/catalog-info.yaml": b"kind: A", "b/catalog-info.yaml": b"kind: B", "b/other.yaml": b""}
    read = source(
        "https://github.com/o/r/blob/main/**/catalog-info.yaml", lambda _request: pytest.fail("called"), files
    )
    starts = read.starts()
    assert starts == [f"https://github.com/o/r/blob/main/{name}/catalog-info.yaml" for name in "ab"]
    content = read.fetch(starts[1])
    assert content is not None
    assert content.data == b"kind: B"
    assert read.fetch(starts[1], content.version) is None
    assert read.keys_of(starts[0], "../b/*.yaml") == [
        "https://github.com/o/r/blob/main/b/catalog-info.yaml",
        "https://github.com/o/r/blob/main/b/other.yaml",
    ]


@pytest.mark.parametrize(("status", "says"), [(404, "needs the token of github.com"), (500, "status 500")])
def test_what_is_not_there_is_told_with_what_to_do(status: int, says: str) -> None:
    with pytest.raises(SourceUnreadable, match=says):
        source(respond=lambda _request: httpx.Response(status)).fetch(LINK)


def test_a_location_is_written_as_backstage_does() -> None:
    assert source().location_of(LINK) == f"url:{LINK}"
