"""Descriptors in a folder of this machine: `catalog.locations: {type: file, target: /srv/catalog/**/*.yaml}`.

The root of a location is the fixed part of its target, up to the first wildcard; for one file, its folder. Nothing
outside of it is read, whatever a descriptor in it says and wherever a symbolic link in it leads.

Wildcards are those of npm `glob`, which Backstage uses: `*`, `?`, `[a-z]`, `**` for any folders, `{a,b}`. Names that
begin with a dot match only where the pattern says the dot, and `**` does not follow symbolic links. Its rarer forms,
`+(a|b)`, `{1..3}` and `[[:alpha:]]`, are not wildcards here.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from homeport.catalog.adapters.documents import DEFAULT_LIMITS
from homeport.catalog.adapters.sources import Content, Source, TargetRefused
from homeport.catalog.domain.globs import alternatives, before_wildcards, is_glob, segment_test
from homeport.kernel.base.errors import SourceUnreadable

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_MAX_ENTRIES = 500_000
_MAX_FOLDERS_DEEP = 100
_RACY_S = 2.0
"""A file changed so recently may change again without its time telling: some file systems count in such steps."""


class FileSource:
    """The files that a target on this machine means, and those in its root that they lead to; keys are their paths."""

    def __init__(
        self,
        target: str,
        *,
        elsewhere: Callable[[str], Source] | None = None,
        max_bytes: int = DEFAULT_LIMITS.max_bytes,
    ) -> None:
        self._target = os.path.abspath(target)  # noqa: PTH100 - a pattern, not a path
        self._root = str(_fixed_part(self._target))
        self._max_bytes = max_bytes
        self._elsewhere = elsewhere

    @property
    def target(self) -> str:
        """The path or pattern that is read, absolute."""
        return self._target

    @property
    def root(self) -> str:
        """The folder that nothing is read outside of."""
        return self._root

    def starts(self) -> Sequence[str]:
        """Return the paths that the target means, sorted.

        Raises:
            SourceUnreadable: the file or the root is not there.
        """
        if not os.path.isdir(self._root):  # noqa: PTH112
            raise SourceUnreadable(f"{self._root} is no folder; correct the target {self._target} in catalog.locations")
        if is_glob(self._target):
            return _matching(self._target, self._root)
        if not os.path.lexists(self._target):
            raise SourceUnreadable(f"{self._target} does not exist; correct the target in catalog.locations")
        if os.path.isdir(self._target):  # noqa: PTH112
            raise SourceUnreadable(f"{self._target} is a folder; write {self._target}/**/*.yaml in catalog.locations")
        return [self._target]

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        """Return the content of the file, or None where it is still at `known_version`.

        A file whose size and time are those of the known version is not read, unless it changed within two seconds
        of being read. Source: Git, "Racy Git".

        Raises:
            SourceUnreadable: it is not there, too large or may not be read.
            TargetRefused: it lies outside of the root, or is no file.
        """
        if _ADDRESS.match(key):
            return self._beyond(key).fetch(key, known_version)
        descriptor = self._open(key)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise TargetRefused("leads to something that is no file")
            if found.st_size > self._max_bytes:
                raise SourceUnreadable(
                    f"{key} has {found.st_size} bytes; files over {self._max_bytes} bytes are not read"
                )
            stamp = _stamp(found, time.time())
            if known_version and stamp and known_version.startswith(stamp):
                return None
            data = _read(descriptor, self._max_bytes)
        except OSError as wrong:
            raise SourceUnreadable(f"{key} could not be read: {wrong.strerror}") from wrong
        finally:
            os.close(descriptor)
        if len(data) > self._max_bytes:
            raise SourceUnreadable(f"{key} is growing; files over {self._max_bytes} bytes are not read")
        digest = hashlib.sha256(data).hexdigest()[:32]
        if known_version and known_version.endswith(digest):
            return None
        return Content(data, stamp + digest)

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        """Return the paths that `target` means where it stands in the file `base`; wildcards are expanded, sorted.

        Raises:
            TargetRefused: it leads out of the root, or is an address.
        """
        if _ADDRESS.match(base) or _ADDRESS.match(target):
            return self._beyond(base if _ADDRESS.match(base) else target).keys_of(base, target)
        if "\\" in target or not target.isprintable() or not target or len(target) > 4_000:
            raise TargetRefused("is no path")
        folder, _, _ = base.rpartition("/")
        joined = os.path.join(folder, target)  # noqa: PTH118
        if ".." in joined.removeprefix(before_wildcards(joined)).split("/"):
            raise TargetRefused("goes up again after a wildcard")
        path = os.path.normpath(joined)
        if not _is_within(_fixed_part(path), self._root):
            raise TargetRefused(f"leads out of {self._root}, the root of this location")
        return _matching(path, self._root) if is_glob(path) else [path]

    def location_of(self, key: str) -> str:
        """Return `file:/…`, or `url:https://…` for what lies elsewhere."""
        return f"url:{key}" if _ADDRESS.match(key) else f"file:{key}"

    def _beyond(self, key: str) -> Source:
        if self._elsewhere is None or not key.startswith(("http://", "https://")):
            raise TargetRefused("is an address; a file leads to files, and to http and https addresses")
        return self._elsewhere(key)

    def _open(self, key: str) -> int:
        try:
            real = os.path.realpath(key, strict=True)
            if not (_is_within(real, os.path.realpath(self._root)) and _is_within(key, self._root)):
                raise TargetRefused(f"leads out of {self._root}, the root of this location")
            if not stat.S_ISREG(os.lstat(real).st_mode):
                raise TargetRefused("leads to something that is no file")
            return os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as wrong:
            missing = wrong.errno in (errno.ENOENT, errno.ENOTDIR)
            why = "does not exist" if missing else f"could not be opened: {wrong.strerror}"
            raise SourceUnreadable(f"{key} {why}") from wrong
        except ValueError as wrong:
            raise TargetRefused("is no path") from wrong


def _stamp(found: os.stat_result, now: float) -> str:
    """What tells without reading that a file is the same; empty for one that changed just now."""
    if found.st_mtime > now - _RACY_S:
        return ""
    return f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}-"


def _read(descriptor: int, max_bytes: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while size <= max_bytes and (part := os.read(descriptor, 1_000_000)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _fixed_part(target: str) -> Path:
    """The folder that holds whatever the target means: what is before the first wildcard, or the file's folder."""
    return Path(before_wildcards(target).rpartition("/")[0] or "/")


