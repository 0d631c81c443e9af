"""Signing in at an OpenID Connect provider: the authorization code flow with PKCE.

What a provider answers is data from outside. Nothing of it is believed before the ID token has proved to be signed by
a key of the issuer, with an algorithm of ours, for homeport, in this very sign-in.
Source: OpenID Connect Core 1.0, 3.1; Discovery 1.0; RP-Initiated Logout 1.0; RFC 7636 (PKCE); RFC 9207 (`iss`);
RFC 9700 (best current practice).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import BadSignatureError, ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from homeport.kernel.base.errors import HomeportError, SignInFailed
from homeport.kernel.base.settings import OidcSettings
from homeport.kernel.edge.outbound import Outbound, Response
from homeport.kernel.trust.identity import Flow, Subject, Trouble

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""What an ID token may be signed with: a key pair. Never `none`, and no secret that two share."""

_KNOWN_FOR = timedelta(hours=1)
_KEYS_ASKED_EVERY = timedelta(seconds=30)
_LONGEST_CLAIM = 255
_ERRORS = {
    "access_denied": Trouble.DENIED,
    "server_error": Trouble.AWAY,
    "temporarily_unavailable": Trouble.AWAY,
    "login_required": Trouble.STALE,
    "interaction_required": Trouble.STALE,
}
"""What errors of the authorization endpoint mean; others say that homeport and the provider are set up differently."""


