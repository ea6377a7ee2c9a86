"""Everything that can be wrong in a state that opens: damage, altered tables, edited rows. It repairs nothing.

sqlite-utils reads the tables' own description here; it costs a tenth of a second to import, so nothing that a plan or
an apply passes through uses it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlite_utils import Database

from sendmode_sync.store import contradictions, sqlite_schema, sqlite_seal
from sendmode_sync.store.sqlite_schema import Schema


def check(connection: sqlite3.Connection, schema: Schema) -> list[str]:
    """Return what is wrong, in sentences without personal data; empty for a sound state.

    In a damaged file nothing else is looked for, since none of its rows can be believed.
    """
    return list(_damage(connection)) or [
        *_description(connection, schema),
        *_edits(connection),
        *contradictions.found(connection),
    ]


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