def _is_within(path: str | Path, folder: str) -> bool:
    return Path(path).is_relative_to(folder)


def _matching(pattern: str, root: str) -> list[str]:
    """The files that an absolute pattern means, sorted; folders are left out."""
    found: set[str] = set()
    walk = _Walk()
    wanted = alternatives(pattern)
    if not wanted:
        raise TargetRefused("has more alternatives in braces than can be meant")
    for alternative in wanted:
        path = os.path.normpath(alternative)
        fixed = _fixed_part(path)
        if _is_within(fixed, root):
            segments = path[len(str(fixed)) :].strip("/").split("/")
            found.update(walk.files(str(fixed), segments))
    return sorted(found)


def _is_text(name: str) -> bool:
    """Whether a file's name is UTF-8; others could not be kept."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Walk:
    """Looks through folders for what a pattern means, so many entries and no more."""

    def __init__(self) -> None:
        self._left = _MAX_ENTRIES

    def files(self, folder: str, segments: list[str]) -> Iterator[str]:
        """The paths below `folder` that match the segments of a pattern; `**` is a segment of its own."""
        first, rest = segments[0], segments[1:]
        if first == "**":
            while rest[:1] == ["**"]:
                rest = rest[1:]
            yield from self.files(folder, rest or ["*"])
            for entry in self._entries(folder):
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    yield from self.files(entry.path, segments)
            return
        if not is_glob(first):
            path = os.path.join(folder, first)  # noqa: PTH118
            if rest:
                yield from self.files(path, rest) if os.path.isdir(path) else ()  # noqa: PTH112
            elif os.path.lexists(path) and not os.path.isdir(path):  # noqa: PTH112
                yield path
            return
        is_meant = segment_test(first)
        for entry in self._entries(folder):
            if not is_meant(entry.name):
                continue
            if rest and entry.is_dir():
                yield from self.files(entry.path, rest)
            elif not rest and not entry.is_dir():
                yield entry.path

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        if folder.count("/") > _MAX_FOLDERS_DEEP:
            raise SourceUnreadable(f"{folder} is over {_MAX_FOLDERS_DEEP} folders deep; write a narrower pattern")
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._left -= 1
                    if self._left < 0:
                        raise SourceUnreadable(
                            f"{folder}: a pattern may look at {_MAX_ENTRIES} files and folders; write a narrower one"
                        )
                    if entry.name.isascii() or _is_text(entry.name):
                        yield entry
        except OSError:
            return