class Provider:
    """An OpenID Connect provider as the settings describe it; safe to share between threads."""

    def __init__(
        self, name: str, settings: OidcSettings, redirect_uri: str, outbound: Outbound, clock: Callable[[], datetime]
    ) -> None:
        self.name = name
        self.title = settings.title or name
        self.settings = settings
        self._redirect_uri = redirect_uri
        self._outbound = outbound
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def begin_url(self, flow: Flow) -> str:
        """Return the address at the provider where the person says who they are.

        Raises:
            SignInFailed: the provider is away, or not as OpenID Connect Discovery has it.
        """
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": " ".join(self.settings.scopes),
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        return _with_query(self._endpoint("authorization_endpoint"), query)

    def redeem(self, answer: Mapping[str, str], flow: Flow) -> tuple[Subject, str]:
        """Return whom the provider vouches for in its answer to the sign-in, and the ID token that says so.

        Raises:
            SignInFailed: it vouches for nobody, or nothing that it says can be believed.
        """
        self._check_sender(answer)
        if "error" in answer:
            code = answer["error"][:_LONGEST_CLAIM]
            raise SignInFailed(_ERRORS.get(code, Trouble.SETTINGS), f"The provider answers with the error {code!r}.")
        if not answer.get("code"):
            raise SignInFailed(Trouble.ANSWER, "The provider's answer has no code.")
        tokens = self._exchange(answer["code"], flow)
        id_token = str(tokens.get("id_token", ""))
        claims = self._verified(id_token, flow.nonce)
        return self._subject(claims, tokens), id_token

    def end_url(self, id_token: str, return_to: str) -> str | None:
        """Return the address at which the person signs out of the provider too; None if it has none.

        Raises:
            SignInFailed: the provider is away.
        """
        endpoint = self._about().get("end_session_endpoint")
        if not isinstance(endpoint, str) or not _is_web(endpoint):
            return None
        query = {"id_token_hint": id_token, "client_id": self.settings.client_id, "post_logout_redirect_uri": return_to}
        return _with_query(endpoint, query)

    def _check_sender(self, answer: Mapping[str, str]) -> None:
        """Refuse an answer of another provider than the one that the person was sent to. Source: RFC 9207, 2.4."""
        sender = answer.get("iss")
        is_told = bool(self._about().get("authorization_response_iss_parameter_supported"))
        if (sender is None and is_told) or (sender is not None and sender != self.settings.issuer):
            raise SignInFailed(Trouble.ANSWER, f"The answer comes from {sender!r}, not from {self.settings.issuer!r}.")

    def _exchange(self, code: str, flow: Flow) -> dict[str, Any]:
        """What the provider gives for the code, which it takes once and only with our verifier."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": flow.verifier,
        }
        headers = {"accept": "application/json"}
        secret = self.settings.client_secret.get_secret_value() if self.settings.client_secret else ""
        ways = self._about().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret and "client_secret_basic" in ways:
            pair = f"{quote(self.settings.client_id, safe='')}:{quote(secret, safe='')}"
            headers["authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            fields |= {"client_id": self.settings.client_id} | ({"client_secret": secret} if secret else {})
        endpoint = self._endpoint("token_endpoint")
        answer = self._called(
            lambda: self._outbound.post_form(endpoint, fields, headers=headers, trusted=self._is_ours(endpoint))
        )
        tokens = _object(answer)
        if answer.is_success:
            return tokens
        error = str(tokens.get("error", f"status {answer.status}"))[:_LONGEST_CLAIM]
        trouble = Trouble.STALE if error == "invalid_grant" else Trouble.SETTINGS
        raise SignInFailed(Trouble.AWAY if answer.status >= 500 else trouble, f"The token endpoint answers {error!r}.")

    def _verified(self, id_token: str, nonce: str) -> dict[str, Any]:
        """The claims of the ID token. Source: OpenID Connect Core 1.0, 3.1.3.7."""
        settings = self.settings
        try:
            claims = self._signed(id_token)
            now = int(self._clock().timestamp())
            jwt.JWTClaimsRegistry(
                now=now,
                leeway=settings.clock_skew_s,
                iss={"essential": True, "value": settings.issuer},
                sub={"essential": True},
                aud={"essential": True, "value": settings.client_id},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(claims)
        except ExpiredTokenError:
            raise SignInFailed(Trouble.CLOCK, "The ID token has expired already.") from None
        except InvalidClaimError as error:
            is_early = error.claim in {"iat", "nbf"}
            raise SignInFailed(Trouble.CLOCK if is_early else Trouble.ANSWER, f"The ID token: {error}.") from None
        except (JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
            raise SignInFailed(Trouble.ANSWER, f"The ID token can't be believed: {type(error).__name__}.") from None
        audience, party = claims["aud"], claims.get("azp")
        is_shared = isinstance(audience, list) and len(audience) > 1
        if (is_shared or party is not None) and party != settings.client_id:
            raise SignInFailed(Trouble.ANSWER, "The ID token was made for another client (azp).")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise SignInFailed(Trouble.ANSWER, "The ID token belongs to another sign-in (nonce).")
        return claims

    def _signed(self, id_token: str) -> dict[str, Any]:
        """The claims if a key of the issuer signed them; a key that is new is fetched."""
        try:
            return jwt.decode(id_token, self._key_set(), algorithms=ALGORITHMS).claims
        except (InvalidKeyIdError, BadSignatureError):
            return jwt.decode(id_token, self._key_set(is_new=True), algorithms=ALGORITHMS).claims

    def _subject(self, claims: dict[str, Any], tokens: Mapping[str, Any]) -> Subject:
        """Whom the claims are about, with what the userinfo endpoint adds where the ID token is short of it."""
        wanted = {
            "name",
            "email",
            *([self.settings.groups_claim] if self.settings.roles or self.settings.teams else ()),
        }
        endpoint = self._about().get("userinfo_endpoint")
        if wanted - claims.keys() and endpoint and tokens.get("access_token"):
            claims = self._told_more(str(endpoint), str(tokens["access_token"]), claims)
        email = claims.get("email") if claims.get("email_verified") in (True, "true") else None
        names = (claims.get(key) for key in ("name", "preferred_username", "email", "sub"))
        groups = claims.get(self.settings.groups_claim)
        listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Subject(
            issuer=self.settings.issuer,
            subject=claims["sub"],
            name=" ".join(str(next(filter(None, names))).split())[:_LONGEST_CLAIM],
            email=email[:_LONGEST_CLAIM] if isinstance(email, str) and email else None,
            groups=frozenset(one for one in listed if isinstance(one, str)),
        )

    def _told_more(self, endpoint: str, access_token: str, claims: dict[str, Any]) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
        answer = self._called(lambda: self._outbound.get(endpoint, headers=headers, trusted=self._is_ours(endpoint)))
        told = _object(answer) if answer.is_success else {}
        if told and told.get("sub") != claims["sub"]:
            raise SignInFailed(Trouble.ANSWER, "The userinfo endpoint speaks of somebody else (sub).")
        return told | claims

    def _endpoint(self, name: str) -> str:
        address = self._about().get(name)
        if not isinstance(address, str) or not _is_web(address):
            raise SignInFailed(Trouble.SETTINGS, f"The provider's discovery document has no {name}.")
        return address

    def _about(self) -> dict[str, Any]:
        """The discovery document, asked again after an hour."""
        now = self._clock()
        with self._lock:
            if self._metadata is not None and now - self._metadata[0] < _KNOWN_FOR:
                return self._metadata[1]
        url = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        answer = self._called(lambda: self._outbound.get(url, trusted=True))
        if not answer.is_success:
            raise SignInFailed(Trouble.AWAY, f"{url} answers {answer.status}.")
        document = _object(answer)
        if document.get("issuer") != self.settings.issuer:
            told = f"{url} is of the issuer {document.get('issuer')!r}, not {self.settings.issuer!r}"
            raise SignInFailed(Trouble.SETTINGS, f"{told}; write it in homeport.yaml to the letter.")
        with self._lock:
            self._metadata = now, document
        return document

    def _key_set(self, *, is_new: bool = False) -> KeySet:
        """The issuer's keys; `is_new` asks for them again, but not for every token that somebody makes up."""
        now = self._clock()
        with self._lock:
            if self._keys is not None:
                age = now - self._keys[0]
                if age < (_KEYS_ASKED_EVERY if is_new else _KNOWN_FOR):
                    return self._keys[1]
        endpoint = self._endpoint("jwks_uri")
        answer = self._called(lambda: self._outbound.get(endpoint, trusted=self._is_ours(endpoint)))
        if not answer.is_success:
            raise SignInFailed(Trouble.AWAY, f"{endpoint} answers {answer.status}.")
        keys = KeySet.import_key_set({"keys": _object(answer).get("keys", [])})
        with self._lock:
            self._keys = now, keys
        return keys

    def _is_ours(self, endpoint: str) -> bool:
        """Whether it is on the issuer's host, and so may lie inside, as the issuer may; any other is checked."""
        return urlsplit(endpoint).netloc == urlsplit(self.settings.issuer).netloc

    def _called(self, call: Callable[[], Response]) -> Response:
        try:
            return call()
        except HomeportError as error:
            raise SignInFailed(Trouble.AWAY, error.message) from None


def _object(answer: Response) -> dict[str, Any]:
    try:
        told = json.loads(answer.data)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        if answer.is_success:
            raise SignInFailed(Trouble.ANSWER, f"{answer.url} does not answer with a JSON object.")
        return {}
    return told


def _with_query(endpoint: str, query: Mapping[str, str]) -> str:
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"


def _is_web(address: str) -> bool:
    return urlsplit(address).scheme in {"https", "http"}
