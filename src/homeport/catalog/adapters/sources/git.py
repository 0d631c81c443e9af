"""Descriptors in a Git repository, by path or glob, as of one commit.

Keys are links where the repository lies on GitHub or GitLab, as Backstage writes them, else `git:URL#REF:PATH`.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from functools import cached_property
from urllib.parse import unquote, urlsplit

from homeport.catalog.adapters.sources import Content, Source, TargetRefused
from homeport.catalog.adapters.sources.urls import Repositories
from homeport.catalog.domain.globs import is_glob, matching
from homeport.forges.addresses import FileAddress, Forges
from homeport.forges.git import GitRepository, TreeFile
from homeport.kernel.base.errors import AddressRefused, SourceUnreadable

_SIZE_LIMIT_BYTES = 10_000_000


class GitFilesSource:
    """The files at `pattern` in the repository at `url`, as of `ref` or where its HEAD stands.

    Every reading begins with `starts`, which fetches; the rest is read from that one commit. `elsewhere` reads what
    descriptors name by whole addresses of other places; without it, that is refused.
    """

    def __init__(
        self,
        url: str,
        pattern: str,
        repositories: Repositories,
        forges: Forges,
        ref: str | None = None,
        *,
        trusted: bool = False,
        elsewhere: Source | None = None,
    ) -> None:
        self._url = url
        self._pattern = pattern.removeprefix("/").removeprefix("./")
        self._repositories = repositories
        self._ref = ref
        self._trusted = trusted
        self._elsewhere = elsewhere
        self._forges = forges
        self._link = _link(url, ref or "HEAD", forges)

    def starts(self) -> Sequence[str]:
        self.__dict__.pop("_repository", None)
        self.__dict__.pop("_files", None)
        return self._keys(self._pattern)

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        path = self._path_of(key)
        if path is None:
            return self._beyond(key).fetch(key, known_version)
        file = self._files.get(path)
        version = self._repository.version_of(path)
        if file is None or version is None:
            raise SourceUnreadable(f"{path} is no file of {self._url} at {self._ref or 'HEAD'}; is it spelled right?")
        if file.size_bytes > _SIZE_LIMIT_BYTES:
            raise SourceUnreadable(f"{key} has {file.size_bytes} bytes; at most {_SIZE_LIMIT_BYTES} are read.")
        if version == known_version:
            return None
        return Content(self._repository.read([path])[path], version)

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        folder = self._path_of(base)
        if folder is None:
            return self._beyond(base).keys_of(base, target)
        if urlsplit(target).scheme or target.startswith("//"):
            path = self._path_of(target)
            return self._beyond(target).keys_of(base, target) if path is None else self._keys(path)
        start = "" if target.startswith("/") else posixpath.dirname(folder)
        path = posixpath.normpath(posixpath.join(start, unquote(target).lstrip("/")))
        if path.split("/")[0] in {"..", "."} or "\\" in path or "\0" in path:
            raise TargetRefused(f"{target} leads out of the repository {self._url}; give the whole address.")
        return self._keys(path)

    def location_of(self, key: str) -> str:
        return key if key.startswith("git:") else f"url:{key}"

    def _keys(self, path: str) -> list[str]:
        return [self._key(found) for found in (matching(path, self._files) if is_glob(path) else [path])]

    def _key(self, path: str) -> str:
        return self._link.at(path).url if self._link else f"git:{self._url}#{self._ref or 'HEAD'}:{path}"

    def _path_of(self, key: str) -> str | None:
        """The path in the repository that a key or address means, None where it means another place."""
        if self._link is None:
            before = self._key("")
            return key.removeprefix(before) if key.startswith(before) else None
        found = self._forges.file_at(key)
        is_ours = found is not None and (found.repository, found.ref) == (self._link.repository, self._link.ref)
        return found.path if found and is_ours and found.forge == self._link.forge else None

    def _beyond(self, key: str) -> Source:
        if self._elsewhere is None:
            raise TargetRefused(f"{key} leads out of the repository {self._url}.")
        return self._elsewhere

    @cached_property
    def _repository(self) -> GitRepository:
        try:
            return self._repositories.fetch(self._url, self._ref, trusted=self._trusted)
        except AddressRefused as refused:
            raise SourceUnreadable(refused.message) from None

    @cached_property
    def _files(self) -> Mapping[str, TreeFile]:
        return {file.path: file for file in self._repository.files() if not file.is_symlink}


def _link(url: str, ref: str, forges: Forges) -> FileAddress | None:
    """How files of the repository are linked to, None where it lies on no forge whose links are known."""
    forge = forges.find(url)
    if forge is None or forge.type == "git" or urlsplit(url).scheme != "https":
        return None
    repository = unquote(urlsplit(url).path).strip("/").removesuffix(".git")
    return FileAddress(forge, "blob", repository, ref, "")
