"""What was imported into which group, as it was last applied: a narrow fingerprint a row, and its fields beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sendmode_sync.model.applied import Applied, windows
from sendmode_sync.model.desired import Values
from sendmode_sync.model.fingerprint import of_values
from sendmode_sync.model.phone import E164
from sendmode_sync.store import optouts
from sendmode_sync.store.identity import grow
from sendmode_sync.store.rows import fields_of_each, listed, stamp
from sendmode_sync.store.sql import Connection


def write(connection: Connection, applied: Iterable[tuple[str, E164, Values]], at: dt.datetime) -> int:
    """Write (group, number, fields) as applied and return how many there were."""
    when = stamp(at)
    groups = _group_ids(connection)
    count = 0
    for group, number, values in applied:
        if group not in groups:
            groups[group] = _new_group(connection, group)
        key = (groups[group], number)
        connection.execute(
            "INSERT INTO applied (contact_group, mobilenumber, fingerprint) VALUES (?, ?, ?) "
            "ON CONFLICT (contact_group, mobilenumber) DO UPDATE SET fingerprint = excluded.fingerprint",
            (*key, of_values(values)),
        )
        connection.execute(
            "INSERT INTO applied_fields (contact_group, mobilenumber, field_values, applied_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (contact_group, mobilenumber) DO UPDATE "
            "SET field_values = excluded.field_values, applied_at = excluded.applied_at",
            (*key, listed(values), when),
        )
        count += 1
    return count


def adopt(connection: Connection, applied: Iterable[tuple[str, E164, Values]], at: dt.datetime) -> int:
    """Write imports as applied without a call, but for erased people; return how many."""
    wanted = list(applied)
    erased = optouts.erased(connection, (number for _, number, _ in wanted))
    count = write(connection, (row for row in wanted if row[1] not in erased), at)
    if count:
        grow(connection)
    return count


def fingerprints(connection: Connection) -> dict[str, Applied]:
    """Return everything applied, by group: one range of a clustered table each."""
    query = "SELECT mobilenumber, fingerprint FROM applied WHERE contact_group = ?"
    found = {name: Applied(windows(connection.execute(query, (key,)))) for name, key in _group_ids(connection).items()}
    return {name: numbers for name, numbers in found.items() if numbers}


def note_gone(connection: Connection, numbers: Iterable[E164]) -> None:
    """Replace the list of people who are no longer written; a number that was never imported is left out."""
    known = "SELECT DISTINCT value FROM json_each(?) WHERE value IN (SELECT mobilenumber FROM applied)"
    connection.execute("DELETE FROM gone")
    connection.execute(f"INSERT INTO gone (mobilenumber) {known}", (listed(numbers),))


def gone(connection: Connection) -> frozenset[E164]:
    """Return the people whom the last apply found no longer written."""
    return frozenset(number for (number,) in connection.execute("SELECT mobilenumber FROM gone").fetchall())


def values(connection: Connection, keys: Sequence[tuple[str, E164]]) -> Mapping[tuple[str, E164], Values]:
    """Return the fields last applied of some (group, number); a key that was never applied is left out."""
    wanted: dict[str, list[E164]] = {}
    for group, number in keys:
        wanted.setdefault(group, []).append(number)
    groups = _group_ids(connection)
    query = (
        "SELECT mobilenumber, field_values FROM applied_fields "
        "WHERE contact_group = ? AND mobilenumber IN (SELECT value FROM json_each(?))"
    )
    found = [
        ((group, number), text)
        for group, numbers in wanted.items()
        for number, text in connection.execute(query, (groups.get(group), listed(numbers)))
    ]
    return {key: fields for (key, _), fields in zip(found, fields_of_each(text for _, text in found), strict=True)}


def _group_ids(connection: Connection) -> dict[str, int]:
    return dict(connection.execute("SELECT name, id FROM contact_group ORDER BY name").fetchall())


def _new_group(connection: Connection, name: str) -> int:
    (key,) = connection.execute("INSERT INTO contact_group (name) VALUES (?) RETURNING id", (name,)).fetchone()
    return int(key)
