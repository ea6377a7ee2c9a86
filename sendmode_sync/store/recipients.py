"""The audience of a started campaign: fixed at its first claim, and from then on only ever smaller.

It decides who of a claim may not be sent to; it never adds anybody after the start and never opens a recipient again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import SendClaim
from sendmode_sync.model.phone import E164
from sendmode_sync.store import optouts
from sendmode_sync.store.identity import grow
from sendmode_sync.store.rows import among, listed, stamp
from sendmode_sync.store.sql import Connection

_PLANNED = "SELECT mobilenumber, text FROM send WHERE campaign = ? AND status = 'planned' AND mobilenumber"
_CLAIM = (
    "UPDATE send SET status = 'claimed', operation = ?, at = ? "
    "WHERE campaign = ? AND status = 'planned' AND mobilenumber"
)
_SUPPRESS = (
    "UPDATE send SET status = 'suppressed', at = ? "
    "WHERE campaign = ? AND status = 'planned' AND mobilenumber IN (SELECT value FROM json_each(?))"
)


def bar(connection: Connection, claim: SendClaim, at: dt.datetime) -> tuple[E164, ...]:
    """Return the recipients of a claim that may not be sent to, in its order; none of them where it may start.

    Opted-out and erased recipients are suppressed on the way. A campaign that has not started is started here; one that
    was cancelled or closed bars everybody and is left as it is.
    """
    query = "SELECT started_at, cancelled_at, closed_as FROM campaign WHERE name = ?"
    started, cancelled, closed = connection.execute(query, (claim.campaign,)).fetchone() or (None, None, None)
    if cancelled is not None or closed is not None:
        return claim.recipients
    if started is None:
        _start(connection, claim, at)
    optedout = optouts.barred(connection, claim.recipients)
    suppressed = suppress(connection, claim.campaign, optedout, at) if optedout else 0
    condition, numbers = among(claim.recipients)
    query = f"{_PLANNED} {condition}"
    planned = dict(connection.execute(query, (claim.campaign, numbers)).fetchall())
    if any(text != claim.text_digest for text in planned.values()):
        raise StateError(f"campaign {claim.campaign}: the text to be sent is not the one fixed when it started")
    barred = tuple(number for number in claim.recipients if number not in planned)
    if barred and (suppressed or started is None):
        grow(connection)
    return barred


def claim_rows(connection: Connection, claim: SendClaim, at: dt.datetime) -> None:
    """Turn every recipient of a claim from planned into claimed, or none."""
    condition, numbers = among(claim.recipients)
    statement = f"{_CLAIM} {condition}"
    changed = connection.execute(statement, (claim.operation, stamp(at), claim.campaign, numbers)).rowcount
    if changed != len(claim.recipients):
        raise StateError(f"campaign {claim.campaign}: a call names a recipient twice")
    connection.execute("UPDATE campaign SET operations = operations + 1 WHERE name = ?", (claim.campaign,))


def suppress(connection: Connection, campaign: str, numbers: Iterable[E164], at: dt.datetime) -> int:
    """Leave out those of some numbers that are still planned; return how many."""
    return connection.execute(_SUPPRESS, (stamp(at), campaign, listed(numbers))).rowcount


def leave_out(connection: Connection, campaign: str, numbers: Iterable[E164], at: dt.datetime) -> None:
    """Suppress as ``suppress`` does, as a change of its own."""
    if suppress(connection, campaign, numbers, at):
        grow(connection)


def expire(connection: Connection, campaign: str, at: dt.datetime) -> int:
    """Turn what is still planned into expired; return how many recipients."""
    statement = "UPDATE send SET status = 'expired', at = ? WHERE campaign = ? AND status = 'planned'"
    count = connection.execute(statement, (stamp(at), campaign)).rowcount
    if count:
        grow(connection)
    return count


def _start(connection: Connection, claim: SendClaim, at: dt.datetime) -> None:
    """Fix audience and texts. Who opted out since the plan was made starts as suppressed; the erased stay away."""
    freeze = claim.freeze
    if freeze is None:
        raise StateError(f"campaign {claim.campaign}: its first call brings no audience to be fixed")
    connection.execute(
        "INSERT INTO campaign (name, started_at, content_digest, handed_over) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at, content_digest = excluded.content_digest, "
        "handed_over = excluded.handed_over",
        (claim.campaign, stamp(at), freeze.content_digest, int(freeze.handed_over)),
    )
    erased = optouts.erased(connection, freeze.audience)
    audience = {number: text for number, text in freeze.audience.items() if number not in erased}
    connection.executemany(
        "INSERT INTO message (campaign, digest, messagetext, encoding, segments) VALUES (?, ?, ?, ?, ?)",
        ((claim.campaign, digest, *freeze.texts[digest]) for digest in sorted(set(audience.values()))),
    )
    when = stamp(at)
    connection.executemany(
        "INSERT INTO send (campaign, mobilenumber, status, text, at) VALUES (?, ?, 'planned', ?, ?)",
        ((claim.campaign, number, text, when) for number, text in audience.items()),
    )
    connection.execute(
        "UPDATE send SET status = 'suppressed' "
        "WHERE campaign = ? AND mobilenumber IN (SELECT mobilenumber FROM optout)",
        (claim.campaign,),
    )
