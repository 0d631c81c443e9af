"""A viewer is known by initials and a colour, and sees pages in a zone that exists."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from homeport.web.viewer import Viewer, color_of, initials, preferences_of


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("김하늘", "하늘"),
        ("이준", "이준"),
        ("Park Seoyeon", "PS"),
        ("team-order", "TO"),
        ("platform", "PL"),
        ("auth_api", "AA"),
        ("", "?"),
        ("🙂", "?"),
    ],
)
def test_initials_stand_for_a_name(name: str, shown: str) -> None:
    assert initials(name) == shown


def test_a_colour_belongs_to_a_name() -> None:
    assert color_of("team-order") == color_of("team-order")
    assert {color_of(f"team-{number}") for number in range(200)} == set(range(8))


@pytest.mark.parametrize(
    ("viewer", "cookie", "zone"),
    [
        (Viewer(), "", "UTC"),
        (Viewer(), "Asia%2FSeoul", "Asia/Seoul"),
        (Viewer(zone="Europe/Paris"), "Asia%2FSeoul", "Europe/Paris"),
        (Viewer(zone="Mars/Olympus"), "../../etc/passwd", "UTC"),
    ],
)
def test_times_are_in_the_viewers_zone(viewer: Viewer, cookie: str, zone: str) -> None:
    headers = [(b"cookie", f"homeport_zone={cookie}".encode())]
    request = Request({"type": "http", "headers": headers, "state": {"viewer": viewer}})
    assert preferences_of(request, "en", "UTC").zone.key == zone
