"""Rows carried between a state in PostgreSQL and one in SQLite, every table whole and in one transaction on both sides.

The tables and columns are those of the SQLite file, generated ones left out; triggers are made once the rows are there.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.store import sqlite_file, sqlite_schema, sqlite_triggers
from sendmode_sync.store.sql import Connection
from sendmode_sync.store.sqlite_schema import CURRENT, Schema
from sendmode_sync.store.transaction import writing

_AT_ONCE = 5000


class _Table(NamedTuple):
    """A table and those of its columns that hold what somebody wrote, quoted."""

    name: str
    columns: tuple[str, ...]

    @property
    def reading(self) -> str:
        """Return the statement that reads it whole."""
        return f"SELECT {', '.join(self.columns)} FROM {self.name}"  # noqa: S608 - the names are the schema's

    @property
    def filling(self) -> str:
        """Return the statement that writes one row."""
        return f"INSERT INTO {self.name} ({', '.join(self.columns)}) VALUES ({', '.join('?' * len(self.columns))})"  # noqa: S608 - likewise


def to_file(source: Connection, target: Path) -> None:
    """Write every row to a new private file; ``StateError`` where the file exists."""
    sqlite_file.reserve(target)
    try:
        opened = sqlite_file.connect(target, write=True)
        with contextlib.closing(opened), writing(opened.connection, "copy") as connection:
            fill(connection, source)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def fill(connection: sqlite3.Connection, source: Connection) -> None:
    """Make the tables of an empty SQLite database and put every row of another state into them."""
    sqlite_schema.create(connection, Schema(CURRENT.version, (*sqlite_schema.TABLES, *sqlite_schema.INDEXES)))
    _carry(connection, source, connection)
    for trigger in sqlite_triggers.TRIGGERS:
        connection.execute(trigger)


def from_file(connection: Connection, source: sqlite3.Connection) -> None:
    """Put every row of a SQLite state into empty tables that have no triggers yet."""
    _carry(source, source, connection)


def _carry(description: sqlite3.Connection, source: Connection, target: Connection) -> None:
    for table in _tables(description):
        rows = iter(source.execute(table.reading))
        while chunk := [row for row, _ in zip(rows, range(_AT_ONCE), strict=False)]:
            target.executemany(table.filling, chunk)


def _tables(connection: sqlite3.Connection) -> Iterator[_Table]:
    """Yield the tables in the order in which they were made, so that what is referred to comes first."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
    for (name,) in connection.execute(query).fetchall():
        columns = connection.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
        yield _Table(name, tuple(f'"{column}"' for (column,) in columns))
