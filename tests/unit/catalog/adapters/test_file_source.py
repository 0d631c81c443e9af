"""Descriptors in folders: what a target means, and that nothing outside of its root is ever read."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from homeport.catalog.adapters.sources import Source, TargetRefused
from homeport.catalog.adapters.sources.files import FileSource
from homeport.kernel.base.errors import SourceUnreadable

LONG_AGO_NS = 1_700_000_000 * 10**9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalog of a few files with a secret beside it."""
    for path in ("a.yaml", "b.yml", "c.txt", "x/d.yaml", "x/y/e.yaml", "x/.hidden/f.yaml", ".g.yaml"):
        write(tmp_path / "root" / path, f"name: {path}")
    write(tmp_path / "secret.yaml", "password: x")
    write(tmp_path / "rootless/h.yaml", "name: h")
    return tmp_path / "root"


def write(path: Path, text: str, mtime_ns: int = LONG_AGO_NS) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, ns=(mtime_ns, mtime_ns))


def names(paths: object, folder: Path) -> list[str]:
    assert isinstance(paths, list)
    return [os.path.relpath(path, folder) for path in paths]


# What npm glob 13.0.0 gave for the same files, sorted, without folders.
@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("*.yaml", ["a.yaml"]),
        ("**/*.yaml", ["a.yaml", "x/d.yaml", "x/y/e.yaml"]),
        ("**", ["a.yaml", "b.yml", "c.txt", "x/d.yaml", "x/y/e.yaml"]),
        ("**/**/e.yaml", ["x/y/e.yaml"]),
        ("x/**", ["x/d.yaml", "x/y/e.yaml"]),
        ("*/*.yaml", ["x/d.yaml"]),
        ("?.{yaml,yml}", ["a.yaml", "b.yml"]),
        ("{a,x/{d,z}}.yaml", ["a.yaml", "x/d.yaml"]),
        ("[ab].y*ml", ["a.yaml", "b.yml"]),
        ("[!a].y*ml", ["b.yml"]),
        (".*.yaml", [".g.yaml"]),
        ("x/.hidden/*.yaml", ["x/.hidden/f.yaml"]),
        ("*/y/e.yaml", ["x/y/e.yaml"]),
        ("nothing/*.yaml", []),
        ("*", ["a.yaml", "b.yml", "c.txt"]),
    ],
)
def test_wildcards_mean_what_they_mean_upstream(folder: Path, target: str, expected: list[str]) -> None:
    source = FileSource(str(folder / "**"))
    assert names(source.keys_of(str(folder / "base.yaml"), f"./{target}"), folder) == expected


def test_a_location_starts_with_what_its_target_means(folder: Path) -> None:
    assert names(FileSource(f"{folder}/**/*.yaml").starts(), folder) == ["a.yaml", "x/d.yaml", "x/y/e.yaml"]
    assert names(FileSource(f"{folder}/x/d.yaml").starts(), folder) == ["x/d.yaml"]


def test_the_root_is_the_fixed_part_of_the_target(folder: Path) -> None:
    assert FileSource(f"{folder}/x/**/*.yaml").root == f"{folder}/x"
    assert FileSource(f"{folder}/x/d*.yaml").root == f"{folder}/x"
    assert FileSource(f"{folder}/x/d.yaml").root == f"{folder}/x"
    assert FileSource(f"{folder}/{{x,z}}/d.yaml").root == str(folder)


@pytest.mark.parametrize("target", ["nothing.yaml", "nothing/*.yaml", "x"])
def test_a_target_that_is_not_there_says_so(folder: Path, target: str) -> None:
    with pytest.raises(SourceUnreadable, match=str(folder)):
        FileSource(f"{folder}/{target}").starts()


def test_files_are_read_under_absolute_keys(folder: Path) -> None:
    source: Source = FileSource(f"{folder}/*.yaml")
    (key,) = source.starts()
    content = source.fetch(key)
    assert content
    assert content.data == b"name: a.yaml"
    assert source.location_of(key) == f"file:{folder}/a.yaml"


def test_paths_are_relative_to_the_file_that_they_stand_in(folder: Path) -> None:
    source = FileSource(f"{folder}/**")
    assert names(source.keys_of(f"{folder}/x/d.yaml", "../a.yaml"), folder) == ["a.yaml"]
    assert names(source.keys_of(f"{folder}/x/d.yaml", "./y/../../a.yaml"), folder) == ["a.yaml"]
    assert names(source.keys_of(f"{folder}/x/d.yaml", "../x/y/*.yaml"), folder) == ["x/y/e.yaml"]
    assert names(source.keys_of(f"{folder}/x/d.yaml", f"{folder}/a.yaml"), folder) == ["a.yaml"]
    assert names(source.keys_of(f"{folder}/x/d.yaml", "missing.md"), folder) == ["x/missing.md"]


