"""A state that goes to live elsewhere: what it leaves behind is sealed, and says where it went.

The seal is the number of the tables' version in the file's header, so that every version of the program refuses it, those
that know nothing of moving as well.
"""

from __future__ import annotations

import sqlite3

SEALED = 0x7FFF_FFFF
"""``user_version`` of a state that has moved."""


def leave(connection: sqlite3.Connection, target: str) -> None:
    """Seal a state inside the caller's transaction: whoever opens it is told the target, and who holds it is fenced."""
    connection.execute("UPDATE lease SET epoch = epoch + 1, status = 'fenced', run = 'moved', host = ?", (target,))
    connection.execute(f"PRAGMA user_version = {SEALED:d}")  # a pragma takes no parameters


def arrive(connection: sqlite3.Connection) -> None:
    """Let a copy that was made for the move be nobody's."""
    connection.execute("UPDATE lease SET status = 'free'")


def target(connection: sqlite3.Connection) -> str:
    """Return where a sealed state went."""
    (found,) = connection.execute("SELECT host FROM lease").fetchone()
    return str(found)
