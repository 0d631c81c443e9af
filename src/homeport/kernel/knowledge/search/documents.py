"""The index: documents beside their tokens, in FTS5 or tsvector.

Ranking by relevance reads every match: 500 to 1,400 ms for a common word in 100,000 documents on SQLite, measured.
So the number of a document is its place: higher boost first, then shorter title. The database gives matches in
this order and stops at the end of the page.

Matches in titles come before those in subtitles, then come whole words anywhere, then words that begin so. The first
character of a lexeme says where its word is: 1order in the title, 2order in title or subtitle, 3order anywhere. So
a rare match in titles is found without reading the many in bodies (two common words: 29 -> 5 ms on SQLite,
seconds -> 10 ms on PostgreSQL, where weights would be looked up in the row of every match).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    Text,
    cast,
    delete,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from homeport.kernel.knowledge.findings import storable
from homeport.kernel.knowledge.search.marks import Fragment, excerpt, marked
from homeport.kernel.knowledge.search.words import AllOf, AnyOf, Question, Term, normal, question, terms, tokens
from homeport.kernel.trust.access import readable
from homeport.kernel.trust.identity import Actor

_HIGHEST_BOOST = 9
_LONGEST_TITLE = 255
_HASH_BITS = 50
_BODY_LENGTH = 50_000
_BATCH_ROWS = 500
_TIERS = {"1": ("title",), "2": ("title", "subtitle"), "3": ("title", "subtitle", "body")}
_KIND = "k"
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")

# Not in Base.metadata: the index can be made anew from the modules' rows, and FTS5's tables make others of their own.
_metadata = MetaData()
_documents = Table(
    "kernel_search_documents",
    _metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("subtitle", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("url", Text, nullable=False),
)
_tokens = Table("kernel_search_tokens", MetaData(), Column("rowid", BigInteger, primary_key=True), Column("words"))

_CREATE_TOKENS = {
    "sqlite": (
        "CREATE VIRTUAL TABLE kernel_search_tokens USING fts5("
        "words, tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '2')",
    ),
    "postgresql": (
        "CREATE TABLE kernel_search_tokens (rowid bigint PRIMARY KEY, words tsvector NOT NULL)",
        "CREATE INDEX ix_kernel_search_tokens_words ON kernel_search_tokens USING gin (words)",
    ),
}
_INSERT_TOKENS = {
    "sqlite": "INSERT INTO kernel_search_tokens (rowid, words) VALUES (:id, :words)",
    "postgresql": "INSERT INTO kernel_search_tokens (rowid, words) VALUES (:id, CAST(:words AS tsvector))",
}


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How a database writes lexemes in a row, and terms in a question."""

    quote: str
    word: str
    prefix: str
    all_of: str
    any_of: str


_SYNTAX = {
    "sqlite": _Syntax("", '"{}"', '"{}"*', " AND ", " OR "),
    "postgresql": _Syntax("'", "'{}'", "'{}':*", " & ", " | "),
}


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be found: `ref` names it among all, `boost` is 0 to 9, higher comes first."""

    ref: str
    kind: str
    title: str
    subtitle: str = ""
    body: str = ""
    url: str = ""
    boost: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, with what was searched for marked in its texts."""

    ref: str
    kind: str
    url: str
    title: tuple[Fragment, ...]
    subtitle: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]

    @property
    def title_text(self) -> str:
        """The title without marks."""
        return "".join(fragment.text for fragment in self.title)


def create_search_tables(connection: Connection) -> None:
    """Create the tables of the index, for the migration."""
    _metadata.create_all(connection)
    for statement in _CREATE_TOKENS[connection.dialect.name]:
        connection.execute(text(statement))


def index(session: Session, documents: Iterable[Document]) -> None:
    """Make the documents findable, in place of what was indexed under their references before.

    Of a body the first 50,000 characters count.
    """
    latest = {document.ref: document for document in documents}
    remove(session, latest)
    rows = [_row(document) for document in latest.values()]
    if rows:
        connection = session.connection()
        dialect = connection.dialect.name
        connection.execute(insert(_documents), rows)
        connection.execute(text(_INSERT_TOKENS[dialect]), [_token_row(row, dialect) for row in rows])


def remove(session: Session, refs: Iterable[str]) -> None:
    """Make the documents of these references unfindable; those never indexed are passed over."""
    named = list(refs)
    for start in range(0, len(named), _BATCH_ROWS):
        batch = _documents.c.ref.in_(named[start : start + _BATCH_ROWS])
        ids = session.scalars(select(_documents.c.id).where(batch)).all()
        session.execute(delete(_tokens).where(_tokens.c.rowid.in_(ids)))
        session.execute(delete(_documents).where(_documents.c.id.in_(ids)))


