"""Rows that were marked are found again wherever they stand, and nothing else is taken for one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.marks import Marking, Trail

MANY = 300
ROWS = [b"row %d\n" % at for at in range(MANY)]


def marked(*parts: list[bytes]) -> Marking:
    marking = Marking()
    for part in parts:
        marking.add(part)
    return marking


def walked(marking: Marking, data: bytes) -> Iterator[tuple[range, bytes]]:
    """Yield marked rows with their bytes, and other bytes with no row."""
    size, at = len(data), 0
    trail = Trail(
        marking.marks,
        data,
        lambda start: data.find(b"\n", start) + 1 or size,
        lambda stop: stop == size or data[stop - 1 : stop] == b"\n",
    )
    while at < size:
        stretch = trail.follow(at)
        if not stretch.rows:
            stretch = stretch._replace(stop=trail.strangers(at, 40))
        assert all(start < stop for start, stop in stretch.unknown())
        for part in stretch.parts():
            yield part.rows, data[part.start : part.stop]
        at = stretch.stop


row = st.sampled_from([*ROWS[:30], b"new\n", b"\n", b"row 1"])


@settings(max_examples=300)
@given(
    parts=st.lists(st.lists(row, max_size=30), max_size=4),
    now=st.lists(row, max_size=60),
    cut=st.integers(0, 20),
    end=st.integers(0, 80),
    edits=st.lists(st.integers(0, 80), max_size=3),
)
def test_what_is_taken_for_a_marked_row_is_that_row(
    parts: list[list[bytes]], now: list[bytes], cut: int, end: int, edits: list[int]
) -> None:
    before = [each for part in parts for each in part]
    rows_now = [*before[cut:], *now, *before[:cut]][:end]
    data = b"".join(b"edited\n" if at in edits else row for at, row in enumerate(rows_now))
    found = [*walked(marked(*parts), data)]
    assert b"".join(piece for _, piece in found) == data
    at = 0
    for rows, piece in found:
        at += len(piece)
        assert not rows or (
            b"".join(before[each] for each in rows) == piece and (at == len(data) or data[at - 1] == 10)
        )


@pytest.mark.parametrize(
    ("change", "strangers"),
    [
        (lambda rows: rows, 0),
        (lambda rows: [b"new\n", *rows], 1),
        (lambda rows: [*rows[:70], *rows[71:]], 0),
        (lambda rows: [*rows[:71], b"new\n", *rows[72:200], b"new\n", *rows[200:]], 2),
        (lambda rows: [*rows[150:], *rows[100:150]], 63),
        (lambda rows: rows[::-1], 63),
        (lambda rows: [*rows[:40], *rows[20:40], *rows[40:]], 20),
        (lambda rows: [*(b"new %d\n" % at for at in range(100)), *rows], 100),
        (lambda rows: [b"new\n" if at % 9 == 0 else row for at, row in enumerate(rows)], 34),
        (lambda rows: [b"new\n" if at % 9 < 2 else row for at, row in enumerate(rows)], 68),
    ],
)
def test_only_what_changed_is_no_marked_row(change: Callable[[list[bytes]], list[bytes]], strangers: int) -> None:
    found = walked(marked(ROWS[:101], ROWS[101:]), b"".join(change(ROWS)))
    assert sum(piece.count(b"\n") for rows, piece in found if not rows) <= strangers


@pytest.mark.parametrize("end", range(60))
def test_rows_that_went_from_the_end_are_not_found_there(end: int) -> None:
    rows = [b"new\n" if at % 9 == 4 else row for at, row in enumerate(ROWS)][:end]
    found = [*walked(marked(ROWS), b"".join(rows))]
    assert b"".join(piece for _, piece in found) == b"".join(rows)
    assert sum(len(each) for each, _ in found) == end - rows.count(b"new\n")
