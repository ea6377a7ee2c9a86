"""What happened, for people: runs and their calls, who was sent what, and what still needs a person."""

from __future__ import annotations

from collections.abc import Sequence

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import OperationEntry, RunEntry, SentEntry, UnknownOperation
from sendmode_sync.store import rows
from sendmode_sync.store.results import INTERRUPTED
from sendmode_sync.store.rows import listed
from sendmode_sync.store.sql import Connection


def unknowns(connection: Connection, *, abandoned: bool) -> tuple[UnknownOperation, ...]:
    """Return the sends whose outcome a person must settle, oldest first; a test send never needs one.

    ``abandoned`` says that no run is under way, so that what is still claimed was left behind by one that died.
    """
    statuses = listed(("unknown", "claimed") if abandoned else ("unknown",))
    items = (
        "SELECT mobilenumber FROM operation_item JOIN send USING (mobilenumber, operation) "
        "WHERE operation = ? AND send.campaign = ? AND status IN (SELECT value FROM json_each(?)) ORDER BY mobilenumber"
    )
    query = (
        "SELECT operation, campaign, CASE status WHEN 'claimed' THEN ? ELSE cause END, claimed_at, customerid, credits, "
        "balance_before, balance_after FROM operation "
        "WHERE kind = 'send' AND status IN (SELECT value FROM json_each(?)) ORDER BY seq"
    )
    looks = "SELECT seconds, balance, others FROM balance_look WHERE operation = ? ORDER BY seconds"
    return tuple(
        rows.unknown(
            row,
            (number for (number,) in connection.execute(items, (*row[:2], statuses)).fetchall()),
            (rows.look(found) for found in connection.execute(looks, row[:1]).fetchall()),
        )
        for row in connection.execute(query, (INTERRUPTED, statuses)).fetchall()
    )


def runs(connection: Connection, limit: int) -> tuple[RunEntry, ...]:
    """Return the newest runs first, with their calls counted by kind and status."""
    query = (
        'SELECT run, kind, started_at, ended_at, exit_code, host, pid, "user", plan_digest, config_digest, '
        "balance_before, balance_after, commit_id, allowed FROM run ORDER BY seq DESC LIMIT ?"
    )
    return tuple(rows.run_entry(row, _counts(connection, row[0])) for row in connection.execute(query, (limit,)))


def operations(connection: Connection, run: str) -> tuple[OperationEntry, ...]:
    """Return the calls of one run in the order of their claims; ``RefusedError`` where no or more than one run fits."""
    key = (_run_of(connection, run),)
    numbers: dict[str, list[E164]] = {}
    items = (
        "SELECT operation, mobilenumber FROM operation_item "
        "WHERE operation IN (SELECT operation FROM operation WHERE run = ?) ORDER BY mobilenumber"
    )
    for operation, number in connection.execute(items, key):
        numbers.setdefault(operation, []).append(number)
    query = (
        "SELECT operation, run, kind, status, campaign, contact_group, customerid, credits, cause, claimed_at, "
        "settled_at FROM operation WHERE run = ? ORDER BY seq"
    )
    return tuple(rows.operation(row, numbers.get(row[0], ())) for row in connection.execute(query, key).fetchall())


def sent(connection: Connection, number: E164 | None) -> Sequence[SentEntry]:
    """Return every recipient for whom a call was claimed, oldest first; only one number's where one is given."""
    query = (
        "SELECT send.mobilenumber, send.campaign, send.status, messagetext, customerid, send.at FROM send "
        "JOIN message ON message.campaign = send.campaign AND message.digest = send.text "
        "JOIN operation ON operation.operation = send.operation "
        "WHERE CAST(:number AS TEXT) IS NULL OR send.mobilenumber = :number ORDER BY send.at, send.campaign, send.mobilenumber"
    )
    return tuple(rows.sent(row) for row in connection.execute(query, {"number": number}).fetchall())


def _run_of(connection: Connection, prefix: str) -> str:
    query = (
        "SELECT run FROM run WHERE substr(run, 1, length(:prefix)) = :prefix ORDER BY run <> :prefix, seq DESC LIMIT 2"
    )
    found = [run for (run,) in connection.execute(query, {"prefix": prefix}).fetchall()]
    if not found or not prefix:
        raise RefusedError(f"there is no run {prefix}", remedy="`sendmode-sync history` lists the runs")
    if len(found) > 1 and found[0] != prefix:
        raise RefusedError(f"more than one run begins with {prefix}", remedy="write more of its id")
    return str(found[0])


def _counts(connection: Connection, run: str) -> dict[str, dict[str, int]]:
    """Return calls by kind and status: ``claimed``, ``done``, ``rejected``, ``unknown``, ``released``."""
    counts: dict[str, dict[str, int]] = {}
    query = "SELECT kind, status, count(*) FROM operation WHERE run = ? GROUP BY kind, status ORDER BY kind, status"
    for kind, status, count in connection.execute(query, (run,)):
        counts.setdefault(kind, {})[status] = count
    return counts
