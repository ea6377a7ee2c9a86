"""A state with a recipient and a call in every status, and what may be done to its rows in whatever engine keeps it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from sendmode_sync.model.claim import Freeze, ImportClaim, Result, RunStart, SendClaim
from sendmode_sync.model.desired import NO_VALUES, OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.sqlite import SqliteStore

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
LIMIT = RateLimit(100, 60.0)
NUMBERS = {
    "planned": "+447700900001",
    "claimed": "+447700900002",
    "accepted": "+447700900003",
    "rejected": "+447700900004",
    "unknown": "+447700900005",
    "suppressed": "+447700900006",
    "expired": "+447700900007",
}
OPTED_OUT = "+447700900008"
ALLOWED = {
    ("planned", "claimed"),
    ("planned", "suppressed"),
    ("planned", "expired"),
    ("claimed", "accepted"),
    ("claimed", "rejected"),
    ("claimed", "unknown"),
    ("claimed", "planned"),
    ("accepted", "unknown"),
    ("unknown", "accepted"),
}
NEEDS_A_RESOLUTION = {("unknown", "planned"), ("rejected", "planned")}
CALL_STEPS = {
    ("claimed", "done"),
    ("claimed", "rejected"),
    ("claimed", "unknown"),
    ("claimed", "released"),
    ("done", "unknown"),
    ("unknown", "done"),
    ("unknown", "released"),
}
FORBIDDEN = (
    "UPDATE meta SET lineage = 'other'",
    "UPDATE meta SET serial = serial - 1",
    "DELETE FROM meta",
    "UPDATE lease SET epoch = epoch - 1",
    "DELETE FROM lease",
    "DELETE FROM run",
    "DELETE FROM used_plan",
    "UPDATE used_plan SET plan_id = 'other'",
    "UPDATE campaign SET started_at = NULL",
    "UPDATE campaign SET content_digest = 'other'",
    "UPDATE campaign SET operations = 0",
    "UPDATE campaign SET name = 'other'",
    "DELETE FROM campaign",
    "UPDATE message SET messagetext = 'other'",
    "DELETE FROM message",
    "INSERT INTO send VALUES ('offer', '+447700900020', 'accepted', 't1:x', 'now', 'op-done')",
    "INSERT INTO send VALUES ('offer', '+447700900020', 'planned', 't1:other', 'now', NULL)",
    "INSERT INTO send VALUES ('other', '+447700900020', 'planned', 't1:x', 'now', NULL)",
    f"UPDATE send SET operation = 'op-done' WHERE mobilenumber = '{NUMBERS['unknown']}'",
    f"UPDATE send SET mobilenumber = '+447700900020' WHERE mobilenumber = '{NUMBERS['planned']}'",
    f"UPDATE send SET status = 'claimed', operation = 'op-claimed' WHERE mobilenumber = '{OPTED_OUT}'",
    f"UPDATE send SET status = 'claimed' WHERE mobilenumber = '{NUMBERS['planned']}'",
    f"UPDATE send SET status = 'gone' WHERE mobilenumber = '{NUMBERS['planned']}'",
    "DELETE FROM send",
    (
        "INSERT INTO operation (operation, run, epoch, kind, status, recipients, credits, claimed_at) "
        "VALUES ('new', 'run-1', 1, 'send', 'done', 1, '1', 'now')"
    ),
    "UPDATE operation SET epoch = 9",
    "UPDATE operation SET campaign = 'other' WHERE operation = 'op-done'",
    "DELETE FROM operation",
    "DELETE FROM operation_item",
    "UPDATE operation_item SET mobilenumber = '+447700900020'",
    "UPDATE optout SET recorded_at = 'earlier'",
    f"DELETE FROM optout WHERE mobilenumber = '{OPTED_OUT}'",
    "UPDATE consent SET consent = 'other'",
    "UPDATE consent SET mobilenumber = NULL",
    "DELETE FROM consent",
    "DELETE FROM forgotten",
    "UPDATE forgotten SET hash = 'other'",
    "INSERT INTO meta SELECT 2, lineage, serial, created_at, tag_key, account, proven, behind, NULL FROM meta",
    "UPDATE meta SET serial = 'many'",
)
"""Statements that no engine may carry out."""


def fill(path: Path) -> None:
    """Bring a new state to where it has one of everything."""
    with closing(SqliteStore.open(path)) as store:
        store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        store.use_plan("plan-1", AT)
        audience = dict.fromkeys([*NUMBERS.values(), OPTED_OUT], "t1:x")
        freeze = Freeze("c1:x", False, audience, {"t1:x": FrozenText("Hi", "GSM-7", 1)})
        for status, outcome in (("accepted", "done"), ("rejected", "rejected"), ("unknown", "unknown")):
            claim = SendClaim(f"op-{outcome}", "offer", "ref", (NUMBERS[status],), "t1:x", Decimal(1), freeze=freeze)
            store.begin(claim, AT, NOW, LIMIT, 30.0)
            store.settle(claim.operation, Result(outcome), AT, NOW)  # type: ignore[arg-type]
        store.suppress("offer", [NUMBERS["suppressed"]], AT)
        claim = SendClaim("op-claimed", "offer", "ref", (NUMBERS["claimed"],), "t1:x", Decimal(1))
        store.begin(claim, AT, NOW, LIMIT, 30.0)
        store.begin(ImportClaim("op-released", "members", OPTED_OUT, NO_VALUES), AT, NOW, LIMIT, 30.0)
        store.settle("op-released", Result("released"), AT, NOW)
        store.record_optouts([OptOut(OPTED_OUT), OptOut("+447700900009")], "yaml", AT)
        store.lift_optout("+447700900009", "signed", "me", AT)
        store.forget("+447700900010", AT)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE send SET status = 'expired' WHERE mobilenumber = ?", (NUMBERS["expired"],))


def send_step(old: str, new: str) -> str:
    """Return the statement that moves a recipient from one status to another."""
    operation = "operation" if new in {"claimed", "accepted", "rejected", "unknown"} else "NULL"
    if old in {"planned", "suppressed", "expired"} and operation != "NULL":
        operation = "'op-claimed'"
    return f"UPDATE send SET status = '{new}', operation = {operation} WHERE mobilenumber = '{NUMBERS[old]}'"


def resolution(old: str) -> str:
    """Return the statement by which a person says that the call of a recipient was not sent."""
    return (
        'INSERT INTO resolution (operation, campaign, decision, recipients, "user", at, evidence) '
        f"VALUES ('op-{old}', 'offer', 'not-sent', 1, 'me', 'now', 'portal')"
    )
