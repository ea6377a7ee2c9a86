"""The one row that says which state this is and how far it has come; it knows nothing of runs or sends."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid

from sendmode_sync.model.state import Identity
from sendmode_sync.store import rows
from sendmode_sync.store.rows import stamp
from sendmode_sync.store.sql import Connection


def write(connection: Connection, at: dt.datetime, *, lineage: str | None, serial: int) -> None:
    """Give an empty state its identity and a lease that nobody ever held; the lineage is random where none is given."""
    connection.execute(
        "INSERT INTO meta (id, lineage, serial, created_at, tag_key) VALUES (1, ?, ?, ?, ?)",
        (lineage or str(uuid.uuid4()), serial, stamp(at), secrets.token_bytes(32)),
    )
    connection.execute("INSERT INTO lease (id, epoch, status) VALUES (1, 0, 'free')")


def read(connection: Connection) -> Identity:
    """Return the identity."""
    query = "SELECT lineage, serial, tag_key, account, proven FROM meta"
    return rows.identity(connection.execute(query).fetchone())


def position(connection: Connection) -> tuple[str, int, bool]:
    """Return lineage, serial, and whether the file was found older than its high-water mark."""
    lineage, serial, behind = connection.execute("SELECT lineage, serial, behind FROM meta").fetchone()
    return lineage, serial, bool(behind)


def grow(connection: Connection) -> None:
    """Count one change that a saved plan could not have known."""
    connection.execute("UPDATE meta SET serial = serial + 1 WHERE id = 1")  # one row needs no journal of its own


def fall_behind(connection: Connection) -> None:
    """Remember that this is an older copy, since its serial will grow past the mark."""
    connection.execute("UPDATE meta SET behind = 1")


def catch_up(connection: Connection, mark: int) -> None:
    """Go past the mark, and be no older copy any more."""
    connection.execute(
        "UPDATE meta SET behind = 0, serial = CASE WHEN serial < :mark THEN :mark ELSE serial END + 1", {"mark": mark}
    )


def prove(connection: Connection, account: str | None, *, proven: bool) -> None:
    """Keep the account's fingerprint; what was proven stays so while the account is the same."""
    connection.execute(
        "UPDATE meta SET account = coalesce(:account, account), "
        "proven = CASE WHEN :proven = 1 THEN 1 WHEN account <> :account THEN 0 ELSE proven END",
        {"account": account, "proven": int(proven)},
    )
