"""Tables of the catalog."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from homeport.kernel.base.database import Base


class LocationRow(Base):
    """Where entities come from: a folder of repositories, files, a Git URL, an address, a Backstage.

    `origin` says who named it: `config` (homeport.yaml), `api` or `person`. `error` says why it could not be reached
    the last time, and `error_since` since when; what it gave before stays.
    """

    __tablename__ = "catalog_location"
    __table_args__ = (UniqueConstraint("type", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    target: Mapped[str]
    origin: Mapped[str]
    created_at: Mapped[datetime]
    discovered_at: Mapped[datetime | None]
    error: Mapped[str | None]
    error_since: Mapped[datetime | None]


class RepositoryRow(Base):
    """A repository of a location and what was read from it at `head`.

    `error` says why the last try failed; what was read before stays. `reading` is None if nothing ever was.
    """

    __tablename__ = "catalog_repository"
    __table_args__ = (UniqueConstraint("location_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("catalog_location.id", ondelete="CASCADE"))
    path: Mapped[str]
    head: Mapped[str | None]
    reader_version: Mapped[int]
    reading: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime]
    error: Mapped[str | None]
    error_since: Mapped[datetime | None]


class UnitRow(Base):
    """A file, or another content under a key, that entities of a location are described in.

    `parent` is the entity that led to it. `includes` are the keys and versions that its placeholders were filled from,
    `targets` the keys that its Locations lead to, each with the entity that says so. `error` says why it could not be
    read the last time; its entities stay.
    """

    __tablename__ = "catalog_unit"
    __table_args__ = (UniqueConstraint("location_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("catalog_location.id", ondelete="CASCADE"))
    key: Mapped[str]
    version: Mapped[str | None]
    reader_version: Mapped[int]
    parent: Mapped[str | None]
    includes: Mapped[dict[str, Any]]
    targets: Mapped[dict[str, Any]]
    read_at: Mapped[datetime]
    error: Mapped[str | None]
    error_since: Mapped[datetime | None]


class RejectedRow(Base):
    """An entity that a unit describes and the catalog could not take in, with the owner that its document names."""

    __tablename__ = "catalog_rejected"
    __table_args__ = (Index(None, "unit_id"), Index(None, "ref"), Index(None, "owner"))

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("catalog_unit.id", ondelete="CASCADE"))
    ref: Mapped[str]
    owner: Mapped[str | None]


class EntityRow(Base):
    """An entity as the portal shows it: the document, and columns of it that lists filter and sort by.

    `text` is the document as somebody wrote it, where it was read from a file. `parent` is the Location that led to
    it. Numbers are not given twice, since they make the entity's uid.
    """

    __tablename__ = "catalog_entity"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    namespace: Mapped[str]
    name: Mapped[str]
    sort_name: Mapped[str]
    title: Mapped[str | None]
    title_ko: Mapped[str | None]
    description: Mapped[str | None]
    type: Mapped[str | None]
    lifecycle: Mapped[str | None]
    language: Mapped[str | None]
    owner: Mapped[str | None]
    system: Mapped[str | None]
    origin: Mapped[str]
    lowest_confidence: Mapped[float]
    question_count: Mapped[int]
    document: Mapped[dict[str, Any]]
    described: Mapped[dict[str, Any] | None]
    text: Mapped[str | None]
    etag: Mapped[str]
    location_id: Mapped[int] = mapped_column(ForeignKey("catalog_location.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("catalog_unit.id"))
    parent: Mapped[str | None]
    repository: Mapped[str]
    file: Mapped[str | None]
    line: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "sort_name"),
        Index(None, "location_id"),
        Index(None, "unit_id"),
        Index(None, "repository"),
        {"sqlite_autoincrement": True},
    )


Index("ix_catalog_entity_kind", func.lower(EntityRow.kind), EntityRow.sort_name)
Index("ix_catalog_entity_counted", EntityRow.kind, EntityRow.type, EntityRow.lifecycle, EntityRow.namespace)
Index("ix_catalog_entity_type", func.lower(EntityRow.kind), func.lower(EntityRow.type), EntityRow.sort_name)
Index("ix_catalog_entity_owner", EntityRow.owner, func.lower(EntityRow.kind), EntityRow.sort_name)
Index("ix_catalog_entity_system", EntityRow.system, func.lower(EntityRow.kind), EntityRow.sort_name)

VALUES = Table(
    "catalog_value",
    Base.metadata,
    Column("entity_id", ForeignKey("catalog_entity.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("key", String, nullable=False),
    Column("value", String),
    Column("original", String),
    Index("ix_catalog_value_key", "key", "value", "kind", "original", "entity_id"),
)
"""Every value of every entity that has no column of its own, so that lists can be filtered by any key of a document.

`key` and `value` are in lower case, `original` is the value as written where that differs. An item of a list has `[]`
after its key.
"""


class FieldRow(Base):
    """A field of an entity: what discovery said, and what stands after people's answers (None when all was wrong)."""

    __tablename__ = "catalog_field"
    __table_args__ = (UniqueConstraint("entity_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("catalog_entity.id", ondelete="CASCADE"))
    path: Mapped[str]
    discovered: Mapped[dict[str, Any]]
    settled: Mapped[dict[str, Any] | None]
    is_asked: Mapped[bool]
    read_at: Mapped[datetime]


class AnswerRow(Base):
    """What a person said of a field's value: confirmed or wrong; kept whatever discovery finds later."""

    __tablename__ = "catalog_answer"
    __table_args__ = (UniqueConstraint("ref", "path", "value_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str]
    path: Mapped[str]
    value: Mapped[dict[str, Any]]
    value_hash: Mapped[str]
    verdict: Mapped[str]
    actor_id: Mapped[str]
    actor_name: Mapped[str]
    at: Mapped[datetime]


RELATIONS = Table(
    "catalog_relation",
    Base.metadata,
    Column("entity_id", ForeignKey("catalog_entity.id", ondelete="CASCADE"), nullable=False),
    Column("type", String, nullable=False),
    Column("target", String, nullable=False),
    Index("ix_catalog_relation_entity_id", "entity_id", "type", "target"),
    Index("ix_catalog_relation_target", "target", "type", "entity_id"),
)
"""What an entity's document states: it stands in the relation `type` to `target`, which need not exist.

The way back is not stored: whoever asks for the relations of an entity looks at both ends.
"""

GENERATION = Table(
    "catalog_generation",
    Base.metadata,
    Column("number", BigInteger, nullable=False),
)
"""How often the catalog has changed: one row, so that what was counted can be remembered until it does again."""
