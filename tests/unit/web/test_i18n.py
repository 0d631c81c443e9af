"""Both languages say the same things, in the viewer's words, numbers and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

import homeport
from homeport.web.formats import Formats
from homeport.web.i18n import Messages, MissingMessage, missing_keys

NOW = datetime(2026, 11, 22, 17, 57, tzinfo=UTC)
LOCALES = [*Path(homeport.__file__).parent.glob("**/locales"), Path(__file__).parent / "locales"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _write(
        tmp_path / "ko",
        'ok = 확인\nowned = { $name }{ PARTICLE($name, "을/를") } { $count }개 맡습니다.\n',
    )
    _write(
        tmp_path / "en",
        "ok = OK\nowned = { $name } owns { $count } { $count ->\n    [one] thing\n   *[other] things\n }.\n",
    )
    return tmp_path


def test_korean_and_english_have_the_same_keys() -> None:
    assert missing_keys(LOCALES) == []


def test_a_key_that_one_language_lacks_is_named(folder: Path) -> None:
    _write(folder / "en", "more = More\nok = Again\n", "more.ftl")
    complaints = missing_keys([folder])
    assert [complaint.split(": ")[1] for complaint in complaints] == [
        "more is missing in ko",
        "ok is there twice in en",
    ]


def test_a_message_that_cannot_be_read_is_named(folder: Path) -> None:
    _write(folder / "ko", "ok = {\n", "broken.ftl")
    assert any("unreadable" in complaint for complaint in missing_keys([folder]))


def test_a_missing_message_is_an_error_in_tests_and_its_key_in_production(folder: Path) -> None:
    assert Messages([folder]).translate("ko", "nowhere") == "nowhere"
    with pytest.raises(MissingMessage, match="nowhere"):
        Messages([folder], strict=True).translate("ko", "nowhere")


def test_a_missing_variable_is_an_error_in_tests(folder: Path) -> None:
    with pytest.raises(MissingMessage, match="owned"):
        Messages([folder], strict=True).translate("en", "owned", name="order")


def test_a_particle_follows_the_name_and_a_plural_the_number(folder: Path) -> None:
    messages = Messages([folder], strict=True)
    assert messages.translate("ko", "owned", name="주문", count=1204) == "주문을 1,204개 맡습니다."
    assert messages.translate("ko", "owned", name="order-api", count=1) == "order-api를 1개 맡습니다."
    assert messages.translate("en", "owned", name="order", count=1) == "order owns 1 thing."


def test_markup_stays_markup_and_text_beside_it_is_escaped(folder: Path) -> None:
    messages = Messages([folder], strict=True)
    linked = messages.translate("ko", "owned", name=Markup('<a href="/x">주문</a>'), count=2)
    assert linked == Markup('<a href="/x">주문</a>을 2개 맡습니다.')
    plain = messages.translate("ko", "owned", name="<b>", count=2)
    assert not isinstance(plain, Markup)


@pytest.mark.parametrize(
    ("ago", "ko", "en"),
    [
        (timedelta(seconds=5), "방금", "just now"),
        (timedelta(minutes=3), "3분 전", "3 minutes ago"),
        (timedelta(hours=23), "23시간 전", "23 hours ago"),
        (timedelta(hours=-2), "2시간 후", "in 2 hours"),
        (timedelta(hours=25), "11월 22일", "Nov 22"),
        (timedelta(days=400), "2025. 10. 19.", "Oct 19, 2025"),
    ],
)
def test_times_are_relative_for_a_day_and_dates_after(ago: timedelta, ko: str, en: str) -> None:
    assert f">{ko}</time>" in _formats("ko").when(NOW - ago)
    assert f">{en}</time>" in _formats("en").when(NOW - ago)


def test_a_time_names_the_viewers_zone_and_utc_in_its_tooltip() -> None:
    assert _formats("en").at(NOW) == (
        '<time datetime="2026-11-22T17:57:00Z" title="2026-11-22 17:57:00 UTC">Nov 23 02:57 KST</time>'
    )
    assert _formats("en", "America/Sao_Paulo").time_of_day(NOW) == "14:57 UTC-03"


def test_numbers_sizes_and_durations_follow_the_language() -> None:
    ko, en = _formats("ko"), _formats("en")
    assert (ko.number(1204), en.percent(0.974), en.size(1_234_567), ko.size(999)) == (
        "1,204",
        "97%",
        "1.2 MB",
        "999byte",
    )
    assert (ko.duration(0.23), en.duration(125), ko.duration(90_061)) == ("0.2초", "2 min 5 sec", "1일 1시간")


def _formats(language: str, zone: str = "Asia/Seoul") -> Formats:
    return Formats(language, ZoneInfo(zone), lambda: NOW)


def _write(folder: Path, text: str, name: str = "words.ftl") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
