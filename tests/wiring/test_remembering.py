"""What an apply remembers of the lists, and that a plan reads the same with its help and without it."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.errors import RefusedError
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.settings import Settings
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.wiring import parts
from sendmode_sync.wiring.environment import Where

AT = dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC)
ROWS = [f"089{at:07},P{at}" for at in range(300)]
WHERE = Where(Path("sendmode.yaml"), None)


@pytest.fixture(autouse=True)
def project() -> None:
    Path("sendmode.yaml").write_text(
        "version: 1\ngroups: {a: }\nsources: [{path: m.csv, groups: [a]}]\n", encoding="utf-8"
    )
    write(ROWS)


def write(rows: list[str]) -> None:
    Path("m.csv").write_text("\n".join(["mobilenumber,firstname", *rows, ""]), encoding="utf-8")


def remember() -> None:
    with closing(SqliteStore.create(Path(".sendmode/sendmode.db"), AT)) as store:
        store.remember(parts.project(WHERE, parts.held).memories)


def people(desired: Desired) -> dict[str, object]:
    return dict(desired.customers.items())


@pytest.mark.parametrize(
    "rows",
    [ROWS, ROWS[:150] + ROWS[151:], [*ROWS, "0890999999,New"], [row.replace("P7,", "Q7,") for row in ROWS], ROWS[::-1]],
)
def test_a_list_is_read_alike_with_and_without_a_memory(rows: list[str]) -> None:
    remember()
    write(rows)
    recalled = parts.project(WHERE, parts.recalled(WHERE)).desired
    assert people(recalled) == people(parts.project(WHERE).desired)
    assert len(recalled.customers) == len(rows)


def test_a_state_that_cannot_be_used_is_no_memory() -> None:
    assert parts.recalled(WHERE)(Settings()).known == {}
    remember()
    assert len(parts.recalled(WHERE)(Settings()).known) == 1
    Path(".sendmode/sendmode.db").write_bytes(b"no state")
    assert parts.recalled(WHERE)(Settings()).known == {}


def test_a_run_that_outlives_its_files_has_their_fields_in_memory() -> None:
    held = parts.project(WHERE, parts.held).desired
    read = parts.project(WHERE).desired
    write(ROWS[:-1])
    assert held.customers["+353890000299"].values[0] == "P299"
    with pytest.raises(RefusedError, match="changed while it was read; run it again"):
        assert read.customers["+353890000299"].values
