"""The door: how a browser gets a sign-in and loses it, whichever way the person proved who they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Person, Proof, Way
from homeport.web.identify import DEVICE_COOKIE, SESSION_COOKIE, cookie_name, cookie_of, is_reached_over_tls
from homeport.web.shell import local_path

BREAK_GLASS_LASTS = timedelta(hours=1)
_DEVICE_S = 180 * 24 * 3600
_QUIET = {"Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
"""The address may hold a secret: nobody else is to learn or keep it.

Not `no-referrer`: with it browsers send `Origin: null` with the form, and over plain HTTP, where they send no
Sec-Fetch-Site, the form would be refused as another site's. Source: Fetch standard, "append a request Origin header".
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the browser keeps of a sign-in: its secret, for how many seconds, and the secret of the device."""

    secret: str
    lasts_s: int
    device: str


class Door:
    """Lets people in and out as the settings say."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._is_secure = is_reached_over_tls(services.settings.base_url)

    def enter(self, request: Request, session: Session, person: Person, way: Way, proof: Proof | None = None) -> Entry:
        """Sign `person` in, in place of the sign-in that this browser had: its secret is never kept."""
        now = self._services.clock()
        lasts = BREAK_GLASS_LASTS if way is Way.BREAK_GLASS else timedelta(days=self._services.settings.session_days)
        identity.end_session(session, self.secret(request))
        agent = request.headers.get("user-agent", "")
        address = address_of(request)
        secret = identity.open_session(session, person, now, lasts, agent, address=address, way=way, proof=proof)
        device = identity.remember_device(session, person, self.device(request), now)
        return Entry(secret, int(lasts.total_seconds()), device)

    def let_in(self, entry: Entry, wanted: str) -> Response:
        """Lead a browser that has entered to where it wanted to go."""
        response = RedirectResponse(local_path(wanted), status_code=303)
        self.keep(response, SESSION_COOKIE, entry.secret, entry.lasts_s)
        self.keep(response, DEVICE_COOKIE, entry.device, _DEVICE_S)
        return quiet(response)

    def leave(self, request: Request) -> Proof | None:
        """End the sign-in of this browser, and return by which provider's word it was open.

        That the person once signed in with it stays known.
        """
        with self._services.database.writing() as session:
            return identity.end_session(session, self.secret(request))

    def let_out(self, response: Response) -> Response:
        """Let the browser forget the sign-in that it left."""
        name = cookie_name(SESSION_COOKIE, self._is_secure)
        response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=self._is_secure)
        return quiet(response)

    def secret(self, request: Request) -> str:
        """The secret of the sign-in that the browser holds, or nothing."""
        return cookie_of(request, SESSION_COOKIE, self._is_secure)

    def device(self, request: Request) -> str:
        """The secret of the device that the browser holds, or nothing."""
        return cookie_of(request, DEVICE_COOKIE, self._is_secure)

    def keep(self, response: Response, name: str, value: str, lasts_s: int) -> None:
        """Let the browser keep a secret that no script and no other host reads."""
        response.set_cookie(
            cookie_name(name, self._is_secure),
            value,
            max_age=lasts_s,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._is_secure,
        )


def address_of(request: Request) -> str:
    """The address that the request came from, as the server or the proxy before it says."""
    return request.client.host[:64] if request.client else ""


def quiet(response: Response) -> Response:
    """Return the response as one whose address may hold a secret."""
    response.headers.update(_QUIET)
    return response
