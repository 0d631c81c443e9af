"""How text becomes tokens and questions become terms, without a database."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.kernel.knowledge.search import words
from homeport.kernel.knowledge.search.marks import Fragment, excerpt, marked
from homeport.kernel.knowledge.search.words import AllOf, Question, Term

_HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6)
_WORDS = st.from_regex(r"[A-Za-z0-9]{1,8}([-_.]?[A-Za-z0-9]{1,8}){0,2}", fullmatch=True) | _HANGUL


def _answers(asked: Question, tokens: set[str]) -> bool:
    if isinstance(asked, Term):
        return any(asked.matches(token) for token in tokens)
    return (all if isinstance(asked, AllOf) else any)(_answers(part, tokens) for part in asked.parts)


def _is_found(text: str, asked: str) -> bool:
    question = words.question(asked)
    assert question is not None
    return _answers(question, words.tokens(words.normal(text)))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("주문을", {"주문", "문을", "을"}),
        ("주", {"주"}),
        ("order-api", {"order", "api", "orderapi"}),
        ("OrderApi", {"order", "api", "orderapi"}),
        ("OrderApi-v2", {"order", "api", "orderapi", "v2", "orderapiv2"}),
        ("HTTPServer", {"http", "server", "httpserver"}),
        ("sha256", {"sha256"}),
        ("__init__", {"init"}),
        ("주문API를", {"주문", "문", "api", "를"}),
        ("注文と決済", {"注文", "文と", "と決", "決済", "済"}),
        ("결제, order: ok!", {"결제", "제", "order", "ok"}),
        ('\'; DROP TABLE "x" --', {"drop", "table", "x"}),
        ("", set()),
    ],
)
def test_text_gives_these_tokens(text: str, tokens: set[str]):
    assert words.tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("주문을 취소", "주문"),
        ("주문을 취소", "문을"),
        ("주문을 취소", "을"),
        ("주문을 취소", "취소 주문"),
        ("order-api", "order"),
        ("OrderApi", "order"),
        ("order-api", "orderapi"),
        ("order-api", "OrderApi"),
        ("orderapi", "order-api"),
        ("orderapi", "OrderApi"),
        ("github actions", "GitHub"),
        ("GitHub", "github"),
        ("order-api", "ord"),
        ("order-api", "ordera"),
        ("order-api serves", "serves order"),
        ("order-api", "order-a"),
    ],
)
def test_it_is_found_by(text: str, asked: str):
    assert _is_found(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"), [("주문을", "주을"), ("order-api", "rder"), ("order-api", "ord api"), ("order", "order payment")]
)
def test_it_is_not_found_by(text: str, asked: str):
    assert not _is_found(text, asked)


@given(st.lists(_WORDS, min_size=1, max_size=8), st.data())
def test_a_text_is_found_by_any_of_its_words_in_any_case(vocabulary: list[str], data: st.DataObject):
    word = data.draw(st.sampled_from(vocabulary))
    for asked in (word, word.lower(), word.upper()):
        assert _is_found(" ".join(vocabulary), asked)


@given(_HANGUL, _HANGUL, _HANGUL)
def test_a_korean_word_is_found_by_any_two_syllables_and_any_one(before: str, word: str, after: str):
    text = f"{before} {word} {after}"
    assert all(_is_found(text, word[at : at + 2]) for at in range(len(word)))
    assert all(_is_found(text, syllable) for syllable in word)


@given(st.lists(_WORDS, min_size=1, max_size=5), st.data())
def test_the_last_word_is_found_by_its_beginning(vocabulary: list[str], data: st.DataObject):
    word = data.draw(st.sampled_from(vocabulary)).lower()
    length = data.draw(st.integers(1, len(word)))
    if word[length - 1].isalnum():
        assert _is_found(" ".join(vocabulary), word[:length])


@given(_HANGUL)
def test_decomposed_text_and_questions_are_composed_first(word: str):
    assert _is_found(unicodedata.normalize("NFD", word), word)
    assert _is_found(word, unicodedata.normalize("NFD", word))


@given(st.text())
def test_tokens_are_letters_and_digits_whatever_the_text(text: str):
    for token in words.tokens(words.normal(text)):
        assert not set(token) & set(" '\"\\:*&|!()<>-+^{}\0")
        assert 1 <= len(token) <= 192


@given(st.text() | st.lists(_WORDS).map(" ".join))
def test_the_tokens_are_those_that_can_be_marked(text: str):
    text = words.normal(text)
    fragments = marked(text, [Term(token) for token in words.tokens(text)])
    assert not [fragment for fragment in fragments if not fragment.is_match and words.tokens(fragment.text)]


def test_marking_a_word_without_end_takes_no_time_without_end():
    spans = list(words.matching_spans("문" * 50_000 + " " + "a." * 25_000, [Term("문", True), Term("a", True)]))
    assert len(spans) == 75_000


@pytest.mark.parametrize("asked", ["", "  ", "--", "'\"*", "🛒"])
def test_a_question_without_words_is_none(asked: str):
    assert words.question(asked) is None


def _shown(fragments: tuple[Fragment, ...]) -> str:
    return "".join(f"[{fragment.text}]" if fragment.is_match else fragment.text for fragment in fragments)


def _terms(asked: str) -> list[Term]:
    question = words.question(asked)
    assert question is not None
    return list(words.terms(question))


@pytest.mark.parametrize(
    ("text", "asked", "shown"),
    [
        ("새 주문을 받는다", "주문", "새 [주문]을 받는다"),
        ("새 주문서비스다", "주문서비스", "새 [주문서비스]다"),
        ("주문 문의", "문", "주[문] [문]의"),
        ("the OrderApi serves", "order", "the [Order]Api serves"),
        ("the order-api serves", "orderapi", "the [order-api] serves"),
        ("orders and orderly", "order", "[orders] and [orderly]"),
        ("nothing here", "order", "nothing here"),
    ],
)
def test_what_was_searched_for_is_marked(text: str, asked: str, shown: str):
    assert _shown(marked(text, _terms(asked))) == shown


@given(st.text(), st.text())
def test_marks_change_no_text(text: str, asked: str):
    question = words.question(asked)
    needles = list(words.terms(question)) if question else []
    assert "".join(fragment.text for fragment in marked(text, needles)) == text


def test_an_excerpt_is_cut_around_the_first_match_at_words():
    text = "before " * 40 + "주문을 받는다 " + "after " * 40
    shown = _shown(excerpt(text, _terms("주문")))
    assert "[주문]을 받는다" in shown
    assert shown.startswith("…before ")
    assert shown.endswith("after…")
    assert len(shown) < 200


def test_an_excerpt_of_a_short_text_is_all_of_it():
    assert _shown(excerpt("order\n  service", _terms("order"))) == "[order] service"


@given(st.text(max_size=600), st.text(max_size=10))
def test_an_excerpt_is_never_long(text: str, asked: str):
    question = words.question(asked)
    needles = list(words.terms(question)) if question else []
    assert sum(len(fragment.text) for fragment in excerpt(text, needles)) <= 190
