"""What an apply remembers of the lists, and that a plan reads the same with its help and without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sendmode_sync.config.lists import Memory
from sendmode_sync.config.remembered_files import decode_file
from sendmode_sync.errors import RefusedError
from sendmode_sync.model.desired import Desired
from sendmode_sync.model.roll import PRINT, Roll
from sendmode_sync.model.settings import Settings
from sendmode_sync.store.sqlite import SqliteStore
from sendmode_sync.wiring import parts
from sendmode_sync.wiring.environment import Where
from sendmode_sync.workspace.project import load

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
    """Return everybody with their fields, which are read from the files, and what a plan compares in their place."""
    roll = desired.customers
    assert isinstance(roll, Roll)
    prints = {
        number: [roll.prints(fields)[row * PRINT : (row + 1) * PRINT] for fields in roll.fieldsets]
        for number, row in roll.rows()
    }
    return {number: (customer, prints[number]) for number, customer in roll.items()}


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


def write_yaml(rows: list[str], more: str = "", groups: str = "groups: {a: }") -> None:
    Path("sendmode.yaml").write_text(f"version: 1\n{groups}\ninclude: [people.yaml]\n", encoding="utf-8")
    pairs = [row.split(",") for row in rows]
    items = "".join(f"  - mobilenumber: {number}\n    groups: [a]\n    firstname: {name}\n" for number, name in pairs)
    Path("people.yaml").write_text(f"customers:\n{items}{more}", encoding="utf-8")


CAMPAIGN = "campaigns:\n  offer: {groups: [a], messagetext: 'Hi {firstname}'}\n"


@pytest.mark.parametrize(
    ("rows", "more", "groups"),
    [
        (ROWS, CAMPAIGN, "groups: {a: }"),
        (ROWS, CAMPAIGN, "groups: {a: {import: [firstname]}}"),
        (ROWS, CAMPAIGN, "account: {region: GB}\ngroups: {a: }"),
        (ROWS[1:], CAMPAIGN, "groups: {a: }"),
        ([row.replace("P7", "Q7") for row in ROWS], CAMPAIGN, "groups: {a: }"),
        (ROWS, "", "groups: {a: }"),
    ],
)
def test_a_yaml_file_is_read_alike_with_and_without_a_memory(rows: list[str], more: str, groups: str) -> None:
    write_yaml(ROWS, CAMPAIGN)
    remember()
    write_yaml(rows, more, groups)
    recalled, anew = read_by(parts.recalled(WHERE)), read_by(None)
    assert recalled == anew


def read_by(memory: Callable[[Settings], Memory] | None) -> tuple[object, object]:
    loaded = load(WHERE.project_file, memory=memory)
    desired = loaded.desired
    return loaded.problems, desired and (people(desired), desired.campaigns, desired.config_digest)


def test_a_yaml_file_that_did_not_change_is_not_parsed_again() -> None:
    write_yaml(ROWS)
    remember()
    known = next(iter(parts.recalled(WHERE)(Settings()).known.values()))
    assert decode_file(known) is not None
    desired = parts.project(WHERE, parts.recalled(WHERE)).desired
    Path("people.yaml").unlink()
    assert len(desired.customers) == len(ROWS)
    with pytest.raises(RefusedError, match=r"people\.yaml changed"):
        assert desired.customers["+353890000001"].values


@pytest.mark.parametrize("spoil", [lambda kept: kept[:-1], lambda kept: kept.replace(b'"reading"', b'"readinG"')])
def test_a_file_that_is_not_remembered_whole_is_not_remembered(spoil: Callable[[bytes], bytes]) -> None:
    write_yaml(ROWS)
    kept = next(iter(parts.project(WHERE, parts.held).memories.values()))
    assert decode_file(spoil(kept)) is None
