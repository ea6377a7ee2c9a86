"""What is read of a state after a death is what the last commit left."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sendmode_sync.store.sqlite import SqliteStore
from tests.faults.evidence import read_file


def test_a_death_in_the_midst_of_a_commit_is_rolled_back_in_a_copy(tmp_path: Path) -> None:
    state, dead = tmp_path / "sendmode.db", tmp_path / "dead" / "sendmode.db"
    dead.parent.mkdir()
    SqliteStore.create(state, dt.datetime(2026, 3, 1, tzinfo=dt.UTC)).close()
    before = read_file(state)
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that what is not committed is written
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("DROP TABLE operation_item")
        connection.execute(
            "CREATE TABLE filler AS WITH RECURSIVE n(x) AS (SELECT 1 UNION SELECT x + 1 FROM n LIMIT 9999) SELECT x FROM n"
        )
        for end in ("", "-journal"):
            shutil.copyfile(f"{state}{end}", f"{dead}{end}")
    left = dead.read_bytes()
    assert read_file(dead) == before
    assert dead.read_bytes() == left
    assert sorted(each.name for each in dead.parent.iterdir()) == ["sendmode.db", "sendmode.db-journal"]
