"""Signing in with a password, choosing the first one by a link, and changing it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from homeport.kernel.base.errors import Forbidden, InvalidInput, TooManyAttempts, Unauthenticated
from homeport.kernel.module import Services
from homeport.kernel.trust import identity
from homeport.kernel.trust.identity import Account, Person, Purpose, Way
from homeport.web.door import Door, Entry, address_of, quiet
from homeport.web.identify import actor_of
from homeport.web.pages.style import render
from homeport.web.shell import local_path

_BAD = 401
_WAIT = 429


def routes(services: Services) -> APIRouter:
    """The routes of passwords; they refuse everybody where the settings want none."""

    def check_wanted() -> None:
        if not services.settings.identity.passwords:
            raise Forbidden("Passwords are switched off here (identity.passwords). Sign in another way: see /login.")

    router = APIRouter(dependencies=[Depends(check_wanted)])
    database, door = services.database, Door(services)

    @router.post("/login")
    def sign_in(
        request: Request,
        login: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next_url: Annotated[str, Form(alias="next")] = "/",
    ) -> Response:
        wanted = local_path(next_url)
        try:
            entry = _enter(request, services, door, login, password)
        except TooManyAttempts as error:
            return form(request, services, wanted, login, wait_s=error.retry_after_s)
        except Unauthenticated:
            return form(request, services, wanted, login, is_wrong=True)
        return door.let_in(entry, wanted)

    @router.get("/password/{secret}")
    def choose(request: Request, secret: str) -> Response:
        with database.reading() as session:
            purpose = identity.find_purpose(session, secret, services.clock())
        if purpose is not Purpose.PASSWORD:
            return quiet(render(request, "pages/login_spent.html", status_code=_BAD))
        return _choice(request, secret)

    @router.post("/password/{secret}")
    def chosen(
        request: Request, secret: str, password: Annotated[str, Form()] = "", again: Annotated[str, Form()] = ""
    ) -> Response:
        if password != again:
            return _choice(request, secret, {"again": "pages-password-differ"})
        try:
            entry = _set_first(request, services, door, secret, password)
        except TooManyAttempts as error:
            return _choice(request, secret, {"password": "pages-login-wait"}, wait_s=error.retry_after_s)
        except InvalidInput:
            return _choice(request, secret, {"password": "pages-password-weak"})
        except Unauthenticated:
            return quiet(render(request, "pages/login_spent.html", status_code=_BAD))
        return door.let_in(entry, "/")

    @router.get("/me/password")
    def change(request: Request) -> Response:
        return _change(request, services)

    @router.post("/me/password")
    def changed(
        request: Request,
        current: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
    ) -> Response:
        if password != again:
            return _change(request, services, {"again": "pages-password-differ"})
        try:
            entry = _replace(request, services, door, current, password)
        except TooManyAttempts as error:
            return _change(request, services, {"current": "pages-login-wait"}, wait_s=error.retry_after_s)
        except Unauthenticated:
            return _change(request, services, {"current": "pages-password-not-current"})
        except InvalidInput:
            return _change(request, services, {"password": "pages-password-weak"})
        return door.let_in(entry, "/me")

    return router


def form(
    request: Request, services: Services, wanted: str, login: str = "", *, is_wrong: bool = False, wait_s: int = 0
) -> Response:
    """The page that says how to get in: at a provider, by a form where anybody has a password, by a link."""
    settings = services.settings.identity
    with services.database.reading() as session:
        has_passwords = settings.passwords and identity.has_accounts(session)
    context: dict[str, Any] = {"next": wanted, "login": login, "is_wrong": is_wrong, "wait_s": wait_s}
    context["providers"] = [(name, one.title or name) for name, one in settings.oidc.items()]
    status = _WAIT if wait_s else _BAD if is_wrong else 200
    page = render(request, "pages/login.html", status_code=status, has_passwords=has_passwords, **context)
    if wait_s:
        page.headers["Retry-After"] = str(wait_s)
    return quiet(page)


def _enter(request: Request, services: Services, door: Door, login: str, password: str) -> Entry:
    """Sign in whoever has that login and password; what is wrong is never said, nor shown by how long it takes.

    Raises:
        Unauthenticated: nobody has both.
        TooManyAttempts: it is too early for another try.
    """
    with services.database.writing() as session:
        account = identity.find_account(session, login)
        keys = identity.keys_of(
            session,
            login,
            account.person_id if account else None,
            door.device(request),
            address_of(request),
            services.clock(),
        )
        identity.count_try(session, keys, services.clock())
    if not identity.is_password(account.password_hash if account else None, password) or account is None:
        raise Unauthenticated("This login and password do not fit.")
    with services.database.writing() as session:
        identity.forgive(session, keys)
        return door.enter(request, session, session.get_one(Person, account.person_id), Way.PASSWORD)


def _set_first(request: Request, services: Services, door: Door, secret: str, password: str) -> Entry:
    """Redeem the link for a password of the person's own, and sign them in; what was open before ends.

    Raises:
        Unauthenticated: the link is none that a password can be chosen with.
        TooManyAttempts: it is too early for another try.
        InvalidInput: the password is too weak.
    """
    now = services.clock()
    with services.database.writing() as session:
        keys = identity.keys_of_stranger(session, door.device(request), address_of(request), now)
        identity.count_try(session, keys, now)
    with services.database.reading() as session:  # before the slow hash, which strangers are not to ask for
        if identity.find_purpose(session, secret, now) is not Purpose.PASSWORD:
            raise Unauthenticated("This link is used, expired or unknown; it works once. Ask for a new one.")
    password_hash = identity.hash_password(password)
    with services.database.writing() as session:
        identity.forgive(session, keys)
        person = identity.redeem_login_link(session, secret, now, Purpose.PASSWORD)
        actor = identity.actor_of_person(person)
        identity.set_password(session, actor, session.get_one(Account, person.id), password_hash, now)
        identity.end_sign_ins(session, actor, person, now)
        identity.forget_devices(session, person)
        return door.enter(request, session, person, Way.PASSWORD)


def _replace(request: Request, services: Services, door: Door, current: str, password: str) -> Entry:
    """Change the password of who is signed in; they stay so in this browser only.

    Raises:
        Unauthenticated: `current` is not their password.
        TooManyAttempts, InvalidInput: as it says.
    """
    actor, now = actor_of(request), services.clock()
    with services.database.writing() as session:
        person = identity.person_of(session, actor)
        account = session.get(Account, person.id) if person else None
        if person is None or account is None:
            raise Unauthenticated(f"{actor.name} has no password.")
        device = door.device(request)
        keys = identity.keys_of(session, account.login, person.id, device, address_of(request), now)
        identity.count_try(session, keys, now)
    if not identity.is_password(account.password_hash, current):
        raise Unauthenticated("This is not the current password.")
    password_hash = identity.hash_password(password, account.login)
    with services.database.writing() as session:
        person = session.get_one(Person, account.person_id)
        identity.forgive(session, keys)
        identity.set_password(session, actor, session.get_one(Account, person.id), password_hash, now)
        identity.end_sign_ins(session, actor, person, now)
        identity.forget_devices(session, person, keep=device)
        return door.enter(request, session, person, Way.PASSWORD)


def _choice(request: Request, secret: str, errors: dict[str, str] | None = None, *, wait_s: int = 0) -> Response:
    status = _WAIT if wait_s else 422 if errors else 200
    page = render(
        request,
        "pages/password_link.html",
        status_code=status,
        secret=secret,
        errors=errors or {},
        least=identity.LEAST_LENGTH,
        wait_s=wait_s,
    )
    if wait_s:
        page.headers["Retry-After"] = str(wait_s)
    return quiet(page)


def _change(request: Request, services: Services, errors: dict[str, str] | None = None, *, wait_s: int = 0) -> Response:
    actor = actor_of(request)
    with services.database.reading() as session:
        person = identity.person_of(session, actor)
        account = session.get(Account, person.id) if person else None
    status = _WAIT if wait_s else 422 if errors else 200
    context: dict[str, Any] = {"errors": errors or {}, "wait_s": wait_s, "account": account}
    page = render(request, "pages/password.html", status_code=status, least=identity.LEAST_LENGTH, **context)
    if wait_s:
        page.headers["Retry-After"] = str(wait_s)
    return quiet(page)
