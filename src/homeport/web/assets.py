"""The static files of the portal, under an address that changes when any of them does."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

STATIC = Path(__file__).parent / "static"

_UNSERVED = {".json", ""}
"""What lies beside the static files for the server itself: the icons' shapes, licences, the build's stamp."""

_COMPRESSED = {".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent, with its gzip form where that is smaller by much."""

    content: bytes
    compressed: bytes | None
    media_type: str


class Assets:
    """Every static file in memory (under 400 kB), addressed as `/static/<hash of them all>/<path>`.

    One hash for all keeps relative addresses inside the style sheets working.
    """

    def __init__(self, folder: Path = STATIC) -> None:
        self._assets = {
            file.relative_to(folder).as_posix(): _load(file)
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.suffix not in _UNSERVED and not file.name.startswith(("LICENSE", "."))
        }
        self.version = _hash(self._assets)

    def url(self, path: str) -> str:
        """The address of a file.

        Raises:
            LookupError: there is no such file.
        """
        if path not in self._assets:
            raise LookupError(f"No static file {path!r}.")
        return f"/static/{self.version}/{path}"

    def has(self, path: str) -> bool:
        """Whether a file is there: those below `vendor/` are missing where the build could not fetch them."""
        return path in self._assets

    async def respond(self, request: Request) -> Response:
        """Answer `/static/{version}/{path:path}`; an old version leads to the one of today."""
        path = request.path_params["path"]
        asset = self._assets.get(path)
        if asset is None:
            return Response("No such file.", status_code=404, media_type="text/plain")
        if request.path_params["version"] != self.version:
            return RedirectResponse(self.url(path), status_code=302, headers={"Cache-Control": "no-cache"})
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
        if asset.compressed and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.compressed, media_type=asset.media_type, headers=headers)
        return Response(asset.content, media_type=asset.media_type, headers=headers)


def _load(file: Path) -> Asset:
    content = file.read_bytes()
    compressed = gzip.compress(content, mtime=0) if file.suffix in _COMPRESSED else None
    return Asset(content, compressed, mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def _hash(assets: dict[str, Asset]) -> str:
    digest = hashlib.sha256()
    for path, asset in assets.items():
        digest.update(f"{path}:{len(asset.content)}:".encode() + asset.content)
    return digest.hexdigest()[:12]
