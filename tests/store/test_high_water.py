"""An older copy of a state is recognised by the mark beside it, and sends nothing until it is closed off."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model import claim as claims
from sendmode_sync.model.claim import Barred, Begun, CreditsClaim, Freeze, ImportClaim, Result, RunStart, SendClaim
from sendmode_sync.model.desired import NO_VALUES, OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store import high_water
from sendmode_sync.store.sqlite import SqliteStore

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
LIMIT = RateLimit(100, 60.0)
ONE, TWO = "+447700900001", "+447700900002"
FREEZE = Freeze("c1:x", False, {ONE: "t1:x", TWO: "t1:x"}, {"t1:x": FrozenText("Hi", "GSM-7", 1)})


def run(name: str, kind: str = "apply") -> RunStart:
    return RunStart(name, kind, "host", 1, "me", AT)


def send(operation: str, number: str, campaign: str = "offer") -> SendClaim:
    return SendClaim(operation, campaign, "ref", (number,), "t1:x", Decimal(1), freeze=FREEZE)


@pytest.fixture
def restored(path: Path) -> Path:
    """An older copy: taken when one person had been sent the campaign, put back after the second one was, too."""
    spare = path.with_name("spare.db")
    with closing(SqliteStore.open(path)) as store:
        store.lock(run("run-1"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        store.settle("op-1", Result("done"), AT, NOW)
        store.unlock()
        store.backup(spare)
        store.lock(run("run-2"), 0)
        store.begin(send("op-2", TWO), AT, NOW, LIMIT, 30.0)
        store.settle("op-2", Result("done"), AT, NOW)
    spare.replace(path)
    return path


def mark(path: Path) -> int:
    (line,) = (path.parent / "high-water").read_text().splitlines()
    return int(line.split()[1])


def test_the_mark_is_up_before_a_text_can_leave(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.lock(run("run-1"), 0)
        store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        assert mark(path) == store.identity().serial == 1
        assert (path.parent / "high-water").stat().st_mode & 0o777 == 0o600
        store.begin(ImportClaim("op-2", "members", ONE, NO_VALUES), AT, NOW, LIMIT, 30.0)
        assert mark(path) == 1
        store.unlock()
        assert mark(path) == store.identity().serial == 2
        store.record_optouts([OptOut(ONE)], "command", AT)
        assert mark(path) == 3
        assert not store.behind


def test_an_older_copy_sends_nothing(restored: Path) -> None:
    with closing(SqliteStore.open(restored)) as store:
        assert store.behind
        for kind in ("apply", "send-test"):
            with pytest.raises(StateError, match="state check --restored"):
                store.lock(run("run-3", kind), 0)
        assert store.holder() is None
        store.lock(run("run-3", "adopt"), 0)
        for claim in (send("op-3", TWO), claims.TestClaim("op-3", "offer", "ref", TWO, Decimal(1))):
            with pytest.raises(StateError, match="older copy"):
                store.begin(claim, AT, NOW, LIMIT, 30.0)
        assert store.begin(CreditsClaim("op-3"), AT, NOW, LIMIT, 30.0) == Begun()
        assert any("older copy" in sentence for sentence in store.check())


def test_an_older_copy_does_not_outgrow_its_mark(restored: Path) -> None:
    with closing(SqliteStore.open(restored, write=False)) as store:
        assert store.behind
    with closing(SqliteStore.open(restored)) as store:
        for number in range(9):
            store.record_optouts([OptOut(f"+44770090010{number}")], "command", AT)
        assert store.identity().serial > 5
        assert store.behind
    (restored.parent / "high-water").unlink()
    with closing(SqliteStore.open(restored)) as store:
        assert store.behind


def test_an_older_copy_that_is_closed_off_sends_nothing_that_may_have_been_sent(restored: Path) -> None:
    before = mark(restored)
    with closing(SqliteStore.open(restored)) as store:
        assert store.close_restored(AT, ["later", "offer"]) == ["later", "offer"]
        assert not store.behind
        assert store.identity().serial > before
        assert store.check() == []
        store.lock(run("run-3"), 0)
        for name in ("offer", "later"):
            assert store.begin(send("op-3", TWO, name), AT, NOW, LIMIT, 30.0) == Barred((TWO,))
        assert store.begin(send("op-3", TWO, "new"), AT, NOW, LIMIT, 30.0) == Begun()
        found = store.load(["offer", "later"], AT).campaigns
        assert {name: record.closed_as for name, record in found.items()} == {"offer": "lost", "later": "lost"}
        assert found["offer"].rows[ONE].status == "accepted"
        assert store.close_restored(AT, ["offer"]) == ["new"]
    with closing(SqliteStore.open(restored)) as store:
        assert not store.behind


def test_a_rehearsal_of_an_older_copy_sends_nothing_either(restored: Path) -> None:
    SqliteStore.open(restored).close()
    with closing(SqliteStore.throwaway(restored, AT)) as store:
        assert store.behind
        assert store.close_restored(AT) == ["offer"]
        assert not store.behind


def test_a_lost_state_begins_again_above_its_mark(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        lineage = store.identity().lineage
        store.record_optouts([OptOut(ONE)], "yaml", AT)
    path.unlink()
    with closing(SqliteStore.create(path, AT, lineage=lineage)) as store:
        assert store.behind
    path.unlink()
    with closing(SqliteStore.init_lost(path, AT, ["offer", "other"], lineage)) as store:
        assert not store.behind
        assert store.identity().serial > 1
        assert store.identity().lineage == lineage
        assert store.campaign_names() == ("offer", "other")
        store.lock(run("run-1"), 0)
        assert store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0) == Barred((ONE,))
        assert store.load(["offer"], AT).campaigns["offer"].closed_as == "lost"
    path.unlink()
    with closing(SqliteStore.init_lost(path, AT, [])) as store:
        assert (store.campaign_names(), store.behind) == ((), False)
        assert store.identity().lineage != lineage


def test_a_mark_that_cannot_be_moved_takes_the_claim_back(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        store.lock(run("run-1"), 0)
        in_the_way = path.parent / f".high-water.{os.getpid()}"
        in_the_way.mkdir()
        with pytest.raises(StateError, match="high-water: cannot be written"):
            store.begin(send("op-1", ONE), AT, NOW, LIMIT, 30.0)
        assert [(each.status, each.cause) for each in store.operations("run-1")] == [("released", "high-water")]
        in_the_way.rmdir()
        assert store.begin(send("op-2", ONE), AT, NOW, LIMIT, 30.0) == Begun()


def test_a_mark_that_cannot_be_read_stops_what_would_send(path: Path) -> None:
    with closing(SqliteStore.open(path)) as store:
        (path.parent / "high-water").unlink()
        (path.parent / "high-water").mkdir()
        with pytest.raises(StateError, match="high-water: cannot be read"):
            store.lock(run("run-1"), 0)


def test_marks_of_several_states_stand_side_by_side_and_only_rise(tmp_path: Path) -> None:
    path = tmp_path / "high-water"
    assert high_water.read(path, "a") is None
    high_water.raise_to(path, "a", 0)
    assert high_water.read(path, "a") == 0
    high_water.raise_to(path, "a", 3)
    high_water.raise_to(path, "b", 7)
    high_water.raise_to(path, "a", 2)
    assert (high_water.read(path, "a"), high_water.read(path, "b")) == (3, 7)
    path.write_bytes(b"a x\n\xff\xfe\nonly-one\nb 9\nc 1 2\nd -1\n")
    assert [high_water.read(path, name) for name in "abcd"] == [None, 9, None, None]
    assert [each.name for each in tmp_path.iterdir()] == ["high-water"]


def test_a_copy_elsewhere_comes_without_its_mark_and_counts_as_an_older_one(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    copy = tmp_path / "elsewhere" / "copy.db"
    with closing(SqliteStore.open(path)) as store:
        shutil.copy(path, tmp_path / "elsewhere" / "empty.db")
        store.record_optouts([OptOut(ONE)], "yaml", AT)
        shutil.copy(path, copy)
    with closing(SqliteStore.open(tmp_path / "elsewhere" / "empty.db")) as store:
        assert not store.behind  # it has not sent anything, nor has it been told anything
    shutil.copy(path.with_name("high-water"), copy.parent)
    with closing(SqliteStore.open(copy)) as store:
        assert not store.behind
    (copy.parent / "high-water").unlink()
    with closing(SqliteStore.open(copy)) as store:
        assert store.behind
        assert store.close_restored(AT) == []
        assert not store.behind


def test_a_state_whose_mark_cannot_be_written_is_let_go(path: Path) -> None:
    fresh = path.with_name("fresh.db")
    (path.parent / "high-water").unlink(missing_ok=True)
    (path.parent / "high-water").mkdir()
    with pytest.raises(StateError, match="high-water"):
        SqliteStore.create(fresh, AT)
    (path.parent / "high-water").rmdir()
    with closing(SqliteStore.open(fresh)) as store:  # nobody has it open any more, and nothing was ever done in it
        assert not store.behind


def test_whether_a_state_is_an_older_copy_cannot_be_told_of_one_that_cannot_be_read(path: Path) -> None:
    store = SqliteStore.open(path)
    store.close()
    with pytest.raises(StateError):
        _ = store.behind
