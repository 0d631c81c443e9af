"""Plain Git: the repositories below a folder, and what is in each of them.

Git reads, it never fetches, writes or runs anything a repository brings along: no hooks, no file system monitor,
no pager, no signature program, no lazy fetch; neither the system's nor a person's configuration counts.

Source: git(1), "Environment Variables"; git-config(1), "Protected configuration".
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from homeport.kernel.base.children import run_child
from homeport.kernel.base.errors import SourceUnreadable

_TIME_LIMIT_S = 60.0
_ANY_COMMIT_COUNT = 5_000
_USUAL_BRANCHES = ("main", "master", "trunk", "develop")
_NOT_SEARCHED = frozenset({"node_modules", "__pycache__"})

SAFE_OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "safe.directory=*"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "mailmap.file="),
    *("-c", "mailmap.blob=HEAD:.mailmap"),
)
SAFE_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as history tells it, names and addresses as .mailmap has them; `at` is aware."""

    sha: str
    author_name: str
    author_email: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TreeFile:
    """A file of a source tree; `path` is relative and has forward slashes."""

    path: str
    size_bytes: int
    is_symlink: bool = False


class SourceTree(Protocol):
    """A tree of source files with a name, under Git or not."""

    @property
    def name(self) -> str:
        """The folder's name without `.git`."""

    @property
    def group(self) -> tuple[str, ...]:
        """The folders between the root of the search and this tree, outermost first."""

    @property
    def path(self) -> Path:
        """Where it lies on this machine."""

    @property
    def is_versioned(self) -> bool:
        """Whether it has a history at all."""

    def head(self) -> str | None:
        """The commit that is read, or None without one."""

    def files(self) -> tuple[TreeFile, ...]:
        """All files, sorted by path."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """The contents of the files at `paths`; what is missing or a symlink is left out."""

    def history(self, since: datetime | None = None, limit: int = _ANY_COMMIT_COUNT) -> list[Commit]:
        """Commits that lead to `head()`, newest first, at most `limit`, none before `since`."""


@dataclass(frozen=True)
class GitRepository:
    """A Git repository on this machine, read as of its head or of another `revision`."""

    name: str
    group: tuple[str, ...]
    path: Path
    git_directory: Path
    is_versioned: bool = True
    revision: str = "HEAD"

    def head(self) -> str | None:
        """The commit of `revision`; where HEAD has none, that of the likeliest branch; or None.

        Raises:
            SourceUnreadable: git could not read the repository.
        """
        return self._head

    def files(self) -> tuple[TreeFile, ...]:
        return tuple(TreeFile(path, size, mode == "120000") for path, (mode, _, size) in self._blobs.items())

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """See `SourceTree.read`; one `git cat-file --batch` whatever the number of files."""
        wanted = [p for p in dict.fromkeys(paths) if p in self._blobs and self._blobs[p][0] != "120000"]
        if not wanted:
            return {}
        asked = "".join(f"{self._blobs[path][1]}\n" for path in wanted)
        return dict(_contents(wanted, self._git("cat-file", "--batch", stdin=asked.encode())))

    def version_of(self, path: str) -> str | None:
        """Return the object id of the file's content, equal as long as it is; None where there is no such file."""
        blob = self._blobs.get(path)
        return blob[1] if blob else None

    def history(self, since: datetime | None = None, limit: int = _ANY_COMMIT_COUNT) -> list[Commit]:
        if self._head is None:
            return []
        options = [f"--max-count={limit}"]
        if since is not None:
            options.append(f"--since={int(since.timestamp())}")
        output = self._git("log", "-z", "--format=%H%x00%aN%x00%aE%x00%at", *options, self._head, "--")
        parts = output.decode(errors="replace").split("\0")
        rows = zip(parts[0::4], parts[1::4], parts[2::4], parts[3::4], strict=False)
        return [Commit(sha, name, email.lower(), _moment(at)) for sha, name, email, at in rows]

    @cached_property
    def _head(self) -> str | None:
        wanted = f"{self.revision}^{{commit}}"
        named = self._git("rev-parse", "--verify", "--quiet", wanted, may_fail=True)
        if named or self.revision != "HEAD":
            return named.decode().strip() or None
        fields = "--format=%(objectname) %(refname:short)"
        lines = self._git("for-each-ref", "--sort=-committerdate", fields, "refs/heads").decode(errors="replace")
        branches = {name: sha for sha, name in (line.split(" ", 1) for line in lines.splitlines())}
        usual = (branches[name] for name in _USUAL_BRANCHES if name in branches)
        return next(usual, next(iter(branches.values()), None))

    @cached_property
    def _blobs(self) -> Mapping[str, tuple[str, str, int]]:
        """Mode, object id and size of each file, by path; submodules are not files."""
        if self._head is None:
            return {}
        blobs = {}
        for entry in self._git("ls-tree", "-r", "-z", "-l", "--full-tree", self._head).split(b"\0"):
            meta, _, path = entry.partition(b"\t")
            if path and not meta.startswith(b"160000"):
                mode, _, sha, size = meta.decode().split()
                blobs[path.decode(errors="backslashreplace")] = (mode, sha, int(size) if size.isdigit() else 0)
        return dict(sorted(blobs.items()))

    def _git(self, *arguments: str, stdin: bytes = b"", may_fail: bool = False) -> bytes:
        command = ["git", f"--git-dir={self.git_directory}", *SAFE_OPTIONS, *arguments]
        tried = f"Reading the Git repository {self.path} (git {arguments[0]})"
        try:
            code, out, complained = run_child(
                command,
                cwd=self.git_directory,
                env={"PATH": os.environ.get("PATH", os.defpath), **SAFE_ENVIRONMENT},
                stdin=stdin,
                timeout_s=_TIME_LIMIT_S,
            )
        except subprocess.TimeoutExpired as late:
            raise SourceUnreadable(
                f"{tried} took longer than {_TIME_LIMIT_S:.0f} s; see what git does there."
            ) from late
        except OSError as missing:
            raise SourceUnreadable(
                f"{tried} failed: {missing.strerror}. Is git installed, the folder there?"
            ) from missing
        said = complained.decode(errors="replace").strip()
        if code and not (may_fail and not said):
            raise SourceUnreadable(f"{tried} failed: {said or code}. Try `git fsck` there.")
        return out


