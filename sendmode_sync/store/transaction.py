"""Transactions: every write is one BEGIN IMMEDIATE, every reading one snapshot, and no database error leaves the room.

It never retries. A commit that failed is rolled back and raised as ``StateError``, so that the caller starts no call;
whether the disk kept it all the same is seen by the next process that opens the file.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator

from sendmode_sync.errors import StateError
from sendmode_sync.store import sqlite_seal

Probe = Callable[[str], None]
"""Called with the name of a point in the writing order, such as ``claim:durable``; a test may crash there."""

_REASONS = {
    "SQLITE_BUSY": "another process keeps the state busy; run it again",
    "SQLITE_CANTOPEN": "the state cannot be opened; look at the permissions of the file and of its directory",
    "SQLITE_CORRUPT": "the state is damaged; restore a backup, then run `sendmode-sync state check --restored`",
    "SQLITE_FULL": "the disk is full; make room, then run it again",
    "SQLITE_IOERR": "the disk failed while the state was read or written; look after the disk before running again",
    "SQLITE_NOTADB": "the file is not a state; restore a backup",
    "SQLITE_READONLY": "the state cannot be written; look at the permissions of the file and of its directory",
}


def quiet(_point: str) -> None:
    """Be the probe of every run that is no crash test."""


def translated(error: sqlite3.Error) -> StateError:
    """Return the error as one of ours, with its remedy; SQLite's extended names share their first two words."""
    name = getattr(error, "sqlite_errorname", None) or ""
    primary = "_".join(name.split("_")[:2])
    return StateError(_REASONS.get(primary, f"the state refused the change: {error}"))


@contextlib.contextmanager
def writing(
    connection: sqlite3.Connection, name: str, probe: Probe = quiet, *, sealed: bool = True, unedited: bool = False
) -> Iterator[sqlite3.Connection]:
    """Run the body as one durable transaction, rolled back when the body raises.

    ``sealed`` is False where the body makes the tables of the seal, and seals them itself. With ``unedited`` it is a
    ``StateError`` that another program changed rows since this one opened the file. The probe hears ``<name>:before``,
    ``<name>:written`` (still to be committed) and ``<name>:durable``.
    """
    probe(f"{name}:before")
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            since = sqlite_seal.mark(connection) if sealed else 0
            if unedited:
                sqlite_seal.refuse_edited(since)
            yield connection
            if sealed:
                sqlite_seal.fold(connection, since)
            probe(f"{name}:written")
            connection.execute("COMMIT")
        finally:
            connection.rollback()  # does nothing after the commit
    except sqlite3.Error as error:
        raise translated(error) from error
    probe(f"{name}:durable")


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run the body on one snapshot; fetch everything in it, since an open reading makes writers wait."""
    try:
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()
    except sqlite3.Error as error:
        raise translated(error) from error
