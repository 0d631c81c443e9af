"""The catalog of a running Backstage, read through its API, so that homeport can work beside it.

Who is there, and as of which etag, is asked in pages; entities are then fetched in buckets, and only those buckets in
which something changed. Placeholders are resolved and locations followed over there already.

Source: Backstage 1.55, OpenAPI document of plugin-catalog-backend: /entities/by-query, /entities/by-refs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from homeport.catalog.adapters.sources import Content
from homeport.kernel.base.errors import AnswerTooLarge, HomeportError, SourceUnreadable
from homeport.kernel.edge.outbound import Outbound, Response

_PAGE = 500
_CHUNK = 100
_MAX_PAGES = 10_000
_KNOWN_BY = "kind,metadata.namespace,metadata.name,metadata.etag,metadata.uid"
_MADE_BY_SERVER = ("relations", "status")
_MADE_IN_METADATA = ("uid", "etag")


class BackstageSource:
    """The entities of a Backstage, in 256 buckets; `base_url` is that of its back end, such as https://portal:7007.

    `token` is one of `backend.auth.externalAccess`; it may be private where `trusted`.
    """

    def __init__(self, base_url: str, outbound: Outbound, token: str | None = None, *, trusted: bool = False) -> None:
        self._base = f"{base_url.rstrip('/').removesuffix('/api/catalog')}/api/catalog"
        self._outbound = outbound
        self._trusted = trusted
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._buckets: dict[str, dict[str, str]] | None = None

    def starts(self) -> Sequence[str]:
        self._buckets = self._read_buckets()
        return sorted(self._buckets)

    def fetch(self, key: str, known_version: str | None = None) -> Content | None:
        buckets = self._buckets if self._buckets is not None else self._read_buckets()
        if key not in buckets:
            raise SourceUnreadable(f"{key} holds no entity any more; read the catalog of {self._base} again.")
        version = _version(buckets[key])
        if version == known_version:
            return None
        entities = [_as_described(entity) for entity in self._entities(sorted(buckets[key]))]
        return Content(json.dumps(entities, ensure_ascii=False, separators=(",", ":")).encode(), version)

    def keys_of(self, base: str, target: str) -> Sequence[str]:
        """Return nothing: what the targets mean is among the entities already, and is not read twice."""
        return ()

    def location_of(self, key: str) -> str:
        return f"url:{key}"

    def _read_buckets(self) -> dict[str, dict[str, str]]:
        """Which entities there are: by bucket their references, and the etag of each."""
        buckets: dict[str, dict[str, str]] = {}
        for entity in self._all_known_by():
            ref, etag = _ref(entity), str(entity["metadata"].get("etag") or entity["metadata"].get("uid"))
            bucket = hashlib.sha256(ref.encode()).hexdigest()[:2]
            buckets.setdefault(f"{self._base}/bucket/{bucket}", {})[ref] = etag
        return buckets

    def _all_known_by(self) -> Iterator[Mapping[str, Any]]:
        query = {"fields": _KNOWN_BY, "limit": _PAGE}
        for _ in range(_MAX_PAGES):
            page = self._asked(f"/entities/by-query?{urlencode(query)}")
            yield from _items(page)
            cursor = page.get("pageInfo", {}).get("nextCursor")
            if not cursor:
                return
            query = {"fields": _KNOWN_BY, "limit": _PAGE, "cursor": cursor}
        raise SourceUnreadable(f"{self._base} has no end: more than {_MAX_PAGES} pages of {_PAGE} entities.")

    def _entities(self, refs: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The entities of the references; one that was removed in the meantime is left out."""
        for start in range(0, len(refs), _CHUNK):
            yield from self._chunk(refs[start : start + _CHUNK])

    def _chunk(self, refs: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The entities of a few references, asked for in halves where one answer would be too large."""
        try:
            yield from _items(self._asked("/entities/by-refs", {"entityRefs": refs}))
        except AnswerTooLarge as large:
            if len(refs) == 1:
                raise SourceUnreadable(f"{refs[0]} can't be read from the Backstage. {large.message}") from None
            for half in (refs[: len(refs) // 2], refs[len(refs) // 2 :]):
                yield from self._chunk(half)

    def _asked(self, path: str, content: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        url = f"{self._base}{path}"
        try:
            if content is None:
                response = self._outbound.get(url, headers=self._headers, trusted=self._trusted)
            else:
                response = self._outbound.post(url, content, headers=self._headers, trusted=self._trusted)
        except AnswerTooLarge:
            raise
        except HomeportError as error:
            raise SourceUnreadable(f"The Backstage could not be read. {error.message}") from None
        return self._parsed(response)

    def _parsed(self, response: Response) -> Mapping[str, Any]:
        if response.status in {401, 403}:
            raise SourceUnreadable(
                f"{self._base} refuses the token (status {response.status}); "
                "give one of its backend.auth.externalAccess."
            )
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = None
        if not response.is_success or not isinstance(answer, dict):
            raise SourceUnreadable(
                f"{self._base} answers with status {response.status}, not as a catalog of Backstage; "
                "is the address that of its back end?"
            )
        return answer


def _items(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entity in page.get("items") or ():
        if isinstance(entity, dict) and isinstance(entity.get("metadata"), dict):
            yield entity


def _ref(entity: Mapping[str, Any]) -> str:
    metadata = entity["metadata"]
    return f"{entity.get('kind')}:{metadata.get('namespace') or 'default'}/{metadata.get('name')}".lower()


def _version(bucket: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(bucket.items())).encode()).hexdigest()


def _as_described(entity: Mapping[str, Any]) -> dict[str, Any]:
    """The entity as its descriptor has it: without what the server made, but for where it is managed."""
    described = {name: value for name, value in entity.items() if name not in _MADE_BY_SERVER}
    described["metadata"] = {
        name: value for name, value in entity.get("metadata", {}).items() if name not in _MADE_IN_METADATA
    }
    return described