@pytest.mark.parametrize(
    "target",
    [
        "../secret.yaml",
        "../../../../../../etc/passwd",
        "x/../../secret.yaml",
        "/etc/passwd",
        "/",
        "..",
        "../rootless/h.yaml",
        "../root*/*.yaml",
        "../*.yaml",
        "x/*/../../../secret.yaml",
        "{x,..}/secret.yaml",
        "{a,/../../../..}/etc/passwd",
        "..\\secret.yaml",
        "https://example.com/a.yaml",
        "file:///etc/passwd",
        "a\0.yaml",
        "a\n.yaml",
        "",
        "a" * 5_000,
        "{" + "a," * 500 + "}/x",
        "\ud800.yaml",
    ],
)
def test_nothing_leads_out_of_the_root(folder: Path, target: str) -> None:
    source = FileSource(f"{folder}/**/*.yaml")
    try:
        keys = source.keys_of(f"{folder}/a.yaml", target)
    except TargetRefused:
        return
    assert not any("secret" in key or "passwd" in key for key in keys)


@pytest.mark.parametrize("key", ["secret.yaml", "root/../secret.yaml", "rootless/h.yaml", "root/a\0.yaml"])
def test_a_key_outside_of_the_root_is_not_read(folder: Path, key: str) -> None:
    with pytest.raises(TargetRefused):
        FileSource(f"{folder}/**/*.yaml").fetch(f"{folder.parent}/{key}")


def test_symbolic_links_do_not_lead_out(folder: Path) -> None:
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "linked").symlink_to(folder.parent / "rootless")
    (folder / "inside.yaml").symlink_to("x/d.yaml")
    (folder / "loop").symlink_to(folder)
    source = FileSource(f"{folder}/**/*.yaml")
    assert names(source.starts(), folder) == ["a.yaml", "inside.yaml", "link.yaml", "x/d.yaml", "x/y/e.yaml"]
    for outside in ("link.yaml", "linked/h.yaml"):
        with pytest.raises(TargetRefused):
            source.fetch(f"{folder}/{outside}")
    content = source.fetch(f"{folder}/inside.yaml")
    assert content
    assert content.data == b"name: x/d.yaml"


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "fifo.yaml")
    (folder / "device.yaml").symlink_to("/dev/zero")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / "s.yaml"))
    source = FileSource(f"{folder}/*.yaml")
    with listening:
        for name in ("fifo.yaml", "device.yaml", "s.yaml", "x"):
            with pytest.raises(TargetRefused):
                source.fetch(f"{folder}/{name}")


def test_a_missing_file_is_told(folder: Path) -> None:
    for name in ("missing.yaml", "a.yaml/x.yaml", "n" * 300):
        with pytest.raises(SourceUnreadable):
            FileSource(f"{folder}/*.yaml").fetch(f"{folder}/{name}")


def test_a_large_file_is_not_read(folder: Path) -> None:
    with (folder / "large.yaml").open("wb") as large:
        large.truncate(10**12)
    with pytest.raises(SourceUnreadable, match="1000000000000 bytes"):
        FileSource(f"{folder}/*.yaml").fetch(f"{folder}/large.yaml")


def test_an_unchanged_file_is_not_given_again(folder: Path) -> None:
    source = FileSource(f"{folder}/*.yaml")
    first = source.fetch(f"{folder}/a.yaml")
    assert first
    assert source.fetch(f"{folder}/a.yaml", first.version) is None


def test_an_old_file_is_told_unchanged_by_its_size_and_time(folder: Path) -> None:
    path = folder / "a.yaml"
    source = FileSource(f"{folder}/*.yaml")
    first = source.fetch(str(path))
    assert first
    path.write_text("name: A.yaml")
    os.utime(path, ns=(LONG_AGO_NS, LONG_AGO_NS))
    assert source.fetch(str(path), first.version) is None, "it was read again"


def test_a_file_touched_but_equal_is_not_given_again(folder: Path) -> None:
    source = FileSource(f"{folder}/*.yaml")
    first = source.fetch(f"{folder}/a.yaml")
    assert first
    os.utime(folder / "a.yaml")
    assert source.fetch(f"{folder}/a.yaml", first.version) is None


def test_a_file_read_just_after_a_change_is_read_again(folder: Path) -> None:
    """A change within one tick of the file system's clock leaves size and time as they were."""
    path = folder / "a.yaml"
    source = FileSource(f"{folder}/*.yaml")
    soon_ns = time.time_ns() + 3_600 * 10**9
    write(path, "one", soon_ns)
    first = source.fetch(str(path))
    assert first
    write(path, "two", soon_ns)
    second = source.fetch(str(path), first.version)
    assert second
    assert second.data == b"two"


def test_a_changed_file_has_another_version(folder: Path) -> None:
    path = folder / "a.yaml"
    source = FileSource(f"{folder}/*.yaml")
    first = source.fetch(str(path))
    write(path, "name: changed")
    assert first
    second = source.fetch(str(path), first.version)
    assert second
    assert second.version != first.version


def test_names_that_are_no_text_are_passed_over(folder: Path) -> None:
    try:
        (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.yaml"))).write_text("a: 1")
    except OSError:
        pytest.skip("this file system takes no such names")
    assert names(FileSource(f"{folder}/*.yaml").starts(), folder) == ["a.yaml"]
