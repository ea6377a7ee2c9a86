"""A list as bytes, cut into pages of whole lines that are read one by one; what stands in them is not known here."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence

PAGE = 32 * 1024
"""About how many bytes are read at a time."""

_ENDLESS = 1 << 40
_PLAIN = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def whole_lines(data: bytes, start: int, size: int) -> int:
    """Return where the line ends that stands ``size`` bytes behind a byte, or the data."""
    return data.find(b"\n", start + size - 1) + 1 or len(data)


def unusual(data: bytes) -> str:
    """Return, out of order and as text, what is neither plain ASCII nor a line break: few bytes to look at closely."""
    return data.translate(None, _PLAIN).decode("utf-8", "replace")


class Index:
    """Which rows stand in which page of a file: first row and first line, and which bytes."""

    def __init__(self) -> None:
        """Begin empty."""
        self.rows, self.firsts, self.starts, self.stops = array("I"), array("I"), array("I"), array("I")
        self._uneven: dict[int, array[int]] = {}

    def add(self, row: int, line: int, start: int, stop: int, lines: array[int] | None = None) -> None:
        """Add a page; ``lines`` are those of its rows where they are not one a row from ``line`` on."""
        if lines is not None:
            self._uneven[len(self.rows)] = lines
        self.rows.append(row)
        self.firsts.append(line)
        self.starts.append(start)
        self.stops.append(stop)

    def join(self, behind: Index, row: int) -> None:
        """Add the pages of another part of the file, which counts its rows from ``row`` on."""
        self._uneven.update({len(self.rows) + page: lines for page, lines in behind._uneven.items()})
        self.rows.extend([row + first for first in behind.rows])
        self.firsts.extend(behind.firsts)
        self.starts.extend(behind.starts)
        self.stops.extend(behind.stops)

    def page(self, row: int) -> int:
        """Return the page that a row stands in."""
        return bisect_right(self.rows, row) - 1

    def rows_of(self, page: int) -> tuple[int, int, Sequence[int]]:
        """Return the first row of a page, the first of the next page, and the lines of its rows."""
        first = self.rows[page]
        stop = self.rows[page + 1] if page + 1 < len(self.rows) else _ENDLESS
        return first, stop, self._uneven.get(page) or range(self.firsts[page], self.firsts[page] + stop - first)

    def line(self, row: int) -> int:
        """Return the line on which a row starts, from 1."""
        page = self.page(row)
        uneven = self._uneven.get(page)
        at = row - self.rows[page]
        return self.firsts[page] + at if uneven is None else uneven[at]
