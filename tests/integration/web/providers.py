"""OpenID Connect providers that tests sign in at: a certified one, and one that says whatever the test wants."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwk, jwt

from node_packages import NodeScript, node_script
from servers import answer, serving

SECRET = "of homeport and the provider"


@dataclass
class RealProvider:
    """The npm package oidc-provider, with its own pages."""

    script: NodeScript
    issuer: str

    def add(self, login: str, **claims: Any) -> None:
        """Let somebody sign in there by that name, with any password."""
        self.script.ask({"sub": login, **claims})

    def browse(self, start: str, login: str, *, agrees: bool = True) -> str:
        """Sign in there as a person would, from the address that homeport leads to; return the one it leads back to."""
        with httpx.Client() as browser:
            page = self._follow(browser, browser.get(start))
            page = self._follow(browser, self._submit(browser, page, login=login, password="any"))
            last = self._submit(browser, page) if agrees else browser.get(f"{page.url}/abort")
            return str(self._follow(browser, last).headers["location"])

    def _follow(self, browser: httpx.Client, page: httpx.Response) -> httpx.Response:
        """Go on until a page, or until the provider leads elsewhere."""
        while page.is_redirect:
            target = urljoin(str(page.url), page.headers["location"])
            if not target.startswith(self.issuer):
                return page
            page = browser.get(target)
        assert page.status_code == 200, page.text
        return page

    def _submit(self, browser: httpx.Client, page: httpx.Response, **typed: str) -> httpx.Response:
        action = page.text.split('action="')[1].split('"')[0]
        prompt = page.text.split('name="prompt" value="')[1].split('"')[0]
        return browser.post(urljoin(str(page.url), action), data={"prompt": prompt, **typed})


@contextlib.contextmanager
def real_provider(base: str, name: str = "saebom", **client: Any) -> Iterator[RealProvider]:
    """The certified provider, which knows the homeport at `base`."""
    with node_script("oidc-provider.mjs") as script:
        asked = {"redirect": [f"{base}/login/oidc/{name}/callback"], "logout": [f"{base}/login"], "client": client}
        yield RealProvider(script, script.ask(asked)["issuer"])


@dataclass
class EvilProvider:
    """A provider that vouches for anything: each part of what it answers can be set."""

    issuer: str = ""
    key: Any = field(default_factory=lambda: jwk.RSAKey.generate_key(2048, auto_kid=True))
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    forged_by: Any = None
    id_token: str | None = None
    token_status: int = 200
    token_error: str = ""
    nonce: str = ""
    is_away: bool = False
    asked: list[str] = field(default_factory=list)
    published: list[Any] = field(default_factory=list)

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        handler.rfile.read(int(handler.headers.get("content-length", 0)))
        self.asked.append(path)
        if self.is_away:
            answer(handler, 503)
            return
        body = {
            "/.well-known/openid-configuration": self._about,
            "/jwks": lambda: {"keys": [key.as_dict(private=False) for key in self.published or [self.key]]},
            "/token": self._token,
            "/userinfo": lambda: self.userinfo,
        }[path]()
        status = self.token_status if path == "/token" else 200
        answer(handler, status, json.dumps(body).encode(), content_type="application/json")

    def _about(self) -> dict[str, Any]:
        endpoints = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
        }
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{path}" for name, path in endpoints.items()},
            **self.metadata,
        }

    def _token(self) -> dict[str, Any]:
        if self.token_error:
            return {"error": self.token_error}
        return {"access_token": "an access token", "token_type": "Bearer", "id_token": self.id_token or self.signed()}

    def signed(self) -> str:
        """An ID token with the claims of the test for the right ones; None takes one away, a timedelta is from now."""
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "mallory", "aud": "homeport", "iat": now, "exp": now + 300}
        claims = {**right, "nonce": self.nonce, "name": "Mallory", "email": "m@saebom.example", **self.claims}
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        kept = {
            name: now + int(value.total_seconds()) if isinstance(value, timedelta) else value
            for name, value in claims.items()
            if value is not None
        }
        if header["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (header, kept))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        return jwt.encode(header, kept, self.forged_by or self.key, algorithms=[header["alg"]])


@contextlib.contextmanager
def evil_provider() -> Iterator[EvilProvider]:
    """A provider that the test sets as it likes."""
    evil = EvilProvider()
    with serving(evil.respond) as port:
        evil.issuer = f"http://127.0.0.1:{port}"
        yield evil


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
