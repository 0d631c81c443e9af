"""Korean particles, which follow the last sound of the word before them: 주문은, 결제는, order-api는, 3이, 7로."""

from __future__ import annotations

import re

PAIRS = {
    "은/는": ("은", "는"),
    "이/가": ("이", "가"),
    "을/를": ("을", "를"),
    "과/와": ("과", "와"),
    "으로/로": ("으로", "로"),
    "이라/라": ("이라", "라"),
    "이나/나": ("이나", "나"),
}
"""Each pair: what follows a final consonant, and what follows a vowel."""

_RIEUL = 8
"""The number of the final consonant ㄹ among Unicode's 28; 으로 counts it as a vowel (서울로)."""

_NONE = 0
_OTHER = 1
"""Stands for any final consonant but ㄹ."""

_DIGITS = {"0": 21, "1": _RIEUL, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": _RIEUL, "8": _RIEUL, "9": 0}
"""영 일 이 삼 사 오 육 칠 팔 구."""

_LETTERS = {"l": _RIEUL, "r": _RIEUL, "m": 16, "n": 4}
"""Letters whose names end in a consonant: 엘 알 엠 엔. All others end in a vowel (에스, 티, 아이)."""

_ROUND = re.compile(r"(?<![0-9])[1-9][0-9]*?(0+)$")
"""A whole number that ends in zeros is read by its unit: 10 십, 100 백, 1000 천, 10000 만, 100000000 억."""

_UNITS = {1: 17, 2: 1, 3: 4, 4: 16, 5: 16, 6: 16, 7: 16, 8: 1, 9: 1, 10: 1, 11: 1}
"""십 백 천 만 (십만, 백만, 천만) 억 (십억, 백억, 천억), by the number of zeros."""


def particle(word: str, pair: str) -> str:
    """The particle of `pair` that follows `word` as it is read aloud.

    Raises:
        KeyError: `pair` is not one of PAIRS.
    """
    after_consonant, after_vowel = PAIRS[pair]
    final = final_consonant(word)
    if pair == "으로/로" and final == _RIEUL:
        return after_vowel
    return after_consonant if final != _NONE else after_vowel


def final_consonant(word: str) -> int:
    """The final consonant of the last sound, as Unicode numbers them: 0 for none, 8 for ㄹ.

    Closing marks are not read. What cannot be read aloud counts as ending in a vowel.
    """
    read = re.sub(r"[^0-9A-Za-z가-힣%]+$", "", word.replace(",", ""))
    if not read:
        return _NONE
    last = read[-1]
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    if last.isdigit():
        return _final_of_number(read)
    if last == "%":
        return _NONE
    return _final_of_latin(re.findall(r"[A-Za-z]+", read)[-1])


def _final_of_number(word: str) -> int:
    match = _ROUND.search(word)
    return _UNITS.get(len(match[1]), _OTHER) if match else _DIGITS[word[-1]]


_SPELLED = {"api", "ui", "url", "uri", "id", "ip", "aws", "ai", "io", "ci", "os", "iam", "cli", "sql", "yaml"}
_CLOSED = {"web", "job"}
"""웹, 잡: most other words in b gain a vowel (허브)."""

_ENDINGS = (
    (re.compile(r"([aeiou]l|ll|le)$"), _RIEUL),
    (re.compile(r"(m|me)$"), 16),
    (re.compile(r"(n|[aeiou]ne|gn)$"), 4),
    (re.compile(r"ng$"), 21),
    (re.compile(r"((?<![aeiou])[aeiou](c|ck|k|p|pp|t)|out)$"), _OTHER),
)
"""Last letters that leave a final consonant: 몰, 시스템, 토큰, 깃, 토픽, 체크아웃. All others gain a vowel (서비스)."""


def _final_of_latin(word: str) -> int:
    """What a Latin word ends in when a Korean reads it: abbreviations letter by letter, words by their sound.

    `api` is 에이피아이, `URL` 유알엘, `MySQL` 마이에스큐엘, `worker` 워커, `git` 깃, `mall` 몰, `store` 스토어.
    """
    lower = word.lower()
    if _is_spelled(word):
        return _LETTERS.get(lower[-1], _NONE)
    if lower in _CLOSED:
        return _OTHER
    return next((final for ending, final in _ENDINGS if ending.search(lower)), _NONE)


def _is_spelled(word: str) -> bool:
    """Whether letters are said one by one: ends in capitals, one letter, or no vowel to carry a syllable."""
    lower = word.lower()
    has_no_vowel = not re.search("[aeiouy]", lower)
    return len(word) == 1 or lower in _SPELLED or has_no_vowel or bool(re.search(r"[A-Z]{2}$", word))
