"""A session with PostgreSQL that breaks where it is begun, waited for, locked, given back or looked up."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.model.desired import OptOut
from sendmode_sync.store import postgres_session
from sendmode_sync.store.door import BEHIND
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.postgres_door import PostgresDoor
from sendmode_sync.store.sqlite import SqliteStore
from tests.engines import postgres_server
from tests.engines.loopback_proxy import Proxy
from tests.engines.postgres_server import PASSWORD, Server

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
ONE, TWO = "+447700900001", "+447700900002"


def run(name: str = "run-1", kind: str = "apply") -> RunStart:
    return RunStart(name, kind, "host", 42, "me", AT)


def optouts(server: Server) -> set[str]:
    with closing(PostgresStore.open(server.url)) as store:
        return set(store.load((), AT).optouts)


def runs(server: Server) -> list[str]:
    with closing(PostgresStore.open(server.url)) as store:
        return [each.run for each in store.runs()]


# -- its beginning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [b"SET lock_timeout", b"pg_is_in_recovery"])
def test_a_session_that_breaks_while_it_is_begun_is_refused(server: Server, proxy: Proxy, where: bytes) -> None:
    proxy.lose("request", where)
    with pytest.raises(StateError, match=r"^the connection to the database was lost; run it again$") as refused:
        PostgresStore.open(server.address(proxy.port))
    assert PASSWORD not in str(refused.value)
    assert (proxy.lost, refused.value.__cause__) == (1, None)


def test_a_server_that_is_too_old_is_refused(server: Server) -> None:
    with Proxy(server.port, older=True) as older, pytest.raises(StateError, match="older than version 14; upgrade it"):
        PostgresStore.open(server.address(older.port))


def test_a_standby_is_read_and_never_written() -> None:
    server = postgres_server.started()
    try:
        with closing(PostgresStore.create(server.url, AT)) as store:
            before = store.identity()
        server.follow()
        for use in (PostgresStore.open, lambda url: PostgresStore.create(url, AT)):
            with pytest.raises(StateError, match="is a standby and takes no changes; name the primary"):
                use(server.url)
        with closing(PostgresStore.open(server.url, write=False)) as reader:
            assert (reader.identity(), reader.behind) == (before, False)
    finally:
        server.remove()


# -- a database that went away -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [lambda store: store.identity(), lambda store: store.record_optouts([OptOut(ONE)], "command", AT)],
    ids=["reading", "change"],
)
def test_a_database_that_stays_away_is_waited_for_no_longer_than_said(
    server: Server, use: Callable[[PostgresStore], object]
) -> None:
    with Proxy(server.port) as proxy:
        url = server.address(proxy.port)
        session = postgres_session.opened(url, write=True)
        store = PostgresStore(PostgresDoor(url, session, patience=0.0))
        use(store)
    for said in ("the connection to the database was lost", "cannot be reached"):
        with pytest.raises(StateError, match=said):
            use(store)
    store.close()


def test_a_change_waits_until_the_database_is_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        server.start()

    with closing(PostgresStore.open(server.url)) as store:
        server.stop()
        with monkeypatch.context() as while_it_is_away:
            while_it_is_away.setattr(time, "sleep", wait)
            assert store.record_optouts([OptOut(ONE)], "command", AT) == 1
    assert len(waited) == 1
    assert optouts(server) == {ONE}


# -- the lock ------------------------------------------------------------------------------------------------------------


def test_a_session_that_was_ended_takes_no_lock_and_the_next_one_does(server: Server) -> None:
    with closing(PostgresStore.open(server.url)) as store:
        server.terminate()
        with pytest.raises(StateError, match="closed the connection; run it again"):
            store.lock(run("run-1", "adopt"), 0)
        assert store.lock(run("run-2", "adopt"), 0) == 0
    assert runs(server) == ["run-2"]


@pytest.mark.parametrize("harm", ["the session ends", "the process stops"])
def test_a_lock_whose_run_was_not_written_down_is_let_go(server: Server, harm: str) -> None:
    class StoppedError(Exception):
        """Somebody stopped this process."""

    def probe(point: str) -> None:
        if point != "recovery:written":
            return
        if harm == "the process stops":
            raise StoppedError
        server.terminate()

    expected = StoppedError if harm == "the process stops" else StateError
    with (
        closing(PostgresStore.open(server.url, probe=probe)) as store,
        closing(PostgresStore.open(server.url)) as other,
    ):
        with pytest.raises(expected):
            store.lock(run("run-1"), 0)
        assert other.lock(run("run-2"), 0) == 0
    assert runs(server) == ["run-2"]


def test_a_lock_that_ends_with_its_session_while_it_is_given_back_is_free(server: Server) -> None:
    def probe(point: str) -> None:
        if point == "release:written":
            server.terminate()

    store = PostgresStore.open(server.url, probe=probe)
    store.lock(run("run-1"), 0)
    store.close()
    with closing(PostgresStore.open(server.url)) as other:
        assert other.holder() is None
        assert other.lock(run("run-2"), 0) == 0


# -- what became of a commit ---------------------------------------------------------------------------------------------


def test_a_change_that_cannot_be_looked_up_is_not_said_to_be_done(server: Server, proxy: Proxy) -> None:
    with closing(PostgresStore.open(server.address(proxy.port))) as store:
        proxy.lose("answer")
        proxy.lose("request", b"pg_terminate_backend")
        with pytest.raises(StateError, match="was lost; run it again"):
            store.record_optouts([OptOut(ONE)], "command", AT)
        assert proxy.lost == 2
        assert store.record_optouts([OptOut(ONE)], "command", AT) == 0  # it is there, and once
    assert optouts(server) == {ONE}


def test_what_became_of_a_transaction_is_said_by_the_server_alone(server: Server) -> None:
    def fate(transaction: str) -> bool:
        with (
            closing(postgres_session.begun(server.url, write=True)) as lost,
            closing(postgres_session.begun(server.url, write=True)) as session,
        ):
            return session.came_about(transaction, lost)

    with server.admin() as admin:
        names = []
        for ends in ("COMMIT", "ROLLBACK"):
            admin.execute("BEGIN")
            (name,) = admin.execute("SELECT pg_current_xact_id()::text").fetchone() or ("",)
            with pytest.raises(StateError, match="does not say what became of a change"):
                fate(name)  # it is not over
            admin.execute(ends.encode())
            names.append(name)
    assert [fate(name) for name in names] == [True, False]


# -- a copy --------------------------------------------------------------------------------------------------------------


def test_a_backup_whose_session_breaks_is_begun_again_and_is_whole(
    server: Server, proxy: Proxy, tmp_path: Path
) -> None:
    with closing(PostgresStore.open(server.address(proxy.port))) as store:
        store.record_optouts([OptOut(ONE), OptOut(TWO)], "command", AT)
        proxy.lose("request", b"FROM optout")
        store.backup(tmp_path / "copy.db")
        found = store.identity()
    assert proxy.lost == 1
    assert [each.name for each in tmp_path.iterdir()] == ["copy.db"]
    with closing(SqliteStore.open(tmp_path / "copy.db")) as copy:
        assert (copy.identity(), set(copy.load((), AT).optouts), copy.check()) == (found, {ONE, TWO}, [BEHIND])
