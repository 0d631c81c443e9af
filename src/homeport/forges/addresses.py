"""GitHub and GitLab by their addresses: which repository, ref and file a link means, and how that file is read.

Source: Backstage, @backstage/integration (github, gitlab); GitHub REST, "Get repository content"; GitLab REST,
"Get raw file from repository".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

from homeport.kernel.base.settings import ForgeSettings

_GITHUB, _GITLAB = "github.com", "gitlab.com"
_KINDS = frozenset({"blob", "raw", "tree"})
_USERS = {"github": "x-access-token", "gitlab": "oauth2", "git": "git"}


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A file, a folder or a glob in a repository of a forge; `repository` is its path, such as `org/order-api`."""

    forge: ForgeSettings
    kind: str
    repository: str
    ref: str
    path: str

    @property
    def url(self) -> str:
        """The link that people follow."""
        between = "/-/" if self.forge.type == "gitlab" else "/"
        ref, path = quote(self.ref, safe=""), quote(self.path, safe="/*{},!@+")
        return f"https://{self.forge.host}/{quote(self.repository)}{between}{self.kind}/{ref}/{path}"

    @property
    def clone_url(self) -> str:
        """Where Git fetches the repository."""
        return f"https://{self.forge.host}/{quote(self.repository)}.git"

    def at(self, path: str) -> FileAddress:
        """Return the address of another file of the repository, at the same ref."""
        return replace(self, kind="blob", path=path)

    def request(self) -> tuple[str, dict[str, str]]:
        """Return the URL that answers with the content of the file, and the headers to send, which hold the token."""
        forge, token = self.forge, self.forge.token.get_secret_value() if self.forge.token else ""
        ref, path = quote(self.ref, safe=""), quote(self.path)
        if forge.type == "gitlab":
            project, file = quote(self.repository, safe=""), quote(self.path, safe="")
            url = f"{_api(forge)}/projects/{project}/repository/files/{file}/raw?ref={ref}"
            return url, {"PRIVATE-TOKEN": token} if token else {}
        if forge.host == _GITHUB and not token and not forge.api_url:
            return f"https://raw.githubusercontent.com/{quote(self.repository)}/{ref}/{path}", {}
        headers = {"Accept": "application/vnd.github.raw"}
        url = f"{_api(forge)}/repos/{quote(self.repository)}/contents/{path}?ref={ref}"
        return url, headers | {"Authorization": f"Bearer {token}"} if token else headers


class Forges:
    """The forges that homeport.yaml names, and github.com and gitlab.com as anyone sees them."""

    def __init__(self, settings: Mapping[str, ForgeSettings]) -> None:
        self._named = {forge.host.lower(): forge for forge in settings.values()}
        self._by_host = {
            _GITHUB: ForgeSettings(host=_GITHUB, type="github"),
            _GITLAB: ForgeSettings(host=_GITLAB, type="gitlab"),
            **self._named,
        }

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that an admin named: of forges and of their APIs."""
        apis = [urlsplit(_api(forge)).netloc for forge in self._named.values()]
        return tuple(dict.fromkeys([*self._named, *apis]))

    def find(self, url: str) -> ForgeSettings | None:
        """Return the forge that the address lies on, or None."""
        return self._by_host.get(_host(url))

    def file_at(self, url: str) -> FileAddress | None:
        """Return what a link to a file, folder or glob means, or None where it is no such link on a known forge.

        The ref is one segment, its slashes written `%2F`, since a link does not tell where a ref ends.
        """
        forge = self.find(url)
        if forge is None or forge.type == "git":
            return None
        segments = urlsplit(url).path.strip("/").split("/")
        at = _start_of_kind(segments, forge.type)
        if at is None:
            return None
        repository, (kind, ref, *path) = segments[:at], segments[at:]
        address = FileAddress(forge, kind, _joined(repository).removesuffix("/-"), unquote(ref), _joined(path))
        return address if _is_clean([*address.repository.split("/"), *address.path.split("/")]) else None

    def credentials_for(self, url: str) -> tuple[str, str] | None:
        """Return the user and token that Git shows where it fetches from this https address, or None."""
        forge = self.find(url)
        if forge is None or forge.token is None:
            return None
        return _USERS[forge.type], forge.token.get_secret_value()


def _start_of_kind(segments: list[str], forge_type: str) -> int | None:
    """Where `blob/REF/PATH` begins: after `owner/name` on GitHub, after any number of groups on GitLab."""
    if forge_type == "github":
        candidates: Iterable[int] = (2,)
    else:
        candidates = [at + 1 for at, segment in enumerate(segments) if segment == "-"] or range(2, len(segments))
    return next((at for at in candidates if len(segments) > at + 2 and segments[at] in _KINDS), None)


def _joined(segments: list[str]) -> str:
    return "/".join(map(unquote, segments))


def _is_clean(segments: list[str]) -> bool:
    return all(segment not in {"", ".", ".."} and "\0" not in segment and "\\" not in segment for segment in segments)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        usual = {"http": 80, "https": 443, "ssh": 22}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
    except ValueError:
        return ""
    return f"{(parts.hostname or '').lower()}{port}" if usual else ""


def _api(forge: ForgeSettings) -> str:
    if forge.api_url:
        return forge.api_url.rstrip("/")
    if forge.type == "gitlab":
        return f"https://{forge.host}/api/v4"
    return "https://api.github.com" if forge.host == _GITHUB else f"https://{forge.host}/api/v3"
