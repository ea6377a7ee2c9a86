"""The tables of the SQLite state as they are created, numbered and migrated; what may change in them is ``sqlite_triggers``.

The text is plain SQL, since checks, generated columns and WITHOUT ROWID are beyond what sqlite-utils can create, and
because the text itself is compared with the file's own: a state whose tables or triggers were altered is not opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sendmode_sync.store import sqlite_seal
from sendmode_sync.store.sqlite_triggers import TRIGGERS

APPLICATION_ID = 0x534D5359
"""``SMSY``, in the file's header."""

TABLES = (
    # Which state this is. ``behind`` stays 1 from when the file was found older than the high-water mark.
    """CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    lineage TEXT NOT NULL,
    serial INTEGER NOT NULL CHECK (serial >= 0),
    created_at TEXT NOT NULL,
    tag_key BLOB NOT NULL,
    account TEXT,
    proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1)),
    behind INTEGER NOT NULL DEFAULT 0 CHECK (behind IN (0, 1)),
    optouts_refreshed_at TEXT
) STRICT""",
    # Who holds or last held the lock, for people and for fencing; the lock itself is a flock beside the file.
    """CREATE TABLE lease (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('free', 'held', 'fenced')),
    run TEXT,
    host TEXT,
    pid INTEGER,
    started_at TEXT
) STRICT""",
    """CREATE TABLE run (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    user TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    exit_code INTEGER,
    config_digest TEXT,
    plan_digest TEXT,
    commit_id TEXT,
    allowed TEXT NOT NULL,
    balance_before TEXT,
    balance_after TEXT
) STRICT""",
    """CREATE TABLE used_plan (
    plan_id TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES run (run),
    applied_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE contact_group (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT""",
    # Narrow on purpose: a plan reads every row of it, and the fields of those alone that differ.
    """CREATE TABLE applied (
    contact_group INTEGER NOT NULL REFERENCES contact_group (id),
    mobilenumber TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (contact_group, mobilenumber)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE applied_fields (
    contact_group INTEGER NOT NULL,
    mobilenumber TEXT NOT NULL,
    field_values TEXT NOT NULL,
    applied_at TEXT NOT NULL,
    PRIMARY KEY (contact_group, mobilenumber),
    FOREIGN KEY (contact_group, mobilenumber) REFERENCES applied (contact_group, mobilenumber) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE gone (
    mobilenumber TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE optout (
    mobilenumber TEXT PRIMARY KEY,
    recorded_at TEXT NOT NULL,
    applied_at TEXT,
    source TEXT NOT NULL,
    optoutresponse TEXT,
    returnedresponse TEXT
) STRICT, WITHOUT ROWID""",
    # The only way out of an opt-out: ``lifted`` is when that one was recorded, NULL where an erased person came back.
    # The number becomes NULL when the person is erased.
    """CREATE TABLE consent (
    id INTEGER PRIMARY KEY,
    mobilenumber TEXT,
    lifted TEXT,
    consent TEXT NOT NULL,
    user TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT""",
    # Keyed hashes of erased people; one is lifted only by a later consent.
    """CREATE TABLE forgotten (
    hash TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    lifted_at TEXT
) STRICT, WITHOUT ROWID""",
    # Holds a number only while the transaction that erases it is open; rows of other numbers cannot be deleted.
    """CREATE TABLE erasing (
    mobilenumber TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE campaign (
    name TEXT PRIMARY KEY,
    started_at TEXT,
    content_digest TEXT NOT NULL DEFAULT '',
    cancelled_at TEXT,
    cancelled_by TEXT,
    closed_as TEXT CHECK (closed_as IN ('adopted', 'lost')),
    closed_at TEXT,
    closed_by TEXT,
    handed_over INTEGER NOT NULL DEFAULT 0 CHECK (handed_over IN (0, 1)),
    operations INTEGER NOT NULL DEFAULT 0,
    seen TEXT,
    seen_at TEXT,
    expiry_said INTEGER NOT NULL DEFAULT 0 CHECK (expiry_said IN (0, 1))
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE message (
    campaign TEXT NOT NULL REFERENCES campaign (name),
    digest TEXT NOT NULL,
    messagetext TEXT NOT NULL,
    encoding TEXT NOT NULL CHECK (encoding IN ('GSM-7', 'UCS-2')),
    segments INTEGER NOT NULL CHECK (segments > 0),
    PRIMARY KEY (campaign, digest)
) STRICT, WITHOUT ROWID""",
    # One call. ``pending_values`` holds the fields of an import until its result is in.
    """CREATE TABLE operation (
    seq INTEGER PRIMARY KEY,
    operation TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL REFERENCES run (run),
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('send', 'import', 'optout', 'test', 'credits')),
    status TEXT NOT NULL CHECK (status IN ('claimed', 'done', 'rejected', 'unknown', 'released')),
    campaign TEXT,
    contact_group TEXT,
    customerid TEXT,
    recipients INTEGER NOT NULL,
    credits TEXT NOT NULL,
    canary INTEGER NOT NULL DEFAULT 0 CHECK (canary IN (0, 1)),
    cause TEXT,
    detail TEXT NOT NULL DEFAULT '',
    pending_values TEXT,
    claimed_at TEXT NOT NULL,
    settled_at TEXT,
    balance_before TEXT,
    balance_after TEXT
) STRICT""",
    """CREATE TABLE operation_item (
    operation TEXT NOT NULL REFERENCES operation (operation),
    mobilenumber TEXT NOT NULL,
    PRIMARY KEY (operation, mobilenumber)
) STRICT, WITHOUT ROWID""",
    # One recipient of a started campaign: the unique key that keeps a second text away.
    """CREATE TABLE send (
    campaign TEXT NOT NULL REFERENCES campaign (name),
    mobilenumber TEXT NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('planned', 'claimed', 'accepted', 'rejected', 'unknown', 'suppressed', 'expired')),
    text TEXT NOT NULL,
    at TEXT NOT NULL,
    operation TEXT REFERENCES operation (operation),
    PRIMARY KEY (campaign, mobilenumber),
    FOREIGN KEY (campaign, text) REFERENCES message (campaign, digest),
    CHECK ((status IN ('claimed', 'accepted', 'rejected', 'unknown')) = (operation IS NOT NULL))
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE resolution (
    id INTEGER PRIMARY KEY,
    operation TEXT NOT NULL REFERENCES operation (operation),
    campaign TEXT NOT NULL,
    decision TEXT NOT NULL CHECK (decision IN ('sent', 'not-sent')),
    recipients INTEGER NOT NULL,
    user TEXT NOT NULL,
    at TEXT NOT NULL,
    evidence TEXT NOT NULL
) STRICT""",
    # Every start. A slot is busy from its answer, or from when it may go unanswered no longer, for one window.
    """CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    started_wall REAL NOT NULL,
    started_boot REAL NOT NULL,
    started_boot_id TEXT NOT NULL,
    hold REAL NOT NULL,
    answered_wall REAL,
    answered_boot REAL,
    answered_boot_id TEXT,
    busy_wall REAL AS (coalesce(answered_wall, started_wall + hold)),
    busy_boot REAL AS (coalesce(answered_boot, started_boot + hold)),
    busy_boot_id TEXT AS (coalesce(answered_boot_id, started_boot_id))
) STRICT""",
)

