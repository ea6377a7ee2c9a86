"""PostgreSQL refuses the same illegal steps by itself, for a state carried over from a file, whoever takes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from sendmode_sync.store.door import BEHIND
from sendmode_sync.store.postgres import PostgresStore
from sendmode_sync.store.sqlite import SqliteStore
from tests.engines import postgres_server
from tests.store.every_status import (
    ALLOWED,
    AT,
    CALL_STEPS,
    FORBIDDEN,
    NEEDS_A_RESOLUTION,
    NUMBERS,
    OPTED_OUT,
    fill,
    resolution,
    send_step,
)

Tables = psycopg.Connection


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> postgres_server.Server:
    """A server with a state that has one of everything."""
    path = tmp_path_factory.mktemp("moved") / "state.db"
    SqliteStore.create(path, AT).close()
    fill(path)
    running = postgres_server.shared()
    PostgresStore.from_file(running.fresh(), path).close()
    return running


@pytest.fixture
def tables(server: postgres_server.Server) -> Iterator[Tables]:
    """A connection that goes past our own code, and whose changes are undone."""
    with server.admin() as connection, connection.transaction(force_rollback=True):
        yield connection


def refused(tables: Tables, statement: str, match: str = ".") -> None:
    refusals = (psycopg.errors.RaiseException, psycopg.IntegrityError, psycopg.DataError)
    with pytest.raises(refusals, match=match), tables.transaction():
        tables.execute(statement.encode())


def done(tables: Tables, statement: str) -> int:
    return tables.execute(statement.encode()).rowcount


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(NUMBERS, 2)))
def test_a_send_moves_only_along_the_lines_of_the_table(tables: Tables, old: str, new: str) -> None:
    move = send_step(old, new)
    if (old, new) in ALLOWED:
        assert done(tables, move) == 1
        return
    refused(tables, move, r"this step|only a resolution")
    if (old, new) in NEEDS_A_RESOLUTION:
        done(tables, resolution(old))
        assert done(tables, move) == 1


@pytest.mark.parametrize(
    ("old", "new"), list(itertools.permutations(["claimed", "done", "rejected", "unknown", "released"], 2))
)
def test_a_call_moves_only_along_the_lines_of_the_table(tables: Tables, old: str, new: str) -> None:
    move = f"UPDATE operation SET status = '{new}' WHERE operation = 'op-{old}'"
    if (old, new) in CALL_STEPS:
        assert done(tables, move) == 1
    else:
        refused(tables, move, "this step")


@pytest.mark.parametrize(
    "statement",
    [
        *FORBIDDEN,
        r"UPDATE meta SET tag_key = '\x00'",
        "TRUNCATE send",
        "TRUNCATE optout",
        (
            "INSERT INTO operation (operation, run, epoch, kind, status, recipients, credits, claimed_at) "
            "VALUES ('op-done', 'run-1', 1, 'send', 'claimed', 1, '1', 'now') "
            "ON CONFLICT (operation) DO UPDATE SET status = 'claimed'"
        ),
    ],
)
def test_history_and_identity_cannot_be_rewritten(tables: Tables, statement: str) -> None:
    refused(tables, statement)


def test_what_a_campaign_was_ended_as_stays(tables: Tables) -> None:
    done(tables, "UPDATE campaign SET cancelled_at = 'now'")
    refused(tables, "UPDATE campaign SET cancelled_at = NULL", "does not change")
    refused(tables, send_step("planned", "claimed"), "no claim")


def test_an_opt_out_of_another_program_waits_for_a_claim_and_then_stops_the_next(
    server: postgres_server.Server,
) -> None:
    insert = b"INSERT INTO optout (mobilenumber, recorded_at, source) VALUES ('+447700900001', 'now', 'crm')"
    with server.admin() as claims, server.admin() as crm:
        with claims.transaction(force_rollback=True):
            claims.execute(send_step("planned", "claimed").encode())
            crm.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                crm.execute(insert)
        with crm.transaction(force_rollback=True):
            crm.execute(insert)
            claims.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                claims.execute(send_step("planned", "claimed").encode())


def test_everything_is_carried_over_and_back(server: postgres_server.Server, tmp_path: Path) -> None:
    with closing(PostgresStore.open(server.url, write=False)) as moved:
        assert moved.check() == []
        moved.backup(tmp_path / "copy.db")
        with closing(SqliteStore.open(tmp_path / "copy.db", write=False)) as copy:
            assert copy.check() == [BEHIND]  # it has no mark beside it
            assert copy.identity() == moved.identity()
            assert copy.load(["offer"], AT) == moved.load(["offer"], AT)
            assert copy.operations("run-1") == moved.operations("run-1")
            assert copy.about(OPTED_OUT) == moved.about(OPTED_OUT)
            assert copy.numbers() == moved.numbers()
            assert copy.sent() == moved.sent()
