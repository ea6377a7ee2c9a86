"""The planner's view of the state, in few narrow queries: a hundred thousand applied imports in a quarter of a second.

It computes nothing of its own and returns plain values. What the history and the exports need is ``history``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sendmode_sync.model.phone import E164
from sendmode_sync.model.state import CampaignRecord, FrozenText, OptOutRecord, State
from sendmode_sync.store import identity, imports, optouts, rows
from sendmode_sync.store.rows import listed, optional_moment, stamp
from sendmode_sync.store.sql import Connection

_REPEAT_DAYS = 30


def load(connection: Connection, campaigns: Iterable[str], now: dt.datetime, *, imports_too: bool = True) -> State:
    """Return one reading, with the records of the named campaigns and the texts of the last 30 days."""
    (refreshed,) = connection.execute("SELECT optouts_refreshed_at FROM meta").fetchone()
    return State(
        identity=identity.read(connection),
        applied=imports.fingerprints(connection) if imports_too else {},
        optouts=_optouts(connection),
        forgotten=optouts.forgotten(connection),
        campaigns=_campaigns(connection, campaigns),
        recent=_recent(connection, now - dt.timedelta(days=_REPEAT_DAYS)),
        optouts_refreshed_at=optional_moment(refreshed),
        gone=imports.gone(connection),
    )


def campaign_names(connection: Connection) -> tuple[str, ...]:
    """Return every campaign there is a record of, sorted."""
    return tuple(name for (name,) in connection.execute("SELECT name FROM campaign ORDER BY name").fetchall())


def numbers(connection: Connection) -> tuple[E164, ...]:
    """Return every number in any table, sorted."""
    query = (
        "SELECT mobilenumber FROM applied UNION SELECT mobilenumber FROM optout UNION SELECT mobilenumber FROM send "
        "UNION SELECT mobilenumber FROM operation_item "
        "UNION SELECT mobilenumber FROM consent WHERE mobilenumber IS NOT NULL ORDER BY 1"
    )
    return tuple(number for (number,) in connection.execute(query).fetchall())


def _optouts(connection: Connection) -> dict[E164, OptOutRecord]:
    query = "SELECT mobilenumber, recorded_at, applied_at, source, optoutresponse, returnedresponse FROM optout"
    return {number: rows.optout(tuple(row)) for number, *row in connection.execute(query).fetchall()}


def _campaigns(connection: Connection, names: Iterable[str]) -> dict[str, CampaignRecord]:
    query = (
        "SELECT name, started_at, content_digest, cancelled_at, closed_as, handed_over, operations, seen, expiry_said "
        "FROM campaign WHERE name IN (SELECT value FROM json_each(?)) ORDER BY name"
    )
    return {row[0]: _campaign(connection, row) for row in connection.execute(query, (listed(names),)).fetchall()}


def _campaign(connection: Connection, row: rows.Row) -> CampaignRecord:
    key = (row[0],)
    query = "SELECT mobilenumber, status, text, at FROM send WHERE campaign = ?"
    sends = {number: rows.send((status, text, at)) for number, status, text, at in connection.execute(query, key)}
    query = "SELECT digest, messagetext, encoding, segments FROM message WHERE campaign = ?"
    texts = {digest: FrozenText(text, encoding, n) for digest, text, encoding, n in connection.execute(query, key)}
    return rows.campaign(row, sends, texts)


def _recent(connection: Connection, since: dt.datetime) -> dict[tuple[E164, str], str]:
    """Return who was, or may have been, sent which text since then; of two campaigns the later one."""
    query = (
        "SELECT mobilenumber, text, campaign FROM send "
        "WHERE status IN ('claimed', 'accepted', 'unknown') AND at >= ? ORDER BY at"
    )
    found = connection.execute(query, (stamp(since),))
    return {(number, text): campaign for number, text, campaign in found}
