"""The locks of a state in PostgreSQL, all advisory: the run's for its session, the writers' and numbers' for a transaction.

The run's lock belongs to the session that writes the claims, so it is lost with the connection and with nothing else.
Writers go one after the other, as they do in a file: what one of them read cannot change before its commit.
"""

from __future__ import annotations

import time

from sendmode_sync.errors import FencedError
from sendmode_sync.store.lease import Lease, verify
from sendmode_sync.store.postgres_connection import value
from sendmode_sync.store.sql import Connection

SPACE = 0x534D5359
"""The first key of every lock of ours, ``SMSY``; a database keeps one state."""

NUMBERS = 0x534D534E
"""The first key of the locks of single numbers; the second one is a hash of the number."""

_RUN, _WRITER = 1, 2
_POLL_SECONDS = 0.1
_HELD = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = ? AND objid = ? AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND granted"
)


def acquire(connection: Connection, timeout: float) -> bool:
    """Try for ``timeout`` seconds to take the run's lock; return whether this session holds it."""
    until = time.monotonic() + timeout
    while not value(connection, "SELECT pg_try_advisory_lock(?, ?)", (SPACE, _RUN)):
        if time.monotonic() >= until:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def release(connection: Connection) -> None:
    """Let the run's lock go."""
    connection.execute("SELECT pg_advisory_unlock(?, ?)", (SPACE, _RUN))


def taken(connection: Connection) -> bool:
    """Say whether any session holds the run's lock."""
    return bool(value(connection, _HELD, (SPACE, _RUN)))


def only_writer(connection: Connection) -> str:
    """Wait until nobody else writes, up to the end of the transaction; return the transaction's id."""
    query = "SELECT pg_current_xact_id()::text FROM pg_advisory_xact_lock(?, ?)"
    return str(value(connection, query, (SPACE, _WRITER)))


def prove(connection: Connection, lease: Lease) -> None:
    """Raise ``FencedError`` unless this very session holds the run's lock, and the lease is the newest.

    A pooler that gives every transaction to another session is noticed here as well.
    """
    if not value(connection, f"{_HELD} AND pid = pg_backend_pid()", (SPACE, _RUN)):
        raise FencedError(f"run {lease.run} lost the state's lock with its session; it starts no further call")
    verify(connection, lease)
