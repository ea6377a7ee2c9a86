"""Rows that were marked are found again wherever they stand, and nothing else is taken for one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sendmode_sync.config.marks import Edit, Marking, Trail

MANY = 300
ROWS = [b"row %d\n" % at for at in range(MANY)]


def marked(*parts: list[bytes]) -> Marking:
    marking = Marking()
    for part in parts:
        marking.add(part)
    return marking


def walked(
    marking: Marking, data: bytes, start: int = 0, end: int = -1, *, edited: bool = False
) -> Iterator[tuple[range, bytes]]:
    """Yield marked rows with their bytes, and other bytes with no row, between two bytes where rows begin."""
    size, at = len(data), start
    end = size if end < 0 else end
    trail = Trail(
        marking.marks,
        data,
        lambda start: data.find(b"\n", start) + 1 or size,
        lambda stop: stop == size or data[stop - 1 : stop] == b"\n",
    )
    while at < end:
        edits: list[Edit] = []
        rows, stop = trail.follow(at, end, edits if edited else None)
        for edit in edits:
            assert edit.row in rows
            yield range(rows.start, edit.row), data[at : edit.start]
            yield range(0), data[edit.start : edit.stop]
            rows, at = range(edit.row + 1, rows.stop), edit.stop
        stop = stop if rows else min(trail.strangers(at, 40), end)
        yield rows, data[at:stop]
        at = stop


row = st.sampled_from([*ROWS[:30], b"new\n", b"\n", b"row 1"])


@settings(max_examples=300)
@given(
    parts=st.lists(st.lists(row, max_size=30), max_size=4),
    now=st.lists(row, max_size=60),
    cut=st.integers(0, 20),
    front=st.integers(0, 80),
    edits=st.lists(st.integers(0, 80), max_size=3),
    edited=st.booleans(),
)
def test_what_is_taken_for_a_marked_row_is_that_row(
    parts: list[list[bytes]], now: list[bytes], cut: int, front: int, edits: list[int], *, edited: bool
) -> None:
    before = [each for part in parts for each in part]
    rows_now = [*before[cut:], *now, *before[:cut]]
    rows_now = [b"edited\n" if at in edits else row for at, row in enumerate(rows_now)]
    data, middle = b"".join(rows_now), len(b"".join(rows_now[:front]))
    marking = marked(*parts)
    found = [*walked(marking, data, 0, middle, edited=edited), *walked(marking, data, middle, edited=edited)]
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
@pytest.mark.parametrize("edited", [True, False])
def test_only_what_changed_is_no_marked_row(
    change: Callable[[list[bytes]], list[bytes]], strangers: int, *, edited: bool
) -> None:
    found = walked(marked(ROWS[:101], ROWS[101:]), b"".join(change(ROWS)), edited=edited)
    assert sum(piece.count(b"\n") for rows, piece in found if not rows) <= strangers


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize("end", range(60))
def test_no_row_is_followed_beyond_the_end(end: int, *, edited: bool) -> None:
    rows = [b"new\n" if at % 9 == 4 else row for at, row in enumerate(ROWS)]
    data, stop = b"".join(rows), len(b"".join(rows[:end]))
    assert b"".join(piece for _, piece in walked(marked(ROWS), data, 0, stop, edited=edited)) == data[:stop]
