"""Results: how a claimed call ended, written together with what it means for its recipients, import or opt-out.

A result that comes late, after a later run took the call for interrupted, may only add certainty: unknown becomes
accepted, nothing else moves. No result is ever guessed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Outcome, Result
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.state import BalanceLook
from sendmode_sync.store import imports, ledger, optouts
from sendmode_sync.store.identity import grow
from sendmode_sync.store.rows import amount, fields_of, listed, stamp
from sendmode_sync.store.sql import Connection

INTERRUPTED = "interrupted"

_SEND_STATUS: dict[Outcome, str] = {
    "done": "accepted",
    "rejected": "rejected",
    "unknown": "unknown",
    "released": "planned",
}


def settle(connection: Connection, operation: str, result: Result, at: dt.datetime, now: Instant) -> None:
    """Record how a call ended, inside the caller's transaction."""
    query = "SELECT kind, status, cause, contact_group, pending_values FROM operation WHERE operation = ?"
    kind, status, cause, *asked = connection.execute(query, (operation,)).fetchone() or (None, None, None)
    if kind is None and not ledger.knows(connection, operation):
        raise StateError(f"call {operation} was never claimed")
    ledger.answer(connection, operation, now)
    late = status == "unknown" and cause == INTERRUPTED and result.outcome == "done"
    if kind is None or (status != "claimed" and not late):
        return
    if result.outcome == "done" and kind in {"import", "optout"}:
        _apply(connection, kind, operation, asked, at)
    if kind == "send":
        _move_rows(connection, operation, _SEND_STATUS[result.outcome], at)
    _close(connection, operation, result, at)
    if kind != "credits":
        grow(connection)


def known(connection: Connection, operation: str) -> bool:
    """Say whether a call was ever claimed or started."""
    query = "SELECT 1 FROM operation WHERE operation = ?"
    return connection.execute(query, (operation,)).fetchone() is not None or ledger.knows(connection, operation)


def release(connection: Connection, operation: str, cause: str, at: dt.datetime) -> None:
    """Take a claim back that certainly came to nothing."""
    _move_rows(connection, operation, "planned", at)
    _close(connection, operation, Result("released", cause), at)


def recover(connection: Connection, at: dt.datetime) -> int:
    """End what earlier runs left claimed: texts become unknown, everything else is to be done again.

    Whoever calls it has just taken the lock, so every claim there is was somebody else's. Returns how many recipients
    of campaigns became unknown.
    """
    query = "SELECT operation, kind FROM operation WHERE status = 'claimed' ORDER BY seq"
    left = connection.execute(query).fetchall()
    count = 0
    for operation, kind in left:
        if kind in {"send", "test"}:
            count += _move_rows(connection, operation, "unknown", at)
            _close(connection, operation, Result("unknown", INTERRUPTED), at)
        else:
            _close(connection, operation, Result("released", INTERRUPTED), at)
    if any(kind != "credits" for _, kind in left):
        grow(connection)
    return count


def doubt(connection: Connection, operations: Iterable[str], cause: str, at: dt.datetime) -> int:
    """Turn accepted sends into unknown; return how many recipients. They keep the instant at which they were sent."""
    wanted = listed(operations)
    count = connection.execute(
        "UPDATE send SET status = 'unknown' WHERE status = 'accepted' "
        "AND operation IN (SELECT operation FROM operation WHERE kind = 'send' AND status = 'done' "
        "AND operation IN (SELECT value FROM json_each(?)))",
        (wanted,),
    ).rowcount
    changed = connection.execute(
        "UPDATE operation SET status = 'unknown', cause = ?, settled_at = ? "
        "WHERE kind = 'send' AND status = 'done' AND operation IN (SELECT value FROM json_each(?))",
        (cause, stamp(at), wanted),
    ).rowcount
    if changed:
        grow(connection)
    return count


def balances(connection: Connection, operations: Iterable[str], before: Decimal | None, after: Decimal | None) -> None:
    """Note the balances around some calls; a balance that was not read leaves the one noted before."""
    connection.execute(
        "UPDATE operation SET balance_before = coalesce(?, balance_before), balance_after = coalesce(?, balance_after) "
        "WHERE operation IN (SELECT value FROM json_each(?))",
        (amount(before), amount(after), listed(operations)),
    )


def look(connection: Connection, operation: str, found: BalanceLook) -> None:
    """Note a balance some seconds after a call."""
    connection.execute(
        "INSERT INTO balance_look (operation, seconds, balance, others) VALUES (?, ?, ?, ?) ON CONFLICT (operation, seconds) DO NOTHING",
        (operation, found.seconds, amount(found.balance), amount(found.others)),
    )


def _apply(connection: Connection, kind: str, operation: str, asked: Sequence[str], at: dt.datetime) -> None:
    """Remember an import (group and fields as ``asked``) or opt-out as applied; who was erased meanwhile stays erased."""
    query = "SELECT mobilenumber FROM operation_item WHERE operation = ?"
    for (number,) in connection.execute(query, (operation,)).fetchall():
        if kind == "import":
            group, values = asked
            imports.write(connection, [(group, number, fields_of(values))], at)
        else:
            optouts.acknowledge(connection, number, at)


def _move_rows(connection: Connection, operation: str, status: str, at: dt.datetime) -> int:
    """Move the recipients that a call holds; released ones belong to no call any more."""
    return connection.execute(
        "UPDATE send SET status = :status, at = :at, "
        "operation = CASE :status WHEN 'planned' THEN NULL ELSE operation END "
        "WHERE operation = :operation AND status IN ('claimed', 'unknown') "
        "AND campaign = (SELECT campaign FROM operation WHERE operation = :operation) "
        "AND mobilenumber IN (SELECT mobilenumber FROM operation_item WHERE operation = :operation)",
        {"operation": operation, "status": status, "at": stamp(at)},
    ).rowcount


def _close(connection: Connection, operation: str, result: Result, at: dt.datetime) -> None:
    connection.execute(
        "UPDATE operation SET status = ?, cause = ?, detail = ?, pending_values = NULL, settled_at = ? "
        "WHERE operation = ?",
        (result.outcome, result.cause, result.detail, stamp(at), operation),
    )
