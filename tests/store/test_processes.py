"""Two real processes on one state: the lock, what works beside it, and what a killed process leaves behind."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sendmode_sync.errors import FencedError, LockedError, StateError
from sendmode_sync.model.claim import Barred, Begun, CreditsClaim, Freeze, Result, RunStart, SendClaim, Wait
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.sqlite import SqliteStore

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
LIMIT = RateLimit(100, 60.0)
ONE, TWO = "+447700900001", "+447700900002"
FREEZE = Freeze("c1:x", False, {ONE: "t1:x", TWO: "t1:x"}, {"t1:x": FrozenText("Hi", "GSM-7", 1)})

Child = Callable[[str], "subprocess.Popen[str]"]

HOLD_THE_LOCK = """
store = SqliteStore.open(path)
store.lock(start("other-run"), 0)
print("locked", flush=True)
sys.stdin.readline()
store.unlock()
print("unlocked", flush=True)
sys.stdin.readline()
"""


def run(name: str = "my-run") -> RunStart:
    return RunStart(name, "apply", "host", os.getpid(), "me", AT)


def send(operation: str, *numbers: str) -> SendClaim:
    return SendClaim(operation, "offer", "ref", numbers, "t1:x", Decimal(1), freeze=FREEZE)


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def statuses(store: SqliteStore) -> dict[str, str]:
    return {number: row.status.value for number, row in store.load(["offer"], AT).campaigns["offer"].rows.items()}


def test_a_second_run_is_told_who_holds_the_lock(store: SqliteStore, child: Child) -> None:
    other = child(HOLD_THE_LOCK)
    assert said(other) == "locked"
    with pytest.raises(LockedError) as refused:
        store.lock(run(), 0)
    for part in ("other-run", "otherhost", str(other.pid), "2026-12-01T10:00:00+00:00"):
        assert part in str(refused.value)
    holder = store.holder()
    assert holder is not None
    assert holder.run == "other-run"
    assert len(store.runs()) == 1


def test_a_second_run_waits_for_the_lock(store: SqliteStore, child: Child) -> None:
    other = child(HOLD_THE_LOCK)
    assert said(other) == "locked"
    tell(other)
    assert store.lock(run(), 20) == 0
    assert said(other) == "unlocked"
    assert [entry.run for entry in store.runs()] == ["my-run", "other-run"]


def test_an_opt_out_of_another_process_stops_the_next_claim(store: SqliteStore, child: Child) -> None:
    store.lock(run(), 0)
    assert store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0) == Begun()
    other = child("print(SqliteStore.open(path).record_optouts([OptOut(TWO)], 'command', AT), flush=True)")
    assert said(other) == "1"
    assert store.begin(send("op-2", TWO), AT, NOW, LIMIT, 30.0) == Barred((TWO,))
    assert statuses(store) == {ONE: "claimed", TWO: "suppressed"}


def test_a_cancel_of_another_process_stops_the_next_claim(store: SqliteStore, child: Child) -> None:
    store.lock(run(), 0)
    store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
    assert said(child("print(SqliteStore.open(path).cancel('offer', 'me', AT), flush=True)")) == "1"
    assert store.begin(send("op-2", TWO), AT, NOW, LIMIT, 30.0) == Barred((TWO,))


def test_two_processes_share_one_rate_ledger(store: SqliteStore, child: Child) -> None:
    one = RateLimit(1, 60.0)
    other = child("print(SqliteStore.open(path).begin(CreditsClaim('op-1'), AT, NOW, LIMIT, 30.0), flush=True)")
    assert said(other) == "Begun()"
    assert store.begin(CreditsClaim("op-2"), AT, NOW, one, 30.0) == Wait(90.0)


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("claim:before", {}),
        ("claim:written", {}),
        ("claim:durable", {ONE: "unknown", TWO: "planned"}),
        ("result:before", {ONE: "unknown", TWO: "planned"}),
        ("result:written", {ONE: "unknown", TWO: "planned"}),
        ("result:durable", {ONE: "accepted", TWO: "planned"}),
    ],
)
def test_what_a_killed_run_leaves_behind(path: Path, child: Child, point: str, left: dict[str, str]) -> None:
    other = child(f"""
        def probe(name):
            if name == {point!r}:
                os.kill(os.getpid(), signal.SIGKILL)
        store = SqliteStore.open(path, probe=probe)
        store.lock(start("killed"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        store.settle("op-1", Result("done"), AT, NOW)
    """)
    assert other.wait(30) == -signal.SIGKILL
    with closing(SqliteStore.open(path)) as store:
        assert store.holder() is None
        became_unknown = store.lock(run(), 0)
        assert became_unknown == list(left.values()).count("unknown")
        records = store.load(["offer"], AT).campaigns
        assert ({} if not records else statuses(store)) == left
        assert [each.cause for each in store.unknowns()] == ["interrupted"] * became_unknown
        assert store.check() == []


@pytest.mark.parametrize("point", ["recovery:before", "recovery:written", "recovery:durable"])
def test_a_recovery_that_is_killed_is_made_by_the_next_run(path: Path, child: Child, point: str) -> None:
    first = child("""
        store = SqliteStore.open(path)
        store.lock(start("killed"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert first.wait(30) == -signal.SIGKILL
    second = child(f"""
        def probe(name):
            if name == {point!r}:
                os.kill(os.getpid(), signal.SIGKILL)
        SqliteStore.open(path, probe=probe).lock(start("killed-too"), 0)
    """)
    assert second.wait(30) == -signal.SIGKILL
    with closing(SqliteStore.open(path)) as store:
        store.lock(run(), 0)
        assert statuses(store) == {ONE: "unknown", TWO: "planned"}
        assert store.check() == []


def test_the_ledger_survives_a_killed_process(path: Path, child: Child) -> None:
    other = child("""
        SqliteStore.open(path).begin(CreditsClaim("op-1"), AT, NOW, LIMIT, 30.0)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert other.wait(30) == -signal.SIGKILL
    with closing(SqliteStore.open(path)) as store:
        now = Instant(1e9 + 10, 1010.0, "boot")
        assert store.begin(CreditsClaim("op-2"), AT, now, RateLimit(1, 60.0), 30.0) == Wait(80.0)


def test_a_live_holder_that_is_unlocked_claims_nothing_more(store: SqliteStore, child: Child) -> None:
    other = child("""
        store = SqliteStore.open(path)
        store.lock(start("other-run"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        print("claimed", flush=True)
        sys.stdin.readline()
        store.settle("op-1", Result("done"), AT, NOW)
        try:
            store.begin(send("op-2", TWO), AT, NOW, LIMIT, 30.0)
        except StateError as error:
            print(type(error).__name__, flush=True)
        sys.stdin.readline()
    """)
    assert said(other) == "claimed"
    assert store.force_unlock("other-run")
    with pytest.raises(LockedError, match=r"was unlocked .* still holds the lock until it ends"):
        store.lock(run(), 0)
    tell(other)
    assert said(other) == "FencedError"
    other.kill()
    other.wait()
    assert store.lock(run(), 5) == 0
    assert statuses(store) == {ONE: "accepted", TWO: "planned"}


def test_a_run_whose_lock_file_was_removed_is_fenced_by_the_next(store: SqliteStore, path: Path, child: Child) -> None:
    store.lock(run(), 0)
    store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
    path.with_name("sendmode.db.lock").unlink()
    other = child(HOLD_THE_LOCK)
    assert said(other) == "locked"
    with pytest.raises(FencedError, match="my-run"):
        store.begin(send("op-2", TWO), AT, NOW, LIMIT, 30.0)
    assert statuses(store) == {ONE: "unknown", TWO: "planned"}
    store.settle("op-1", Result("done"), AT, NOW)
    assert statuses(store) == {ONE: "accepted", TWO: "planned"}
    store.unlock()
    holder = store.holder()
    assert holder is not None
    assert holder.run == "other-run"


def test_a_dead_holder_leaves_nothing_to_wait_for(store: SqliteStore, child: Child) -> None:
    assert child("SqliteStore.open(path).lock(start('dead-run'), 0)").wait(30) == 0
    assert store.holder() is None
    assert not store.force_unlock("dead-run")
    store.lock(run(), 0)


def test_a_transaction_cut_in_half_is_undone_also_by_a_reader(path: Path, child: Child) -> None:
    other = child("""
        import sqlite3
        connection = sqlite3.connect(path, isolation_level=None)
        connection.executescript("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE")
        connection.execute("UPDATE meta SET serial = 7")
        for number in range(500):
            connection.execute("INSERT INTO optout VALUES (?, 'x', NULL, ?, NULL, NULL)", (number, "y" * 500))
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    assert other.wait(30) == -signal.SIGKILL
    assert path.with_name(f"{path.name}-journal").stat().st_size > 0
    with closing(SqliteStore.open(path, write=False)) as store:
        assert store.identity().serial == 0
        assert store.load([], AT).optouts == {}
        with pytest.raises(StateError, match="cannot be written"):
            store.record_optouts([OptOut(ONE)], "command", AT)


def test_the_lock_is_let_go_with_the_store(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.lock(run(), 0)
        with pytest.raises(StateError, match="holds the lock already"):
            store.lock(run("again"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        store.settle("op-1", Result("done"), AT, NOW)
    with closing(SqliteStore.open(path)) as store:
        assert store.holder() is None
        assert store.lock(run("my-run-2"), 0) == 0
