"""Where Git repositories are fetched from: addresses taken apart, so that none holds an order to Git or ssh."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from homeport.kernel.base.errors import AddressRefused
from homeport.kernel.edge.outbound import shown

PORTS = {"https": 443, "ssh": 22}
_SCP = re.compile(r"(?:(?P<user>[^@:/\s]+)@)?(?P<host>[^:/\s]+):(?P<path>[^:\s][^\s]*)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_HOST = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_NO_REF = re.compile(r"^[-+^/]|[\s:*?~^\\\[\x00-\x1f\x7f]|\.\.|@\{|//|[./]$|\.lock$")


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository elsewhere; for `file`, `path` is where it lies on this machine and `host` is empty."""

    scheme: str
    host: str
    port: int
    path: str
    user: str = ""

    @property
    def url(self) -> str:
        """The address that Git is given, without password."""
        if self.scheme == "file":
            return f"file://{quote(self.path)}"
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}{self._netloc}{quote(self.path, safe='/~@+')}"

    @property
    def root(self) -> str:
        """The address of the host alone."""
        return f"{self.scheme}://{self._netloc}/"

    @property
    def segments(self) -> tuple[str, ...]:
        """The path in parts, the repository's name without `.git` last."""
        return tuple(Path(self.path.removesuffix(".git").strip("/")).parts)

    @property
    def _netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS.get(self.scheme) else f"{host}:{self.port}"


def remote_at(url: str) -> Remote:
    """Return what the address of a repository means: file://, https://, ssh:// or user@host:path.

    Raises:
        AddressRefused: another protocol, a password in the address, or something that Git might take for an option.
    """
    if not url.isprintable():
        raise AddressRefused("The address of the repository has letters that no address has; write it anew.")
    scp = None if "://" in url else _SCP.fullmatch(url)
    if scp:
        url = f"ssh://{scp['user'] + '@' if scp['user'] else ''}{scp['host']}/{quote(scp['path'])}"
    try:
        parts = urlsplit(url)
        host, port, path = parts.hostname or "", parts.port, unquote(parts.path)
    except ValueError:
        raise AddressRefused("The address of the repository is no URL; write it as https://host/path.git.") from None
    if parts.scheme == "file" and not parts.netloc and path.startswith("/") and "\0" not in path:
        return Remote("file", "", 0, str(Path(path).resolve()))
    if parts.scheme not in PORTS:
        raise AddressRefused(f"{_shown(url)} is not fetched: only file, https and ssh addresses are.")
    if parts.password:
        raise AddressRefused(f"{_shown(url)} carries a password; put it into homeport.yaml (forges.NAME.token).")
    user = parts.username or "" if parts.scheme == "ssh" else ""
    if not (_HOST.fullmatch(host) and _is_path(path) and (not user or _USER.fullmatch(user))) or parts.query:
        raise AddressRefused(f"{_shown(url)} is no address of a repository; write it as https://host/path.git.")
    return Remote(parts.scheme, host.lower(), port or PORTS[parts.scheme], path, user)


def check_ref(ref: str) -> None:
    """Refuse what is no name of a branch, tag or commit. Source: git-check-ref-format(1).

    Raises:
        AddressRefused: Git might take it for an option, a pattern or an expression.
    """
    if not ref or _NO_REF.search(ref):
        raise AddressRefused(f"{ref!r} is no name of a branch, tag or commit.")


def _is_path(path: str) -> bool:
    return path.strip("/") != "" and path.isprintable() and not path.startswith("/-") and ".." not in path.split("/")


def _shown(url: str) -> str:
    return shown(url) if "://" in url else "The address"
