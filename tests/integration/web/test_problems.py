"""Errors as programs read them."""

from __future__ import annotations

from homeport.kernel.base.errors import Unavailable

from .conftest import Portal


def test_what_is_away_for_now_says_when_to_try_again(portal: Portal) -> None:
    @portal.app.get("/api/v1/away")
    def away() -> None:
        raise Unavailable("The forge is away.")

    answer = portal.client().get("/api/v1/away")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "unavailable"
