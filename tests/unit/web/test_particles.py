"""Particles follow the last sound of a word as a Korean reads it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.web.particles import PAIRS, particle


@pytest.mark.parametrize(
    ("word", "topic", "direction"),
    [
        ("주문", "은", "으로"),
        ("결제", "는", "로"),
        ("서울", "은", "로"),
        ("order-api", "는", "로"),
        ("ledger-db", "는", "로"),
        ("kiosk-web", "은", "으로"),
        ("image-resizer", "는", "로"),
        ("git", "은", "으로"),
        ("mall", "은", "로"),
        ("mobile", "은", "로"),
        ("system", "은", "으로"),
        ("URL", "은", "로"),
        ("MySQL", "은", "로"),
        ("YAML", "은", "로"),
        ("Redis", "는", "로"),
        ("team-store", "는", "로"),
        ("0", "은", "으로"),
        ("1", "은", "로"),
        ("2", "는", "로"),
        ("3", "은", "으로"),
        ("4", "는", "로"),
        ("5", "는", "로"),
        ("6", "은", "으로"),
        ("7", "은", "로"),
        ("8", "은", "로"),
        ("9", "는", "로"),
        ("10", "은", "으로"),
        ("1,200", "은", "으로"),
        ("30,000", "은", "으로"),
        ("97%", "는", "로"),
        ("“주문”", "은", "으로"),
        ("데이터(data)", "는", "로"),
    ],
)
def test_a_particle_follows_the_last_sound(word: str, topic: str, direction: str) -> None:
    assert particle(word, "은/는") == topic
    assert particle(word, "으로/로") == direction


@given(word=st.text(), pair=st.sampled_from(sorted(PAIRS)))
def test_every_word_gets_one_of_the_pair(word: str, pair: str) -> None:
    assert particle(word, pair) in PAIRS[pair]
