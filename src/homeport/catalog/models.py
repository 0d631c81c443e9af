"""Tables of the catalog."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from homeport.kernel.base.database import Base


class LocationRow(Base):
    """A folder of repositories that is discovered, once and then daily."""

    __tablename__ = "catalog_location"

    id: Mapped[int] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    discovered_at: Mapped[datetime | None]


class RepositoryRow(Base):
    """A repository of a location and what was read from it at `head`.

    `error` says why the last try failed; what was read before stays. `reading` is None if nothing ever was.
    """

    __tablename__ = "catalog_repository"
    __table_args__ = (UniqueConstraint("location_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(ForeignKey("catalog_location.id"))
    path: Mapped[str]
    head: Mapped[str | None]
    reader_version: Mapped[int]
    reading: Mapped[dict[str, Any] | None]
    read_at: Mapped[datetime]
    error: Mapped[str | None]


class EntityRow(Base):
    """An entity as the portal shows it: the document, and columns of it that lists filter and sort by."""

    __tablename__ = "catalog_entity"
    __table_args__ = (
        Index(None, "kind", "sort_name"),
        Index(None, "owner"),
        Index(None, "system"),
        Index(None, "location_id"),
        Index(None, "repository"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
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
    etag: Mapped[str]
    location_id: Mapped[int] = mapped_column(ForeignKey("catalog_location.id"))
    repository: Mapped[str]
    file: Mapped[str | None]
    line: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


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


class RelationRow(Base):
    """A relation between two entities, one row for each direction; the target need not exist.

    `stated_by` is the entity whose document says so.
    """

    __tablename__ = "catalog_relation"
    __table_args__ = (
        UniqueConstraint("stated_by", "source", "type", "target"),
        Index(None, "source"),
        Index(None, "target"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stated_by: Mapped[str]
    source: Mapped[str]
    type: Mapped[str]
    target: Mapped[str]
