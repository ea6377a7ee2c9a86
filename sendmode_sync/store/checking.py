"""Everything that can be wrong in a state that opens: damage, altered tables, edited rows. It repairs nothing.

sqlite-utils reads the tables' own description here; it costs a tenth of a second to import, so nothing that a plan or
an apply passes through uses it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.store import remembered, sqlite_schema, sqlite_seal
from sendmode_sync.store.rows import fields_of
from sendmode_sync.store.sqlite_schema import Schema

_CONTRADICTIONS = (
    (
        "rows of the journal belong to an epoch that has not come yet",
        "SELECT count(*) FROM operation WHERE epoch > (SELECT epoch FROM lease)",
    ),
    (
        "calls belong to another epoch than their run",
        "SELECT count(*) FROM operation JOIN run USING (run) WHERE operation.epoch <> run.epoch",
    ),
    (
        "recipients are in another status than the call that claimed them",
        (
            "SELECT count(*) FROM send JOIN operation USING (operation) WHERE operation.status <> "
            "CASE send.status WHEN 'accepted' THEN 'done' ELSE send.status END"
        ),
    ),
    (
        "recipients are missing from the call that claimed them",
        (
            "SELECT count(*) FROM send LEFT JOIN operation_item USING (operation, mobilenumber) "
            "WHERE send.operation IS NOT NULL AND operation_item.operation IS NULL"
        ),
    ),
    (
        "recipients belong to a campaign that never started",
        "SELECT count(*) FROM send JOIN campaign ON name = campaign WHERE started_at IS NULL",
    ),
    (
        "imports are applied without their fields",
        (
            "SELECT count(*) FROM applied LEFT JOIN applied_fields USING (contact_group, mobilenumber) "
            "WHERE field_values IS NULL"
        ),
    ),
    ("numbers were left behind by an erasure", "SELECT count(*) FROM erasing"),
)


def check(connection: sqlite3.Connection, schema: Schema) -> list[str]:
    """Return what is wrong, in sentences without personal data; empty for a sound state.

    In a damaged file nothing else is looked for, since none of its rows can be believed.
    """
    return list(_damage(connection)) or [*_description(connection, schema), *_edits(connection)]


def _damage(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        lines = connection.execute("PRAGMA integrity_check(10)").fetchall()
    except sqlite3.DatabaseError as error:
        yield f"the file is damaged: {error}"
        return
    yield from (f"the file is damaged: {line}" for (line,) in lines if line != "ok")
    broken = {row[0] for row in connection.execute("PRAGMA foreign_key_check").fetchall()}
    yield from (f"rows of the table {table} refer to nothing" for table in sorted(broken))


def _description(connection: sqlite3.Connection, schema: Schema) -> Iterator[str]:
    yield from (f"{name} is not as it was made" for name in sqlite_schema.altered(connection, schema))
    database = Database(connection, execute_plugins=False, recursive_triggers=False)
    yield from (f"the table {table.name} takes values of any type" for table in database.tables if not table.strict)
    yield from (f"the view {view.name} is not ours" for view in database.views)


def _edits(connection: sqlite3.Connection) -> Iterator[str]:
    if not sqlite_seal.holds(connection):
        yield f"the state {sqlite_seal.EDITED}"
    for sentence, query in _CONTRADICTIONS:
        (count,) = connection.execute(query).fetchone()
        if count:
            yield f"{sentence} ({count})"
    altered = connection.execute("SELECT digest, content FROM remembered")
    if any(remembered.digest(content) != made for made, content in altered):
        yield "what is remembered of lists was altered; the next apply remembers them anew"
    query = "SELECT field_values, fingerprint FROM applied JOIN applied_fields USING (contact_group, mobilenumber)"
    edited = sum(of_values(fields_of(text)) != mark for text, mark in connection.execute(query))
    if edited:
        yield f"imports do not match their fingerprint ({edited})"
