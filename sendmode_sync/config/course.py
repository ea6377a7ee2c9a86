"""Which lines of a spreadsheet are remembered, and which are not, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sendmode_sync.config import pages
from sendmode_sync.config.marks import Edit, Marks, Trail

_PROBES = 16


class Stretch(NamedTuple):
    """Whole lines between two bytes that stand where remembered ``rows`` stood, one a line, some of which were ``edited``.

    With no rows, they are lines of which nothing is known. ``next`` is the row that is expected behind them.
    """

    rows: range
    start: int
    stop: int
    next: int
    edited: Sequence[Edit] = ()

    def unknown(self) -> Iterator[tuple[int, int]]:
        """Yield from which byte to which nothing is known."""
        return ((edit.start, edit.stop) for edit in self.edited) if self.rows else iter([(self.start, self.stop)])

    def parts(self) -> Iterator[Stretch]:
        """Yield the stretches that it consists of, in which no row was edited."""
        at, first = self.start, self.rows.start
        for row, start, stop in self.edited:
            yield Stretch(range(first, row), at, start, row)
            yield Stretch(range(0), start, stop, row + 1)
            at, first = stop, row + 1
        yield Stretch(range(first, self.rows.stop), at, self.stop, self.next)


class Course:
    """Goes along the lines of a spreadsheet. That a row begins where it is asked to begin, its caller has to know."""

    def __init__(self, marks: Marks, data: bytes) -> None:
        """Begin in front of the first marked row."""
        self._data = data
        self._trail = _trail(marks, data)

    def knows_most(self, start: int) -> bool:
        """Say whether most of what stands behind a byte is remembered, by some rows of it."""
        data, left = self._data, len(self._data) - start
        places = (pages.whole_lines(data, start, left * probe // _PROBES) for probe in range(_PROBES))
        return sum(map(self._trail.knows, places)) > _PROBES // 2

    def stretches(self, at: int) -> Iterator[Stretch]:
        """Yield the stretches from a byte on, until what is not remembered fills a page."""
        strange, trail = 0, self._trail
        while at < len(self._data) and strange < pages.PAGE:
            start, edits = at, list[Edit]()
            rows, at = trail.follow(start, len(self._data), edits)
            if not rows:
                at = trail.strangers(start, pages.PAGE)
            stretch = Stretch(rows, start, at, trail.next, edits)
            strange += sum(stop - begin for begin, stop in stretch.unknown())
            yield stretch

    def expect(self, row: int) -> None:
        """Expect a remembered row next, since what was said to stand in front of it does not."""
        self._trail.next = row


def _trail(marks: Marks, data: bytes) -> Trail:
    size = len(data)
    return Trail(
        marks,
        data,
        lambda at: data.find(b"\n", at) + 1 or size,
        lambda at: at == size or data[at - 1 : at] == b"\n",
    )
