"""States of earlier versions: opened by this one after a copy was kept, in one transaction, with nothing of them lost.

``version_1.sql`` is a state as version 1 left it when its process was killed in the middle of a send.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.state import SendStatus
from sendmode_sync.store import high_water, sqlite_file
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_schema import CURRENT, Schema

AT = dt.datetime(2026, 12, 2, 10, tzinfo=dt.UTC)
VERSION_1 = Path(__file__).with_name("version_1.sql")
LATER = CURRENT.version + 1
EXTRA = "CREATE TABLE extra (id INTEGER PRIMARY KEY) STRICT"
GROWN = Schema(LATER, (*CURRENT.statements, EXTRA), {**CURRENT.migrations, CURRENT.version: (EXTRA,)})
START = RunStart("run-2", "apply", "host", 2, "user", AT)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Return a state of version 1."""
    path = tmp_path / "state.db"
    path.touch(0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    high_water.raise_to(path.with_name(high_water.NAME), "22222222-2222-4222-8222-222222222222", 16)
    return path


def copy_of(path: Path, version: int = 1) -> Path:
    return path.with_name(f"{path.name}.bak-v{version}")


def tables(path: Path) -> Iterator[str]:
    """Yield every row of the tables that version 1 has, but for the identity, whose serial grows."""
    names = [line.split()[2] for line in VERSION_1.read_text(encoding="utf-8").splitlines() if "CREATE TABLE" in line]
    with closing(sqlite3.connect(path)) as connection:
        for name in names:
            if name != "meta":
                yield from (f"{name} {row}" for row in connection.execute(f"SELECT * FROM {name}"))


def test_a_state_of_version_1_is_migrated_after_a_copy_and_loses_nothing(first: Path) -> None:
    before = list(tables(first))
    with pytest.raises(StateError, match="older sendmode-sync"):
        SqliteStore.open(first, write=False)
    assert not copy_of(first).exists()
    with closing(SqliteStore.open(first)) as store:
        assert store.check() == []
        assert store.identity().serial == 17
        assert store.identity().account == "a1:this"
    assert list(tables(first)) == before
    assert list(tables(copy_of(first))) == before
    assert copy_of(first).stat().st_mode & 0o777 == 0o600
    with closing(SqliteStore.open(first, write=False)) as store:
        assert store.check() == []


def test_what_version_1_left_in_flight_is_unknown_after_the_migration(first: Path) -> None:
    with closing(SqliteStore.open(first)) as store:
        assert store.lock(START, 0) == 1
        rows = store.load(["offer"], AT).campaigns["offer"].rows
        assert [rows[number].status for number in sorted(rows)] == [
            SendStatus.ACCEPTED,
            SendStatus.UNKNOWN,
            SendStatus.REJECTED,
            SendStatus.UNKNOWN,
        ]
        read, interrupted = store.unknowns()
        assert (read.cause, read.balance_before, read.balance_after) == ("read-timeout", Decimal(500), Decimal(499))
        assert interrupted.cause == "interrupted"
        assert store.check() == []


def test_bytes_of_version_1_are_migrated_in_memory_and_those_of_today_taken_as_they_are(first: Path) -> None:
    with closing(SqliteStore.over(sqlite_file.loaded(first.read_bytes(), first))) as copy:
        assert copy.check() == []
        found = copy.identity()
    assert not copy_of(first).exists()
    with closing(SqliteStore.open(first)) as migrated:
        assert migrated.identity() == found
    with closing(SqliteStore.over(sqlite_file.loaded(first.read_bytes(), first))) as copy:
        assert (copy.identity(), copy.check()) == (found, [])


def test_a_state_is_migrated_once(first: Path) -> None:
    for _ in range(2):
        with closing(SqliteStore.open(first)) as store:
            assert store.identity().serial == 17
    with pytest.raises(StateError, match="newer sendmode-sync"):
        SqliteStore.open(first, schema=Schema(1, CURRENT.statements, {}))


@pytest.mark.parametrize("version", [1, CURRENT.version])
def test_every_version_reaches_a_later_one(first: Path, version: int) -> None:
    if version > 1:
        SqliteStore.open(first).close()
    with closing(SqliteStore.open(first, schema=GROWN)) as store:
        assert store.check() == []
    assert copy_of(first, version).exists()


@pytest.mark.parametrize("version", [1, CURRENT.version])
def test_a_migration_that_fails_changes_nothing_and_keeps_the_first_copy(first: Path, version: int) -> None:
    if version > 1:
        SqliteStore.open(first).close()
    before = list(tables(first))
    broken = Schema(LATER, CURRENT.statements, {**CURRENT.migrations, CURRENT.version: (EXTRA, "no statement at all")})
    for _ in range(2):
        with pytest.raises(StateError, match="refused the change"):
            SqliteStore.open(first, schema=broken)
    assert list(tables(first)) == before
    with closing(SqliteStore.open(first)) as store:
        assert (store.identity().serial, store.check()) == (17, [])


def test_an_edited_state_is_not_migrated(first: Path) -> None:
    SqliteStore.open(first).close()
    with closing(sqlite3.connect(first)) as connection:
        connection.executescript("UPDATE campaign SET cancelled_by = 'somebody else'")
    with pytest.raises(StateError, match="changed by something else"):
        SqliteStore.open(first, schema=GROWN)
    assert not copy_of(first, CURRENT.version).exists()
