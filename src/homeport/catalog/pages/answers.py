"""What people say of a field: confirmed or wrong, from a plain form."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from homeport.catalog.domain.composition import Verdict
from homeport.catalog.pages.links import link_to, url_of
from homeport.catalog.service import Catalog
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.base.errors import InvalidInput
from homeport.kernel.module import Services
from homeport.web.identify import actor_of
from homeport.web.shell import redirect

_VERDICTS = {"confirm": Verdict.CONFIRMED, "wrong": Verdict.WRONG}


def add(router: APIRouter, services: Services, catalog: Catalog) -> None:
    """Add the route that answers are sent to."""

    @router.post("/{kind}/{namespace}/{name}/answers")
    def answer(
        request: Request,
        kind: str,
        namespace: str,
        name: str,
        field: Annotated[str, Form()],
        value: Annotated[str, Form()],
        answer: Annotated[str, Form()],
        next_url: Annotated[str, Form(alias="next")] = "",
    ) -> Response:
        actor = actor_of(request)
        ref = EntityRef.parse(f"{kind}:{namespace}/{name}")
        said, verdict = _value(value), _verdict(answer)
        with services.database.writing() as session:
            catalog.answer(session, actor, ref, field, said, verdict)
        notice = f"catalog-notice-{verdict}"
        return redirect(request, next_url or url_of(ref), notice=notice, name=ref.name, value=shown_value(said))


def _value(token: str) -> Any:
    try:
        return json.loads(token)
    except (ValueError, RecursionError):
        raise InvalidInput("The form sent a value that can't be read. Load the page again and try once more.") from None


def _verdict(answer: str) -> Verdict:
    if answer not in _VERDICTS:
        raise InvalidInput(f"{answer!r} is no answer; it is one of {', '.join(_VERDICTS)}.")
    return _VERDICTS[answer]


def shown_value(value: Any) -> str:
    """A field's value in a sentence: names instead of references, and not too long."""
    link = link_to(value) if isinstance(value, str) and ":" in value else None
    return link.name if link else str(value)[:80]
