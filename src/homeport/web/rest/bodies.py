"""Bodies that are no JSON of ours: read up to a limit, so that nobody fills the memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request

from homeport.kernel.base.errors import TooLarge
from homeport.web.identify import actor_of


def body_up_to(limit_bytes: int) -> Callable[[Request], Awaitable[bytes]]:
    """Return what reads the body of a request; of strangers nothing is read.

    The reader raises:
        Unauthenticated: nobody is signed in.
        TooLarge: the body has more bytes than `limit_bytes`.
    """

    async def read(request: Request) -> bytes:
        actor_of(request)
        parts, count = [], 0
        async for part in request.stream():
            count += len(part)
            if count > limit_bytes:
                raise TooLarge(f"The body has more than the {limit_bytes} bytes that are taken here; send it in parts.")
            parts.append(part)
        return b"".join(parts)

    return read
