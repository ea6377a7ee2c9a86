"""What a person or a run says of a whole campaign: cancelled, seen, adopted, lost, and how its unknowns were settled.

Every decision is kept with who and when, and none is ever taken back; a resolution ``not-sent`` is the only way in which
a text that may have been sent can be sent again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.state import ClosedAs
from sendmode_sync.store.identity import catch_up, grow
from sendmode_sync.store.rows import stamp
from sendmode_sync.store.sql import Connection


class Decision(NamedTuple):
    """How a person settles what nobody knows: sent or not, why they think so, who they are, and when."""

    sent: bool
    evidence: str
    user: str
    at: dt.datetime


def cancel(connection: Connection, campaign: str, user: str, at: dt.datetime) -> int:
    """Record that the rest is never sent; return how many recipients are left out."""
    changed = connection.execute(
        "INSERT INTO campaign (name, cancelled_at, cancelled_by) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET cancelled_at = excluded.cancelled_at, cancelled_by = excluded.cancelled_by "
        "WHERE campaign.cancelled_at IS NULL",
        (campaign, stamp(at), user),
    ).rowcount
    if changed:
        grow(connection)
    query = "SELECT count(*) FROM send WHERE campaign = ? AND status = 'planned'"
    (left,) = connection.execute(query, (campaign,)).fetchone()
    return int(left)


def see(connection: Connection, statuses: Mapping[str, str], at: dt.datetime) -> None:
    """Remember the status in which a run saw each campaign; ``expired`` counts as said."""
    when = stamp(at)
    connection.executemany(
        "INSERT INTO campaign (name, seen, seen_at, expiry_said) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET seen = excluded.seen, seen_at = excluded.seen_at, "
        "expiry_said = CASE excluded.expiry_said WHEN 1 THEN 1 ELSE campaign.expiry_said END",
        ((name, status, when, int(status == "expired")) for name, status in statuses.items()),
    )


def adopt(connection: Connection, campaign: str, user: str, at: dt.datetime) -> None:
    """Record a campaign as already sent without a call; one that has started is refused."""
    query = "SELECT 1 FROM campaign WHERE name = ? AND started_at IS NOT NULL"
    if connection.execute(query, (campaign,)).fetchone():
        raise RefusedError(
            f"campaign {campaign} has started and cannot be adopted",
            remedy=f"`sendmode-sync cancel {campaign}` keeps its rest from being sent",
        )
    close(connection, [campaign], "adopted", user, at)


def close(connection: Connection, campaigns: Iterable[str], closed_as: ClosedAs, user: str, at: dt.datetime) -> None:
    """Close campaigns, so that nothing of them is sent; what one was closed as first stays."""
    changed = connection.executemany(
        "INSERT INTO campaign (name, closed_as, closed_at, closed_by) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET closed_as = excluded.closed_as, closed_at = excluded.closed_at, "
        "closed_by = excluded.closed_by WHERE campaign.closed_as IS NULL",
        [(name, closed_as, stamp(at), user) for name in campaigns],
    ).rowcount
    if changed > 0:  # -1 where there was no campaign
        grow(connection)


def close_restored(connection: Connection, named: Iterable[str], mark: int, at: dt.datetime) -> list[str]:
    """Close what an older copy cannot vouch for: every campaign that started in it, and those named.

    The serial goes past the high-water ``mark``. Returns the campaigns that were closed, sorted.
    """
    query = "SELECT name, started_at, closed_as FROM campaign"
    known = {name: (started_at, closed) for name, started_at, closed in connection.execute(query).fetchall()}
    started = {name for name, (started_at, _) in known.items() if started_at is not None}
    closing = sorted(name for name in started | set(named) if known.get(name, (None, None))[1] is None)
    close(connection, closing, "lost", "state check --restored", at)
    catch_up(connection, mark)
    return closing


def resolve(connection: Connection, campaign: str, decision: Decision, operation: str | None) -> int:
    """Settle what is unknown of a campaign, or of one call of it; return how many recipients.

    ``not-sent`` makes unknown and rejected recipients sendable again. ``RefusedError`` where there is no such campaign,
    or where the call is not one that can be settled so.
    """
    if not connection.execute("SELECT 1 FROM campaign WHERE name = ?", (campaign,)).fetchone():
        raise RefusedError(f"the state knows no campaign {campaign}")
    open_calls = _open_calls(connection, campaign, sent=decision.sent)
    if operation is not None and operation not in open_calls:
        wanted = "unknown" if decision.sent else "unknown or rejected"
        raise RefusedError(
            f"campaign {campaign} has no call {operation} that is {wanted}",
            remedy="`sendmode-sync status` lists the calls that need a person",
        )
    settled = open_calls if operation is None else [operation]
    if settled:
        grow(connection)
    return sum(_settle(connection, campaign, call, decision) for call in settled)


def _open_calls(connection: Connection, campaign: str, *, sent: bool) -> list[str]:
    """Return the calls that a decision can still move, oldest first."""
    return [
        operation
        for (operation,) in connection.execute(
            "SELECT operation FROM operation WHERE kind = 'send' AND campaign = :campaign "
            "AND (status = 'unknown' OR (NOT :sent AND operation IN "
            "(SELECT operation FROM send WHERE campaign = :campaign AND status = 'rejected'))) ORDER BY seq",
            {"campaign": campaign, "sent": sent},
        ).fetchall()
    ]


def _settle(connection: Connection, campaign: str, operation: str, decision: Decision) -> int:
    """Write the resolution, then move its recipients and the call; who was sent a text keeps the instant of it."""
    movable = "SELECT count(*) FROM send WHERE campaign = ? AND operation = ? AND status IN ('unknown', 'rejected')"
    (count,) = connection.execute(movable, (campaign, operation)).fetchone()
    connection.execute(
        'INSERT INTO resolution (operation, campaign, decision, recipients, "user", at, evidence) '
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(operation, campaign, "sent" if decision.sent else "not-sent", count),
            *(decision.user, stamp(decision.at), decision.evidence),
        ),
    )
    if decision.sent:
        rows = "UPDATE send SET status = 'accepted' WHERE campaign = ? AND operation = ? AND status = 'unknown'"
        connection.execute(rows, (campaign, operation))
    else:
        rows = (
            "UPDATE send SET status = 'planned', operation = NULL, at = ? "
            "WHERE campaign = ? AND operation = ? AND status IN ('unknown', 'rejected')"
        )
        connection.execute(rows, (stamp(decision.at), campaign, operation))
    connection.execute(
        "UPDATE operation SET status = ?, settled_at = ? WHERE operation = ? AND status = 'unknown'",
        ("done" if decision.sent else "released", stamp(decision.at), operation),
    )
    return int(count)
