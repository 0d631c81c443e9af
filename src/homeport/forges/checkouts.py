"""Copies of Git repositories that lie elsewhere, fetched when asked for, within a budget of disk.

A copy is bare and has the whole history of the refs that were asked for: owners are inferred from it, and a copy
without old contents could not be read without fetching again. Git gets one protocol, the addresses that were checked
and the token of the host, all through its environment; it follows no redirect, runs no hook and asks nobody.

Source: git(1), git-config(1) http.curloptResolve and http.followRedirects; ssh_config(5) HostKeyAlias.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import certifi

from homeport.forges.addresses import Forges
from homeport.forges.git import SAFE_ENVIRONMENT, SAFE_OPTIONS, GitRepository
from homeport.forges.remotes import Remote, check_ref, remote_at
from homeport.kernel.base import private
from homeport.kernel.base.children import check_stop, kill_child
from homeport.kernel.base.errors import AddressRefused, OutsideUnavailable, SourceUnreadable
from homeport.kernel.base.settings import CheckoutSettings
from homeport.kernel.edge.outbound import Outbound

_IN_USE_S = 3600.0
_LOOK_EVERY_S = 0.5
_SAID_LETTERS = 400
_PINS_FROM = (2, 37)
_OPTIONS = (
    *("-c", "gc.autoDetach=false"),
    *("-c", "maintenance.autoDetach=false"),
    *("-c", "http.followRedirects=false"),
    *("-c", "http.lowSpeedLimit=100"),
    *("-c", "http.lowSpeedTime=60"),
)
_SSH_OPTIONS = ("BatchMode=yes", "StrictHostKeyChecking=yes", "ClearAllForwardings=yes", "ConnectTimeout=20")
_PASSED_ON = ("SSH_AUTH_SOCK",)


class Checkouts:
    """The copies in a folder; safe to use from threads and processes at once."""

    def __init__(
        self,
        folder: Path,
        settings: CheckoutSettings,
        outbound: Outbound,
        forges: Forges,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._outbound = outbound
        self._forges = forges
        self._clock = clock

    def fetch(self, url: str, ref: str | None = None, *, trusted: bool = False) -> GitRepository:
        """Return the repository as it is now at `ref`, a branch, tag or commit, or where its HEAD stands.

        `trusted` is for an address that an operator gave: its host may be private, a folder may lie anywhere.

        Raises:
            AddressRefused: the address must not be fetched from.
            SourceUnreadable: it can't be reached or read, has no such ref, or is larger than all copies may be.
        """
        remote = remote_at(url)
        if ref is not None:
            check_ref(ref)
        environment = self._environment(remote, trusted)
        copy = self._folder / f"{_plain(remote.segments[-1])}-{_digest(remote.url)}.git"
        private.make_folder(self._folder)
        with self._locked(copy):
            revision = self._brought_up(copy, remote, ref, environment)
        self._make_room(keep=copy)
        group = remote.segments[:-1] if remote.host else ()
        return GitRepository(remote.segments[-1], group, copy, copy, revision=revision)

    def _brought_up(self, copy: Path, remote: Remote, ref: str | None, environment: dict[str, str]) -> str:
        """Fetch the ref into the copy; return its commit, or HEAD where the repository has none at all yet."""
        is_new = not (copy / "HEAD").is_file()
        local = f"refs/fetched/{_digest(ref or 'HEAD')}"
        fetch = ("fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
        try:
            if is_new:
                shutil.rmtree(copy, ignore_errors=True)
                self._git(copy, environment, "init", "--quiet", "--bare", "--template=", str(copy))
            self._git(copy, environment, *fetch, "--", remote.url, f"+{ref or 'HEAD'}:{local}")
            return self._git(copy, environment, "rev-parse", "--verify", f"{local}^{{commit}}").strip()
        except SourceUnreadable as failure:
            if ref is None and "couldn't find remote ref HEAD" in failure.message:
                return "HEAD"
            if is_new:
                shutil.rmtree(copy, ignore_errors=True)
            raise SourceUnreadable(
                f"{remote.url} could not be fetched: {failure.message}. {_advice(failure.message)}"
            ) from None

    def _git(self, copy: Path, environment: dict[str, str], *arguments: str) -> str:
        """Run git, ended with all it started once it takes too long or too much room; return what it said."""
        command = ["git", *SAFE_OPTIONS, *_OPTIONS]
        command += arguments if arguments[0] == "init" else (f"--git-dir={copy}", *arguments)
        try:
            process = subprocess.Popen(
                command,
                env=environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as missing:
            raise SourceUnreadable(f"git can't be run ({missing.strerror}); is it installed?") from None
        try:
            said, complained = self._watched(process, copy)
        finally:
            kill_child(process)
        if process.returncode:
            raise SourceUnreadable(_last_words(complained) or f"git ends with {process.returncode}")
        return said.decode(errors="replace")

    def _watched(self, process: subprocess.Popen[bytes], copy: Path) -> tuple[bytes, bytes]:
        deadline = time.monotonic() + self._settings.time_limit_s
        while True:
            try:
                return process.communicate(timeout=_LOOK_EVERY_S)
            except subprocess.TimeoutExpired:
                check_stop()
                if time.monotonic() > deadline:
                    limit = f"{self._settings.time_limit_s:g} s (checkouts.time_limit_s)"
                    raise SourceUnreadable(f"it took longer than {limit}") from None
                if _size_bytes(copy) > self._settings.budget_bytes:
                    limit = f"{self._settings.budget_bytes} bytes (checkouts.budget_bytes)"
                    raise SourceUnreadable(f"it is larger than {limit}") from None

    def _environment(self, remote: Remote, trusted: bool) -> dict[str, str]:
        """What Git is told beside its arguments: one protocol, checked addresses, credentials."""
        common = {
            **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": "/nonexistent",  # where curl would look for passwords
            **SAFE_ENVIRONMENT,
            "GIT_ALLOW_PROTOCOL": remote.scheme,
        }
        if remote.scheme == "file":
            self._check_folder(remote, trusted)
            return common
        proxy = self._outbound.proxy_for(remote.host, remote.port) if remote.scheme == "https" else None
        addresses = self._addresses(remote, trusted, may_be_unknown=proxy is not None)
        if remote.scheme == "ssh":
            return {**common, "GIT_SSH_VARIANT": "ssh", "GIT_SSH_COMMAND": self._ssh(remote, addresses[0])}
        if proxy is None:
            self._check_pins(remote, trusted)
        config = {"http.proxy": proxy} if proxy else {"http.curloptResolve": _pin(remote, addresses)}
        credentials = self._forges.credentials_for(remote.url)
        if credentials:
            shown = base64.b64encode(":".join(credentials).encode()).decode()
            config[f"http.{remote.root}.extraHeader"] = f"Authorization: Basic {shown}"
        if self._outbound.settings.ca_bundle is not None:
            config["http.sslCAInfo"] = str(self._certificates)
        return {**common, **_as_environment(config)}

    def _addresses(self, remote: Remote, trusted: bool, *, may_be_unknown: bool) -> list[str]:
        """The checked addresses of the host; none for a name that only a proxy can resolve."""
        try:
            return self._outbound.addresses_of(remote.host, remote.port, trusted=trusted)
        except OutsideUnavailable as unknown:
            if may_be_unknown:
                return []
            raise SourceUnreadable(f"{remote.url} can't be fetched. {unknown.message}") from None

    def _check_folder(self, remote: Remote, trusted: bool) -> None:
        folder = Path(remote.path)
        if trusted or any(folder.is_relative_to(allowed.resolve()) for allowed in self._settings.folders):
            return
        raise AddressRefused(
            f"{remote.url} lies in no folder that homeport.yaml names. If it should be read, say so there:\n"
            f"checkouts: {{folders: {json.dumps([*map(str, self._settings.folders), str(folder.parent)])}}}"
        )

    def _check_pins(self, remote: Remote, trusted: bool) -> None:
        """An older Git resolves the name again by itself, which only a host that somebody named may."""
        if trusted or self._outbound.names(remote.host, remote.port) or self._git_version >= _PINS_FROM:
            return
        reason = f"{remote.url} is fetched by git {_PINS_FROM[0]}.{_PINS_FROM[1]} or newer only, unless it is named."
        raise self._outbound.refusal(remote.host, remote.port, reason)

    def _ssh(self, remote: Remote, address: str) -> str:
        """The ssh to use: to the checked address, under the host's own key, with nobody's configuration."""
        alias = remote.host if remote.port == 22 else f"[{remote.host}]:{remote.port}"
        options = [*_SSH_OPTIONS, f"HostName={address}", f"HostKeyAlias={alias}"]
        if self._settings.ssh_key is not None:
            options += ["IdentitiesOnly=yes", f"IdentityFile={self._settings.ssh_key.resolve()}"]
        if self._settings.known_hosts is not None:
            options.append(f"UserKnownHostsFile={self._settings.known_hosts.resolve()}")
        return shlex.join(["ssh", "-F", "none", *(part for option in options for part in ("-o", option))])

    @cached_property
    def _certificates(self) -> Path:
        """The public certificates and those of `outbound.ca_bundle` in one file, as Git takes only one."""
        own = self._outbound.settings.ca_bundle
        file = self._folder / "certificates.pem"
        private.make_folder(self._folder)
        texts = [Path(certifi.where()).read_text(encoding="utf-8"), own.read_text(encoding="utf-8") if own else ""]
        with tempfile.NamedTemporaryFile("w", dir=self._folder, delete=False, encoding="utf-8") as new:
            new.write("\n".join(texts))
        return Path(new.name).replace(file).resolve()

    @cached_property
    def _git_version(self) -> tuple[int, int]:
        said = self._git(self._folder, {"PATH": os.environ.get("PATH", os.defpath)}, "version")
        found = re.search(r"(\d+)\.(\d+)", said)
        return (int(found[1]), int(found[2])) if found else (0, 0)

    @contextlib.contextmanager
    def _locked(self, copy: Path) -> Iterator[None]:
        """One fetch of a copy at a time; the lock's file also tells when the copy was last used."""
        with copy.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            now = self._clock()
            os.utime(lock.fileno(), (now, now))
            yield

    def _make_room(self, keep: Path) -> None:
        """Remove the longest unused copies until all fit the budget, but none that someone may be reading."""
        copies = sorted(self._folder.glob("*.git"), key=_used_at)
        sizes = {copy: _size_bytes(copy) for copy in copies}
        for copy in copies:
            if sum(sizes.values()) <= self._settings.budget_bytes:
                return
            if copy != keep and _used_at(copy) < self._clock() - _IN_USE_S and _removed(copy):
                sizes.pop(copy)


