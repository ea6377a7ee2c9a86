"""What a PostgreSQL server must be before a state in it is trusted: durable, direct, and the server it was before.

A server that was restored or failed over may have lost its last commits, and with them what was sent: its timeline or
its identifier is then another one than the state remembers. A snapshot put back under both is not noticed.
"""

from __future__ import annotations

from typing import NamedTuple

from sendmode_sync.errors import StateError
from sendmode_sync.store.postgres_connection import Forbidden, PostgresConnection, value

_OLDEST = 140_000
_DURABLE = ("fsync", "full_page_writes")
_STRONG = frozenset({"on", "remote_apply"})


class Place(NamedTuple):
    """Which server a state is on: the cluster's identifier, and the timeline on which it writes."""

    system: str
    timeline: str


def standby(connection: PostgresConnection) -> bool:
    """Say whether the server only follows another one."""
    return bool(value(connection, "SELECT pg_is_in_recovery()"))


def assert_direct(connection: PostgresConnection) -> None:
    """Refuse a pooler: the process id told at the connection's start is then not that of the session that answers.

    PostgreSQL's documentation of BackendKeyData; PgBouncer and its like make up a key of their own.
    """
    found = {value(connection, "SELECT pg_backend_pid()") for _ in range(2)}
    if found != {connection.pid}:
        raise StateError(
            "a pooler stands between here and the database, and a lock would not stay with its connection",
            remedy="name the database's own address and port in SENDMODE_STATE",
        )


def assert_durable(connection: PostgresConnection) -> None:
    """Refuse a server that may forget a commit; the session's own setting is made strong where it is not."""
    if connection.server_version < _OLDEST:
        raise StateError("the PostgreSQL server is older than version 14; upgrade it")
    for name in _DURABLE:
        if value(connection, f"SHOW {name}") != "on":
            raise StateError(f"the PostgreSQL server runs with {name} off and may forget what was sent; turn it on")
    if value(connection, "SHOW synchronous_commit") not in _STRONG:
        connection.script("SET synchronous_commit = on")


def place(connection: PostgresConnection) -> Place:
    """Return where this session writes; the timeline is that of the log being written, not of the last checkpoint."""
    try:
        system = value(connection, "SELECT system_identifier::text FROM pg_control_system()")
        timeline = value(connection, "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)")
    except Forbidden:
        raise StateError(
            "the database does not say which server it is, so a failover could not be noticed",
            remedy="grant the role EXECUTE on pg_control_system, pg_walfile_name and pg_current_wal_lsn",
        ) from None
    return Place(system, timeline)
