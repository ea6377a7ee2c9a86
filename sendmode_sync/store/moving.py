"""A state that goes to live elsewhere: what it leaves behind is sealed, and says where it went.

What arrives is refused until the one that it left is sealed, so that a move which dies in between never leaves two that
send. The lease says both in every engine. A SQLite file is sealed by the number of its tables' version as well, which
every version of the program refuses, those that know nothing of moving too.
"""

from __future__ import annotations

import sqlite3

from sendmode_sync.errors import MovedError, StateError
from sendmode_sync.store.sql import Connection

_MOVED = "moved"
_COMING = "arriving"
SEALED = 0x7FFF_FFFF
"""``user_version`` of a state that has moved."""


def leave(connection: Connection, target: str) -> None:
    """Seal a state inside the caller's transaction: whoever opens it is told the target, and who holds it is fenced."""
    connection.execute("UPDATE lease SET epoch = epoch + 1, status = 'fenced', run = ?, host = ?", (_MOVED, target))


def leave_file(connection: sqlite3.Connection, target: str) -> None:
    """Seal a state in SQLite, its header too."""
    leave(connection, target)
    connection.execute(f"PRAGMA user_version = {SEALED:d}")  # a pragma takes no parameters


def come(connection: Connection, source: str) -> None:
    """Mark a copy that was made for the move as one whose original, at ``source``, is not sealed yet."""
    connection.execute("UPDATE lease SET status = 'fenced', run = ?, host = ?", (_COMING, source))


def admit(connection: Connection) -> None:
    """Let a state that came be used, as nobody's; one that was admitted before stays as it is."""
    connection.execute(
        "UPDATE lease SET status = 'free', run = NULL, host = NULL, pid = NULL, started_at = NULL WHERE run = ?",
        (_COMING,),
    )


def coming(connection: Connection) -> bool:
    """Say whether a state is one that nobody has admitted yet."""
    (run,) = connection.execute("SELECT run FROM lease").fetchone()
    return bool(run == _COMING)


def refuse_coming(connection: Connection, name: object) -> None:
    """Raise ``StateError`` where a move to here, ``name``, did not come to its end, and say from where."""
    run, host = connection.execute("SELECT run, host FROM lease").fetchone()
    if run == _COMING:
        raise StateError(
            f'{name}: a move of the state from "{host}" to here did not come to its end',
            remedy="with that place in state:, --state or SENDMODE_STATE, type `sendmode-sync state move` with this one again",
        )


def refuse_sealed(connection: Connection, name: object) -> None:
    """Raise ``StateError`` where the state has moved, and say where to; ``name`` is where it was."""
    run, host = connection.execute("SELECT run, host FROM lease").fetchone()
    if run == _MOVED:
        raise MovedError(
            f'{name}: the state has moved to "{host}", and this one is sealed',
            host,
            remedy="name that place in state:, --state or SENDMODE_STATE",
        )
