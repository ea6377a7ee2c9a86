"""``state check`` finds what a hand, or a disk, did to a state that still opens."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sendmode_sync.model.claim import Freeze, Result, RunStart, SendClaim
from sendmode_sync.model.desired import NO_VALUES
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store import checking
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_schema import CURRENT

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
ONE, TWO = "+447700900001", "+447700900002"


@pytest.fixture
def used(path: Path) -> Path:
    with closing(SqliteStore.open(path)) as store:
        store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        store.adopt_imports([("members", ONE, NO_VALUES)], AT)
        freeze = Freeze("c1:x", False, {ONE: "t1:x", TWO: "t1:x"}, {"t1:x": FrozenText("Hi", "GSM-7", 1)})
        now = Instant(1e9, 1000.0, "boot")
        claim = SendClaim("op-1", "offer", "ref", (ONE,), "t1:x", Decimal(1), freeze=freeze)
        store.begin(claim, AT, now, RateLimit(), 30.0)
        store.settle("op-1", Result("done"), AT, now)
        assert store.check() == []
    return path


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ("UPDATE applied_fields SET field_values = '[\"Zoe\"]'", "imports do not match their fingerprint (1)"),
        ("DELETE FROM applied_fields", "imports are applied without their fields (1)"),
        ("UPDATE run SET epoch = 5", "another epoch than their run (1)"),
        ("INSERT INTO erasing VALUES ('+447700900009')", "left behind by an erasure (1)"),
        ("INSERT INTO erasing VALUES ('+447700900001'); DELETE FROM operation_item", "missing from the call"),
        ("PRAGMA foreign_keys = OFF; UPDATE applied SET contact_group = 9", "the table applied refer to nothing"),
    ],
)
def test_an_edited_row_is_found(used: Path, edit: str, sentence: str) -> None:
    with closing(sqlite3.connect(used, isolation_level=None)) as connection:
        connection.executescript(edit)
    with closing(SqliteStore.open(used)) as store:
        found = store.check()
    assert any(sentence in each for each in found)
    assert not any("4477009" in each for each in found)


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (
            "DROP TRIGGER lease_epoch; UPDATE lease SET epoch = 0",
            "rows of the journal belong to an epoch that has not come yet (1)",
        ),
        (
            "DROP TRIGGER campaign_fixed; UPDATE campaign SET started_at = NULL",
            "recipients belong to a campaign that never started (2)",
        ),
        (
            "UPDATE send SET status = 'unknown' WHERE operation IS NOT NULL",
            "in another status than the call that claimed them (1)",
        ),
        ("UPDATE operation SET status = 'unknown'", "in another status than the call that claimed them (1)"),
        ("DROP TRIGGER send_step", "send_step is not as it was made"),
        ("CREATE TABLE more (anything)", "more is not as it was made"),
        ("CREATE TABLE more (anything)", "the table more takes values of any type"),
        ("CREATE VIEW peep AS SELECT 1", "the view peep is not ours"),
    ],
)
def test_altered_tables_are_found_by_name(used: Path, edit: str, sentence: str) -> None:
    with closing(sqlite3.connect(used, isolation_level=None)) as connection:
        connection.executescript(edit)
        assert any(each.endswith(sentence) for each in checking.check(connection, CURRENT))


def test_damage_is_found(used: Path) -> None:
    with closing(sqlite3.connect(used, isolation_level=None)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ledger_wall'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(used.read_bytes())
    content[root * size - 8 : root * size] = b"\xff" * 8  # the end of the page: the newest key of an index
    used.write_bytes(content)
    with closing(SqliteStore.open(used, write=False)) as store:
        assert any("the file is damaged" in each for each in store.check())