@dataclass(frozen=True)
class PlainTree:
    """An unpacked source tree without Git; symlinks are seen, never followed."""

    name: str
    path: Path
    group: tuple[str, ...] = ()
    is_versioned: bool = field(default=False, init=False)

    def head(self) -> str | None:
        return None

    def files(self) -> tuple[TreeFile, ...]:
        return self._files

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        known = {file.path for file in self._files if not file.is_symlink}
        return {path: (self.path / path).read_bytes() for path in paths if path in known}

    def history(self, since: datetime | None = None, limit: int = _ANY_COMMIT_COUNT) -> list[Commit]:
        return []

    @cached_property
    def _files(self) -> tuple[TreeFile, ...]:
        return tuple(sorted(self._walk(), key=lambda file: file.path))

    def _walk(self) -> Iterator[TreeFile]:
        waiting = [("", self.path)]
        while waiting:
            prefix, folder = waiting.pop()
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.name == ".git":
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{entry.name}/", Path(entry.path)))
                    else:
                        is_regular = entry.is_file(follow_symlinks=False)
                        yield TreeFile(prefix + entry.name, entry.stat(follow_symlinks=False).st_size, not is_regular)


def find_repositories(root: Path) -> Iterator[GitRepository]:
    """Return the Git repositories at and below `root`, sorted by path.

    Bare ones (`order.git`), checked-out ones and linked worktrees count, a repository only once. What lies inside a
    repository is not searched, nor is anything behind a symlink or a `.git` file that leads out of `root`.

    Raises:
        SourceUnreadable: `root` is not a folder.
    """
    top = root.resolve()
    if not top.is_dir():
        raise SourceUnreadable(f"{root} is not a folder; name the folder that holds the repositories.")
    found = list(_search(top, top))
    own = {repository.git_directory for repository in found if not _is_linked(repository.git_directory)}
    for repository in found:
        if _is_linked(repository.git_directory):
            shared = _common_directory(repository.git_directory)
            if shared in own or not shared.is_relative_to(top):
                continue
            own.add(shared)
        yield repository


def open_tree(path: Path) -> SourceTree:
    """Return the repository at `path`, or the plain source tree where there is no Git.

    Raises:
        SourceUnreadable: `path` is not a folder.
    """
    folder = path.resolve()
    if not folder.is_dir():
        raise SourceUnreadable(f"{path} is not a folder; name the folder that holds the sources.")
    git_directory = _git_directory(folder, Path(folder.anchor))
    if git_directory is None:
        return PlainTree(folder.name, folder)
    return GitRepository(folder.name.removesuffix(".git"), (), folder, git_directory)


def _search(folder: Path, top: Path) -> Iterator[GitRepository]:
    git_directory = _git_directory(folder, top)
    if git_directory is not None:
        group = folder.relative_to(top).parts[:-1]
        yield GitRepository(folder.name.removesuffix(".git") or folder.name, group, folder, git_directory)
        return
    for child in _folders(folder):
        yield from _search(child, top)


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except PermissionError:
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".") and name not in _NOT_SEARCHED]


def _git_directory(folder: Path, top: Path) -> Path | None:
    """The Git directory of `folder`, None where it has none or one outside of `top`."""
    if _is_git_directory(folder):
        return folder
    inner = folder / ".git"
    if inner.is_file():
        inner = folder / _text(inner).removeprefix("gitdir:").strip()
    inner = inner.resolve()
    return inner if inner.is_relative_to(top) and _is_git_directory(inner) else None


def _is_git_directory(folder: Path) -> bool:
    common = _common_directory(folder)
    return (folder / "HEAD").is_file() and (common / "objects").is_dir() and (common / "refs").is_dir()


def _is_linked(git_directory: Path) -> bool:
    return (git_directory / "commondir").is_file()


def _common_directory(git_directory: Path) -> Path:
    """Where a linked worktree keeps objects and refs. Source: gitrepository-layout(5), commondir."""
    if not _is_linked(git_directory):
        return git_directory
    return (git_directory / _text(git_directory / "commondir").strip()).resolve()


def _text(file: Path) -> str:
    with file.open(errors="replace") as stream:
        return stream.read(4096).replace("\0", "")


def _contents(paths: list[str], output: bytes) -> Iterator[tuple[str, bytes]]:
    """Pair `paths` with what `cat-file --batch` answered: `sha type size`, or `sha missing`."""
    start = 0
    for path in paths:
        end = output.index(b"\n", start)
        header = output[start:end].split()
        start = end + 1
        if len(header) == 3:
            size = int(header[2])
            yield path, output[start : start + size]
            start += size + 1


def _moment(seconds: str) -> datetime:
    """The moment so many seconds after 1970; the first one for a date no calendar has."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
