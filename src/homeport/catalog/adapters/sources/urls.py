"""Descriptors under an address: Backstage's `type: url`, plain files as well as links into GitHub and GitLab.

A link is read through the forge's API with the token of its host, and what stands in the descriptor is resolved
against the link. Data may lead to the host it lies on, to forges and to hosts that homeport.yaml allows.

Source: Backstage, URL Reader service; `defaultScmResolveUrl` of @backstage/integration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urljoin, urlsplit

from homeport.catalog.adapters.sources import Content, TargetRefused
from homeport.catalog.domain.globs import is_glob, matching
from homeport.forges.addresses import FileAddress, Forges
from homeport.forges.git import GitRepository
from homeport.kernel.base.errors import AddressRefused, OutsideUnavailable, SourceUnreadable
from homeport.kernel.edge.outbound import Outbound, Response, shown


class Repositories(Protocol):
    """Where a glob's repository is fetched."""

    def fetch(self, url: str, ref: str | None = None, *, trusted: bool = False) -> GitRepository:
        """Return the repository as of the ref; `trusted` where an operator gave the address."""


class UrlSource:
    """A descriptor at an address, or those that a glob in a link into a forge means.

    `trusted` is for a target that an operator gave: its own host may be private.
    """

    def __init__(
        self, target: str, outbound: Outbound, forges: Forges, repositories: Repositories, *, trusted: bool = False
    ) -> None:
        self._target = target
        self._trusted = trusted
        self._outbound = outbound
        self._forges = forges
        self._repositories = repositories
        self._fetched: dict[tuple[str, str], GitRepository] = {}

    def starts(self) -> Sequence[str]:
        """Return the addresses that the target means; whether they answer is seen when they are fetched.

        Raises:
            SourceUnreadable: it is no address, or one that must not be called; or a glob's repository can't be read.
        """
        try:
            url, _ = _asked(self._target, self._forges.file_at(self._target))
            self._outbound.check(url, trusted=self._trusted)
            return self._expanded(self._target)
        except AddressRefused as refused:
            raise SourceUnreadable(refused.message) from None
        except TargetRefused as refused:
            raise SourceUnreadable(refused.reason) from None

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        address = self._forges.file_at(key)
        repository = self._fetched.get((address.clone_url, address.ref)) if address else None
        content = self._from_git(address, repository) if address and repository else None
        if content is None:
            return self._from_http(key, address, known_version)
        return None if content.version == known_version else content

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        url = self._resolved(base, target)
        link = self._forges.file_at(base)
        if link is not None and not _is_absolute(target):
            _check_inside(link, self._forges.file_at(url), target)
        elif _host(url) != _host(base) and self._forges.find(url) is None:
            self._check_named(url)
        return self._expanded(url)

    def location_of(self, key: str) -> str:
        return f"url:{key}"

    def _is_trusted(self, url: str) -> bool:
        return self._trusted and _host(url) == _host(self._target)

    def _resolved(self, base: str, target: str) -> str:
        try:
            url = urljoin(base, self._from_root(base, target))
            parts = urlsplit(url)
            is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
        except ValueError:
            is_web = False
        if not is_web or "\\" in target or (parts.username or parts.password):
            raise TargetRefused(f"{shown(target)} can't be read: only http and https addresses without a user are.")
        return url

    def _from_root(self, base: str, target: str) -> str:
        """A path that begins with a slash begins at the root of the repository, not of the host."""
        link = self._forges.file_at(base)
        if link is None or not target.startswith("/") or target.startswith("//"):
            return target
        return link.at("").url + target.lstrip("/")

    def _check_named(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not self._outbound.names(host, parts.port or {"http": 80}.get(parts.scheme, 443)):
            reason = f"{shown(url)} lies on another host, which homeport.yaml does not name."
            raise TargetRefused(self._outbound.refusal(host, parts.port, reason).message)

    def _expanded(self, url: str) -> list[str]:
        address = self._forges.file_at(url)
        if not is_glob(urlsplit(url).path):
            return [url]
        if address is None:
            raise TargetRefused(f"{shown(url)} has a glob, which only links into GitHub and GitLab may have.")
        try:
            repository = self._repositories.fetch(address.clone_url, address.ref)
        except AddressRefused as refused:
            raise TargetRefused(refused.message) from None
        self._fetched[address.clone_url, address.ref] = repository
        found = matching(address.path, [file.path for file in repository.files() if not file.is_symlink])
        return sorted(address.at(path).url for path in found)

    def _from_git(self, address: FileAddress, repository: GitRepository) -> Content | None:
        version = repository.version_of(address.path)
        data = repository.read([address.path]).get(address.path)
        return None if version is None or data is None else Content(data, f"blob:{version}")

    def _from_http(self, key: str, address: FileAddress | None, known_version: str | None) -> Content | None:
        url, headers = _asked(key, address)
        etag = known_version if known_version and known_version.endswith('"') else None
        try:
            response = self._outbound.get(url, headers=headers, etag=etag, trusted=self._is_trusted(url))
        except AddressRefused as refused:
            raise TargetRefused(refused.message) from None
        except OutsideUnavailable as unavailable:
            raise SourceUnreadable(unavailable.message) from None
        if response.is_unchanged:
            return None
        if not response.is_success:
            raise SourceUnreadable(_failure(key, address, response))
        version = response.etag or f"sha256:{hashlib.sha256(response.data).hexdigest()}"
        return None if version == known_version else Content(response.data, version)


def _asked(key: str, address: FileAddress | None) -> tuple[str, dict[str, str]]:
    """What is called to read a key, and the headers to send."""
    return address.request() if address else (key, {})


def _check_inside(base: FileAddress, found: FileAddress | None, target: str) -> None:
    if found is None or (found.repository, found.ref) != (base.repository, base.ref):
        raise TargetRefused(f"{target} leads out of the repository {base.repository}; give the whole address.")


def _failure(key: str, address: FileAddress | None, response: Response) -> str:
    said = f"{shown(key)} answers with status {response.status}"
    if address is not None and response.status in {401, 403, 404, 429}:
        if address.forge.token is None:
            advice = f"a private repository needs the token of {address.forge.host} (forges.NAME.token)"
        else:
            advice = f"may the token of {address.forge.host} (forges) read it, is its rate used up?"
        return f"{said}; is it there? If so, {advice}."
    return f"{said}; see whether it can be opened."


def _is_absolute(target: str) -> bool:
    return target.startswith("//") or bool(urlsplit(target).scheme)


def _host(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port
