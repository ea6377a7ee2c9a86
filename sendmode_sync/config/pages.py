"""A list as bytes, cut into pages of whole lines where the lines themselves say; what stands in them is not known here.

Because a page ends by what its last line holds, and not by where that stands, lines that are added, changed or removed
leave all other pages as they were. So a page is known again by its digest.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from zlib import crc32

FINE, COARSE = 7, 127
"""How lines end pages: one in eight where pages are to be known again, else one in 128."""

DIGEST = 16
"""Bytes of the digest of one page."""

_WINDOW = 1 << 20
_ENDLESS = 1 << 40
_PLAIN = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def ends(data: bytes, start: int, grain: int) -> Iterator[int]:
    """Yield where each page ends, in bytes; the last one ends with the data."""
    size = len(data)
    while start < size:
        stop = _whole_lines(data, start, size)
        lines = data[start:stop].split(b"\n")
        lines.pop()  # nothing, or a last line without its end
        lengths = list(accumulate(map(len, lines)))
        for at in [at for at, mark in enumerate(map(crc32, lines)) if not mark & grain]:
            if (end := start + lengths[at] + at + 1) < stop:
                yield end
        yield stop
        start = stop


def _whole_lines(data: bytes, start: int, size: int) -> int:
    """Return where about a window's worth of whole lines ends."""
    if start + _WINDOW >= size:
        return size
    stop = data.rfind(b"\n", start, start + _WINDOW) + 1
    return stop or (data.find(b"\n", start + _WINDOW) + 1 or size)


def digest(page: bytes) -> bytes:
    """Return the digest of one page."""
    return hashlib.blake2b(page, digest_size=DIGEST, person=b"smsync-p1").digest()


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
