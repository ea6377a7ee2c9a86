"""Which lines of a spreadsheet are remembered, and which are not, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Iterator

from sendmode_sync.config import pages
from sendmode_sync.config.marks import Marks, Stretch, Trail

_PROBES = 16


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
            stretch = trail.follow(at)
            if not stretch.rows:
                stretch = stretch._replace(stop=trail.strangers(at, pages.PAGE))
            at = stretch.stop
            strange += sum(stop - start for start, stop in stretch.unknown())
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
