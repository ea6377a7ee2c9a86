"""Files that are no usable state, each refused with its own reason, and what a usable one is held to."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError, StateMissingError
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store import sqlite_schema
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.store.sqlite_schema import CURRENT

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
ONE = "+447700900001"
WRITE = pytest.mark.parametrize("write", [True, False])


def sql(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("not a database, but long enough to have a header of its own\n" * 20)


def foreign(path: Path) -> None:
    sql(path, "PRAGMA application_id = 1")


def newer(path: Path) -> None:
    sql(path, f"PRAGMA user_version = {CURRENT.version + 1}")


def unfinished(path: Path) -> None:
    sql(path, "PRAGMA user_version = 0")


def wal(path: Path) -> None:
    sql(path, "PRAGMA journal_mode = WAL")


def no_trigger(path: Path) -> None:
    sql(path, "DROP TRIGGER send_step")


def more_triggers(path: Path) -> None:
    sql(path, "CREATE TRIGGER extra AFTER UPDATE ON meta BEGIN SELECT 1; END")


def no_identity(path: Path) -> None:
    sql(path, "DROP TRIGGER meta_kept; DELETE FROM meta")


def linked(path: Path) -> None:
    target = path.with_name("elsewhere.db")
    path.rename(target)
    path.symlink_to(target)


def hard_linked(path: Path) -> None:
    os.link(path, path.with_name("second.db"))


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@WRITE
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (empty, "is empty, not a state"),
        (text, "not a state"),
        (truncate, "is damaged"),
        (foreign, "of another program"),
        (newer, r"made by a newer sendmode-sync .*upgrade"),
        (unfinished, "never finished"),
        (wal, "journal_mode is wal"),
        (no_trigger, r"were altered \(send_step\)"),
        (more_triggers, r"were altered \(extra\)"),
        (no_identity, "lost its identity"),
        (linked, "symbolic link"),
        (hard_linked, "second name"),
        (folder, "is not a file"),
    ],
)
def test_a_file_that_is_no_usable_state_is_refused(
    path: Path, spoil: Callable[[Path], None], reason: str, write: bool
) -> None:
    spoil(path)
    for _ in range(2):  # a refusal leaves nothing open behind it
        with pytest.raises(StateError, match=reason) as refused:
            SqliteStore.open(path, write=write)
        assert str(path) in str(refused.value)
        assert not isinstance(refused.value, StateMissingError)


def test_a_damaged_page_is_found_before_anything_is_written(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.record_optouts([OptOut(f"+4477009{number:05d}") for number in range(2000)], "yaml", AT)
    content = bytearray(path.read_bytes())
    content[-4096 * 3 : -4096] = b"\xff" * 4096 * 2
    path.write_bytes(content)
    with pytest.raises(StateError, match="is damaged"):
        SqliteStore.open(path)
    with closing(SqliteStore.open(path, write=False)) as store, pytest.raises(StateError, match="damaged"):
        store.load([], AT)


@WRITE
@pytest.mark.parametrize("name", ["missing.db", "missing/state.db", "sendmode.db/state.db"])
def test_a_missing_state_has_an_error_of_its_own(path: Path, name: str, write: bool) -> None:
    with pytest.raises(StateMissingError, match="state init"):
        SqliteStore.open(path.parent / name, write=write)
    assert sorted(each.name for each in path.parent.iterdir()) == ["high-water", "sendmode.db"]


def test_a_name_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be looked at"):
        SqliteStore.open(tmp_path / ("x" * 300))


@pytest.mark.parametrize("part", ["file", "folder"])
def test_a_read_only_state_can_be_read_and_not_opened_for_writing(path: Path, part: str) -> None:
    target = path if part == "file" else path.parent
    mode = target.stat().st_mode & 0o777
    target.chmod(mode & 0o555)
    try:
        with pytest.raises(StateError, match="is read-only"):
            SqliteStore.open(path)
        with closing(SqliteStore.open(path, write=False)) as store:
            assert store.identity().serial == 0
    finally:
        target.chmod(mode)


def test_a_state_is_private_from_the_start(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    with closing(SqliteStore.open(path)) as store:
        assert store.warnings == ()
    path.chmod(0o644)
    with closing(SqliteStore.open(path)) as store:
        (warning,) = store.warnings
    assert "chmod 600 sendmode.db" in warning


def test_a_reader_writes_nothing(path: Path) -> None:
    before = path.read_bytes()
    names = sorted(path.parent.iterdir())
    with closing(SqliteStore.open(path, write=False)) as store:
        store.load(["offer"], AT)
        store.holder()
        store.check()
        with pytest.raises(StateError, match="cannot be written"):
            store.cancel("offer", "me", AT)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == names


def test_a_state_is_never_overwritten(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StateError, match="never overwritten"):
        SqliteStore.create(path, AT)
    with pytest.raises(StateError, match="never overwritten"):
        SqliteStore.init_lost(path, AT, ["offer"])
    assert path.read_bytes() == before


def test_a_state_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError, match="cannot be made"):
        SqliteStore.create(tmp_path / "file" / "state.db", AT)
    naive = dt.datetime(2026, 12, 1, 10)  # noqa: DTZ001 - makes the first transaction fail
    with pytest.raises(ValueError, match="time zone"):
        SqliteStore.create(tmp_path / "state.db", naive)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_given_lineage_is_kept_and_others_are_random(tmp_path: Path) -> None:
    with closing(SqliteStore.create(tmp_path / "one.db", AT, lineage="given")) as one:
        assert one.identity().lineage == "given"
    with (
        closing(SqliteStore.create(tmp_path / "two.db", AT)) as two,
        closing(SqliteStore.create(tmp_path / "three.db", AT)) as three,
    ):
        assert two.identity().lineage != three.identity().lineage
        assert two.identity().tag_key != three.identity().tag_key


def test_one_process_opens_a_state_once(path: Path) -> None:
    with closing(SqliteStore.open(path)):
        for write in (True, False):
            with pytest.raises(StateError, match="one connection a process"):
                SqliteStore.open(path, write=write)
        with pytest.raises(StateError, match="one connection a process"):
            SqliteStore.throwaway(path, AT)
    store = SqliteStore.open(path)
    store.close()
    store.close()


def test_the_settings_hold_on_every_connection(path: Path) -> None:
    expected = {
        "journal_mode": "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "secure_delete": 1,
        "application_id": sqlite_schema.APPLICATION_ID,
        "user_version": CURRENT.version,
    }
    with closing(SqliteStore.open(path)) as store:
        connection = store._door.connection
        assert {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in expected} == expected
        assert connection.isolation_level is None


def test_a_change_takes_the_write_lock_before_it_reads(path: Path) -> None:
    statements: list[str] = []
    with closing(SqliteStore.open(path)) as store:
        store._door.connection.set_trace_callback(statements.append)
        store.record_optouts([OptOut(ONE)], "yaml", AT)
        store._door.connection.set_trace_callback(None)
    assert statements[0] == "BEGIN IMMEDIATE"
    assert statements.index("COMMIT") > 1


@pytest.mark.parametrize("spoil", [foreign, unfinished, newer])
def test_a_copy_in_memory_is_as_careful_as_the_file(path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(path)
    with pytest.raises(StateError, match=str(path)):
        SqliteStore.throwaway(path, AT)


def test_a_copy_in_memory_leaves_no_trace(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.record_optouts([OptOut(ONE)], "yaml", AT)
        identity = store.identity()
    before = {each: each.read_bytes() for each in path.parent.iterdir()}
    with closing(SqliteStore.throwaway(path, AT)) as store:
        assert (store.identity(), set(store.numbers())) == (identity, {ONE})
        store.record_optouts([OptOut("+447700900002")], "yaml", AT)
        assert not store.behind
    assert {each: each.read_bytes() for each in path.parent.iterdir()} == before


def test_a_full_disk_stops_a_change_and_leaves_the_state_as_it_was(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        connection = store._door.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        many = [OptOut(f"+4477009{number:05d}") for number in range(5000)]
        with pytest.raises(StateError, match="disk is full"):
            store.record_optouts(many, "yaml", AT)
        assert (store.identity().serial, store.check()) == (0, [])


def test_a_backup_that_fails_leaves_no_half_of_itself(path: Path, tmp_path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store._door.connection.close()
        with pytest.raises(StateError, match=r"copy\.db"):
            store.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_a_copied_file_is_the_same_state(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    with closing(SqliteStore.open(path)) as one, closing(SqliteStore.open(copy)) as two:
        assert one.identity() == two.identity()


def test_reading_and_claiming_import_no_more_than_sqlite3(path: Path) -> None:
    code = (
        "import sys, datetime as dt; from pathlib import Path; from sendmode_sync.store.sqlite import SqliteStore; "
        "store = SqliteStore.open(Path(sys.argv[1])); store.load([], dt.datetime.now(dt.UTC)); "
        "print(sorted({'sqlite_utils', 'click'} & set(sys.modules)))"
    )
    root = str(Path(sqlite_schema.__file__).parents[2])
    found = subprocess.run(
        [sys.executable, "-c", code, str(path)],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