def _removed(copy: Path) -> bool:
    """Remove the copy unless it is being fetched; return whether it was."""
    with copy.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        shutil.rmtree(copy, ignore_errors=True)
        return True


def _used_at(copy: Path) -> float:
    lock = copy.with_suffix(".lock")
    return lock.stat().st_mtime if lock.exists() else 0.0


def _size_bytes(folder: Path) -> int:
    total = 0
    for path, _, files in os.walk(folder):
        for file in files:
            with contextlib.suppress(OSError):  # git renames its files while it works
                total += os.stat(os.path.join(path, file)).st_size  # noqa: PTH116, PTH118
    return total


def _as_environment(config: dict[str, str]) -> dict[str, str]:
    """Settings of Git that nobody sees in the list of processes. Source: git-config(1), GIT_CONFIG_COUNT."""
    told = {"GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return told


def _pin(remote: Remote, addresses: list[str]) -> str:
    """Source: CURLOPT_RESOLVE(3), HOST:PORT:ADDRESS[,ADDRESS]."""
    listed = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    return f"{remote.host}:{remote.port}:{listed}"


def _last_words(complained: bytes) -> str:
    """What Git says at the end, without what the other side says through it."""
    lines = [line.strip() for line in complained.decode(errors="replace").splitlines()]
    own = [line for line in lines if line and not line.startswith("remote:")]
    fatal = [line for line in own if line.startswith("fatal:")] or own
    return "; ".join(line.removeprefix("fatal: ") for line in fatal[-2:])[:_SAID_LETTERS].rstrip(".")


def _advice(said: str) -> str:
    if re.search(r"error: 30\d|redirect", said):
        return "It seems to have moved: give the address it moved to."
    if re.search(r"Authentication|could not read Username|error: 40[134]|not found", said):
        return "Is the address right, and may the token of its host (forges.NAME.token) read it?"
    if "remote ref" in said or "not our ref" in said:
        return "Is there such a branch, tag or commit?"
    if re.search(r"[Hh]ost key|Permission denied|publickey|read from remote", said):
        return "See checkouts.ssh_key and checkouts.known_hosts."
    return "Try `git ls-remote` with it."


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", name)[:60].strip("-") or "repository"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
