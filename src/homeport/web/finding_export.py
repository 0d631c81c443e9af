"""Findings as files: CSV for spreadsheets, JSON for programs, SARIF for other tools.

The proof is in none of them, whoever takes them: a file is sent on.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session

from homeport import __version__
from homeport.kernel.base.entities import EntityRef
from homeport.kernel.knowledge import findings
from homeport.kernel.knowledge.findings import Finding, Order, Wanted, Words, without_proof
from homeport.kernel.knowledge.sarif import writing
from homeport.kernel.trust.identity import Actor
from homeport.web.finding_words import words_of
from homeport.web.pages.ownership import Ownership
from homeport.web.shell import shell_of
from homeport.web.viewer import LANGUAGES, accepted_language

MOST_ROWS = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

WordsOf = Callable[[Finding], Words]


def words_for(request: Request) -> WordsOf:
    """Return what gives a finding its words in the reader's language."""
    asked = request.cookies.get("homeport_language") or accepted_language(request.headers.get("accept-language", ""))
    messages = shell_of(request).messages
    return lambda row: words_of(messages, asked if asked in LANGUAGES else "en", row, without_proof(row))


def exported(
    session: Session,
    ownership: Ownership,
    actor: Actor,
    wanted: Wanted,
    now: datetime,
    order: Order,
    form: str,
    words: WordsOf,
) -> str:
    """Return up to `MOST_ROWS` findings as csv, json or sarif."""
    rows = findings.list_findings(session, actor, wanted, now, limit=MOST_ROWS, order=order).findings
    told = [(row, words(row)) for row in rows]
    if form == "sarif":
        return json.dumps(writing.write(told, __version__, now), ensure_ascii=False)
    owners = ownership.owners_of(session, {row.entity for row in rows if row.entity})
    items = [_item(row, one, owners.get(row.entity) if row.entity else None, now) for row, one in told]
    return json.dumps({"items": items}, ensure_ascii=False) if form == "json" else _csv(items)


def _item(row: Finding, words: Words, owner: EntityRef | None, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "severity": str(row.severity),
        "state": str(row.state(now)),
        "title": words.title,
        "source": row.source,
        "rule": row.rule,
        "entity": row.entity_ref,
        "owner": str(owner) if owner else None,
        "file": row.evidence.file,
        "line": row.evidence.line,
        "first_seen_at": row.first_seen_at.isoformat(),
        "last_seen_at": row.last_seen_at.isoformat(),
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "suppressed_until": row.suppressed_until.isoformat() if row.suppressed_until else None,
        "suppressed_reason": row.suppressed_reason,
        "fix": words.fix,
    }


def _csv(items: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    names = list(items[0]) if items else ["id"]
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerows([[_cell(item[name]) for name in names] for item in items])
    return "\N{ZERO WIDTH NO-BREAK SPACE}" + written.getvalue()


def _cell(value: Any) -> Any:
    """The value so that a spreadsheet takes it for text and never for a formula. Source: OWASP, CSV Injection."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
