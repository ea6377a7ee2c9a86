"""The wait that the ledger's queries give is the one that the arithmetic gives over every start there ever was."""

from __future__ import annotations

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sendmode_sync.model import pace
from sendmode_sync.model.pace import Instant, Slot
from sendmode_sync.model.settings import RateLimit
from sendmode_sync.store import ledger, sqlite_schema

WINDOW = 60.0


class Start(NamedTuple):
    """A start so many seconds ago on one of two boots, and its answer so many seconds later; None: not yet."""

    ago: float
    boot: str
    hold: float
    taken: float | None
    answered_on: str


def starts(*boots: str) -> st.SearchStrategy[list[Start]]:
    seconds = st.one_of(st.floats(-100, 200), st.sampled_from((0.0, 30.0, WINDOW, WINDOW - 1e-9, 90.0)))
    answered = st.one_of(st.none(), st.floats(0, 40))
    one = st.builds(
        Start, seconds, st.sampled_from(boots), st.sampled_from((30.0, 5.0)), answered, st.sampled_from(boots)
    )
    return st.lists(one, max_size=12)


def instant(ago: float, boot: str) -> Instant:
    return Instant(1e9 - ago, 1000.0 - ago if boot == "here" else 50.0 - ago, boot)


def slot(start: Start) -> Slot:
    answered = None if start.taken is None else instant(start.ago - start.taken, start.answered_on)
    return Slot(instant(start.ago, start.boot), answered, start.hold)


@contextlib.contextmanager
def written(slots: list[Slot]) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        sqlite_schema.create(connection, sqlite_schema.CURRENT)
        for number, each in enumerate(slots):
            ledger.take(connection, f"op-{number}", each.started, RateLimit(), each.hold)
            if each.answered is not None:
                ledger.answer(connection, f"op-{number}", each.answered)
        yield connection


@given(made=starts("here", "there"), calls=st.integers(1, 6))
@example(made=[Start(WINDOW, "here", 30.0, 0.0, "here")], calls=1)
@example(made=[Start(WINDOW - 1e-9, "here", 30.0, 0.0, "here")], calls=1)
@example(made=[Start(90.0, "here", 30.0, None, "here")], calls=1)
@example(made=[Start(0.0, "here", 30.0, None, "here")] * 3 + [Start(0.0, "there", 30.0, None, "there")], calls=4)
def test_the_wait_is_that_of_the_arithmetic(made: list[Start], calls: int) -> None:
    slots, now, limit = [slot(start) for start in made], instant(0.0, "here"), RateLimit(calls, WINDOW)
    with written(slots) as connection:
        assert ledger.wait(connection, now, limit) == pace.wait(slots, now, limit)


@given(made=starts("here"), calls=st.integers(1, 6))
def test_the_wait_of_one_boot_is_that_of_the_arithmetic(made: list[Start], calls: int) -> None:
    slots, now, limit = [slot(start) for start in made], instant(0.0, "here"), RateLimit(calls, WINDOW)
    with written(slots) as connection:
        assert ledger.wait(connection, now, limit) == pace.wait(slots, now, limit)


@pytest.mark.parametrize(("gone_by", "seconds"), [(0.0, 90.0), (40.0, 50.0), (91.0, 0.0)])
def test_who_is_closed_off_starts_nothing_though_no_slot_is_taken(gone_by: float, seconds: float) -> None:
    with written([]) as connection:
        ledger.close_for(connection, "old", 1e9 - gone_by, 30.0)
        assert ledger.wait(connection, instant(0.0, "here"), RateLimit(100, WINDOW)) == pytest.approx(seconds)


def test_a_start_below_the_limit_is_let_in_by_one_search() -> None:
    """However many calls an hour has seen: nothing is read row by row, and nothing is sorted."""
    looked: list[str] = []
    with written([slot(Start(float(ago), "here", 30.0, 0.3, "here")) for ago in range(300)]) as connection:
        connection.set_trace_callback(looked.append)
        assert ledger.wait(connection, instant(0.0, "here"), RateLimit(100, WINDOW)) == 0.0
        connection.set_trace_callback(None)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {looked[0]}").fetchall()
    assert len(looked) == 1
    searches = [row[3] for row in plan if "ledger" in row[3]]
    assert len(searches) == 4
    assert all(each.startswith("SEARCH") and "INDEX ledger_boot" in each for each in searches)


def test_starts_of_hours_ago_are_dropped_of_this_boot_and_of_any_other() -> None:
    hours, day = 3600.0, 24 * 3600.0
    now = Instant(1e9, 1e6, "middle")
    ago = {"long": 7 * hours, "short": 5 * hours, "ahead": -2 * day}
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        sqlite_schema.create(connection, sqlite_schema.CURRENT)
        for boot in ("above", "middle", "zero"):
            for name, seconds in ago.items():
                then = Instant(now.wall - seconds, now.boot - seconds, boot)
                ledger.take(connection, f"{boot} {name}", then, RateLimit(), 30.0)
        prunes = next(name for at in count() if not zlib.crc32((name := f"op-{at}").encode()) % 512)
        ledger.take(connection, prunes, now, RateLimit(), 30.0)
        left = [name for (name,) in connection.execute("SELECT operation FROM ledger ORDER BY id")]
    # By the boot clock nothing is ahead by mistake; a wall time two days ahead was written under a wrong clock.
    assert left == ["above short", "middle short", "middle ahead", "zero short", prunes]
