"""The run that holds the lock, in the history: how it ended, and which saved plan it used up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from sendmode_sync.errors import StaleError
from sendmode_sync.store.lease import Lease
from sendmode_sync.store.rows import allowed_text, amount, stamp
from sendmode_sync.store.sql import Connection


class End(NamedTuple):
    """How a run ended, and the balances before and after it in credits, where they were read."""

    exit_code: int
    at: dt.datetime
    before: Decimal | None
    after: Decimal | None


def finish(connection: Connection, lease: Lease, end: End) -> None:
    """Close the entry of a run, also of one that was fenced: it says nothing of any other."""
    connection.execute(
        "UPDATE run SET ended_at = ?, exit_code = ?, balance_before = ?, balance_after = ? WHERE run = ?",
        (stamp(end.at), end.exit_code, amount(end.before), amount(end.after), lease.run),
    )


def note_plan(connection: Connection, lease: Lease, digest: str) -> None:
    """Keep the digest of what the run is about to do."""
    connection.execute("UPDATE run SET plan_digest = ? WHERE run = ?", (digest, lease.run))


def note_allowed(connection: Connection, lease: Lease, allowed: Mapping[str, str]) -> None:
    """Keep exactly these limits as those that the run may pass."""
    connection.execute("UPDATE run SET allowed = ? WHERE run = ?", (allowed_text(allowed), lease.run))


def use_plan(connection: Connection, lease: Lease, plan_id: str, at: dt.datetime) -> None:
    """Remember that a saved plan is being applied; ``StaleError`` where it was before."""
    if plan_was_applied(connection, plan_id):
        raise StaleError(
            "the saved plan is stale: it was applied before, and a plan is applied once", remedy="make a new one"
        )
    connection.execute(
        "INSERT INTO used_plan (plan_id, run, applied_at) VALUES (?, ?, ?)", (plan_id, lease.run, stamp(at))
    )


def plan_was_applied(connection: Connection, plan_id: str) -> bool:
    """Say whether a saved plan was used up."""
    return connection.execute("SELECT 1 FROM used_plan WHERE plan_id = ?", (plan_id,)).fetchone() is not None