def search(
    session: Session,
    actor: Actor | None,
    asked: str,
    *,
    kinds: Collection[str] = (),
    limit: int,
    offset: int = 0,
) -> list[Hit]:
    """Return what holds every word of `asked`, the last one as a prefix: matches in titles first, then by place.

    `kinds` narrows to some kinds of documents. Text is never syntax: every character is letter, digit or space.
    """
    begun, finished = question(asked), question(asked, is_finished=True)
    if begun is None or finished is None:
        return []
    found: dict[int, None] = {}
    for tier, wanted in (("1", begun), ("2", begun), ("3", finished), ("3", begun)):
        missing = offset + limit - len(found)
        if missing > 0:
            found |= dict.fromkeys(_matches(session, actor, wanted, tier, kinds, missing + len(found)))
    return _hits(session, list(found)[offset : offset + limit], begun)


def _row(document: Document) -> dict[str, str | int]:
    title = normal(storable(document.title))
    return {
        "id": _place(document, title),
        "ref": document.ref,
        "kind": document.kind,
        "title": title,
        "subtitle": normal(storable(document.subtitle)),
        "body": normal(storable(document.body[:_BODY_LENGTH])),
        "url": document.url,
    }


def _place(document: Document, title: str) -> int:
    boost = _HIGHEST_BOOST - min(max(document.boost, 0), _HIGHEST_BOOST)
    length = min(len(title), _LONGEST_TITLE)
    digest = hashlib.blake2b(document.ref.encode(), digest_size=8).digest()
    return ((boost << 8 | length) << _HASH_BITS) | int.from_bytes(digest) >> (64 - _HASH_BITS)


def _token_row(row: dict[str, str | int], dialect: str) -> dict[str, str | int]:
    fields = {column: tokens(str(row[column])) for column in ("title", "subtitle", "body")}
    quote = _SYNTAX[dialect].quote
    between = f"{quote} {quote}"
    lexemes = [_KIND + _kind(str(row["kind"]))]
    for tier, columns in _TIERS.items():
        found = set().union(*(fields[column] for column in columns))
        if found:
            lexemes.append(tier + f"{between}{tier}".join(found))
    return {"id": row["id"], "words": f"{quote}{between.join(lexemes)}{quote}"}


def _kind(kind: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", kind).lower() or "none"


def _matches(
    session: Session, actor: Actor | None, wanted: AllOf, tier: str, kinds: Collection[str], limit: int
) -> Sequence[int]:
    dialect = session.get_bind().dialect.name
    asked = _render(wanted, tier, _SYNTAX[dialect])
    if kinds:
        kind = AnyOf(tuple(Term(_kind(kind)) for kind in kinds))
        asked = _SYNTAX[dialect].all_of.join((asked, _render(kind, _KIND, _SYNTAX[dialect])))
    query = select(_documents.c.id).join(_tokens, _tokens.c.rowid == _documents.c.id).where(_is_match(asked, dialect))
    # Adding 0 keeps PostgreSQL from walking the primary key and reading every vector on its way.
    place = _tokens.c.rowid if dialect == "sqlite" else _tokens.c.rowid + 0
    return session.scalars(readable(actor, query, _documents.c.ref).order_by(place).limit(limit)).all()


def _is_match(asked: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "sqlite":
        return literal_column("kernel_search_tokens").op("MATCH", is_comparison=True)(asked)
    return _tokens.c.words.op("@@", is_comparison=True)(cast(asked, TSQUERY))


def _render(asked: Question, tier: str, syntax: _Syntax) -> str:
    if isinstance(asked, Term):
        return (syntax.prefix if asked.is_prefix else syntax.word).format(tier + asked.token)
    parts = (_render(part, tier, syntax) for part in asked.parts)
    return "(" + (syntax.all_of if isinstance(asked, AllOf) else syntax.any_of).join(parts) + ")"


def _hits(session: Session, ids: list[int], wanted: AllOf) -> list[Hit]:
    rows = {row.id: row for row in session.execute(select(_documents).where(_documents.c.id.in_(ids)))}
    needles = tuple(terms(wanted))
    return [
        Hit(
            ref=row.ref,
            kind=row.kind,
            url=row.url,
            title=marked(row.title, needles),
            subtitle=marked(row.subtitle, needles),
            excerpt=excerpt(row.body, needles),
        )
        for row in (rows[number] for number in ids)
    ]
