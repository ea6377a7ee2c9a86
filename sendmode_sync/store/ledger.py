"""The durable rate ledger: every start of a call, so that no restart and no second process forgets one.

The arithmetic is ``model.pace``; here is only which rows it needs to see. Rows are dropped hours after they could still
matter, not at once, since a longer window may be written tomorrow.
"""

from __future__ import annotations

import zlib

from sendmode_sync.model import pace
from sendmode_sync.model.pace import Instant, Slot
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store.sql import Connection

_CLOSED = "closed:"
_NO_BOOT = "closed"  # no machine's boot has this id, so that the wall clock decides
_KEPT_SECONDS = 6 * 3600.0
_PRUNE_EVERY = 512
_SLACK_SECONDS = 1.0  # the query may return rows too many, never one too few

# On one boot the boot clock decides, else the wall clock, as in model.pace. A wall time more than a day ahead was
# written under a clock that was wrong; it would otherwise hold its slot until that day.
_NEAR = """
SELECT started_wall, started_boot, started_boot_id, hold, answered_wall, answered_boot, answered_boot_id FROM ledger
WHERE (busy_boot_id = :boot_id AND busy_boot > :boot - :window)
    OR (busy_boot_id <> :boot_id AND busy_wall > :wall - :window AND busy_wall < :wall + 86400.0)"""

# An index counts what is busy beyond any rounding, and its order tells as well whether any other boot has rows; what is
# just becoming free is judged as model.pace does. As long as fewer are busy than may be, nobody needs to know which.
_BUSY = """
SELECT
    (SELECT count(*) FROM ledger WHERE busy_boot_id = :boot_id AND busy_boot > :boot - :window + 0.001),
    (
        SELECT count(*) FROM ledger
        WHERE busy_boot_id = :boot_id
            AND busy_boot > :boot - :window - 0.001 AND busy_boot <= :boot - :window + 0.001
            AND coalesce(:window - (:boot - answered_boot), hold + :window - (:boot - started_boot)) > 0
    ),
    EXISTS (SELECT 1 FROM ledger WHERE busy_boot_id < :boot_id),
    EXISTS (SELECT 1 FROM ledger WHERE busy_boot_id > :boot_id)"""

# Where more are busy than may be, the next is free when the first of them are: those up to the one that is ``over`` places
# behind the first. Further ones only count, as long as that one is of the past: what is to come sorts otherwise.
_LAST_NEEDED = """
SELECT busy_boot FROM ledger WHERE busy_boot_id = :boot_id AND busy_boot > :boot - :window + 0.001
ORDER BY busy_boot LIMIT 1 OFFSET :over"""
_FIRST = """
SELECT started_wall, started_boot, started_boot_id, hold, answered_wall, answered_boot, answered_boot_id,
    busy_boot > :boot - :window + 0.001 FROM ledger
WHERE busy_boot_id = :boot_id AND busy_boot > :boot - :window - 0.001 AND busy_boot <= :last + 0.001"""

# Other boots are asked for from two sides, since an index finds what is above or below, not what differs.
_PRUNE = """
DELETE FROM ledger
WHERE (busy_boot_id = :boot_id AND busy_boot <= :boot - :window)
    OR (busy_boot_id < :boot_id AND (busy_wall <= :wall - :window OR busy_wall >= :wall + 86400.0))
    OR (busy_boot_id > :boot_id AND (busy_wall <= :wall - :window OR busy_wall >= :wall + 86400.0))"""


def wait(connection: Connection, now: Instant, limit: RateLimit) -> float:
    """Return the seconds until a call may start; zero when it may start now."""
    values = _where(now, limit.per_seconds)
    busy, at_the_edge, *others = connection.execute(_BUSY, values).fetchone()
    over = busy + at_the_edge - limit.calls
    if any(others):
        return _wait_of_all(connection, now, limit)
    if over < 0:
        return 0.0
    last = connection.execute(_LAST_NEEDED, {**values, "over": over}).fetchone()
    if last is None or last[0] + 0.001 > now.boot:
        return _wait_of_all(connection, now, limit)
    rows = connection.execute(_FIRST, {**values, "last": last[0]}).fetchall()
    further = busy - sum(is_busy for *_, is_busy in rows)
    return pace.wait([_slot(*row[:-1]) for row in rows], now, RateLimit(limit.calls - further, limit.per_seconds))


def take(connection: Connection, operation: str, now: Instant, limit: RateLimit, hold: float) -> None:
    """Write one start; ``hold`` is how long it may go unanswered, in seconds."""
    connection.execute(
        "INSERT INTO ledger (operation, started_wall, started_boot, started_boot_id, hold) VALUES (?, ?, ?, ?, ?)",
        (operation, now.wall, now.boot, now.boot_id, hold),
    )
    if zlib.crc32(operation.encode()) % _PRUNE_EVERY == 0:  # most of an id is random: one in so many
        connection.execute(_PRUNE, _where(now, max(_KEPT_SECONDS, 2 * limit.per_seconds)))


def close_for(connection: Connection, run: str, wall: float, seconds: float) -> None:
    """Let nothing start for so many seconds and one window: somebody who was stopped may still have calls in flight.

    Only wall clocks are compared, since nobody knows on which machine those calls were started.
    """
    take(connection, f"{_CLOSED}{run}", Instant(wall, 0.0, _NO_BOOT), RateLimit(), seconds)


def answer(connection: Connection, operation: str, now: Instant) -> None:
    """Note that the newest start of a call was answered; the first answer counts."""
    connection.execute(
        "UPDATE ledger SET answered_wall = ?, answered_boot = ?, answered_boot_id = ? "
        "WHERE answered_wall IS NULL AND id = (SELECT max(id) FROM ledger WHERE operation = ?)",
        (now.wall, now.boot, now.boot_id, operation),
    )


def knows(connection: Connection, operation: str) -> bool:
    """Say whether a call was ever started."""
    query = "SELECT 1 FROM ledger WHERE operation = ? LIMIT 1"
    return connection.execute(query, (operation,)).fetchone() is not None


def _wait_of_all(connection: Connection, now: Instant, limit: RateLimit) -> float:
    """Return the seconds until a call may start by every row that could matter."""
    rows = connection.execute(_NEAR, _where(now, limit.per_seconds + _SLACK_SECONDS)).fetchall()
    slots = [_slot(*row) for row in rows]
    closed = (pace.free_in(each, now, limit.per_seconds) for each in slots if each.started.boot_id == _NO_BOOT)
    return max(pace.wait(slots, now, limit), *closed, 0.0)


def _where(now: Instant, window: float) -> dict[str, float | str]:
    return {"wall": now.wall, "boot": now.boot, "boot_id": now.boot_id, "window": window}


def _slot(  # noqa: PLR0913, PLR0917 - a row of the ledger has that many columns
    wall: float,
    boot: float,
    boot_id: str,
    hold: float,
    answered_wall: float | None,
    answered_boot: float | None,
    answered_boot_id: str | None,
) -> Slot:
    started = Instant(wall, boot, boot_id)
    if answered_wall is None or answered_boot is None or answered_boot_id is None:
        return Slot(started, None, hold)
    return Slot(started, Instant(answered_wall, answered_boot, answered_boot_id), hold)
