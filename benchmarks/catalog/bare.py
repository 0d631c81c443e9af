"""The least that any catalog has to do, with no product around it: parse, insert and index the same entities.

libyaml reads the files; SQLite keeps each entity as JSON with the columns that lists are filtered by, its tags, its
relations in both directions and a full-text index. One transaction per file, in a file on disk. Nothing is checked.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

_SCHEMA = """
PRAGMA journal_mode = wal;
PRAGMA synchronous = normal;
CREATE TABLE entity (id INTEGER PRIMARY KEY, ref TEXT UNIQUE, kind TEXT, name TEXT, type TEXT, owner TEXT,
                     system TEXT, lifecycle TEXT, body TEXT);
CREATE INDEX entity_kind ON entity (kind, name);
CREATE INDEX entity_type ON entity (kind, type, name);
CREATE INDEX entity_owner ON entity (owner, name);
CREATE INDEX entity_system ON entity (system, name);
CREATE TABLE tag (entity INTEGER, tag TEXT, PRIMARY KEY (tag, entity)) WITHOUT ROWID;
CREATE TABLE relation (source TEXT, type TEXT, target TEXT, PRIMARY KEY (source, type, target)) WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(name, title, description, content='');
"""
_PAIRS = {
    "owner": ("ownedBy", "ownerOf", "group"),
    "system": ("partOf", "hasPart", "system"),
    "domain": ("partOf", "hasPart", "domain"),
    "parent": ("childOf", "parentOf", "group"),
    "memberOf": ("memberOf", "hasMember", "group"),
    "providesApis": ("providesApi", "apiProvidedBy", "api"),
    "consumesApis": ("consumesApi", "apiConsumedBy", "api"),
    "dependsOn": ("dependsOn", "dependencyOf", "component"),
}


def bare_ms_per_entity(data: Path, database: Path) -> float:
    """CPU milliseconds for each entity of the files in `data`, kept in a new `database`."""
    connection = sqlite3.connect(database)
    connection.executescript(_SCHEMA)
    count, started = 0, time.process_time()
    for file in sorted(data.glob("*.yaml")):
        with connection:
            for entity in yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader):
                count += 1
                _insert(connection, count, entity)
    took_s = time.process_time() - started
    connection.close()
    return took_s * 1000 / count


def _insert(connection: sqlite3.Connection, number: int, entity: dict[str, Any]) -> None:
    metadata, spec = entity["metadata"], entity["spec"]
    kind, name = entity["kind"].lower(), metadata["name"]
    ref = f"{kind}:default/{name}"
    columns = (spec.get("type"), spec.get("owner"), spec.get("system"), spec.get("lifecycle"))
    connection.execute(
        "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (number, ref, kind, name, *columns, json.dumps(entity))
    )
    connection.executemany("INSERT INTO tag VALUES (?, ?)", [(number, tag) for tag in metadata.get("tags", ())])
    connection.executemany("INSERT OR IGNORE INTO relation VALUES (?, ?, ?)", _relations(ref, spec))
    connection.execute(
        "INSERT INTO words (rowid, name, title, description) VALUES (?, ?, ?, ?)",
        (number, name, metadata.get("title"), metadata.get("description")),
    )


def _relations(ref: str, spec: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key, (forth, back, kind) in _PAIRS.items():
        targets = spec.get(key) or ()
        for target in (targets,) if isinstance(targets, str) else targets:
            full = f"{target.replace(':', ':default/')}" if ":" in target else f"{kind}:default/{target}"
            yield ref, forth, full
            yield full, back, ref
