"""The state refuses illegal steps by itself: every statement here goes past our own code, straight to the tables."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.every_status import (
    ALLOWED,
    CALL_STEPS,
    FORBIDDEN,
    NEEDS_A_RESOLUTION,
    NUMBERS,
    fill,
    resolution,
    send_step,
)


@pytest.fixture
def tables(path: Path) -> Iterator[sqlite3.Connection]:
    """The tables of a state that has a recipient in every status."""
    fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


@pytest.mark.parametrize(("old", "new"), list(itertools.permutations(NUMBERS, 2)))
def test_a_send_moves_only_along_the_lines_of_the_table(tables: sqlite3.Connection, old: str, new: str) -> None:
    move = send_step(old, new)
    if (old, new) in ALLOWED:
        assert tables.execute(move).rowcount == 1
        return
    with pytest.raises(sqlite3.IntegrityError, match=r"this step|only a resolution"):
        tables.execute(move)
    if (old, new) in NEEDS_A_RESOLUTION:
        tables.execute(resolution(old))
        assert tables.execute(move).rowcount == 1


@pytest.mark.parametrize(
    ("old", "new"), list(itertools.permutations(["claimed", "done", "rejected", "unknown", "released"], 2))
)
def test_a_call_moves_only_along_the_lines_of_the_table(tables: sqlite3.Connection, old: str, new: str) -> None:
    move = f"UPDATE operation SET status = '{new}' WHERE operation = 'op-{old}'"
    if (old, new) in CALL_STEPS:
        assert tables.execute(move).rowcount == 1
        return
    with pytest.raises(sqlite3.IntegrityError, match="this step"):
        tables.execute(move)


@pytest.mark.parametrize(
    "statement",
    [
        *FORBIDDEN,
        "UPDATE meta SET tag_key = x'00'",
        f"INSERT OR REPLACE INTO send VALUES ('offer', '{NUMBERS['accepted']}', 'planned', 't1:x', 'now', NULL)",
        (
            "INSERT OR REPLACE INTO operation (operation, run, epoch, kind, status, recipients, credits, claimed_at) "
            "VALUES ('op-done', 'run-1', 1, 'send', 'claimed', 1, '1', 'now')"
        ),
    ],
)
def test_history_and_identity_cannot_be_rewritten(tables: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        tables.execute(statement)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("cancelled_at = 'now'", "cancelled_at = NULL"),
        ("closed_as = 'lost'", "closed_as = NULL"),
        ("closed_as = 'lost'", "closed_as = 'adopted'"),
    ],
)
def test_what_a_campaign_was_ended_as_stays(tables: sqlite3.Connection, first: str, then: str) -> None:
    tables.execute(f"UPDATE campaign SET {first}")
    with pytest.raises(sqlite3.IntegrityError, match="does not change"):
        tables.execute(f"UPDATE campaign SET {then}")
    with pytest.raises(sqlite3.IntegrityError, match="no claim"):
        tables.execute(
            f"UPDATE send SET status = 'claimed', operation = 'op-claimed' WHERE mobilenumber = '{NUMBERS['planned']}'"
        )


def test_resolutions_are_append_only(tables: sqlite3.Connection) -> None:
    tables.execute("INSERT INTO resolution VALUES (1, 'op-unknown', 'offer', 'sent', 1, 'me', 'now', '')")
    for statement in ("UPDATE resolution SET decision = 'not-sent'", "DELETE FROM resolution"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            tables.execute(statement)
    with pytest.raises(sqlite3.IntegrityError, match="only a resolution"):
        tables.execute(
            f"UPDATE send SET status = 'planned', operation = NULL WHERE mobilenumber = '{NUMBERS['unknown']}'"
        )
