"""Who must not be sent to: recorded opt-outs, consents that lift them, and erased people who stay barred by a hash.

Sticky on purpose: nothing here removes an opt-out but ``lift`` (with a consent on the record) and ``forget`` (which
leaves a keyed hash in its place).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.fingerprint import of_forgotten
from sendmode_sync.model.phone import E164
from sendmode_sync.store import remembered
from sendmode_sync.store.identity import grow
from sendmode_sync.store.rows import among, stamp
from sendmode_sync.store.sql import Connection

# One statement, since it is asked before each call.
_BARRED = """
SELECT mobilenumber, NULL FROM optout WHERE mobilenumber {among}
UNION ALL SELECT NULL, hash FROM forgotten WHERE lifted_at IS NULL"""

_ERASED = (
    "DELETE FROM applied WHERE mobilenumber = ?",
    "DELETE FROM gone WHERE mobilenumber = ?",
    "DELETE FROM optout WHERE mobilenumber = ?",
    "DELETE FROM send WHERE mobilenumber = ?",
    "UPDATE consent SET mobilenumber = NULL, consent = '' WHERE mobilenumber = ?",
    (
        "UPDATE operation SET pending_values = NULL, detail = '' "
        "WHERE operation IN (SELECT operation FROM operation_item WHERE mobilenumber = ?)"
    ),
    "DELETE FROM operation_item WHERE mobilenumber = ?",
)


def record(connection: Connection, optouts: Iterable[OptOut], source: str, at: dt.datetime) -> int:
    """Record opt-outs and return how many are new; one that is known stays as it was first recorded.

    Erased people are barred by their hash already, and their numbers do not come back.
    """
    wanted = {one.mobilenumber: one for one in optouts}
    gone = erased(connection, wanted)
    count = connection.executemany(
        "INSERT INTO optout (mobilenumber, recorded_at, source, optoutresponse, returnedresponse) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT (mobilenumber) DO NOTHING",
        (
            (number, stamp(at), source, one.optoutresponse, one.returnedresponse)
            for number, one in wanted.items()
            if number not in gone
        ),
    ).rowcount
    if count <= 0:  # -1 where nobody was to be recorded
        return 0
    grow(connection)
    return count


def refresh(connection: Connection, at: dt.datetime) -> None:
    """Remember that the list was brought up to date."""
    connection.execute("UPDATE meta SET optouts_refreshed_at = ?", (stamp(at),))


def recorded(connection: Connection, number: E164) -> bool:
    """Say whether a number is on the list."""
    return connection.execute("SELECT 1 FROM optout WHERE mobilenumber = ?", (number,)).fetchone() is not None


def acknowledge(connection: Connection, number: E164, at: dt.datetime) -> None:
    """Remember that Sendmode has a number's opt-out; the first time counts."""
    connection.execute(
        "UPDATE optout SET applied_at = ? WHERE mobilenumber = ? AND applied_at IS NULL", (stamp(at), number)
    )


def barred(connection: Connection, numbers: Sequence[E164]) -> frozenset[E164]:
    """Return those of some numbers that are opted out or erased."""
    condition, asked = among(numbers)
    found = connection.execute(_BARRED.format(among=condition), (asked,)).fetchall()
    hashes = frozenset(text for _, text in found if text is not None)
    return frozenset(number for number, _ in found if number is not None) | _hashed(connection, numbers, hashes)


def erased(connection: Connection, numbers: Iterable[E164]) -> frozenset[E164]:
    """Return those of some numbers whose person was erased."""
    return _hashed(connection, numbers, forgotten(connection))


def _hashed(connection: Connection, numbers: Iterable[E164], hashes: frozenset[str]) -> frozenset[E164]:
    """Return those of some numbers whose keyed hash is among others; nothing is hashed while there is none."""
    if not hashes:
        return frozenset()
    key = _key(connection)
    return frozenset(number for number in numbers if of_forgotten(number, key) in hashes)


def forgotten(connection: Connection) -> frozenset[str]:
    """Return the keyed hashes that bar erased people."""
    return frozenset(text for (text,) in connection.execute("SELECT hash FROM forgotten WHERE lifted_at IS NULL"))


def lift(connection: Connection, number: E164, consent: str, user: str, at: dt.datetime) -> bool:
    """Lift the block of a number and write the consent down; return whether there was a block."""
    row = connection.execute("SELECT recorded_at FROM optout WHERE mobilenumber = ?", (number,)).fetchone()
    if row is None and not erased(connection, (number,)):
        return False
    connection.execute(
        'INSERT INTO consent (mobilenumber, lifted, consent, "user", at) VALUES (?, ?, ?, ?, ?)',
        (number, None if row is None else row[0], consent, user, stamp(at)),
    )
    connection.execute("DELETE FROM optout WHERE mobilenumber = ?", (number,))
    connection.execute(
        "UPDATE forgotten SET lifted_at = ? WHERE hash = ?", (stamp(at), of_forgotten(number, _key(connection)))
    )
    grow(connection)
    return True


def forget(connection: Connection, number: E164, at: dt.datetime) -> bool:
    """Erase a person from every table, leaving counts and a keyed hash; return whether anything was erased.

    A text that nobody else gets goes too. A call whose only recipient this was, and whose outcome nobody knows,
    counts as sent from then on: there is nobody left to settle it for.
    """
    connection.execute("INSERT INTO erasing (mobilenumber) VALUES (?)", (number,))
    texts = connection.execute("SELECT campaign, text FROM send WHERE mobilenumber = ?", (number,)).fetchall()
    gone = sum(connection.execute(statement, (number,)).rowcount for statement in _ERASED)
    connection.executemany(
        "DELETE FROM message WHERE campaign = ? AND digest = ? AND NOT EXISTS "
        "(SELECT 1 FROM send WHERE send.campaign = message.campaign AND send.text = message.digest)",
        texts,
    )
    connection.execute(
        "UPDATE operation SET status = 'done', cause = 'forgotten', settled_at = ? "
        "WHERE kind = 'send' AND status = 'unknown' "
        "AND NOT EXISTS (SELECT 1 FROM operation_item WHERE operation = operation.operation)",
        (stamp(at),),
    )
    remembered.clear(connection)
    connection.execute("DELETE FROM erasing")
    connection.execute(
        "INSERT INTO forgotten (hash, at) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET lifted_at = NULL",
        (of_forgotten(number, _key(connection)), stamp(at)),
    )
    grow(connection)
    return gone > 0


def _key(connection: Connection) -> bytes:
    (key,) = connection.execute("SELECT tag_key FROM meta").fetchone()
    return bytes(key)
