"""A PostgreSQL server that is killed, restarted, failed over, or whose answer is lost: nothing is guessed, nothing sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal

import pytest

from sendmode_sync.errors import FencedError, LockedError, StateError
from sendmode_sync.model.claim import Begun, Claim, CreditsClaim, Freeze, Result, RunStart, SendClaim, Wait
from sendmode_sync.model.desired import OptOut
from sendmode_sync.model.pace import Instant
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.model.state import FrozenText
from sendmode_sync.store.postgres import PostgresStore
from tests.engines import postgres_server
from tests.engines.loopback_proxy import Proxy
from tests.engines.postgres_server import Server

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
NOW = Instant(1e9, 1000.0, "boot")
LIMIT = RateLimit(100, 60.0)
ONE, TWO = "+447700900001", "+447700900002"
FREEZE = Freeze("c1:x", False, {ONE: "t1:x", TWO: "t1:x"}, {"t1:x": FrozenText("Hi", "GSM-7", 1)})


@pytest.fixture
def store(server: Server) -> Iterator[PostgresStore]:
    with closing(PostgresStore.open(server.url)) as opened:
        yield opened


def run(name: str = "run-1", kind: str = "apply") -> RunStart:
    return RunStart(name, kind, "host", 42, "me", AT)


def send(operation: str, number: str = ONE) -> SendClaim:
    return SendClaim(operation, "offer", "ref", (number,), "t1:x", Decimal(1), freeze=FREEZE)


def begin(store: PostgresStore, claim: Claim, now: Instant = NOW, limit: RateLimit = LIMIT) -> object:
    return store.begin(claim, AT, now, limit, 30.0)


def statuses(store: PostgresStore) -> dict[str, str]:
    campaigns = store.load(["offer"], AT).campaigns
    return {number: row.status.value for number, row in campaigns["offer"].rows.items()} if campaigns else {}


def calls(store: PostgresStore, name: str = "run-1") -> dict[str, str]:
    return {each.operation: each.status for each in store.operations(name)}


# -- the connection that holds the lock ------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["terminate", "immediate", "fast"])
def test_a_lost_connection_is_a_lost_lock(store: PostgresStore, server: Server, harm: str) -> None:
    store.lock(run(), 0)
    assert begin(store, send("op-1")) == Begun()
    if harm == "terminate":
        assert server.terminate() == 1
    else:
        server.stop(harm)
        server.start()
    for claim in (send("op-2", TWO), CreditsClaim("op-3")):
        with pytest.raises(FencedError, match="run-1 lost its connection"):
            begin(store, claim)
    with pytest.raises(FencedError):
        store.again("op-1", NOW, LIMIT, 30.0)
    store.settle("op-1", Result("done"), AT, NOW)
    store.finish(1, AT)
    assert (statuses(store), calls(store)) == ({ONE: "accepted", TWO: "planned"}, {"op-1": "done"})
    assert store.holder() is None
    with pytest.raises(FencedError):
        begin(store, send("op-2", TWO))
    store.unlock()
    assert store.lock(run("run-2"), 0) == 0
    assert begin(store, send("op-2", TWO)) == Begun()


def test_what_a_lost_run_left_claimed_is_unknown_to_the_next(store: PostgresStore, server: Server) -> None:
    store.lock(run(), 0)
    begin(store, send("op-1"))
    server.terminate()
    with closing(PostgresStore.open(server.url)) as other:
        assert other.lock(run("run-2"), 5) == 1
        with pytest.raises(FencedError):
            begin(store, send("op-2", TWO))
        store.settle("op-1", Result("done"), AT, NOW)  # its answer came late, and only adds certainty
        assert statuses(other) == {ONE: "accepted", TWO: "planned"}


def test_an_opt_out_waits_for_a_server_that_is_started_again(store: PostgresStore, server: Server) -> None:
    server.stop()
    server.start()
    assert store.record_optouts((OptOut(number) for number in (ONE, TWO)), "command", AT) == 2
    assert store.record_optouts([OptOut(ONE)], "command", AT) == 0


def test_a_second_runner_is_told_who_holds_the_lock(store: PostgresStore, server: Server) -> None:
    store.lock(run(), 0)
    with closing(PostgresStore.open(server.url)) as other:
        with pytest.raises(LockedError, match=r"run-1 \(process 42 on host, started 2026-12-01"):
            other.lock(run("run-2"), 0.2)
        assert other.force_unlock("run-1")
        with pytest.raises(FencedError, match="run-1 was unlocked"):
            begin(store, send("op-1"))
        store.unlock()
        assert other.lock(run("run-2"), 0) == 0


def test_a_lock_taken_over_by_nobody_but_moved_to_another_session_is_noticed(
    store: PostgresStore, server: Server
) -> None:
    store.lock(run(), 0)
    session = store._door._session.connection
    session.execute("SELECT pg_advisory_unlock_all()")  # as a pooler that hands out another session would look
    with pytest.raises(FencedError, match="lost the state's lock with its session"):
        begin(store, send("op-1"))
    assert statuses(store) == {}


# -- a commit whose answer is lost -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("loss", "left"), [("answer", {"op-1": "released"}), ("request", {})])
def test_a_claim_whose_commit_was_not_answered_never_starts(
    server: Server, proxy: Proxy, loss: str, left: dict[str, str]
) -> None:
    with closing(PostgresStore.open(server.address(proxy.port))) as store:
        store.lock(run(), 0)
        proxy.lose(loss)  # type: ignore[arg-type]
        with pytest.raises(FencedError):
            begin(store, send("op-1"))
        assert (proxy.lost, calls(store)) == (1, left)
        assert set(statuses(store).values()) <= {"planned"}
        with pytest.raises(FencedError):
            begin(store, send("op-2"))


@pytest.mark.parametrize("loss", ["answer", "request"])
def test_a_change_whose_commit_was_not_answered_is_there_once(server: Server, proxy: Proxy, loss: str) -> None:
    with closing(PostgresStore.open(server.address(proxy.port))) as store:
        store.lock(run(), 0)
        begin(store, send("op-1"))
        before = store.identity().serial
        proxy.lose(loss)  # type: ignore[arg-type]
        assert store.record_optouts([OptOut(TWO)], "command", AT) == 1
        proxy.lose(loss)  # type: ignore[arg-type]
        store.settle("op-1", Result("done"), AT, NOW)
        assert proxy.lost == 2
        assert store.identity().serial == before + 2
        assert statuses(store) == {ONE: "accepted", TWO: "planned"}


# -- one rate limit ----------------------------------------------------------------------------------------------------


def test_hosts_whose_clocks_disagree_share_one_limit(store: PostgresStore, server: Server) -> None:
    one = RateLimit(1, 60.0)
    hours = 3600.0
    assert begin(store, CreditsClaim("op-1"), Instant(1e9, 5.0, "first-host"), one) == Begun()
    with closing(PostgresStore.open(server.url)) as other:
        for wall in (1e9 - 9 * hours, 1e9, 1e9 + 9 * hours):
            asked = begin(other, CreditsClaim("op-2"), Instant(wall, 900.0, "second-host"), one)
            assert isinstance(asked, Wait)
            assert 80 < asked.seconds <= 90


# -- the server ----------------------------------------------------------------------------------------------------------


def test_a_failover_to_another_timeline_stops_sends_until_a_person_closes_it_off() -> None:
    server = postgres_server.started()
    try:
        PostgresStore.create(server.url, AT).close()
        with closing(PostgresStore.open(server.url)) as store:
            store.lock(run(), 0)
            begin(store, send("op-1"))
            server.promote()
            with pytest.raises(StateError, match="failed over"):
                store.identity()
        with closing(PostgresStore.open(server.url, write=False)) as reader:
            assert reader.behind
        for _ in range(2):  # it is remembered once the new timeline is
            with closing(PostgresStore.open(server.url)) as store:
                assert store.behind
                assert any("older copy" in each for each in store.check())
                with pytest.raises(StateError, match="older copy"):
                    store.lock(run("run-2"), 0)
                assert store.record_optouts([OptOut(TWO)], "command", AT) in {0, 1}
        with closing(PostgresStore.open(server.url)) as store:
            assert store.close_restored(AT, ["other"]) == ["offer", "other"]
            assert (store.behind, store.check()) == (False, [])
            assert store.lock(run("run-2"), 0) == 1
    finally:
        server.remove()