REMEMBERED = (
    # What was read of lists, so that a plan need not read them again. Nothing else in here follows from it.
    """CREATE TABLE remembered (
    name TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    content BLOB NOT NULL
) STRICT""",
)

INDEXES = (
    "CREATE INDEX operation_run ON operation (run)",
    "CREATE INDEX operation_open ON operation (status) WHERE status IN ('claimed', 'unknown')",
    "CREATE INDEX send_recent ON send (at, text) WHERE status IN ('claimed', 'accepted', 'unknown')",
    "CREATE INDEX ledger_operation ON ledger (operation)",
    "CREATE INDEX ledger_boot ON ledger (busy_boot_id, busy_boot)",
    "CREATE INDEX ledger_wall ON ledger (busy_wall)",
)


_SECOND = (
    *REMEMBERED,
    # Balances in credits some seconds after a call whose outcome is unknown: evidence for whoever settles it. ``others``
    # is the estimate of what else was accepted since the balance before.
    """CREATE TABLE balance_look (
    operation TEXT NOT NULL REFERENCES operation (operation),
    seconds INTEGER NOT NULL,
    balance TEXT NOT NULL,
    others TEXT NOT NULL,
    PRIMARY KEY (operation, seconds)
) STRICT, WITHOUT ROWID""",
    *sqlite_seal.TABLES,
    *sqlite_seal.INDEXES,
    *sqlite_seal.TRIGGERS,
)
"""What version 2 added to version 1: what is remembered of lists, the balances after an unknown outcome, and the seal."""


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of the tables. ``migrations`` maps an older version to the statements that lead to the next one."""

    version: int = 2
    statements: tuple[str, ...] = (*TABLES, *INDEXES, *TRIGGERS, *_SECOND)
    migrations: Mapping[int, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({1: _SECOND}))


CURRENT = Schema()


def create(connection: sqlite3.Connection, schema: Schema) -> None:
    """Make the tables of an empty file, inside the caller's transaction; number and owner go into its header."""
    for statement in schema.statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
    _number(connection, schema.version)


def migrate(connection: sqlite3.Connection, found: int, schema: Schema) -> None:
    """Lead an older file to this version, step by step, inside the caller's transaction; the serial grows."""
    for version in range(found, schema.version):
        for statement in schema.migrations[version]:
            connection.execute(statement)
    connection.execute("UPDATE meta SET serial = serial + 1")
    _number(connection, schema.version)


def altered(connection: sqlite3.Connection, schema: Schema) -> list[str]:
    """Return the names of tables, indexes and triggers that are missing, foreign or not as they were made."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
    found = {sql: name for name, sql in connection.execute(query).fetchall()}
    expected = {statement: statement.split(maxsplit=3)[2] for statement in schema.statements}
    return sorted({name for sql, name in (found | expected).items() if (sql in found) != (sql in expected)})


def _number(connection: sqlite3.Connection, version: int) -> None:
    connection.execute(f"PRAGMA user_version = {version:d}")  # a pragma takes no parameters
