"""A list that is remembered is read as one that never was: the same people, the same problems, the same places."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.lists import Memory
from sendmode_sync.config.people import People
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.config.sources import Source, add_source
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import Customer, Group
from sendmode_sync.model.settings import Threshold
from tests.config.lists import sheet

ROWS = 150
GROUPS = {name: Group(name) for name in ("a", "b")} | {"few": Group("few", fields=frozenset({"firstname"}))}
HEAD = "mobilenumber,firstname,groups,dateofbirth"
ODD = (
    "0871234567,Ann,a,01/02/1990",
    "087 1234567,Ann,b,01/02/1990",
    "0871234567,Bob,a,",
    '0871234568,"two\nlines",a;few,',
    '0871234569,"a ""quoted"" one, really",few,',
    "0871234570, spaces ,a ; b,29/02/2000",
    "0871234571,Seán,a,30/02/2000",
    "O871234571,letter,a,",
    "0871234572,none,nobody,",
    "0871234573,ragged",
    "0871234574,long,a,,,",
    "0871234575,hid\u200bden,a,",
    "0871234576,bell\x07,a,",
    "+4915112345678,German,a,",
    ",,,",
    "",
    '"0871234577',
)


class Read(NamedTuple):
    people: dict[str, Customer]
    prints: dict[str, list[bytes]]
    problems: list[str]
    kept: Mapping[str, bytes]


def read(file: SheetFile, known: Mapping[str, bytes], *, hold: bool = False) -> Read:
    people = People("IE", False, GROUPS)
    place = Place("sendmode.yaml", 3, 5)
    source = Source("m.csv", place, (), (), {}, {}, False, False, Threshold(100, percent=True))  # type: ignore[arg-type]
    memory = Memory(known, hold, {})
    add_source(people, source, file, memory)
    roll = people.customers
    prints = {
        number: [bytes(roll.prints(fields)[row * 16 : row * 16 + 16]) for fields in roll.fieldsets]
        for number, row in roll.rows()
    }
    return Read(dict(roll.items()), prints, sorted(map(str, people.problems)), memory.kept)


def text(seed: int, *, rows: int = ROWS) -> list[str]:
    chance = random.Random(seed)
    return [f"089{chance.randrange(10**6):07},N{at},a,{at % 28 + 1:02}/03/1980" for at in range(rows)]


edits = st.lists(
    st.tuples(st.integers(0, ROWS), st.sampled_from(["add", "drop", "swap"]), st.sampled_from(ODD)), max_size=6
)


def edited(rows: list[str], changes: list[tuple[int, str, str]]) -> list[str]:
    rows = list(rows)
    for at, what, odd in changes:
        if what == "add":
            rows.insert(at, odd)
        elif what == "swap":
            rows[at:at] = [odd]
        else:
            del rows[at : at + 1]
    return rows


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 5), before=edits, after=edits, end=st.sampled_from(["\n", "\r\n"]), mark=st.booleans())
def test_what_is_remembered_is_what_is_read(
    seed: int, before: list[tuple[int, str, str]], after: list[tuple[int, str, str]], end: str, *, mark: bool
) -> None:
    first = edited(text(seed), before)
    bom = b"\xef\xbb\xbf" if mark else b""
    old = sheet("m.csv", bom + end.join([HEAD, *first, ""]).encode())
    new = sheet("m.csv", bom + end.join([HEAD, *edited(first, after), ""]).encode())
    kept = read(old, {}, hold=True).kept
    for file in (old, new):
        plain, held, quick = read(file, {}), read(file, {}, hold=True), read(file, kept)
        assert plain[:3] == held[:3] == quick[:3]


def _unreadable() -> bytes:
    raise AssertionError("the list was read")


def test_a_list_that_did_not_change_is_not_read() -> None:
    file = sheet("m.csv", "\n".join([HEAD, *text(1), ""]).encode())
    kept = read(file, {}, hold=True).kept
    people = People("IE", False, GROUPS)
    source = Source("m.csv", Place("x"), (), (), {}, {}, False, False, Threshold(0))  # type: ignore[arg-type]
    add_source(people, source, file._replace(read=_unreadable), Memory(kept, hold=False, kept={}))
    assert len(people.customers) == ROWS


@pytest.mark.parametrize(
    "spoil",
    [
        lambda kept: kept[:-1],
        lambda kept: b"{}\n" + kept,
        lambda kept: b"",
        lambda kept: kept.replace(b'"parts":[', b'"parts":[1', 1),
    ],
)
def test_a_memory_that_does_not_fit_together_is_none(spoil: Callable[[bytes], bytes]) -> None:
    file = sheet("m.csv", "\n".join([HEAD, *text(2), ""]).encode())
    right = read(file, {}, hold=True)
    assert read(file, {key: spoil(content) for key, content in right.kept.items()})[:3] == right[:3]


def test_other_groups_of_the_source_are_another_list() -> None:
    file = sheet("m.csv", "\n".join([HEAD, *text(3), ""]).encode())
    kept = read(file, {}, hold=True).kept
    people = People("IE", False, GROUPS)
    source = Source("m.csv", Place("x"), ("b",), (Place("x"),), {}, {}, False, False, Threshold(0))  # type: ignore[arg-type]
    add_source(people, source, file, Memory(kept, hold=False, kept={}))
    assert {groups for _, groups in people.customers.memberships()} == {("a", "b")}
