"""Descriptors in a Git repository: which are read, under which keys, and where they may not lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeport.catalog.adapters.sources import Content, TargetRefused
from homeport.catalog.adapters.sources.git import GitFilesSource
from homeport.forges.addresses import Forges
from homeport.forges.git import GitRepository
from homeport.kernel.base.errors import AddressRefused, SourceUnreadable

PLAIN, HUB = "ssh://git@git.example/o/r.git", "https://github.com/o/r.git"
FILES = {
    "catalog-info.yaml": b"kind: Location",
    "order/catalog-info.yaml": b"kind: Component",
    "order/openapi.yaml": b"openapi: 3.1.0",
    ".hidden/catalog-info.yaml": b"",
}


class Tree(GitRepository):
    """A repository that holds what it is told to."""

    def __init__(self, files: dict[str, bytes], links: dict[str, bytes]) -> None:
        super().__init__("r", (), Path(), Path())
        self.__dict__["contents"] = files | links
        self.__dict__["_blobs"] = {
            **{path: ("100644", f"{len(data)}-{data[:9]!r}", len(data)) for path, data in files.items()},
            **dict.fromkeys(links, ("120000", "sha", 1)),
        }

    def read(self, paths: object) -> dict[str, bytes]:
        return {path: self.__dict__["contents"][path] for path in paths}  # type: ignore[attr-defined]


class Fetched:
    """A repository that needs no fetching."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def fetch(self, url: str, ref: str | None = None, *, trusted: bool = False) -> GitRepository:
        if not url.startswith(("https", "ssh")):
            raise AddressRefused("no")
        return Tree(self.files, {"link.yaml": b"/etc/passwd"})


class Elsewhere:
    """A source of whatever lies at other addresses."""

    def starts(self) -> list[str]:
        return []

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        return Content(key.encode(), "1")

    def keys_of(self, base: str, target: str) -> list[str]:
        return [target]

    def location_of(self, key: str) -> str:
        return key


def source(
    url: str, pattern: str = "**/catalog-info.yaml", ref: str | None = "main", **options: object
) -> GitFilesSource:
    return GitFilesSource(url, pattern, Fetched(dict(FILES)), Forges({}), ref, **options)  # type: ignore[arg-type]


def test_keys_are_links_on_a_forge_and_say_all_elsewhere() -> None:
    assert source(HUB).starts() == [
        "https://github.com/o/r/blob/main/catalog-info.yaml",
        "https://github.com/o/r/blob/main/order/catalog-info.yaml",
    ]
    assert source(PLAIN, "order/*.yaml", None).starts() == [
        f"git:{PLAIN}#HEAD:order/catalog-info.yaml",
        f"git:{PLAIN}#HEAD:order/openapi.yaml",
    ]


@pytest.mark.parametrize("url", [HUB, PLAIN])
def test_the_blob_is_the_version(url: str) -> None:
    read = source(url, "/order/catalog-info.yaml")
    (key,) = read.starts()
    content = read.fetch(key)
    assert content is not None
    assert content.data == b"kind: Component"
    assert read.fetch(key, content.version) is None
    assert read.fetch(key, "another") == content


@pytest.mark.parametrize("url", [HUB, PLAIN])
@pytest.mark.parametrize(
    ("target", "paths"),
    [
        ("./openapi.yaml", ["order/openapi.yaml"]),
        ("../catalog-info.yaml", ["catalog-info.yaml"]),
        ("/order/openapi.yaml", ["order/openapi.yaml"]),
        ("*.yaml", ["order/catalog-info.yaml", "order/openapi.yaml"]),
        ("https://github.com/o/r/blob/main/order/openapi.yaml", ["order/openapi.yaml"]),
    ],
)
def test_a_target_is_resolved_in_the_repository(url: str, target: str, paths: list[str]) -> None:
    read = source(url)
    base = next(key for key in read.starts() if "order" in key)
    if url == PLAIN and target.startswith("https"):
        with pytest.raises(TargetRefused):
            read.keys_of(base, target)
    else:
        assert [key.rpartition("main")[2][1:] for key in read.keys_of(base, target)] == paths


@pytest.mark.parametrize("url", [HUB, PLAIN])
@pytest.mark.parametrize(
    "target",
    [
        "../../x.yaml",
        "../../../../etc/passwd",
        "%2e%2e/%2e%2e/x",
        "..\\..\\x",
        "file:///etc/passwd",
        "//evil.example/x",
        "https://github.com/o/other/blob/main/x",
        "https://evil.example/x",
        "/..",
        "..",
    ],
)
def test_a_target_that_leads_out_is_refused(url: str, target: str) -> None:
    read = source(url)
    base = next(key for key in read.starts() if "order" in key)
    with pytest.raises(TargetRefused):
        read.keys_of(base, target)


def test_whole_addresses_of_other_places_are_read_elsewhere() -> None:
    read = source(HUB, elsewhere=Elsewhere())
    keys = read.keys_of(read.starts()[0], "https://wiki.example/x")
    assert keys == ["https://wiki.example/x"]
    content = read.fetch(keys[0])
    assert content is not None
    assert content.data == b"https://wiki.example/x"


@pytest.mark.parametrize("path", ["none.yaml", "link.yaml", "order"])
def test_what_is_no_file_is_told(path: str) -> None:
    read = source(HUB, path)
    (key,) = read.starts()
    with pytest.raises(SourceUnreadable, match="is no file of"):
        read.fetch(key)


def test_a_repository_that_must_not_be_fetched_can_not_be_read() -> None:
    with pytest.raises(SourceUnreadable):
        source("ext::sh").starts()


def test_a_new_reading_sees_what_changed() -> None:
    fetched = Fetched(dict(FILES))
    read = GitFilesSource(PLAIN, "catalog-info.yaml", fetched, Forges({}))
    (key,) = read.starts()
    before = read.fetch(key)
    fetched.files["catalog-info.yaml"] = b"kind: API"
    assert before is not None
    assert read.fetch(key, before.version) is None
    read.starts()
    after = read.fetch(key, before.version)
    assert after is not None
    assert after.data == b"kind: API"


def test_a_location_is_written_with_its_type() -> None:
    assert source(HUB).location_of(source(HUB).starts()[0]).startswith("url:https://")
    assert source(PLAIN).location_of(source(PLAIN).starts()[0]).startswith("git:ssh://")
