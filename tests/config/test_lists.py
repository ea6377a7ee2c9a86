"""A list that is remembered is read as one that never was: the same people, the same problems, the same places."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sendmode_sync.config.gathering import Meaning
from sendmode_sync.config.lists import Asked, Memory, read_list
from sendmode_sync.config.people import People
from sendmode_sync.config.remembered import decode
from sendmode_sync.config.shelf import SheetFile
from sendmode_sync.config.sources import Source, add_source
from sendmode_sync.errors import Place
from sendmode_sync.model.desired import FIELDS, Customer, Group
from sendmode_sync.model.roll import parted
from sendmode_sync.model.settings import Threshold
from tests.config.edits import Edit, edited
from tests.config.lists import sheet
from tests.model.fake_ahead import Elsewhere

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
    memory = Memory(dict(known), hold, {})
    add_source(people, source, file, memory)
    roll = people.customers
    prints = {
        number: [roll.prints(fields)[row * 16 : row * 16 + 16] for fields in roll.fieldsets]
        for number, row in roll.rows()
    }
    return Read(dict(roll.items()), prints, sorted(map(str, people.problems)), memory.kept)


def text(seed: int, *, rows: int = ROWS) -> list[str]:
    chance = random.Random(seed)
    return [f"089{chance.randrange(10**6):07},N{at},a,{at % 28 + 1:02}/03/1980" for at in range(rows)]


edits = st.lists(
    st.tuples(
        st.integers(0, ROWS),
        st.sampled_from([*["add", "swap"] * 4, "drop", "cut", "double", "last first", "turn", "longer", "shorten"]),
        st.sampled_from(ODD),
    ),
    max_size=6,
)


changed = partial(edited, cut=90, double=40)


@example(
    seed=1,
    before=[(50, "add", '0871234568,"two\nlines",a;few,')],
    after=[(60, "drop", "")],
    ends=("\n", "\n"),
    last=("\n", "\n"),
    start=b"",
    encodings=("utf-8", "utf-8"),
)
@settings(max_examples=200)
@given(
    seed=st.integers(0, 5),
    before=edits,
    after=edits,
    ends=st.tuples(*[st.sampled_from(["\n", "\r\n", "\r"])] * 2),
    last=st.tuples(*[st.sampled_from(["", "\n", "x"])] * 2),
    start=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    encodings=st.tuples(*[st.sampled_from(["utf-8", "utf-8", "cp1252"])] * 2),
)
def test_what_is_remembered_is_what_is_read(
    seed: int,
    before: list[Edit],
    after: list[Edit],
    ends: tuple[str, str],
    last: tuple[str, str],
    start: bytes,
    encodings: tuple[str, str],
) -> None:
    first = changed(text(seed), before)
    old, new = (
        sheet("m.csv", start + (end.join([HEAD, *rows]) + behind).encode(encoding, "ignore"))
        for rows, end, behind, encoding in zip((first, changed(first, after)), ends, last, encodings, strict=True)
    )
    kept = read(old, {}, hold=True).kept
    assert all(decode(each, 2) for each in kept.values())
    for file in (old, new):
        plain, held, quick = read(file, {}), read(file, {}, hold=True), read(file, kept)
        assert plain[:3] == held[:3] == quick[:3]
        by_two = file._replace(ahead=Elsewhere().ahead)
        once, again = read(by_two, {}), read(by_two, {}, hold=True)
        assert plain[:3] == once[:3] == again[:3] == read(file, again.kept)[:3] == read(by_two, again.kept)[:3]
        assert plain[:3] == read(by_two, kept)[:3]


def texts_read(rows: list[str], now: list[str]) -> list[str]:
    """Return the first names that are read of a list behind its first page, where other rows of it are remembered."""
    kept = read(sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode()), {}, hold=True).kept
    file = sheet("m.csv", "\n".join([HEAD, *now, ""]).encode())
    assert read(file, kept)[:3] == read(file, {})[:3]
    assert read(file, kept, hold=True) == read(file, {}, hold=True)
    columns = HEAD.split(",")
    meaning = Meaning(4, 0, 2, tuple(columns.index(name) if name in columns else 4 for name in FIELDS))
    listed = read_list(
        People("IE", False, GROUPS),
        file,
        Asked({}, (), lambda _: meaning),
        Memory(dict(kept), hold=False, kept={}),
    )
    assert listed.gathered is not None
    first_page = 512 // len(rows[0]) + 1
    return [parted(text)[0] for row, text in sorted(listed.gathered.texts.items()) if row > first_page]


NEW = ["0871234567,new,b,", "0871234568,newer,a;few,", "0871234569,newest,few,01/02/1990"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda rows: rows, []),
        (lambda rows: [*rows[:40], NEW[0], *rows[41:]], ["new"]),
        (lambda rows: [*rows[:40], *NEW[:2], *rows[42:]], ["new", "newer"]),
        (lambda rows: [*rows[:40], NEW[0], *rows[41:90], NEW[1], *rows[91:149], NEW[2]], ["new", "newer", "newest"]),
        (lambda rows: [*rows[:40], NEW[0], *rows[40:]], ["new"]),
        (lambda rows: [*rows[:40], *rows[41:]], []),
        (lambda rows: [*rows, *NEW], ["new", "newer", "newest"]),
        (lambda rows: [*rows[:40], "0871234567,new,a,\r0871234568,newer,b,", *rows[41:]], ["new", "newer"]),
        (lambda rows: [*rows[:40], "", *rows[41:60], f"{NEW[0]}\r{NEW[1]}", *rows[61:]], ["new", "newer"]),
        (lambda rows: [*rows[:40], "0871234567,new,a,30/02/2000", *rows[41:60], NEW[1], *rows[61:]], ["newer"]),
    ],
)
def test_of_a_list_that_is_mostly_remembered_only_what_changed_is_read(
    change: Callable[[list[str]], list[str]], found: list[str]
) -> None:
    rows = text(9)
    assert texts_read(rows, change(rows)) == found


def test_behind_a_cell_of_many_lines_rows_are_known_again() -> None:
    rows = text(9)
    found = texts_read(rows, [*rows[:90], '0871234567,"two', *rows[91:110], 'lines",a,', *rows[111:]])
    assert found[0] == "\n".join(["two", *rows[91:110], "lines"])
    assert found[1:] == [f"N{at}" for at in range(111, 111 + len(found) - 1)]
    assert len(found) < 20


@pytest.mark.parametrize("at", range(24, 40))
def test_a_row_that_was_edited_is_found_wherever_it_stands(at: int) -> None:
    rows = text(9)
    assert texts_read(rows, [*rows[:at], NEW[0], *rows[at + 1 :]]) == ["new"]


@pytest.mark.parametrize("gone", range(1, 20))
def test_the_last_rows_may_go_while_another_is_edited(gone: int) -> None:
    rows = text(9)
    assert texts_read(rows, [*rows[:40], NEW[0], *rows[41:-gone]]) == ["new"]


@pytest.mark.parametrize(("kept_rows", "asked"), [(ROWS, 0), (ROWS - 10, 0), (ROWS // 3, 1)])
def test_somebody_else_may_read_the_back_of_a_list_of_which_little_is_remembered(kept_rows: int, asked: int) -> None:
    rows = text(9)
    kept = read(sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode()), {}, hold=True).kept
    reader, begun = Elsewhere(), list[str]()
    file = sheet("m.csv", "\n".join([HEAD, *rows[:kept_rows], *text(10)[kept_rows:], ""]).encode() + b"\n")
    watched = file._replace(ahead=reader.ahead, begin_digest=lambda: begun.append("digest"))
    assert read(watched, kept)[:3] == read(file, {})[:3]
    assert len(reader.given) == asked
    assert len(begun) == 1 - asked  # a process with a thread is not forked


def _unreadable() -> bytes:
    raise AssertionError("the list was read")


def test_a_list_that_did_not_change_is_not_read() -> None:
    file = sheet("m.csv", "\n".join([HEAD, *text(1), ""]).encode())
    kept = read(file, {}, hold=True).kept
    people = People("IE", False, GROUPS)
    source = Source("m.csv", Place("x"), (), (), {}, {}, False, False, Threshold(0))  # type: ignore[arg-type]
    add_source(people, source, file._replace(read=_unreadable), Memory(dict(kept), hold=False, kept={}))
    assert len(people.customers) == ROWS


@pytest.mark.parametrize(
    ("rows", "looks"),
    [
        (text(1), ["digest"]),
        ([*text(1)[:-1], text(2)[-1]], ["digest", "read"]),  # as many bytes, so that only their digest tells
        (text(1, rows=ROWS - 1), ["read"]),
    ],
)
def test_a_list_is_gone_through_before_it_is_read_only_where_it_may_be_unchanged(
    rows: list[str], looks: list[str]
) -> None:
    known = read(sheet("m.csv", "\n".join([HEAD, *text(1), ""]).encode()), {}, hold=True).kept
    file, said = sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode()), list[str]()

    def digest() -> str:
        said.append("digest")
        return file.digest()

    def whole() -> bytes:
        said.append("read")
        return file.read()

    people = People("IE", False, GROUPS)
    source = Source("m.csv", Place("x"), (), (), {}, {}, False, False, Threshold(0))  # type: ignore[arg-type]
    add_source(people, source, file._replace(digest=digest, read=whole), Memory(dict(known), hold=False, kept={}))
    assert len(people.customers) == len(rows)
    assert list(dict.fromkeys(said)) == looks


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


def test_what_had_to_be_looked_up_or_is_wrong_is_not_remembered() -> None:
    german, wrong = "+4915112345678,German,a,", "0871234571,Ann,a,30/02/2000"
    rows = [*text(1), german, "0871234577,Eva,a,", "0871234578,Max,a,", german, wrong, "0871234579,Bob,a,"]
    kept = read(sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode()), {}, hold=True).kept
    (known,) = (decode(each, 2) for each in kept.values())
    assert known is not None
    assert not known.file
    assert known.numbers[-4:] == [f"+353{text(1)[-1][1:10]}", "+353871234577", "+353871234578", "+353871234579"]


@pytest.mark.parametrize(
    "head", [HEAD, HEAD.replace("mobilenumber", "téléphone"), HEAD.replace("groups", "mobilenumber")]
)
def test_a_list_that_is_no_longer_utf_8_is_read_as_what_it_is(head: str) -> None:
    rows = text(1)
    kept = read(sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode()), {}, hold=True).kept
    changed_list = sheet("m.csv", "\n".join([head, *rows, ""]).encode() + b"0871234579,Se\xe1n,a,\n")
    fresh = read(changed_list, {})
    assert read(changed_list, kept)[:3] == fresh[:3]
    assert any("Windows-1252" in problem for problem in fresh.problems)


def test_a_cell_of_many_lines_may_follow_long_headings() -> None:
    columns = 60
    head = ",".join([HEAD, *(f"question {at}" for at in range(columns))])
    note = "a line\n" * 300
    row = f'0891234567,"{note}",a,{"," * columns}'
    found = read(sheet("m.csv", f"{head}\n{row}\n".encode()), {})
    assert list(found.people) == ["+353891234567"]


def test_other_groups_of_the_source_are_another_list() -> None:
    file = sheet("m.csv", "\n".join([HEAD, *text(3), ""]).encode())
    kept = read(file, {}, hold=True).kept
    people = People("IE", False, GROUPS)
    source = Source("m.csv", Place("x"), ("b",), (Place("x"),), {}, {}, False, False, Threshold(0))  # type: ignore[arg-type]
    add_source(people, source, file, Memory(dict(kept), hold=False, kept={}))
    assert {groups for _, groups in people.customers.memberships()} == {("a", "b")}


def test_rows_that_are_written_twice_do_not_move_those_behind_them() -> None:
    rows = text(4)
    file = sheet("m.csv", "\n".join([HEAD, *rows, *rows, *text(5), ""]).encode())
    fresh = read(file, {}, hold=True)
    assert read(file, fresh.kept)[:3] == fresh[:3]


@pytest.mark.parametrize("hold", [False, True])
def test_somebody_else_may_read_the_back_of_a_list(*, hold: bool) -> None:
    rows = [*text(6), *(f"{row},b" for row in ("0871234567,Ann", '0871234568,"two\nlines"'))]
    reader = Elsewhere()
    file = sheet("m.csv", "\n".join([HEAD, *(row if row.count(",") > 2 else f"{row}," for row in rows), ""]).encode())
    found = read(file._replace(ahead=reader.ahead), {}, hold=hold)
    assert found[:3] == read(file, {}, hold=hold)[:3]
    (back,) = reader.given
    assert ROWS // 3 < len(back.people.numbers.split()) < ROWS  # type: ignore[attr-defined]
    assert read(file, found.kept)[:3] == found[:3]


@pytest.mark.parametrize(
    ("at", "row", "asked"),
    [
        (ROWS // 2, '0871234568,"' + "a line\n" * 2000 + '",a,', 0),  # the middle of the file is inside a cell
        (ROWS - 1, "0871234571,Ann,a,30/02/2000", 1),  # whoever reads the back leaves it to be said in front
        (ROWS - 1, '0871234577,"never closed,a,', 1),
    ],
)
def test_where_anything_is_unusual_the_list_is_read_by_one(at: int, row: str, asked: int) -> None:
    rows = text(7)
    rows[at] = row
    reader = Elsewhere()
    file = sheet("m.csv", "\n".join([HEAD, *rows, ""]).encode())
    assert read(file._replace(ahead=reader.ahead), {}) == read(file, {})
    assert reader.given == [None] * asked


def test_lines_that_end_in_a_carriage_return_are_counted_by_one_reader() -> None:
    reader = Elsewhere()
    rows = [row for each in text(8) for row in (each, "")]
    file = sheet("m.csv", f"{HEAD}\n".encode() + "\r\n\r".join(rows).encode())
    wrong = file._replace(ahead=reader.ahead)
    assert read(wrong, {}) == read(file, {})
    assert [back.line for back in reader.given if back] != []  # type: ignore[attr-defined]
