"""Plain Git on real repositories: what is found below a folder, and what is read from it."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeport.forges.git import GitRepository, find_repositories, open_tree
from homeport.kernel.base.errors import SourceUnreadable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def git(folder: Path, *arguments: str, at: datetime = NOON, author: str = "Kim <kim@saebom.example>") -> str:
    name, _, email = author.rstrip(">").partition(" <")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER")
           for key, value in (("NAME", name), ("EMAIL", email), ("DATE", at.isoformat()))},
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", folder, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    return done.stdout.strip()


def make_repository(
    folder: Path, files: dict[str, str], at: datetime = NOON, author: str = "Kim <kim@saebom.example>"
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    if files:
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message=first", at=at, author=author)
    return folder


def only(root: Path) -> GitRepository:
    (repository,) = find_repositories(root)
    return repository


def test_repositories_are_found_with_their_groups_in_order(tmp_path: Path) -> None:
    for path in ("order/order-api", "inventory/core/stock-api", "landing"):
        make_repository(tmp_path / path, {"a": "1"})
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("nothing")

    found = [(repository.group, repository.name) for repository in find_repositories(tmp_path)]

    assert found == [(("inventory", "core"), "stock-api"), ((), "landing"), (("order",), "order-api")]


def test_a_bare_repository_is_named_without_its_ending(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "elsewhere" / "order-api", {"README.md": "# 주문"})
    git(tmp_path, "clone", "--quiet", "--bare", str(source), str(tmp_path / "root" / "order-api.git"))

    repository = only(tmp_path / "root")

    assert repository.name == "order-api"
    assert repository.read(["README.md"]) == {"README.md": "# 주문".encode()}


def test_the_root_itself_can_be_the_repository(tmp_path: Path) -> None:
    make_repository(tmp_path / "order-api", {"a": "1"})
    assert (only(tmp_path / "order-api").name, only(tmp_path / "order-api").group) == ("order-api", ())


def test_a_linked_worktree_beside_its_repository_is_not_a_second_one(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    git(source, "worktree", "add", "--quiet", str(tmp_path / "order-api-hotfix"))
    assert [repository.name for repository in find_repositories(tmp_path)] == ["order-api"]


def test_a_repository_inside_another_is_its_own_affair(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    make_repository(source / "vendored", {"b": "1"})
    assert [repository.name for repository in find_repositories(tmp_path)] == ["order-api"]


def test_nothing_is_found_behind_a_symlink_or_a_git_file_that_leads_out(tmp_path: Path) -> None:
    outside = make_repository(tmp_path / "outside", {"secret": "1"})
    root = tmp_path / "root"
    (root / "checkout").mkdir(parents=True)
    (root / "link").symlink_to(outside)
    (root / "checkout" / ".git").write_text(f"gitdir: {outside / '.git'}\n")
    assert list(find_repositories(root)) == []


def test_a_symlink_in_the_tree_is_seen_but_not_read(tmp_path: Path) -> None:
    source = tmp_path / "order-api"
    source.mkdir()
    (source / "passwords").symlink_to("/etc/passwd")
    make_repository(source, {"a": "1"})

    repository = only(tmp_path)

    assert {file.path: file.is_symlink for file in repository.files()} == {"a": False, "passwords": True}
    assert repository.read(["passwords", "a", "missing"]) == {"a": b"1"}


def test_a_repository_without_commits_has_no_head_and_no_files(tmp_path: Path) -> None:
    make_repository(tmp_path / "empty", {})
    repository = only(tmp_path)
    assert (repository.head(), repository.files(), repository.history()) == (None, (), [])


def test_where_head_names_a_branch_without_commits_the_usual_one_is_read(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    head = git(source, "rev-parse", "HEAD")
    git(source, "symbolic-ref", "HEAD", "refs/heads/nowhere")
    assert only(tmp_path).head() == head


def test_history_tells_who_when_newest_first_and_obeys_its_bounds(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"}, author="Kim <Kim@Saebom.example>")
    git(
        source,
        "commit",
        "--allow-empty",
        "-qm",
        "second",
        at=NOON + timedelta(days=10),
        author="박서연 <park@saebom.example>",
    )
    repository = only(tmp_path)

    history = repository.history()

    assert [(commit.author_name, commit.author_email) for commit in history] == [
        ("박서연", "park@saebom.example"),
        ("Kim", "kim@saebom.example"),
    ]
    assert history[0].at == NOON + timedelta(days=10)
    assert len(repository.history(since=NOON + timedelta(days=5))) == 1
    assert len(repository.history(limit=1)) == 1


def test_mailmap_unites_a_person(tmp_path: Path) -> None:
    make_repository(tmp_path / "a", {".mailmap": "Kim <kim@new.example> <kim@saebom.example>\n"})
    assert [commit.author_email for commit in only(tmp_path).history()] == ["kim@new.example"]


@pytest.mark.parametrize("name", ["--help", "-", "--upload-pack=touch x", "한글 파일.md", "a\nb", 'q"uote'])
def test_file_names_are_never_taken_for_options_or_lines(tmp_path: Path, name: str) -> None:
    make_repository(tmp_path / "odd", {name: "content"})
    repository = only(tmp_path)
    assert repository.read([name]) == {name: b"content"}


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    trap = tmp_path / "trapped"
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {trap}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "core.sshCommand"):
        git(source, "config", key, str(script))
    git(source, "config", "log.showSignature", "true")
    (source / ".git" / "hooks" / "post-checkout").write_text(script.read_text())
    repository = only(tmp_path)

    repository.files()
    repository.read(["a"])
    repository.history()

    assert not trap.exists()


def test_a_repository_that_belongs_to_someone_else_can_be_read(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    for path in [source, *source.rglob("*")]:
        os.chown(path, 12345, 12345)
    assert only(tmp_path).read(["a"]) == {"a": b"1"}


def test_a_damaged_repository_says_what_was_tried(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1"})
    for file in (source / ".git" / "objects").rglob("*"):
        if file.is_file():
            file.unlink()
    with pytest.raises(SourceUnreadable, match=r"order-api.*git"):
        only(tmp_path).files()


def test_a_missing_object_is_left_out_of_what_is_read(tmp_path: Path) -> None:
    source = make_repository(tmp_path / "order-api", {"a": "1", "b": "2"})
    sha = git(source, "rev-parse", "HEAD:a")
    (source / ".git" / "objects" / sha[:2] / sha[2:]).unlink()
    assert set(find_and_read(tmp_path, ["a", "b"])) <= {"b"}


def find_and_read(root: Path, paths: list[str]) -> dict[str, bytes]:
    return only(root).read(paths)


def test_a_file_is_no_folder_of_repositories(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceUnreadable):
        list(find_repositories(tmp_path / "file"))


def test_an_unpacked_source_tree_reads_like_a_repository(tmp_path: Path) -> None:
    (tmp_path / "requests-2.32.3" / "src").mkdir(parents=True)
    (tmp_path / "requests-2.32.3" / "src" / "a.py").write_text("x = 1\n")
    (tmp_path / "requests-2.32.3" / "link").symlink_to("/etc/passwd")

    tree = open_tree(tmp_path / "requests-2.32.3")

    assert (tree.name, tree.head(), tree.history(), tree.is_versioned) == ("requests-2.32.3", None, [], False)
    assert {file.path: file.size_bytes for file in tree.files() if not file.is_symlink} == {"src/a.py": 6}
    assert tree.read(["src/a.py", "link", "../outside"]) == {"src/a.py": b"x = 1\n"}


def test_opening_a_repository_gives_git(tmp_path: Path) -> None:
    make_repository(tmp_path / "order-api", {"a": "1"})
    assert open_tree(tmp_path / "order-api").is_versioned
