"""The index finds the same on both engines."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from homeport.kernel.base.database import Database
from homeport.kernel.knowledge import search
from homeport.kernel.knowledge.search import Document, Hit
from homeport.kernel.trust.identity import SYSTEM

_CORPUS = [
    Document(
        "component:default/order-api", "component", "order-api 주문 API", "주문을 받는다", "OpenAPI, Java", boost=5
    ),
    Document("component:default/order-worker", "component", "order-worker batch", "Ships what order-api took", boost=5),
    Document("component:default/payment", "component", "payment", "결제", "Calls OrderApi before it charges", boost=5),
    Document("api:default/order", "api", "order", "", "GET /orders 주문서비스", boost=3),
    Document("group:default/order", "group", "Team Order", "주문팀", ""),
    Document("doc:github", "doc", "GitHub 연동", "", "Connect github.com to homeport"),
]


@pytest.fixture
def corpus(database: Database) -> Database:
    with database.writing() as session:
        search.index(session, _CORPUS)
    return database


def _refs(database: Database, asked: str, limit: int = 10, offset: int = 0, **narrowed: list[str]) -> list[str]:
    with database.reading() as session:
        hits = search.search(session, SYSTEM, asked, limit=limit, offset=offset, **narrowed)
    return [hit.ref.removeprefix("component:default/") for hit in hits]


def _find(session: Session, asked: str) -> set[str]:
    return {hit.ref for hit in search.search(session, SYSTEM, asked, limit=100)}


@pytest.mark.parametrize(
    ("asked", "refs"),
    [
        ("주문", ["order-api", "group:default/order", "api:default/order"]),
        ("주", ["order-api", "group:default/order", "api:default/order"]),
        ("문을", ["order-api"]),
        ("주문서비스", ["api:default/order"]),
        ("orderapi", ["order-api", "order-worker", "payment"]),
        ("OrderApi", ["order-api", "order-worker", "payment"]),
        ("order-api", ["order-api", "order-worker", "payment"]),
        ("order", ["order-api", "order-worker", "api:default/order", "group:default/order", "payment"]),
        ("pay", ["payment"]),
        ("github", ["doc:github"]),
        ("GitHub 연", ["doc:github"]),
        ("order 결제", ["payment"]),
        ("component", []),
        ("nothing", []),
        ("", []),
    ],
)
def test_what_is_found_and_in_which_order(corpus: Database, asked: str, refs: list[str]):
    assert _refs(corpus, asked) == refs


def test_titles_come_before_subtitles_and_those_before_bodies(database: Database):
    with database.writing() as session:
        documents = [
            Document("in-body", "doc", "a", body="주문", boost=9),
            Document("in-subtitle", "doc", "a", subtitle="주문", boost=5),
            Document("in-title", "doc", "the longest title: 주문", boost=0),
        ]
        search.index(session, documents)
    assert _refs(database, "주문") == ["in-title", "in-subtitle", "in-body"]


def test_whole_words_come_before_words_that_begin_so(database: Database):
    with database.writing() as session:
        documents = [
            Document("begins", "doc", "a", body="orders", boost=9),
            Document("whole", "doc", "a", body="order", boost=0),
        ]
        search.index(session, documents)
    assert _refs(database, "order") == ["whole", "begins"]


def test_among_equals_boost_and_then_shorter_titles_come_first(database: Database):
    with database.writing() as session:
        documents = [
            Document("low", "doc", "order", boost=0),
            Document("high-long", "doc", "order service", boost=9),
            Document("high-short", "doc", "order api", boost=9),
            Document("too-high", "doc", "order of the services", boost=1_000),
        ]
        search.index(session, documents)
    assert _refs(database, "order") == ["high-short", "high-long", "too-high", "low"]


def test_pages_follow_each_other_without_gap_or_repeat(database: Database):
    with database.writing() as session:
        search.index(session, [Document(f"in-title-{n}", "doc", f"order {n}") for n in range(7)])
        search.index(session, [Document(f"in-body-{n}", "doc", f"thing {n}", body="order") for n in range(7)])
    whole = _refs(database, "order", limit=20)
    assert [ref[:8] for ref in whole] == ["in-title"] * 7 + ["in-body-"] * 7
    assert [ref for offset in range(0, 15, 3) for ref in _refs(database, "order", 3, offset)] == whole


def test_kinds_narrow(corpus: Database):
    assert _refs(corpus, "order", kinds=["api"]) == ["api:default/order"]
    assert set(_refs(corpus, "order", kinds=["api", "group"])) == {"api:default/order", "group:default/order"}
    assert _refs(corpus, "order", kinds=["' OR 1", ""]) == []


def test_a_document_indexed_again_is_found_by_its_new_words_only(corpus: Database):
    with corpus.writing() as session:
        search.index(session, [Document("component:default/payment", "component", "billing", boost=1)])
    assert _refs(corpus, "billing") == ["payment"]
    assert _refs(corpus, "결제") == []


def test_of_two_documents_with_one_reference_the_last_counts(database: Database):
    with database.writing() as session:
        search.index(session, [Document("a", "doc", "first"), Document("a", "doc", "second")])
    assert _refs(database, "first") == []
    assert _refs(database, "second") == ["a"]


def test_a_removed_document_is_not_found(corpus: Database):
    with corpus.writing() as session:
        search.remove(session, ["component:default/payment", "never:indexed/this"])
    assert _refs(corpus, "payment") == []
    assert _refs(corpus, "worker") == ["order-worker"]


def test_nobody_signed_in_finds_nothing(corpus: Database):
    with corpus.reading() as session:
        assert search.search(session, None, "order", limit=10) == []


def test_a_hit_shows_where_it_matches(corpus: Database):
    with corpus.reading() as session:
        (hit,) = search.search(session, SYSTEM, "charges order", limit=10)
    assert hit == Hit(
        ref="component:default/payment",
        kind="component",
        url="",
        title=(search.Fragment("payment"),),
        subtitle=(search.Fragment("결제"),),
        excerpt=(
            search.Fragment("Calls "),
            search.Fragment("Order", is_match=True),
            search.Fragment("Api before it "),
            search.Fragment("charges", is_match=True),
        ),
    )
    assert hit.title_text == "payment"


@pytest.mark.parametrize(
    "asked",
    [
        "order OR payment",
        '"order" AND',
        "order' | 'payment",
        "NEAR(order payment)",
        "{title}: order",
        "order:*A",
        "-order",
        "order\\",
        "order\0payment",
        "'); DROP TABLE kernel_search_documents; --",
        "%_order",
        "!order & (",
        "^order",
        "order*",
    ],
)
def test_text_is_never_syntax(corpus: Database, asked: str):
    _refs(corpus, asked)
    assert "order-api" in _refs(corpus, "order")


@pytest.mark.parametrize("length", [64, 65, 200, 5_000])
@pytest.mark.parametrize("character", ["a", "가", "\U00020000", "a.", "aB-"])
def test_words_and_questions_without_end_are_taken(database: Database, character: str, length: int):
    with database.writing() as session:
        search.index(session, [Document("long", "doc", character * length, body=character * 60_000)])
    assert _refs(database, character * length) == ["long"]


def test_text_of_broken_files_is_indexed(database: Database):
    with database.writing() as session:
        search.index(session, [Document("broken", "doc", "a\0b \udcff order", body="\0")])
    assert _refs(database, "order") == ["broken"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(title=st.text(max_size=30), body=st.text(max_size=60), asked=st.text(max_size=20))
def test_any_text_can_be_indexed_and_asked_for(database: Database, title: str, body: str, asked: str):
    with database.writing() as session:
        search.index(session, [Document("any", "doc", title, body=body)])
        search.search(session, SYSTEM, asked, limit=10)
        session.rollback()


_HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=5)
_WORDS = st.from_regex(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})?", fullmatch=True) | _HANGUL


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(vocabulary=st.lists(_WORDS, min_size=3, max_size=12, unique=True))
def test_whatever_is_indexed_is_found_by_any_of_its_words_and_syllable_pairs(database: Database, vocabulary: list[str]):
    title, subtitle, *body = vocabulary
    with database.writing() as session:
        search.index(session, [Document("this", "doc", title, subtitle, " ".join(body)), Document("other", "doc", "")])
        for word in vocabulary:
            assert _find(session, word) == {"this"}
            if not word.isascii():
                assert all(_find(session, word[at : at + 2]) == {"this"} for at in range(len(word) - 1))
        session.rollback()
