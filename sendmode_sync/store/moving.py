"""A state that goes to live elsewhere: what it leaves behind is sealed, and says where it went.

The lease says it in every engine. A SQLite file is sealed by the number of its tables' version as well, which every version
of the program refuses, those that know nothing of moving too.
"""

from __future__ import annotations

import sqlite3

from sendmode_sync.errors import StateError
from sendmode_sync.store.sql import Connection

_MOVED = "moved"
SEALED = 0x7FFF_FFFF
"""``user_version`` of a state that has moved."""


def leave(connection: Connection, target: str) -> None:
    """Seal a state inside the caller's transaction: whoever opens it is told the target, and who holds it is fenced."""
    connection.execute("UPDATE lease SET epoch = epoch + 1, status = 'fenced', run = ?, host = ?", (_MOVED, target))


def leave_file(connection: sqlite3.Connection, target: str) -> None:
    """Seal a state in SQLite, its header too."""
    leave(connection, target)
    connection.execute(f"PRAGMA user_version = {SEALED:d}")  # a pragma takes no parameters


def arrive(connection: Connection) -> None:
    """Let a copy that was made for the move be nobody's."""
    connection.execute("UPDATE lease SET status = 'free'")


def refuse_sealed(connection: Connection, name: object) -> None:
    """Raise ``StateError`` where the state has moved, and say where to; ``name`` is where it was."""
    run, host = connection.execute("SELECT run, host FROM lease").fetchone()
    if run == _MOVED:
        raise StateError(
            f'{name}: the state has moved to "{host}", and this one is sealed',
            remedy="name that place in state:, --state or SENDMODE_STATE",
        )
