"""Wire models of the catalog's REST."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from homeport.catalog import origins, repository
from homeport.catalog.domain.composition import Verdict
from homeport.catalog.models import EntityRow


class EntityModel(BaseModel):
    """An entity in a list."""

    model_config = ConfigDict(from_attributes=True)

    ref: str
    kind: str
    name: str
    title: str | None
    title_ko: str | None
    description: str | None
    type: str | None
    lifecycle: str | None
    language: str | None
    owner: str | None
    system: str | None
    origin: str = Field(description="yaml if somebody wrote it down, inferred if nobody did")
    lowest_confidence: float = Field(description="0 to 1, of the field that is least sure")
    question_count: int = Field(description="fields that a person should confirm")
    repository: str
    updated_at: datetime

    @classmethod
    def of(cls, row: EntityRow) -> EntityModel:
        """Return the model of a row."""
        return cls.model_validate(row)


class FieldModel(BaseModel):
    """A field with where it was read and how sure it is; `candidate` is null when every value is said to be wrong."""

    path: str
    candidate: dict[str, Any] | None
    others: list[dict[str, Any]]
    is_asked: bool
    read_at: datetime


class RelationModel(BaseModel):
    """A relation to another entity, which need not exist."""

    type: str
    target: str


class StaleModel(BaseModel):
    """Why what is shown of an entity may be old: `key` is the file or repository, empty for its whole location."""

    model_config = ConfigDict(from_attributes=True)

    location_id: int
    key: str
    reason: str
    since: datetime


class EntityDetail(EntityModel):
    """An entity with its document, fields and relations."""

    document: dict[str, Any]
    file: str | None
    line: int | None
    stale: StaleModel | None = Field(description="why it may be old, null where all it comes from could be read")
    fields: list[FieldModel]
    relations: list[RelationModel]

    @classmethod
    def load(cls, session: Session, row: EntityRow) -> EntityDetail:
        """Return the entity with all that belongs to it."""
        fields = [
            FieldModel(
                path=field.path,
                candidate=field.settled,
                others=field.discovered["others"],
                is_asked=field.is_asked,
                read_at=field.read_at,
            )
            for field in repository.fields_of(session, row)
        ]
        relations = [
            RelationModel(type=kind, target=target) for _, kind, target in repository.relations_of(session, [row.ref])
        ]
        stale = origins.staleness_of(session, row)
        return cls(
            **EntityModel.of(row).model_dump(),
            document=row.document,
            file=row.file,
            line=row.line,
            stale=StaleModel.model_validate(stale) if stale else None,
            fields=fields,
            relations=relations,
        )


class FacetValue(BaseModel):
    """A value of a facet and how many entities have it; null stands for none."""

    value: str | None
    count: int


class AnswerRequest(BaseModel):
    """What a person says of the value of a field: that it is right, or wrong.

    Confirming a value that discovery did not find sets it.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = Field(examples=["spec.owner"])
    value: Any = Field(examples=["group:default/order"])
    verdict: Verdict


class LocationModel(BaseModel):
    """What is read; `error` says why it could not be the last time, and `error_since` since when."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    type: str
    target: str
    origin: str = Field(description="config if homeport.yaml names it, api or person if somebody added it")
    created_at: datetime
    discovered_at: datetime | None
    error: str | None
    error_since: datetime | None


class Facets(BaseModel):
    """The values of a facet, most frequent first."""

    items: list[FacetValue]
