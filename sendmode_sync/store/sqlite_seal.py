"""The seal of a SQLite state: one keyed sum over every row that says who was, or may not be, sent what.

Triggers keep what each change takes away and adds; before the commit it is folded into the sum, so that a change costs
its own rows and no others. A change made by another program is still to be folded, or makes the sum differ. It is there
to notice edits, not to withstand a forger: whoever has the file has the key. Imports are left out: there may be a
million of them, and a wrong one is imported again.
"""

# ruff: noqa: S608 - every name in these statements is written here

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from sendmode_sync.errors import StateError

SINCE = 2
"""The version of the tables that brought the seal."""

EDITED = "was changed by something else than sendmode-sync: its sends, opt-outs or decisions do not fit its seal"
_MODULUS = 1 << 256
_TEXT_CALL = "{row}kind IN ('send', 'test')"


class _Sealed(NamedTuple):
    """One table, the columns that are sealed, and which rows: a condition in which ``{row}`` stands before a column."""

    table: str
    columns: tuple[str, ...]
    only: str = "1"

    def text(self, row: str = "") -> str:
        """Return the SQL expression of one row as text."""
        return " || ',' || ".join((f"'{self.table}'", *(f"quote({row}{column})" for column in self.columns)))


_SEALED = (
    _Sealed("meta", ("lineage", "account", "proven", "behind", "optouts_refreshed_at")),
    _Sealed("used_plan", ("plan_id", "run", "applied_at")),
    _Sealed("optout", ("mobilenumber", "recorded_at", "applied_at", "source", "optoutresponse", "returnedresponse")),
    _Sealed("consent", ("id", "mobilenumber", "lifted", "consent", "user", "at")),
    _Sealed("forgotten", ("hash", "at", "lifted_at")),
    _Sealed(
        "campaign",
        (
            *("name", "started_at", "content_digest", "cancelled_at", "cancelled_by"),
            *("closed_as", "closed_at", "closed_by", "handed_over", "operations"),
        ),
    ),
    _Sealed(
        "operation",
        (
            *(
                "operation",
                "run",
                "epoch",
                "kind",
                "status",
                "campaign",
                "customerid",
                "recipients",
                "credits",
                "canary",
            ),
            *("cause", "claimed_at", "settled_at"),
        ),
        _TEXT_CALL,
    ),
    _Sealed("send", ("campaign", "mobilenumber", "status", "text", "at", "operation")),
    _Sealed("resolution", ("id", "operation", "campaign", "decision", "recipients", "user", "at", "evidence")),
)

TABLES = (
    """CREATE TABLE seal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    digest BLOB NOT NULL
) STRICT""",
    # Holds rows only while a transaction is open: each as it was and as it becomes.
    """CREATE TABLE touched (
    id INTEGER PRIMARY KEY,
    was TEXT,
    becomes TEXT
) STRICT""",
)
INDEXES = ("CREATE INDEX operation_texts ON operation (seq) WHERE kind IN ('send', 'test')",)


def _triggers(sealed: _Sealed) -> tuple[str, ...]:
    table, was, becomes = sealed.table, sealed.text("OLD."), sealed.text("NEW.")
    old, new = sealed.only.format(row="OLD."), sealed.only.format(row="NEW.")
    return (
        f"""CREATE TRIGGER {table}_sealed_new AFTER INSERT ON {table} WHEN {new}
BEGIN INSERT INTO touched (becomes) VALUES ({becomes}); END""",
        f"""CREATE TRIGGER {table}_sealed AFTER UPDATE OF {", ".join(sealed.columns)} ON {table} WHEN {old}
BEGIN INSERT INTO touched (was, becomes) VALUES ({was}, {becomes}); END""",
        f"""CREATE TRIGGER {table}_sealed_gone AFTER DELETE ON {table} WHEN {old}
BEGIN INSERT INTO touched (was) VALUES ({was}); END""",
    )


TRIGGERS = tuple(trigger for sealed in _SEALED for trigger in _triggers(sealed))


def mark(connection: sqlite3.Connection) -> int:
    """Return where the changes of a transaction that was just begun begin; above 0 another program's are before them."""
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM touched").fetchone()
    return int(last)


def refuse_edited(since: int) -> None:
    """Raise ``StateError`` where a transaction does not begin at 0: another program changed rows."""
    if since:
        raise StateError(f"the state {EDITED}; restore a backup, then run `sendmode-sync state check --restored`")


def fold(connection: sqlite3.Connection, since: int) -> None:
    """Fold what the open transaction changed into the seal; what another program changed before stays as it is."""
    touched = connection.execute("SELECT was, becomes FROM touched WHERE id > ?", (since,)).fetchall()
    if not touched:
        return
    key = _key(connection)
    (digest,) = connection.execute("SELECT digest FROM seal").fetchone()
    gone = _sum((was for was, _ in touched if was is not None), key)
    come = _sum((becomes for _, becomes in touched if becomes is not None), key)
    _write(connection, int.from_bytes(digest) + come - gone)
    connection.execute("DELETE FROM touched WHERE id > ?", (since,))


def renew(connection: sqlite3.Connection) -> None:
    """Seal all rows as they are: those of a new state, or of one that was just migrated."""
    connection.execute("DELETE FROM touched")
    connection.execute("INSERT INTO seal (id, digest) VALUES (1, x'') ON CONFLICT DO NOTHING")
    _write(connection, _total(connection))


def holds(connection: sqlite3.Connection) -> bool:
    """Say whether the rows are those that were sealed, inside the caller's reading; it reads every sealed row."""
    seals = connection.execute("SELECT digest FROM seal").fetchall()
    return mark(connection) == 0 and seals == [(_total(connection).to_bytes(32),)]


def queries() -> list[str]:
    """Return the queries that read every sealed row, one a table."""
    return [f"SELECT {each.text()} FROM {each.table} WHERE {each.only.format(row='')}" for each in _SEALED]


def _total(connection: sqlite3.Connection) -> int:
    key = _key(connection)
    return sum(_sum((text for (text,) in connection.execute(query)), key) for query in queries()) % _MODULUS


def _sum(texts: Iterable[str], key: bytes) -> int:
    return sum(int.from_bytes(hashlib.sha256(key + text.encode()).digest()) for text in texts)


def _write(connection: sqlite3.Connection, total: int) -> None:
    connection.execute("UPDATE seal SET digest = ? WHERE id = 1", ((total % _MODULUS).to_bytes(32),))


def _key(connection: sqlite3.Connection) -> bytes:
    (key,) = connection.execute("SELECT tag_key FROM meta").fetchone()
    return bytes(key)
