"""What a PostgreSQL server must be before a state in it is trusted, and what is said of one that is not, without secrets."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import StateError, StateMissingError
from sendmode_sync.model.claim import RunStart
from sendmode_sync.store.postgres import PostgresStore
from tests.engines.loopback_proxy import Proxy
from tests.engines.postgres_server import PASSWORD, Server

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)


@pytest.fixture
def reset(server: Server) -> Iterator[Server]:
    """A server whose settings are as before once the test is over."""
    yield server
    server.set("ALTER SYSTEM RESET ALL", "ALTER ROLE tester RESET ALL")


def refusal(url: str) -> str:
    with pytest.raises(StateError) as refused:
        PostgresStore.open(url)
    said = str(refused.value)
    assert PASSWORD not in said
    assert "Pl4nted" not in said
    assert refused.value.__cause__ is None
    return said


def test_there_is_a_state_or_there_is_none(server: Server) -> None:
    assert PostgresStore.exists(server.url)
    with pytest.raises(StateError, match="never overwritten"):
        PostgresStore.create(server.url, AT)
    url = server.fresh()
    assert not PostgresStore.exists(url)
    with pytest.raises(StateMissingError, match="state init"):
        PostgresStore.open(url)
    with pytest.raises(StateMissingError):
        PostgresStore.throwaway(url)


def test_a_lost_state_is_begun_anew_with_its_campaigns_closed(server: Server) -> None:
    with closing(PostgresStore.init_lost(server.fresh(), AT, ["offer"], "the-lineage")) as store:
        assert store.identity().lineage == "the-lineage"
        assert store.load(["offer"], AT).campaigns["offer"].closed_as == "lost"


def test_a_throwaway_copy_leaves_no_trace(server: Server) -> None:
    with closing(PostgresStore.throwaway(server.url)) as copy, closing(PostgresStore.open(server.url)) as store:
        assert copy.identity() == store.identity()
        copy.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0)
        assert (store.holder(), store.runs()) == (None, ())


def test_a_pooler_is_refused(server: Server) -> None:
    with Proxy(server.port, pooling=True) as pooler:
        assert "a pooler stands between" in refusal(server.address(pooler.port))
    with Proxy(server.port) as plain, closing(PostgresStore.open(server.address(plain.port))) as store:
        assert store.check() == []


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
def test_a_server_that_may_forget_is_refused(reset: Server, setting: str) -> None:
    reset.set(f"ALTER SYSTEM SET {setting} = off")
    assert f"runs with {setting} off" in refusal(reset.url)
    PostgresStore.open(reset.url, write=False).close()


@pytest.mark.parametrize(("said", "found"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_commits_are_waited_for_whatever_the_role_says(reset: Server, said: str, found: str) -> None:
    reset.set(f"ALTER ROLE tester SET synchronous_commit = {said}")
    with closing(PostgresStore.open(reset.url)) as store:
        assert store._door._session.connection.execute("SHOW synchronous_commit").fetchone() == (found,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE engine SET version = 2", "newer sendmode-sync (version 2"),
        ("ALTER TABLE send DISABLE TRIGGER send_step", "altered (send_step)"),
        ("DROP TRIGGER optout_kept ON optout", "altered (optout_kept)"),
        (
            "CREATE OR REPLACE FUNCTION send_claimed() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "altered (send_claimed)",
        ),
        ("DELETE FROM engine", "never finished"),
    ],
)
def test_a_state_of_somebody_else_or_a_newer_one_is_refused(server: Server, change: str, reason: str) -> None:
    server.set(change)
    assert reason in refusal(server.url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (f"postgresql://tester:{PASSWORD[:7]}@127.0.0.1:PORT/postgres", "cannot be reached"),
        ("postgresql://tester:Pl4nted%2FPassw0rd@127.0.0.1:PORT/nowhere", "cannot be reached"),
        ("postgresql://tester:Pl4nted%2FPassw0rd@127.0.0.1:1/postgres", "cannot be reached"),
        ("postgresql://tester:Pl4nted%2FPassw0rd@127.0.0.1:PORT/postgres?nonsense=1", "cannot be read"),
        ("postgresql://tester:Pl4nted%2FPassw0rd@[::1/postgres", "cannot be read"),
    ],
)
def test_no_error_shows_the_password(server: Server, url: str, reason: str) -> None:
    assert reason in refusal(url.replace("PORT", str(server.port)))


def test_what_a_value_looks_like_is_in_no_error(server: Server) -> None:
    with closing(PostgresStore.open(server.url)) as store:
        with pytest.raises(StateError) as refused:
            store._door.note("test", lambda connection: connection.execute("SELECT ?::int", ("x+447700900001",)))
        assert str(refused.value) == "the state refused the change: InvalidTextRepresentation 22P02"
        with pytest.raises(StateError, match="the lineage never changes"):
            store._door.note("test", lambda connection: connection.execute("UPDATE meta SET lineage = ?", ("x",)))


def test_without_its_driver_the_extra_is_named(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from sendmode_sync.model.location import PostgresState\n"
        "from sendmode_sync.wiring import states\n"
        "states.engine(PostgresState('postgresql://me:hunter2@db/sync')).open(write=True)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'sendmode-sync[postgres]'" in ran.stderr
    assert "hunter2" not in ran.stderr.splitlines()[-1]


def test_a_check_finds_rows_that_contradict_each_other(server: Server) -> None:
    with closing(PostgresStore.open(server.url)) as store:
        server.set("INSERT INTO erasing VALUES ('+447700900001')")
        assert store.check() == ["numbers were left behind by an erasure (1)"]


@pytest.fixture
def plain(server: Server) -> Iterator[str]:
    """The URL of a role that may make a schema and nothing else, on a server without a state."""
    server.fresh()
    server.set("CREATE ROLE plain LOGIN PASSWORD 'plain'", "GRANT CREATE ON DATABASE postgres TO plain")
    yield f"postgresql://plain:plain@127.0.0.1:{server.port}/postgres"
    server.fresh()
    server.set("DROP OWNED BY plain", "DROP ROLE plain")


def test_a_role_that_may_make_a_schema_is_enough(plain: str) -> None:
    with closing(PostgresStore.create(plain, AT)) as store:
        assert store.lock(RunStart("run-1", "apply", "host", 1, "me", AT), 0) == 0
    with closing(PostgresStore.open(plain)) as store:
        assert store.check() == []


def test_a_server_that_does_not_say_who_it_is_is_refused(server: Server, plain: str) -> None:
    server.set("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
    try:
        with pytest.raises(StateError, match="grant the role EXECUTE on pg_control_system"):
            PostgresStore.create(plain, AT)
    finally:
        server.set("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC")


def test_a_role_without_rights_is_told_so(server: Server, plain: str) -> None:
    PostgresStore.create(server.url, AT).close()
    assert "may not do this" in refusal(plain)
