"""A finding as it is kept: what is wrong, with what, how bad, where it can be seen, and since when."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Dialect, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from homeport.kernel.base.database import Base
from homeport.kernel.base.entities import EntityRef


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class State(StrEnum):
    """Where a finding stands: to be mended, accepted until a day, or no longer there."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    GONE = "gone"


class _SeverityRank(TypeDecorator[Severity]):
    """A severity, stored as its place in the order, so that the database sorts worst first."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: Severity | None, dialect: Dialect) -> int | None:
        return None if value is None else list(Severity).index(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Severity | None:
        return None if value is None else list(Severity)[value]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where it can be seen: `line` counts from 1, `url` leads to the place."""

    file: str | None = None
    line: int | None = None
    snippet: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a finding that another tool brought, in that tool's language; always data, never markup.

    `message` is about this one place, all else about the rule; `cwes` are weaknesses of the list at cwe.mitre.org.
    """

    title: str
    message: str = ""
    why: str = ""
    fix: str = ""
    url: str | None = None
    language: str = "en"
    cwes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Something wrong that a module sees now.

    `rule` is named module.rule, such as `catalog.unknown-owner`, or tool/rule where another tool brought it with
    `words` of its own. `part` is the part of the scope it was seen in,
    such as a repository. `key` tells apart two of one rule, part and entity, such as a file; it must not change
    when nothing else did, so no line numbers. `parameters` fill the message in the reader's language.
    """

    rule: str
    part: str
    severity: Severity
    entity: EntityRef | None = None
    key: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    evidence: Evidence = Evidence()
    words: Words | None = None

    @property
    def source(self) -> str:
        """Which module or tool says so."""
        return re.split("[./]", self.rule, maxsplit=1)[0]

    @property
    def fingerprint(self) -> str:
        """What makes it the same finding the next time it is seen."""
        parts = [self.rule, self.part, str(self.entity or ""), self.key]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Finding(Base):
    """Something wrong, from when it was first seen until it is gone, and after."""

    __tablename__ = "kernel_findings"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[str]
    part: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str]
    source: Mapped[str]
    entity_ref: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(_SeverityRank)
    parameters: Mapped[dict[str, Any]]
    evidence_fields: Mapped[dict[str, Any]] = mapped_column("evidence")
    words_fields: Mapped[dict[str, Any] | None] = mapped_column("words")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    reopened_count: Mapped[int]
    due_from: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    suppressed_until: Mapped[datetime | None]
    suppressed_reason: Mapped[str | None]
    suppressed_by: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("scope", "fingerprint"),
        Index("ix_kernel_findings_part", "scope", "part"),
        Index("ix_kernel_findings_entity_ref", "entity_ref"),
        Index("ix_kernel_findings_severity", "severity", "id"),
        Index("ix_kernel_findings_source", "source"),
    )

    @property
    def entity(self) -> EntityRef | None:
        """The entity it is about, if it is about one."""
        return EntityRef.parse(self.entity_ref) if self.entity_ref else None

    @property
    def evidence(self) -> Evidence:
        """Where it can be seen."""
        return Evidence(**self.evidence_fields)

    @property
    def words(self) -> Words | None:
        """Its own text where another tool brought it; else its words are in the locale files."""
        return Words(**self.words_fields) if self.words_fields else None

    @property
    def message_key(self) -> str:
        """The key of its words in the locale files, to which `-title` and `-fix` are added."""
        return f"finding-{self.rule.replace('.', '-')}"

    def state(self, now: datetime) -> State:
        """Return where it stands; a suppression that has expired is none."""
        if self.gone_at is not None:
            return State.GONE
        is_suppressed = self.suppressed_until is not None and self.suppressed_until > now
        return State.SUPPRESSED if is_suppressed else State.OPEN
