"""A row that another program changed is noticed before anything is written or called, however carefully it was done."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import Beginning, Begun, ImportClaim, Result
from sendmode_sync.model.desired import NO_VALUES, OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import high_water, sqlite_seal
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_triggers import TRIGGERS
from tests.store.test_migrations import START, VERSION_1

AT = dt.datetime(2026, 12, 2, 10, tzinfo=dt.UTC)
NOW = Instant(2e9, 1000.0, "boot")

EDITS = {
    "sent again": "UPDATE send SET status = 'planned', operation = NULL WHERE status = 'accepted'",
    "taken for sent": "UPDATE send SET status = 'accepted' WHERE status = 'unknown'",
    "another text": "UPDATE send SET text = 'other' WHERE status = 'rejected'",
    "a recipient gone": "DELETE FROM send WHERE status = 'rejected'",
    "a recipient more": "INSERT INTO send VALUES ('offer', '+447700900077', 'planned', 't1:x', '2026', NULL)",
    "a number replaced": "UPDATE send SET mobilenumber = '+447700900077' WHERE status = 'rejected'",
    "two rows swapped": "UPDATE send SET mobilenumber = CASE operation WHEN 's1' THEN mobilenumber || '0' ELSE mobilenumber END",
    "an opt-out gone": "DELETE FROM optout",
    "an opt-out more": "INSERT INTO optout VALUES ('+447700900077', '2026', NULL, 'hand', NULL, NULL)",
    "an opt-out acknowledged": "UPDATE optout SET applied_at = NULL",
    "an erased person back": "DELETE FROM forgotten",
    "a hash lifted": "UPDATE forgotten SET lifted_at = '2026'",
    "a consent gone": "DELETE FROM consent",
    "a consent more": "INSERT INTO consent VALUES (9, '+447700900005', '2026', 'yes', 'hand', '2026')",
    "a call settled": "UPDATE operation SET status = 'done' WHERE operation = 's2'",
    "a call cheaper": "UPDATE operation SET credits = '0' WHERE operation = 's2'",
    "a call gone": "DELETE FROM operation WHERE operation = 's2'",
    "a campaign reopened": "UPDATE campaign SET cancelled_at = NULL WHERE name = 'old'",
    "a campaign closed": "UPDATE campaign SET closed_as = 'adopted' WHERE name = 'offer'",
    "a campaign gone": "DELETE FROM campaign WHERE name = 'old'",
    "the account proven": "UPDATE meta SET proven = 0",
    "another account": "UPDATE meta SET account = 'a1:other'",
    "another lineage": "UPDATE meta SET lineage = 'other'",
    "an older copy excused": "UPDATE meta SET behind = 1",
    "another key": "UPDATE meta SET tag_key = x'00'",
    "a decision made": "INSERT INTO resolution VALUES (9, 's2', 'offer', 'not-sent', 1, 'hand', '2026', 'none')",
    "a plan forgotten": "INSERT INTO used_plan VALUES ('plan-9', 'run-1', '2026')",
    "a row unsealed": "UPDATE seal SET digest = x'00'",
    "a seal gone": "DELETE FROM seal",
}


def edit(path: Path, statements: str) -> None:
    """Change rows as somebody does who knows the tables: without the triggers, and with these put back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        triggers = connection.execute(query).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statements)
        for _, sql in triggers:
            connection.execute(sql)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state with something in every sealed table but decisions and plans."""
    path = tmp_path_factory.mktemp("sealed") / "state.db"
    path.touch(0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    _mark(path)
    SqliteStore.open(path).close()
    return path


def _mark(path: Path) -> None:
    high_water.raise_to(path.with_name(high_water.NAME), "22222222-2222-4222-8222-222222222222", 16)


@pytest.fixture
def copy(sealed: Path, tmp_path: Path) -> Path:
    _mark(tmp_path / "state.db")
    return Path(shutil.copy(sealed, tmp_path / "state.db"))


@pytest.mark.parametrize("name", EDITS)
def test_a_careful_edit_is_noticed_at_open_and_by_the_check(copy: Path, name: str) -> None:
    edit(copy, EDITS[name])
    before = copy.read_bytes()
    with pytest.raises(StateError, match="changed by something else than sendmode-sync") as refused:
        SqliteStore.open(copy)
    assert "4477009" not in str(refused.value)
    with closing(SqliteStore.open(copy, write=False)) as store:
        assert any("changed by something else" in said or "refer to nothing" in said for said in store.check())
    assert copy.read_bytes() == before


def test_an_edit_that_the_triggers_let_pass_leaves_its_trace(copy: Path) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("INSERT INTO optout VALUES ('+447700900077', '2026', NULL, 'hand', NULL, NULL)")
    with pytest.raises(StateError, match="changed by something else"):
        SqliteStore.open(copy)
    with closing(SqliteStore.open(copy, write=False)) as store:
        assert any("changed by something else" in said for said in store.check())


def test_an_edit_while_a_run_holds_the_state_stops_its_next_call_and_loses_no_result(copy: Path) -> None:
    def claim(which: int) -> Beginning:
        return store.begin(ImportClaim(f"i-{which}", "members", "+447700900001", NO_VALUES), AT, NOW, RateLimit(), 30.0)

    with closing(SqliteStore.open(copy)) as store:
        store.lock(START, 0)
        assert isinstance(claim(2), Begun)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("INSERT INTO optout VALUES ('+447700900077', '2026', NULL, 'hand', NULL, NULL)")
        with pytest.raises(StateError, match="changed by something else"):
            claim(3)
        store.settle("i-2", Result("done"), AT, NOW)
        assert store.applied_values([("members", "+447700900001")]) == {("members", "+447700900001"): NO_VALUES}
        store.record_optouts([OptOut("+447700900078")], "command", AT)
    with pytest.raises(StateError, match="changed by something else"):
        SqliteStore.open(copy)


def test_what_the_store_does_itself_keeps_the_seal(copy: Path) -> None:
    with closing(SqliteStore.open(copy)) as store:
        store.lock(START, 0)
        store.record_optouts([OptOut("+447700900078")], "command", AT)
        store.resolve("offer", sent=False, evidence="asked", user="somebody", at=AT)
        store.cancel("offer", "somebody", AT)
        store.adopt_imports([("members", "+447700900003", NO_VALUES)], AT)
        store.forget("+447700900001", AT)
        store.use_plan("plan-1", AT)
        store.lift_optout("+447700900078", "asked", "somebody", AT)
        assert store.check() == []
    SqliteStore.open(copy).close()


def test_a_throw_away_copy_is_sealed_too(copy: Path) -> None:
    for source in (copy, None):
        with closing(SqliteStore.throwaway(source, AT)) as store:
            store.record_optouts([OptOut("+447700900078")], "command", AT)
            assert store.check() == []


def test_imports_are_not_read_at_open(copy: Path) -> None:
    sealed = {each.table for each in sqlite_seal._SEALED}
    assert not sealed & {"applied", "applied_fields", "operation_item", "ledger", "run"}
    with closing(sqlite3.connect(copy)) as connection:
        (plan,) = connection.execute(f"EXPLAIN QUERY PLAN {sqlite_seal.queries()[6]}").fetchall()
    assert "operation_texts" in plan[-1]


def test_the_guards_are_still_the_first_to_refuse(copy: Path) -> None:
    assert any("send_step" in trigger for trigger in TRIGGERS)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE send SET status = 'planned' WHERE status = 'accepted'")
